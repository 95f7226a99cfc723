"""How far we agree with the broker, and each thing on which we do not, grouped by its reason."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fillbook.cli import words
from fillbook.cli.answer import LISTED, count_statuses
from fillbook.cli.numbers import counted, day, money, quantity
from fillbook.cli.paper import LOSS, QUIET, figure_table, heading, indented
from fillbook.trades.reconcile import LineKind, ReconciliationLine, Status

SHOWN: Final = 6
"""Rows listed for one reason, unless all are asked for."""
_STYLE: Final = {Status.EQUAL: "green", Status.DIFFERENT: f"bold {LOSS}", Status.EXPLAINED: "yellow", Status.INFERRED: "yellow"}
_WORST_FIRST: Final = (Status.DIFFERENT, Status.EXPLAINED, Status.UNSTATED)


def print_agreement(console: Console, lines: Sequence[ReconciliationLine], kinds: Iterable[LineKind]) -> None:
    """A row of counts for each kind of comparison."""
    heading(console, "Agreement with the broker")
    grid = Table.grid(padding=(0, 2))
    met: set[Status] = set()
    for kind in kinds:
        counts = count_statuses(lines, kind)
        seen = [status for status in Status if counts[status]]
        met.update(seen)
        parts = Text(" · ").join(Text(f"{counts[status]:,} {words.STATUS[status]}", style=_STYLE.get(status, "")) for status in seen)
        grid.add_row(words.COMPARED[kind].title, _mark(seen), parts if seen else Text("none to compare", style=QUIET))
    indented(console, grid)
    if met and met <= {Status.EQUAL, Status.INFERRED}:
        indented(console, "Everything that the broker states agrees to the cent.")
    if Status.INFERRED in met:
        indented(console, Text(words.INFERRED_MEANS, style=QUIET))


def _mark(seen: Sequence[Status]) -> Text:
    """One sign for a row of statuses: agreed, agreed as far as stated, or not."""
    if Status.DIFFERENT in seen:
        return Text("×", style=LOSS)
    return Text("✓", style="green") if {Status.EQUAL, Status.INFERRED} & set(seen) else Text("–", style=QUIET)


def print_differences(console: Console, lines: Iterable[ReconciliationLine], every: bool) -> None:
    """The lines that are unstated, explained or different, under their reasons. every: all of them rather than the first few of each."""
    groups: dict[tuple[Status, LineKind, str], list[ReconciliationLine]] = defaultdict(list)
    for line in lines:
        if line.status in LISTED:
            groups[line.status, line.kind, line.reason].append(line)
    for (status, kind, _), group in sorted(groups.items(), key=lambda item: _WORST_FIRST.index(item[0][0])):
        heading(console, f"{counted(len(group), words.COMPARED[kind].one)} {words.STATUS[status]}")
        indented(console, words.sentence_of(group[0]) or words.COMPARED[kind].unexplained)
        if status is not Status.UNSTATED or every:
            shown = group if every else group[:SHOWN]
            indented(console, _positions(shown) if kind is LineKind.POSITION else _rows(shown))
            if len(group) > len(shown):
                indented(console, Text(f"and {len(group) - len(shown):,} more; --all lists them", style=QUIET))


def _rows(lines: Iterable[ReconciliationLine]) -> Table:
    table = figure_table(["instrument", "id", "day", "ours", "broker's", ""], left=3)
    for line in lines:
        table.add_row(line.instrument.symbol, line.id, day(line.trade_date), money(line.ours), money(line.broker), line.instrument.currency)
    return table


def _positions(lines: Iterable[ReconciliationLine]) -> Table:
    table = figure_table(["instrument", "id", "ours", "broker's"], left=2)
    for line in lines:
        table.add_row(line.instrument.symbol, line.id, quantity(line.ours), quantity(line.broker))
    return table
