"""What a corporate action does to books: scale lots, close them, open them, move them with their cost, or flag what nobody can know."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from fillbook.ledger.events import CorporateAction, CorporateActionKind
from fillbook.ledger.instrument import Instrument
from fillbook.ledger.numbers import ZERO, share
from fillbook.trades.actions import Action, Effect
from fillbook.trades.books import Book
from fillbook.trades.lots import MATCHING_METHODS, scale_lots
from fillbook.trades.records import Basis, ClosedLot, Flag, Incomplete, Lot, Role, TripFill
from fillbook.trades.settings import MatchingMethod
from fillbook.trades.trips import TripBuilder

_OLDEST = MATCHING_METHODS[MatchingMethod.FIFO]
_PARTIAL = frozenset({CorporateActionKind.TENDER, CorporateActionKind.SUBSCRIPTION, CorporateActionKind.MATURITY})
"""Actions that may take a part of a position; any other that takes less or more than we hold contradicts our lots."""


@dataclass(slots=True)
class Shelf:
    """What an action may reach: any book, the flags, and putting away a round trip that ends.

    names: contract id -> ISINs and symbols under which the account's rows know it.
    """

    book: Callable[[Instrument], Book]
    books: Callable[[], Iterable[Book]]
    names: Mapping[str, Collection[str]]
    finish: Callable[[Book], None]
    flags: list[Flag]

    def flag(self, leg: CorporateAction, reason: str, ours: Decimal) -> None:
        """Note that an instrument's lots cannot be trusted, with our figure and the broker's."""
        self.flags.append(Flag(leg.instrument, reason, leg.leg_id, ours=ours, broker=leg.quantity))


def apply(action: Action, shelf: Shelf) -> None:
    """Apply one action."""
    if action.effect is Effect.SCALE:
        _scale(action.first, shelf)
    elif action.effect is Effect.MOVE:
        _move(action, shelf)
    elif action.effect is Effect.UNKNOWN:
        for leg in action.legs:
            shelf.flag(leg, "corporate_action_unknown", shelf.book(leg.instrument).position)
        _move(action, shelf, known=False)


def _scale(leg: CorporateAction, shelf: Shelf) -> None:
    """A split in place. The broker's unit delta decides; a stated ratio that disagrees flags the instrument with both figures."""
    book = shelf.book(leg.instrument)
    before, after = book.position, book.position + leg.quantity
    if before == 0 or before * after <= 0:
        if leg.quantity:
            shelf.flag(leg, "split_without_position", before)
        return
    if leg.ratio_new and leg.ratio_old:
        expected = before * leg.ratio_new / leg.ratio_old
        if abs(expected - after) >= 1:
            shelf.flag(leg, "split_ratio_disagrees", expected - before)
    scaled = scale_lots([book.lots.popleft() for _ in range(len(book.lots))], after)
    book.lots.extend(lot._replace(instrument=leg.instrument) for lot in scaled)
    book.position = after
    _note(book, leg, leg.quantity)


