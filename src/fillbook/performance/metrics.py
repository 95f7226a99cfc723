"""The figures a trader reads, each with its formula.

x is the net P&L of a closed round trip, after fees, in the base currency; N round trips, of which W have x > 0, L have x < 0 and B
have x = 0 (break-even: less than half of 1e-8 either way). What a sum can tell takes a `Summary`, so that a page computes it from
stored day totals and a command from the trips, by the same function; what needs the order or the hours takes results, sorted as
`results.result_order` sorts them. Money is Decimal in the currency of what went in; percentages are Decimal, 12.5 for 12.5 %.
A figure that does not exist is None, never 0 or a large number. `docs/metrics/README.md` works an example of each.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import Final

from fillbook.ledger.numbers import EXACT, ZERO, exact
from fillbook.performance.curves import equity_curve
from fillbook.performance.results import Result
from fillbook.performance.summary import Outcome, Summary, from_e8, outcome_of

FEW_TRADES: Final = 30
"""Below so many round trips an average says little; pages say so beside it."""


class NoLosses(Enum):
    """The profit factor of trades without a loss: not a number, and not a bad one."""

    NO_LOSSES = "no_losses"


@dataclass(frozen=True, slots=True)
class Expectancy:
    """What a round trip brought on average. standard_error: None below two round trips."""

    mean: Decimal
    standard_error: Decimal | None


@dataclass(frozen=True, slots=True)
class Sides:
    """Round trips that won and those that lost, each summed up: what figures in percent of winners and losers are made of."""

    won: Summary
    lost: Summary


@dataclass(frozen=True, slots=True)
class HoldingTime:
    """How long positions were held. counted: round trips whose opening and closing times are both known, at least one."""

    mean: timedelta
    median: timedelta
    counted: int


@dataclass(frozen=True, slots=True)
class Streaks:
    """Longest runs of winners and of losers, in round trips."""

    wins: int
    losses: int


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall of the closed-trade curve below its highest point so far.

    amount: 0 or negative. peak_on: the day of that high, None when it is the start at 0. trough_on: the day of the low, None
    without a fall.
    """

    amount: Decimal
    peak_on: date | None
    trough_on: date | None


def number_of_trades(summary: Summary) -> int:
    """N, closed round trips. 0 for none."""
    return summary.n


def winners(summary: Summary) -> int:
    """W, round trips with x > 0 after fees."""
    return summary.wins


def losers(summary: Summary) -> int:
    """L, round trips with x < 0 after fees."""
    return summary.losses


def break_even(summary: Summary) -> int:
    """B, round trips with x = 0 after fees."""
    return summary.zeros


def win_rate(summary: Summary) -> Decimal | None:
    """100 W / N, in percent. Break-even counts as not won. None without round trips."""
    return _ratio(100 * summary.wins, summary.n)


def win_rate_decided(summary: Summary) -> Decimal | None:
    """100 W / (W + L), in percent: break-even left aside. None without a winner or loser."""
    return _ratio(100 * summary.wins, summary.wins + summary.losses)


def profit(summary: Summary) -> Decimal:
    """Sum of x: net profit, after fees, in money. 0 for none."""
    return from_e8(summary.total)


def gross_profit(summary: Summary) -> Decimal:
    """Sum of x before fees and taxes, in money: `profit` minus `fees` (which are negative). 0 for none."""
    return from_e8(summary.total - summary.fees)


def fees(summary: Summary) -> Decimal:
    """Fees and taxes of opening and closing fills, in money, - paid, + rebate. 0 for none."""
    return from_e8(summary.fees)


def average_gain(summary: Summary) -> Decimal | None:
    """Sum of x / N, in money. Break-even counts. None without round trips. The same number as the expectancy's mean."""
    return _ratio(summary.total, summary.n, -8)


def average_gain_percent(summary: Summary) -> Decimal | None:
    """Mean over round trips of 100 x / opening cost, unweighted, in percent: each trade counts alike, large or small.

    Opening cost: what the opening fills cost, fees included; for shorts their proceeds; for derivatives price x quantity x
    multiplier. Each in the instrument's own currency. Round trips whose cost is unknown or zero are left out; None when all are.
    """
    return _ratio(summary.gain_total, summary.gain_count, -6)


def weighted_gain_percent(results: Sequence[Result]) -> Decimal | None:
    """100 x sum of x / sum of opening costs, in percent: what a unit of money put into trades brought, large trades weighing more.

    Only round trips whose opening cost is known and not zero, in numerator and denominator alike; None without one.
    """
    with exact():
        counted = [result for result in results if result.cost]
        cost = sum((result.cost for result in counted if result.cost is not None), ZERO)
        return 100 * sum((result.net for result in counted), ZERO) / cost if cost else None


def average_win(summary: Summary) -> Decimal | None:
    """Sum of x > 0 / W, in money. None without a winner."""
    return _ratio(summary.total_wins, summary.wins, -8)


def average_loss(summary: Summary) -> Decimal | None:
    """Sum of x < 0 / L, in money, negative. None without a loser."""
    return _ratio(summary.total_losses, summary.losses, -8)


def payoff(summary: Summary) -> Decimal | None:
    """Average win / |average loss|, a plain ratio. None without a winner or without a loser.

    Some call this "R:R"; that word belongs to a plan made before the trade.
    """
    return _ratio(summary.total_wins * summary.losses, -summary.total_losses * summary.wins)


