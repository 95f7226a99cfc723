"""What closed on each day and how the running sum went within it: everything that a dashboard adds up, in one reading.

For a facet (`performance.facets`) an account's day totals answer, for any other filter its round trips. Where several accounts closed
something on one day, no account's own path tells how the sum of both went: those days are kept for all of an owner's chosen accounts
together (`SharedDay`), and worked out from the round trips for any other set of accounts.
"""

import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import Count, Q, QuerySet

from fillbook.performance.curves import Path, moments
from fillbook.performance.facets import Traits, facet_of, facets_of
from fillbook.performance.filters import Filter, previous_period
from fillbook.performance.moments import Moment
from fillbook.performance.summary import FIELDS, Row, Summary
from fillbook.storage.bulk import insert
from fillbook.storage.choosing import Accounts, in_order, trips_in
from fillbook.storage.models import BrokerAccount, DayTotals, RoundTripRow, SharedDay
from fillbook.storage.queries import Group, day_totals
from fillbook.storage.records import batches

SUMMED: Final = ("net_e8", "fees_e8", "gain_e8", "result_cost")
"""What a `summary.Row` is made of."""
Closing = tuple[datetime | None, Row]
"""A round trip as a day needs it: when it closed, None where the source gives no time of day, and its part of a summary."""
_PATH: Final = Path._fields
_LOCKS: Final = 1_597_463_009
"""Of the advisory locks on PostgreSQL: one for each owner. The number before is that of `storage.claims`."""


class DayRecord(NamedTuple):
    """A day on which something closed."""

    day: date
    summary: Summary
    path: Path


def day_records(accounts: Accounts, chosen: Filter) -> dict[Group, tuple[DayRecord, ...]]:
    """The days of each group under a filter of closed round trips, in order."""
    held = list(accounts)
    return _from_trips(held, chosen) if facet_of(chosen) is None else _from_totals(held, chosen)


def steps_of(accounts: Accounts, chosen: Filter, group: Group, days: Collection[date]) -> list[tuple[Moment, int]]:
    """The steps of a group's curve on some days, in order: what closed in each moment came to, in units of 1e-8."""
    same = [one for one in accounts if (one.kind, one.base_currency) == (group.kind, group.base_currency)]
    # neither sorted nor by whether the result is known: an index of results would be taken for that, and all trades be gone through
    trips = trips_in(same, chosen).filter(result_currency=group.currency, day__in=days).order_by()
    found: dict[Moment, int] = defaultdict(int)
    for day, at, net in trips.values_list("day", "closed_at", "net_e8"):
        if day is not None and net is not None:
            found[Moment(day, at)] += net
    return sorted(found.items(), key=lambda step: step[0].lower)


def day_of(closings: Sequence[Closing]) -> tuple[Summary, Path]:
    """What closed on one day comes to, and how the running sum went, of closings in order."""
    return Summary.of_rows([row for _, row in closings]), Path.of(moments((at, row[0]) for at, row in closings))


def with_period_before(chosen: Filter) -> Filter:
    """The filter reaching back over the period before, so that one reading serves both."""
    before = previous_period(chosen)
    return chosen if before is None else replace(chosen, first=before.first)


def between(records: Sequence[DayRecord], first: date | None, last: date | None) -> list[DayRecord]:
    """Those from one day to another, both included."""
    if first is None and last is None:
        return list(records)
    return [one for one in records if (first is None or first <= one.day) and (last is None or one.day <= last)]


def summed(records: Iterable[DayRecord]) -> Summary:
    """All of them together."""
    return Summary.together([record.summary for record in records])


def counted(trips: QuerySet[RoundTripRow]) -> QuerySet[RoundTripRow]:
    """Those that count and whose result is known, currency pairs among them."""
    return trips.filter(is_open=False, counts=True, net_e8__isnull=False)


def share_days(account: BrokerAccount, days: Collection[date] | None = None) -> None:
    """Work out again the days that an account shares with its owner's other ones; all when None. Within the transaction that changed them.

    Who comes second waits for who came first, so that it sees what both wrote. It waits for the owner's turn and for no other account: a
    statement that tells of several holds one while it asks for the next, and would wait for whoever holds that and asks for the first.
    """
    fellows = BrokerAccount.objects.filter(owner=account.owner_id, kind=account.kind, base_currency=account.base_currency, chosen=True)
    numbers = sorted(fellows.values_list("pk", flat=True))
    _take_turn(account.owner_id)
    known = SharedDay.objects.filter(owner=account.owner_id)
    with_it = [name for name in known.values_list("accounts", flat=True).distinct() if str(account.pk) in name.split(",")]
    together = account.pk in numbers and len(numbers) > 1
    for within in [Q()] if days is None else [Q(day__in=part) for part in batches(sorted(days))]:
        known.filter(within, accounts__in=with_it).delete()
        if together:
            made = [[account.owner_id, name_of(numbers), *key, *_values(path)] for key, path in _paths_shared(numbers, within)]
            insert(SharedDay, ("owner_id", "accounts", "facet", "day", "currency", *_PATH), made)


