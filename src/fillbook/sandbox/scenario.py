"""A history that never changes: two pretend accounts since their first day, simulated day by day as far as it is asked for.

The same seed gives the same history on every machine; asking for a later day extends it and leaves what was there. Everything is a
function of the seed and the calendar.
"""

import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from fillbook.ledger.numbers import EXACT, ZERO, exact
from fillbook.sandbox import plans
from fillbook.sandbox.book import Book, Booked, Holding
from fillbook.sandbox.calendar import last_open_before, next_open
from fillbook.sandbox.listings import PAIRS, Listing
from fillbook.sandbox.market import EPOCH, Market
from fillbook.sandbox.rows import BASES, Fill, Kind, Order, Row, Split
from fillbook.sandbox.trader import Trader

DEFAULT_SEED: Final = 20230103
_MICRO: Final = Decimal("0.000001")


class Scenario:
    """The history of both accounts. Safe to ask from several threads."""

    def __init__(self, seed: int = DEFAULT_SEED) -> None:
        self.market = Market(seed, plans.splits())
        self._seed = seed
        self._trader = Trader(self.market, seed)
        self._book = Book()
        self._rows: list[Row] = []
        self._agenda: dict[date, list[Order]] = {}
        self._years: set[int] = set()
        self._next = EPOCH
        self._lock = threading.Lock()

    def rows(self, first: date, last: date) -> list[Row]:
        """What a statement of these days lists: traded on or after `first`, reported on or before `last`; in the order it happened."""
        return [row for row in self._until(last) if row.trade_date >= first and row.report_date <= last]

    def holdings(self, last: date) -> list[Holding]:
        """Positions at the end of `last`, as the rows reported by then make them."""
        book = Book()
        with exact():
            for row in self._until(last):
                if row.report_date <= last:
                    _apply(book, row)
            return list(book.holdings())

    def _until(self, last: date) -> list[Row]:
        with self._lock, exact():
            while self._next <= last:
                self._live(self._next)
                self._next = next_open(self._next)
            return list(self._rows)

    def _live(self, day: date) -> None:
        """One trading day: orders by their minute, expiries after the close, splits in the night."""
        if day.year not in self._years:
            self._years.add(day.year)
            self._plan(plans.of_year(day.year, self.market))
        self._plan(self._trader.decide(day))
        desk = _Desk(self.market, self._book, day, random.Random(f"{self._seed}:desk:{day}"))  # noqa: S311 - no secret
        for order in sorted(self._agenda.pop(day, []), key=lambda one: (one.minute, one.account, one.listing.conid)):
            self._rows += desk.fill(order)
        for holding in list(self._book.holdings()):
            if holding.listing.expiry == day:
                self._rows += desk.expire(holding)
        if day in plans.splitting_nights():
            self._rows += desk.split(*plans.splitting_nights()[day])

    def _plan(self, planned: Iterator[plans.Planned]) -> None:
        for day, order in planned:
            self._agenda.setdefault(day, []).append(order)


def _apply(book: Book, row: Row) -> None:
    if isinstance(row, Split):
        book.split(row.account, row.listing, row.ratio)
    elif row.kind is Kind.DELIVERED:
        book.deliver(row.account, row.listing, row.quantity)
    elif row.kind is not Kind.CONVERSION:
        book.trade(row.account, row.listing, row.quantity, row.amount, row.when, row.premium)


