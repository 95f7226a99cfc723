"""The filter of a command: the same conditions as in a page's address, as options."""

import argparse
from typing import TYPE_CHECKING, Final

from fillbook.cli.stop import Stop
from fillbook.ledger.instrument import AssetClass
from fillbook.performance.filters import Filter, TripStatus, turned, turned_interval
from fillbook.performance.summary import Outcome
from fillbook.trades.records import Side

if TYPE_CHECKING:
    from fillbook.storage.models import BrokerAccount, User

_NAMES: Final = frozenset(
    (
        "account from to closed_from closed_to symbol side class outcome status currency incomplete tag slot ticker underlying "
        "traded untagged rating band"
    ).split()
)


def add_one_account_argument(parser: argparse.ArgumentParser) -> None:
    """The one account that a command is about; `chosen_account` reads it."""
    parser.add_argument("--account", metavar="ID", help="of which account, by number or by id; needed only where there are several")


def add_account_argument(parser: argparse._ActionsContainer) -> None:
    """Which accounts."""
    parser.add_argument("--account", metavar="ID[,ID…]", help="only these accounts")


def add_ledger_arguments(parser: argparse.ArgumentParser) -> None:
    """Which fills."""
    add_account_argument(parser)
    parser.add_argument("--from", metavar="DAY", help="traded on or after this day, such as 2026-01-31")
    parser.add_argument("--to", metavar="DAY", help="traded on or before this day")
    parser.add_argument("--symbol", metavar="SYMBOL", help="of the instrument or its underlying")
    parser.add_argument("--class", metavar="CLASS", choices=[one.value for one in AssetClass], help="asset class, such as stock or option")


def add_position_arguments(parser: argparse.ArgumentParser) -> None:
    """Which positions."""
    add_account_argument(parser)
    parser.add_argument("--symbol", metavar="SYMBOL", help="of the instrument or its underlying")
    parser.add_argument("--side", choices=[side.value for side in Side], help="direction")
    parser.add_argument("--class", metavar="CLASS", choices=[one.value for one in AssetClass], help="asset class, such as stock or option")
    parser.add_argument("--tag", metavar="TAG[,TAG…]", help="whose trades have all these tags of yours")
    parser.add_argument("--untagged", action="store_const", const="1", help="whose trades have no tag")
    parser.add_argument("--rating", metavar="N[-N]", help="whose trades you rated so: 4, or 4-5 for at least 4; none for those not rated")


def add_day_arguments(parser: argparse.ArgumentParser) -> None:
    """Which trades of a day."""
    add_position_arguments(parser)
    parser.add_argument("--outcome", choices=[outcome.value for outcome in Outcome], help="how they ended, after fees")
    parser.add_argument("--incomplete", action="store_const", const="1", help="count incomplete round trips too")


def add_filter_arguments(parser: argparse.ArgumentParser) -> None:
    """One option for each parameter of `performance.filters.Filter`, by the same name."""
    group = parser.add_argument_group("filter")
    add_account_argument(group)
    group.add_argument("--from", metavar="DAY", help="closed on or after this day, such as 2026-01-31")
    group.add_argument("--to", metavar="DAY", help="closed on or before this day")
    group.add_argument("--closed-from", metavar="TIME", help="closed at this moment or later, such as 2026-01-31T10:30:00-05:00")
    group.add_argument("--closed-to", metavar="TIME", help="closed at this moment or earlier")
    group.add_argument("--symbol", metavar="SYMBOL", help="of the instrument or its underlying")
    group.add_argument("--side", choices=[side.value for side in Side], help="direction")
    group.add_argument("--class", metavar="CLASS", choices=[one.value for one in AssetClass], help="asset class, such as stock or option")
    group.add_argument("--outcome", choices=[outcome.value for outcome in Outcome], help="how it ended, after fees")
    group.add_argument("--status", choices=[status.value for status in TripStatus], help="closed ones unless asked for open ones")
    group.add_argument("--currency", metavar="CODE", help="accounts with this base currency, NONE for none stated; EUR-USD: results in USD")
    group.add_argument("--tag", metavar="TAG[,TAG…]", help="that have all these tags of yours")
    group.add_argument("--slot", metavar="PART-N", help="begun in this part of the day, as `fillbook intraday` names them: clock-33")
    group.add_argument("--ticker", metavar="SYMBOL", help="of the instrument itself")
    group.add_argument("--underlying", metavar="SYMBOL", help="of the underlying, or of what has none")
    group.add_argument("--traded", metavar="CODE", help="instruments in this currency")
    group.add_argument("--untagged", action="store_const", const="1", help="without any tag")
    group.add_argument("--rating", metavar="N[-N]", help="that you rated so: 4, or 4-5 for at least 4; none for those not rated")
    group.add_argument("--band", metavar="KEY-N[,…]", help="in these bands of a report, such as hour-9,price-3")
    group.add_argument("--incomplete", action="store_const", const="1", help="count incomplete round trips too")


