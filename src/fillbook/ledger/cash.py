"""Money that moved without a trade, and what a currency was worth on a day."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from fillbook.ledger.instrument import Instrument


class CashKind(StrEnum):
    """Why money moved. `OTHER` is a reason we do not know."""

    DIVIDEND = "dividend"
    PAYMENT_IN_LIEU = "payment_in_lieu"
    """Paid in a dividend's stead, by whoever had borrowed the shares."""
    WITHHOLDING_TAX = "withholding_tax"
    INTEREST = "interest"
    """On cash or of bonds; accrued interest bought and sold with a bond included."""
    FEE = "fee"
    """Charged apart from any trade."""
    DEPOSIT_WITHDRAWAL = "deposit_withdrawal"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CashMovement:
    """Money that came or went without a trade. Identity: (account, movement_id).

    instrument: what it was paid for, None for money that has to do with no instrument.
    movement_id: the broker's id of this row; where it has none, a key made of the row's fields and an occurrence number.
    amount: + received, - paid, in `currency`. A payment that is taken back comes as a movement of its own with the opposite sign.
    moved_on: the day from which the broker's cash balance includes it. value_date: the day that it counts for, where the broker tells one;
    a correction booked months later bears the day of what it corrects. moved_at: that day's instant, None when only the day is known.
    rate_to_base: money in the account's base currency per unit of `currency` on `moved_on`.
    description: the broker's sentence, "" where it could name a person or another account.
    place: byte offset of the row in the statement.
    """

    account: str
    instrument: Instrument | None
    movement_id: str
    kind: CashKind
    moved_on: date
    currency: str
    amount: Decimal
    value_date: date | None = None
    moved_at: datetime | None = None
    rate_to_base: Decimal | None = None
    broker_type: str = ""
    description: str = ""
    place: int = 0


@dataclass(frozen=True, slots=True)
class ConversionRate:
    """What one unit of `currency` was worth in `base`, the account's base currency, at the end of `day`; greater than 0."""

    account: str
    currency: str
    base: str
    day: date
    rate: Decimal
    place: int = 0
