"""Round trips as columns, kept a month at a time: a report goes through all of them, and reads a few hundred pieces instead of each row.

Kept are the closed round trips that count and whose result is known, in closing order, whatever the trader says of them: tags, ratings and
results in R change without the trades and are looked up by `pk`. They are made again with the day totals, for the months in which something
is otherwise than before.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any, Final, NamedTuple

from django.db.models import Case, F, FloatField, IntegerField, QuerySet, When
from django.db.models.functions import Cast, Coalesce

from fillbook.ledger.instrument import AssetClass
from fillbook.performance.keys import Key
from fillbook.performance.summary import units_e8
from fillbook.storage import packed
from fillbook.storage.banding import value_in
from fillbook.storage.bulk import insert
from fillbook.storage.choosing import in_order
from fillbook.storage.keytotals import sums_of
from fillbook.storage.models import BrokerAccount, RoundTripRow, TripColumn

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNIT: Final = timedelta(microseconds=1)
_AT_ONCE: Final = 5000

Columns = dict[str, list[Any]]
"""Name -> values, all of one length, in closing order."""
Piece = tuple[int, date, str, bytes]
"""A column of an account's month: the account's number, the first of the month, the name, the values packed."""


class _Kind(NamedTuple):
    """How a column is written and read."""

    pack: Callable[[Sequence[Any]], bytes]
    unpack: Callable[[bytes], list[Any]]


def _moments(values: Sequence[datetime | None]) -> bytes:
    return packed.pack_whole([None if value is None else (value - _BEGINNING) // _UNIT for value in values])


def _days(values: Sequence[date]) -> bytes:
    return packed.pack_whole([value.day for value in values])


def _units(values: Sequence[Decimal]) -> bytes:
    return packed.pack_whole([units_e8(value) for value in values])


_WHOLE: Final = _Kind(packed.pack_whole, packed.unpack_whole)
_NAME: Final = _Kind(packed.pack_names, packed.unpack_names)
_DOUBLE: Final = _Kind(packed.pack_doubles, packed.unpack_doubles)
_UNITS: Final = _Kind(_units, packed.unpack_whole)
_AMOUNT: Final = _Kind(packed.pack_amounts, packed.unpack_amounts)
_MOMENT: Final = _Kind(_moments, packed.unpack_whole)
_DAY: Final = _Kind(_days, packed.unpack_whole)
_BANDS: Final = (
    Key.PRICE, Key.SIZE, Key.COST, Key.FEES, Key.HELD, Key.HOUR, Key.WEEKDAY, Key.SESSION, Key.NUMBER, Key.AFTER,
)  # fmt: skip
_NAMES: Final = (Key.SYMBOL, Key.UNDERLYING, Key.CLASS, Key.SIDE, Key.CURRENCY)
_SOURCES: Final[dict[str, tuple[_Kind, Any]]] = {
    "pk": (_WHOLE, F("pk")),
    "key": (_NAME, F("key")),
    "on": (_DAY, F("day")),
    "moment": (_MOMENT, F("closed_at")),
    "opened": (_MOMENT, F("opened_at")),
    "money": (_NAME, F("result_currency")),
    "net": (_WHOLE, F("net_e8")),
    "charges": (_WHOLE, F("fees_e8")),
    "gain": (_WHOLE, F("gain_e8")),
    "outlay": (_DOUBLE, Coalesce(Cast("result_cost", FloatField()), 0.0)),
    "seconds": (_WHOLE, F("holding_seconds")),
    "outcome": (_NAME, F("outcome")),
    "forex": (_WHOLE, Case(When(asset_class=AssetClass.FOREX.value, then=1), default=0, output_field=IntegerField())),
    "own": (_UNITS, F("realized_pnl")),
    "own_fees": (_UNITS, F("charges")),
    "own_outlay": (_DOUBLE, Coalesce(Cast("opening_cost", FloatField()), 0.0)),
    "own_net": (_AMOUNT, F("realized_pnl")),
    "own_charges": (_AMOUNT, F("charges")),
    **{f"by_{key}": (_NAME, value_in(key)) for key in _NAMES},
    **{f"by_{key}": (_WHOLE, value_in(key)) for key in _BANDS},
}
"""Every column that is kept.

