"""How much of each instrument's history is there: all of it, all with a part that the broker's own figures had to supply, or not all.

A gap is a number of units whose other side, or whose cost, no row of the account tells. Gaps are found in what matching made
(`gaps_of`); storage finds the same ones in its tables. `judge` makes the mark that a page shows out of an instrument's gaps.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from fillbook.ledger.instrument import AssetClass, Instrument
from fillbook.ledger.numbers import ZERO, exact
from fillbook.trades.account import AccountBook
from fillbook.trades.reasons import Reason
from fillbook.trades.reconcile import LineKind, Status
from fillbook.trades.records import Basis, ClosedLot, Incomplete, Lot, Role, RoundTrip


class Completeness(StrEnum):
    """The mark. An account has the worst of its instruments' marks (last in this list)."""

    COMPLETE = "complete"
    """Every opening and closing was found."""
    STATED = "stated"
    """Some openings lie outside the statements; the owner states what they cost."""
    INFERRED = "inferred"
    """Some openings lie outside the statements; the broker's own figures tell what they cost."""
    MISSING = "missing"
    """Some units have no other side, or no cost."""


class Cause(StrEnum):
    """The likely cause of a gap."""

    STATED = "stated"
    BEFORE_HISTORY = "before_history"
    DELIVERED = "delivered"
    TRANSFERRED = "transferred"
    CORPORATE_ACTION = "corporate_action"
    CANCELLED_ELSEWHERE = "cancelled_elsewhere"
    UNDETERMINED = "undetermined"
    POSITION_MOVED = "position_moved"


CAUSES: Final[dict[Cause, str]] = {
    Cause.STATED: "Opened before the first day that the statements cover, at the cost that you stated.",
    Cause.BEFORE_HISTORY: "Opened before the first day that the statements cover. An older statement that holds the opening completes it.",
    Cause.DELIVERED: "Delivered by an exercise or assignment whose option row is not in the statements.",
    Cause.TRANSFERRED: "Moved between accounts, without the cost or the proceeds of what moved.",
    Cause.CORPORATE_ACTION: "Changed by a corporate action whose effect on cost the statements do not give.",
    Cause.CANCELLED_ELSEWHERE: "Given back by the cancellation of a fill that is not in the statements.",
    Cause.UNDETERMINED: "Sold without a purchase in the statements: a short sale, or something older. A later statement decides.",
    Cause.POSITION_MOVED: "The broker states another quantity: a row is missing, such as a transfer or a day that is not covered.",
}


MOVES: Final = frozenset({Cause.TRANSFERRED, Cause.CANCELLED_ELSEWHERE})
"""Causes that bring or take units without a trade."""
TRADED: Final = frozenset({Role.OPENS, Role.CLOSES})
KNOWN: Final = frozenset({Basis.EXECUTIONS, Basis.STATED})
"""Lots that make no round trip incomplete."""


class Gap(NamedTuple):
    """quantity: units concerned, positive. known: the broker's own figures, or the owner, tell what the rows do not."""

    cause: Cause
    quantity: Decimal
    known: bool


class Mark(NamedTuple):
    """An instrument's mark. quantity: units concerned by the likeliest cause, positive, 0 when complete. confirmed: the broker states
    positions, so that nothing can be missing unnoticed.
    """

    status: Completeness
    quantity: Decimal = ZERO
    cause: Cause | None = None
    confirmed: bool = True

    @property
    def sentence(self) -> str:
        """The cause in words; "" when complete."""
        return CAUSES[self.cause] if self.cause else ""


class AccountMark(NamedTuple):
    """How many of an account's instruments have each mark. confirmed: the broker's positions confirm all of them."""

    complete: int
    stated: int
    inferred: int
    missing: int
    confirmed: bool

    @property
    def status(self) -> Completeness:
        """The worst there is; an account without instruments is complete."""
        found = {Completeness.MISSING: self.missing, Completeness.INFERRED: self.inferred, Completeness.STATED: self.stated}
        return next((status for status, count in found.items() if count), Completeness.COMPLETE)

    @property
    def total(self) -> int:
        """All instruments."""
        return self.complete + self.stated + self.inferred + self.missing


def judge(gaps: Iterable[Gap], confirmed: bool = True) -> Mark:
    """The mark that follows from an instrument's gaps; the cause is the one that concerns most units."""
    found = list(gaps)
    missing = [gap for gap in found if not gap.known]
    inferred = [gap for gap in found if gap.cause is not Cause.STATED]
    if not found:
        return Mark(Completeness.COMPLETE, confirmed=confirmed)
    worst = missing or inferred or found
    status = Completeness.MISSING if missing else Completeness.INFERRED if inferred else Completeness.STATED
    units = dict.fromkeys(Cause, ZERO)
    with exact():
        for gap in worst:
            units[gap.cause] += gap.quantity
    cause = max({gap.cause for gap in worst}, key=lambda one: (units[one], -list(Cause).index(one)))
    return Mark(status, units[cause], cause, confirmed)


