"""Metrics of results in R (`journal.plans`). Each takes the R of round trips that have one; a trade without a plan is never 0 R."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from fillbook.ledger.numbers import EXACT, ZERO, exact

ENOUGH: Final = 30
"""With fewer round trips a system quality number says nothing."""
_CAP: Final = 100


@dataclass(frozen=True, slots=True)
class Multiples:
    """n: round trips with an R. total, mean: in R; mean, the expectancy per unit of risk, is None for none.

    sqn: system quality number, sqrt(min(n, 100)) x mean / standard deviation (n - 1 in its divisor), and sqn_uncapped with sqrt(n); both
    None below 30 round trips or where all are alike. Source: Tharp, "Definitive Guide to Position Sizing" (2008).
    """

    n: int
    total: Decimal
    mean: Decimal | None
    sqn: Decimal | None = None
    sqn_uncapped: Decimal | None = None


def multiples(results: Sequence[Decimal]) -> Multiples:
    """All of them together."""
    n = len(results)
    if n == 0:
        return Multiples(0, ZERO, None)
    with exact():
        total = sum(results, ZERO)
        mean = EXACT.divide(total, Decimal(n))
        squares = sum(((one - mean) ** 2 for one in results), ZERO)
    if n < ENOUGH or not squares:
        return Multiples(n, total, mean)
    quality = EXACT.divide(mean, EXACT.sqrt(EXACT.divide(squares, Decimal(n - 1))))
    return Multiples(n, total, mean, _times_root(quality, min(n, _CAP)), _times_root(quality, n))


def _times_root(quality: Decimal, count: int) -> Decimal:
    return EXACT.multiply(quality, EXACT.sqrt(Decimal(count)))
