"""`fillbook calendar`: what each day, week and month came to."""

import argparse

from fillbook.cli.choosing import add_filter_arguments, chosen_filter
from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import BRIEF, add_reading_arguments, print_group, print_json, print_table, words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `calendar` takes."""
    add_filter_arguments(parser)
    parser.add_argument("--by", choices=("day", "week", "month"), default="month", help="what a line is of (default month; --json has all)")
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """List the days, weeks or months in which something closed."""
    open_database(options.data)
    from fillbook.storage.answers.figures import calendar_answer
    from fillbook.storage.choosing import accounts_in

    user = chosen_user(options.user)
    chosen = chosen_filter(options, user)
    groups = calendar_answer(accounts_in(user, chosen), chosen)
    if options.json:
        print_json({"groups": groups})
        return 0
    field = {"day": "day", "week": "first", "month": "month"}[options.by]
    for group in groups:
        print_group(group)
        print_table(group[f"{options.by}s"], [(field, "week from" if field == "first" else field, words), *BRIEF], "")
    if not groups:
        print("No closed trade fits.")
    return 0
