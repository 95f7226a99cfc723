"""Two choices of round trips side by side: each figure of both, and by how much they differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from fillbook.ledger.numbers import exact
from fillbook.performance import metrics
from fillbook.performance.statistics import Figure, Sample, Unit, statistics

_CLEAR: Final = 2
"""Standard errors that two means have to be apart."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure of both. difference: second minus first, None where either is absent."""

    first: Figure
    second: Figure

    @property
    def difference(self) -> Decimal | None:
        """In the figure's unit."""
        if self.first.value is None or self.second.value is None:
            return None
        return self.second.value - self.first.value

    @property
    def clear(self) -> bool | None:
        """Whether the difference of two means is more than two of its standard errors; None for figures without one.

        The error of a difference is the root of the sum of both squared; the choices must not share round trips for it to hold.
        """
        if self.first.error is None or self.second.error is None or self.difference is None:
            return None
        with exact():
            error = (self.first.error**2 + self.second.error**2).sqrt()
            return abs(self.difference) > _CLEAR * error


def compared(first: Sample, second: Sample) -> tuple[Pair, ...]:
    """Every figure of a report for both, after the totals."""
    figures = zip(_all(first), _all(second), strict=True)
    return tuple(Pair(one, other) for one, other in figures)


def _all(sample: Sample) -> Sequence[Figure]:
    one = sample.summary
    totals = (
        Figure("trades", Unit.COUNT, Decimal(one.n), one.n, 0),
        Figure("profit", Unit.MONEY, metrics.profit(one), one.n, 0),
        Figure("gross_profit", Unit.MONEY, metrics.profit(one) if sample.told.gross else metrics.gross_profit(one), one.n, 0),
        Figure("fees", Unit.MONEY, metrics.fees(one), one.n, 0),
    )
    return (*totals, *statistics(sample))
