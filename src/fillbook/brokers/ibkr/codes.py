"""The codes and words that the broker's fields hold, as far as they are known. What is not here is kept, and told once."""

import re
from typing import Final

_BETWEEN: Final = re.compile(r"[;,\s]+")

CODES: Final = frozenset(
    "A AD Adj ADR AEx AFx Al Aw B Bo C Ca CD CP Co Cx D Ep ETF Ex FP G GEA HC HFI HFR I IA IB IM INV IPO L LD LF LI Lo LT M MEx ML MLG MLL"
    " MSG MSL O P PE PI Po Pr R Ra Rb Re RED Ri RI RP SI SL SO SS ST SY T".split()
)
"""Of Notes/Codes and Code: the broker's own list, and a few that it uses and does not list."""

SIDES: Final = frozenset({"", "-", "BUY", "SELL", "BUY (Ca.)", "SELL (Ca.)"})
LEVELS: Final = frozenset({"", "EXECUTION", "ORDER", "CLOSED_LOT", "WASH_SALE", "SYMBOL_SUMMARY", "ASSET_SUMMARY", "TRADE_TRANSFERS"})
TRANSFER_TYPES: Final = frozenset({"", "ACATS", "ATON", "FOP", "INTERNAL", "INTERCOMPANY", "OTC"})


def codes_of(text: str) -> frozenset[str]:
    """The codes of a list such as `P;IA`, of old statements too, which have commas."""
    return frozenset(_BETWEEN.split(text.strip())) - {"", "-", "--"}
