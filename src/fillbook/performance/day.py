"""One trading day, fill by fill: what each closing fill realized, and the running sum.

The day page goes by fill, the calendar by round trip: a position closed in parts on two days is realized on both here, and counted whole
on the second one there. Everything in the base currency.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import accumulate

from fillbook.ledger.numbers import EXACT, ZERO


@dataclass(frozen=True, slots=True)
class Realized:
    """What one fill realized. at: None where the source gives no time of day. net: after fees, in the base currency, None for unknown."""

    at: datetime | None
    net: Decimal | None


def in_base(pnl: Decimal | None, rate: Decimal | None) -> Decimal | None:
    """P&L of a fill in the base currency, at that fill's own rate; None when either is unknown."""
    return None if pnl is None or rate is None else EXACT.multiply(pnl, rate)


def day_curve(fills: Sequence[Realized]) -> tuple[Decimal, ...]:
    """The running sum of `net` after each fill, from 0; an unknown one adds nothing. As many as there are fills, in their order."""
    return tuple(accumulate((fill.net or ZERO for fill in fills), EXACT.add, initial=ZERO))[1:]


def low_and_high(curve: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """(lowest, highest) value of a day's curve, its start at 0 included."""
    return min((ZERO, *curve)), max((ZERO, *curve))
