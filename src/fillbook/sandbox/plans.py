"""What happens every year on fixed days, so that any 365 days show each kind of event.

An opened option must end the way it is meant to, so its strike is chosen with knowledge of the price at its expiry.
"""

import functools
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from fillbook.sandbox.calendar import last_open_before, monthly_expiry, open_on_or_after, plus_open_days
from fillbook.sandbox.listings import (
    FOREIGN,
    GROWING,
    REIT,
    REVERSED,
    SAVED_INTO,
    TRIMMED,
    UNTOUCHED,
    WRITTEN_CALLS,
    WRITTEN_PUTS,
    Listing,
    option,
)
from fillbook.sandbox.market import EPOCH, Market
from fillbook.sandbox.rows import MAIN, SECOND, Order

Planned = tuple[date, Order]
SPLIT_RATIO: Final = 2
SAVED_MONTHLY: Final = Decimal(250)
_LAST_YEAR: Final = 2100


def splits() -> dict[str, dict[date, int]]:
    """Symbol -> first day at the new price -> ratio, for as long as this will ever run."""
    found: dict[str, dict[date, int]] = {}
    for year in range(EPOCH.year, _LAST_YEAR):
        for half in (0, 1):
            found.setdefault(_growing(year, half).symbol, {})[_on(year, 3 + 6 * half, 11)] = SPLIT_RATIO
    return found


def of_year(year: int, market: Market) -> Iterator[Planned]:
    """Every order of a year that the calendar decides."""
    if year == EPOCH.year:
        yield EPOCH, _buy(TRIMMED, 610, 600, pieces=3)
        yield EPOCH, _buy(UNTOUCHED, 625, 150)
        yield EPOCH, _buy(FOREIGN[0], 250, 300, account=SECOND)
    yield from _long_term(year, market)
    for half in (0, 1):
        yield from _growth(year, half)
        yield from _assigned_put(year, 2 + 6 * half, market)
        yield from _called_away(year, 5 + 6 * half, market)
        yield from _bought_in_vain(year, 3 + 6 * half, market)
        yield from _short_by_assignment(year, 6 + 6 * half, market)
    for month in (1, 4, 7, 10):
        yield from _worthless_put(year, month, market)
    for month in (2, 5, 8, 11):
        yield from _reversal(_on(year, month, 11))


def _on(year: int, month: int, day: int) -> date:
    return open_on_or_after(date(year, month, day))


def _growing(year: int, half: int) -> Listing:
    return GROWING[((year - EPOCH.year) * 2 + half) % len(GROWING)]


def _buy(listing: Listing, minute: int, quantity: int | Decimal, pieces: int = 1, account: str = MAIN, notes: str = "") -> Order:
    return Order(account, listing, minute, Decimal(quantity), pieces=pieces, notes=notes)


def _close(listing: Listing, minute: int, part: tuple[int, int] = (1, 1), pieces: int = 1, account: str = MAIN) -> Order:
    return Order(account, listing, minute, None, part, pieces)


def _long_term(year: int, market: Market) -> Iterator[Planned]:
    """Old holdings that are trimmed, a savings plan in fractions of a unit, a real estate trust twice a year."""
    for month in (3, 8):
        yield _on(year, month, 5), _buy(TRIMMED, 615, -20)
        yield _on(year, month + 1, 8), _buy(FOREIGN[0], 280, -10, account=SECOND)
    for month in range(1, 13):
        day = _on(year, month, 4)
        units = (SAVED_MONTHLY / market.price(SAVED_INTO, day, 600)).quantize(Decimal("0.0001"))
        yield day, _buy(SAVED_INTO, 600, units, notes="FP")
        if month in {6, 12}:
            yield _on(year, month, 20), _close(SAVED_INTO, 640)
    for month in (1, 7):
        yield _on(year, month, 20), _buy(REIT, 655, 120, pieces=2)
        yield _on(year, month + 3, 22), _close(REIT, 700, pieces=2)


def _growth(year: int, half: int) -> Iterator[Planned]:
    """Scaled in, split while held, scaled out."""
    listing, month = _growing(year, half), 1 + 6 * half
    yield _on(year, month, 15), _buy(listing, 590, 40, pieces=2)
    yield _on(year, month + 1, 6), _buy(listing, 860, 20)
    yield _on(year, month + 3, 20), _close(listing, 720, (1, 2), pieces=2)
    yield _on(year, month + 4, 25), _close(listing, 905)


def _reversal(day: date) -> Iterator[Planned]:
    """Long, then short in one fill, then flat."""
    yield day, _buy(REVERSED, 585, 100)
    yield day, _buy(REVERSED, 690, -250)
    yield day, _buy(REVERSED, 870, 150, pieces=2)


def _at_expiry(stock: Listing, year: int, month: int, market: Market) -> tuple[date, date, Decimal, Decimal]:
    """Day of sale, expiry, and the stock's price on both."""
    sold, expiry = _on(year, month, 4), monthly_expiry(year, month)
    return sold, expiry, market.price(stock, sold, 640), market.price(stock, expiry)


def _assigned_put(year: int, month: int, market: Market) -> Iterator[Planned]:
    sold, expiry, _, final = _at_expiry(WRITTEN_PUTS, year, month, market)
    put = option(WRITTEN_PUTS, expiry, _up(final * Decimal("1.02")), "P")
    yield sold, _buy(put, 640, -2)
    yield plus_open_days(expiry, 4), _close(WRITTEN_PUTS, 605, (1, 2))
    yield plus_open_days(expiry, 11), _close(WRITTEN_PUTS, 815, pieces=2)


def _called_away(year: int, month: int, market: Market) -> Iterator[Planned]:
    sold, expiry, _, final = _at_expiry(WRITTEN_CALLS, year, month, market)
    call = option(WRITTEN_CALLS, expiry, _down(final * Decimal("0.97")), "C")
    yield sold, _buy(WRITTEN_CALLS, 605, 200, pieces=2)
    yield sold, _buy(call, 640, -2)


def _worthless_put(year: int, month: int, market: Market) -> Iterator[Planned]:
    sold, expiry, spot, final = _at_expiry(WRITTEN_PUTS, year, month, market)
    yield sold, _buy(option(WRITTEN_PUTS, expiry, _down(min(spot, final) * Decimal("0.97")), "P"), 640, -3, pieces=2)


def _bought_in_vain(year: int, month: int, market: Market) -> Iterator[Planned]:
    bought, expiry, spot, final = _at_expiry(WRITTEN_CALLS, year, month, market)
    yield bought, _buy(option(WRITTEN_CALLS, expiry, _up(max(spot, final) * Decimal("1.02")), "C"), 640, 2)


def _short_by_assignment(year: int, month: int, market: Market) -> Iterator[Planned]:
    sold, expiry, _, final = _at_expiry(WRITTEN_PUTS, year, month, market)
    call = option(WRITTEN_PUTS, expiry, _down(final * Decimal("0.98")), "C")
    yield sold, _buy(call, 650, -1)
    yield plus_open_days(expiry, 3), _close(WRITTEN_PUTS, 610)


def _up(price: Decimal) -> Decimal:
    return price.quantize(Decimal(1), ROUND_CEILING)


def _down(price: Decimal) -> Decimal:
    return price.quantize(Decimal(1), ROUND_FLOOR)


@functools.cache
def splitting_nights() -> dict[date, tuple[Listing, int]]:
    """Last trading day at the old price -> what splits during the night that follows, and one unit's new number."""
    by_symbol = {listing.symbol: listing for listing in GROWING}
    return {last_open_before(first): (by_symbol[symbol], ratio) for symbol, days in splits().items() for first, ratio in days.items()}
