"""What an owner stated of what was held before the history, and what was closed without an opening, as JSON values."""

from collections.abc import Sequence
from typing import Any

from fillbook.ledger.numbers import plain
from fillbook.storage.answers.values import iso
from fillbook.storage.models import BrokerAccount, StatedOpening
from fillbook.storage.openings import openings_of
from fillbook.storage.stating import Statable


def openings_answer(account: BrokerAccount, known: Sequence[Statable]) -> dict[str, Any]:
    """Both of an account. known: its instruments, as `stating.statable` gives them."""
    symbols = {one.instrument.key: one.instrument.symbol for one in known}
    return {
        "account": account.number,
        "id": account.pk,
        "stated": [opening_answer(row, symbols.get(row.instrument_key, row.instrument_key)) for row in openings_of(account)],
        "unmatched": [_unmatched(one) for one in known if one.unmatched],
    }


def opening_answer(row: StatedOpening, symbol: str) -> dict[str, Any]:
    """One opening balance. quantity: + long, - short; cost: of all units, fees included, never negative."""
    return {
        "n": row.pk,
        "instrument": symbol,
        "instrument_id": row.instrument_key,
        "quantity": plain(row.quantity),
        "cost": plain(abs(row.cost_basis)),
        "day": iso(row.opened_on),
    }


def _unmatched(one: Statable) -> dict[str, Any]:
    return {
        "instrument": one.instrument.symbol,
        "instrument_id": one.instrument.key,
        "quantity": plain(one.unmatched),
        "before": iso(one.first),
    }
