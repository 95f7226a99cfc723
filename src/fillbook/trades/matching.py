"""Matching: an account's rows in, round trips, open lots and what is left over out.

One pass in the total order over all instruments at once, because an assignment moves an option's premium into another instrument and an
exchange moves lots to another contract id. Each instrument has a book: its open lots and the round trip in progress. A prefix matched
and resumed (`resume`) equals matching everything.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from fillbook.ledger.events import CorporateAction, Transfer
from fillbook.ledger.execution import Effect, Execution, ExecutionKind
from fillbook.ledger.instrument import AssetClass, Instrument
from fillbook.ledger.money import charges as charges_of
from fillbook.ledger.money import proceeds_of
from fillbook.ledger.numbers import ZERO, exact, share
from fillbook.ledger.order import LedgerRow
from fillbook.trades import adjust
from fillbook.trades.actions import Action, gather_actions
from fillbook.trades.books import Book
from fillbook.trades.closing import Closing, close_lots
from fillbook.trades.deliveries import Deliveries, pair_deliveries
from fillbook.trades.lots import MATCHING_METHODS, LotOrder
from fillbook.trades.openings import Opening, effect_of
from fillbook.trades.records import Basis, ClosedLot, Flag, Incomplete, Lot, MatchResult, Role, RoundTrip, TripFill, Unmatched
from fillbook.trades.settings import AssignmentView, MatchingMethod, MatchSettings

_OPTIONS = frozenset({AssetClass.OPTION, AssetClass.FUTURE_OPTION})
_DELIVERY = frozenset({ExecutionKind.ASSIGNMENT, ExecutionKind.EXERCISE})

# Every row passes by these, and on Python 3.11 reading a member from its enum costs ten times as much as reading a name.
_FOREX: Final = AssetClass.FOREX
_CANCEL: Final = ExecutionKind.CANCEL
_TRADE: Final = ExecutionKind.TRADE
_NOTHING_LEFT: Final = Decimal("1E-9")
"""A third thrice leaves a crumb of the whole."""
_OPENS, _CLOSES, _REVERSES, _UNSAID = Effect.OPENS, Effect.CLOSES, Effect.REVERSES, Effect.UNSAID


def match(rows: Sequence[LedgerRow], opening: Opening | None = None, settings: MatchSettings | None = None) -> MatchResult:
    """Pair openings with closings.

    Args:
        rows: of one account, in total order, cancelled pairs dropped. Currency trades are left out unless the settings count them.
        opening: lots held before the first row; nothing when None.
        settings: matching method; FIFO when None.

    Returns:
        Round trips with their closed lots, lots still open, and quantities without their other side.
    """
    with exact():
        matcher = _Matcher(rows, opening or Opening(), settings or MatchSettings())
        for row in rows:
            matcher.take(row)
        return matcher.result()


def resume(result: MatchResult, opening: Opening) -> Opening:
    """The opening from which later rows go on where `result` ended; `opening` is what `result` itself started from."""
    return Opening(
        lots=result.open_lots,
        settled=opening.settled,
        all_settled=opening.all_settled,
        open_trips=result.open_trips,
        undetermined=tuple(left for left in result.unmatched if left.undetermined),
    )


@dataclass(slots=True)
class _Matcher:
    """Books of one account in the middle of matching."""

    rows: Sequence[LedgerRow]
    opening: Opening
    settings: MatchSettings
    books: dict[str, Book] = field(default_factory=dict)
    done: list[RoundTrip] = field(default_factory=list)
    unmatched: list[Unmatched] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    carried: dict[str, tuple[Decimal | None, Decimal]] = field(default_factory=dict)
    deliveries: Deliveries = field(default_factory=Deliveries)
    actions: dict[str, Action] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    order: LotOrder = MATCHING_METHODS[MatchingMethod.FIFO]

    def __post_init__(self) -> None:
        self.order = MATCHING_METHODS[self.settings.method]
        self.deliveries = pair_deliveries([row for row in self.rows if isinstance(row, Execution)])
        actions = gather_actions([row for row in self.rows if isinstance(row, CorporateAction)])
        self.actions = {action.first.leg_id: action for action in actions}
        if actions:
            for instrument in {row.instrument for row in (*self.rows, *self.opening.lots)}:
                self.names[instrument.key] |= {instrument.isin, instrument.symbol}
        for trip in self.opening.open_trips:
            self.book(trip.instrument).resume(trip)
        for lot in self.opening.lots:
            book = self.book(lot.instrument)
            book.add(lot)
        for left in self.opening.undetermined:
            self.book(left.execution.instrument).undetermined.append(left)

    def book(self, instrument: Instrument) -> Book:
        """The instrument's book, made when first needed; it describes the instrument as the latest row does."""
        book = self.books.get(instrument.key)
        if book is None:
            book = self.books[instrument.key] = Book(instrument, averages=self.settings.method is MatchingMethod.AVERAGE)
        elif book.instrument is not instrument:
            book.describe(instrument)
        return book

    def take(self, row: LedgerRow) -> None:
        """One row, in order."""
        currencies = row.instrument.asset_class is _FOREX
        if currencies and not self.settings.forex:
            return
        if isinstance(row, Execution):
            if not (currencies and row.automatic):
                self._execute(row)
        elif isinstance(row, Transfer):
            self._transfer(row)
        elif row.leg_id in self.actions:
            shelf = adjust.Shelf(self.book, self.books.values, self.names, self.finish, self.flags)
            adjust.apply(self.actions[row.leg_id], shelf)

    def finish(self, book: Book) -> None:
        """Put a round trip away once its book is flat. One whose units only came and went without a trade is none."""
        if not book.position and book.trip is not None:
            if book.trip.traded:
                self.done.append(book.trip.build((), self.settings.base_currency))
            book.trip = None

    def result(self) -> MatchResult:
        """Everything matched so far."""
        for book in self.books.values():
            book.even_out()
        held = [book for book in self.books.values() if book.trip is not None]
        return MatchResult(
            round_trips=tuple(self.done),
            open_trips=tuple(book.trip.build(tuple(book.lots), self.settings.base_currency) for book in held if book.trip),
            open_lots=tuple(lot for book in self.books.values() for lot in book.lots),
            unmatched=tuple(self.unmatched) + tuple(left for book in self.books.values() for left in book.undetermined),
            flags=tuple(self.flags),
        )

    # one row -----------------------------------------------------------------------------------------------------------------

    def _execute(self, row: Execution) -> None:
        book = self.book(row.instrument)
        if row.kind is _CANCEL:
            self._give_back(book, row.quantity, row)
            return
        worth = self._worth(row)
        opposite = book.position * row.quantity < 0
        if not book.position and book.undetermined and (effect_of(row) is _CLOSES or _only_closes(row)):
            self._settle_undetermined(book, row)
            opposite = book.position * row.quantity < 0
        closing = ZERO
        if opposite:
            closing = row.quantity if abs(row.quantity) <= abs(book.position) else -book.position
        closes, opens = worth.split(closing)
        if closes is not None:
            self._close(book, closes)
        if opens is not None:
            self._open_or_leave(book, opens)

    def _worth(self, row: Execution) -> Closing:
        """What a row brings or costs, with the premium of the option that delivered it, or the settlement value of a cash settled one."""
        charges, price = charges_of(row), row.price
        value = row.proceeds + charges
        if row.kind is _TRADE:
            return Closing(row, row.quantity, value, charges, price)
        if row.kind in _DELIVERY and (self.settings.assignment is AssignmentView.INTO_UNDERLYING or self._settled_in_cash(row)):
            if self._settled_in_cash(row):
                price = row.settlement_price or ZERO
                value = proceeds_of(row.instrument, row.quantity, price) + charges
            elif row.instrument.asset_class in _OPTIONS:
                return Closing(row, row.quantity, value, charges, price, at_cost=True)
            elif row.execution_id in self.deliveries.orphans:
                return Closing(row, row.quantity, None, charges, price)
            elif row.execution_id in self.carried:
                premium, paid = self.carried[row.execution_id]
                return Closing(row, row.quantity, None if premium is None else value + premium, charges + paid, price)
        return Closing(row, row.quantity, value, charges, price)

    def _settled_in_cash(self, row: Execution) -> bool:
        return row.execution_id in self.deliveries.settled and row.settlement_price is not None

    def _close(self, book: Book, part: Closing) -> None:
        taken = book.take(part.quantity, self.order)
        closed = close_lots(taken, part)
        trip = book.trip
        assert trip is not None
        trip.closed_lots.extend(closed)
        if part.at_cost and self._carry(part, closed, sum((lot.charges for lot in taken), ZERO)) > _NOTHING_LEFT:
            trip.incomplete.add(Incomplete.DELIVERED)
        if part.worth is None:
            trip.incomplete.add(Incomplete.DELIVERED)
        known = [lot.realized_pnl for lot in closed if lot.realized_pnl is not None]
        realized = sum(known, ZERO) if len(known) == len(closed) else None
        trip.fills.append(part.fill(Role.CLOSES, book.position, realized))
        self.finish(book)

    def _carry(self, part: Closing, closed: list[ClosedLot], paid: Decimal) -> Decimal:
        """Move an exercised option's cost, and the charges within it, into what it delivered: - paid for it, + received for it.

        Returns:
            The fraction of it that went to rows which the history does not hold.
        """
        known = [lot.cost_basis for lot in closed if lot.cost_basis is not None]
        premium = part.face - sum(known, ZERO) if len(known) == len(closed) else None
        paid += part.charges
        left = Decimal(1)
        for stock, fraction in self.deliveries.moves.get(part.row.execution_id, []):
            portion = None if premium is None else share(premium, fraction, left)
            charges = share(paid, fraction, left)
            premium = None if premium is None or portion is None else premium - portion
            paid, left = paid - charges, left - fraction
            before, before_paid = self.carried.get(stock, (ZERO, ZERO))
            self.carried[stock] = (None if before is None or portion is None else before + portion, before_paid + charges)
        return left

    def _open_or_leave(self, book: Book, part: Closing) -> None:
        row = part.row
        effect = effect_of(row) if part.quantity == row.quantity else row.effect
        may_open = effect is _OPENS or effect is _REVERSES
        if effect is _UNSAID:
            settled = self.opening.all_settled or row.instrument.key in self.opening.settled
            may_open = row.quantity > 0 or settled or row.instrument.asset_class is AssetClass.FOREX or row.kind in _DELIVERY
            if _only_closes(row):
                may_open = False
            elif not may_open:
                book.undetermined.append(Unmatched(row, part.quantity, undetermined=True))
                return
        if may_open:
            self._open(book, part)
        else:
            self.unmatched.append(Unmatched(row, part.quantity, undetermined=False))

    def _open(self, book: Book, part: Closing) -> None:
        row = part.row
        lot = Lot(
            instrument=row.instrument,
            quantity=part.quantity,
            cost_basis=None if part.worth is None else -part.worth,
            charges=part.charges,
            basis=Basis.UNKNOWN if part.worth is None else Basis.EXECUTIONS,
            opened_by=row.execution_id,
            opened_at=row.executed_at,
            opened_on=row.trade_date,
            incomplete=Incomplete.DELIVERED if part.worth is None else None,
        )
        trip = book.add(lot, row.account)
        trip.fills.append(part.fill(Role.OPENS, book.position, None))

    def _settle_undetermined(self, book: Book, row: Execution) -> None:
        """A later row closes what could not be told from a sale of older holdings: it was a short's opening."""
        decided = [left for left in book.undetermined if left.quantity * row.quantity < 0]
        book.undetermined = [left for left in book.undetermined if left.quantity * row.quantity >= 0]
        for left in decided:
            worth = self._worth(left.execution)
            _, opens = worth.split(worth.quantity - left.quantity)
            if opens is not None:
                self._open(book, opens)

    def _give_back(self, book: Book, quantity: Decimal, row: Execution | Transfer) -> None:
        """A cancel without its original, or a transfer: units come or go and no profit is made; what comes has no known cost."""
        reason = Incomplete.TRANSFERRED if isinstance(row, Transfer) else Incomplete.CANCELLED_ELSEWHERE
        leaving = ZERO
        if book.position * quantity < 0:
            leaving = quantity if abs(quantity) <= abs(book.position) else -book.position
            book.take(leaving, self.order)
            trip = book.trip
            assert trip is not None
            trip.incomplete.add(reason)
            trip.fills.append(_moved(row, leaving, book.position)._replace(role=Role.LEAVES))
            self.finish(book)
        coming = quantity - leaving
        if coming:
            lot = Lot(row.instrument, coming, None, ZERO, Basis.UNKNOWN, incomplete=reason)
            trip = book.add(lot, row.account, first=isinstance(row, Execution))
            trip.fills.append(_moved(row, coming, book.position))

    def _transfer(self, row: Transfer) -> None:
        if not row.quantity:
            return
        if row.price is None:
            self._give_back(self.book(row.instrument), row.quantity, row)
        else:
            self._execute(_settled_elsewhere(row, row.price))


def _only_closes(row: Execution) -> bool:
    """Whether a row cannot open a position even where the broker says nothing: an expiry, an exercised option, a fraction paid out."""
    exercised = row.kind in _DELIVERY and row.instrument.asset_class in _OPTIONS
    return exercised or row.kind is ExecutionKind.EXPIRY or (row.kind is ExecutionKind.FRACTION and row.quantity < 0)


def _moved(row: Execution | Transfer, quantity: Decimal, position: Decimal) -> TripFill:
    name = row.transfer_id if isinstance(row, Transfer) else row.execution_id
    return TripFill(name, Role.ADJUSTS, row.ordered_at, None, row.trade_date, quantity, ZERO, ZERO, ZERO, position)


def _settled_elsewhere(row: Transfer, price: Decimal) -> Execution:
    """A trade executed at another broker and taken up (or given up) here, as the fill it is."""
    return Execution(
        account=row.account,
        instrument=row.instrument,
        execution_id=row.transfer_id,
        ordered_at=row.ordered_at,
        trade_date=row.trade_date,
        quantity=row.quantity,
        price=price,
        proceeds=proceeds_of(row.instrument, row.quantity, price),
        fees=row.fees,
        report_date=row.report_date,
        place=row.place,
    )
