"""The filter of a command: the same conditions as in a page's address, as options."""

import argparse
from typing import TYPE_CHECKING, Final

from fillbook.cli.stop import Stop
from fillbook.ledger.instrument import AssetClass
from fillbook.performance.filters import Filter, TripStatus
from fillbook.performance.summary import Outcome
from fillbook.trades.records import Side

if TYPE_CHECKING:
    from fillbook.storage.models import User

_NAMES: Final = frozenset({"account", "from", "to", "symbol", "side", "class", "outcome", "status", "currency", "incomplete"})


def add_filter_arguments(parser: argparse.ArgumentParser) -> None:
    """One option for each parameter of `performance.filters.Filter`, by the same name."""
    group = parser.add_argument_group("filter")
    group.add_argument("--account", metavar="ID[,ID…]", help="only these accounts")
    group.add_argument("--from", metavar="DAY", help="closed on or after this day, such as 2026-01-31")
    group.add_argument("--to", metavar="DAY", help="closed on or before this day")
    group.add_argument("--symbol", metavar="SYMBOL", help="of the instrument or its underlying")
    group.add_argument("--side", choices=[side.value for side in Side], help="direction")
    group.add_argument("--class", metavar="CLASS", choices=[one.value for one in AssetClass], help="asset class, such as stock or option")
    group.add_argument("--outcome", choices=[outcome.value for outcome in Outcome], help="how it ended, after fees")
    group.add_argument("--status", choices=[status.value for status in TripStatus], help="closed ones unless asked for open ones")
    group.add_argument("--currency", metavar="CODE", help="accounts with this base currency")
    group.add_argument("--incomplete", action="store_const", const="1", help="count incomplete round trips too")


def chosen_filter(options: argparse.Namespace, user: "User") -> Filter:
    """The filter that the options name, accounts by their ids or by their numbers.

    Raises:
        Stop: a value means nothing, or an account is not the user's. A page leaves such a condition out; a command's user hears of it.
    """
    given = {name: str(value) for name, value in vars(options).items() if name in _NAMES and value is not None}
    if "account" in given:
        given["account"] = _account_ids(given["account"], user)
    chosen = Filter.from_query(given)
    understood = chosen.parameters()
    for name, value in given.items():
        if name not in understood and not (name == "status" and value == TripStatus.CLOSED):
            raise Stop(f"--{name} {value} means nothing here; see fillbook {options.command} --help.", 2)
    return chosen


def _account_ids(text: str, user: "User") -> str:
    from fillbook.storage.access import accounts_of

    accounts = list(accounts_of(user))
    names = [name.strip() for name in text.split(",") if name.strip()]
    ids: list[str] = []
    for name in names:
        found = [str(account.pk) for account in accounts if name in (account.number, str(account.pk))]
        if not found:
            known = ", ".join(account.number for account in accounts) or "none yet"
            raise Stop(f"There is no account {name} in this book; the accounts are: {known}.", 2)
        ids += found
    return ",".join(ids)
