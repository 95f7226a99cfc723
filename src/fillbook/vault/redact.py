"""Masking of what looks like a secret in a text meant for people."""

import re
from collections.abc import Iterable
from typing import Final

MASK: Final = "•••"

_PARAMETER: Final = re.compile(
    r"(?i)(?P<name>[?&\"'\s,({]|^)(?P<key>t|q|token|access_token|refresh_token|secret|password|passwd|api_?key|authorization|sealed_credential)"
    r"(?P<equals>[\"']?\s*[=:]\s*[\"']?)(?P<value>[^\s&\"',;)}]{4,})"
)
_BEARER: Final = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}")
_SEALED: Final = re.compile(r"\bv1\.[0-9a-f]{8}\.[A-Za-z0-9_-]{16,}")
_OURS: Final = re.compile(r"\bfb_[0-9A-Za-z]{8,}")
_DIGITS: Final = re.compile(r"(?<![\d.])\d{18,}(?![\d.])")
_USERINFO: Final = re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text with secrets masked.

    Masked are: each of `secrets` as it stands; values of parameters named like secrets (t=, q=, token=, password: …); bearer tokens; sealed
    values; tokens of our own API; passwords in addresses; runs of 18 digits or more, the shape of a broker's token, wherever they stand.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if secret:
            text = text.replace(secret, MASK)
    text = _BEARER.sub(lambda found: f"{found[1]} {MASK}", text)
    text = _PARAMETER.sub(lambda found: f"{found['name']}{found['key']}{found['equals']}{MASK}", text)
    text = _USERINFO.sub(MASK, text)
    return _DIGITS.sub(MASK, _SEALED.sub(MASK, _OURS.sub(MASK, text)))
