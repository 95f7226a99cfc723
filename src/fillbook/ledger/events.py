"""Facts other than fills that move or explain a position: corporate actions, transfers, option events."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from fillbook.ledger.instrument import Instrument
from fillbook.ledger.numbers import ZERO


class CorporateActionKind(StrEnum):
    """What a company did to its securities. `OTHER` is an action we do not know: it flags its instrument, the rest goes on."""

    SPLIT = "split"
    REVERSE_SPLIT = "reverse_split"
    IDENTIFIER_CHANGE = "identifier_change"
    STOCK_DIVIDEND = "stock_dividend"
    SPIN_OFF = "spin_off"
    MERGER = "merger"
    TENDER = "tender"
    RIGHTS_ISSUE = "rights_issue"
    SUBSCRIPTION = "subscription"
    DELISTING = "delisting"
    MATURITY = "maturity"
    CASH_DIVIDEND = "cash_dividend"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CorporateAction:
    """One leg of a corporate action. Identity: (account, leg_id).

    action_id: shared by the legs of one action. quantity: signed change of this instrument's position. proceeds: + cash received.
    value: market value of the leg. parent: ISIN (or other id) of the security that the broker's sentence begins with.
    ratio_new, ratio_old: units after for units before, where the broker's sentence states them.
    reverses: a booking that takes an earlier one back.
    """

    account: str
    instrument: Instrument
    leg_id: str
    action_id: str
    kind: CorporateActionKind
    ordered_at: datetime
    trade_date: date
    quantity: Decimal
    proceeds: Decimal = ZERO
    value: Decimal = ZERO
    report_date: date | None = None
    broker_realized_pnl: Decimal | None = None
    rate_to_base: Decimal | None = None
    ratio_new: Decimal | None = None
    ratio_old: Decimal | None = None
    parent: str = ""
    broker_type: str = ""
    description: str = ""
    reverses: bool = False
    place: int = 0


@dataclass(frozen=True, slots=True)
class Transfer:
    """A position (or cash) moved into or out of the account without a trade. Identity: (account, transfer_id).

    quantity: signed change of the position, 0 for cash. value: market value on the day; the cost basis is not known.
    price: of a trade settled elsewhere and taken up here, None for a transfer without one.
    """

    account: str
    instrument: Instrument
    transfer_id: str
    ordered_at: datetime
    trade_date: date
    quantity: Decimal
    value: Decimal = ZERO
    cash: Decimal = ZERO
    price: Decimal | None = None
    fees: Decimal = ZERO
    report_date: date | None = None
    broker_type: str = ""
    other_party: str = ""
    reverses: bool = False
    place: int = 0


class OptionEventKind(StrEnum):
    """What became of an option position; `STOCK_LEG` is the delivery that an exercise or assignment causes."""

    EXPIRATION = "expiration"
    ASSIGNMENT = "assignment"
    EXERCISE = "exercise"
    CASH_SETTLEMENT = "cash_settlement"
    STOCK_LEG = "stock_leg"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class OptionEvent:
    """The broker's note on an exercise, assignment or expiry. Annotates the execution with the same trade number, never adds to it."""

    account: str
    instrument: Instrument
    kind: OptionEventKind
    trade_date: date
    quantity: Decimal
    trade_id: str = ""
    broker_realized_pnl: Decimal | None = None
    broker_cost: Decimal | None = None
    place: int = 0
