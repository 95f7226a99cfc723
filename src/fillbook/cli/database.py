"""The database of a command: opened, brought up to date, and the person whose book is meant."""

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from fillbook.cli.stop import Stop

if TYPE_CHECKING:
    from fillbook.storage.models import User


def add_data_argument(parser: argparse.ArgumentParser) -> None:
    """Which data folder."""
    parser.add_argument("--data", type=Path, metavar="DIR", help="the data folder (default: FILLBOOK_DATA, else in your home folder)")


def add_user_argument(parser: argparse.ArgumentParser) -> None:
    """Whose book, where several people use one instance."""
    parser.add_argument("--user", metavar="EMAIL", help="whose book; needed only where several people use this Fillbook")


def add_book_arguments(parser: argparse.ArgumentParser, answer: str = "print one JSON object and nothing else") -> None:
    """Whose book, where it is, and `--json`. answer: what that prints."""
    parser.add_argument("--json", action="store_true", help=answer)
    add_user_argument(parser)
    add_data_argument(parser)


def open_database(data: Path | None) -> None:
    """Make Django ready, with folders, keys and tables as this version needs them.

    Raises:
        Stop: the folder, the keys or the database cannot be used.
    """
    from fillbook.storage import start
    from fillbook.vault.keys import BadKey

    try:
        start.prepare(data)
        logging.getLogger().setLevel(logging.WARNING)  # commands speak for themselves
        _upgrade()
    except (BadKey, start.NewerDatabase) as problem:
        raise Stop(str(problem)) from None
    except OSError as problem:
        raise Stop(f"The data folder cannot be used: {problem}.") from None


def _upgrade() -> None:
    from django.db import OperationalError

    from fillbook.storage import start

    try:
        start.reach()
        start.upgrade()
    except OperationalError as problem:
        first = str(problem).strip().partition("\n")[0]
        raise Stop(f"The database cannot be reached: {first}.") from None


def chosen_user(email: str | None) -> "User":
    """The person whose book is meant: the one named, or the only one there is.

    Raises:
        Stop: there is nobody, nobody of that name, or several.
    """
    from fillbook.storage.models import User

    people = list(User.objects.order_by("pk")[:2]) if email is None else list(User.objects.filter(email=email.strip().lower()))
    if len(people) == 1:
        return people[0]
    if email is not None:
        raise Stop(f"There is no user {email.strip()}.", 2)
    if not people:
        raise Stop("Nobody has been set up yet: run `fillbook serve` and open the page it names.")
    raise Stop("Several people use this Fillbook; say whose book is meant with --user EMAIL.", 2)
