"""The account id as people type it, and as the portal's addresses want it."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from fillbook.brokers.apex.sentences import FORM

LENGTHS: Final = range(5, 13)
_FIRM: Final = re.compile(r"\d{2}-")
_USUAL: Final = re.compile(r"[0-9][A-Z0-9]{2}[0-9]{5}")


@dataclass(frozen=True, slots=True)
class AccountId:
    """What was typed, made fit. problem: why it is none, in one sentence; "" when it may be one. notes: what was changed or is unusual."""

    number: str
    notes: tuple[str, ...] = ()
    problem: str = ""


def account_id(typed: str) -> AccountId:
    """Read an account id: spaces and dashes are cut, and the firm's number in front (10-), which the portal shows and its data do not."""
    text = "".join(char for char in typed if not char.isspace() and unicodedata.category(char) not in {"Cf", "Cc"}).upper()
    if not text:
        return AccountId("", problem=FORM["nothing"])
    notes = []
    firm = _FIRM.match(text)
    if firm and len(text) > firm.end():
        notes.append(FORM["firm_cut"] % {"firm": firm[0]})
        text = text[firm.end() :]
    if "-" in text:
        notes.append(FORM["dashes_cut"])
        text = text.replace("-", "")
    if not (text.isascii() and text.isalnum()):
        return AccountId("", problem=FORM["other_signs"])
    if len(text) not in LENGTHS:
        return AccountId("", problem=FORM["length"])
    if not _USUAL.fullmatch(text):
        notes.append(FORM["unusual"])
    return AccountId(text, tuple(notes))
