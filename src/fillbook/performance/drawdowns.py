"""Every fall of the closed-trade curve below its highest point so far: where it began, how deep it went, when it was made good."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter

from fillbook.performance.streaks import Closing


@dataclass(frozen=True, slots=True)
class Fall:
    """One fall of the curve, in money.

    peak_on: day of the high before it, None when that is the start at 0. began_on: day of the first loss below the high. trough_on: day of
    the low, the earliest of equal ones. recovered_on: day on which the curve was at the high again; None while it is not. depth: negative,
    in 1e-8. until: the recovery, else the last day of the curve. trades: closed after the high, up to the recovery.
    """

    peak_on: date | None
    began_on: date
    trough_on: date
    recovered_on: date | None
    depth: int
    until: date
    trades: int

    @property
    def days(self) -> int:
        """Calendar days from the high (from the first loss, where the curve began with one) to the recovery, or to the curve's end."""
        return (self.until - (self.peak_on or self.began_on)).days

    @property
    def days_down(self) -> int:
        """Of these, from the high to the low."""
        return (self.trough_on - (self.peak_on or self.began_on)).days


def falls(closings: Iterable[Closing]) -> tuple[Fall, ...]:
    """All of them in order, from round trips in closing order; the first high is 0, the start, so a first loss is a fall.

    Moments are those of `curves.equity_curve`: what closed in one instant is one step, and so is what closed on a day without a time of
    day. The deepest one is that of `metrics.max_drawdown`. Closed trades only: a loss still open does not show.
    """
    found: list[Fall] = []
    equity = peak = depth = trades = 0
    peak_on: date | None = None
    began_on = trough_on = last = date.min
    for last, step, count in _steps(closings):
        equity += step
        if equity < peak:
            if not depth:
                began_on = last
            trades += count
            if equity - peak < depth:
                depth, trough_on = equity - peak, last
            continue
        if depth:
            found.append(Fall(peak_on, began_on, trough_on, last, depth, last, trades + count))
            depth = trades = 0
        peak, peak_on = equity, last
    if depth:
        found.append(Fall(peak_on, began_on, trough_on, None, depth, last, trades))
    return tuple(found)


def _steps(closings: Iterable[Closing]) -> Iterator[tuple[date, int, int]]:
    """(day, what it added, round trips) of each moment."""
    for (day, _), part in groupby(closings, key=itemgetter(0, 1)):
        nets = [closing.net for closing in part]
        yield day, sum(nets), len(nets)