class _Desk:
    """Turns one day's orders into rows and books them. Row numbers grow with time."""

    def __init__(self, market: Market, book: Book, day: date, rng: random.Random) -> None:
        self._market, self._book, self._day, self._rng = market, book, day, rng
        self._number = (day - EPOCH).days * 1000

    def fill(self, order: Order) -> Iterator[Row]:
        """The fills of an order, and the conversion that pays for it when it is in another currency than the account's."""
        quantity = order.quantity if order.quantity is not None else -self._part(order)
        if not quantity:
            return
        when = datetime(self._day.year, self._day.month, self._day.day, order.minute // 60, order.minute % 60, self._rng.randrange(50))  # noqa: DTZ001
        price = self._market.price(order.listing, self._day, order.minute)
        tick = Decimal(order.listing.tick).scaleb(-5)
        order_number, amount = self._next_number(), ZERO
        for place, units in enumerate(_pieces(quantity, order.pieces)):
            fill = self._row(
                order.account, order.listing, when, units, price, notes=_notes(order, place), order_number=order_number, first=place == 0
            )
            yield self._booked(fill)
            amount += fill.amount
            when += timedelta(seconds=self._rng.choice((0, 0, 1, 2)))
            price += tick * self._rng.choice((0, 0, 1)) * (1 if quantity > 0 else -1)
        if order.listing.currency != BASES[order.account] and order.listing.category != "FUT":
            yield self._conversion(order, amount, when + timedelta(seconds=20))

    def expire(self, holding: Holding) -> Iterator[Row]:
        """Options out of the money vanish; the others deliver at their strike."""
        listing, units = holding.listing, -holding.quantity
        assert listing.underlying is not None
        assert listing.strike is not None
        when = datetime(self._day.year, self._day.month, self._day.day, 16, 20)  # noqa: DTZ001 - the statement's own form has no zone
        spot = self._market.price(listing.underlying, self._day)
        inner = spot - listing.strike if listing.right == "C" else listing.strike - spot
        if inner <= 0:
            row = self._row(holding.account, listing, when, units, ZERO, Kind.EXPIRED, "Ep")
            yield self._booked(row)
            return
        code = "A" if holding.quantity < 0 else "Ex"
        option = self._booked(self._row(holding.account, listing, when, units, ZERO, Kind.DELIVERED, code))
        yield option
        shares = holding.quantity * listing.multiplier * (1 if listing.right == "C" else -1)
        leg = self._row(holding.account, listing.underlying, when, shares, listing.strike, Kind.STOCK_LEG, code)
        yield self._booked(replace(leg, premium=option.premium))

    def split(self, listing: Listing, ratio: int) -> Iterator[Row]:
        """A forward split in the night after this day, for each account that holds some."""
        when = datetime(self._day.year, self._day.month, self._day.day, 20, 25)  # noqa: DTZ001 - the statement's own form has no zone
        for account in BASES:
            added = self._book.split(account, listing, ratio)
            if added:
                yield Split(account, listing, when, self._day, next_open(self._day), added, ratio, self._next_number())

    def _part(self, order: Order) -> Decimal:
        held = self._book.position(order.account, order.listing)
        over, under = order.part
        return held if over == under else (held * over / under).to_integral_value()

    def _row(
        self, account: str, listing: Listing, when: datetime, units: Decimal, price: Decimal, kind: Kind = Kind.TRADE, notes: str = "",
        order_number: int = 0, first: bool = True,
    ) -> Fill:  # fmt: skip
        number = self._next_number()
        late = kind in {Kind.EXPIRED, Kind.DELIVERED, Kind.STOCK_LEG}
        commission, taxes = _charges(listing, units, price, kind, first)
        return Fill(
            account, listing, kind, when, self._day, next_open(self._day) if late else self._day, next_open(self._day), units, price,
            self._market.price(listing, self._day), commission, taxes, number, order_number or number, notes,
        )  # fmt: skip

    def _booked(self, fill: Fill) -> Fill:
        if fill.kind is Kind.DELIVERED:
            booked = self._book.deliver(fill.account, fill.listing, fill.quantity)
        else:
            booked = self._book.trade(fill.account, fill.listing, fill.quantity, fill.amount, fill.when, fill.premium)
        return _stated(fill, booked)

    def _conversion(self, order: Order, amount: Decimal, when: datetime) -> Fill:
        """The broker changes money by itself; `quantity` is in the pair's first currency, proceeds in US dollars."""
        foreign = order.listing.currency
        pair = PAIRS[foreign if foreign != "USD" else BASES[order.account]]
        price = self._market.price(pair, self._day, order.minute)
        units = -amount if foreign != "USD" else amount / price
        fill = self._row(order.account, pair, when, units.quantize(Decimal("0.01"), context=EXACT), price, Kind.CONVERSION, "AFx")
        return replace(fill, settle_date=next_open(fill.settle_date), close_price=ZERO)

    def _next_number(self) -> int:
        self._number += 1
        return self._number


def _stated(fill: Fill, booked: Booked) -> Fill:
    """What the broker prints. The stock leg of an assignment shows neither the premium nor its commission in `cost`."""
    return replace(
        fill,
        cost=booked.cost.quantize(_MICRO, context=EXACT),
        realized=booked.realized.quantize(_MICRO, context=EXACT),
        indicator=booked.indicator,
        opened=booked.opened,
        premium=booked.premium if fill.kind is Kind.DELIVERED else fill.premium,
    )


def _pieces(quantity: Decimal, count: int) -> list[Decimal]:
    """A quantity in `count` parts of whole units, the largest first; fractions of a unit are not split."""
    if quantity != quantity.to_integral_value() or abs(quantity) < count * 2:
        return [quantity]
    part = (quantity / (count + 1)).to_integral_value()
    return [quantity - part * (count - 1), *[part] * (count - 1)]


def _notes(order: Order, place: int) -> str:
    return ";".join(code for code in (order.notes, "P" if order.pieces > 1 and place < order.pieces - 1 else "") if code)


def _charges(listing: Listing, units: Decimal, price: Decimal, kind: Kind, first: bool) -> tuple[Decimal, Decimal]:
    """Commission and taxes of a fill, both <= 0, as the tariff of each market has them."""
    if kind in {Kind.EXPIRED, Kind.DELIVERED, Kind.CONVERSION}:
        return ZERO, ZERO
    value = abs(units * price * listing.multiplier)
    sold = (value * Decimal("0.0000278") + abs(units) * Decimal("0.000166")).quantize(_MICRO) if units < 0 else ZERO
    if kind is Kind.STOCK_LEG:
        return -sold, ZERO
    if listing.category in {"OPT", "FUT"}:
        return -abs(units) * listing.fee - (sold if listing.category == "OPT" else ZERO), ZERO
    if listing.currency != "USD":
        duty = (value * Decimal("0.005")).quantize(Decimal("0.01")) if listing.country == "GB" and units > 0 else ZERO
        return -max((value * Decimal("0.0005")).quantize(Decimal("0.01")), Decimal("1.25") if first else ZERO), -duty
    return -max(abs(units) * listing.fee, Decimal("0.35") if first else ZERO).quantize(_MICRO) - sold, ZERO


def last_final_day(today: date) -> date:
    """The last day that statements generated on `today` can end with."""
    return last_open_before(today)
