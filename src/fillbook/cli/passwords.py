"""A new password as somebody types it: unseen, twice, and good enough."""

import getpass
import sys
from typing import TYPE_CHECKING

from fillbook.cli.stop import Stop

if TYPE_CHECKING:
    from fillbook.storage.models import User


def asked_password(user: "User") -> str:
    """A password for somebody; without a terminal one line of standard input.

    Raises:
        Stop: the two differ, or it is too weak.
    """
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    password = _ask(user.email)
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise Stop(" ".join(problem.messages)) from None
    return password


def _ask(email: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass(f"New password for {email}: ")
    if getpass.getpass("The same again: ") != password:
        raise Stop("The two passwords are not the same; nothing was changed.")
    return password
