"""Deleting needs a word that nobody types by chance."""

import sys

from fillbook.cli.stop import Stop


def ask_before_deleting(what: str) -> None:
    """Ask whoever sits at the terminal. what: that is deleted, to follow "This deletes every".

    Raises:
        Stop: the word was not typed, or there is nobody to ask.
    """
    if not sys.stdin.isatty():
        raise Stop("Deleting needs a yes: add --yes, or run it in a terminal. Nothing was changed.")
    print(f"This deletes every {what}.", file=sys.stderr)
    if input("Type delete to go on: ").strip().lower() != "delete":
        raise Stop("Nothing was changed.")
