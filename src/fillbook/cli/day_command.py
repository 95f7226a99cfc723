"""`fillbook day DAY`: one trading day fill by fill, and what closed on it."""

import argparse
from datetime import date

from fillbook.cli.choosing import add_day_arguments, chosen_filter
from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import Column, add_reading_arguments, amount, moment, print_group, print_json, print_table, units, words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `day` takes."""
    parser.add_argument("day", metavar="DAY", type=_day, help="such as 2026-01-31")
    add_day_arguments(parser)
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Tell of the day."""
    open_database(options.data)
    from fillbook.storage.answers.figures import day_answer
    from fillbook.storage.answers.words import day_words_answer
    from fillbook.storage.choosing import accounts_in

    user = chosen_user(options.user)
    chosen = chosen_filter(options, user)
    accounts = accounts_in(user, chosen)
    found = day_answer(accounts, options.day, chosen) | day_words_answer(user, options.day, accounts)
    if options.json:
        print_json(found)
        return 0
    columns: list[Column] = [
        ("executed_at", "at", moment),
        ("instrument", "instrument", words),
        ("what", "what", words),
        ("quantity", "quantity", units),
        ("price", "price", units),
        ("realized", "realized", amount),
        ("running", "the day", amount),
    ]
    for group in found["groups"]:
        print_group(group)
        print_table(group["fills"], columns, "", left=3)
        print(f"{group['closed']['round_trips']} closed that day: {group['closed']['profit']} {group['currency']}")
    if not found["groups"]:
        print("Nothing was traded that day.")
    for note in filter(None, [found["note"], *found["notes"]]):
        print(f"\n{note['text']}")
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no day such as 2026-01-31") from None
