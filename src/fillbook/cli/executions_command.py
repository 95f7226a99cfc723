"""`fillbook executions`: fills as the broker reported them, the latest first."""

import argparse
import sys

from fillbook.cli.choosing import add_ledger_arguments, chosen_filter
from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import (
    Column,
    add_limit_argument,
    add_reading_arguments,
    moment,
    plain_amount,
    print_list,
    units,
    words,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `executions` takes."""
    add_ledger_arguments(parser)
    add_limit_argument(parser)
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """List them."""
    open_database(options.data)
    from fillbook.storage.answers.ledger import execution_answer, executions_of
    from fillbook.storage.choosing import accounts_in

    user = chosen_user(options.user)
    chosen = chosen_filter(options, user)
    rows, _ = executions_of(accounts_in(user, chosen), chosen, size=options.limit or sys.maxsize - 1)
    found = [execution_answer(row) for row in rows]
    columns: list[Column] = [
        ("trade_date", "day", words),
        ("executed_at", "at", moment),
        ("instrument", "instrument", words),
        ("what", "what", words),
        ("quantity", "quantity", units),
        ("price", "price", units),
        ("fees", "fees", plain_amount),
        ("execution_id", "id", words),
    ]
    return print_list(found, columns, "No fill fits.", as_json=options.json, left=4)
