"""What `fillbook report` tells a person: for each group of accounts the three numbers, every other figure, and the months."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from fillbook.cli import words
from fillbook.cli.bridge_page import print_bridge
from fillbook.cli.figures import figure_rows, profit_factor_text
from fillbook.cli.numbers import counted, percent
from fillbook.cli.paper import QUIET, figure_table, heading, indented, sentence, sheet, signed
from fillbook.cli.three_numbers import print_three_numbers
from fillbook.performance import metrics
from fillbook.performance.curves import by_month
from fillbook.performance.filters import Filter
from fillbook.performance.results import Result
from fillbook.trades.bridge import BridgeLine

if TYPE_CHECKING:
    from fillbook.storage.queries import Group


def print_report(
    chosen: Filter, found: Mapping["Group", Sequence[Result]], bridge: Mapping[str, Sequence[BridgeLine]], stated: int = 0
) -> None:
    """Everything, group by group. stated: round trips that rest on opening balances which their owner stated."""
    console = sheet()
    if chosen.parameters():
        console.print(Text(sentence(f"{chip.name} {chip.value}" for chip in chosen.describe()), style=QUIET))
    if stated:
        console.print(Text(f"{counted(stated, 'round trip')} rest on opening balances that you stated.", style=QUIET))
    if not found:
        console.print("No complete round trip fits, so there are no figures yet.")
    for index, (group, results) in enumerate(found.items()):
        if index:
            console.print()
        _print_group(console, group, results)
    for kind, lines in bridge.items():
        if len(bridge) > 1:
            console.print()
            console.print(Rule(Text(words.KIND[kind], style="bold"), align="left", style=QUIET))
        bases = {group.base_currency for group in found if group.kind == kind}
        print_bridge(console, lines, bases.pop() if len(bases) == 1 else None)


def _print_group(console: Console, group: "Group", results: Sequence[Result]) -> None:
    apart = "" if group.is_base else f", traded in {group.currency} without a rate"
    title = f"{words.KIND[group.kind]}, base currency {group.base_currency or 'not stated'}{apart}"
    console.print(Rule(Text(title, style="bold"), align="left", style=QUIET))
    console.print()
    print_three_numbers(console, group.currency, results)
    heading(console, f"Figures, money in {group.currency}")
    grid = Table.grid(padding=(0, 3))
    for name, value in figure_rows(results):
        grid.add_row(name, value)
    indented(console, grid)
    heading(console, "By month")
    table = figure_table(["", "round trips", "profit", "gain", "win rate", "profit factor"])
    for month in by_month(results):
        summary = month.summary
        table.add_row(
            f"{month.first:%Y-%m}",
            f"{summary.n:,}",
            signed(metrics.profit(summary)),
            percent(metrics.average_gain_percent(summary), signed=True),
            percent(metrics.win_rate(summary)),
            profit_factor_text(summary),
        )
    indented(console, table)
