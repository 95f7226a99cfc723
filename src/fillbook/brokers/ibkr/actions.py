"""What the sentence of a corporate action says: `AAPL(US0378331005) SPLIT 4 FOR 1 (AAPL, APPLE INC, US0378331005)`."""

import re
from decimal import Decimal
from typing import Final

from fillbook.ledger.events import CorporateActionKind
from fillbook.ledger.instrument import Instrument

_NUMBER: Final = r"\d{1,15}(?:\.\d{1,12})?"
_RATIO: Final = re.compile(rf"(?:(\S+)\s+)?({_NUMBER})\s+FOR\s+({_NUMBER})(?![\d.])", re.ASCII | re.IGNORECASE)
_HEAD: Final = re.compile(r"\s*([^\s(]*)\s*\(\s*([A-Z0-9]*)\s*\)", re.ASCII)
_TAIL: Final = re.compile(r"\([^(),]*,([^()]*),\s*([^(),]*)\)$")
_RENAMED: Final = ".OLD"
"""What the broker puts behind the symbol of a contract that another one replaces."""
_CUSIP: Final = 9
_WORDS: Final = (
    ("STOCK DIVIDEND", CorporateActionKind.STOCK_DIVIDEND),
    ("SPINOFF", CorporateActionKind.SPIN_OFF),
    ("SPIN-OFF", CorporateActionKind.SPIN_OFF),
    ("CUSIP/ISIN CHANGE", CorporateActionKind.IDENTIFIER_CHANGE),
    ("TENDERED TO", CorporateActionKind.TENDER),
    ("RIGHTS ISSUE", CorporateActionKind.RIGHTS_ISSUE),
    ("SUBSCRIBES TO", CorporateActionKind.SUBSCRIPTION),
    ("OVER SUBSCRIBE", CorporateActionKind.SUBSCRIPTION),
    ("DELISTED", CorporateActionKind.DELISTING),
    ("MATURITY", CorporateActionKind.MATURITY),
    ("FULL CALL", CorporateActionKind.MATURITY),
    ("CASH DIVIDEND", CorporateActionKind.CASH_DIVIDEND),
    ("MERGED(", CorporateActionKind.MERGER),
    ("MERGER", CorporateActionKind.MERGER),
)


def kind_said_by(sentence: str) -> CorporateActionKind | None:
    """The kind of action by the sentence's own words, for rows without a type; None when it says nothing we know."""
    upper = sentence.upper()
    for words, kind in _WORDS:
        if words in upper:
            return kind
    ratio = _RATIO.search(sentence) if " SPLIT " in upper else None
    if ratio is None:
        return None
    return CorporateActionKind.SPLIT if Decimal(ratio[2]) >= Decimal(ratio[3]) else CorporateActionKind.REVERSE_SPLIT


def ratio_said_by(sentence: str, kind: CorporateActionKind, instrument: Instrument) -> tuple[Decimal, Decimal] | None:
    """(units after, units before) of this leg, None where the sentence gives no ratio or several without saying whose.

    A merger for several securities names a ratio after each: the leg's own is the one that follows its ISIN. A stock dividend of 1 for
    11 makes 12 of 11 when it is paid in the security itself.
    """
    found = [(before or "", Decimal(new), Decimal(old)) for before, new, old in _RATIO.findall(sentence)]
    if len(found) > 1:
        names = {name for name in (instrument.isin, instrument.symbol) if name}
        found = [entry for entry in found if entry[0] in names]
    if len(found) != 1 or not found[0][1] or not found[0][2]:
        return None
    _, new, old = found[0]
    if kind is CorporateActionKind.STOCK_DIVIDEND and _names_itself(sentence, instrument):
        return new + old, old
    return new, old


def name_said_by(sentence: str) -> str:
    """The name in the sentence's last parentheses, `(SYMBOL, NAME, ID)`; "" when it does not end so."""
    tail = _TAIL.search(sentence)
    return tail[1].strip() if tail is not None else ""


def parent_said_by(sentence: str, instrument: Instrument) -> str:
    """ISIN (or whatever id stands there, else the symbol) of the security at the head of the sentence; "" when there is none.

    The leg's own contract id where the leg is that security and its row does not show it: by the id at the sentence's end (a CUSIP is part
    of its ISIN), or by the symbol of a contract that was replaced.
    """
    head, tail = _HEAD.match(sentence), _TAIL.search(sentence)
    if head is None:
        return ""
    named = head[2] or head[1]
    own_id = tail[2].strip() if tail is not None else ""
    is_own = instrument.symbol.endswith(_RENAMED) or (len(own_id) >= _CUSIP and own_id in named)
    return instrument.key if is_own and named not in (instrument.isin, instrument.symbol) else named


def _names_itself(sentence: str, instrument: Instrument) -> bool:
    """Whether the security at the head of the sentence is the leg's own."""
    head = _HEAD.match(sentence)
    return head is not None and (head[1] == instrument.symbol or (bool(instrument.isin) and head[2] == instrument.isin))
