"""A column of values as bytes and back: whole numbers, doubles, amounts and names, in as little as holds them, exactly.

The first letter says how the rest is to be read. Bytes are little-endian whatever the machine.
"""

import json
import sys
from array import array
from collections.abc import Sequence
from decimal import Decimal
from sys import intern
from typing import Any, Final

from fillbook.ledger.numbers import EXACT

SCALE: Final = 18
"""Decimals that an amount has at most; it is read as whole units of so many."""
_WIDTHS: Final = {"b": 8, "h": 16, "i": 32, "q": 64}
_DOUBLES: Final = "d"
_ALIKE: Final = "="
_TEXT: Final = "t"


def pack_whole(values: Sequence[int | None]) -> bytes:
    """Whole numbers of any size. In place of None stands the lowest number that the width holds."""
    if len(set(values)) == 1:
        return (_ALIKE + json.dumps([values[0], len(values)])).encode()
    known = [value for value in values if value is not None]
    least, most = min(known), max(known)
    width = next((name for name, bits in _WIDTHS.items() if -(1 << bits - 1) < least and most < 1 << bits - 1), None)
    if width is None:
        return (_TEXT + json.dumps(values)).encode()
    if len(known) == len(values):
        return width.encode() + _bytes(array(width, known))
    return width.upper().encode() + _bytes(array(width, [_none(width) if value is None else value for value in values]))


def unpack_whole(data: bytes) -> list[Any]:
    """What `pack_whole` was given."""
    how = chr(data[0])
    if how == _ALIKE:
        value, count = json.loads(data[1:])
        return [value] * count
    if how == _TEXT:
        found: list[Any] = json.loads(data[1:])
        return found
    width = how.lower()
    values = _array(width, data[1:]).tolist()
    if how == width:
        return values
    none = _none(width)
    return [None if value == none else value for value in values]


def pack_doubles(values: Sequence[float]) -> bytes:
    """Doubles."""
    return _bytes(array(_DOUBLES, values))


def unpack_doubles(data: bytes) -> list[float]:
    """What `pack_doubles` was given."""
    return _array(_DOUBLES, data).tolist()


def pack_amounts(values: Sequence[Decimal]) -> bytes:
    """Amounts of up to 18 decimals, as whole units of the finest of them."""
    scale = max((-int(value.as_tuple().exponent) for value in values), default=0)
    scale = max(scale, 0)
    return bytes([scale]) + pack_whole([int(value.scaleb(scale, context=EXACT)) for value in values])


def unpack_amounts(data: bytes) -> list[int]:
    """What `pack_amounts` was given, in units of 1e-18."""
    factor = 10 ** (SCALE - data[0])
    return [value * factor for value in unpack_whole(data[1:])]


def pack_names(values: Sequence[str]) -> bytes:
    """Texts, of which many are the same."""
    names = list(dict.fromkeys(values))
    places = {name: place for place, name in enumerate(names)}
    listed = json.dumps(names).encode()
    return len(listed).to_bytes(4, "little") + listed + pack_whole([places[value] for value in values])


def unpack_names(data: bytes) -> list[str]:
    """What `pack_names` was given."""
    ends = 4 + int.from_bytes(data[:4], "little")
    names = [intern(name) for name in json.loads(data[4:ends])]  # one object for equal names of all months, which compare at once
    places = unpack_whole(data[ends:])
    return list(map(names.__getitem__, places)) if len(names) > 1 else names * len(places)


def _none(width: str) -> int:
    return -(1 << _WIDTHS[width] - 1)


def _bytes(values: "array[Any]") -> bytes:
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def _array(width: str, data: bytes) -> "array[Any]":
    values = array(width, data)
    if sys.byteorder == "big":
        values.byteswap()
    return values