def judge_account(marks: Iterable[Mark]) -> AccountMark:
    """An account's mark from those of its instruments."""
    found = list(marks)
    counts = Counter(mark.status for mark in found)
    confirmed = all(mark.confirmed for mark in found)
    complete, stated, inferred, missing = (counts[status] for status in Completeness)
    return AccountMark(complete, stated, inferred, missing, confirmed)


def marks_of(book: AccountBook, unconfirmed: frozenset[str] = frozenset()) -> dict[str, Mark]:
    """Contract id -> mark, for every instrument with a row or a position; currencies are none.

    Args:
        book: an account as it was read.
        unconfirmed: contract ids whose position is no figure of the broker's, though the account has others that are.
    """
    gaps, stated = gaps_of(book), book.statement.states_positions
    return {key: judge(gaps.get(key, ()), stated and key not in unconfirmed) for key in sorted(_instruments(book))}


def gaps_of(book: AccountBook) -> Mapping[str, list[Gap]]:
    """Contract id -> gaps, from round trips, open lots, what is left over, flags and the broker's positions."""
    result, gaps = book.match, defaultdict[str, list[Gap]](list)
    lots: dict[str, list[Lot]] = defaultdict(list)
    for lot in result.open_lots:
        lots[lot.instrument.key].append(lot)
        if lot.basis is not Basis.EXECUTIONS:
            cause = cause_of([lot.incomplete] if lot.incomplete else (), lot.basis)
            gaps[lot.instrument.key].append(Gap(cause, abs(lot.quantity), lot.cost_basis is not None))
    for trip in (*result.round_trips, *result.open_trips):
        held = any(lot.basis not in KNOWN for lot in lots[trip.instrument.key]) and trip.is_open
        gaps[trip.instrument.key] += trip_gaps(trip, held)
    for left in result.unmatched:
        cause = Cause.UNDETERMINED if left.undetermined else Cause.BEFORE_HISTORY
        gaps[left.execution.instrument.key].append(Gap(cause, abs(left.quantity), known=False))
    for flag in result.flags:
        gaps[flag.instrument.key].append(Gap(Cause.CORPORATE_ACTION, abs(flag.broker or ZERO), known=False))
    for line in book.lines:
        if line.kind is LineKind.POSITION and line.status in (Status.EXPLAINED, Status.DIFFERENT):
            gaps[line.id].append(position_gap(line.reason, line.ours, line.broker))
    return gaps


def trip_gaps(trip: RoundTrip, held: bool) -> Iterator[Gap]:
    """The gaps of what a round trip closed. held: it still holds units of which the same is told.

    An incomplete one all of whose costs are known lost or got units without a trade, or closed at a worth that nothing tells.
    """
    cause = cause_of(trip.incomplete)
    unknown = [lot for lot in trip.closed_lots if lot.basis is not Basis.EXECUTIONS]
    yield from (closed_gap(cause_of(trip.incomplete, lot.basis), lot) for lot in unknown)
    if trip.incomplete and not held and all(lot.basis is Basis.STATED for lot in unknown):
        moved = sum((abs(fill.quantity) for fill in trip.fills if fill.role not in TRADED), ZERO)
        yield Gap(cause, moved if cause in MOVES else trip.quantity, known=False)


def closed_gap(cause: Cause, lot: ClosedLot) -> Gap:
    """A closed lot whose cost no row of the account tells."""
    return Gap(cause, abs(lot.quantity), lot.realized_pnl is not None)


def position_gap(reason: str, ours: Decimal | None, broker: Decimal | None) -> Gap:
    """A position that is not the broker's."""
    with exact():
        apart = abs((broker or ZERO) - (ours or ZERO))
    return Gap(Cause.CORPORATE_ACTION if reason == Reason.ACTION_UNKNOWN else Cause.POSITION_MOVED, apart, known=False)


def cause_of(reasons: Iterable[str], basis: str = Basis.UNKNOWN) -> Cause:
    """The cause that a round trip's or a lot's reasons come to, the commonest first. Only cash that an action paid gives none."""
    if basis == Basis.STATED:
        return Cause.STATED
    named = set(reasons)
    return next((Cause(reason) for reason in Incomplete if reason in named), Cause.CORPORATE_ACTION)


def _instruments(book: AccountBook) -> set[str]:
    statement = book.statement
    found: list[Instrument] = [row.instrument for row in statement.executions]
    found += [row.instrument for row in statement.corporate_actions]
    found += [row.instrument for row in statement.transfers if row.quantity]
    found += [figure.instrument for figure in statement.positions]
    return {instrument.key for instrument in found if instrument.asset_class is not AssetClass.FOREX}