def chosen_filter(options: argparse.Namespace, user: "User") -> Filter:
    """The filter that the options name, accounts by their ids or by their numbers.

    Raises:
        Stop: a value means nothing, or an account is not the user's. A page leaves such a condition out; a command's user hears of it.
    """
    given = {name: str(value) for name, value in vars(options).items() if name in _NAMES and value is not None}
    if "account" in given:
        given["account"] = ",".join(str(account.pk) for account in chosen_accounts(given["account"], user))
    if ends := turned(given):
        first, last = ends
        raise Stop(f"--from {first} is after --to {last}, so no day lies between; write --from {last} --to {first} to mean that.", 2)
    if interval := turned_interval(given):
        raise Stop(f"--closed-from {interval[0]} is after --closed-to {interval[1]}, so no moment lies between.", 2)
    chosen = Filter.from_query(given)
    _refuse_unknown_tags(chosen, user)
    understood = chosen.parameters()
    for name, value in given.items():
        if name not in understood and not (name == "status" and value == TripStatus.CLOSED):
            raise Stop(f"--{name.replace('_', '-')} {value} means nothing here; see fillbook {options.command} --help.", 2)
    return chosen


def _refuse_unknown_tags(chosen: Filter, user: "User") -> None:
    if not chosen.tags:
        return
    from fillbook.storage.words import tags_of

    tags = list(tags_of(user))
    missing = sorted(set(chosen.tags) - {tag.key for tag in tags})
    if missing:
        raise Stop(f"There is no tag {missing[0]} in this book; the tags are: {', '.join(tag.name for tag in tags) or 'none yet'}.", 2)


def chosen_accounts(text: str | None, user: "User") -> list["BrokerAccount"]:
    """The accounts meant by numbers or ids with commas between them; all of the user's when nothing is said.

    Raises:
        Stop: one of them is not the user's.
    """
    from fillbook.storage.access import accounts_of

    accounts = list(accounts_of(user))
    if text is None:
        return accounts
    chosen: dict[int, BrokerAccount] = {}
    for name in filter(None, map(str.strip, text.split(","))):
        found = [account for account in accounts if name in (account.number, str(account.pk))]
        if not found:
            known = ", ".join(account.number for account in accounts) or "none yet"
            raise Stop(f"There is no account {name} in this book; the accounts are: {known}.", 2)
        chosen.update((account.pk, account) for account in found)
    return list(chosen.values())


def chosen_account(text: str | None, user: "User") -> "BrokerAccount":
    """The one account meant by its number or id; nothing need be said where there is only one.

    Raises:
        Stop: there is none, or several.
    """
    accounts = chosen_accounts(text, user)
    if len(accounts) == 1:
        return accounts[0]
    if not accounts:
        raise Stop("There is no account in this book yet.")
    names = ", ".join(f"{account.pk} ({account.number}, {account.kind})" for account in accounts)
    raise Stop(f"Several accounts could be meant; name one by its id: --account {names}.", 2)
