"""Our figures beside the broker's: every closing fill and every position, each line with what it is and why.

Ours is rounded to the digits the broker prints and then compared within a cent: comparing first and rounding later would call two
equal figures different when the broker prints five decimals of a fill whose parts have more.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from fillbook.ledger.execution import Effect, Execution
from fillbook.ledger.figures import BrokerFigure
from fillbook.ledger.instrument import AssetClass, Instrument
from fillbook.ledger.making import maker
from fillbook.ledger.numbers import EXACT, ZERO, decimals_of, exact
from fillbook.trades.corrections import CancelChain
from fillbook.trades.reasons import Reason
from fillbook.trades.records import Basis, ClosedLot, Lot, MatchResult, weakest
from fillbook.trades.witness import Witness

CENT: Final = Decimal("0.01")
_HALF_CENT: Final = Decimal("0.005")
_OTHER_LOTS: Final = frozenset({"LI", "SL", "HC", "ML", "MLG", "MLL", "MSG", "MSL"})


class Status(StrEnum):
    """What a comparison says. equal: within a cent; inferred: ours rests on the broker's own row; unstated: the broker gives no figure;
    explained: one of the closed list of reasons; different: none of them.
    """

    EQUAL = "equal"
    INFERRED = "inferred"
    UNSTATED = "unstated"
    EXPLAINED = "explained"
    DIFFERENT = "different"


class LineKind(StrEnum):
    """What a line compares."""

    FILL = "fill"
    POSITION = "position"
    FEE = "fee"


@dataclass(frozen=True, slots=True)
class ReconciliationLine:
    """One comparison. id: execution id of a fill or fee, contract id of a position. ours, broker: realized P&L of a fill or its fees and
    taxes (- paid) in the instrument's currency, quantity of a position; None where there is no figure. A rebook is judged by the sum of
    its chain and shows its own figure.
    """

    kind: LineKind
    id: str
    instrument: Instrument
    ours: Decimal | None
    broker: Decimal | None
    status: Status
    reason: Reason = Reason.NONE
    trade_date: date | None = None


# Every closing fill passes by these, and on Python 3.11 reading a member from its enum costs ten times as much as reading a name.
_FILL: Final = LineKind.FILL
_FOREX: Final = AssetClass.FOREX
_KNOWN: Final = frozenset({Basis.EXECUTIONS, Basis.STATED})
_EQUAL: Final = Status.EQUAL
_NO_REASON, _WASH_SALE = Reason.NONE, Reason.WASH_SALE
_make_line: Final = maker(ReconciliationLine)


def same_money(ours: Decimal, broker: Decimal) -> bool:
    """Equal within a cent once ours is rounded to the broker's digits."""
    if abs(ours - broker) <= _HALF_CENT:  # two digits or more: rounding moves ours by no more than another half
        return True
    digits = max(2, min(decimals_of(broker), 18))
    return abs(ours.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN, context=EXACT) - broker) <= CENT


def reconcile_fills(
    executions: Sequence[Execution], counted: Sequence[Execution], chains: Sequence[CancelChain], result: MatchResult, witness: Witness
) -> list[ReconciliationLine]:
    """Compare each closing fill's realized P&L with the broker's.

    Args:
        executions: all of the account's, as reported.
        counted: those that matching took (rebooks carry their chain's figure).
        chains: the cancellations among them.
        result: what matching made of `counted`.
        witness: what other sections say about these fills.

    Returns:
        A line for every execution that closes by our matching or for which the broker states a realized P&L other than 0, then one for
        every trade settled elsewhere that closes here: the broker states no P&L for those.
    """
    with exact():
        closed = _closed_by_fill(result)
        figures = {row.execution_id: row for row in counted} if chains else {}
        dropped = {name for chain in chains for name in (*chain.originals, *chain.cancels)}
        rebooks = {chain.rebook for chain in chains}
        left_over = {left.execution.execution_id for left in result.unmatched}
        flagged = {flag.instrument.key for flag in result.flags}
        lines = []
        put_off: dict[str, Decimal] = defaultdict(Decimal)
        for row in executions:
            if row.execution_id in dropped:
                lines.append(_line(row, None, row.broker_realized_pnl, Status.EXPLAINED, Reason.CANCEL_CHAIN))
            elif row.instrument.asset_class is _FOREX:
                if row.broker_realized_pnl:
                    lines.append(_line(row, None, row.broker_realized_pnl, Status.EXPLAINED, Reason.FOREX))
            elif row.broker_realized_pnl or row.execution_id in closed or row.execution_id in left_over:
                chained = row.execution_id in rebooks
                key, fills = row.instrument.key, closed.get(row.execution_id, [])
                facts = _Facts(fills, row.execution_id in left_over, key in flagged, chained, put_off[key], witness)
                line = _compare_fill(row, figures.get(row.execution_id, row), facts)
                lines.extend([line] if line else [])
                if line and line.reason is _WASH_SALE and line.ours is not None and line.broker is not None:
                    put_off[key] += line.broker - line.ours
        return lines + _settled_elsewhere(closed, {row.execution_id for row in executions})


class _Facts(NamedTuple):
    """put_off: losses in this instrument that the broker has disallowed so far and not yet counted."""

    closed: list[ClosedLot]
    left_over: bool
    flagged: bool
    chained: bool
    put_off: Decimal
    witness: Witness


def _closed_by_fill(result: MatchResult) -> Mapping[str, list[ClosedLot]]:
    closed: dict[str, list[ClosedLot]] = defaultdict(list)
    for trip in (*result.round_trips, *result.open_trips):
        for lot in trip.closed_lots:
            if not lot.by_action:
                closed[lot.closed_by].append(lot)
    return closed


