"""`fillbook accounts`: your accounts, how fresh they are, and how they stand beside the broker's figures."""

import argparse

from fillbook.cli.choosing import chosen_accounts
from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import Column, add_reading_arguments, print_json, print_table, words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `accounts` takes."""
    parser.add_argument("--account", metavar="ID", help="one account, by number or by id, with what its history holds and lacks")
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """List them, or tell of one."""
    open_database(options.data)
    from fillbook.storage.answers.accounts import accounts_answer, whole_account_answer

    accounts = chosen_accounts(options.account, chosen_user(options.user))
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
