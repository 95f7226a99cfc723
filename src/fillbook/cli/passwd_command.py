"""`fillbook passwd`: a new password for who forgot theirs. Whoever can run this on the machine holds the data anyway."""

import argparse

from fillbook.cli.database import add_data_argument, chosen_user, open_database
from fillbook.cli.passwords import asked_password


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `passwd` takes."""
    parser.add_argument("user", nargs="?", metavar="EMAIL", help="whose password; needed only where several people use this Fillbook")
    add_data_argument(parser)
    parser.epilog = "The password is asked for and never shown; without a terminal it is read as one line from standard input."


def run(options: argparse.Namespace) -> int:
    """Ask for the new password, check it, set it; the user's sessions end."""
    open_database(options.data)
    from fillbook.storage.models import SecurityEvent

    user = chosen_user(options.user)
    user.set_password(asked_password(user))
    user.save(update_fields=["password"])
    SecurityEvent.objects.create(user=user, what="password_set_on_machine")
    print(f"{user.email} has a new password. Sessions that were open have ended.")
    return 0
