"""Other ways to say what one trade is: each closing fill by itself, or each day's closings.

A position that is scaled in and out for years never goes flat, and as one round trip it says nothing. Grouping re-reads the closed lots
that matching made; lots, costs and profits stay the same, only the frame around them changes.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import replace
from decimal import Decimal

from fillbook.ledger.numbers import ZERO, exact, share, stored
from fillbook.trades.records import Basis, ClosedLot, Lot, MatchResult, Role, RoundTrip, TripFill
from fillbook.trades.settings import Grouping
from fillbook.trades.trips import TripBuilder, trip_key


def regroup(result: MatchResult, grouping: Grouping, base_currency: str | None) -> MatchResult:
    """Frame closed lots as `grouping` says; what is still held stays as open round trips that have realized nothing.

    Every closed lot is in exactly one round trip, so the sums are those of flat to flat.
    """
    if grouping is Grouping.FLAT_TO_FLAT:
        return result
    with exact():
        closed = [part for trip in (*result.round_trips, *result.open_trips) for part in _parts(trip, grouping, base_currency)]
        closed.sort(key=lambda trip: (trip.fills[-1].ordered_at, trip.key))
        lots: dict[str, list[Lot]] = defaultdict(list)
        for lot in result.open_lots:
            lots[lot.instrument.key].append(lot)
        held = [_still_held(trip, lots[trip.instrument.key], base_currency) for trip in result.open_trips]
        return replace(result, round_trips=tuple(closed), open_trips=tuple(held))


def _parts(trip: RoundTrip, grouping: Grouping, base_currency: str | None) -> Iterable[RoundTrip]:
    groups: dict[Hashable, list[ClosedLot]] = defaultdict(list)
    for lot in trip.closed_lots:
        groups[lot.closed_by if grouping is Grouping.PER_CLOSING else lot.closed_on].append(lot)
    for lots in groups.values():
        yield frame(trip, lots, base_currency)


def frame(trip: RoundTrip, lots: list[ClosedLot], base_currency: str | None) -> RoundTrip:
    """Some of a round trip's closed lots as a round trip of their own, with their parts of its fills."""
    by_id = {(fill.execution_id, fill.role): fill for fill in trip.fills}
    opens, closes = _openings(trip, lots, by_id), _closings(trip, lots, by_id)
    fills = with_positions(sorted([*opens, *closes], key=lambda fill: (fill.ordered_at, fill.role is Role.CLOSES)))
    certain = all((lot.opened_by and lot.basis is Basis.EXECUTIONS) or lot.basis is Basis.STATED for lot in lots)
    builder = TripBuilder(trip.account, trip.instrument, trip.side, fills, lots, set() if certain else set(trip.incomplete), trip.flagged)
    whole = builder.build((), base_currency)
    last = lots[-1]
    key = trip_key(trip.account, f"{trip.instrument.key}|{last.closed_by}", fills)
    return replace(whole, key=key, closed_on=max(lot.closed_on for lot in lots), closed_at=last.closed_at)


def _openings(trip: RoundTrip, lots: list[ClosedLot], by_id: dict[tuple[str, Role], TripFill]) -> list[TripFill]:
    """The opening fills' parts in these lots, in the units that were closed."""
    parts: dict[str, list[ClosedLot]] = defaultdict(list)
    for lot in lots:
        if lot.opened_by:
            parts[lot.opened_by].append(lot)
    same_units = all(fill.role is not Role.ADJUSTS for fill in trip.fills)  # else as many of them need not be the same ones
    fills = []
    for opened_by, mine in parts.items():
        fill = by_id.get((opened_by, Role.OPENS))
        if fill is None:
            continue
        units = sum((lot.quantity for lot in mine), ZERO)
        cost = sum((lot.cost_basis or ZERO for lot in mine), ZERO)
        charges = sum((lot.charges - _closing_charges(lot, by_id) for lot in mine), ZERO)
        value = units * trip.instrument.price_factor
        price = stored((cost + charges) / value) if value else fill.price
        fills.append(
            fill._replace(
                quantity=units, price=fill.price if same_units and units == fill.quantity else price, charges=charges, amount=-cost
            )
        )
    return fills


def _closings(trip: RoundTrip, lots: list[ClosedLot], by_id: dict[tuple[str, Role], TripFill]) -> list[TripFill]:
    names = dict.fromkeys(lot.closed_by for lot in lots)
    found = [by_id.get((name, Role.CLOSES)) or by_id.get((name, Role.ADJUSTS)) for name in names]
    return [fill for fill in found if fill is not None] or [trip.fills[-1]]


def _closing_charges(lot: ClosedLot, by_id: dict[tuple[str, Role], TripFill]) -> Decimal:
    fill = by_id.get((lot.closed_by, Role.CLOSES))
    if fill is None or not fill.quantity or not lot.charges:
        return ZERO
    return share(fill.charges, lot.quantity, -fill.quantity)


def with_positions(fills: list[TripFill]) -> list[TripFill]:
    """The fills, each with what is held once it is done, from nothing on."""
    position, result = ZERO, []
    for fill in fills:
        position += fill.quantity
        result.append(fill._replace(position_after=position))
    return result


def _still_held(trip: RoundTrip, lots: list[Lot], base_currency: str | None) -> RoundTrip:
    """What is left of an open round trip once its closings are trades of their own."""
    names = {lot.opened_by for lot in lots}
    fills = [fill for fill in trip.fills if fill.execution_id in names] or list(trip.fills[-1:])
    reasons = {lot.incomplete for lot in lots if lot.incomplete is not None}
    builder = TripBuilder(trip.account, trip.instrument, trip.side, fills, [], reasons, trip.flagged)
    return builder.build(tuple(lots), base_currency)
