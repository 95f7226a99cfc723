"""`fillbook users`: who may sign in here, and somebody more. Whoever can run this on the machine holds the data anyway."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from fillbook.cli.database import add_data_argument, open_database
from fillbook.cli.passwords import asked_password
from fillbook.cli.stop import Stop

if TYPE_CHECKING:
    from fillbook.storage.models import User


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `users` takes."""
    parser.add_argument(
        "--add",
        metavar="EMAIL",
        help="let somebody sign in, with a book of their own; the first one runs this instance",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    add_data_argument(parser)
    parser.epilog = "The new password is asked for and never shown; without a terminal it is read as one line from standard input."


def run(options: argparse.Namespace) -> int:
    """List them, after adding one where that is asked for."""
    open_database(options.data)
    from fillbook.storage.models import User

    if options.add:
        added = _add(options.add)
        whose = ", as the operator of this instance" if added.is_operator else ""
        print(f"{added.email} can sign in now{whose}, and change the password under Settings.", file=sys.stderr)
    found = [{"email": user.email, "operator": user.is_operator} for user in User.objects.order_by("email")]
    if options.json:
        json.dump({"users": found}, sys.stdout, ensure_ascii=False)
        print()
        return 0
    for one in found:
        print(f"{one['email']}{'  operator' if one['operator'] else ''}")
    if not found:
        print("Nobody has been set up yet: run `fillbook serve` and open the page it names, or add the first user with --add EMAIL.")
    return 0


def _add(typed: str) -> "User":
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from fillbook.storage.models import User
    from fillbook.storage.people import add_user

    email = typed.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Stop(f"{typed} is no e-mail address.", 2) from None
    if User.objects.filter(email=email).exists():
        raise Stop(f"{email} can sign in already.", 2)
    return add_user(email, asked_password(User(email=email)))