def _move(action: Action, shelf: Shelf, known: bool = True) -> None:
    """Units leave, units arrive, cash is paid.

    Without arrivals the lots close at the cash received. With one arrival the whole cost moves to it, cash paid in added; with several, or
    when cash is received beside them, the statement does not give each one's share (unless the broker realizes the cash in full): unknown.
    """
    taken: list[Lot] = []
    heirs: list[TripBuilder] = []
    leaving = [leg for leg in action.legs if shelf.book(leg.instrument).position * leg.quantity < 0]
    arriving = [leg for leg in action.legs if leg not in leaving and leg.quantity]
    cash = sum((leg.proceeds for leg in action.legs), ZERO)
    for leg in leaving:
        book = shelf.book(leg.instrument)
        if -leg.quantity != book.position and action.kind not in _PARTIAL:
            shelf.flag(leg, "action_disagrees_with_lots", book.position)
        quantity = leg.quantity if abs(leg.quantity) <= abs(book.position) else -book.position
        trip = book.trip
        lots = book.take(quantity, _OLDEST)
        taken += lots
        _note(book, leg, quantity, Role.LEAVES if arriving and book.position else Role.ADJUSTS)
        _realize(leg, lots, quantity, trip, bool(arriving), known)
        if arriving and book.position == 0 and trip is not None:
            heirs.append(trip)
            book.trip = None
        shelf.finish(book)
    moving = taken if len(arriving) == 1 and all(lot.quantity * arriving[0].quantity > 0 for lot in taken) else []
    told = known and len(arriving) == 1 and (moving or (cash < 0 and not taken))
    cost = _moved_cost(moving, cash, _realized_in_full(action, cash)) if told else None
    for leg in arriving:
        _arrive(leg, _arrivals(leg, moving, cost), shelf, heirs)
        heirs = []
    if action.kind is CorporateActionKind.SPIN_OFF:
        _forget_cost_of_parent(action.first, shelf)


def _realized_in_full(action: Action, cash: Decimal) -> bool:
    """Whether the broker books all cash received as profit, so that the cost moves on untouched."""
    stated = [leg.broker_realized_pnl for leg in action.legs if leg.proceeds]
    return cash > 0 and all(pnl is not None for pnl in stated) and sum((pnl for pnl in stated if pnl is not None), ZERO) == cash


def _moved_cost(taken: list[Lot], cash: Decimal, realized_in_full: bool) -> Decimal | None:
    if cash > 0 and not realized_in_full:
        return None
    costs = [lot.cost_basis for lot in taken if lot.cost_basis is not None]
    if len(costs) != len(taken):
        return None
    return sum(costs, ZERO) - min(cash, ZERO)


def _realize(leg: CorporateAction, lots: list[Lot], quantity: Decimal, trip: TripBuilder | None, replaced: bool, known: bool) -> None:
    """Close lots at the cash received; where other units replace them, only the broker's own figure says what of the cash is profit."""
    if trip is None:
        return
    if not known:
        trip.incomplete.add(Incomplete.CORPORATE_ACTION)
        trip.flagged = True
    if not replaced:
        trip.closed_lots.extend(_closed_by(leg, lots, quantity))
    elif leg.proceeds > 0:
        trip.closed_lots.append(_cash_beside_units(leg))


def _arrivals(leg: CorporateAction, taken: list[Lot], cost: Decimal | None) -> list[Lot]:
    """The lots that arrive: those that left, in their new units and with the moved cost; else one new lot."""
    if taken and cost is not None:
        before = sum((lot.cost_basis for lot in taken if lot.cost_basis is not None), ZERO)
        moved, left = [], cost - before
        for index, lot in enumerate(scale_lots(taken, leg.quantity)):
            extra = left if index == len(taken) - 1 else share(cost - before, lot.quantity, leg.quantity)
            left -= extra
            moved.append(lot._replace(instrument=leg.instrument, cost_basis=(lot.cost_basis or ZERO) + extra))
        return moved
    if taken:
        return [_of_unknown_cost(lot._replace(instrument=leg.instrument)) for lot in scale_lots(taken, leg.quantity)]
    if cost is not None:
        lot = Lot(leg.instrument, leg.quantity, cost, ZERO, Basis.EXECUTIONS, leg.leg_id, leg.ordered_at, leg.trade_date)
    else:
        lot = Lot(leg.instrument, leg.quantity, None, ZERO, Basis.UNKNOWN, incomplete=Incomplete.CORPORATE_ACTION)
    return [lot]


def _arrive(leg: CorporateAction, lots: list[Lot], shelf: Shelf, heirs: list[TripBuilder]) -> None:
    """Put arriving lots into their book, which goes on with the round trips that moved on whole; a part that moves begins one."""
    book = shelf.book(leg.instrument)
    for trip in heirs:
        if book.trip is None:
            book.trip = trip
        else:
            book.trip.fills[:] = sorted([*trip.fills, *book.trip.fills], key=lambda fill: fill.ordered_at)
            book.trip.closed_lots[:0] = trip.closed_lots
            book.trip.incomplete |= trip.incomplete
    for lot in lots:
        book.add(lot, leg.account)
    _note(book, leg, leg.quantity)


