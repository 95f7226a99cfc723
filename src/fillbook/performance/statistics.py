"""Every further figure of a report, each with how much it rests on, an interval where one is defined, and why it is absent.

x is the net P&L of a round trip and d that of a day with a closed one, in one currency. Money that is summed is exact; what needs a square
root or a draw is an estimate, computed in double precision. `docs/metrics/reports.md` describes each by its name and gives the sources.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from itertools import accumulate
from operator import mul
from typing import Final

from fillbook.ledger.numbers import EXACT
from fillbook.performance import metrics
from fillbook.performance.chance import Z_ONE_SIDED, Day, Interval, Resampled, chance_of, resampled, wilson
from fillbook.performance.multiples import multiples
from fillbook.performance.ratios import ENOUGH_RETURNS, Returns, sharpe, sortino
from fillbook.performance.streaks import NOTHING, Closings, Streaks, streaks
from fillbook.performance.summary import Summary, from_e8
from fillbook.performance.told import USUAL, Told

_KELLY_ENOUGH: Final = 100
_FINE: Final = Decimal("1E-8")


class Unit(StrEnum):
    """What a figure counts. PERCENT: 12.5 for 12.5 %. R: multiples of the initial risk."""

    COUNT = "count"
    MONEY = "money"
    PERCENT = "percent"
    RATIO = "ratio"
    R = "r"
    DAYS = "days"


class Absent(StrEnum):
    """Why a figure does not exist."""

    NONE = ""
    NO_TRADES = "no_trades"
    NO_WINS = "no_wins"
    NO_LOSSES = "no_losses"
    NO_COST = "no_cost"
    NO_R = "no_r"
    TOO_FEW = "too_few"
    ALL_ALIKE = "all_alike"
    NO_NAV = "no_nav"
    NOT_IN_BASE = "not_in_base"
    NOT_POSITIVE = "not_positive"
    IN_MONEY = "in_money"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. n: what it rests on, in trades or days (`of_days`); enough: below so many it says little. within: bounds of 95 %.

    error: standard error, of expectancy alone. absent: why value is None.
    """

    name: str
    unit: Unit
    value: Decimal | None
    n: int
    enough: int = metrics.FEW_TRADES
    within: tuple[Decimal, Decimal] | None = None
    error: Decimal | None = None
    absent: Absent = Absent.NONE
    of_days: bool = False

    @property
    def few(self) -> bool:
        """Whether it rests on too little to say much."""
        return self.n < self.enough


@dataclass(frozen=True, slots=True)
class Sample:
    """Round trips of one currency as figures need them. days: of each day on which one closed, in order. closings: in closing order.

    rs: results in R of those with a plan. returns: of the account's days, where the broker's net asset values allow. gross: the results
    are those before fees and taxes. runs: those of `closings`, where they were counted already.
    """

    summary: Summary
    days: tuple[Summary, ...] = ()
    closings: Closings = NOTHING
    rs: tuple[Decimal, ...] = ()
    returns: Returns | None = None
    drawn: Resampled | None = field(default=None)
    told: Told = USUAL
    figures: tuple[Figure, ...] = ()
    runs: Streaks | None = None

    @classmethod
    def of(
        cls,
        summary: Summary,
        days: Sequence[Summary],
        closings: Closings,
        rs: Sequence[Decimal] = (),
        returns: Returns | None = None,
        *,
        told: Told = USUAL,
    ) -> "Sample":
        """With the bootstrap done."""
        sums = tuple(Day(one.total_wins, one.total_losses, one.n, one.gain_total, one.gain_count) for one in days)
        return cls(summary, tuple(days), closings, tuple(rs), returns, resampled(sums), told)

    def reckoned(self) -> "Sample":
        """The same with its figures and without what they are reckoned from, of which there is much."""
        return replace(self, days=(), closings=NOTHING, rs=(), returns=None, figures=statistics(self))


def statistics(sample: Sample) -> tuple[Figure, ...]:
    """All of them, in the order in which a report lists them."""
    return sample.figures or tuple(figure for make in _FIGURES for figure in make(sample))


def _results(sample: Sample) -> tuple[Figure, ...]:
    one, n, drawn = sample.summary, sample.summary.n, sample.drawn
    won, cost = wilson(one.wins, n), one.gain_count
    none = Absent.NO_TRADES if not n else Absent.NONE
    found = metrics.expectancy(one)
    return (
        Figure("win_rate", Unit.PERCENT, metrics.win_rate(one), n, within=_within(won, 100), absent=none),
        Figure(
            "expectancy",
            Unit.MONEY,
            found.mean if found else None,
            n,
            within=_within(drawn.mean if drawn else None, 1e-8),
            error=found.standard_error if found else None,
            absent=none,
        ),
        Figure(
            "average_gain_percent",
            Unit.PERCENT,
            metrics.average_gain_percent(one),
            cost,
            within=_within(drawn.gain if drawn else None, 1e-6),
            absent=Absent.NONE if cost else Absent.NO_COST,
        ),
        Figure("weighted_gain_percent", Unit.PERCENT, one.weighted_gain, cost, absent=Absent.NONE if one.costs else Absent.NO_COST),
        Figure("average_win", Unit.MONEY, metrics.average_win(one), one.wins, absent=_side(one.wins, Absent.NO_WINS)),
        Figure("average_loss", Unit.MONEY, metrics.average_loss(one), one.losses, absent=_side(one.losses, Absent.NO_LOSSES)),
        Figure("payoff", Unit.RATIO, metrics.payoff(one), n, absent=_both(one)),
    )


