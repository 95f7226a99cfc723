"""Profit, average gain and win rate side by side, with what stands behind each in small below."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fillbook.cli.numbers import counted, percent, ratio
from fillbook.cli.paper import QUIET, indented, sentence, signed
from fillbook.performance import metrics
from fillbook.performance.results import Result, summarize
from fillbook.performance.summary import from_e8


def print_three_numbers(console: Console, currency: str, results: Sequence[Result]) -> None:
    """The headline figures of results in one currency (at least one result)."""
    summary = summarize(results)
    gain, average = metrics.average_gain_percent(summary), metrics.average_gain(summary)
    grid = Table.grid(padding=(0, 4))
    grid.add_row(*(Text(title, style=QUIET) for title in ("Profit", "Average gain", "Win rate")))
    profit = metrics.profit(summary)
    grid.add_row(
        _strong(signed(profit) + Text(f" {currency}")),
        _strong(signed(gain, percent(gain, signed=True)) if gain is not None else signed(average) + Text(f" {currency}")),
        _strong(Text(percent(metrics.win_rate(summary)))),
    )
    even = f", {summary.zeros:,} even" if summary.zeros else ""
    grid.add_row(
        Text(f"after {_plain(summary.fees, currency)} of fees", style=QUIET),
        Text(_average_line(summary.gain_count, summary.n, f"{signed(average).plain} {currency}"), style=QUIET),
        Text(f"{summary.wins:,} won, {summary.losses:,} lost{even}", style=QUIET),
    )
    indented(console, grid)
    factor = metrics.profit_factor(summary)
    parts = [
        "" if factor is None else "no losses" if isinstance(factor, metrics.NoLosses) else f"profit factor {ratio(factor)}",
        "" if metrics.payoff(summary) is None else f"payoff {ratio(metrics.payoff(summary))}",
        f"deepest drawdown {signed(metrics.max_drawdown(results).amount).plain}",
        f"only {counted(summary.n, 'round trip')}, so take averages lightly" if summary.n < metrics.FEW_TRADES else "",
    ]
    indented(console, Text(sentence(parts), style=QUIET))


def _average_line(with_cost: int, n: int, average: str) -> str:
    if with_cost in (0, n):
        return f"{average} each" if with_cost else "each; cost unknown"
    return f"{average} each; {with_cost:,} of {n:,} with cost"


def _plain(units: int, currency: str) -> str:
    value = -from_e8(units)
    return f"{ratio(value)} {currency}"


def _strong(text: Text) -> Text:
    text.stylize("bold")
    return text
