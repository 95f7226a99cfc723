"""What `fillbook check` tells a person about a statement.

Per account: what was read, the three numbers, the bridge to the broker's figure, how far we agree with the broker, and each thing on
which we do not, with the reason. Below: what the statement lacks, and what to do about it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from fillbook.cli import words
from fillbook.cli.answer import LISTED, count_statuses
from fillbook.cli.bridge_page import print_bridge
from fillbook.cli.left_out import print_left_out
from fillbook.cli.numbers import counted, day, money, period, quantity
from fillbook.cli.paper import LOSS, QUIET, figure_table, heading, indented, sentence
from fillbook.cli.three_numbers import print_three_numbers
from fillbook.ledger.statement import Finding, Severity
from fillbook.performance.filters import Filter
from fillbook.performance.results import results_in
from fillbook.trades.account import AccountBook
from fillbook.trades.reasons import SENTENCES
from fillbook.trades.reconcile import LineKind, ReconciliationLine, Status

SHOWN: Final = 6
"""Rows listed for one reason, unless all are asked for."""
_STYLE: Final = {Status.EQUAL: "green", Status.DIFFERENT: f"bold {LOSS}", Status.EXPLAINED: "yellow", Status.INFERRED: "yellow"}


def print_file(console: Console, name: str, title: str, books: Sequence[AccountBook], findings: Iterable[Finding], every: bool) -> None:
    """Everything about one file that could be read. every: list all differences rather than the first few of each reason."""
    console.print(Text(name, style="bold") + Text(f"  {title}" if title else "", style=QUIET))
    for book in books:
        _print_account(console, book, every)
    if not books:
        indented(console, "This statement holds no account.")
    _print_findings(console, [*findings, *(finding for book in books for finding in book.findings)])


def print_unread(console: Console, name: str, error: str) -> None:
    """A file that could not be read, and why."""
    console.print(Text(name, style="bold"))
    indented(console, Text("× ", style=LOSS) + Text(error))


def print_summary(console: Console, read: int, unread: int, different: int) -> None:
    """The last line, for several files."""
    parts = [counted(read + unread, "file")]
    if unread:
        parts.append(f"{unread:,} could not be read")
    parts.append(counted(different, "figure differs", "figures differ") if different else "nothing differs")
    console.print(Rule(style=QUIET))
    console.print(sentence(parts))


def _print_account(console: Console, book: AccountBook, every: bool) -> None:
    statement, match = book.statement, book.match
    console.print()
    console.print(Rule(Text(f"Account {statement.account}", style="bold"), align="left", style=QUIET))
    currency = f"base currency {statement.base_currency}" if statement.base_currency else "base currency not stated"
    indented(console, sentence([period(statement.covers), currency]))
    parts = [
        counted(len(statement.executions), "execution"),
        counted(len(match.round_trips), "round trip"),
        f"{len(match.open_trips):,} open" if match.open_trips else "",
        counted(len(statement.corporate_actions), "corporate action") if statement.corporate_actions else "",
        counted(len(statement.transfers), "transfer") if statement.transfers else "",
    ]
    indented(console, sentence(parts))
    _print_figures(console, book)
    print_left_out(console, book.match)
    print_bridge(console, book.bridge, book.statement.base_currency)
    _print_agreement(console, book)
    _print_differences(console, [line for line in book.lines if line.status in LISTED], every)


def _print_figures(console: Console, book: AccountBook) -> None:
    chosen = Filter()
    results = results_in(book.statement.base_currency, [trip for trip in book.match.round_trips if chosen.admits(trip)])
    console.print()
    for currency, taken in results.items():
        print_three_numbers(console, currency, taken)
    if not results:
        indented(console, "No complete round trip, so there is no profit, average gain or win rate to show.")


def _print_agreement(console: Console, book: AccountBook) -> None:
    heading(console, "Agreement with the broker")
    grid = Table.grid(padding=(0, 2))
    met: set[Status] = set()
    for kind, title in ((LineKind.FILL, "Closing fills"), (LineKind.POSITION, "Positions")):
        counts = count_statuses(book.lines, kind)
        seen = [status for status in Status if counts[status]]
        met.update(seen)
        parts = Text(" · ").join(Text(f"{counts[status]:,} {words.STATUS[status]}", style=_STYLE.get(status, "")) for status in seen)
        grid.add_row(title, _mark(seen), parts if seen else Text("none to compare", style=QUIET))
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


def _print_differences(console: Console, lines: Sequence[ReconciliationLine], every: bool) -> None:
    groups: dict[tuple[Status, LineKind, str], list[ReconciliationLine]] = defaultdict(list)
    for line in lines:
        groups[line.status, line.kind, line.reason].append(line)
    order = (Status.DIFFERENT, Status.EXPLAINED, Status.UNSTATED)
    for (status, kind, _), group in sorted(groups.items(), key=lambda item: order.index(item[0][0])):
        what = "closing fill" if kind is LineKind.FILL else "position"
        heading(console, f"{counted(len(group), what)} {words.STATUS[status]}")
        indented(console, SENTENCES[group[0].reason] or words.UNEXPLAINED[kind])
        if status is not Status.UNSTATED or every:
            shown = group if every else group[:SHOWN]
            indented(console, _fills(shown) if kind is LineKind.FILL else _positions(shown))
            if len(group) > len(shown):
                indented(console, Text(f"and {len(group) - len(shown):,} more; --all lists them", style=QUIET))


def _fills(lines: Iterable[ReconciliationLine]) -> Table:
    table = figure_table(["instrument", "id", "day", "ours", "broker's", ""], left=3)
    for line in lines:
        table.add_row(line.instrument.symbol, line.id, day(line.trade_date), money(line.ours), money(line.broker), line.instrument.currency)
    return table


def _positions(lines: Iterable[ReconciliationLine]) -> Table:
    table = figure_table(["instrument", "id", "ours", "broker's"], left=2)
    for line in lines:
        table.add_row(line.instrument.symbol, line.id, quantity(line.ours), quantity(line.broker))
    return table


def _print_findings(console: Console, findings: Sequence[Finding]) -> None:
    if not findings:
        console.print()
        return
    heading(console, "About this statement")
    order = list(Severity)
    for finding in sorted(findings, key=lambda one: order.index(one.severity)):
        grid = Table.grid(padding=(0, 1))
        style = "" if finding.severity is Severity.NOTE else "yellow"
        grid.add_row(Text(words.SEVERITY_MARK[finding.severity], style=style), Text(finding.message))
        if finding.remedy:
            grid.add_row("", Text(f"→ {finding.remedy}", style=QUIET))
        indented(console, grid)
    console.print()
