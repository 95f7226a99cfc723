"""The vault: AES-256-GCM with a ring of keys, each sealed text bound to the place it is kept in.

A sealed text is `v1.<key id>.<base64 of nonce and ciphertext>`. Its additional data name table, row and field
("link:<id>:sealed_credential"), so that a ciphertext copied into another row opens there for nobody.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fillbook.vault.keys import check, key_id

_VERSION: Final = "v1"
_NONCE_BYTES: Final = 12


class CannotOpen(Exception):
    """A sealed text that this vault does not open: changed, moved to another row, or sealed with a key it does not have."""


class KeyMissing(CannotOpen):
    """Sealed with a key that this vault does not have; whether the text was changed cannot be said. key: its id."""

    def __init__(self, key: str) -> None:
        super().__init__(f"This was sealed with key {key}, which the vault does not have.")
        self.key = key


class Vault:
    """Seals with the first key, opens with any."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Take the keys, the current one first.

        Raises:
            BadKey: see `keys.check`.
        """
        check(keys)
        self._ring = {key_id(key): AESGCM(key) for key in keys}
        self._marking_key = hashlib.sha256(b"fillbook vault marks\0" + keys[-1]).digest()
        self.current = key_id(keys[0])

    @property
    def keys(self) -> frozenset[str]:
        """Ids of all of them."""
        return frozenset(self._ring)

    def __repr__(self) -> str:
        return f"Vault({', '.join(self._ring)})"

    def seal(self, plain: str, aad: str) -> str:
        """Seal a text for one place. aad: "table:row:field"; the same is needed to open it."""
        if not aad:
            raise ValueError("A sealed text must be bound to its row.")
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._ring[self.current].encrypt(nonce, plain.encode(), aad.encode())
        return f"{_VERSION}.{self.current}.{base64.urlsafe_b64encode(sealed).decode('ascii').rstrip('=')}"

    def open(self, sealed: str, aad: str) -> str:
        """The text again.

        Raises:
            KeyMissing: which key it needs.
            CannotOpen: never says what was wrong beyond that, and holds nothing of the text.
        """
        name, content = _read(sealed)
        if name not in self._ring:
            raise KeyMissing(name)
        try:
            return self._ring[name].decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], aad.encode()).decode()
        except (InvalidTag, ValueError):
            raise CannotOpen("This sealed text was changed or belongs to another row.") from None

    def reseal(self, sealed: str, aad: str) -> str:
        """Seal with the current key what another key sealed; a text that the current key sealed stays as it is.

        Raises:
            CannotOpen: as `open`.
        """
        plain = self.open(sealed, aad)
        return sealed if self.is_current(sealed) else self.seal(plain, aad)

    def is_current(self, sealed: str) -> bool:
        """Whether a sealed text names the current key; it is not opened."""
        return _read(sealed)[0] == self.current

    def mark(self, text: str) -> str:
        """A fixed mark of a secret, by which equal ones are known without keeping them: 64 hexadecimal digits.

        Made with the oldest key of the ring, so that adding a key changes no mark.
        """
        return hmac.new(self._marking_key, text.encode(), hashlib.sha256).hexdigest()


def _read(sealed: str) -> tuple[str, bytes]:
    """(key id, nonce and ciphertext). Only the one spelling that `seal` writes is read."""
    version, _, rest = sealed.partition(".")
    name, _, text = rest.partition(".")
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if version != _VERSION or base64.urlsafe_b64encode(content).decode("ascii").rstrip("=") != text or len(content) <= _NONCE_BYTES:
        raise CannotOpen("This is not a sealed text.")
    return name, content
