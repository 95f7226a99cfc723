"""What `fillbook reconcile` tells a person: for each account how complete its history is and how far it agrees with the broker."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from fillbook.cli import words
from fillbook.cli.agreement_page import SHOWN, print_agreement, print_differences
from fillbook.cli.bridge_page import print_bridge
from fillbook.cli.numbers import counted, money, period, quantity
from fillbook.cli.paper import LOSS, QUIET, figure_table, heading, indented, sentence, sheet
from fillbook.ledger.numbers import ZERO
from fillbook.ledger.statement import DateRange
from fillbook.trades.completeness import Completeness
from fillbook.trades.reconcile import LineKind

if TYPE_CHECKING:
    from fillbook.cli.reconcile_command import Compared


def print_compared(compared: "Sequence[Compared]", every: bool) -> None:
    """Every account. every: list all differences and instruments rather than the first few."""
    console = sheet()
    if not compared:
        console.print("There is no account in this book yet.")
    for index, one in enumerate(compared):
        if index:
            console.print()
        _print_account(console, one, every)


def _print_account(console: Console, one: "Compared", every: bool) -> None:
    account = one.account
    kind = "" if account.kind == "real" else f" ({account.kind})"
    console.print(Rule(Text(f"Account {account.number}{kind}", style="bold"), align="left", style=QUIET))
    covered = DateRange(account.tracked_since, account.figures_to) if account.tracked_since and account.figures_to else None
    currency = f"base currency {account.base_currency}" if account.base_currency else "base currency not stated"
    indented(console, sentence([period(covered), currency]))
    _print_completeness(console, one, every)
    print_agreement(console, one.lines, LineKind)
    _print_fees(console, one)
    print_bridge(console, one.bridge, account.base_currency or None)
    print_differences(console, one.lines, every)


def _print_completeness(console: Console, one: "Compared", every: bool) -> None:
    mark = one.mark
    heading(console, "What the history holds")
    parts = [
        f"{mark.complete:,} complete" if mark.complete else "",
        f"{mark.stated:,} stated by you" if mark.stated else "",
        f"{mark.inferred:,} inferred" if mark.inferred else "",
        f"{mark.missing:,} with something missing" if mark.missing else "",
    ]
    total = mark.total
    style = LOSS if mark.missing else ""
    indented(console, Text(f"{counted(total, 'instrument')}: " + (sentence(parts, ", ") or "nothing traded yet") + ".", style=style))
    if total and not mark.confirmed:
        indented(console, "The statements do not state positions for all of them, so a missing trade could go unnoticed.")
    groups: dict[tuple[Completeness, str], list[str]] = defaultdict(list)
    for key, found in one.marks.items():
        if found.cause:
            groups[found.status, found.sentence].append(f"{one.symbols.get(key, key)} {quantity(found.quantity)}")
    for (status, why), units in sorted(groups.items(), key=lambda group: group[0][0] is not Completeness.MISSING):
        shown = units if every else units[:SHOWN]
        more = f" · and {len(units) - len(shown):,} more; --all lists them" if len(units) > len(shown) else ""
        indented(console, f"{words.COMPLETENESS[status]}: {why}", Text(f"  {sentence(shown)}{more}", style=QUIET))


def _print_fees(console: Console, one: "Compared") -> None:
    if not one.fees:
        return
    heading(console, "Fees and taxes")
    columns = ["", "broker's rows", "in round trips", "left out"]
    wrong = any(total.different for total in one.fees)
    table = figure_table([*columns, "unaccounted"] if wrong else columns)
    for total in one.fees:
        row = [total.currency, money(total.stated), money(total.counted), money(total.left_out or ZERO)]
        table.add_row(*row, *([money(total.different)] if wrong else []))
    indented(console, table)
