"""Keys of the vault: how they are written, read and named.

A key is 32 random bytes, written as URL-safe base64 without padding. A ring is several of them, comma-separated: the first seals, all
of them open. A key's id is made of the key, so that nobody has to keep a list of names.
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from typing import Final

KEY_BYTES: Final = 32
_FEWEST_DIFFERENT: Final = 8


class BadKey(ValueError):
    """A key that is missing, short, or no random bytes at all. The message never holds any of it."""


def generate() -> str:
    """A new key, as written in a key file."""
    return write(secrets.token_bytes(KEY_BYTES))


def write(key: bytes) -> str:
    """The text form of a key."""
    return base64.urlsafe_b64encode(key).decode("ascii").rstrip("=")


def parse(text: str) -> tuple[bytes, ...]:
    """Read a ring: keys separated by commas or white space, the current one first.

    Raises:
        BadKey: there is none, or one of them is not 32 random bytes in base64.
    """
    keys = tuple(_read(word, number) for number, word in enumerate(text.replace(",", " ").split(), 1))
    check(keys)
    return keys


def check(keys: Sequence[bytes]) -> None:
    """Refuse a ring that protects nothing.

    Raises:
        BadKey: no key, a key of another length, a key of hardly any different bytes (all zeros, "aaaa…"), or the same key twice.
    """
    if not keys:
        raise BadKey("There is no key for the vault: set FILLBOOK_VAULT or put the key file back.")
    for number, key in enumerate(keys, 1):
        if len(key) != KEY_BYTES:
            raise BadKey(f"Key {number} of the vault has {len(key)} bytes instead of {KEY_BYTES}.")
        if len(set(key)) < _FEWEST_DIFFERENT:
            raise BadKey(f"Key {number} of the vault is not random.")
    if len(set(keys)) != len(keys):
        raise BadKey("The vault was given the same key twice.")


def key_id(key: bytes) -> str:
    """The name that sealed texts carry: 8 hexadecimal digits, of which nothing about the key can be learned."""
    return hashlib.sha256(b"fillbook vault key id\0" + key).hexdigest()[:8]


def _read(word: str, number: int) -> bytes:
    try:
        return base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadKey(f"Key {number} of the vault is not base64.") from None
