"""`fillbook completeness`: how complete the history of each instrument of an account is, and what is missing of it."""

import argparse

from fillbook.cli.choosing import add_one_account_argument, chosen_account
from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import Column, add_reading_arguments, print_list, units, words
from fillbook.trades.completeness import Completeness


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `completeness` takes."""
    add_one_account_argument(parser)
    parser.add_argument("--status", choices=[one.value for one in Completeness], help="only instruments with this mark")
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """List them, the least complete first."""
    open_database(options.data)
    from fillbook.storage.answers.history import completeness_answer

    account = chosen_account(options.account, chosen_user(options.user))
    found = completeness_answer(account, Completeness(options.status) if options.status else None)
    columns: list[Column] = [
        ("instrument", "instrument", words),
        ("status", "history", words),
        ("sentence", "why", words),
        ("quantity", "units", lambda value: "" if value == "0" else units(value)),
    ]
    return print_list(found, columns, "No instrument fits.", as_json=options.json, left=3)
