"""How results are spread: a histogram with round steps, its mean and its median."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Final

from fillbook.ledger.numbers import EXACT
from fillbook.performance.intraday import HeldFor, held_bounds

MOST_BARS: Final = 30
HELD_CLASSES: Final = tuple(most for slot in HeldFor if (most := held_bounds(slot)[1]) is not None)
"""Where one class of holding times ends and the next begins, in seconds."""
_TAIL: Final = 100
"""One in so many of each side goes into the open bar at its end, when it lies far out."""


class Spread(StrEnum):
    """What is spread. All in units of 1e-8 (of money, of a fraction, of R), but HELD in seconds."""

    PROFIT = "profit"
    PERCENT = "percent"
    R = "r"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Bar:
    """How many values are from `least` on and below `most`; None for an open end."""

    least: int | None
    most: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """n: values, at least one. mean, median: in their unit. bars: in order, without a gap; their counts add up to n."""

    n: int
    mean: Decimal
    median: Decimal
    bars: tuple[Bar, ...]


def spread_of(what: Spread, values: Sequence[int]) -> Histogram | None:
    """How the values of a kind are spread: holding times in their usual classes, everything else in bars with round edges."""
    return in_classes(values, HELD_CLASSES) if what is Spread.HELD else histogram(values)


def histogram(values: Sequence[int]) -> Histogram | None:
    """Bars whose edges are whole steps of 1, 2 or 5 times a power of ten, zero always an edge; None without values.

    At most about 30 bars between the 1st and the 99th of a hundred values; what lies beyond is in an open bar at either end, so that one
    extraordinary trade does not press all others into one bar.
    """
    if not values:
        return None
    ordered = sorted(values)
    tail = len(ordered) // _TAIL
    least, most = ordered[tail], ordered[-1 - tail]
    step = _step(most - least or abs(most) or 1)
    edges = list(range(least // step * step, (most // step + 2) * step, step))
    return _counted(ordered, edges, open_low=ordered[0] < edges[0], open_high=ordered[-1] >= edges[-1])


def in_classes(values: Sequence[int], edges: Sequence[int]) -> Histogram | None:
    """Bars between given edges, rising, open at both ends; None without values."""
    return _counted(sorted(values), list(edges), open_low=True, open_high=True) if values else None


def _step(width: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, ... that parts a width into at most 25."""
    power = 1
    while True:
        for one in (1, 2, 5):
            if one * power * (MOST_BARS - 5) >= width:
                return one * power
        power *= 10


def _counted(ordered: Sequence[int], edges: list[int], *, open_low: bool, open_high: bool) -> Histogram:
    n = len(ordered)
    below = [0, *(bisect_left(ordered, edge) for edge in edges), n]
    counts = [after - before for before, after in pairwise(below)]
    bars = [Bar(low, high, count) for (low, high), count in zip(pairwise(edges), counts[1:-1], strict=True)]
    low = [Bar(None, edges[0], counts[0])] if open_low else []
    high = [Bar(edges[-1], None, counts[-1])] if open_high else []
    middle = Decimal(ordered[(n - 1) // 2] + ordered[n // 2]) / 2
    return Histogram(n, EXACT.divide(Decimal(sum(ordered)), Decimal(n)), middle, (*low, *bars, *high))
