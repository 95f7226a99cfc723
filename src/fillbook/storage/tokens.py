"""Personal tokens for the API: made, recognised, revoked. A token is shown once, when it is made; only its hash is kept.

A token is `fb_`, 43 characters that stand for 256 random bits, and six more that are a checksum: one that was cut short or mistyped is
known as such without asking the database, and a scanner for secrets finds one that lies where it should not.
"""

import hashlib
import re
import secrets
import zlib
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from typing import Final

from django.db import OperationalError, transaction
from django.utils import timezone

from fillbook.storage.models import ApiToken, SecurityEvent, User

PREFIX: Final = "fb_"
USUAL_DAYS: Final = 90
MOST_DAYS: Final = 366
MOST: Final = 50
"""As many tokens as one person can keep apart."""
LONGEST_NAME: Final = 60
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SECRET: Final = 43
_CHECK: Final = 6
_SHOWN: Final = 7
_SHAPE: Final = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{_SECRET + _CHECK}}}", re.ASCII)


class Scope(StrEnum):
    """What a token may do. READ: everything that the pages show. WORDS: write notes, tags, plans, campaigns and saved views, cut and join
    trades, state opening balances, put notices away. SYNC: fetch now, and earlier years.
    """

    READ = "read"
    WORDS = "words"
    SYNC = "sync"


class CannotMake(Exception):
    """A token was not made; field: what is wrong with the wish (name, scopes, days), the message says how to mend it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def make_token(owner: User, name: str, scopes: list[str], days: int = USUAL_DAYS) -> tuple[ApiToken, str]:
    """A new token and its text, which nobody can ask for again.

    Args:
        owner: whose.
        name: what its owner calls it, at most 60 characters.
        scopes: names of `Scope`; `read` is always among what it gets, since what is written is answered.
        days: how long it works, 1 to 366.

    Raises:
        CannotMake: one of these cannot be, or there are too many tokens.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise CannotMake("name", f"A token needs a name of at most {LONGEST_NAME} characters.")
    unknown = sorted(set(scopes) - set(Scope))
    if unknown:
        raise CannotMake("scopes", f"There is no scope {unknown[0]}; the scopes are {', '.join(Scope)}.")
    if not 1 <= days <= MOST_DAYS:
        raise CannotMake("days", f"A token works for 1 to {MOST_DAYS} days.")
    text = _new()
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)
        if ApiToken.objects.filter(owner=owner).count() >= MOST:
            raise CannotMake("name", f"There are {MOST} tokens already; revoke one first.")
        now = timezone.now()
        token = ApiToken.objects.create(
            owner=owner,
            name=name,
            digest=_digest(text),
            begins=text[:_SHOWN],
            scopes=sorted({*scopes, Scope.READ}),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        SecurityEvent.objects.create(user=owner, what="token_made", detail={"name": name, "scopes": token.scopes})
    return token, text


def token_of(text: str) -> ApiToken | None:
    """The token that a text is, with its owner; None for anything else, and for one that has expired or whose owner may not sign in."""
    if not is_token(text):
        return None
    found = ApiToken.objects.filter(digest=_digest(text)).select_related("owner").first()
    if found is None or found.expires_at <= timezone.now() or not found.owner.is_active:
        return None
    return found


def is_token(text: str) -> bool:
    """Whether a text is a token of some Fillbook, as its checksum tells."""
    return _SHAPE.fullmatch(text) is not None and text[-_CHECK:] == _check(text[:-_CHECK])


def note_use(token: ApiToken) -> None:
    """Remember the day; where the database is written to for long, as by a first import, the next use does."""
    today = timezone.now().date()
    if token.last_used_on != today:
        with suppress(OperationalError):
            ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)


def revoke(token: ApiToken) -> None:
    """It works no more, from this moment."""
    with transaction.atomic():
        SecurityEvent.objects.create(user=token.owner, what="token_revoked", detail={"name": token.name})
        token.delete()


def _new() -> str:
    begun = PREFIX + _written(secrets.randbits(256), _SECRET)
    return begun + _check(begun)


def _check(begun: str) -> str:
    return _written(zlib.crc32(begun.encode()), _CHECK)


def _written(number: int, width: int) -> str:
    letters = []
    for _ in range(width):
        number, digit = divmod(number, len(_DIGITS))
        letters.append(_DIGITS[digit])
    return "".join(reversed(letters))


def _digest(text: str) -> str:
    """No slow hash: 256 random bits are not guessed."""
    return hashlib.sha256(text.encode()).hexdigest()
