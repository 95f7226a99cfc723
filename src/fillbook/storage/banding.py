"""The keys of reports as SQL: what a round trip's value is, and which round trips are in a band. It agrees with `performance.bands`."""

from collections.abc import Iterable
from typing import Any, Final

from django.db.models import BigIntegerField, Case, CharField, ExpressionWrapper, F, FloatField, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Substr
from django.db.models.lookups import IsNull, LessThan

from fillbook.performance.bands import BOUNDS, Band, Banded, bounds_of
from fillbook.performance.intraday import HOURS, LAST_NUMBER, HeldFor, held_bounds
from fillbook.performance.keys import Key, banded
from fillbook.storage.models import RoundTripRow

_AMOUNT: Final = {Banded.PRICE: "entry_price", Banded.SIZE: "quantity", Banded.COST: "result_cost"}
_NAMED: Final = {Key.SYMBOL: "symbol", Key.CLASS: "asset_class", Key.SIDE: "side", Key.ACCOUNT: "account_id", Key.CURRENCY: "currency"}
_COLUMN: Final = {
    Banded.FEES: "fees_e8",
    Banded.HELD: "holding_seconds",
    Banded.HOUR: "clock",
    Banded.WEEKDAY: "clock",
    Banded.SESSION: "session",
    Banded.NUMBER: "day_number",
    Banded.AFTER: "after",
}
_ANNOTATED: Final = (*_AMOUNT, Banded.FEES)


def value_in(key: Key) -> Any:
    """The value of a key as SQL, NULL for none; TAG and RATING are none that is kept."""
    kind = banded(key)
    if kind is not None:
        return _band(kind)
    if key is Key.UNDERLYING:
        return Case(When(underlying="", then=F("symbol")), default=F("underlying"), output_field=CharField())
    if key is Key.MONTH:
        return Substr(Cast("day", CharField()), 1, 7)
    return F(_NAMED[key])


def in_bands(trips: QuerySet[RoundTripRow], bands: Iterable[Band]) -> QuerySet[RoundTripRow]:
    """Those of round trips that are in every one of the bands."""
    for band in bands:
        if band.number is None:
            trips = trips.filter(**{f"{_AMOUNT.get(band.banded) or _COLUMN[band.banded]}__isnull": True})
        elif band.banded in _ANNOTATED:
            name = f"in_{band.banded}"
            trips = trips.alias(**{name: _compared(band.banded)}).filter(_between(name, *bounds_of(band)))
        else:
            trips = trips.filter(_in_column(band.banded, band.number))
    return trips


def _compared(kind: Banded) -> Any:
    if kind is Banded.FEES:
        return ExpressionWrapper(-F("fees_e8"), BigIntegerField())
    return Cast(_AMOUNT[kind], FloatField())


def _between(name: str, least: int | None, most: int | None) -> Q:
    condition = Q(**{f"{name}__isnull": False})
    if least is not None:
        condition &= Q(**{f"{name}__gte": least})
    return condition if most is None else condition & Q(**{f"{name}__lt": most})


def _in_column(kind: Banded, number: int) -> Q:
    column = _COLUMN[kind]
    match kind:
        case Banded.HOUR:
            return Q(clock__in=[day * HOURS + number for day in range(7)])
        case Banded.WEEKDAY:
            return Q(clock__range=(number * HOURS, number * HOURS + HOURS - 1))
        case Banded.HELD:
            return _between(column, *held_bounds(number))
        case Banded.NUMBER if number == LAST_NUMBER:
            return Q(day_number__gte=LAST_NUMBER)
        case _:
            return Q(**{column: number})


def _band(kind: Banded) -> Any:
    """The number of a band as SQL."""
    column = F(_COLUMN[kind]) if kind in _COLUMN else None
    match kind:
        case Banded.HOUR:
            return ExpressionWrapper(column % Value(HOURS), IntegerField())  # type: ignore[operator]
        case Banded.WEEKDAY:
            return ExpressionWrapper((column - column % Value(HOURS)) / Value(HOURS), IntegerField())  # type: ignore[operator]
        case Banded.NUMBER:
            return _cases(
                column, range(1, LAST_NUMBER + 1)
            )  # not the least of both, which is the last number where PostgreSQL has no other
        case Banded.HELD:
            edges = [most for slot in HeldFor if (most := held_bounds(slot)[1]) is not None]
            return _cases(column, edges)
        case Banded.SESSION | Banded.AFTER:
            return column
        case _:
            return _cases(_compared(kind), BOUNDS[kind])


def _cases(value: Any, edges: Iterable[int]) -> Any:
    """How many edges a value has reached; NULL of NULL."""
    edges = list(edges)
    whens = [When(LessThan(value, edge), then=Value(number)) for number, edge in enumerate(edges)]
    return Case(When(IsNull(value, True), then=Value(None)), *whens, default=Value(len(edges)), output_field=IntegerField())
