"""`fillbook passwd`: a new password for who forgot theirs. Whoever can run this on the machine holds the data anyway."""

import argparse
import getpass
import sys

from fillbook.cli.database import add_data_argument, chosen_user, open_database
from fillbook.cli.stop import Stop


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `passwd` takes."""
    parser.add_argument("user", nargs="?", metavar="EMAIL", help="whose password; needed only where several people use this Fillbook")
    add_data_argument(parser)
    parser.epilog = "The password is asked for and never shown; without a terminal it is read as one line from standard input."


def run(options: argparse.Namespace) -> int:
    """Ask for the new password, check it, set it; the user's sessions end."""
    open_database(options.data)
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from fillbook.storage.models import SecurityEvent

    user = chosen_user(options.user)
    password = _ask(user.email)
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise Stop(" ".join(problem.messages)) from None
    user.set_password(password)
    user.save(update_fields=["password"])
    SecurityEvent.objects.create(user=user, what="password_set_on_machine")
    print(f"{user.email} has a new password. Sessions that were open have ended.")
    return 0


def _ask(email: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass(f"New password for {email}: ")
    if getpass.getpass("The same again: ") != password:
        raise Stop("The two passwords are not the same; nothing was changed.")
    return password