def _take_turn(owner_id: int) -> None:
    """Let nobody else share days of this owner's accounts until the transaction ends; SQLite has one writer at a time anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCKS, zlib.crc32(str(owner_id).encode()) - 2**31])


def _paths_shared(numbers: Collection[int], within: Q) -> Iterator[tuple[tuple[str, date, str], Path]]:
    """The paths of (facet, day, currency) in which more than one of these accounts closed something."""
    totals = DayTotals.objects.filter(within, account_id__in=numbers)
    shared = totals.values("facet", "day", "currency").annotate(n=Count("account", distinct=True)).filter(n__gt=1)
    keys = {(row["facet"], row["day"], row["currency"]) for row in shared}
    for part in batches(sorted({day for _, day, _ in keys})):
        trips = in_order(counted(RoundTripRow.objects.filter(account_id__in=numbers, closed_on__in=part)))
        closings: dict[tuple[str, date, str], list[tuple[datetime | None, int]]] = defaultdict(list)
        for day, at, currency, net, *traits in trips.values_list("closed_on", "closed_at", "result_currency", "net_e8", *Traits._fields):
            for facet in facets_of(Traits(*traits)):
                closings[facet, day, currency].append((at, net))
        yield from ((key, Path.of(moments(found))) for key, found in closings.items() if key in keys)


def name_of(numbers: Iterable[int]) -> str:
    """A set of accounts as `SharedDay` writes it."""
    return ",".join(map(str, sorted(numbers)))


def _values(path: Path) -> list[int]:
    return [getattr(path, name) for name in _PATH]


def _from_totals(accounts: Sequence[BrokerAccount], chosen: Filter) -> dict[Group, tuple[DayRecord, ...]]:
    kinds = {account.pk: (account.kind, account.base_currency) for account in accounts}
    rows = day_totals(accounts, chosen).order_by("day").values_list("account_id", "currency", "day", *FIELDS, *_PATH[1:])
    found: dict[Group, dict[date, list[DayRecord]]] = defaultdict(lambda: defaultdict(list))
    of_account: dict[tuple[int, str], dict[date, list[DayRecord]]] = {}  # a group is made once and not for each row
    count = len(FIELDS)
    for account_id, currency, day, *values in rows:
        if (account_id, currency) not in of_account:
            of_account[account_id, currency] = found[Group(*kinds[account_id], currency)]
        summary = Summary(*values[:count])
        of_account[account_id, currency][day].append(DayRecord(day, summary, Path(summary.total, *values[count:])))
    return {group: tuple(_merged(accounts, chosen, group, days)) for group, days in found.items()}


def _merged(accounts: Sequence[BrokerAccount], chosen: Filter, group: Group, days: dict[date, list[DayRecord]]) -> Iterator[DayRecord]:
    same = [one for one in accounts if (one.kind, one.base_currency) == (group.kind, group.base_currency)]
    paths = _shared(same, chosen, group.currency, [day for day, parts in days.items() if len(parts) > 1])
    for day, parts in days.items():
        if len(parts) == 1:
            yield parts[0]
        else:
            yield DayRecord(day, Summary.together(part.summary for part in parts), paths[day])


def _shared(accounts: Sequence[BrokerAccount], chosen: Filter, currency: str, days: list[date]) -> dict[date, Path]:
    """The paths of days on which several of these accounts closed something: those kept, and the others worked out."""
    if not days:
        return {}
    kept = SharedDay.objects.filter(
        owner=accounts[0].owner_id,
        accounts=name_of(account.pk for account in accounts),
        facet=facet_of(chosen),
        currency=currency,
        day__range=(days[0], days[-1]),
    )
    paths = {day: Path(*values) for day, *values in kept.values_list("day", *_PATH)}
    for part in batches([day for day in days if day not in paths]):
        trips = _known(accounts, chosen).filter(result_currency=currency, day__in=part)
        rows: Iterable[tuple[Any, ...]] = in_order(trips).values_list("day", "closed_at", "net_e8")
        paths |= {day: Path.of(moments((at, net) for _, at, net in of_day)) for day, of_day in groupby(rows, key=itemgetter(0))}
    return paths


def _known(accounts: Accounts, chosen: Filter) -> QuerySet[RoundTripRow]:
    return trips_in(accounts, chosen).filter(net_e8__isnull=False, day__isnull=False)


def _from_trips(accounts: Sequence[BrokerAccount], chosen: Filter) -> dict[Group, tuple[DayRecord, ...]]:
    kinds = {account.pk: (account.kind, account.base_currency) for account in accounts}
    found: dict[Group, dict[date, list[Closing]]] = defaultdict(lambda: defaultdict(list))
    trips = in_order(_known(accounts, chosen)).values_list("account_id", "result_currency", "day", "closed_at", *SUMMED)
    for account_id, currency, day, at, *row in trips:
        found[Group(*kinds[account_id], currency)][day].append((at, (row[0], row[1], row[2], row[3])))
    return {group: tuple(DayRecord(day, *day_of(part)) for day, part in days.items()) for group, days in found.items()}