def _forget_cost_of_parent(leg: CorporateAction, shelf: Shelf) -> None:
    """A spin-off takes a share of its parent's cost that the statement does not give: the parent's lots have an unknown cost now."""
    for book in shelf.books():
        instrument = book.instrument
        is_parent = leg.parent and (leg.parent == instrument.key or leg.parent in shelf.names.get(instrument.key, ()))
        if is_parent and instrument.key != leg.instrument.key and book.trip is not None:
            lots = [_of_unknown_cost(lot) for lot in book.lots]
            book.lots.clear()
            book.lots.extend(lots)
            book.trip.incomplete.add(Incomplete.CORPORATE_ACTION)


def _of_unknown_cost(lot: Lot) -> Lot:
    return lot._replace(cost_basis=None, basis=Basis.UNKNOWN, incomplete=Incomplete.CORPORATE_ACTION)


def _closed_by(leg: CorporateAction, taken: list[Lot], quantity: Decimal) -> list[ClosedLot]:
    """Lots that an action ends, at the cash it pays; an unknown cost follows from the broker's realized P&L on the leg."""
    closed, left = [], leg.proceeds
    unknown = [lot for lot in taken if lot.cost_basis is None]
    known = sum((lot.cost_basis for lot in taken if lot.cost_basis is not None), ZERO)
    stated = leg.broker_realized_pnl
    missing = None if stated is None or (stated == 0 and leg.proceeds == 0) else leg.proceeds - stated - known
    units = sum((lot.quantity for lot in unknown), ZERO)
    for index, lot in enumerate(taken):
        got = left if index == len(taken) - 1 else share(leg.proceeds, lot.quantity, -quantity)
        left -= got
        cost, basis = lot.cost_basis, lot.basis
        if cost is None and missing is not None:
            cost, basis = share(missing, lot.quantity, units), Basis.INFERRED
            missing, units = missing - cost, units - lot.quantity
        closed.append(_closed(leg, lot.quantity, cost, got, basis, lot))
    return closed


def _cash_beside_units(leg: CorporateAction) -> ClosedLot:
    """The profit that the broker books on cash received beside new units."""
    pnl = leg.broker_realized_pnl
    cost = None if pnl is None else leg.proceeds - pnl
    return _closed(leg, ZERO, cost, leg.proceeds, Basis.UNKNOWN if cost is None else Basis.INFERRED, None)


def _closed(leg: CorporateAction, quantity: Decimal, cost: Decimal | None, got: Decimal, basis: Basis, lot: Lot | None) -> ClosedLot:
    return ClosedLot(
        instrument=leg.instrument if lot is None else lot.instrument,
        quantity=quantity,
        cost_basis=cost,
        proceeds=got,
        charges=ZERO if lot is None else lot.charges,
        realized_pnl=None if cost is None else got - cost,
        basis=basis,
        opened_by=leg.leg_id if lot is None else lot.opened_by,
        opened_at=None if lot is None else lot.opened_at,
        opened_on=None if lot is None else lot.opened_on,
        closed_by=leg.leg_id,
        closed_at=leg.ordered_at,
        closed_on=leg.trade_date,
        rate_to_base=leg.rate_to_base,
        by_action=True,
    )


def _note(book: Book, leg: CorporateAction, quantity: Decimal, role: Role = Role.ADJUSTS) -> None:
    """Leave a line in the round trip, so that a reader sees why the quantity changed."""
    if book.trip is not None:
        fill = TripFill(leg.leg_id, role, leg.ordered_at, None, leg.trade_date, quantity, ZERO, ZERO, ZERO, book.position)
        book.trip.fills.append(fill)