def _settled_elsewhere(closed: Mapping[str, list[ClosedLot]], listed: Collection[str]) -> list[ReconciliationLine]:
    lines = []
    for name, lots in closed.items():
        if name not in listed:
            ours, last = _known_pnl(lots), lots[-1]
            reason = Reason.NO_OPENING if ours is None else Reason.NO_FIGURE
            lines.append(ReconciliationLine(LineKind.FILL, name, last.instrument, ours, None, Status.UNSTATED, reason, last.closed_on))
    return lines


def _known_pnl(lots: Sequence[ClosedLot]) -> Decimal | None:
    """What a fill realized, None where it closes nothing or a part has no known cost."""
    known = [lot.realized_pnl for lot in lots if lot.realized_pnl is not None]
    return sum(known, ZERO) if lots and len(known) == len(lots) else None


def _line(row: Execution, ours: Decimal | None, broker: Decimal | None, status: Status, reason: Reason = Reason.NONE) -> ReconciliationLine:
    return _make_line(_FILL, row.execution_id, row.instrument, ours, broker, status, reason, row.trade_date)


def _compare_fill(row: Execution, counted: Execution, facts: _Facts) -> ReconciliationLine | None:
    broker = _stated(counted, bool(facts.closed))
    if not facts.closed and not broker and not facts.left_over:
        return None
    ours = _known_pnl(facts.closed)
    reason = Reason.CANCEL_CHAIN if facts.chained else _NO_REASON
    if broker is None:
        return _line(row, ours, None, Status.UNSTATED, Reason.NO_OPENING if ours is None else Reason.NO_FIGURE)
    if ours is not None and same_money(ours, broker) and not facts.left_over:
        inferred = weakest([lot.basis for lot in facts.closed]) not in _KNOWN
        return _line(row, ours, row.broker_realized_pnl, Status.INFERRED if inferred else _EQUAL, reason)
    explained = _explain(row, ours, broker, facts)
    shown = row.broker_realized_pnl if facts.chained else broker
    return _line(row, ours, shown, Status.EXPLAINED if explained else Status.DIFFERENT, explained)


def _stated(row: Execution, closes: bool) -> Decimal | None:
    """The broker's figure; a zero on a row that closes but that the broker books as an opening, or without P&L in a model, means none."""
    stated = row.broker_realized_pnl
    if stated or stated is None or not closes:
        return stated
    return None if row.model or row.effect is Effect.OPENS else stated


def _explain(row: Execution, ours: Decimal | None, broker: Decimal, facts: _Facts) -> Reason:
    """The reason from the closed list whose condition holds on this row, or none."""
    codes = set(row.codes.replace(",", ";").split(";"))
    if facts.left_over and (ours is None or not facts.closed):
        return Reason.NO_OPENING
    if facts.flagged:
        return Reason.ACTION_UNKNOWN
    if ours is None:
        return Reason.NO_OPENING if facts.closed else Reason.NONE
    if any(lot.basis is Basis.STATED for lot in facts.closed):
        return Reason.STATED_OPENING
    if "LD" in codes or (facts.put_off and ZERO < ours - broker <= facts.put_off + CENT):
        return Reason.WASH_SALE
    if codes & _OTHER_LOTS or facts.witness.closed_others(row, facts.closed, broker):
        return Reason.BROKER_METHOD
    trust = row.instrument.sub_class.upper() == "REIT" or row.instrument.asset_class is AssetClass.FUND
    if trust and broker > ours and all(lot.quantity > 0 for lot in facts.closed):
        dividends = facts.witness.dividends_on(row, facts.closed)
        return Reason.RETURN_OF_CAPITAL if dividends is None or broker - ours <= dividends + CENT else Reason.NONE
    return Reason.NONE


def reconcile_positions(
    lots: Sequence[Lot], positions: Sequence[BrokerFigure], states_positions: bool, result: MatchResult
) -> list[ReconciliationLine]:
    """Compare what we hold with the broker's open positions."""
    with exact():
        held: dict[str, list[Lot]] = defaultdict(list)
        for lot in lots:
            held[lot.instrument.key].append(lot)
        figures = {figure.instrument.key: figure for figure in positions if figure.instrument.asset_class is not AssetClass.FOREX}
        flagged = {flag.instrument.key for flag in result.flags}
        keys = sorted({*held, *figures})
        return [_compare_position(key, held.get(key, []), figures.get(key), states_positions, key in flagged) for key in keys]


def _compare_position(key: str, lots: list[Lot], figure: BrokerFigure | None, stated: bool, flagged: bool) -> ReconciliationLine:
    ours = sum((lot.quantity for lot in lots), ZERO)
    instrument = figure.instrument if figure else lots[0].instrument
    if not stated:
        return ReconciliationLine(LineKind.POSITION, key, instrument, ours, None, Status.UNSTATED, Reason.NO_POSITIONS)
    broker = figure.quantity if figure else ZERO
    if ours != broker:
        reason = Reason.ACTION_UNKNOWN if flagged else Reason.POSITION_MOVED
        return ReconciliationLine(LineKind.POSITION, key, instrument, ours, broker, Status.EXPLAINED, reason)
    certain = all(lot.basis in _KNOWN for lot in lots)
    return ReconciliationLine(LineKind.POSITION, key, instrument, ours, broker, Status.EQUAL if certain else Status.INFERRED)
