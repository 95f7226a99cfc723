"""What closed on each day and how the running sum went within it: everything that a dashboard adds up, in one reading.

Without further conditions an account's day totals answer. Where several accounts closed something on one day, no account's own path
tells how the sum of both went: those days are kept for all of an owner's chosen accounts together (`SharedDay`), and worked out from the
round trips for any other set of accounts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from fillbook.ledger.instrument import AssetClass
from fillbook.performance.curves import Path
from fillbook.performance.filters import Filter
from fillbook.performance.summary import Summary
from fillbook.storage.bulk import insert
from fillbook.storage.choosing import Accounts, in_order, is_plain, trips_in
from fillbook.storage.models import BrokerAccount, DayTotals, RoundTripRow, SharedDay
from fillbook.storage.queries import GROUP, Group, day_totals, group_of, summary_of, summed
from fillbook.storage.records import batches

_SUMMARY: Final = tuple(Summary.__dataclass_fields__)
_PATH: Final = tuple(Path.__dataclass_fields__)
_Key = tuple[date, str]
"""A day, and the currency of what closed on it."""


@dataclass(frozen=True, slots=True)
class DayRecord:
    """A day on which something closed."""

    day: date
    summary: Summary
    path: Path


def day_records(accounts: Accounts, chosen: Filter) -> dict[Group, tuple[DayRecord, ...]]:
    """The days of each group under a filter of closed round trips, in order."""
    held = list(accounts)
    return _from_totals(held, chosen) if is_plain(chosen) else _from_trips(held, chosen)


def counted(trips: QuerySet[RoundTripRow]) -> QuerySet[RoundTripRow]:
    """Those that the empty filter takes and whose result is known."""
    return trips.filter(is_open=False, counts=True, net_e8__isnull=False).exclude(asset_class=AssetClass.FOREX)


def share_days(account: BrokerAccount, days: Collection[date] | None = None) -> None:
    """Work out again the days that an account shares with its owner's other ones; all when None. Within the transaction that changed them.

    Who comes second waits for who came first, so that it sees what both wrote: the lowest account of the set is locked, and whoever holds
    a higher one asks for no other.
    """
    fellows = BrokerAccount.objects.filter(owner=account.owner_id, kind=account.kind, base_currency=account.base_currency, chosen=True)
    numbers = sorted(fellows.values_list("pk", flat=True))
    if numbers:
        BrokerAccount.objects.select_for_update(no_key=True).get(pk=numbers[0])
    known = SharedDay.objects.filter(owner=account.owner_id)
    with_it = [name for name in known.values_list("accounts", flat=True).distinct() if str(account.pk) in name.split(",")]
    together = account.pk in numbers and len(numbers) > 1
    for within in [Q()] if days is None else [Q(day__in=part) for part in batches(sorted(days))]:
        known.filter(within, accounts__in=with_it).delete()
        if together:
            totals = DayTotals.objects.filter(within, account_id__in=numbers)
            shared = totals.values("day", "currency").annotate(n=Count("account", distinct=True)).filter(n__gt=1)
            keys = {(row["day"], row["currency"]) for row in shared}
            made = [[account.owner_id, name_of(numbers), *key, *_values(path)] for key, path in _paths(numbers, keys)]
            insert(SharedDay, ("owner_id", "accounts", "day", "currency", *_PATH), made)


def name_of(numbers: Iterable[int]) -> str:
    """A set of accounts as `SharedDay` writes it."""
    return ",".join(map(str, sorted(numbers)))


def _values(path: Path) -> list[int]:
    return [getattr(path, name) for name in _PATH]


def _from_totals(accounts: Sequence[BrokerAccount], chosen: Filter) -> dict[Group, tuple[DayRecord, ...]]:
    rows = day_totals(accounts, chosen).order_by("day").values_list(*GROUP, "currency", "day", *_SUMMARY, *_PATH[1:])
    found: dict[Group, dict[date, list[DayRecord]]] = defaultdict(lambda: defaultdict(list))
    at = 4 + len(_SUMMARY)
    for row in rows.iterator(chunk_size=5000):
        summary = Summary(*row[4:at])
        found[Group(*row[:3])][row[3]].append(DayRecord(row[3], summary, Path(summary.total, *row[at:])))
    return {group: tuple(_merged(accounts, group, days)) for group, days in found.items()}


def _merged(accounts: Sequence[BrokerAccount], group: Group, days: dict[date, list[DayRecord]]) -> Iterator[DayRecord]:
    numbers = [one.pk for one in accounts if (one.kind, one.base_currency) == (group.kind, group.base_currency)]
    paths = _shared(accounts, numbers, group.currency, [day for day, parts in days.items() if len(parts) > 1])
    for day, parts in days.items():
        if len(parts) == 1:
            yield parts[0]
        else:
            whole = Summary()
            for part in parts:
                whole = whole.merge(part.summary)
            yield DayRecord(day, whole, paths[day])


def _shared(accounts: Sequence[BrokerAccount], numbers: list[int], currency: str, days: list[date]) -> dict[date, Path]:
    """The paths of days on which several of these accounts closed something: those kept, and the others worked out."""
    if not days:
        return {}
    kept = SharedDay.objects.filter(
        owner=accounts[0].owner_id, accounts=name_of(numbers), currency=currency, day__range=(days[0], days[-1])
    )
    paths = {day: Path(*values) for day, *values in kept.values_list("day", *_PATH)}
    missing = {(day, currency) for day in days if day not in paths}
    return paths | {day: path for (day, _), path in _paths(numbers, missing)}


def _paths(numbers: Iterable[int], keys: Collection[_Key]) -> Iterator[tuple[_Key, Path]]:
    """The paths of these days over all round trips of several accounts in one order."""
    for part in batches(sorted({day for day, _ in keys})):
        trips = counted(RoundTripRow.objects.filter(account_id__in=list(numbers), closed_on__in=part))
        rows = in_order(trips).values_list("closed_on", "result_currency", "net_e8")
        for key, steps in _steps(rows.iterator(chunk_size=5000)):
            if key in keys:
                yield key, Path.of(steps)


def _steps(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, list[int]]]:
    """Rows of (day, …, units), ordered by day, as (everything but the units, the units in order)."""
    for _, of_day in groupby(rows, key=itemgetter(0)):
        parts: dict[Any, list[int]] = defaultdict(list)
        for *key, units in of_day:
            parts[tuple(key)].append(units)
        yield from parts.items()


def _from_trips(accounts: Sequence[BrokerAccount], chosen: Filter) -> dict[Group, tuple[DayRecord, ...]]:
    known = trips_in(accounts, chosen).filter(net_e8__isnull=False, day__isnull=False)
    rows = in_order(known).values_list("day", *GROUP, "result_currency", "net_e8")
    paths = {key: Path.of(steps) for key, steps in _steps(rows.iterator(chunk_size=5000))}
    found: dict[Group, list[DayRecord]] = defaultdict(list)
    for row in known.values(*GROUP, "result_currency", "day").annotate(**summed()).order_by("day"):
        group = group_of(row, "result_currency")
        path = paths[row["day"], group.kind, group.base_currency, group.currency]
        found[group].append(DayRecord(row["day"], summary_of(row), path))
    return {group: tuple(records) for group, records in found.items()}
