"""The records that matching makes. A lot carries the sign of its position: + long, - short; money is in the instrument's currency.

Lots and fills are named tuples: a history has hundreds of thousands of them, and a tuple is made three times as fast as a dataclass.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from fillbook.ledger.execution import Execution
from fillbook.ledger.instrument import Instrument


class Basis(StrEnum):
    """Where the cost of a lot comes from. A figure made of several lots has the weakest of their bases (last in this list)."""

    EXECUTIONS = "executions"
    """From the account's own fills."""
    STATED = "stated"
    """Stated by the user as an opening balance."""
    INFERRED = "inferred"
    """Worked out from the broker's own figure for a position or for the fill that closes the lot."""
    UNKNOWN = "unknown"


class Side(StrEnum):
    """Direction of a round trip."""

    LONG = "long"
    SHORT = "short"


class Incomplete(StrEnum):
    """Why some of a round trip's openings are unknown."""

    BEFORE_HISTORY = "before_history"
    """Opened before the first day that the statements cover, or by a row they do not hold."""
    DELIVERED = "delivered"
    """Part of an exercise or assignment whose other row, the option or what it delivered, is not in the statements."""
    TRANSFERRED = "transferred"
    """Moved into the account without its cost."""
    CORPORATE_ACTION = "corporate_action"
    """Changed by a corporate action whose effect on cost the statement does not give."""
    CANCELLED_ELSEWHERE = "cancelled_elsewhere"
    """A cancellation gave back a position whose original fill is not in the statements."""


class Lot(NamedTuple):
    """Quantity opened by one execution, with its total cost.

    quantity: + long, - short. cost_basis: -(proceeds + fees + taxes) of what opened it, so + for a long lot and - for a short
    one; None when unknown. charges: fees and taxes within cost_basis (- paid). opened_by: execution id, "" for a lot that no fill
    of the history opened.
    """

    instrument: Instrument
    quantity: Decimal
    cost_basis: Decimal | None
    charges: Decimal
    basis: Basis
    opened_by: str = ""
    opened_at: datetime | None = None
    opened_on: date | None = None
    incomplete: Incomplete | None = None


class ClosedLot(NamedTuple):
    """The part of a lot that one execution (or corporate action) closed.

    quantity: sign of the position closed. proceeds: the closing row's share of proceeds + fees + taxes. realized_pnl = proceeds -
    cost_basis, after the fees of both sides; None when the cost is unknown. charges: fees and taxes of both sides (- paid).
    rate_to_base: of the closing row. by_action: closed by a corporate action rather than a fill. moved_on: of an exercised or assigned
    option, whose cost went into what it delivered, so that it realizes nothing itself.
    """

    instrument: Instrument
    quantity: Decimal
    cost_basis: Decimal | None
    proceeds: Decimal
    charges: Decimal
    realized_pnl: Decimal | None
    basis: Basis
    opened_by: str
    opened_at: datetime | None
    opened_on: date | None
    closed_by: str
    closed_at: datetime | None
    closed_on: date
    rate_to_base: Decimal | None
    by_action: bool = False
    moved_on: bool = False


class Role(StrEnum):
    """What a fill does in a round trip."""

    OPENS = "opens"
    CLOSES = "closes"
    ADJUSTS = "adjusts"
    """Changes the quantity without a trade: a corporate action, or units that come with a transfer or a cancellation."""
    LEAVES = "leaves"
    """Units that go without a trade while the round trip stays: transferred away, taken back, or moved on in part."""


