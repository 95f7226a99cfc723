"""What happened in the pretend accounts: orders before, fills and splits after."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from fillbook.ledger.numbers import ZERO
from fillbook.sandbox.listings import Listing

MAIN = "U9900001"
"""The account that trades; base currency US dollar."""
SECOND = "U9900002"
"""A small account in the same query; base currency euro."""
BASES = {MAIN: "USD", SECOND: "EUR"}


@dataclass(frozen=True, slots=True)
class Order:
    """Something to do on a day.

    minute: after midnight in New York. quantity: + buy, - sell; None closes `part` (numerator, denominator) of what is held then.
    pieces: fills it is split into. notes: IB's codes for its fills.
    """

    account: str
    listing: Listing
    minute: int
    quantity: Decimal | None
    part: tuple[int, int] = (1, 1)
    pieces: int = 1
    notes: str = ""


class Kind(StrEnum):
    """Why units moved. `DELIVERED` options leave without a profit; their `STOCK_LEG` carries the premium."""

    TRADE = "trade"
    EXPIRED = "expired"
    DELIVERED = "delivered"
    STOCK_LEG = "stock_leg"
    CONVERSION = "conversion"


@dataclass(frozen=True, slots=True)
class Fill:
    """One row of the section Trades. Signs as in the statement: quantity + bought; proceeds, commission, taxes + received."""

    account: str
    listing: Listing
    kind: Kind
    when: datetime
    trade_date: date
    report_date: date
    settle_date: date
    quantity: Decimal
    price: Decimal
    close_price: Decimal
    commission: Decimal
    taxes: Decimal
    number: int
    order_number: int
    notes: str = ""
    cost: Decimal = ZERO
    realized: Decimal = ZERO
    indicator: str = ""
    opened: datetime | None = None
    premium: Decimal = ZERO

    @property
    def money(self) -> Decimal:
        """quantity x price x multiplier."""
        return self.quantity * self.price * self.listing.multiplier

    @property
    def amount(self) -> Decimal:
        """proceeds + commission + taxes."""
        return -self.money + self.commission + self.taxes


@dataclass(frozen=True, slots=True)
class Split:
    """One row of the section Corporate Actions: a forward split of something held. quantity: units added."""

    account: str
    listing: Listing
    when: datetime
    trade_date: date
    report_date: date
    quantity: Decimal
    ratio: int
    number: int


Row = Fill | Split
