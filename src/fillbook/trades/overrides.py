"""The trader's own word on where one trade ends and the next begins, over the automatic grouping.

Both hang on a fill, by the broker's id, so they mean the same after every rebuild, and taking one back leaves no trace:

    cut   what this closing fill and the later ones close is a trade of its own
    join  the trade that this fill opens goes on with the trade before it in the same instrument

Only the frame around closed lots changes, as in `grouping`: lots, costs and profits stay what they are, and every closed lot is in exactly
one round trip. A fill that is in no such place (any more) has no effect; nor has any of this where each closing or each day is a trade
anyway.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fillbook.ledger.numbers import ZERO, exact, stored
from fillbook.trades.grouping import frame, with_positions
from fillbook.trades.records import ClosedLot, Lot, MatchResult, Role, RoundTrip, TripFill
from fillbook.trades.trips import TripBuilder, trip_key


@dataclass(frozen=True, slots=True)
class Overrides:
    """Ids of the fills at which trades are cut, and of those whose trade is joined to the one before."""

    cuts: frozenset[str] = frozenset()
    joins: frozenset[str] = frozenset()


def apply_overrides(result: MatchResult, overrides: Overrides, base_currency: str | None) -> MatchResult:
    """Cut and join the round trips of a matching that went from flat to flat: first join, then cut what came of it."""
    if not overrides.cuts and not overrides.joins:
        return result
    lots: dict[str, list[Lot]] = defaultdict(list)
    for lot in result.open_lots:
        lots[lot.instrument.key].append(lot)
    trips: dict[str, list[RoundTrip]] = defaultdict(list)
    for trip in (*result.round_trips, *result.open_trips):
        trips[trip.instrument.key].append(trip)
    touched: dict[str, list[RoundTrip]] = {}
    with exact():
        for key, mine in trips.items():
            joined = _joined(mine, overrides.joins, lots[key], base_currency)
            parts = [part for trip in joined for part in _parts(trip, overrides.cuts, lots[key], base_currency)]
            if parts != mine:
                touched[key] = parts
        if not touched:
            return result
        kept = [trip for trip in result.round_trips if trip.instrument.key not in touched]
        kept_open = [trip for trip in result.open_trips if trip.instrument.key not in touched]
        changed = [trip for parts in touched.values() for trip in parts]
        closed = sorted([*kept, *(trip for trip in changed if not trip.is_open)], key=_end)
        return replace(result, round_trips=tuple(closed), open_trips=(*kept_open, *(trip for trip in changed if trip.is_open)))


def may_join(before: RoundTrip, trip: RoundTrip) -> bool:
    """Whether a trade can go on with the one before it: the same way, and that one over."""
    return not before.is_open and before.side is trip.side and bool(trip.fills) and trip.fills[0].role is Role.OPENS


def _end(trip: RoundTrip) -> tuple[object, ...]:
    return (trip.fills[-1].ordered_at, trip.key) if trip.fills else ()


def _joined(trips: Sequence[RoundTrip], joins: frozenset[str], lots: Sequence[Lot], base_currency: str | None) -> list[RoundTrip]:
    """One instrument's round trips in their order, those that begin with such a fill put to the one before."""
    found: list[RoundTrip] = []
    for trip in trips:
        if found and trip.fills and trip.fills[0].execution_id in joins and may_join(found[-1], trip):
            before = found.pop()
            builder = TripBuilder(trip.account, trip.instrument, before.side, [*before.fills, *trip.fills])
            builder.closed_lots = [*before.closed_lots, *trip.closed_lots]
            builder.incomplete = set(before.incomplete | trip.incomplete)
            builder.flagged = before.flagged or trip.flagged
            found.append(builder.build(tuple(lots) if trip.is_open else (), base_currency))
        else:
            found.append(trip)
    return found


def _parts(trip: RoundTrip, cuts: frozenset[str], lots: Sequence[Lot], base_currency: str | None) -> list[RoundTrip]:
    """A round trip cut before each such closing fill that is not its first."""
    groups: list[list[ClosedLot]] = []
    for lot in trip.closed_lots:
        new = bool(groups) and lot.closed_by in cuts and lot.closed_by != groups[-1][-1].closed_by
        if new or not groups:
            groups.append([])
        groups[-1].append(lot)
    if len(groups) < 2:
        return [trip]
    parts = [frame(trip, group, base_currency) for group in groups]
    if trip.is_open:
        parts[-1] = _still_open(trip, groups[-1], lots, base_currency)
    return [replace(part, key=_key(trip, group, first=index == 0)) for index, (part, group) in enumerate(zip(parts, groups, strict=True))]


def _key(trip: RoundTrip, group: Sequence[ClosedLot], *, first: bool) -> str:
    """The first part keeps the public id; a later one has the id of the fill at which it begins."""
    if first:
        return trip.key
    begins = [fill for fill in trip.fills if fill.execution_id == group[0].closed_by and fill.role is not Role.OPENS]
    return trip_key(trip.account, trip.instrument.key, begins or list(trip.fills[-1:]))


def _still_open(trip: RoundTrip, closed: list[ClosedLot], lots: Sequence[Lot], base_currency: str | None) -> RoundTrip:
    """The last part of an open round trip: what it closed since the cut, and what it still holds."""
    whole = frame(trip, closed, base_currency)
    held = {lot.opened_by for lot in lots}
    opened = {fill.execution_id: fill for fill in whole.fills if fill.role is Role.OPENS}
    fills = [fill for fill in whole.fills if fill.role is not Role.OPENS or fill.execution_id not in held]
    for fill in trip.fills:
        if fill.role is Role.OPENS and fill.execution_id in held:
            fills.append(_grown(fill, opened.get(fill.execution_id), [lot for lot in lots if lot.opened_by == fill.execution_id], trip))
    ordered = with_positions(sorted(fills, key=lambda fill: (fill.ordered_at, fill.role is Role.CLOSES)))
    builder = TripBuilder(trip.account, trip.instrument, trip.side, ordered, closed, set(trip.incomplete), trip.flagged)
    return builder.build(tuple(lots), base_currency)


def _grown(fill: TripFill, part: TripFill | None, lots: Iterable[Lot], trip: RoundTrip) -> TripFill:
    """An opening fill's part in closed lots, and with it the part that is still held."""
    held = list(lots)
    units = sum((lot.quantity for lot in held), ZERO) + (part.quantity if part else ZERO)
    charges = sum((lot.charges for lot in held), ZERO) + (part.charges if part else ZERO)
    amount = -sum((lot.cost_basis or ZERO for lot in held), ZERO) + (part.amount if part else ZERO)
    value: Decimal = units * trip.instrument.price_factor
    price = fill.price if units == fill.quantity or not value else stored((charges - amount) / value)
    return fill._replace(quantity=units, price=price, charges=charges, amount=amount)
