"""Results along the calendar: the equity curve of closed trades with its drawdown, and totals by day and by month.

All of one currency. A round trip belongs to the trade date of its last closing fill, whole: that is how profit, curve and calendar
always agree. Deposits and open positions are in none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from fillbook.ledger.numbers import ZERO, exact
from fillbook.performance.results import Result, summarize
from fillbook.performance.summary import Summary


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The closed-trade curve just after one round trip closed.

    on: the day that owns the P&L. at: the moment, None where the source gives no time of day. net: what the round trip added.
    equity: sum so far. drawdown: equity minus its highest value so far, the start at 0 included; 0 or negative.
    """

    key: str
    on: date
    at: datetime | None
    net: Decimal
    equity: Decimal
    drawdown: Decimal


@dataclass(frozen=True, slots=True)
class Period:
    """One day or month with at least one closed round trip. first: its first day."""

    first: date
    summary: Summary


def equity_curve(results: Sequence[Result]) -> tuple[CurvePoint, ...]:
    """One point for each round trip, in closing order, from 0. The lowest `drawdown` is that of `metrics.max_drawdown`."""
    points = []
    equity = peak = ZERO
    with exact():
        for result in results:
            equity += result.net
            peak = max(peak, equity)
            points.append(CurvePoint(result.key, result.closed_on, result.closed_at, result.net, equity, equity - peak))
    return tuple(points)


def by_day(results: Sequence[Result]) -> tuple[Period, ...]:
    """Totals of each day on which a round trip closed, in order; days without one are absent."""
    return tuple(Period(day, summarize(list(part))) for day, part in groupby(results, key=lambda result: result.closed_on))


def by_month(results: Sequence[Result]) -> tuple[Period, ...]:
    """Totals of each calendar month in which a round trip closed, in order; months without one are absent."""
    months = groupby(results, key=lambda result: result.closed_on.replace(day=1))
    return tuple(Period(month, summarize(list(part))) for month, part in months)
