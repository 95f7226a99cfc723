"""The last line of defence for secrets: every line that is logged passes here."""

import logging
from typing import Final

from fillbook.vault.redact import redact

_SECRETS: Final[set[str]] = set()
_SHORTEST: Final = 6


def keep_out_of_logs(secret: str) -> None:
    """Mask this value from now on, whatever it looks like. Values too short to be secrets are left out."""
    if len(secret) >= _SHORTEST:
        _SECRETS.add(secret)


class RedactingFormatter(logging.Formatter):
    """Masks what looks like a secret in the finished line, traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record), tuple(_SECRETS))
