"""Days the pretend exchange is open: weekdays without the holidays of New York's exchanges."""

import functools
from datetime import date, timedelta

FRIDAY = 4


def is_open(day: date) -> bool:
    """Whether there is trading on that day."""
    return day.weekday() <= FRIDAY and day not in _holidays(day.year)


def next_open(day: date) -> date:
    """The first trading day after `day`."""
    day += timedelta(days=1)
    while not is_open(day):
        day += timedelta(days=1)
    return day


def last_open_before(day: date) -> date:
    """The last trading day before `day`: what a statement generated on `day` ends with."""
    day -= timedelta(days=1)
    while not is_open(day):
        day -= timedelta(days=1)
    return day


def open_on_or_before(day: date) -> date:
    """`day` itself when there is trading, else the last trading day before it."""
    return day if is_open(day) else last_open_before(day)


def open_on_or_after(day: date) -> date:
    """`day` itself when there is trading, else the next trading day."""
    return day if is_open(day) else next_open(day)


def plus_open_days(day: date, count: int) -> date:
    """`count` trading days after `day`."""
    for _ in range(count):
        day = next_open(day)
    return day


def monthly_expiry(year: int, month: int) -> date:
    """The third Friday, or the trading day before it when that Friday is a holiday."""
    return open_on_or_before(_nth(year, month, FRIDAY, 3))


@functools.cache
def _holidays(year: int) -> frozenset[date]:
    fixed = [_observed(date(year, month, day)) for month, day in ((1, 1), (6, 19), (7, 4), (12, 25))]
    moving = [_nth(year, 1, 0, 3), _nth(year, 2, 0, 3), _last_monday_of_may(year), _nth(year, 9, 0, 1), _nth(year, 11, 3, 4)]
    return frozenset([*fixed, *moving, _easter(year) - timedelta(days=2)])


def _observed(day: date) -> date:
    """A holiday on a Saturday is kept on Friday, one on a Sunday on Monday."""
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def _nth(year: int, month: int, weekday: int, count: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (count - 1))


def _last_monday_of_may(year: int) -> date:
    last = date(year, 5, 31)
    return last - timedelta(days=last.weekday())


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (a + 11 * h) // 319
    r = (2 * e + 2 * i - k - h + m + 32) % 7
    n = (h - m + r + 90) // 25
    return date(year, n, (h - m + r + n + 19) % 32)
