"""The document that is kept of an answer: its rows as they came, the account and days they were asked for, without the holder's name.

The answer itself is a bare list that says neither whose it is nor for which days; an empty one says nothing at all. One row stands on one
line, so that a figure leads back to its place.
"""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from fillbook.brokers.apex.replies import written
from fillbook.brokers.apex.sentences import ERRORS
from fillbook.brokers.interface import StatementUnreadable
from fillbook.ledger.statement import DateRange

SOURCE: Final = "apex-portal-activities"
PERSONAL: Final = frozenset({"accounttitle"})
"""Fields, in lower case, that name the holder of the account."""
_HEAD: Final = f'{{"source":"{SOURCE}"'


@dataclass(frozen=True, slots=True)
class Envelope:
    """What was asked for, and the rows that came. places: byte offset of each row."""

    account: str
    days: DateRange
    rows: list[Any]
    places: list[int]


def seal(account: str, days: DateRange, rows: list[dict[str, Any]]) -> bytes:
    """The document to keep."""
    head = f'{_HEAD},"account":{json.dumps(account)},"first":"{days.first}","last":"{days.last}","rows":['
    kept = [written({name: value for name, value in row.items() if name.lower() not in PERSONAL}) for row in rows]
    return "\n".join([head, ",\n".join(kept), "]}"]).encode()


def recognize(head: bytes) -> bool:
    """Whether a document begins like one of ours."""
    return head.lstrip()[: len(_HEAD)] == _HEAD.encode()


def unseal(data: bytes) -> Envelope:
    """Read a kept document; numbers come as exact decimals.

    Raises:
        StatementUnreadable: it is none, or was cut.
    """
    unknown = StatementUnreadable.of(ERRORS, "not_activities")
    try:
        found = json.loads(data, parse_float=Decimal, parse_int=Decimal, parse_constant=str)
        source, account, rows = found["source"], str(found["account"]), list(found["rows"])
        days = DateRange(date.fromisoformat(found["first"]), date.fromisoformat(found["last"]))
    except json.JSONDecodeError as problem:
        raise StatementUnreadable.of(ERRORS, "damaged", problem.pos, line=problem.lineno, column=problem.colno) from None
    except (KeyError, TypeError, ValueError, RecursionError):
        raise unknown from None
    if source != SOURCE:
        raise unknown
    return Envelope(account, days, rows, _places(data, len(rows)))


def _places(data: bytes, count: int) -> list[int]:
    """Where each row begins; nowhere in particular when the document was not written by `seal`."""
    places: list[int] = []
    at = 0
    for line in data.splitlines(keepends=True):
        if places or at:
            places.append(at)
        at += len(line)
    return places[:count] if len(places) == count + 1 else [0] * count