class TripFill(NamedTuple):
    """One execution's part in one round trip (a reversal has a part in two).

    quantity: this part, + bought, - sold. charges: its share of fees and taxes. position_after: units held once it is done.
    amount: its share of proceeds + fees + taxes, with an exercised option's premium moved in: + received, - paid.
    realized_pnl: of what this part closes; None for openings and where the cost is unknown. delivered: by an exercise or assignment, whose
    time of day the broker's book-keeping chose and nobody acted at.
    """

    execution_id: str
    role: Role
    ordered_at: datetime
    executed_at: datetime | None
    trade_date: date
    quantity: Decimal
    price: Decimal
    charges: Decimal
    amount: Decimal
    position_after: Decimal
    realized_pnl: Decimal | None = None
    delivered: bool = False


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """The closed lots from flat to flat in one instrument and account.

    key: stable public id, made of account, instrument and first known execution.
    quantity: units opened in all (positive), in the units of the last fill. open_quantity: what is still held, signed; 0 when closed.
    opened_at / closed_at: None where the source gives no time of day, or the opening is unknown. closed_on: the trade date of the
    last closing fill, the day that owns the P&L; None while open.
    gross_pnl: before, realized_pnl: after fees and taxes of what is closed; None when some cost is unknown.
    charges: fees and taxes of what is closed, - paid.
    opening_cost: what gain percent divides by (performance/metrics.py), positive; None when unknown.
    base_pnl: sum over closing fills of realized P&L x that row's rate to base; None when a rate or a cost is unknown.
    """

    key: str
    account: str
    instrument: Instrument
    side: Side
    fills: tuple[TripFill, ...]
    closed_lots: tuple[ClosedLot, ...]
    quantity: Decimal
    open_quantity: Decimal
    opened_at: datetime | None
    opened_on: date | None
    closed_at: datetime | None
    closed_on: date | None
    entry_price: Decimal | None
    exit_price: Decimal | None
    gross_pnl: Decimal | None
    charges: Decimal
    realized_pnl: Decimal | None
    base_pnl: Decimal | None
    base_charges: Decimal | None
    opening_cost: Decimal | None
    basis: Basis
    incomplete: frozenset[Incomplete] = frozenset()
    flagged: bool = False

    @property
    def is_open(self) -> bool:
        """Not yet flat."""
        return self.open_quantity != 0

    @property
    def begun_at(self) -> datetime | None:
        """When its trader decided to open it; None where no time is known, and where it was delivered by an exercise or assignment."""
        return None if self.fills and self.fills[0].delivered else self.opened_at

    @property
    def moved_on(self) -> bool:
        """An option all of which was exercised or assigned: its premium is part of what it delivered, whose result is its own."""
        delivered = bool(self.closed_lots) and all(lot.moved_on for lot in self.closed_lots)
        return delivered and not self.is_open and Incomplete.DELIVERED not in self.incomplete

    @property
    def counts(self) -> bool:
        """Closed, complete, and with a result of its own: part of performance by default."""
        known = self.open_quantity == 0 and not self.incomplete and self.realized_pnl is not None
        return known and not self.moved_on


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A quantity left over without its other side.

    quantity: the part of the execution left over, + bought, - sold. undetermined: it may be a short's opening; a later row decides.
    """

    execution: Execution
    quantity: Decimal
    undetermined: bool


@dataclass(frozen=True, slots=True)
class Flag:
    """An instrument whose lots cannot be trusted, and why. action_id: the corporate action that did it, if one did."""

    instrument: Instrument
    reason: str
    row_id: str = ""
    ours: Decimal | None = None
    broker: Decimal | None = None


@dataclass(frozen=True, slots=True)
class MatchResult:
    """What matching says of an account's rows.

    round_trips: closed ones, in the order they closed. open_trips: not yet flat, with what they realized so far.
    """

    round_trips: tuple[RoundTrip, ...]
    open_trips: tuple[RoundTrip, ...]
    open_lots: tuple[Lot, ...]
    unmatched: tuple[Unmatched, ...]
    flags: tuple[Flag, ...] = ()


_EXECUTIONS: Final = Basis.EXECUTIONS
_CERTAINTY: Final = {basis: rank for rank, basis in enumerate(Basis)}


def weakest(bases: Iterable[Basis]) -> Basis:
    """The least certain of several bases; `EXECUTIONS` for none."""
    worst = _EXECUTIONS
    for basis in bases:
        if basis is not worst and _CERTAINTY[basis] > _CERTAINTY[worst]:
            worst = basis
    return worst
