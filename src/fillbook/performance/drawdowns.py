"""Every fall of the closed-trade curve below its highest point so far: where it began, how deep it went, when it was made good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate, compress, count, islice
from operator import lt, ne

from fillbook.ledger.numbers import EXACT
from fillbook.performance.streaks import Closings


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


def falls(closings: Closings) -> tuple[Fall, ...]:
    """All of them in order, from round trips in closing order; the first high is 0, the start, so a first loss is a fall.

    Moments are those of `curves.equity_curve`: what closed in one instant is one step, and so is what closed on a day without a time of
    day. The deepest one is that of `metrics.max_drawdown`. Closed trades only: a loss still open does not show.
    """
    days, curve, counts = _steps(closings)
    highs = list(islice(accumulate(curve, max, initial=0), 1, None))
    below = bytes(map(lt, curve, highs))
    found = []
    begins = below.find(1)
    while begins >= 0:
        ends = below.find(0, begins)
        over = ends >= 0
        low = min(part := curve[begins : ends if over else None])
        until = ends if over else len(curve) - 1
        found.append(
            Fall(
                peak_on=days[begins - 1] if begins else None,
                began_on=days[begins],
                trough_on=days[begins + part.index(low)],
                recovered_on=days[ends] if over else None,
                depth=low - highs[begins],
                until=days[until],
                trades=counts[until] - (counts[begins - 1] if begins else 0),
            )
        )
        begins = below.find(1, ends) if over else -1
    return tuple(found)


def recovery_factor(closings: Closings, found: Sequence[Fall]) -> Decimal | None:
    """Profit by the size of the deepest fall, both of closed trades; below 0 with a loss. None where the curve never fell."""
    deepest = min((fall.depth for fall in found), default=0)
    return EXACT.divide(Decimal(sum(closings.nets)), Decimal(-deepest)) if deepest else None


def _steps(closings: Closings) -> tuple[Sequence[date], Sequence[int], Sequence[int]]:
    """(day, curve, round trips so far) at the end of each moment."""
    days, moments = closings.days, closings.moments
    ends = bytearray(map(ne, moments, islice(moments, 1, None)))
    place = ends.find(0)
    while place >= 0:  # the same moment, or none is known: a step of its own on another day
        ends[place] = days[place] != days[place + 1]
        place = ends.find(0, place + 1)
    ends.append(1)  # of no round trips one too many, which takes nothing
    return list(compress(days, ends)), list(compress(accumulate(closings.nets), ends)), list(compress(count(1), ends))