def _factor(sample: Sample) -> tuple[Figure, ...]:
    one, drawn = sample.summary, sample.drawn
    found = metrics.profit_factor(one)
    value = None if isinstance(found, metrics.NoLosses) else found
    within = _within(drawn.factor if drawn and value is not None else None)
    return (Figure("profit_factor", Unit.RATIO, value, one.n, within=within, absent=Absent.NONE if value is not None else _no_factor(one)),)


def _no_factor(one: Summary) -> Absent:
    return Absent.NO_LOSSES if one.wins else Absent.NO_TRADES


def _kelly(sample: Sample) -> tuple[Figure, ...]:
    """p - (1 - p) / b: p = W / (W + L), b the payoff; of capital, in percent. Below 0: no bet."""
    one = sample.summary
    payoff, decided = metrics.payoff(one), one.wins + one.losses
    value = None
    if payoff:
        p = Decimal(one.wins) / decided
        value = 100 * (p - (1 - p) / payoff)
    half = None if value is None else value / 2
    return tuple(
        Figure(name, Unit.PERCENT, amount, decided, _KELLY_ENOUGH, absent=_both(one))
        for name, amount in (("kelly", value), ("half_kelly", half))
    )


def _in_r(sample: Sample) -> tuple[Figure, ...]:
    found = multiples(sample.rs)
    few = Absent.NO_R if not found.n else Absent.TOO_FEW if found.n < metrics.FEW_TRADES else Absent.ALL_ALIKE
    return (
        Figure("expectancy_r", Unit.R, found.mean, found.n, absent=Absent.NONE if found.n else Absent.NO_R),
        Figure("sqn", Unit.RATIO, found.sqn, found.n, absent=Absent.NONE if found.sqn is not None else few),
        Figure("sqn_uncapped", Unit.RATIO, found.sqn_uncapped, found.n, absent=Absent.NONE if found.sqn_uncapped is not None else few),
    )


def _order(sample: Sample) -> tuple[Figure, ...]:
    nets = sample.closings.nets
    runs = sample.runs or streaks(sample.closings)
    decided = sample.summary.wins + sample.summary.losses
    slope = k_ratio(nets)
    return (
        Figure("longest_wins", Unit.COUNT, Decimal(runs.wins.length if runs.wins else 0), decided, 0),
        Figure("longest_losses", Unit.COUNT, Decimal(runs.losses.length if runs.losses else 0), decided, 0),
        Figure("z_score", Unit.RATIO, _fine(runs.z), decided, absent=Absent.NONE if runs.z is not None else _untested(sample.summary)),
        Figure("k_ratio", Unit.RATIO, _fine(slope), len(nets), absent=Absent.NONE if slope is not None else _few_or_alike(len(nets), 3)),
    )


def _untested(one: Summary) -> Absent:
    if one.wins + one.losses <= metrics.FEW_TRADES:
        return Absent.TOO_FEW
    return Absent.NO_LOSSES if one.wins else Absent.NO_WINS


def k_ratio(nets: Sequence[int]) -> float | None:
    """Slope by its standard error of the straight line through the cumulative P&L by trade (1, 2, 3, ...): Kestner's 1996 idea, by trade.

    The residuals of a cumulative curve hang together, so it is no t-test: it compares how straight curves rise. None below three round
    trips and where the line is exact. Source: Kestner, "Measuring system performance" (1996), on trades as Tradervue does.
    """
    n = len(nets)
    if n < 3:
        return None
    curve = list(accumulate(nets))
    mean = (n + 1) / 2
    across = n * (n * n - 1) / 12
    total = sum(curve)
    together: float = sum(map(mul, curve, range(1, n + 1))) - mean * total
    up: float = sum(map(mul, curve, curve)) - total * total / n
    slope = together / across
    rest = up - slope * together
    if rest <= up * 1e-12:
        return None
    return slope / math.sqrt(rest / (n - 2) / across)


def _chance(sample: Sample) -> tuple[Figure, ...]:
    one, drawn = sample.summary, sample.drawn
    total = one.total / 1e8
    # the sum of squares is one of doubles, of which a little would be left
    spread = 0.0 if one.least == one.greatest else max(one.squares - total * total / one.n, 0.0) / (one.n - 1)
    p = chance_of(total / one.n, math.sqrt(spread), one.n) if one.n else None
    by_day = None if drawn is None else drawn.chance
    return (
        Figure("random_chance", Unit.PERCENT, _fine(p, 100), one.n, absent=Absent.NONE if p is not None else _few_or_alike(one.n, 2)),
        Figure(
            "random_chance_by_day",
            Unit.PERCENT,
            _fine(by_day, 100),
            len(sample.days),
            absent=Absent.NONE if by_day is not None else Absent.TOO_FEW,
            of_days=True,
        ),
    )


