"""Days laid out as a calendar: a month in weeks from Monday to Sunday, each with its total, and how deep a day's colour is.

All of one currency. A round trip belongs to the trade date of its last closing fill, whole, as in the curve and in every total.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import Final

from fillbook.performance.curves import Period
from fillbook.performance.summary import Summary

SHADES: Final = 4
"""Steps of colour on each side of zero."""

Units = Callable[[Summary], int]
"""Which of a summary's totals counts, in units of 1e-8: of money, or of gains as fractions."""
_MONEY: Final[Units] = attrgetter("total")


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One cell. summary: None where nothing closed. inside: whether the day is of the month shown, or fills its first or last week up."""

    day: date
    summary: Summary | None
    inside: bool


@dataclass(frozen=True, slots=True)
class CalendarWeek:
    """Seven days from Monday. summary: of those inside the month, so that the weeks add up to it; None where nothing closed."""

    days: tuple[CalendarDay, ...]
    summary: Summary | None


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """A month. first: its first day. summary: None where nothing closed. largest: the greatest size of a day's total."""

    first: date
    weeks: tuple[CalendarWeek, ...]
    summary: Summary | None
    largest: int


def month_of(first: date, periods: Iterable[Period], units: Units = _MONEY) -> CalendarMonth:
    """The month that begins on `first`, out of the totals of any days. units: what `largest` is of."""
    last = last_day(first)
    found = {period.first: period.summary for period in periods if first <= period.first <= last}
    weeks = tuple(_week(monday, first, found) for monday in _mondays(first, last))
    largest = max((abs(units(summary)) for summary in found.values()), default=0)
    return CalendarMonth(first, weeks, _merged(found.values()), largest)


def shade(total: int, largest: int) -> int:
    """-4 to 4: how a total stands on a scale that is symmetric about 0 and ends at the size of the largest. 0 for nothing gained or lost.

    The smallest gain or loss still shows: its shade is never 0.
    """
    if not total or not largest:
        return 0
    step = max(1, -(-SHADES * abs(total) // largest))
    return min(step, SHADES) * (1 if total > 0 else -1)


def last_day(first: date) -> date:
    """Of the month that `first` begins."""
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _mondays(first: date, last: date) -> Iterator[date]:
    monday = first - timedelta(days=first.weekday())
    while monday <= last:
        yield monday
        monday += timedelta(days=7)


def _week(monday: date, first: date, found: dict[date, Summary]) -> CalendarWeek:
    days = [monday + timedelta(days=step) for step in range(7)]
    cells = tuple(CalendarDay(day, found.get(day), (day.year, day.month) == (first.year, first.month)) for day in days)
    return CalendarWeek(cells, _merged(cell.summary for cell in cells if cell.summary is not None))


def _merged(summaries: Iterable[Summary]) -> Summary | None:
    """All together; None for none."""
    whole: Summary | None = None
    for summary in summaries:
        whole = summary if whole is None else whole.merge(summary)
    return whole
