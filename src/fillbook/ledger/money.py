"""What an execution is worth: one money rule per asset class.

Two different sums, never to be confused:
- `amount`: proceeds + fees + taxes, in every class. Lots and P&L are made of it, and it is how brokers state cost.
- `net_cash`: the cash that moved. A future settles daily, a CFD and a currency pair move no principal, so theirs is not `amount`.
"""

from decimal import Decimal
from typing import Final

from fillbook.ledger.execution import Execution
from fillbook.ledger.instrument import AssetClass, Instrument
from fillbook.ledger.numbers import ZERO, stored

_NO_PRINCIPAL: Final = frozenset({AssetClass.FUTURE, AssetClass.CFD, AssetClass.FOREX})


def proceeds_of(instrument: Instrument, quantity: Decimal, price: Decimal) -> Decimal:
    """Cash for the traded thing itself: - paid for a purchase, + received for a sale, in the instrument's currency.

    -quantity x price x multiplier; bonds and bills are priced in percent of par, so a hundredth of it.
    """
    return -quantity * price * instrument.price_factor


def charges(execution: Execution) -> Decimal:
    """Fees and taxes in the instrument's currency: - paid, + rebate. Converted fees are rounded to what an amount holds."""
    if execution.fees_rate == 1:
        return execution.fees + execution.taxes
    return stored(execution.fees * execution.fees_rate) + execution.taxes


def amount(execution: Execution) -> Decimal:
    """proceeds + fees + taxes: what a purchase costs (negative) or a sale brings (positive), in the instrument's currency."""
    return execution.proceeds + charges(execution)


def net_cash(execution: Execution) -> Decimal:
    """Cash moved on the day of the fill, accrued interest included: + received, - paid.

    Futures and CFDs settle their gains day by day and a currency pair moves both currencies, so for them only the charges count here.
    """
    principal = ZERO if execution.instrument.asset_class in _NO_PRINCIPAL else execution.proceeds
    return principal + charges(execution) + execution.accrued_interest
