"""`fillbook breakdown --by KEY`: results broken down by a key, or by two keys crossed."""

import argparse

from fillbook.cli.choosing import add_filter_arguments, chosen_filter
from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import BRIEF, add_reading_arguments, print_group, print_json, print_table, words
from fillbook.performance.keys import Key


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `breakdown` takes."""
    keys = [key.value for key in Key]
    parser.add_argument("--by", choices=keys, required=True, metavar="KEY", help=f"what makes a part: {', '.join(keys)}")
    parser.add_argument("--across", choices=keys, metavar="KEY", help="a second one, to cross it with")
    parser.add_argument("--gross", action="store_true", help="count results before fees and taxes")
    add_filter_arguments(parser)
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Break the results down."""
    open_database(options.data)
    from fillbook.storage.answers.reports import breakdown_answer, crossing_answer
    from fillbook.storage.choosing import accounts_in

    user = chosen_user(options.user)
    chosen = chosen_filter(options, user)
    accounts, by = accounts_in(user, chosen), Key(options.by)
    if options.across:
        groups = crossing_answer(accounts, chosen, by, Key(options.across), gross=options.gross)
        columns, part = [("row", options.by, words), ("column", options.across, words), *BRIEF], "cells"
    else:
        groups = breakdown_answer(accounts, chosen, by, gross=options.gross)
        columns, part = [("value", options.by, words), *BRIEF], "parts"
    if options.json:
        print_json({"groups": groups})
        return 0
    for group in groups:
        print_group(group)
        print_table(group[part], columns, "", left=len(columns) - len(BRIEF))
    if not groups:
        print("No closed trade fits.")
    return 0
