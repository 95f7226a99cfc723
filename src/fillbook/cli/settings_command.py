"""`fillbook settings`: how an account's fills are read as trades, and what a change makes of them."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any, Final

from rich.table import Table
from rich.text import Text

from fillbook.cli import words
from fillbook.cli.choosing import add_one_account_argument, chosen_account
from fillbook.cli.database import add_book_arguments, chosen_user, open_database
from fillbook.cli.listing import BRIEF, Column, print_json, print_table
from fillbook.cli.listing import words as as_it_is
from fillbook.cli.numbers import counted, money
from fillbook.cli.paper import QUIET, figure_table, heading, indented, sheet
from fillbook.ledger.numbers import ZERO, plain
from fillbook.trades.settings import AssignmentView, Grouping, MatchingMethod, MatchSettings

if TYPE_CHECKING:
    from fillbook.storage.choices import Change, TradeTotals
    from fillbook.storage.models import BrokerAccount

ON_OFF: Final = {"on": True, "off": False}
_TRIED: Final = {"now": "as it is", "then": "as it would be"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `settings` takes."""
    add_one_account_argument(parser)
    parser.add_argument("--grouping", choices=[one.value for one in Grouping], help="what one trade is")
    parser.add_argument("--matching", choices=[one.value for one in MatchingMethod], help="which lot a closing fill takes first")
    parser.add_argument("--assignment", choices=[one.value for one in AssignmentView], help="where an exercised option's premium counts")
    parser.add_argument("--forex", choices=list(ON_OFF), help="make trades of currency conversions that you ordered")
    parser.add_argument("--try", dest="tried", action="store_true", help="only say what these would make, and change nothing")
    add_book_arguments(parser)
    parser.epilog = "Without a setting it shows them. A change reads the stored fills again; no stored fact is touched."


def run(options: argparse.Namespace) -> int:
    """Show the settings, changed first if any is given."""
    open_database(options.data)
    from fillbook.storage.answers.trying import chosen_settings
    from fillbook.storage.choices import choose_settings
    from fillbook.storage.derive import settings_of

    account = chosen_account(options.account, chosen_user(options.user))
    current = settings_of(account)
    chosen = chosen_settings(account, options.grouping, options.matching, options.assignment, ON_OFF.get(options.forex))
    if options.tried:
        return _try(account, chosen, as_json=options.json)
    change = choose_settings(account, chosen)
    if options.json:
        json.dump(_answer(account, chosen, change), sys.stdout, ensure_ascii=False)
        print()
    else:
        _print(account, current, chosen, change)
    return 0


def _try(account: "BrokerAccount", chosen: MatchSettings, *, as_json: bool) -> int:
    from fillbook.storage.answers.trying import trying_answer

    found = trying_answer(account, chosen)
    if as_json:
        print_json(found)
        return 0
    rows = [{"when": when, **part, "open": found[name]["open"]} for name, when in _TRIED.items() for part in found[name]["closed"]]
    columns: list[Column] = [("when", "", as_it_is), ("currency", "in", as_it_is), *BRIEF, ("open", "open", as_it_is)]
    print_table(rows, columns, "No closed trade counts.", left=2)
    for name, when in _TRIED.items():
        print(f"{when}: {found[name]['open']:,} open, {found[name]['incomplete']:,} incomplete, left out.")
    return 0


def _answer(account: "BrokerAccount", chosen: MatchSettings, change: "Change") -> dict[str, Any]:
    from fillbook.storage.answers.trying import settings_answer

    return {
        "account": account.number,
        "id": account.pk,
        "kind": str(account.kind),
        "settings": settings_answer(chosen),
        "trades_changed": change.trades_changed,
        "before": _totals(change.before),
        "after": _totals(change.after),
    }


def _enums(settings: MatchSettings) -> dict[str, Grouping | MatchingMethod | AssignmentView]:
    return {"grouping": settings.grouping, "matching": settings.method, "assignment": settings.assignment}


def _totals(totals: "TradeTotals") -> dict[str, Any]:
    profit = {currency: plain(amount) for currency, amount in totals.profit.items()}
    return {"round_trips": totals.closed, "counted": totals.counted, "open": totals.open, "profit": profit}


def _print(account: "BrokerAccount", before: MatchSettings, chosen: MatchSettings, change: "Change") -> None:
    console = sheet()
    console.print(Text(f"Account {account.number}", style="bold") + Text("" if account.kind == "real" else f" ({account.kind})"))
    grid = Table.grid(padding=(0, 2))
    were = _words(before)
    for name, (value, meaning) in _words(chosen).items():
        grid.add_row(name, value, meaning + ("" if were[name][0] == value else f" (was {were[name][0]})"))
    indented(console, grid)
    heading(console, "Trades" if before == chosen else "What the change makes")
    currencies = list(dict.fromkeys([*change.before.profit, *change.after.profit]))
    table = figure_table(["", "round trips", "counted", "open", *(f"profit {currency}" for currency in currencies)])
    for name, totals in [("now", change.after)] if before == chosen else [("before", change.before), ("after", change.after)]:
        amounts = (money(totals.profit.get(currency, ZERO)) for currency in currencies)
        table.add_row(name, f"{totals.closed:,}", f"{totals.counted:,}", f"{totals.open:,}", *amounts)
    indented(console, table)
    if before != chosen:
        indented(console, Text(f"{counted(change.trades_changed, 'round trip')} changed. No stored fill was touched.", style=QUIET))


def _words(settings: MatchSettings) -> dict[str, tuple[str, str]]:
    """Name of each setting -> its value, and what that means."""
    found = {name: (value.value, words.SETTINGS[value]) for name, value in _enums(settings).items()}
    return found | {"forex": ("on" if settings.forex else "off", words.FOREX[settings.forex])}
