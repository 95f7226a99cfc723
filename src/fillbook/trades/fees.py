"""Fees and taxes: that of each execution counted exactly once, against the sum that the broker charged.

A profit after fees is only as good as its fees. Each execution's charges must be found in the round trips that its parts went into, no
more and no less; what was left out of round trips (a currency trade, a cancelled fill, a closing without an opening) is named with why.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from fillbook.ledger.execution import Execution, ExecutionKind
from fillbook.ledger.instrument import AssetClass
from fillbook.ledger.money import charges as charges_of
from fillbook.ledger.numbers import ZERO, exact, share
from fillbook.ledger.order import total_order
from fillbook.ledger.statement import AccountStatement
from fillbook.trades.account import read_account
from fillbook.trades.corrections import CancelChain, resolve_cancels
from fillbook.trades.reasons import Reason
from fillbook.trades.reconcile import LineKind, ReconciliationLine, Status
from fillbook.trades.records import MatchResult, Role, TripFill
from fillbook.trades.settings import MatchSettings

SENTENCES: Final[dict[Reason, str]] = {
    Reason.FOREX: "Fees of currency trades, which are left out of profit with them.",
    Reason.CANCEL_CHAIN: "Fees of cancelled fills: they go with what was booked instead, or with nothing.",
    Reason.NO_OPENING: "Fees of closing fills whose opening is not in the history, which are left out of profit with them.",
}
"""Why a fee is in no round trip; any other is `different`."""

_OPTIONS: Final = frozenset({AssetClass.OPTION, AssetClass.FUTURE_OPTION})
_DELIVERY: Final = frozenset({ExecutionKind.ASSIGNMENT, ExecutionKind.EXERCISE})


@dataclass(frozen=True, slots=True)
class FeeTotals:
    """An account's fees and taxes in one currency, - paid; stated = counted + left_out + different.

    stated: the sum of the broker's rows. counted: in round trips, open ones included. left_out: with a reason. different: without one.
    """

    currency: str
    stated: Decimal
    counted: Decimal
    left_out: Decimal
    different: Decimal


def check_fees(statement: AccountStatement) -> list[ReconciliationLine]:
    """Read an account as the broker does and find each execution's fees in what comes out."""
    book = read_account(statement, MatchSettings().as_broker)
    executions = sorted(statement.executions, key=total_order)
    counted, chains = resolve_cancels(executions)
    return reconcile_fees(executions, counted, chains, book.match)


def reconcile_fees(
    executions: Sequence[Execution], counted: Sequence[Execution], chains: Sequence[CancelChain], result: MatchResult
) -> list[ReconciliationLine]:
    """Compare the charges that round trips hold of each execution with those that the broker's row states.

    Args:
        executions: all of the account's, as reported.
        counted: those that matching took (rebooks carry their chain's fees).
        chains: the cancellations among them.
        result: what matching made of `counted`, from flat to flat.

    Returns:
        A line of kind fee for every execution with charges, under its id: ours as found (None when nowhere), the broker's as stated.
        A rebook is judged by the sum of its chain and shows its row's own charges as the broker's.
    """
    with exact():
        found = _found(result, counted)
        rows = {row.execution_id: row for row in counted} if chains else {}
        dropped = {name for chain in chains for name in (*chain.originals, *chain.cancels)}
        lines = []
        for row in executions:
            name, parts = row.execution_id, found.get(row.execution_id)
            if charges_of(row) or (parts and (parts.in_trips or parts.left_over)):
                lines.append(_line(row, rows.get(name, row), parts, name in dropped))
        return lines


def fee_totals(lines: Iterable[ReconciliationLine]) -> tuple[FeeTotals, ...]:
    """Sums of fee lines, by currency in alphabetical order."""
    totals: dict[str, FeeTotals] = {}
    with exact():
        for line in lines:
            currency, stated, counted = line.instrument.currency, line.broker or ZERO, line.ours or ZERO
            apart = stated - counted
            total = totals.get(currency) or FeeTotals(currency, ZERO, ZERO, ZERO, ZERO)
            totals[currency] = replace(
                total,
                stated=total.stated + stated,
                counted=total.counted + counted,
                left_out=total.left_out + (ZERO if line.status is Status.DIFFERENT else apart),
                different=total.different + (apart if line.status is Status.DIFFERENT else ZERO),
            )
    return tuple(totals[currency] for currency in sorted(totals))


