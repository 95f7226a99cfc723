"""`fillbook accounts`: your accounts, how fresh they are, how they stand beside the broker's figures, and which of them count."""

import argparse
from typing import TYPE_CHECKING

from fillbook.cli.choosing import chosen_accounts
from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.deleting import ask_before_deleting
from fillbook.cli.listing import Column, add_reading_arguments, print_json, print_table, words
from fillbook.cli.stop import Stop

if TYPE_CHECKING:
    from fillbook.storage.models import BrokerAccount, User


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `accounts` takes."""
    parser.add_argument("--account", metavar="ID", help="one account, by number or by id, with what its history holds and lacks")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--leave-out", action="store_true", help="keep the account of --account and count it in no figure")
    what.add_argument("--count", action="store_true", help="count the account of --account again")
    what.add_argument("--delete", action="store_true", help="delete the account of --account, which has no link, with all that came for it")
    parser.add_argument("--yes", action="store_true", help="delete without asking")
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """List them, or tell of one."""
    open_database(options.data)
    from fillbook.storage.answers.accounts import accounts_answer, whole_account_answer

    user = chosen_user(options.user)
    accounts = chosen_accounts(options.account, user)
    if options.leave_out or options.count or options.delete:
        return _change(options, accounts, user)
    if options.account and len(accounts) == 1:
        found = [whole_account_answer(accounts[0])]
        told = found[0]
    else:
        found = accounts_answer(accounts)
        told = {"items": found}
    if options.json:
        print_json(told)
        return 0
    for one in found:
        one["different"] = sum(part["different"] for part in one["reconciliation"].values())
        one["complete"] = one.get("completeness", {}).get("status")
    columns: list[Column] = [
        ("id", "id", words),
        ("account", "account", words),
        ("kind", "kind", words),
        ("currency", "base", words),
        ("link_state", "link", words),
        ("from", "from", words),
        ("to", "to", words),
        ("different", "differences", words),
        *([("complete", "history", words)] if options.account else []),
    ]
    print_table(found, columns, "There is no account in this book yet: link one, or import a file.", left=7)
    return 0


def _change(options: argparse.Namespace, accounts: "list[BrokerAccount]", user: "User") -> int:
    """Count one account, leave it out, or delete it."""
    from fillbook.storage.loose import StillLinked, count_account, delete_account

    if not options.account or len(accounts) != 1:
        raise Stop("Name one account with --account. Nothing was changed.", 2)
    (account,) = accounts
    try:
        if options.delete:
            if account.link_id is None and not options.yes:
                ask_before_deleting(f"trade and note of {account.number}, and every statement that tells of no other account")
            delete_account(user, account.pk)
        elif account.link_id is None:
            count_account(user, account.pk, counts=options.count)
        else:
            _choose(user, account, counts=options.count)
    except StillLinked as problem:
        raise Stop(f"{problem} Nothing was changed.") from None
    done = "deleted" if options.delete else "counted" if options.count else "left out"
    if options.json:
        print_json({"account": account.number, "id": account.pk, "done": done})
    else:
        print(f"{account.number}: {done}.")
    return 0


def _choose(user: "User", account: "BrokerAccount", *, counts: bool) -> None:
    """One account of a link; the others stay as they are."""
    from fillbook.storage.access import accounts_of
    from fillbook.sync.service import choose_accounts

    assert account.link_id is not None
    kept = set(accounts_of(user).filter(link=account.link_id, chosen=True).values_list("pk", flat=True))
    choose_accounts(user, account.link_id, kept | {account.pk} if counts else kept - {account.pk})
