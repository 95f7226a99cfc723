"""`fillbook opening`: what an account held before its history begins, stated by its owner; listed, added, changed, removed."""

import argparse
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from rich.text import Text

from fillbook.cli.choosing import add_one_account_argument, chosen_account
from fillbook.cli.database import add_book_arguments, chosen_user, open_database
from fillbook.cli.listing import print_json
from fillbook.cli.numbers import day, money, quantity
from fillbook.cli.paper import QUIET, figure_table, heading, indented, sheet
from fillbook.cli.stop import Stop

if TYPE_CHECKING:
    from fillbook.storage.models import BrokerAccount
    from fillbook.storage.stating import Statable, Wording

_WORDS = ("SYMBOL", "UNITS", "COST", "DAY")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `opening` takes."""
    add_one_account_argument(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--state", nargs=4, metavar=_WORDS, help="units (minus for short), cost of all of them, day they were bought")
    what.add_argument("--change", nargs=5, metavar=("N", *_WORDS), help="put other words in the place of number N of the list")
    what.add_argument("--remove", type=int, metavar="N", help="take number N of the list back")
    add_book_arguments(parser)
    parser.epilog = "Without one of these it lists what is stated, and what was sold without a purchase. Symbols may be contract ids too."


def run(options: argparse.Namespace) -> int:
    """Change something if asked to, then list."""
    open_database(options.data)
    from fillbook.storage.answers.openings import openings_answer
    from fillbook.storage.stating import statable

    account = chosen_account(options.account, chosen_user(options.user))
    known = statable(account)
    _act(options, account, known)
    known = statable(account)
    if options.json:
        print_json(openings_answer(account, known))
    else:
        _print(account, known)
    return 0


def _act(options: argparse.Namespace, account: "BrokerAccount", known: Sequence["Statable"]) -> None:
    from django.http import Http404

    from fillbook.storage.stating import CannotState, change_opening, remove_opening, state_opening

    try:
        if options.state:
            state_opening(account, _wording(options.state, known))
        elif options.change:
            number, *words = options.change
            change_opening(account, _number(number), _wording(words, known))
        elif options.remove is not None:
            remove_opening(account, options.remove)
    except CannotState as problem:
        raise Stop(f"{problem} Nothing was changed.", 2) from None
    except Http404:
        raise Stop("There is no such number in the list; run `fillbook opening` to see it.", 2) from None


def _wording(words: Sequence[str], known: Sequence["Statable"]) -> "Wording":
    """What the owner says.

    Raises:
        Stop: a word means nothing.
    """
    from fillbook.storage.stating import Wording

    symbol, units, cost, when = words
    return Wording(_key(symbol, known), _decimal(units, "UNITS"), _decimal(cost, "COST"), _day(when))


def _key(symbol: str, known: Sequence["Statable"]) -> str:
    found = [one for one in known if symbol == one.instrument.key] or [
        one for one in known if symbol.strip().upper() == one.instrument.symbol.upper()
    ]
    if len(found) == 1:
        return found[0].instrument.key
    if found:
        names = ", ".join(one.instrument.key for one in found)
        raise Stop(f"Several instruments are called {symbol}; name one by its id: {names}.", 2)
    raise Stop(f"This account has no instrument {symbol}.", 2)


def _decimal(text: str, what: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise Stop(f"{what} must be a number; {text} is none.", 2)
    return value


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Stop(f"DAY must be a day such as 2023-04-28; {text} is none.", 2) from None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise Stop(f"N must be a number of the list; {text} is none.", 2)
    return int(text)


def _print(account: "BrokerAccount", known: Sequence["Statable"]) -> None:
    from fillbook.storage.openings import openings_of

    console = sheet()
    console.print(Text(f"Account {account.number}", style="bold"))
    instruments = {one.instrument.key: one.instrument for one in known}
    rows = [row for row in openings_of(account) if row.instrument_key in instruments]
    heading(console, "Stated by you")
    if rows:
        table = figure_table(["N", "instrument", "day", "units", "cost"], left=3)
        for row in rows:
            instrument = instruments[row.instrument_key]
            cost = f"{money(abs(row.cost_basis)).lstrip('+')} {instrument.currency}"
            table.add_row(str(row.pk), instrument.symbol, day(row.opened_on), quantity(row.quantity), cost)
        indented(console, table)
    else:
        indented(console, "Nothing.")
    lacking = [one for one in known if one.unmatched]
    if lacking:
        heading(console, "Closed without an opening")
        table = figure_table(["instrument", "first row", "units held before"], left=2)
        for one in lacking:
            table.add_row(one.instrument.symbol, day(one.first), quantity(one.unmatched))
        indented(console, table)
        indented(console, Text("→ State what they cost with --state, or import an older statement that holds the purchases.", style=QUIET))