def profit_factor(summary: Summary) -> Decimal | NoLosses | None:
    """Sum of x > 0 / |sum of x < 0|, a plain ratio; break-even has no part in it.

    `NO_LOSSES` with winners and no loser, 0 with losers and no winner, None with neither.
    """
    if summary.losses == 0:
        return NoLosses.NO_LOSSES if summary.wins else None
    return _ratio(summary.total_wins, -summary.total_losses)


def average_win_percent(sides: Sides) -> Decimal | None:
    """Mean of 100 x / opening cost over the winners, in percent. None without a winner whose cost is known."""
    return average_gain_percent(sides.won)


def average_loss_percent(sides: Sides) -> Decimal | None:
    """The same over the losers, negative. None without a loser whose cost is known."""
    return average_gain_percent(sides.lost)


def payoff_percent(sides: Sides) -> Decimal | None:
    """Average win / |average loss|, both in percent: a plain ratio in which every trade has the same stake.

    None where one of the two is unknown or the losses come to nothing.
    """
    won, lost = average_win_percent(sides), average_loss_percent(sides)
    return EXACT.divide(won, -lost) if won is not None and lost else None


def profit_factor_percent(sides: Sides) -> Decimal | NoLosses | None:
    """Sum of the winners' gains in percent / |sum of the losers'|, a plain ratio: the profit factor with the same stake in every trade.

    Round trips whose cost is unknown are left out. `NO_LOSSES` with winners and no loser, 0 with losers and no winner, None with neither
    and where the losers have no known cost.
    """
    won, lost = sides.won, sides.lost
    if lost.n == 0:
        return NoLosses.NO_LOSSES if won.gain_count else None
    return _ratio(won.gain_total, -lost.gain_total)


def expectancy(summary: Summary) -> Expectancy | None:
    """Mean of x in money, with its standard error s / sqrt(N), s the standard deviation with N - 1 in the divisor.

    The mean is exact; the error, an estimate, is computed in double precision. Break-even counts. None without round trips. Two means
    apart by less than about two standard errors may differ by chance. Source: any text on the standard error of the mean.
    """
    mean = average_gain(summary)
    if mean is None:
        return None
    if summary.n < 2:
        return Expectancy(mean, None)
    centred = summary.squares - (summary.total / 1e8) ** 2 / summary.n
    error = math.sqrt(max(centred, 0.0) / (summary.n - 1) / summary.n)
    return Expectancy(mean, EXACT.quantize(Decimal(error), Decimal("1E-8")))


def largest_win(summary: Summary) -> Decimal | None:
    """The largest x > 0, in money. None without a winner."""
    return from_e8(summary.greatest) if summary.greatest is not None and summary.greatest > 0 else None


def largest_loss(summary: Summary) -> Decimal | None:
    """The smallest x < 0, in money, negative. None without a loser."""
    return from_e8(summary.least) if summary.least is not None and summary.least < 0 else None


def holding_time(results: Sequence[Result]) -> HoldingTime | None:
    """Closing time minus opening time: mean and median, on the clock, nights and weekends included.

    From the first opening fill to the last closing one. Round trips without a known time of day at both ends are left out; None
    when all are. The median of an even number is the mean of the middle two.
    """
    times = sorted(
        result.closed_at - result.opened_at for result in results if result.opened_at is not None and result.closed_at is not None
    )
    if not times:
        return None
    return HoldingTime(
        mean=sum(times, timedelta()) / len(times), median=(times[(len(times) - 1) // 2] + times[len(times) // 2]) / 2, counted=len(times)
    )


def streaks(results: Sequence[Result]) -> Streaks:
    """Longest unbroken runs of winners and of losers in closing order. Break-even is skipped: it neither counts nor breaks. 0 for none."""
    longest = {Outcome.WIN: 0, Outcome.LOSS: 0}
    running, length = Outcome.EVEN, 0
    for result in results:
        outcome = outcome_of(result.net)
        if outcome is Outcome.EVEN:
            continue
        length = length + 1 if outcome is running else 1
        running = outcome
        longest[outcome] = max(longest[outcome], length)
    return Streaks(wins=longest[Outcome.WIN], losses=longest[Outcome.LOSS])


def max_drawdown(results: Sequence[Result]) -> Drawdown:
    """min over t of (E_t - highest E so far), E_t the sum of x up to the t-th moment of closing, in money; the first high is 0, the start.

    Moments are those of `curves.equity_curve`: a high between two legs that closed in one instant was never there. A first trade that
    loses is a drawdown. Closed trades only: a loss still open does not show. The earliest of equal falls. 0 without a fall or without
    round trips. In money and not in percent: that would need the equity of the account.
    """
    deepest = Drawdown(ZERO, None, None)
    peak = ZERO
    peak_on: date | None = None
    for point in equity_curve(results):
        if point.equity > peak:
            peak, peak_on = point.equity, point.on
        elif point.drawdown < deepest.amount:
            deepest = Drawdown(point.drawdown, peak_on, point.on)
    return deepest


def _ratio(part: int, whole: int, exponent: int = 0) -> Decimal | None:
    """part x 10^exponent / whole to 60 digits; None for nothing in the whole."""
    return EXACT.divide(Decimal(part).scaleb(exponent, context=EXACT), Decimal(whole)) if whole else None
