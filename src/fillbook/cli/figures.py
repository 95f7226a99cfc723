"""All figures of some results in one currency, as rows for people."""

from collections.abc import Sequence

from fillbook.cli.numbers import DASH, counted, day, duration, money, percent, ratio
from fillbook.performance import metrics
from fillbook.performance.results import Result, summarize
from fillbook.performance.summary import Summary


def figure_rows(results: Sequence[Result]) -> list[tuple[str, str]]:
    """Name and value of every figure beyond the three numbers, as text."""
    summary = summarize(results)
    held, runs, fall = metrics.holding_time(results), metrics.streaks(results), metrics.max_drawdown(results)
    expectancy = metrics.expectancy(summary)
    error = f" ± {ratio(expectancy.standard_error)}" if expectancy and expectancy.standard_error is not None else ""
    since = f" ({day(fall.peak_on) if fall.peak_on else 'start'} to {day(fall.trough_on)})" if fall.trough_on else ""
    return [
        ("Round trips", f"{summary.n:,}: {summary.wins:,} won, {summary.losses:,} lost, {summary.zeros:,} even"),
        ("Win rate of the decided", percent(metrics.win_rate_decided(summary))),
        ("Profit before fees", money(metrics.gross_profit(summary))),
        ("Fees", money(metrics.fees(summary))),
        ("Weighted gain", percent(metrics.weighted_gain_percent(results), signed=True)),
        ("Expectancy", money(expectancy.mean if expectancy else None) + error),
        ("Average win, loss", f"{money(metrics.average_win(summary))}, {money(metrics.average_loss(summary))}"),
        ("Largest win, loss", f"{money(metrics.largest_win(summary))}, {money(metrics.largest_loss(summary))}"),
        ("Payoff", ratio(metrics.payoff(summary))),
        ("Profit factor", profit_factor_text(summary)),
        ("Deepest drawdown", money(fall.amount) + since),
        ("Longest run", f"{counted(runs.wins, 'win')}, {counted(runs.losses, 'loss', 'losses')}"),
        ("Held, mean and median", f"{duration(held.mean)}, {duration(held.median)}" if held else DASH),
    ]


def profit_factor_text(summary: Summary) -> str:
    """A ratio, "no losses", or a dash."""
    factor = metrics.profit_factor(summary)
    return "no losses" if isinstance(factor, metrics.NoLosses) else ratio(factor)
