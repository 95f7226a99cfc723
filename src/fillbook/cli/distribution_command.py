"""`fillbook distribution`: how results are spread."""

import argparse

from fillbook.cli.choosing import add_filter_arguments, chosen_filter
from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import Column, add_reading_arguments, print_group, print_json, print_table, words
from fillbook.performance.distributions import Spread


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `distribution` takes."""
    parser.add_argument("--of", choices=[one.value for one in Spread], default="profit", help="what is spread (default profit)")
    parser.add_argument("--gross", action="store_true", help="count results before fees and taxes")
    add_filter_arguments(parser)
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Count how many results lie where."""
    open_database(options.data)
    from fillbook.storage.answers.reports import distribution_answer
    from fillbook.storage.choosing import accounts_in

    user = chosen_user(options.user)
    chosen = chosen_filter(options, user)
    groups = distribution_answer(accounts_in(user, chosen), chosen, Spread(options.of), gross=options.gross)
    if options.json:
        print_json({"groups": groups})
        return 0
    columns: list[Column] = [("from", "from", words), ("to", "below", words), ("round_trips", "trades", words)]
    for group in groups:
        print_group(group)
        print_table(group["bars"], columns, "", left=0)
        print(f"mean {group['mean']}, median {group['median']}")
    if not groups:
        print("No closed trade fits.")
    return 0
