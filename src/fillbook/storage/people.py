"""Who may sign in. In the browser the first user is made with a one-time code that only who reads the terminal knows, so that nobody takes
over a fresh instance; others, and the first one too where there is no browser, are added on the machine.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import transaction
from django.utils import timezone

from fillbook.storage.models import Instance, SecurityEvent, User

_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without the letters and digits that look alike."""
_GROUPS: Final = 4
_LETTERS: Final = 4


@contextmanager
def alone(person: User) -> Iterator[None]:
    """Nothing else that is done for this person by way of here goes on meanwhile; what fails is undone whole."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=person.pk)  # rows that name them are written meanwhile
        yield


def needs_first_user() -> bool:
    """Whether nobody can sign in yet."""
    return not User.objects.exists()


def issue_setup_code() -> str | None:
    """A new set-up code of 79 random bits, which replaces the one before; only its hash is kept. None when there is a user already."""
    if not needs_first_user():
        return None
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(_GROUPS))
    code = "-".join(groups)
    Instance.load()
    Instance.objects.filter(pk=1).update(setup_code_hash=_hash(code))
    return code


def make_first_user(code: str, email: str, password: str) -> User | None:
    """Make the operator of this instance and use the code up. None when the code is wrong or there is a user already."""
    Instance.load()
    with transaction.atomic():
        instance = Instance.objects.select_for_update().get(pk=1)
        right = hmac.compare_digest(instance.setup_code_hash, _hash(code))
        if not right or not needs_first_user():
            return None
        user = User.objects.create_user(email, password, is_operator=True)
        instance.setup_code_hash = ""
        instance.set_up_at = timezone.now()
        instance.save(update_fields=["setup_code_hash", "set_up_at"])
        SecurityEvent.objects.create(user=user, what="instance_set_up")
    return user


def add_user(email: str, password: str) -> User:
    """Let somebody sign in, with a book of their own; both were checked. The first one is the operator, and the set-up code is used up."""
    Instance.load()
    with transaction.atomic():
        instance = Instance.objects.select_for_update().get(pk=1)
        first = needs_first_user()
        user = User.objects.create_user(email, password, is_operator=first)
        if first:
            instance.setup_code_hash, instance.set_up_at = "", timezone.now()
            instance.save(update_fields=["setup_code_hash", "set_up_at"])
        SecurityEvent.objects.create(user=user, what="instance_set_up" if first else "user_added_on_machine")
    return user


def _hash(code: str) -> str:
    """SHA-256 of the code as it counts: blanks, hyphens and capitals do not."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
