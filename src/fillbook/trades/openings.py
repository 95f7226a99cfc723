"""What was held before the history: found, never invented.

Two witnesses say how much an instrument's position was before the first row. The broker's position at the end, walked back through every
row, gives it exactly, provided no row is missing. The rows themselves give a lower bound: a row that the broker says closes must have
had something to close (low-water mark). Where walking back contradicts what the rows say (a purchase that opened a long position
while the walk is short: something left the account without a row), the rows win and the position line shows the difference.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from fillbook.ledger.events import CorporateAction, Transfer
from fillbook.ledger.execution import Effect, Execution, ExecutionKind
from fillbook.ledger.figures import BrokerFigure
from fillbook.ledger.instrument import AssetClass, Instrument
from fillbook.ledger.money import amount as amount_of
from fillbook.ledger.numbers import ZERO, share
from fillbook.ledger.order import LedgerRow
from fillbook.trades.lots import scale_lots
from fillbook.trades.moves import Move, moves_by_action
from fillbook.trades.records import Basis, Incomplete, Lot, MatchResult, RoundTrip, Unmatched

# Every row passes by these, and on Python 3.11 reading a member from its enum costs ten times as much as reading a name.
_FOREX: Final = AssetClass.FOREX
_CANCEL: Final = ExecutionKind.CANCEL
_TRADE: Final = ExecutionKind.TRADE
_OPENS, _CLOSES, _UNSAID = Effect.OPENS, Effect.CLOSES, Effect.UNSAID


_NAME: Final = "held before: "
_NOTHING: Final = Decimal("0.000001")
"""Less than the last digit that a broker prints of a cost."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What matching starts from.

    lots: held before the first row (or left by an earlier matching), oldest first. settled: contract ids whose opening position is
    known, so that a sale beyond it is a short. all_settled: the history starts at the account's funding. open_trips and undetermined:
    left by an earlier matching, to go on with.
    """

    lots: tuple[Lot, ...] = ()
    settled: frozenset[str] = frozenset()
    all_settled: bool = False
    open_trips: tuple[RoundTrip, ...] = ()
    undetermined: tuple[Unmatched, ...] = ()


def effect_of(row: Execution) -> Effect:
    """Whether a fill opens or closes, as far as the broker says: by its indicator, else by its realized P&L and cost.

    Only a closing has a P&L other than 0 (it may be a reversal, which closes with a part of its quantity). A trade without one whose cost
    is what it was bought or sold for opens.
    """
    if row.effect is not _UNSAID:
        return row.effect
    if row.broker_realized_pnl:
        return _CLOSES
    if row.broker_realized_pnl is None or not row.broker_cost or row.kind is not _TRADE or row.model:
        return _UNSAID
    return _OPENS if abs(row.broker_cost + amount_of(row)) < _NOTHING else _UNSAID


def infer_opening(
    rows: Sequence[LedgerRow], positions: Iterable[BrokerFigure], states_positions: bool, funded_inside: bool = False
) -> Opening:
    """Work out the lots held before the first row.

    Args:
        rows: of one account, in total order, cancelled pairs dropped.
        positions: the broker's positions after the last row.
        states_positions: the broker states all positions, so one that is missing is flat.
        funded_inside: the history reaches back to the account's first day.

    Returns:
        lots of unknown cost (the closing rows or the broker's position will tell it), and which instruments are settled.
    """
    moves: dict[str, list[Move]] = defaultdict(list)
    known: dict[str, Instrument] = {}
    by_action = moves_by_action([row for row in rows if isinstance(row, CorporateAction)])
    for row in rows:
        if row.instrument.asset_class is not _FOREX:
            moves[row.instrument.key].append(_move(row) if not isinstance(row, CorporateAction) else by_action[row.leg_id])
            known.setdefault(row.instrument.key, row.instrument)
    held = {figure.instrument.key: figure.quantity for figure in positions}
    known.update({figure.instrument.key: figure.instrument for figure in positions if figure.instrument.key not in known})
    lots, settled = [], set()
    for key, instrument in known.items():
        ends = held.get(key, ZERO) if states_positions else None
        quantity, certain = _opening_quantity(moves[key], ends)
        if certain or funded_inside:
            settled.add(key)
        if quantity:
            lots.append(Lot(instrument, quantity, None, ZERO, Basis.UNKNOWN, incomplete=Incomplete.BEFORE_HISTORY))
    return Opening(tuple(lots), frozenset(settled), funded_inside)


def _move(row: Execution | Transfer) -> Move:
    if isinstance(row, Transfer):
        return Move(row.quantity, closes=row.quantity < 0, opens=row.quantity > 0)
    if row.kind is _CANCEL:
        return Move(row.quantity)
    effect = effect_of(row)
    return Move(row.quantity, effect is _CLOSES, effect is _OPENS, in_part=row.effect is _UNSAID)


def _opening_quantity(moves: Sequence[Move], ends: Decimal | None) -> tuple[Decimal, bool]:
    """(quantity before the first row, whether the broker's position proves it)."""
    if ends is None:
        return _low_water(moves), False
    walked_back = ends - sum((move.quantity for move in moves), ZERO)
    against = _contradictions(moves, walked_back)
    if not against:
        return walked_back, True
    low_water = _low_water(moves)
    return (walked_back, True) if against <= _contradictions(moves, low_water) else (low_water, False)


def _low_water(moves: Sequence[Move]) -> Decimal:
    """The smallest opening position under which every closing row had something to close, in units of before the first row."""
    position, opening, scale = ZERO, ZERO, Decimal(1)
    for move in moves:
        if move.ratio is not None:
            scale *= move.ratio
            position *= move.ratio
            continue
        after = position + move.quantity
        if move.closes and position * move.quantity >= 0:
            short_of = move.quantity
        elif move.closes and after * move.quantity > 0:
            short_of = after
        else:
            short_of = ZERO
        if short_of:
            opening -= short_of / scale
            after -= short_of
        position = after
    return opening


def _contradictions(moves: Sequence[Move], opening: Decimal) -> int:
    """How many rows say something that cannot be under this opening position."""
    position, count = opening, 0
    for move in moves:
        after = position + move.quantity
        against_close = move.closes and (position * move.quantity >= 0 or (after * move.quantity > 0 and not move.in_part))
        against_open = move.opens and position * move.quantity < 0
        count += against_close or against_open
        position = after
    return count


def name_opening(opening: Opening) -> Opening:
    """The same with a name for each lot of unknown cost, so that its parts can be told from other units of unknown origin."""
    return replace(
        opening, lots=tuple(lot._replace(opened_by=_NAME + lot.instrument.key) if _unknown(lot) else lot for lot in opening.lots)
    )


def settle_opening(opening: Opening, named: MatchResult) -> Opening:
    """Give the lots held before the first row the costs that matching the broker's way found for their parts.

    named: that matching, started from `name_opening`.

    Needed before matching in another order: the broker's figure for a closing row tells the cost of the lots that *the broker* closed
    with it. Parts are in the order they were closed, then what is still held; units before a split are restored in proportion.
    """
    parts: dict[str, list[tuple[Decimal, Decimal | None]]] = defaultdict(list)
    for trip in (*named.round_trips, *named.open_trips):
        for closed in trip.closed_lots:
            parts[closed.opened_by].append((closed.quantity, closed.cost_basis))
    for lot in named.open_lots:
        parts[lot.opened_by].append((lot.quantity, lot.cost_basis))
    lots: list[Lot] = []
    for lot in opening.lots:
        known = parts.get(_NAME + lot.instrument.key) if _unknown(lot) else None
        lots.extend(_in_parts(lot, known) if known else [lot])
    return replace(opening, lots=tuple(lots))


def _unknown(lot: Lot) -> bool:
    return lot.cost_basis is None


def _in_parts(lot: Lot, parts: list[tuple[Decimal, Decimal | None]]) -> list[Lot]:
    pieces = [
        lot._replace(quantity=quantity, cost_basis=cost, basis=Basis.UNKNOWN if cost is None else Basis.INFERRED)
        for quantity, cost in parts
    ]
    return scale_lots(pieces, lot.quantity)


def cost_from_positions(lots: Sequence[Lot], positions: Iterable[BrokerFigure]) -> tuple[Lot, ...]:
    """Give open lots of unknown cost what the broker's position leaves for them.

    The position's cost less the known lots' is the cost of the unknown ones, provided the quantities agree; several unknown lots of
    one instrument share it by quantity.
    """
    figures = {figure.instrument.key: figure for figure in positions}
    by_key: dict[str, list[Lot]] = defaultdict(list)
    for lot in lots:
        by_key[lot.instrument.key].append(lot)
    result: list[Lot] = []
    for key, held in by_key.items():
        result.extend(_fill_in(held, figures.get(key)))
    return tuple(result)


def _fill_in(held: list[Lot], figure: BrokerFigure | None) -> list[Lot]:
    unknown = [lot for lot in held if lot.cost_basis is None]
    if not unknown or figure is None or figure.cost_basis is None or figure.quantity != sum((lot.quantity for lot in held), ZERO):
        return held
    left = figure.cost_basis - sum((lot.cost_basis for lot in held if lot.cost_basis is not None), ZERO)
    units = sum((lot.quantity for lot in unknown), ZERO)
    filled = []
    for lot in held:
        if lot.cost_basis is None:
            cost = share(left, lot.quantity, units)
            left, units = left - cost, units - lot.quantity
            filled.append(lot._replace(cost_basis=cost, basis=Basis.INFERRED))
        else:
            filled.append(lot)
    return filled
