"""Where in the day each round trip was opened, and totals by that, kept beside the round trips so that pages need not read them all."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, product
from typing import Any, Final

from django.db.models import Q, QuerySet

from fillbook.ledger.instrument import AssetClass
from fillbook.performance.breakdowns import STORED, Dimension
from fillbook.performance.facets import Traits, coarse_facets_of
from fillbook.performance.intraday import After, Opened, Place, clock_of, held_for, number_slot, places, session_of
from fillbook.performance.summary import FIELDS, Outcome, Row, Summary, outcome_of
from fillbook.storage.bulk import insert
from fillbook.storage.models import BrokerAccount, RoundTripRow, SlotTotals
from fillbook.storage.records import batches
from fillbook.trades.records import RoundTrip

_OPENED: Final = ("key", "opened_on", "opened_at", "closed_on", "closed_at", "outcome")
_TOTALS: Final = ("account_id", "month", "currency", "facet", "dimension", "slot", *FIELDS)
_READ: Final = ("net_e8", "fees_e8", "gain_e8", "result_cost", "clock", "session", "holding_seconds", "day_number", "after")
Trips = QuerySet[RoundTripRow]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A round trip with the place it had before its instrument was read again."""

    opened: Opened
    place: Place | None


class Placing:
    """Gives the round trips of an account their places in the day, when all of them are replaced or those of some instruments.

    To be made before the old rows are dropped. Only days on which something was opened or closed otherwise than before are looked at,
    together with what other instruments did on them.
    """

    def __init__(self, account: BrokerAccount, old: Iterable[Trips], keys: Collection[str] | None) -> None:
        self._account = account
        self._keys = keys
        self.moved: set[date] = set()
        """Days on which round trips of other instruments closed whose place has changed."""
        self._old = {} if keys is None else {trip.opened.key: trip for part in old for trip in _placed(part)}

    def of(self, trips: Iterable[tuple[str, RoundTrip]]) -> dict[str, Place]:
        """The places of the new round trips, by key; those of other instruments' trips that moved are written at once."""
        made = {key: opened_of(key, trip) for key, trip in trips if trip.instrument.asset_class is not AssetClass.FOREX}
        if self._keys is None:
            return places(made.values())
        days = self._days(made)
        others = {trip.opened.key: trip for trip in self._others(days)}
        near = [one for one in made.values() if one.on in days or one.closed_on in days]
        found = places([*near, *(trip.opened for trip in others.values())])
        self._move(others, found, days)
        kept = {key: self._old[key].place for key in made if key in self._old}
        return {
            key: place
            for key, one in made.items()
            if (place := found.get(key) if one.on in days else kept.get(key)) is not None
        }  # fmt: skip

    def _days(self, made: Mapping[str, Opened]) -> set[date]:
        """Days on which something is otherwise than before."""
        changed = [one for key, one in made.items() if key not in self._old or self._old[key].opened != one]
        changed += [trip.opened for key, trip in self._old.items() if made.get(key) != trip.opened]
        return {day for one in changed for day in (one.on, one.closed_on) if day is not None}

    def _others(self, days: set[date]) -> Iterator[_Placed]:
        """To be asked for when the old rows are gone and the new ones not yet there, so that all that is left is of other instruments."""
        seen: set[str] = set()
        for part in batches(sorted(days)):
            trips = RoundTripRow.objects.filter(Q(opened_on__in=part) | Q(closed_on__in=part), account=self._account)
            for trip in _placed(trips):
                if trip.opened.key not in seen:
                    seen.add(trip.opened.key)
                    yield trip

    def _move(self, others: Mapping[str, _Placed], found: Mapping[str, Place], days: set[date]) -> None:
        moved = {key: found.get(key) for key, trip in others.items() if trip.opened.on in days and trip.place != found.get(key)}
        self.moved = {day for key in moved if (day := others[key].opened.closed_on) is not None}
        for part in batches(sorted(moved)):
            trips = list(RoundTripRow.objects.filter(account=self._account, key__in=part).only("pk", "key"))
            for trip in trips:
                place = moved[trip.key]
                trip.day_number, trip.after = (place.number, place.after) if place else (None, None)
            RoundTripRow.objects.bulk_update(trips, ["day_number", "after"], batch_size=200)