def _line(row: Execution, counted: Execution, parts: "_Parts | None", dropped: bool) -> ReconciliationLine:
    stated = charges_of(row)
    if dropped:
        return _made(row, None, stated, Status.EXPLAINED, Reason.CANCEL_CHAIN)
    if parts is None:
        left_out = _why_nowhere(row)
        return _made(row, None, stated, Status.EXPLAINED if left_out else Status.DIFFERENT, left_out)
    if parts.in_trips + parts.left_over != charges_of(counted):
        return _made(row, parts.in_trips, stated, Status.DIFFERENT, Reason.NONE)
    if parts.left_over:
        return _made(row, parts.in_trips or None, stated, Status.EXPLAINED, Reason.NO_OPENING)
    chained = counted is not row
    return _made(row, parts.in_trips, stated, Status.EQUAL, Reason.CANCEL_CHAIN if chained else Reason.NONE)


def _made(row: Execution, ours: Decimal | None, broker: Decimal, status: Status, reason: Reason) -> ReconciliationLine:
    return ReconciliationLine(LineKind.FEE, row.execution_id, row.instrument, ours, broker, status, reason, row.trade_date)


def _why_nowhere(row: Execution) -> Reason:
    """Why matching made nothing of a row."""
    if row.instrument.asset_class is AssetClass.FOREX:
        return Reason.FOREX
    return Reason.CANCEL_CHAIN if row.kind is ExecutionKind.CANCEL else Reason.NONE


@dataclass(slots=True)
class _Parts:
    """Charges of one execution: in round trips, and of a part without its other side."""

    in_trips: Decimal = ZERO
    left_over: Decimal = ZERO


def _found(result: MatchResult, counted: Sequence[Execution]) -> Mapping[str, _Parts]:
    """Execution id -> where its charges are."""
    found: dict[str, _Parts] = defaultdict(_Parts)
    for trip in (*result.round_trips, *result.open_trips):
        for fill in _traded(trip.fills):
            found[fill.execution_id].in_trips += fill.charges
    for left in result.unmatched:
        row, total = left.execution, charges_of(left.execution)
        found[row.execution_id].left_over += total - share(total, row.quantity - left.quantity, row.quantity)
    _take_out_premiums(found, result, counted)
    return found


def _traded(fills: Iterable[TripFill]) -> Iterable[TripFill]:
    return (fill for fill in fills if fill.role in (Role.OPENS, Role.CLOSES))


def _take_out_premiums(found: Mapping[str, _Parts], result: MatchResult, counted: Sequence[Execution]) -> None:
    """An exercised option's charges go with its premium to the rows that it delivered, where they are counted a second time as fills.

    What came with a premium is taken out of those rows again, provided that together, by currency, no more came than options gave away.
    """
    exercised = {row.execution_id for row in counted if row.kind in _DELIVERY and row.instrument.asset_class in _OPTIONS}
    delivered = [row for row in counted if row.kind in _DELIVERY and row.execution_id not in exercised and row.execution_id in found]
    came: dict[str, Decimal] = defaultdict(Decimal)
    for row in delivered:
        came[row.instrument.currency] += found[row.execution_id].in_trips + found[row.execution_id].left_over - charges_of(row)
    given = _given_away(result, exercised)
    for row in delivered:
        currency = row.instrument.currency
        if min(ZERO, given[currency]) <= came[currency] <= max(ZERO, given[currency]):
            found[row.execution_id].in_trips = charges_of(row) - found[row.execution_id].left_over


def _given_away(result: MatchResult, exercised: set[str]) -> Mapping[str, Decimal]:
    """Currency -> charges of exercised options that their own lots no longer hold."""
    given: dict[str, Decimal] = defaultdict(Decimal)
    for trip in (*result.round_trips, *result.open_trips):
        if any(fill.execution_id in exercised for fill in trip.fills):
            held = [lot.charges for lot in result.open_lots if trip.is_open and lot.instrument.key == trip.instrument.key]
            paid = sum((fill.charges for fill in _traded(trip.fills)), ZERO)
            given[trip.instrument.currency] += paid - sum((lot.charges for lot in trip.closed_lots), ZERO) - sum(held, ZERO)
    return given
