"""Figures of performance as JSON values."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fillbook.ledger.numbers import plain
from fillbook.performance import metrics
from fillbook.performance.curves import by_month
from fillbook.performance.multiples import Multiples
from fillbook.performance.results import Result, summarize
from fillbook.performance.summary import Summary
from fillbook.storage.answers.values import iso, rounded

if TYPE_CHECKING:
    from fillbook.storage.queries import Group


def group_order(group: "Group") -> tuple[object, ...]:
    """Real money first, then by base currency; what has no rate to it last."""
    return (("real", "paper", "sandbox").index(group.kind), group.base_currency, not group.is_base, group.currency)


def group_answer(group: "Group") -> dict[str, Any]:
    """What may be added up: kind of account, and the currency of the money."""
    return {"kind": group.kind, "base_currency": group.base_currency or None, "currency": group.currency}


def summary_answer(summary: Summary, *, gross: bool = False) -> dict[str, Any]:
    """What a summary alone can tell. Money with all its digits, averages and ratios with eight decimals, rates in percent.

    gross: it is one of results before fees and taxes.
    """
    factor, expectancy = metrics.profit_factor(summary), metrics.expectancy(summary)
    return {
        "round_trips": summary.n,
        "winners": summary.wins,
        "losers": summary.losses,
        "break_even": summary.zeros,
        "profit": plain(metrics.profit(summary)),
        "gross_profit": plain(metrics.profit(summary) if gross else metrics.gross_profit(summary)),
        "fees": plain(metrics.fees(summary)),
        "win_rate": rounded(metrics.win_rate(summary)),
        "win_rate_decided": rounded(metrics.win_rate_decided(summary)),
        "average_gain": rounded(metrics.average_gain(summary)),
        "average_gain_percent": rounded(metrics.average_gain_percent(summary)),
        "average_win": rounded(metrics.average_win(summary)),
        "average_loss": rounded(metrics.average_loss(summary)),
        "payoff": rounded(metrics.payoff(summary)),
        "profit_factor": factor.value if isinstance(factor, metrics.NoLosses) else rounded(factor),
        "standard_error": rounded(expectancy.standard_error if expectancy else None),
        "largest_win": rounded(metrics.largest_win(summary)),
        "largest_loss": rounded(metrics.largest_loss(summary)),
    }


def figures_answer(results: Sequence[Result]) -> dict[str, Any]:
    """Every figure of results of one currency, and totals by month. Times in seconds."""
    held, runs, fall = metrics.holding_time(results), metrics.streaks(results), metrics.max_drawdown(results)
    return summary_answer(summarize(results)) | {
        "weighted_gain_percent": rounded(metrics.weighted_gain_percent(results)),
        "holding_seconds": {"mean": round(held.mean.total_seconds()), "median": round(held.median.total_seconds())} if held else None,
        "streaks": {"wins": runs.wins, "losses": runs.losses},
        "max_drawdown": {"amount": plain(fall.amount), "peak_on": iso(fall.peak_on), "trough_on": iso(fall.trough_on)},
        "months": [{"month": f"{month.first:%Y-%m}", **summary_answer(month.summary)} for month in by_month(results)],
    }


def brief_answer(summary: Summary) -> dict[str, Any]:
    """A summary in five figures, for the parts of a calendar or of a day."""
    return {
        "round_trips": summary.n,
        "winners": summary.wins,
        "losers": summary.losses,
        "profit": plain(metrics.profit(summary)),
        "fees": plain(metrics.fees(summary)),
        "win_rate": rounded(metrics.win_rate(summary)),
        "average_gain_percent": rounded(metrics.average_gain_percent(summary)),
    }


def multiples_answer(found: Multiples) -> dict[str, Any]:
    """Results in R, of the round trips that have a stop."""
    return {
        "round_trips": found.n,
        "total": rounded(found.total),
        "mean": rounded(found.mean),
        "sqn": rounded(found.sqn),
        "sqn_uncapped": rounded(found.sqn_uncapped),
    }
