"""`fillbook positions`: what is held at the end of the last statement, ours beside the broker's."""

import argparse

from fillbook.cli.choosing import add_position_arguments, chosen_filter
from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import Column, add_reading_arguments, amount, plain_amount, print_list, units, words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `positions` takes."""
    add_position_arguments(parser)
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """List them."""
    open_database(options.data)
    from fillbook.storage.answers.ledger import positions_answer
    from fillbook.storage.choosing import accounts_in
    from fillbook.storage.details import positions_in

    user = chosen_user(options.user)
    chosen = chosen_filter(options, user)
    found = positions_answer(positions_in(accounts_in(user, chosen), chosen))
    columns: list[Column] = [
        ("account", "account", words),
        ("instrument", "instrument", words),
        ("status", "beside the broker", words),
        ("quantity", "quantity", units),
        ("cost", "cost", plain_amount),
        ("mark_price", "mark", units),
        ("unrealized_pnl", "unrealized", amount),
        ("currency", "in", words),
    ]
    return print_list(found, columns, "Nothing is held.", as_json=options.json, left=3)
