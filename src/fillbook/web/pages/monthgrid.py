"""A calendar month as `components/calendar.html` shows it: text in its final form, and where each day and week leads."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from fillbook.performance.calendar import CalendarDay, CalendarMonth, CalendarWeek, last_day, shade
from fillbook.performance.summary import Summary
from fillbook.web import readable
from fillbook.web.measure import Measure
from fillbook.web.pages.figures import tone_of

Door = Callable[[date, date], str]
"""The address of what closed between two days, both included."""


@dataclass(frozen=True, slots=True)
class Sum:
    """What a day, week or month came to. short: for narrow places. trades: how many. words: all of it in one sentence.

    url: its trades; "" where nothing closed.
    """

    value: str = ""
    short: str = ""
    trades: str = ""
    trades_words: str = ""
    tone: str = ""
    words: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A day. shade: its colour, such as `gain-3`, "" for none."""

    number: int
    iso: str
    inside: bool
    sum: Sum
    shade: str


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days and what those of the month came to. name: for readers who hear the page."""

    name: str
    days: tuple[Cell, ...]
    sum: Sum


@dataclass(frozen=True, slots=True)
class MonthGrid:
    """A month. beside: what stands by its total. weekends: something closed on a Saturday or Sunday. before, after: addresses of the months
    beside it, "" for none.
    """

    name: str
    first: date
    beside: str
    weeks: tuple[Week, ...]
    sum: Sum
    weekends: bool
    before: str = ""
    after: str = ""


def month_grid(month: CalendarMonth, measure: Measure, door: Door, *, before: str = "", after: str = "") -> MonthGrid:
    """A month laid out. before, after: where the arrows beside its name lead."""
    return MonthGrid(
        name=readable.month(month.first),
        first=month.first,
        beside=measure.beside,
        weeks=tuple(_week(week, month, measure, door) for week in month.weeks),
        sum=_sum(month.summary, readable.month(month.first), measure, door(month.first, last_day(month.first))),
        weekends=any(cell.summary is not None for week in month.weeks for cell in week.days[5:]),
        before=before,
        after=after,
    )


def _week(week: CalendarWeek, month: CalendarMonth, measure: Measure, door: Door) -> Week:
    inside = [cell.day for cell in week.days if cell.inside]
    name = readable.days(inside[0], inside[-1])
    days = tuple(_cell(cell, month.largest, measure, door) for cell in week.days)
    return Week(name, days, _sum(week.summary, name, measure, door(inside[0], inside[-1])))


def _cell(cell: CalendarDay, largest: int, measure: Measure, door: Door) -> Cell:
    url = door(cell.day, cell.day)
    depth = 0 if cell.summary is None else shade(measure.units(cell.summary), largest)
    colour = "" if cell.summary is None else f"gain-{depth}" if depth > 0 else f"loss-{-depth}" if depth else "even"
    return Cell(cell.day.day, cell.day.isoformat(), cell.inside, _sum(cell.summary, readable.day(cell.day), measure, url), colour)


def _sum(summary: Summary | None, name: str, measure: Measure, url: str) -> Sum:
    if summary is None:
        return Sum()
    total: Decimal = measure.total(summary)
    value, trades = measure.gain(total), readable.plural(summary.n, "trade")
    unit = "" if measure.percent else f" {measure.currency}"
    return Sum(value, measure.short(total), readable.whole(summary.n), trades, tone_of(total), f"{name}: {value}{unit}, {trades}", url)


def month_before(first: date) -> date:
    """The first day of the month before."""
    return (first - timedelta(days=1)).replace(day=1)


def month_after(first: date) -> date:
    """The first day of the month after."""
    return last_day(first) + timedelta(days=1)
