"""Something looks wrong: the rows, lots and both figures in question without names or secrets, for whoever looks into it."""

import json
from collections.abc import Iterable
from typing import Any, Final

from fillbook import __version__
from fillbook.storage.books import load_book
from fillbook.storage.derive import settings_of
from fillbook.storage.models import BrokerAccount
from fillbook.trades.evidence import evidence, redacted

_SHORTEST: Final = 6
"""Shorter names say little, and would be found within other words."""


def evidence_of(account: BrokerAccount, instruments: Iterable[str] | None = None) -> dict[str, Any]:
    """Everything of an account, or of the instruments with these contract ids and what their lots came from or went to."""
    chosen = settings_of(account)
    read_with = {
        "grouping": chosen.grouping.value,
        "matching": chosen.method.value,
        "assignment": chosen.assignment.value,
        "forex": chosen.forex,
    }
    text = json.dumps({"fillbook": __version__, "settings": read_with, **evidence(load_book(account), instruments)}, ensure_ascii=False)
    for hidden in (account.number, account.alias):  # an id of the broker's may have been made of it
        if len(hidden) >= _SHORTEST:
            text = text.replace(json.dumps(hidden, ensure_ascii=False)[1:-1], redacted(hidden))
    found: dict[str, Any] = json.loads(text)
    return found
