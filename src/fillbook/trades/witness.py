"""What sections beside the trades say about a fill: the dividends paid while its lots were held, and which lots the broker closed.

Evidence for reconciliation. Nothing here changes a lot or a figure.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from fillbook.ledger.cash import CashKind
from fillbook.ledger.execution import Execution
from fillbook.ledger.figures import BrokerLot
from fillbook.ledger.numbers import ZERO
from fillbook.ledger.statement import AccountStatement
from fillbook.trades.records import ClosedLot

_DIVIDENDS: Final = frozenset({CashKind.DIVIDEND, CashKind.PAYMENT_IN_LIEU})
_A_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Witness:
    """dividends: received, before taxes, by contract id and currency. cash_since: the first day from which all of them are known, None
    when they are not. lots: the broker's, by the fill that closed them.
    """

    dividends: Mapping[str, Mapping[str, Decimal]]
    cash_since: date | None
    lots: Mapping[str, Sequence[BrokerLot]]

    def dividends_on(self, row: Execution, closed: Iterable[ClosedLot]) -> Decimal | None:
        """What the instrument of a closing fill paid in its own currency; None unless that is known for as long as its lots were held."""
        paid = self.dividends.get(row.instrument.key, {})
        opened = [lot.opened_on for lot in closed]
        if paid.keys() != {row.instrument.currency} or self.cash_since is None:
            return None
        if any(day is None or day < self.cash_since for day in opened):
            return None
        return paid[row.instrument.currency]

    def closed_others(self, row: Execution, closed: Iterable[ClosedLot], broker: Decimal) -> bool:
        """Whether the broker says that a fill closed other openings than these, in lots that add up to its realized P&L of that fill."""
        lots = self.lots.get(row.execution_id, ())
        stated = [lot.realized_pnl for lot in lots if lot.realized_pnl is not None and lot.opened_by]
        if not lots or len(stated) != len(lots) or abs(sum(stated, ZERO) - broker) > _A_CENT:
            return False
        theirs = _by_opening((lot.opened_by, lot.quantity) for lot in lots)
        ours = _by_opening((lot.opened_by, lot.quantity) for lot in closed)
        return theirs != ours and sum(theirs.values()) == sum(ours.values())


def witness_of(statement: AccountStatement) -> Witness:
    """Gather a statement's evidence."""
    dividends: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for movement in statement.cash_movements:
        if movement.instrument is not None and movement.kind in _DIVIDENDS:
            dividends[movement.instrument.key][movement.currency] += movement.amount
    lots: dict[str, list[BrokerLot]] = defaultdict(list)
    for lot in statement.broker_lots:
        if lot.closed_by:
            lots[lot.closed_by].append(lot)
    return Witness(dividends, statement.cash_since, lots)


def _by_opening(parts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for opened_by, quantity in parts:
        sums[opened_by] += quantity
    return sums
