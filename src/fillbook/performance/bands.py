"""Bands: numbers of a round trip told in classes, such as a price from 10 to 20, and the choice of one, as it stands in an address.

Every band begins where the one before ends, its own beginning included, so the bands of a kind never overlap and leave nothing between
them. What has no such number (no time of day, no cost) is in the band whose number is None, so that a breakdown is always the whole.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from fillbook.performance.intraday import HOURS, LAST_NUMBER, After, HeldFor, SessionPart, clock_of, held_for, session_of
from fillbook.performance.results import base_cost
from fillbook.performance.summary import fits, to_e8
from fillbook.trades.records import RoundTrip


class Banded(StrEnum):
    """What is told in bands.

    PRICE: average entry price, in the instrument's currency. SIZE: units opened. COST: opening cost and FEES: fees paid, both in the
    currency of the result. The others as `performance.intraday` counts them, by the first opening fill on the exchange's clock; HELD from
    it to the last closing fill.
    """

    PRICE = "price"
    SIZE = "size"
    COST = "cost"
    FEES = "fees"
    HELD = "held"
    HOUR = "hour"
    WEEKDAY = "weekday"
    SESSION = "session"
    NUMBER = "number"
    AFTER = "after"


UNIT_E8: Final = 10**8
BOUNDS: Final[dict[Banded, tuple[int, ...]]] = {
    Banded.PRICE: (1, 5, 10, 20, 50, 100, 200, 500, 1000),
    Banded.SIZE: (1, 10, 100, 500, 1000, 5000, 10_000),
    Banded.COST: (100, 500, 1000, 5000, 10_000, 50_000, 100_000, 1_000_000),
    Banded.FEES: (0, 1, *(whole * UNIT_E8 for whole in (1, 2, 5, 10, 20, 50, 100))),
}
"""Where each band but the first begins; FEES in units of 1e-8, where the first band is a rebate and the second exactly nothing."""
_COUNTS: Final = {
    **{banded: len(bounds) + 1 for banded, bounds in BOUNDS.items()},
    Banded.HELD: len(HeldFor),
    Banded.HOUR: HOURS,
    Banded.WEEKDAY: 7,
    Banded.SESSION: len(SessionPart),
    Banded.NUMBER: LAST_NUMBER + 1,
    Banded.AFTER: len(After),
}
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class Band:
    """One band. number: from 0 in order; None for round trips without the figure."""

    banded: Banded
    number: int | None

    @classmethod
    def read(cls, text: str) -> "Band | None":
        """From an address: `price-3`, `hour-9`, `held-unknown`. None for what cannot be understood."""
        name, _, number = text.partition("-")
        if name not in list(Banded):
            return None
        if number == UNKNOWN:
            return cls(Banded(name), None)
        known = number.isascii() and number.isdigit() and len(number) <= 3 and str(int(number)) == number
        if not known or int(number) >= _COUNTS[Banded(name)] or (name == Banded.NUMBER and number == "0"):
            return None
        return cls(Banded(name), int(number))

    def __str__(self) -> str:
        return f"{self.banded}-{UNKNOWN if self.number is None else self.number}"


def bounds_of(band: Band) -> tuple[int | None, int | None]:
    """(from, before) of a band of `BOUNDS`, None where it has no bound."""
    assert band.number is not None
    bounds = BOUNDS[band.banded]
    least = bounds[band.number - 1] if band.number else None
    return least, bounds[band.number] if band.number < len(bounds) else None


def band_of(banded: Banded, trip: RoundTrip) -> int | None:
    """The number of a round trip's band; None without the figure, and for NUMBER and AFTER, of which a trip alone knows nothing.

    The rule that the database's query must agree with.
    """
    return _RULES[banded](trip) if banded in _RULES else None


def _of_amount(banded: Banded, value: Decimal | None) -> int | None:
    """The band of an amount of PRICE, SIZE or COST."""
    return None if value is None else bisect_right(BOUNDS[banded], value)


def _fees(trip: RoundTrip) -> int | None:
    charges = trip.base_charges if _in_base(trip) and trip.base_charges is not None else trip.charges
    return bisect_right(BOUNDS[Banded.FEES], -to_e8(charges)) if fits(charges) else None


def _cost(trip: RoundTrip) -> int | None:
    return _of_amount(Banded.COST, base_cost(trip) if _in_base(trip) else trip.opening_cost)


def _in_base(trip: RoundTrip) -> bool:
    return trip.base_pnl is not None and trip.base_charges is not None


def _held(trip: RoundTrip) -> int | None:
    if trip.opened_at is None or trip.closed_at is None:
        return None
    return held_for(int((trip.closed_at - trip.opened_at).total_seconds()))


def _clock(trip: RoundTrip) -> int | None:
    return None if trip.begun_at is None else clock_of(trip.begun_at, trip.instrument.exchange)


def _hour(trip: RoundTrip) -> int | None:
    clock = _clock(trip)
    return None if clock is None else clock % HOURS


def _weekday(trip: RoundTrip) -> int | None:
    clock = _clock(trip)
    return None if clock is None else clock // HOURS


_RULES: Final[dict[Banded, Callable[[RoundTrip], int | None]]] = {
    Banded.PRICE: lambda trip: _of_amount(Banded.PRICE, trip.entry_price),
    Banded.SIZE: lambda trip: _of_amount(Banded.SIZE, trip.quantity),
    Banded.COST: _cost,
    Banded.FEES: _fees,
    Banded.HELD: _held,
    Banded.HOUR: _hour,
    Banded.WEEKDAY: _weekday,
    Banded.SESSION: lambda trip: None if trip.begun_at is None else session_of(trip.begun_at, trip.instrument.exchange),
}
