"""Results along the calendar: the equity curve of closed trades with its drawdown, and totals by day and by month.

All of one currency. A round trip belongs to the trade date of its last closing fill, whole: that is how profit, curve and calendar
always agree. Deposits and open positions are in none of them.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple, Self

from fillbook.ledger.numbers import ZERO, exact
from fillbook.performance.results import Result, summarize
from fillbook.performance.summary import Summary


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The closed-trade curve just after one moment at which round trips closed.

    on: the day that owns the P&L. at: the moment; None for all of that day's whose source gives no time of day. net: what they added.
    trades: how many they were. equity: sum so far. drawdown: equity minus its highest value so far, the start at 0 included; 0 or
    negative.
    """

    on: date
    at: datetime | None
    net: Decimal
    trades: int
    equity: Decimal
    drawdown: Decimal


@dataclass(frozen=True, slots=True)
class Period:
    """One day or month with at least one closed round trip. first: its first day."""

    first: date
    summary: Summary


def equity_curve(results: Sequence[Result]) -> tuple[CurvePoint, ...]:
    """One point for each moment at which something closed, from 0, of results in closing order.

    What closed in one instant was never apart: the legs of a spread are one step, and so is all that closed on one day without a time of
    day. The lowest `drawdown` is that of `metrics.max_drawdown`.
    """
    points = []
    equity = peak = ZERO
    with exact():
        for (on, at), part in groupby(results, key=lambda result: (result.closed_on, result.closed_at)):
            nets = [result.net for result in part]
            step = sum(nets, ZERO)
            equity += step
            peak = max(peak, equity)
            points.append(CurvePoint(on, at, step, len(nets), equity, equity - peak))
    return tuple(points)


def moments(closings: Iterable[tuple[datetime | None, int]]) -> Iterator[int]:
    """The steps of a day's curve: the sums of what closed in one instant, of (closing time, net) in closing order.

    Those without a time of day come last in their day and are one step together, since nobody knows their order.
    """
    return (sum(net for _, net in part) for _, part in groupby(closings, key=itemgetter(0)))


def by_day(results: Sequence[Result]) -> tuple[Period, ...]:
    """Totals of each day on which a round trip closed, in order; days without one are absent."""
    return tuple(Period(day, summarize(list(part))) for day, part in groupby(results, key=lambda result: result.closed_on))


def by_month(results: Sequence[Result]) -> tuple[Period, ...]:
    """Totals of each calendar month in which a round trip closed, in order; months without one are absent."""
    months = groupby(results, key=lambda result: result.closed_on.replace(day=1))
    return tuple(Period(month, summarize(list(part))) for month, part in months)


class Path(NamedTuple):
    """How the running sum of one stretch of round trips went, from 0; in units of 1e-8.

    total: where it ended. high: its highest value, the start included, so 0 or more. low: its lowest value after a step.
    fall: the deepest distance after a step below the highest value so far, 0 or negative. Two stretches in a row make one, so a
    curve of any length is made of one path a day.
    """

    total: int
    high: int
    low: int
    fall: int

    @classmethod
    def of(cls, steps: Iterable[int]) -> Self:
        """The path of at least one step (`moments`), in closing order."""
        total = high = fall = 0
        low: int | None = None
        for step in steps:
            total += step
            high = max(high, total)
            low = total if low is None else min(low, total)
            fall = min(fall, total - high)
        assert low is not None
        return cls(total, high, low, fall)

    def then(self, later: Self) -> Self:
        """Both in a row. Associative."""
        return type(self)(
            total=self.total + later.total,
            high=max(self.high, self.total + later.high),
            low=min(self.low, self.total + later.low),
            fall=min(self.fall, later.fall, self.total + later.low - self.high),
        )


class CurveDay(NamedTuple):
    """The closed-trade curve at the end of a day or of several, from `first` to `last`, on which something closed.

    gain: what they added. trades: of how many round trips. equity: sum so far. drawdown: the deepest distance after a closing of these
    days below the highest point so far; 0 or negative. All but `trades` in units of 1e-8.
    """

    first: date
    last: date
    gain: int
    trades: int
    equity: int
    drawdown: int


def curve_days(days: Iterable[tuple[date, int, Path]]) -> tuple[CurveDay, ...]:
    """The curve from (day, number of round trips, path), days in order. The lowest drawdown is `metrics.max_drawdown`'s."""
    found = []
    equity = peak = 0
    for day, trades, path in days:
        drawdown = min(path.fall, equity + path.low - peak)
        peak = max(peak, equity + path.high)
        equity += path.total
        found.append(CurveDay(day, day, path.total, trades, equity, drawdown))
    return tuple(found)


class Step(StrEnum):
    """How many days make one point of a curve."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


MOST_POINTS: Final = 400
"""A screen cannot show more."""


def coarser(days: Sequence[CurveDay]) -> tuple[Step, tuple[CurveDay, ...]]:
    """The curve in at most about 400 points: by day, else by week (from Monday), else by month. Each keeps its deepest drawdown."""
    if len(days) <= MOST_POINTS:
        return Step.DAY, tuple(days)
    weeks = _joined(days, lambda day: (day.first.toordinal() - 1) // 7)  # the calendar begins on a Monday
    if len(weeks) <= MOST_POINTS:
        return Step.WEEK, weeks
    return Step.MONTH, _joined(days, lambda day: day.first.replace(day=1))


def _joined(days: Sequence[CurveDay], start_of: Callable[[CurveDay], Hashable]) -> tuple[CurveDay, ...]:
    found = []
    for _, group in groupby(days, key=start_of):
        part = list(group)
        joined = part[-1]._replace(
            first=part[0].first,
            gain=sum([day.gain for day in part]),
            trades=sum([day.trades for day in part]),
            drawdown=min([day.drawdown for day in part]),
        )
        found.append(joined)
    return tuple(found)
