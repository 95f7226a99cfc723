"""How much of a figure may be chance: the bootstrap by day, Wilson's interval, Student's t."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import shake_256
from operator import itemgetter
from struct import iter_unpack
from typing import Final, NamedTuple

_SEED: Final = b"whole days, drawn with replacement"
"""The same trades give the same interval each time and everywhere."""
LEVEL: Final = 0.95
Z_TWO_SIDED: Final = 1.959963984540054
"""Of a normal distribution, beyond which 5 % lie on both sides together."""
Z_ONE_SIDED: Final = 1.6448536269514722
"""Beyond which 5 % lie on one side."""
_MOST_DRAWS: Final = 400_000
_MOST_SAMPLES, _FEWEST_SAMPLES = 1000, 200
_ENOUGH_DAYS: Final = 2


class Day(NamedTuple):
    """A day's sums: of x > 0, of x < 0, round trips, gains as fractions and how many of these; money and fractions in units of 1e-8."""

    won: int
    lost: int
    n: int
    gains: int
    gain_count: int


@dataclass(frozen=True, slots=True)
class Interval:
    """From low to high, the bounds of 95 %."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Resampled:
    """What whole days drawn anew, with replacement, give. samples: how often all days were drawn; days: how many there are.

    mean: of x, in 1e-8. gain: mean gain as a fraction, in 1e-8. day: P&L of a day, in 1e-8. factor: profit factor. Each None where it is
    not defined in nearly all draws. chance: share of the draws whose sum is not above 0.
    """

    samples: int
    days: int
    mean: Interval | None
    gain: Interval | None
    day: Interval | None
    factor: Interval | None
    chance: float


@lru_cache(maxsize=64)
def resampled(days: tuple[Day, ...]) -> Resampled | None:
    """The bootstrap: as many days as there are, drawn at random from them, up to 1,000 times with a fixed seed; None below two days.

    Whole days are drawn because trades of one day share its market, so that to draw trades would claim more independence than there is.
    Beyond 400 days it is done fewer times, at least 200, so that no more than about 400,000 days are drawn. The interval is from the 2.5th
    to the 97.5th of a hundred. Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), 13.3.
    """
    if len(days) < _ENOUGH_DAYS:
        return None
    samples = max(_FEWEST_SAMPLES, min(_MOST_SAMPLES, _MOST_DRAWS // len(days)))
    sums = _sums(days, samples)
    totals = [one.won + one.lost for one in sums]
    return Resampled(
        samples,
        len(days),
        mean=_interval([total / one.n for total, one in zip(totals, sums, strict=True) if one.n], samples),
        gain=_interval([one.gains / one.gain_count for one in sums if one.gain_count], samples),
        day=_interval([total / len(days) for total in totals], samples),
        factor=_interval([one.won / -one.lost for one in sums if one.lost], samples),
        chance=sum(total <= 0 for total in totals) / samples,
    )


def _sums(days: Sequence[Day], samples: int) -> list[Day]:
    """The sums of each draw of as many days as there are.

    The five sums of a day are laid side by side in one whole number, so that a draw is one addition a day: losses and gains are turned
    so that none is below 0, and each has as many bits as the greatest sum needs.
    """
    n, least = len(days), min(day.gains for day in days)
    laid = [(day.won, -day.lost, day.n, day.gains - least, day.gain_count) for day in days]
    widths = [(max(column) * n).bit_length() for column in zip(*laid, strict=True)]
    starts = [sum(widths[:index]) for index in range(len(widths))]
    packed = [sum(value << start for value, start in zip(row, starts, strict=True)) for row in laid]
    found = []
    for drawn in iter_unpack(f"<{n}I", _drawn(n, samples)):
        whole = sum(itemgetter(*drawn)(packed))
        won, lost, count, gains, gain_count = (whole >> start & (1 << width) - 1 for start, width in zip(starts, widths, strict=True))
        found.append(Day(won, -lost, count, gains + n * least, gain_count))
    return found


@lru_cache(maxsize=4)
def _drawn(n: int, samples: int) -> bytes:
    """Which days are drawn: `samples` times n numbers below n, of 32 bits each, evenly spread and always the same.

    They are the 32-bit words of a digest of any length, since the core has no dice, times n, by 2^32: all in one product of two whole
    numbers, for which each word stands in 64 bits of its own.
    """
    count = samples * n
    digest, wide, drawn = shake_256(_SEED).digest(4 * count), bytearray(8 * count), bytearray(4 * count)
    for byte in range(4):
        wide[byte::8] = digest[byte::4]
    product = (int.from_bytes(wide, "little") * n).to_bytes(8 * count, "little")
    for byte in range(4):
        drawn[byte::4] = product[byte + 4 :: 8]
    return bytes(drawn)


def _interval(values: Sequence[float], samples: int) -> Interval | None:
    """None where more than one draw in forty gives no value: then a bound would be one of those that are missing."""
    if len(values) < samples * (0.5 + LEVEL / 2):
        return None
    ordered, aside = sorted(values), (1 - LEVEL) / 2
    return Interval(ordered[math.floor(aside * (len(ordered) - 1))], ordered[math.ceil((1 - aside) * (len(ordered) - 1))])


def wilson(wins: int, n: int) -> Interval | None:
    """Wilson's score interval of a rate at 95 %, as fractions; None of nothing.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference" (1927).
    """
    if not n:
        return None
    z, rate = Z_TWO_SIDED, wins / n
    middle = rate + z * z / (2 * n)
    half = z * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return Interval((middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n))


def chance_of(mean: float, deviation: float, n: int) -> float | None:
    """One-sided p: how likely a mean at least so far above 0 is if the true one is 0, by Student's t with n - 1 degrees of freedom.

    t = mean / (deviation / sqrt(n)). None below two values or where all are alike. Trades have fatter tails than it assumes.
    """
    if n < 2 or deviation <= 0:
        return None
    t, freedom = mean / (deviation / math.sqrt(n)), n - 1
    half = _beta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2
    return half if t >= 0 else 1 - half


def _beta(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function. Source: DLMF 8.17.22, its continued fraction by Lentz's method."""
    if x <= 0 or x >= 1:
        return 1.0 if x >= 1 else 0.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(1 - x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, 300):
        before = fraction
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for part in (even, odd):
            d, c = 1 / (1 + part * d), 1 + part / c
            fraction *= c * d
        if abs(fraction - before) < 1e-14 * abs(fraction):
            break
    return front * fraction
