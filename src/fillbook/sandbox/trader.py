"""The pretend trader: what they feel like trading on a day. A little better than a coin, with losses kept smaller than gains.

Each day has a generator of its own, so what a day brings never depends on how far the history is asked for.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from fillbook.sandbox.calendar import monthly_expiry, plus_open_days
from fillbook.sandbox.listings import DAY_TRADED, FOREIGN, FUTURE_ROOTS, SWING_TRADED, Listing, future, option
from fillbook.sandbox.market import Market
from fillbook.sandbox.plans import Planned
from fillbook.sandbox.rows import MAIN, SECOND, Order

_SKILL: Final = 0.47
"""How often the trader is on the right side of the move."""
_SHORTS_DROPPED: Final = 0.5
"""How often an idea to sell short is let go."""
_DAY_TRADE, _SECOND_DAY_TRADE, _SWING, _OPTION, _FUTURE, _FOREIGN, _SMALL_ACCOUNT = 0.17, 0.06, 0.055, 0.045, 0.06, 0.025, 0.045
"""Chance of each on a day."""


@dataclass(frozen=True, slots=True)
class Exit:
    """A moment to get out, and the price there."""

    day: date
    minute: int
    price: Decimal


class Trader:
    """Decides with knowledge of where the price goes, which is how a pretend trader gets a believable record."""

    def __init__(self, market: Market, seed: int) -> None:
        self._market, self._seed = market, seed
        self._busy: dict[str, date] = {}

    def decide(self, day: date) -> Iterator[Planned]:
        """Orders for this day and the days their positions last."""
        rng = random.Random(f"{self._seed}:trader:{day}")  # noqa: S311 - a pretend decision, no secret
        for chance in (_DAY_TRADE, _SECOND_DAY_TRADE):
            if rng.random() < chance:
                yield from self._day_trade(rng, day)
        if rng.random() < _SWING:
            yield from self._swing(rng, day)
        if rng.random() < _OPTION:
            yield from self._option(rng, day)
        if rng.random() < _FUTURE:
            yield from self._future(rng, day)
        if rng.random() < _FOREIGN:
            yield from self._long_only(rng, day, MAIN, FOREIGN, 7000)
        if rng.random() < _SMALL_ACCOUNT:
            yield from self._long_only(rng, day, SECOND, (*FOREIGN[1:2], *SWING_TRADED), 3000)

    def _day_trade(self, rng: random.Random, day: date) -> Iterator[Planned]:
        listing = self._idle(rng, day, MAIN, DAY_TRADED, day)
        start = rng.randrange(572, 800)
        minutes = sorted(start + rng.randrange(12, 130) for _ in range(3))
        exits = [Exit(day, min(950, minute + place), self._at(listing, day, minute + place)) for place, minute in enumerate(minutes)]
        side, out = self._side(rng, self._at(listing, day, start), exits)
        if side == 0:
            return
        size = self._size(rng, listing, day, 9000) * side
        yield day, Order(MAIN, listing, start, size, pieces=rng.choice((1, 1, 2, 3)))
        if rng.random() < 0.25:
            yield day, Order(MAIN, listing, start + 5, (size / 2).to_integral_value())
        if rng.random() < 0.3:
            yield day, Order(MAIN, listing, out.minute - 4, None, (1, 2))
        yield day, Order(MAIN, listing, out.minute, None, pieces=rng.choice((1, 1, 2)))

    def _swing(self, rng: random.Random, day: date) -> Iterator[Planned]:
        lasts = sorted(plus_open_days(day, rng.randrange(3, 15)) for _ in range(3))
        listing = self._idle(rng, day, MAIN, SWING_TRADED, plus_open_days(lasts[-1], 1))
        start = rng.randrange(575, 930)
        exits = [Exit(last, 700, self._at(listing, last, 700)) for last in lasts]
        side, out = self._side(rng, self._at(listing, day, start), exits)
        if side == 0:
            return
        size = self._size(rng, listing, day, 11_000) * side
        yield day, Order(MAIN, listing, start, size, pieces=rng.choice((1, 2, 3)))
        if rng.random() < 0.5:
            yield plus_open_days(day, 1), Order(MAIN, listing, start, (size / 2).to_integral_value(), pieces=rng.choice((1, 2)))
        if rng.random() < 0.6:
            yield plus_open_days(day, 2), Order(MAIN, listing, 660, None, (1, 3))
        yield out.day, Order(MAIN, listing, out.minute, None, pieces=rng.choice((1, 2)))

    def _option(self, rng: random.Random, day: date) -> Iterator[Planned]:
        lasts = sorted(plus_open_days(day, rng.randrange(1, 8)) for _ in range(3))
        stock = self._idle(rng, day, MAIN, DAY_TRADED[:3], lasts[-1], kind="OPT")
        start = rng.randrange(580, 900)
        exits = [Exit(last, 705, self._at(stock, last, 705)) for last in lasts]
        side, out = self._side(rng, self._at(stock, day, start), exits)
        if side == 0:
            return
        ahead = day.month % 12 + 1
        expiry = monthly_expiry(day.year + (ahead == 1), ahead)
        contract = option(stock, expiry, self._at(stock, day, start).quantize(Decimal(1)), "C" if side > 0 else "P")
        yield day, Order(MAIN, contract, start, Decimal(rng.choice((1, 2, 2, 4))), pieces=rng.choice((1, 2)))
        if rng.random() < 0.4:
            yield out.day, Order(MAIN, contract, 690, None, (1, 2))
        yield out.day, Order(MAIN, contract, out.minute, None)

    def _future(self, rng: random.Random, day: date) -> Iterator[Planned]:
        last = plus_open_days(day, rng.choice((0, 0, 1, 2)))
        root = self._idle(rng, day, MAIN, FUTURE_ROOTS, last)
        month = next(one for one in (3, 6, 9, 12, 15) if one > day.month or (one == day.month and day.day < 5))
        contract = future(root, monthly_expiry(day.year + month // 13, (month - 1) % 12 + 1))
        start = rng.randrange(490, 690)
        exits = [Exit(last, minute, self._at(contract, last, minute)) for minute in sorted(rng.randrange(720, 950) for _ in range(3))]
        side, out = self._side(rng, self._at(contract, day, start), exits)
        if side:
            yield day, Order(MAIN, contract, start, Decimal(side * rng.choice((1, 1, 2))), pieces=rng.choice((1, 1, 2)))
            yield last, Order(MAIN, contract, out.minute, None)

    def _long_only(self, rng: random.Random, day: date, account: str, choice: tuple[Listing, ...], worth: int) -> Iterator[Planned]:
        lasts = sorted(plus_open_days(day, rng.randrange(4, 25)) for _ in range(3))
        listing = self._idle(rng, day, account, choice, lasts[-1])
        opens, closes = listing.session
        start, end = rng.randrange(opens + 10, closes - 60), rng.randrange(opens + 10, closes - 30)
        by_price = sorted(lasts, key=lambda last: self._at(listing, last, end))
        out = by_price[-1] if rng.random() < _SKILL else by_price[rng.choice((0, 1))]
        yield day, Order(account, listing, start, self._size(rng, listing, day, worth), pieces=rng.choice((1, 1, 2)))
        yield out, Order(account, listing, end, None)

    def _side(self, rng: random.Random, entry: Decimal, exits: list[Exit]) -> tuple[int, Exit]:
        """Which way and where out: right, and out at the best of three moments, or wrong, and out at the least bad. 0: no trade."""
        right = rng.random() < _SKILL
        ranked = sorted(exits, key=lambda one: abs(one.price - entry))
        out = ranked[rng.choice((1, 2))] if right else ranked[rng.choice((0, 1, 1))]
        up = out.price > entry
        side = 1 if up == right else -1
        if out.price == entry or (side < 0 and rng.random() < _SHORTS_DROPPED):
            return 0, out
        return side, out

    def _idle(self, rng: random.Random, day: date, account: str, choice: tuple[Listing, ...], until: date, kind: str = "") -> Listing:
        """One that the account has no plans with, taken until a day; the one that is free soonest when all are taken."""
        keys = {f"{account}:{kind}:{one.symbol}": one for one in choice}
        free = [key for key in keys if self._busy.get(key, date.min) < day]
        key = rng.choice(free) if free else min(keys, key=lambda one: self._busy[one])
        self._busy[key] = max(until, self._busy.get(key, until))
        return keys[key]

    def _at(self, listing: Listing, day: date, minute: int) -> Decimal:
        return self._market.price(listing, day, minute)

    def _size(self, rng: random.Random, listing: Listing, day: date, worth: int) -> Decimal:
        """Whole units worth about so much, in tens where that is possible."""
        units = Decimal(worth * rng.randrange(60, 141)) / 100 / self._at(listing, day, listing.session[0])
        step = Decimal(10 if units > 20 else 1)
        return max(Decimal(1), (units / step).to_integral_value() * step)
