"""What a broker sent of one fact: the bytes of its row, and the fields within them."""

import re
from typing import Any, Final

from fillbook.storage.answers.values import iso
from fillbook.storage.models import PositionRow, StatedRow
from fillbook.storage.raw import raw_element

_ATTRIBUTE: Final = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def sent_text(row: StatedRow | PositionRow) -> str:
    """A row's bytes out of the statement that brought it, as a text."""
    return raw_element(row.raw, row.place).decode("utf-8", "replace")


def fields_in(text: str) -> tuple[tuple[str, str], ...]:
    """(name, value) of a row's attributes that are not empty; none where it has no attributes."""
    return tuple((name, double or single) for name, double, single in _ATTRIBUTE.findall(text) if double or single)


def sent_answer(row: StatedRow | PositionRow) -> dict[str, Any]:
    """The row as it came, byte for byte, and where from."""
    text = sent_text(row)
    return {
        "text": text,
        "fields": [{"name": name, "value": value} for name, value in fields_in(text)],
        "statement": row.raw_id,
        "received_at": iso(row.raw.received_at),
        "file_name": row.raw.file_name or None,
    }
