"""Tokens as JSON values; never the token itself."""

from typing import Any

from fillbook.storage.answers.values import iso
from fillbook.storage.models import ApiToken


def token_answer(token: ApiToken) -> dict[str, Any]:
    """One token."""
    return {
        "id": token.pk,
        "name": token.name,
        "begins": token.begins,
        "scopes": token.scopes,
        "created_at": iso(token.created_at),
        "expires_at": iso(token.expires_at),
        "last_used_on": iso(token.last_used_on),
    }
