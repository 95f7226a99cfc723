"""What `fillbook check` tells a person about a statement.

Per account: what was read, the three numbers, the bridge to the broker's figure, how far we agree with the broker, and each thing on
which we do not, with the reason. Below: what the statement lacks, and what to do about it.
"""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from fillbook.cli.agreement_page import print_agreement, print_differences
from fillbook.cli.bridge_page import print_bridge
from fillbook.cli.doctor_page import print_findings
from fillbook.cli.left_out import print_left_out
from fillbook.cli.numbers import counted, period
from fillbook.cli.paper import LOSS, QUIET, heading, indented, sentence
from fillbook.cli.three_numbers import print_three_numbers
from fillbook.ledger.statement import Finding
from fillbook.performance.filters import Filter
from fillbook.performance.results import results_in
from fillbook.trades.account import AccountBook
from fillbook.trades.reconcile import LineKind


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
    delivered = sum(trip.moved_on for trip in match.round_trips)
    parts = [
        counted(len(statement.executions), "execution"),
        counted(len(match.round_trips), "round trip"),
        f"{delivered:,} of them exercised or assigned, counted in what they delivered" if delivered else "",
        f"{len(match.open_trips):,} open" if match.open_trips else "",
        counted(len(statement.corporate_actions), "corporate action") if statement.corporate_actions else "",
        counted(len(statement.transfers), "transfer") if statement.transfers else "",
    ]
    indented(console, sentence(parts))
    _print_figures(console, book)
    print_left_out(console, book.match)
    print_bridge(console, book.bridge, book.statement.base_currency)
    print_agreement(console, book.lines, (LineKind.FILL, LineKind.POSITION))
    print_differences(console, book.lines, every)


def _print_figures(console: Console, book: AccountBook) -> None:
    chosen = Filter()
    results = results_in(book.statement.base_currency, [trip for trip in book.match.round_trips if chosen.admits(trip)])
    console.print()
    for currency, taken in results.items():
        print_three_numbers(console, currency, taken)
    if not results:
        indented(console, "No complete round trip, so there is no profit, average gain or win rate to show.")


def _print_findings(console: Console, findings: Sequence[Finding]) -> None:
    if not findings:
        console.print()
        return
    heading(console, "About this statement")
    print_findings(console, findings)
    console.print()
