"""One fill, as the broker reported it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from fillbook.ledger.instrument import Instrument
from fillbook.ledger.numbers import ZERO


class Effect(StrEnum):
    """Whether the broker says that a fill opens or closes a position."""

    OPENS = "opens"
    CLOSES = "closes"
    REVERSES = "reverses"
    """Closes and opens in one fill."""
    UNSAID = "unsaid"


class ExecutionKind(StrEnum):
    """Why the quantity moved."""

    TRADE = "trade"
    EXPIRY = "expiry"
    ASSIGNMENT = "assignment"
    EXERCISE = "exercise"
    FRACTION = "fraction"
    """A fraction of a share cashed out by the broker."""
    CANCEL = "cancel"
    """Takes back an earlier execution: quantity opposite to the original's."""
    BOOK = "book"
    """Booked by the broker for a reason the statement does not name."""


DELIVERIES: Final = frozenset({ExecutionKind.ASSIGNMENT, ExecutionKind.EXERCISE})
"""What an option delivers, or how it ends by that; the moment is the broker's and nobody's decision."""


@dataclass(frozen=True, slots=True)
class Execution:
    """One fill. Identity: (account, execution_id).

    Signs: quantity + bought, - sold. proceeds, fees, taxes: + received, - paid. All money in the instrument's currency, fees in
    `fees_currency` (`fees_rate` turns them into the instrument's). A positive number means the account has more of it afterwards.

    execution_id: the broker's id of this row; where it has none, a key made of the row's fields and an occurrence number.
    ordered_at: aware instant that orders the rows; equals `executed_at` where the broker gives a time of day.
    executed_at: aware UTC instant of the fill, None when the source gives a date only.
    trade_date: the broker's own calendar day. report_date: the day whose statement first shows the row.
    price: per unit, before multiplier and fees. settlement_price: the broker's settlement value per unit, on cash settled options.
    rate_to_base: money in the account's base currency per unit of the instrument's currency on the report date.
    broker_realized_pnl: the broker's own figure for this fill, None when it states none (or a zero that means none).
    broker_cost: the broker's cost figure: + paid for what was opened, minus the basis of what was closed.
    automatic: a conversion or settlement that the broker made by itself; no trade of the trader's.
    corrects: execution_id of the row that this one takes back. corrects_trade: the trade number of it where only that is known.
    place: byte offset of the row in the statement, so that every figure leads back to the bytes the broker sent.
    """

    account: str
    instrument: Instrument
    execution_id: str
    ordered_at: datetime
    trade_date: date
    quantity: Decimal
    price: Decimal
    proceeds: Decimal
    fees: Decimal = ZERO
    taxes: Decimal = ZERO
    fees_currency: str = ""
    fees_rate: Decimal = Decimal(1)
    accrued_interest: Decimal = ZERO
    executed_at: datetime | None = None
    report_date: date | None = None
    settle_date: date | None = None
    kind: ExecutionKind = ExecutionKind.TRADE
    effect: Effect = Effect.UNSAID
    rate_to_base: Decimal | None = None
    broker_realized_pnl: Decimal | None = None
    broker_cost: Decimal | None = None
    settlement_price: Decimal | None = None
    trade_id: str = ""
    order_id: str = ""
    exec_id: str = ""
    corrects: str = ""
    corrects_trade: str = ""
    model: str = ""
    venue: str = ""
    codes: str = ""
    automatic: bool = False
    place: int = 0
