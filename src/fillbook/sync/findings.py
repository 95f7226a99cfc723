"""What a sync finds by itself, whatever the broker."""

from collections.abc import Sequence
from typing import Final

from fillbook.ledger.sentences import Sentence, Sentences
from fillbook.ledger.statement import Finding, Severity

_EXTRA: Final = "extra_accounts"
SENTENCES: Final = Sentences(
    of={
        _EXTRA: Sentence(
            "The statement also holds accounts %(accounts)s, which this link is not about; they were left out.",
            "To follow them too, link each with a query of its own.",
            "The statement also holds account %(accounts)s, which this link is not about; it was left out.",
        )
    }
)


def extra_accounts(numbers: Sequence[str]) -> Finding:
    """A link's document speaks of accounts that the link is not about."""
    params = {"accounts": ", ".join(numbers), "count": str(len(numbers))}
    return Finding(Severity.NOTE, _EXTRA, SENTENCES.message(_EXTRA, params), SENTENCES.remedy(_EXTRA, params), params)
