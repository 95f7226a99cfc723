"""`fillbook brokers`: the brokers there are, and what each can give."""

import argparse

from fillbook.cli.database import add_data_argument, open_database
from fillbook.cli.listing import Column, print_list, words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `brokers` takes."""
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else, as the API answers it")
    add_data_argument(parser)


def run(options: argparse.Namespace) -> int:
    """List them."""
    open_database(options.data)
    from fillbook.brokers.manifests import manifests
    from fillbook.sync.answers import broker_answer

    found = [broker_answer(one) for one in manifests().values()]
    columns: list[Column] = [
        ("id", "id", words),
        ("name", "broker", words),
        ("link", "by", words),
        ("level", "proven", words),
        ("positions", "positions", _yes),
        ("time", "times", words),
        ("history_days", "days back", lambda days: "all" if days is None else str(days)),
    ]
    return print_list(found, columns, "There is none.", as_json=options.json, left=6)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
