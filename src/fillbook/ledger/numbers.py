"""Exact numbers: the one decimal context, reading and rounding.

Money never passes through a binary float. Sums and products run in `EXACT` (60 digits: Python's default of 28 rounds sums of
18-decimal money); a stored amount holds 18 decimals.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Final

EXACT: Final = Context(prec=60, rounding=ROUND_HALF_EVEN)
"""The context of every computation in the core."""

STORED: Final = Decimal("1E-18")
"""The smallest unit that an amount, quantity or price is stored with."""

ZERO: Final = Decimal(0)

_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,20}(?:\.\d{0,18})?|\.\d{1,18})(?:E[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE)


class NotANumber(ValueError):
    """A text that should be a finite decimal number and is not."""


@contextmanager
def exact() -> Iterator[None]:
    """Compute in the `EXACT` context; decimal contexts belong to a thread, so each public entry of the core enters it."""
    with localcontext(EXACT):
        yield


def read_number(text: str) -> Decimal:
    """Read a plain ASCII decimal of at most 20 digits before the point and 18 after.

    Raises:
        NotANumber: for NaN, infinities, digit separators, other scripts' digits, and anything longer.
    """
    if not _NUMBER.fullmatch(text):
        raise NotANumber(text[:40])
    return Decimal(text)


def stored(value: Decimal) -> Decimal:
    """Round to the 18 decimals that both databases hold, half to even."""
    return value.quantize(STORED, context=EXACT)


def share(total: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """The part of `total` that falls on `part` of `whole` units, rounded half-even to 18 decimals.

    The caller keeps `total - share(...)` for the rest, so nothing is lost.
    """
    if part == whole:
        return total
    return EXACT.quantize(EXACT.divide(EXACT.multiply(total, part), whole), STORED)


def decimals_of(value: Decimal) -> int:
    """Number of decimals a figure is printed with: `Decimal("12.50")` has 2, `Decimal("1E+2")` has 0."""
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def plain(value: Decimal) -> str:
    """Shortest plain text without exponent or trailing zeros: `"0"`, `"-1.5"`, `"1200"`."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
