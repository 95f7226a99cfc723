"""How the portal's words, signs and stamps are understood: all that nobody outside knows for certain, in one place.

The names and the order of the fields are known; most of their values are not. So a word is looked up here and nowhere else, an operator
who has seen the real one can add it (settings `zone` and `words`), and whatever is not here makes its row unreadable rather than wrong.
Documents are kept as they came: after a change here, `fillbook rebuild` reads them anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from fillbook.brokers.interface import BrokerConfig

DEFAULT_ZONE: Final = "America/New_York"
"""Of stamps that carry none. Not documented anywhere; `hours` checks it against the trading hours."""


class Word(StrEnum):
    """What a word of the portal means."""

    BUY = "buy"
    SELL = "sell"
    CASH = "cash"
    MARGIN = "margin"
    SHORT = "short"
    CALL = "call"
    PUT = "put"
    OPENS = "opens"
    CLOSES = "closes"
    EXPIRY = "expiry"
    ASSIGNMENT = "assignment"
    EXERCISE = "exercise"
    JOURNAL = "journal"
    TRANSFER = "transfer"
    REVERSE_SPLIT = "reverse_split"
    SPLIT = "split"
    SYMBOL_CHANGE = "symbol_change"
    MERGER = "merger"
    SPIN_OFF = "spin_off"
    STOCK_DIVIDEND = "stock_dividend"
    WITHHOLDING = "withholding"
    IN_LIEU = "in_lieu"
    DIVIDEND = "dividend"
    INTEREST = "interest"
    FEE = "fee"
    DEPOSIT = "deposit"
    ADJUSTMENT = "adjustment"


CODES: Final[Mapping[str, Word]] = {
    "BUY": Word.BUY, "B": Word.BUY, "BOUGHT": Word.BUY, "BUY TO COVER": Word.BUY, "YOU BOUGHT": Word.BUY,
    "SELL": Word.SELL, "S": Word.SELL, "SOLD": Word.SELL, "SELL SHORT": Word.SELL, "YOU SOLD": Word.SELL,
    "CASH": Word.CASH, "1": Word.CASH, "MARGIN": Word.MARGIN, "2": Word.MARGIN, "SHORT": Word.SHORT, "3": Word.SHORT,
    "CALL": Word.CALL, "C": Word.CALL, "PUT": Word.PUT, "P": Word.PUT,
}  # fmt: skip
"""Values of fields that hold a code: tradeAction, accountType, optionType."""

PHRASES: Final[tuple[tuple[str, Word], ...]] = (
    ("TFR FROM TYPE", Word.JOURNAL), ("TFR TO TYPE", Word.JOURNAL), ("XFER CASH TO MARGIN", Word.JOURNAL),
    ("XFER MARGIN TO CASH", Word.JOURNAL),
    ("ACAT", Word.TRANSFER), ("ACCOUNT TRANSFER", Word.TRANSFER),
    ("ASSIGN", Word.ASSIGNMENT), ("EXERCIS", Word.EXERCISE), ("EXPIR", Word.EXPIRY),
    ("REVERSE SPLIT", Word.REVERSE_SPLIT), ("STOCK SPLIT", Word.SPLIT), ("FORWARD SPLIT", Word.SPLIT),
    ("STOCK DIV", Word.STOCK_DIVIDEND), ("SPIN", Word.SPIN_OFF), ("MERGER", Word.MERGER),
    ("SYMBOL CHANGE", Word.SYMBOL_CHANGE), ("NAME CHANGE", Word.SYMBOL_CHANGE), ("CUSIP CHANGE", Word.SYMBOL_CHANGE),
)  # fmt: skip
"""Pieces of text that tell what moved a position; the first that is found counts."""

MONEY: Final[tuple[tuple[str, Word], ...]] = (
    ("XFER CASH TO MARGIN", Word.JOURNAL), ("XFER MARGIN TO CASH", Word.JOURNAL), ("TFR FROM TYPE", Word.JOURNAL),
    ("TFR TO TYPE", Word.JOURNAL),
    ("IN LIEU", Word.IN_LIEU), ("WITHH", Word.WITHHOLDING), ("W/H", Word.WITHHOLDING), ("NRA TAX", Word.WITHHOLDING),
    ("DIVIDEND", Word.DIVIDEND), ("DIV ", Word.DIVIDEND), ("LENDING", Word.INTEREST), ("INTEREST", Word.INTEREST), ("INT ", Word.INTEREST),
    ("FEE", Word.FEE), ("CHARGE", Word.FEE),
    ("ACH", Word.DEPOSIT), ("WIRE", Word.DEPOSIT), ("DEPOSIT", Word.DEPOSIT), ("DISBURSEMENT", Word.DEPOSIT), ("WITHDRAW", Word.DEPOSIT),
    ("CHECK", Word.DEPOSIT), ("ACAT", Word.DEPOSIT), ("TRANSFER", Word.DEPOSIT), ("ADJUSTMENT", Word.ADJUSTMENT),
)  # fmt: skip
"""Pieces of text that tell why money moved."""

CONTRACT: Final[tuple[tuple[str, Word], ...]] = (
    ("OPENING CONTRACT", Word.OPENS), ("OPEN CONTRACT", Word.OPENS), ("CLOSING CONTRACT", Word.CLOSES), ("CLOSE CONTRACT", Word.CLOSES),
)  # fmt: skip
"""What confirmations print about options."""

SHORT_SALE: Final = ("SHORT", "SHORT.", "SHORT SALE", "SELL SHORT")
"""Lines of a trailer that mark a short sale."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The words above with what the operator added. zone: of stamps without one."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(DEFAULT_ZONE))
    added: Mapping[str, Word] = field(default_factory=dict)

    @classmethod
    def of(cls, config: BrokerConfig) -> "Reading":
        """With the operator's settings; a line of `words` that says nothing is passed over."""
        zone = config.values.get("zone") or DEFAULT_ZONE
        return cls(ZoneInfo(zone), dict(_added(config.values.get("words", ""))))

    def code(self, text: str) -> Word | None:
        """What a code means."""
        wanted = text.strip().upper()
        return self.added.get(wanted) or CODES.get(wanted)

    def phrase(self, text: str, known: tuple[tuple[str, Word], ...] = PHRASES) -> Word | None:
        """The first known piece of text that is in this one; what the operator added comes first."""
        upper = text.upper()
        return next((word for piece, word in (*self.added.items(), *known) if piece in upper), None)


def _added(text: str) -> list[tuple[str, Word]]:
    """`BOT = buy; SLD = sell` as pairs."""
    pairs = (part.partition("=") for part in text.split(";"))
    meanings = {word.value: word for word in Word}
    return [(piece.strip().upper(), meanings[name.strip().lower()]) for piece, _, name in pairs if name.strip().lower() in meanings]