def _days(sample: Sample) -> tuple[Figure, ...]:
    days, n = sample.days, len(sample.days)
    green = sum(day.total > 0 for day in days)
    mean = from_e8(sum(day.total for day in days)) / n if n else None
    none = Absent.NONE if n else Absent.NO_TRADES
    record, why = track_record([day.total for day in days])
    drawn = sample.drawn.day if sample.drawn else None
    return (
        Figure("average_day", Unit.MONEY, mean, n, within=_within(drawn, 1e-8), absent=none, of_days=True),
        Figure(
            "green_days",
            Unit.PERCENT,
            Decimal(100 * green) / n if n else None,
            n,
            within=_within(wilson(green, n), 100),
            absent=none,
            of_days=True,
        ),
        Figure("minimum_track_record", Unit.DAYS, _fine(record), n, absent=why, of_days=True),
    )


def track_record(days: Sequence[int]) -> tuple[float | None, Absent]:
    """Days needed until the mean is above 0 with 95 %: 1 + (1 - g3 SR + (g4 - 1) / 4 SR^2) (z / SR)^2, of daily P&L.

    SR: mean by standard deviation of a day, g3 its skewness, g4 its kurtosis (3 for a normal one), z = 1.645. A negative SR has none.
    Source: Bailey and Lopez de Prado, "The Sharpe Ratio Efficient Frontier" (2012), (11).
    """
    n = len(days)
    if n < metrics.FEW_TRADES:
        return None, Absent.TOO_FEW
    mean = sum(days) / n
    away = [day - mean for day in days]
    squares = [one * one for one in away]
    second, third = sum(squares) / n, sum(map(mul, squares, away)) / n
    fourth = sum(map(mul, squares, squares)) / n
    if not second:
        return None, Absent.ALL_ALIKE
    ratio = mean / math.sqrt(second * n / (n - 1))
    if ratio <= 0:
        return None, Absent.NOT_POSITIVE
    skew, kurtosis = third / (second * math.sqrt(second)), fourth / (second * second)
    return 1 + (1 - skew * ratio + (kurtosis - 1) / 4 * ratio * ratio) * (Z_ONE_SIDED / ratio) ** 2, Absent.NONE


def _costs(sample: Sample) -> tuple[Figure, ...]:
    one = sample.summary
    gross = one.total if sample.told.gross else one.total - one.fees
    share = Decimal(-100 * one.fees) / gross if gross > 0 else None
    volume = _rounded(Decimal(repr(one.costs))) if one.costs and not sample.told.percent else None
    no_volume = Absent.IN_MONEY if sample.told.percent else Absent.NO_COST
    return (
        Figure("volume", Unit.MONEY, volume, one.gain_count, 0, absent=Absent.NONE if volume is not None else no_volume),
        Figure("fee_share", Unit.PERCENT, share, one.n, 0, absent=Absent.NONE if share is not None else Absent.NOT_POSITIVE),
    )


def _on_capital(sample: Sample) -> tuple[Figure, ...]:
    returns = sample.returns
    found = []
    for name, formula, without in (("sharpe", sharpe, Absent.ALL_ALIKE), ("sortino", sortino, Absent.NO_LOSSES)):
        n = len(returns.daily) if returns else 0
        value = formula(returns.daily) if returns and n >= ENOUGH_RETURNS else None
        without_returns = Absent.NOT_IN_BASE if sample.told.own else Absent.NO_NAV
        why = without_returns if returns is None else Absent.TOO_FEW if n < ENOUGH_RETURNS else without
        found.append(
            Figure(name, Unit.RATIO, _fine(value), n, ENOUGH_RETURNS, absent=Absent.NONE if value is not None else why, of_days=True)
        )
    return tuple(found)


def _within(interval: Interval | None, factor: float = 1.0) -> tuple[Decimal, Decimal] | None:
    return None if interval is None else (_rounded(Decimal(interval.low * factor)), _rounded(Decimal(interval.high * factor)))


def _fine(value: float | None, factor: float = 1.0) -> Decimal | None:
    return None if value is None else _rounded(Decimal(value * factor))


def _rounded(value: Decimal) -> Decimal:
    """To eight decimals, however large."""
    return EXACT.quantize(value, _FINE)


def _side(count: int, absent: Absent) -> Absent:
    return Absent.NONE if count else absent


def _both(one: Summary) -> Absent:
    if not one.wins:
        return Absent.NO_WINS if one.n else Absent.NO_TRADES
    return Absent.NONE if one.losses else Absent.NO_LOSSES


def _few_or_alike(n: int, enough: int) -> Absent:
    return Absent.TOO_FEW if n < enough else Absent.ALL_ALIKE


_FIGURES: Final[tuple[Callable[[Sample], tuple[Figure, ...]], ...]] = (
    _results, _factor, _kelly, _in_r, _order, _chance, _days, _costs, _on_capital
)  # fmt: skip
