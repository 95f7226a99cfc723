"""What is traded. Keyed by the broker's contract id, never by symbol: a symbol changes, an id does not."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final


class AssetClass(StrEnum):
    """Kind of instrument; decides the money rule (`ledger/money.py`)."""

    STOCK = "stock"
    OPTION = "option"
    FUTURE = "future"
    FUTURE_OPTION = "future_option"
    FOREX = "forex"
    CFD = "cfd"
    BOND = "bond"
    BILL = "bill"
    WARRANT = "warrant"
    STRUCTURED = "structured"
    FUND = "fund"
    CRYPTO = "crypto"
    COMMODITY = "commodity"
    OTHER = "other"


class Right(StrEnum):
    """What an option gives the right to do with its underlying."""

    CALL = "call"
    PUT = "put"


_PERCENT_OF_PAR: Final = frozenset({AssetClass.BOND, AssetClass.BILL})
_DERIVATIVES: Final = frozenset({AssetClass.OPTION, AssetClass.FUTURE, AssetClass.FUTURE_OPTION, AssetClass.CFD})


@dataclass(frozen=True, slots=True)
class Instrument:
    """One tradable contract as one statement describes it.

    key: the broker's contract id; where the broker gives none, a composite that starts with `~`.
    multiplier: units of the underlying per contract (1 for stock, 100 for most stock options).
    strike, expiry, right: options only. underlying_key, underlying_symbol: derivatives only.
    """

    key: str
    symbol: str
    asset_class: AssetClass
    currency: str
    multiplier: Decimal = Decimal(1)
    description: str = ""
    exchange: str = ""
    sub_class: str = ""
    isin: str = ""
    underlying_key: str = ""
    underlying_symbol: str = ""
    strike: Decimal | None = None
    expiry: date | None = None
    right: Right | None = None

    @property
    def price_factor(self) -> Decimal:
        """Money per unit of quantity and unit of price: the multiplier, a hundredth of it where prices are percent of par."""
        return self.multiplier / 100 if self.asset_class in _PERCENT_OF_PAR else self.multiplier

    @property
    def is_derivative(self) -> bool:
        """Whether opening cost is a margin affair, so that percentages use price x quantity x multiplier."""
        return self.asset_class in _DERIVATIVES
