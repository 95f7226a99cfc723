"""`fillbook trade KEY`: one round trip with its fills, the lots that they closed, and your words about it."""

import argparse
from typing import Any

from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import Column, add_reading_arguments, amount, moment, plain_amount, print_json, print_table, units, words
from fillbook.cli.stop import Stop


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `trade` takes."""
    parser.add_argument("key", metavar="KEY", help="its key, as `fillbook trades --json` and a page's address have it")
    parser.add_argument("--sent", type=int, metavar="N", help="what the broker sent of its fill number N, byte for byte")
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Tell of it."""
    open_database(options.data)
    from django.http import Http404

    from fillbook.storage.access import trip_for
    from fillbook.storage.answers.trips import fill_sent_answer, whole_trip_answer

    try:
        trip = trip_for(chosen_user(options.user), options.key)
    except Http404:
        raise Stop(f"There is no round trip {options.key} in this book.", 2) from None
    if options.sent is not None:
        found = fill_sent_answer(trip, options.sent)
        if found is None:
            raise Stop(f"This round trip has no fill number {options.sent} with a row of its own.", 2)
        print_json(found) if options.json else print(found["text"])
        return 0
    found = whole_trip_answer(trip)
    print_json(found) if options.json else _print(found)
    return 0


def _print(found: dict[str, Any]) -> None:
    when = f"{found['opened_on'] or 'before the history'} to {found['closed_on']}" if found["closed_on"] else f"since {found['opened_on']}"
    net = plain_amount(found["realized_pnl"])
    print(f"{found['instrument']} {found['side']}, {found['status']}, {when}: {net} {found['currency']} after fees")
    if found["tags"]:
        print(f"Tags: {', '.join(found['tags'])}")
    if found["plan"]["r"] is not None:
        print(f"Stop {found['plan']['stop']}, {found['plan']['r']} R")
    columns: list[Column] = [
        ("number", "fill", words),
        ("executed_at", "at", moment),
        ("role", "role", words),
        ("quantity", "quantity", units),
        ("price", "price", units),
        ("fees", "fees", plain_amount),
        ("realized_pnl", "realized", amount),
        ("broker_realized_pnl", "broker", amount),
    ]
    print_table(found["fill_rows"], columns, "It has no fill.", left=3)
    for note in found["notes"]:
        print(f"\n{note['text']}")
