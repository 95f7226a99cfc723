"""By what a report breaks round trips down, and which of them one of its rows is about, said as a filter.

A key gives every round trip exactly one value, None where it has none (no time of day, no cost); only tags may overlap or be absent. So
the parts of a breakdown add up to the whole, and `narrowed` leads from each to its round trips.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Final

from fillbook.ledger.instrument import AssetClass
from fillbook.performance.bands import Band, Banded, band_of
from fillbook.performance.filters import Filter, underlying_of
from fillbook.performance.ratings import Rated
from fillbook.trades.records import RoundTrip, Side

Value = str | int | None
"""Of a key: a number for what is told in bands and for accounts, else a text; months as `2026-03`, tags by their key."""


class Key(StrEnum):
    """By what a report breaks down. CURRENCY: of the instrument. MONTH: in which the round trip closed."""

    SYMBOL = "symbol"
    UNDERLYING = "underlying"
    CLASS = "class"
    SIDE = "side"
    TAG = "tag"
    RATING = "rating"
    ACCOUNT = "account"
    CURRENCY = "currency"
    MONTH = "month"
    WEEKDAY = "weekday"
    HOUR = "hour"
    SESSION = "session"
    NUMBER = "number"
    AFTER = "after"
    HELD = "held"
    PRICE = "price"
    SIZE = "size"
    COST = "cost"
    FEES = "fees"


SAID: Final = frozenset({Key.TAG, Key.RATING})
"""Those that the trader says of a round trip, which change without it."""
NAMED: Final = frozenset({Key.SYMBOL, Key.UNDERLYING, Key.TAG})
"""Those that may have thousands of values, in no order of their own."""
TIMED: Final = frozenset({Key.WEEKDAY, Key.HOUR, Key.SESSION, Key.NUMBER, Key.AFTER, Key.HELD})
"""Those of which a source without times of day knows nothing."""


def banded(key: Key) -> Banded | None:
    """As what kind of band a key is told; None for one that is not."""
    return Banded(key.value) if key.value in list(Banded) else None


def value_of(trip: RoundTrip, key: Key) -> Value:
    """The value of a closed round trip; of TAG, RATING, ACCOUNT, NUMBER and AFTER, of which it knows nothing, None."""
    kind = banded(key)
    if kind is not None:
        return band_of(kind, trip)
    if key is Key.MONTH:
        return None if trip.closed_on is None else f"{trip.closed_on:%Y-%m}"
    known = {
        Key.SYMBOL: trip.instrument.symbol.upper(),
        Key.UNDERLYING: underlying_of(trip),
        Key.CLASS: trip.instrument.asset_class.value,
        Key.SIDE: trip.side.value,
        Key.CURRENCY: trip.instrument.currency,
    }
    return known.get(key)


def narrowed(chosen: Filter, key: Key, value: Value) -> Filter | None:
    """The filter that takes those round trips of another one that have a value; None where no filter says that.

    That is so for a symbol that is empty or that no address holds.
    """
    kind = banded(key)
    if kind is not None:
        others = tuple(band for band in chosen.bands if band.banded is not kind)
        return replace(chosen, bands=tuple(sorted((*others, Band(kind, _number(value))), key=lambda band: band.banded)))
    if key is Key.RATING:
        rating = _number(value)
        return replace(chosen, rating=Rated(rating, rating))
    if value is None:
        return replace(chosen, untagged=True) if key is Key.TAG else None
    found = _named(chosen, key, str(value))
    return found if found is not None and Filter.from_query(found.parameters()) == found else None


def _number(value: Value) -> int | None:
    return None if value is None else int(value)


def _named(chosen: Filter, key: Key, value: str) -> Filter | None:
    match key:
        case Key.SYMBOL:
            return replace(chosen, ticker=value) if value else None
        case Key.UNDERLYING:
            return replace(chosen, underlying=value) if value else None
        case Key.CLASS:
            return replace(chosen, asset_class=AssetClass(value))
        case Key.SIDE:
            return replace(chosen, side=Side(value))
        case Key.TAG:
            return replace(chosen, tags=tuple(sorted({*chosen.tags, value})))
        case Key.ACCOUNT:
            return replace(chosen, accounts=(value,))
        case Key.CURRENCY:
            return replace(chosen, traded=value) if value else None
        case _:
            return _month(chosen, value)


def _month(chosen: Filter, value: str) -> Filter:
    """Of a period that begins or ends within the month only that part."""
    year, month = int(value[:4]), int(value[5:])
    first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return replace(
        chosen,
        first=max(first, chosen.first) if chosen.first else first,
        last=min(last, chosen.last) if chosen.last else last,
    )


def in_their_order(values: Iterable[Value]) -> list[Value]:
    """Values as a report lists them: by number or name, months by time, what has none last."""
    return sorted(values, key=lambda value: (value is None, value if isinstance(value, int) else 0, str(value)))
