"""What a corporate action does to books: scale lots, move them to another contract, or flag what the statement leaves unknown."""

from collections.abc import Callable
from decimal import Decimal

from fillbook.ledger.events import CorporateAction, CorporateActionKind
from fillbook.ledger.instrument import Instrument
from fillbook.ledger.numbers import ZERO, share
from fillbook.trades.actions import Action, Effect
from fillbook.trades.books import Book
from fillbook.trades.lots import MATCHING_METHODS, scale_lots
from fillbook.trades.records import Basis, ClosedLot, Flag, Incomplete, Lot, Role, TripFill
from fillbook.trades.settings import MatchingMethod

_OLDEST = MATCHING_METHODS[MatchingMethod.FIFO]
_NO_UNITS = frozenset({CorporateActionKind.CASH_DIVIDEND})

BookOf = Callable[[Instrument], Book]
Finish = Callable[[Book], None]


def apply(action: Action, book_of: BookOf, flags: list[Flag], finish: Finish) -> None:
    """Apply one action to the books. Appends to `flags` what cannot be trusted afterwards; `finish` puts away a trip that ends."""
    if action.effect is Effect.SCALE:
        _scale(action.first, book_of(action.first.instrument), flags)
    elif action.effect is Effect.EXCHANGE:
        _exchange(action, book_of, flags, finish)
    else:
        for leg in action.legs:
            if leg.kind not in _NO_UNITS:
                _unknown(leg, book_of(leg.instrument), flags, finish)


def _scale(leg: CorporateAction, book: Book, flags: list[Flag]) -> None:
    """A split of lots in place. The broker's unit delta decides; a stated ratio that disagrees flags the instrument with both figures."""
    before, after = book.position, book.position + leg.quantity
    if before == 0 or before * after <= 0:
        if leg.quantity:
            flags.append(Flag(leg.instrument, "split_without_position", leg.leg_id, ours=before, broker=leg.quantity))
        return
    if leg.ratio_new and leg.ratio_old:
        expected = before * leg.ratio_new / leg.ratio_old
        if abs(expected - after) >= 1:
            flags.append(Flag(leg.instrument, "split_ratio_disagrees", leg.leg_id, ours=expected - before, broker=leg.quantity))
    book.lots.extend(scale_lots([book.lots.popleft() for _ in range(len(book.lots))], after))
    book.position = after
    _note(book, leg, leg.quantity)


def _exchange(action: Action, book_of: BookOf, flags: list[Flag], finish: Finish) -> None:
    """One security becomes another: its lots move with their cost, scaled to the new quantity."""
    out = next((leg for leg in action.legs if book_of(leg.instrument).position * leg.quantity < 0), None)
    if out is None:
        flags.extend(Flag(leg.instrument, "exchange_without_position", leg.leg_id, ours=ZERO, broker=leg.quantity) for leg in action.legs)
        return
    into = next(leg for leg in action.legs if leg is not out)
    source, target = book_of(out.instrument), book_of(into.instrument)
    quantity = out.quantity if abs(out.quantity) <= abs(source.position) else -source.position
    if quantity != out.quantity:
        flags.append(Flag(out.instrument, "exchange_exceeds_position", out.leg_id, ours=source.position, broker=out.quantity))
    taken = source.take(quantity, _OLDEST)
    moved = scale_lots([lot._replace(instrument=into.instrument) for lot in taken], share(into.quantity, quantity, out.quantity))
    trip = source.trip
    assert trip is not None
    if source.position == 0 and target.trip is None:
        source.trip, target.trip = None, trip
    for lot in moved:
        target.add(lot, trip.account)
    if target.trip is not None and target.trip is not trip:
        target.trip.fills[:] = sorted([*trip.fills, *target.trip.fills], key=lambda fill: fill.ordered_at)
        target.trip.incomplete |= trip.incomplete
        if source.position == 0:
            target.trip.closed_lots[:0] = trip.closed_lots
            source.trip = None
    _note(target, into, into.quantity)
    finish(source)


def _unknown(leg: CorporateAction, book: Book, flags: list[Flag], finish: Finish) -> None:
    """An action whose effect on cost the statement does not give: units move, the instrument is flagged, the rest goes on."""
    flags.append(Flag(leg.instrument, "corporate_action_unknown", leg.leg_id, ours=book.position, broker=leg.quantity))
    leaving = ZERO
    if book.position * leg.quantity < 0:
        leaving = leg.quantity if abs(leg.quantity) <= abs(book.position) else -book.position
        taken = book.take(leaving, _OLDEST)
        trip = book.trip
        assert trip is not None
        trip.closed_lots.extend(_closed_by(leg, taken, leaving))
        trip.incomplete.add(Incomplete.CORPORATE_ACTION)
        trip.flagged = True
        _note(book, leg, leaving)
        finish(book)
    coming = leg.quantity - leaving
    if coming:
        lot = Lot(leg.instrument, coming, None, ZERO, Basis.UNKNOWN, incomplete=Incomplete.CORPORATE_ACTION)
        book.add(lot, leg.account).flagged = True
        _note(book, leg, coming)


def _closed_by(leg: CorporateAction, taken: list[Lot], quantity: Decimal) -> list[ClosedLot]:
    """Lots that an action ends, at the cash it pays (0 when it pays none)."""
    closed, left = [], leg.proceeds
    for index, lot in enumerate(taken):
        got = left if index == len(taken) - 1 else share(leg.proceeds, lot.quantity, -quantity)
        left -= got
        cost = lot.cost_basis
        closed.append(
            ClosedLot(
                instrument=lot.instrument,
                quantity=lot.quantity,
                cost_basis=cost,
                proceeds=got,
                charges=lot.charges,
                realized_pnl=None if cost is None else got - cost,
                basis=lot.basis,
                opened_by=lot.opened_by,
                opened_at=lot.opened_at,
                opened_on=lot.opened_on,
                closed_by=leg.leg_id,
                closed_at=leg.ordered_at,
                closed_on=leg.trade_date,
                rate_to_base=leg.rate_to_base,
                by_action=True,
            )
        )
    return closed


def _note(book: Book, leg: CorporateAction, quantity: Decimal) -> None:
    """Leave a line in the round trip, so that a reader sees why the quantity changed."""
    if book.trip is not None:
        fill = TripFill(leg.leg_id, Role.ADJUSTS, leg.ordered_at, None, leg.trade_date, quantity, ZERO, ZERO, ZERO, book.position)
        book.trip.fills.append(fill)
