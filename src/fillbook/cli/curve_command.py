"""`fillbook curve`: the running sum of closed trades, with its drawdown."""

import argparse

from fillbook.cli.choosing import add_filter_arguments, chosen_filter
from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import Column, add_reading_arguments, amount, print_group, print_json, print_table, words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `curve` takes."""
    add_filter_arguments(parser)
    parser.add_argument("--coarse", action="store_true", help="at most about 400 points, by week or by month where there are more days")
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """One point for each day on which something closed."""
    open_database(options.data)
    from fillbook.storage.answers.figures import curve_answer
    from fillbook.storage.choosing import accounts_in

    user = chosen_user(options.user)
    chosen = chosen_filter(options, user)
    groups = curve_answer(accounts_in(user, chosen), chosen, whole=not options.coarse)
    if options.json:
        print_json({"groups": groups})
        return 0
    columns: list[Column] = [
        ("last", "day", words),
        ("round_trips", "trades", words),
        ("gain", "gain", amount),
        ("equity", "sum", amount),
        ("drawdown", "drawdown", amount),
    ]
    for group in groups:
        print_group(group)
        print_table(group["points"], columns, "")
    if not groups:
        print("No closed trade fits.")
    return 0
