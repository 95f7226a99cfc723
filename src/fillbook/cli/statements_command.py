"""`fillbook statements`: the documents that an account rests on, the latest first."""

import argparse
import sys

from fillbook.cli.choosing import add_one_account_argument, chosen_account
from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import Column, add_limit_argument, add_reading_arguments, moment, print_list, words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `statements` takes."""
    add_one_account_argument(parser)
    add_limit_argument(parser)
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """List them."""
    open_database(options.data)
    from fillbook.storage.answers.history import statements_page

    account = chosen_account(options.account, chosen_user(options.user))
    found, _ = statements_page(account, size=options.limit or sys.maxsize - 1)
    columns: list[Column] = [
        ("statement", "number", words),
        ("received_at", "received", moment),
        ("origin", "from where", words),
        ("file_name", "file", words),
        ("from", "from", words),
        ("to", "to", words),
        ("size", "bytes", words),
    ]
    return print_list(found, columns, "Nothing was received of this account yet.", as_json=options.json, left=6)
