"""Prices of the pretend exchange: a random walk for each listing, the same for ever for one seed.

A path is drawn day by day from a generator of its own, so the price of a day never depends on who asked for it or when. Nine points
make a day; between them the price moves in a straight line.
"""

import math
import random
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from fillbook.sandbox.calendar import is_open, next_open
from fillbook.sandbox.listings import PAIRS, UNIT, Listing

EPOCH: Final = date(2023, 1, 3)
"""The day the pretend accounts were opened."""

_POINTS: Final = 8
_MILLION: Final = 1_000_000
_PULL: Final = 25_000
"""How strongly a price returns to its trend each day, in millionths of the gap."""


class Path:
    """One listing's prices. splits: first day at the new price -> how many new units for an old one."""

    def __init__(self, listing: Listing, seed: int, splits: Mapping[date, int]) -> None:
        self._random = random.Random(f"{seed}:{listing.symbol}")  # noqa: S311 - a pretend price, no secret
        self._volatility, self._growth = listing.volatility, listing.growth
        self._close = self._trend = listing.price
        self._splits = splits
        self._next = EPOCH
        self._days: dict[date, tuple[int, ...]] = {}

    def day(self, day: date) -> tuple[int, ...]:
        """Nine prices from open to close of a trading day."""
        while self._next <= day:
            self._days[self._next] = self._draw(self._next)
            self._next = next_open(self._next)
        return self._days[day]

    def _draw(self, day: date) -> tuple[int, ...]:
        ratio = self._splits.get(day, 1)
        self._close, self._trend = self._close // ratio, self._trend // ratio
        self._trend += self._trend * self._growth // _MILLION
        drift = (self._trend - self._close) * _PULL // _MILLION
        points = [self._close + drift + self._move(3)]
        for _ in range(_POINTS):
            points.append(max(UNIT // 20, points[-1] + self._move(10)))
        self._close = points[-1]
        return tuple(points)

    def _move(self, part: int) -> int:
        """A step whose spread is `part` tenths of what makes a day's volatility out of eight steps and a gap."""
        draw = self._random.random
        total = int((draw() + draw() + draw()) * 2000) - 3000
        return self._close * self._volatility // _MILLION * total * part // (1000 * 10 * 3)


class Market:
    """Every price there is. splits: symbol -> first day at the new price -> ratio."""

    def __init__(self, seed: int, splits: Mapping[str, Mapping[date, int]]) -> None:
        self._seed, self._splits = seed, splits
        self._paths: dict[str, Path] = {}

    def price(self, listing: Listing, day: date, minute: int | None = None) -> Decimal:
        """Price at a minute of the day (None: the close), rounded to the listing's tick."""
        units = self._option(listing, day, minute) if listing.category == "OPT" else self._units(listing, day, minute)
        least = 0 if minute is None and listing.expiry == day else 1
        ticks = max(least, (units + listing.tick // 2) // listing.tick)
        return Decimal(ticks * listing.tick).scaleb(-5)

    def rate(self, currency: str, base: str, day: date) -> Decimal:
        """Base currency for one unit of `currency` at the close, with five decimals."""
        if currency == base:
            return Decimal(1)
        return (self._dollars(currency, day) / self._dollars(base, day)).quantize(Decimal("0.00001"))

    def _dollars(self, currency: str, day: date) -> Decimal:
        return Decimal(1) if currency == "USD" else self.price(PAIRS[currency], day)

    def _units(self, listing: Listing, day: date, minute: int | None) -> int:
        root = listing.underlying if listing.category == "FUT" and listing.underlying else listing
        path = self._paths.get(root.symbol)
        if path is None:
            path = self._paths[root.symbol] = Path(root, self._seed, self._splits.get(root.symbol, {}))
        assert is_open(day), day
        points = path.day(day)
        opens, closes = listing.session
        if minute is None or minute >= closes:
            return points[-1]
        spot, part = divmod((minute - opens) * _POINTS, closes - opens)
        return points[spot] + (points[spot + 1] - points[spot]) * part // (closes - opens)

    def _option(self, listing: Listing, day: date, minute: int | None) -> int:
        """Inner value, and a time value that is highest at the money and gone at expiry."""
        assert listing.underlying is not None
        assert listing.expiry is not None
        assert listing.strike is not None
        spot, strike = self._units(listing.underlying, day, minute), int(listing.strike * UNIT)
        inner = max(0, spot - strike if listing.right == "C" else strike - spot)
        left = max(0, (listing.expiry - day).days)
        peak = spot * listing.underlying.volatility // _MILLION * math.isqrt(left * _MILLION) // 1000 * 4 // 10
        distance = abs(spot - strike)
        return inner + (max(peak // 20, peak - distance * 2 // 5) if peak else 0)