on: day of the month. moment, opened: closing and opening time in microseconds since 1970. money: currency of the result; net, charges,
gain: of it, in 1e-8; outlay: opening cost as a double, 0 for none. forex: 1 for a currency pair. own, own_fees, own_outlay: money in the
instrument's currency; own_net, own_charges: exact, in 1e-18. by_*: the values of keys.
"""
DAY: Final = "day"
"""The column of closing days, which is made of `on`."""


def by(key: Key) -> str:
    """The name of the column of a key's values; TAG and RATING have none."""
    return f"by_{key}"


def write_columns(account: BrokerAccount, trips: QuerySet[RoundTripRow], months: Collection[date] | None) -> None:
    """Keep an account's columns, and the sums that are made of them, again.

    Args:
        account: whose.
        trips: those that count and whose result is known, currency pairs among them.
        months: first days of the months in which something was or is; None for all.
    """
    old = TripColumn.objects.filter(account=account)
    parts = [(old, trips)]
    if months is not None:
        parts = [(old.filter(month=month), trips.filter(day__year=month.year, day__month=month.month)) for month in sorted(months)]
    for gone, rows in parts:
        gone.delete()
        insert(TripColumn, ("account_id", "month", "name", "data"), _all_pieces(account, rows))


def kept_pieces(accounts: Iterable[BrokerAccount], names: Collection[str], first: date | None, last: date | None) -> Iterable[Piece]:
    """What is kept of these columns, of the months from that of one day to that of another, in order."""
    pieces = TripColumn.objects.filter(account_id__in=[account.pk for account in accounts], name__in=[*_kept(names)])
    if first:
        pieces = pieces.filter(month__gte=first.replace(day=1))
    if last:
        pieces = pieces.filter(month__lte=last)
    rows = pieces.order_by("account_id", "month").values_list("account_id", "month", "name", "data")
    return ((account_id, month, name, bytes(data)) for account_id, month, name, data in rows)


def made_pieces(account: BrokerAccount, trips: QuerySet[RoundTripRow], names: Collection[str]) -> Iterator[Piece]:
    """Columns of round trips of an account that have a result and a day."""
    for month, columns in _months(trips, sorted(_kept(names))):
        yield from _packed(account, month, columns)


def _months(trips: QuerySet[RoundTripRow], kept: Sequence[str]) -> Iterator[tuple[date, dict[str, Sequence[Any]]]]:
    """The columns of each month, as the rows have them."""
    sources = {f"of_{name}": _SOURCES[name][1] for name in kept}
    rows = in_order(trips).annotate(**sources).values_list("day", *sources)
    for month, part in groupby(rows.iterator(chunk_size=_AT_ONCE), key=lambda row: row[0].replace(day=1)):
        yield month, dict(zip(kept, list(zip(*part, strict=True))[1:], strict=True))


def _packed(account: BrokerAccount, month: date, columns: dict[str, Sequence[Any]]) -> Iterator[Piece]:
    return ((account.pk, month, name, _SOURCES[name][0].pack(values)) for name, values in columns.items())


def _all_pieces(account: BrokerAccount, trips: QuerySet[RoundTripRow]) -> Iterator[Piece]:
    """Everything that is kept of an account, sums too."""
    for month, columns in _months(trips, tuple(_SOURCES)):
        yield from _packed(account, month, columns)
        yield from ((account.pk, month, name, data) for name, data in sums_of(columns))


def unpacked(pieces: Iterable[Piece], names: Collection[str]) -> dict[int, Columns]:
    """The columns of each account, of pieces in order."""
    found: dict[int, Columns] = defaultdict(lambda: {name: [] for name in names})
    for account_id, month, name, data in pieces:
        columns, values = found[account_id], _SOURCES[name][0].unpack(data)
        if name != "on":
            columns[name] += values
            continue
        if DAY in columns:
            days = [month + timedelta(days=day) for day in range(31)]
            columns[DAY] += [days[on - 1] for on in values]
        if by(Key.MONTH) in columns:
            columns[by(Key.MONTH)] += [f"{month:%Y-%m}"] * len(values)
        if by(Key.ACCOUNT) in columns:
            columns[by(Key.ACCOUNT)] += [account_id] * len(values)
    return found


def _kept(names: Collection[str]) -> set[str]:
    """The kept columns that these are made of."""
    return {name if name in _SOURCES else "on" for name in names}
