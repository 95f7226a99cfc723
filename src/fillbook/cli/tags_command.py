"""`fillbook tags`: the trader's tags, with how many round trips have each."""

import argparse
import json
import sys

from fillbook.cli.database import add_book_arguments, chosen_user, open_database
from fillbook.cli.numbers import counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `tags` takes."""
    add_book_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """List them by name."""
    open_database(options.data)
    from fillbook.storage.words import tags_of, trips_with

    tags = [(tag, trips_with(tag)) for tag in tags_of(chosen_user(options.user))]
    if options.json:
        from fillbook.storage.answers.words import counted_tag_answer

        json.dump({"tags": [counted_tag_answer(tag) for tag, _ in tags]}, sys.stdout, ensure_ascii=False)
        print()
        return 0
    for tag, count in tags:
        print(f"{tag.name}  {counted(count, 'round trip')}")
    if not tags:
        print("There is no tag yet.")
    return 0
