"""Numbers, days and moments as JSON values."""

from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from fillbook.ledger.numbers import EXACT, plain
from fillbook.performance.summary import from_e8

_FINE: Final = Decimal("1E-8")


def number(value: Decimal | None) -> str | None:
    """All digits."""
    return None if value is None else plain(value)


def rounded(value: Decimal | None) -> str | None:
    """With eight decimals at most: averages, ratios, percentages."""
    return None if value is None else plain(value.quantize(_FINE, rounding=ROUND_HALF_EVEN, context=EXACT))


def units(value: int | None, scale: int = 1) -> str | None:
    """What is kept in units of 1e-8, times `scale`."""
    return None if value is None else plain(from_e8(value * scale))


def iso(value: date | datetime | None) -> str | None:
    """A day, or a moment with its zone."""
    return None if value is None else value.isoformat()
