"""`fillbook intraday`: results by where in the day trades were opened."""

import argparse

from fillbook.cli.choosing import add_filter_arguments, chosen_filter
from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import BRIEF, add_reading_arguments, print_group, print_json, print_table, words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `intraday` takes."""
    add_filter_arguments(parser)
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Break the results down."""
    open_database(options.data)
    from fillbook.storage.answers.figures import intraday_answer
    from fillbook.storage.choosing import accounts_in

    user = chosen_user(options.user)
    chosen = chosen_filter(options, user)
    found = intraday_answer(accounts_in(user, chosen), chosen)
    if options.json:
        print_json(found)
        return 0
    for group in found["groups"]:
        print_group(group)
        parts = [part for part in group["parts"] if part["dimension"] != "clock"]
        print_table(parts, [("slot", "part", words), *BRIEF], "")
    for one in found["untimed"]:
        print(f"{one['account']}: {one['round_trips']} of {one['of']} have no time of day, so they are in no part.")
    if not found["groups"]:
        print("No closed trade fits.")
    return 0
