"""`fillbook statistics`: every further figure, each with how much it rests on."""

import argparse
from typing import Any

from fillbook.cli.choosing import add_filter_arguments, chosen_filter
from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import Column, add_reading_arguments, amount, print_group, print_json, print_table, words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `statistics` takes."""
    parser.add_argument("--gross", action="store_true", help="count results before fees and taxes")
    add_filter_arguments(parser)
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """List the figures, then the drawdowns."""
    open_database(options.data)
    from fillbook.storage.answers.reports import statistics_answer
    from fillbook.storage.choosing import accounts_in

    user = chosen_user(options.user)
    chosen = chosen_filter(options, user)
    groups = statistics_answer(accounts_in(user, chosen), chosen, gross=options.gross)
    if options.json:
        print_json({"groups": groups})
        return 0
    for group in groups:
        _print(group)
    if not groups:
        print("No closed trade fits.")
    return 0


def _print(group: dict[str, Any]) -> None:
    print_group(group)
    figures = [one | {"said": one["absent"] or ("few" if one["few"] else "")} for one in group["figures"]]
    columns: list[Column] = [
        ("name", "figure", lambda name: str(name).replace("_", " ")),
        ("said", "", lambda said: str(said).replace("_", " ")),
        ("value", "value", words),
        ("unit", "in", words),
        ("low", "from", words),
        ("high", "to", words),
        ("n", "rests on", words),
    ]
    print_table(figures, columns, "", left=2)
    falls: list[Column] = [
        ("began_on", "drawdown from", words),
        ("trough_on", "lowest", words),
        ("recovered_on", "made good", words),
        ("depth", "depth", amount),
        ("days", "days", words),
        ("round_trips", "trades", words),
    ]
    if group["drawdowns"]:
        print_table(group["drawdowns"][:10], falls, "", left=3)
