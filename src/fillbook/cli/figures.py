"""All figures of some results in one currency: as rows for people, as a JSON object for programs."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from fillbook.cli.numbers import DASH, counted, day, duration, money, percent, ratio
from fillbook.ledger.numbers import EXACT, plain
from fillbook.performance import metrics
from fillbook.performance.curves import by_month
from fillbook.performance.results import Result, summarize
from fillbook.performance.summary import Summary

_FINE: Final = Decimal("1E-8")


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


def figures_json(results: Sequence[Result]) -> dict[str, Any]:
    """Every figure. Money with all its digits; averages, percentages and ratios with eight decimals; times in seconds; null for none."""
    held, runs, fall = metrics.holding_time(results), metrics.streaks(results), metrics.max_drawdown(results)
    return summary_json(summarize(results)) | {
        "weighted_gain_percent": _rounded(metrics.weighted_gain_percent(results)),
        "holding_seconds": {"mean": round(held.mean.total_seconds()), "median": round(held.median.total_seconds())} if held else None,
        "streaks": {"wins": runs.wins, "losses": runs.losses},
        "max_drawdown": {"amount": plain(fall.amount), "peak_on": _iso(fall.peak_on), "trough_on": _iso(fall.trough_on)},
        "months": [{"month": f"{month.first:%Y-%m}", **summary_json(month.summary)} for month in by_month(results)],
    }


def summary_json(summary: Summary) -> dict[str, Any]:
    """What a summary alone can tell."""
    factor, expectancy = metrics.profit_factor(summary), metrics.expectancy(summary)
    return {
        "round_trips": summary.n,
        "winners": summary.wins,
        "losers": summary.losses,
        "break_even": summary.zeros,
        "profit": plain(metrics.profit(summary)),
        "gross_profit": plain(metrics.gross_profit(summary)),
        "fees": plain(metrics.fees(summary)),
        "win_rate": _rounded(metrics.win_rate(summary)),
        "win_rate_decided": _rounded(metrics.win_rate_decided(summary)),
        "average_gain": _rounded(metrics.average_gain(summary)),
        "average_gain_percent": _rounded(metrics.average_gain_percent(summary)),
        "average_win": _rounded(metrics.average_win(summary)),
        "average_loss": _rounded(metrics.average_loss(summary)),
        "payoff": _rounded(metrics.payoff(summary)),
        "profit_factor": factor.value if isinstance(factor, metrics.NoLosses) else _rounded(factor),
        "standard_error": _rounded(expectancy.standard_error if expectancy else None),
        "largest_win": _rounded(metrics.largest_win(summary)),
        "largest_loss": _rounded(metrics.largest_loss(summary)),
    }


def _rounded(value: Decimal | None) -> str | None:
    return None if value is None else plain(value.quantize(_FINE, rounding=ROUND_HALF_EVEN, context=EXACT))


def _iso(value: Any) -> str | None:
    return None if value is None else str(value.isoformat())
