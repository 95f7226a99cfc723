"""What is odd about an account's rows: the findings that matching makes, whatever the broker."""

from collections.abc import Mapping
from typing import Final

from fillbook.ledger.sentences import Sentence, Sentences
from fillbook.ledger.statement import Finding, Severity

NOT_TAKEN: Final = "stated_opening_not_taken"
DISAGREES: Final = "cost_and_pnl_disagree"
OUT_OF_RANGE: Final = "amount_out_of_range"
SENTENCES: Final = Sentences(
    of={
        NOT_TAKEN: Sentence(
            "%(symbol)s: %(units)s units of the opening balance that you stated were left out, because your broker's positions and "
            "fills leave no room for them.",
            "Change or remove what you stated.",
        ),
        DISAGREES: Sentence(
            "%(symbol)s, row %(id)s: the cost %(cost)s and P&L %(pnl)s disagree.",
            "The cost of what it closed was worked out from the realized P&L. An older statement with the purchase settles it.",
        ),
        OUT_OF_RANGE: Sentence("%(symbol)s: a trade was left out, because its amounts are larger than any account's."),
    }
)


def found(severity: Severity, code: str, params: Mapping[str, str]) -> Finding:
    """The finding of that code."""
    return Finding(severity, code, SENTENCES.message(code, params), SENTENCES.remedy(code, params), params)
