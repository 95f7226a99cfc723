"""Every fall of the closed-trade curve below its highest point so far: where it began, how deep it went, when it was made good."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import accumulate, compress, count, islice
from operator import lt, ne
from typing import NamedTuple

from fillbook.ledger.numbers import EXACT
from fillbook.performance.curves import Path
from fillbook.performance.moments import Moment
from fillbook.performance.streaks import Closings


class Fall(NamedTuple):
    """One fall of the curve, in money. A plain tuple, since there may be thousands.

    peak_on: day of the high before it, None when that is the start at 0. began_on: day of the first loss below the high. trough_on: day of
    the low, the earliest of equal ones. recovered_on: day on which the curve was at the high again; None while it is not. depth: negative,
    in 1e-8. until: the recovery, else the last day of the curve. trades: closed after the high, up to the recovery. *_at: the
    instants of the first step below the high, of the low and of the last, in microseconds since 1970, None without a time of day.
    """

    peak_on: date | None
    began_on: date
    trough_on: date
    recovered_on: date | None
    depth: int
    until: date
    trades: int
    began_at: int | None
    trough_at: int | None
    until_at: int | None

    @property
    def begins(self) -> Moment:
        """Of the first step below the high; what closed from here to `lowest` came to the depth."""
        return Moment.of(self.began_on, self.began_at)

    @property
    def lowest(self) -> Moment:
        """Of the low."""
        return Moment.of(self.trough_on, self.trough_at)

    @property
    def ends(self) -> Moment:
        """Of the recovery, else of the last step of the curve."""
        return Moment.of(self.until, self.until_at)

    @property
    def days(self) -> int:
        """Calendar days from the high (from the first loss, where the curve began with one) to the recovery, or to the curve's end."""
        return (self.until - (self.peak_on or self.began_on)).days

    @property
    def days_down(self) -> int:
        """Of these, from the high to the low."""
        return (self.trough_on - (self.peak_on or self.began_on)).days


def falls(closings: Closings) -> tuple[Fall, ...]:
    """All of them in order, from round trips in closing order; the first high is 0, the start, so a first loss is a fall.

    Moments are those of `curves.equity_curve`: what closed in one instant is one step, and so is what closed on a day without a time of
    day. The deepest one is that of `metrics.max_drawdown`. Closed trades only: a loss still open does not show.
    """
    days, instants, curve, counts = _steps(closings)
    highs = list(islice(accumulate(curve, max, initial=0), 1, None))
    below = bytes(map(lt, curve, highs))
    found = []
    begins = below.find(1)
    while begins >= 0:
        ends = below.find(0, begins)
        over = ends >= 0
        low = min(part := curve[begins : ends if over else None])
        until = ends if over else len(curve) - 1
        lowest = begins + part.index(low)
        found.append(
            Fall(
                peak_on=days[begins - 1] if begins else None,
                began_on=days[begins],
                trough_on=days[lowest],
                recovered_on=days[ends] if over else None,
                depth=low - highs[begins],
                until=days[until],
                trades=counts[until] - (counts[begins - 1] if begins else 0),
                began_at=instants[begins],
                trough_at=instants[lowest],
                until_at=instants[until],
            )
        )
        begins = below.find(1, ends) if over else -1
    return tuple(found)


def recovery_factor(closings: Closings, found: Sequence[Fall]) -> Decimal | None:
    """Profit by the size of the deepest fall, both of closed trades; below 0 with a loss. None where the curve never fell."""
    deepest = min((fall.depth for fall in found), default=0)
    return EXACT.divide(Decimal(sum(closings.nets)), Decimal(-deepest)) if deepest else None


class Bottom(NamedTuple):
    """Where the deepest fall of a curve of days lies, the earliest of equal ones.

    depth: in units of 1e-8, negative. high: what it fell from. low_on: the day of its low. starts: what the curve was at the beginning of
    each day in which the fall may begin or ends, in order.
    """

    depth: int
    high: int
    low_on: date
    starts: Mapping[date, int]


def bottom(days: Sequence[tuple[date, Path]]) -> Bottom | None:
    """Of (day, path) in order; None where the curve never fell. `stretch` tells the moments from what closed on the days it names."""
    equity = high = deepest = touched = 0
    starts, found = [], None
    for place, (_, path) in enumerate(days):
        starts.append(equity)
        fall = min(path.fall, equity + path.low - high)
        if fall < deepest:
            deepest, found = fall, (touched, place, high)
        if equity + path.high >= high:
            high, touched = equity + path.high, place
        equity += path.total
    if found is None:
        return None
    places = sorted({found[0], min(found[0] + 1, found[1]), found[1]})
    return Bottom(deepest, found[2], days[found[1]][0], {days[place][0]: starts[place] for place in places})


def stretch(found: Bottom, steps: Iterable[tuple[Moment, int]]) -> tuple[Moment, Moment] | None:
    """(first moment after the high, moment of the low) of a fall, from the steps of the days it names, in order; None where they have
    become others meanwhile.
    """
    begins, high, equity, on, fresh = None, found.high, 0, None, True
    for moment, step in steps:
        equity = (equity if moment.day == on else found.starts[moment.day]) + step
        begins, on = moment if fresh else begins, moment.day
        fresh = equity >= high
        high = max(high, equity)
        if begins and on == found.low_on and equity - high == found.depth:
            return begins, moment
    return None


def _steps(closings: Closings) -> tuple[Sequence[date], Sequence[int | None], Sequence[int], Sequence[int]]:
    """(day, instant, curve, round trips so far) at the end of each moment."""
    days, moments = closings.days, closings.moments
    ends = bytearray(map(ne, moments, islice(moments, 1, None)))
    place = ends.find(0)
    while place >= 0:  # the same moment, or none is known: a step of its own on another day
        ends[place] = days[place] != days[place + 1]
        place = ends.find(0, place + 1)
    ends.append(1)  # of no round trips one too many, which takes nothing
    if 0 not in ends and len(days) == len(ends):
        return days, moments, list(accumulate(closings.nets)), range(1, len(days) + 1)
    curve, counts = compress(accumulate(closings.nets), ends), compress(count(1), ends)
    return list(compress(days, ends)), list(compress(moments, ends)), list(curve), list(counts)