def opened_of(key: str, trip: RoundTrip) -> Opened:
    """A round trip as its place in the day needs it; the outcome is that of its stored result, none where what it delivered has it."""
    pnl = trip.base_pnl if trip.base_pnl is not None and trip.base_charges is not None else trip.realized_pnl
    outcome = None if trip.is_open or trip.moved_on or pnl is None else outcome_of(pnl)
    return Opened(key, trip.opened_on, trip.begun_at, None if trip.is_open else trip.closed_on, _closed_at(trip), outcome)


def _closed_at(trip: RoundTrip) -> datetime | None:
    return None if trip.is_open else trip.closed_at


def columns_of(trip: RoundTrip, place: Place | None) -> list[int | None]:
    """(clock, session, day_number, after) of a round trip's row."""
    number, after = (place.number, int(place.after)) if place else (None, None)
    if trip.begun_at is None:
        return [None, None, number, after]
    exchange = trip.instrument.exchange
    return [clock_of(trip.begun_at, exchange), int(session_of(trip.begun_at, exchange)), number, after]


def write_totals(account: BrokerAccount, trips: Trips, months: Collection[date] | None) -> None:
    """Sum the slots again from the table.

    Args:
        account: whose.
        trips: those that count, currency pairs among them.
        months: first days of the months in which something was or is; None for all.
    """
    totals = SlotTotals.objects.filter(account=account)
    if months is None:
        totals.delete()
        insert(SlotTotals, _TOTALS, _rows(account.pk, trips))
        return
    for month in sorted(months):
        totals.filter(month=month).delete()
        insert(SlotTotals, _TOTALS, _rows(account.pk, trips.filter(closed_on__year=month.year, closed_on__month=month.month)))


def slots_of(clock: int | None, session: int | None, held: int | None, number: int | None, after: int | None) -> dict[Dimension, int]:
    """The slots of a round trip, from its columns."""
    values = (
        clock,
        session,
        None if held is None else int(held_for(held)),
        None if number is None else number_slot(number),
        after,
    )
    return {dimension: value for dimension, value in zip(STORED, values, strict=True) if value is not None}


def _rows(account_id: int, trips: Trips) -> Iterator[list[Any]]:
    ordered = trips.order_by("closed_on", "closed_at", "key")  # of the trades, not of the rows: doubles add up to the last bit in one order
    rows = ordered.values_list("closed_on", "result_currency", *_READ, *Traits._fields).iterator(chunk_size=5000)
    for month, of_month in groupby(rows, key=lambda row: row[0].replace(day=1)):
        parts: dict[tuple[str, str, str, int], list[Row]] = defaultdict(list)
        for _, currency, net, fees, gain, cost, *columns in of_month:
            slots = slots_of(*columns[:5]).items()
            for facet, (dimension, slot) in product(coarse_facets_of(Traits(*columns[5:])), slots):
                parts[currency, facet, dimension.value, slot].append((net, fees, gain, cost))
        for key, part in parts.items():
            summary = Summary.of_rows(part)
            yield [account_id, month, *key, *(getattr(summary, name) for name in FIELDS)]


def _placed(trips: Trips) -> Iterator[_Placed]:
    rows = trips.exclude(asset_class=AssetClass.FOREX).values_list(*_OPENED, "is_open", "clock", "day_number", "after")
    for key, on, opened_at, closed_on, closed_at, outcome, is_open, clock, number, after in rows:
        at = None if clock is None else opened_at  # what was delivered has a time and no place in the day
        known = None if is_open or not outcome else Outcome(outcome)
        place = None if number is None or after is None else Place(number, After(after))
        yield _Placed(Opened(key, on, at, None if is_open else closed_on, None if is_open else closed_at, known), place)
