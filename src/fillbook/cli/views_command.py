"""`fillbook views`: your saved views by name."""

import argparse

from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import Column, add_reading_arguments, print_json, print_table, words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `views` takes."""
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """List them."""
    open_database(options.data)
    from fillbook.storage.access import views_of
    from fillbook.storage.answers.words import view_answer

    found = [view_answer(view) for view in views_of(chosen_user(options.user))]
    if options.json:
        print_json({"items": found})
        return 0
    columns: list[Column] = [
        ("name", "view", words),
        ("query", "filter", words),
        ("is_default", "pages begin with it", lambda on: "yes" if on else ""),
    ]
    print_table(found, columns, "There is no saved view yet.", left=3)
    return 0
