"""A list of any length, a page at a time: each page begins after a round trip, not after a number of them.

So the thousandth page costs what the first one does, and rows that a sync adds meanwhile shift nothing. Each account is asked by itself,
because then an index gives its rows in order; a second query puts the few that came in one order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F, OrderBy, Q, QuerySet

from fillbook.performance.filters import Filter, TripStatus
from fillbook.storage.choosing import TIES, VALUE_OF, Accounts, Sort, incomplete_in, trips_in
from fillbook.storage.former import formerly
from fillbook.storage.models import RoundTripRow

SIZE: Final = 50
Trips = QuerySet[RoundTripRow]
Take = Callable[[Accounts, Filter], Trips]


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is ordered; what has no value comes last either way."""

    sort: Sort = Sort.DAY
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins. key: of the round trip beside it, "" for the first page. backwards: the page ends before it.

    account: id of its account, 0 where that is not said. Of an account number that is held twice, as a real and as a sandbox account, keys
    can be the same; such round trips stand in the order of their accounts.
    """

    key: str = ""
    backwards: bool = False
    account: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """One page. before, after: cursors of the pages beside it, None where there is none."""

    rows: list[RoundTripRow]
    before: Cursor | None
    after: Cursor | None


def page_of(
    accounts: Accounts, chosen: Filter, order: Order, cursor: Cursor | None = None, *, size: int = SIZE, only_incomplete: bool = False
) -> Page:
    """A page of the round trips that a filter takes, or of the incomplete ones. A cursor whose round trip is gone is the first page."""
    held, take = list(accounts), incomplete_in if only_incomplete else trips_in
    cursor = cursor or Cursor()
    beside = _beside(held, cursor, order)
    backwards = cursor.backwards and beside is not None
    dated = only_incomplete or chosen.status is TripStatus.CLOSED
    down = order.descending != backwards
    found: list[int] = []
    for account in held:
        twin = beside is not None and (account.pk < beside.account_id if down else account.pk > beside.account_id)
        found += _next(take([account], chosen), order, beside, size + 1, backwards=backwards, dated=dated, twin=twin)
    rows = _rows(found, order, size + 1, backwards=backwards)
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([], None, None)
    earlier = more if backwards else beside is not None
    later = backwards or more
    first, last = rows[0], rows[-1]
    before = Cursor(first.key, backwards=True, account=first.account_id) if earlier else None
    return Page(rows, before, Cursor(last.key, account=last.account_id) if later else None)


def every_row(accounts: Accounts, chosen: Filter, order: Order, *, only_incomplete: bool = False) -> Any:
    """All of them, page after page, so that a download of any length needs no more memory than a page."""
    cursor: Cursor | None = Cursor()
    while cursor is not None:
        page = page_of(accounts, chosen, order, cursor, size=1000, only_incomplete=only_incomplete)
        yield from page.rows
        cursor = page.after


def _beside(accounts: Accounts, cursor: Cursor, order: Order) -> RoundTripRow | None:
    if not cursor.key:
        return None
    numbers = [account.pk for account in accounts if cursor.account in (0, account.pk)]
    found = _valued(RoundTripRow.objects.filter(key=cursor.key, account_id__in=numbers), order).first()
    if found is None and (later := formerly(cursor.key, numbers)) is not None:
        return _valued(RoundTripRow.objects.filter(pk=later.pk), order).first()
    return found


def _valued(trips: Trips, order: Order) -> Trips:
    return trips.annotate(compared=VALUE_OF[order.sort])


def _next(trips: Trips, order: Order, beside: RoundTripRow | None, limit: int, *, backwards: bool, dated: bool, twin: bool) -> list[int]:
    """Ids of the next rows: first those with a value, then those without, each part by its index; backwards the other way round.

    dated: of closed round trips, which all have a day. twin: what equals the round trip beside in everything comes after it here.
    """
    value = None if beside is None else beside.compared  # type: ignore[attr-defined] # annotated
    found: list[int] = []
    for known in (False, True) if backwards else (True, False):
        part = _valued(trips, order).filter(compared__isnull=not known)  # type: ignore[misc] # annotated
        if beside is not None:
            if known == (value is not None):
                part = part.filter(_beyond(beside, value, order, backwards=backwards, twin=twin))
            elif known != backwards:
                continue
        directions = _directions(order, backwards=backwards, known=known, dated=dated)
        found += part.order_by(*directions).values_list("pk", flat=True)[: limit - len(found)]
        if len(found) == limit:
            break
    return found


def _rows(ids: list[int], order: Order, limit: int, *, backwards: bool) -> list[RoundTripRow]:
    trips = _valued(RoundTripRow.objects.filter(pk__in=ids), order)
    value = _direction("compared", order, backwards=backwards)
    ties = (_direction(name, order, backwards=backwards) for name in TIES)
    account = _direction("account_id", order, backwards=backwards)
    return list(trips.order_by(value, *ties, account).select_related("account", "instrument")[:limit])


def _directions(order: Order, *, backwards: bool, known: bool, dated: bool) -> list[OrderBy]:
    """Of one part of one account: its value is always there or never, and then no index minds where NULL would stand."""
    down = order.descending != backwards
    columns = ["compared"] if known and order.sort is not Sort.ACCOUNT else []
    columns += _ties(order)
    plain = {"compared", "day"} if dated else {"compared"}
    return [
        (F(name).desc() if down else F(name).asc()) if name in plain else _direction(name, order, backwards=backwards) for name in columns
    ]


def _ties(order: Order) -> list[str]:
    """What decides between equals; the day does not where it is what is compared."""
    return [name for name in TIES if (name, order.sort) != ("day", Sort.DAY)]


def _direction(name: str, order: Order, *, backwards: bool) -> OrderBy:
    column = F(name)
    if backwards:
        return column.asc(nulls_first=True) if order.descending else column.desc(nulls_first=True)
    return column.desc(nulls_last=True) if order.descending else column.asc(nulls_last=True)


def _beyond(beside: RoundTripRow, value: Any, order: Order, *, backwards: bool, twin: bool) -> Q:
    """What comes after (before) the round trip beside; its ties decide between equals. The first condition is what an index can use."""
    down = order.descending != backwards
    equal, beyond = Q(), Q(pk__in=[])
    if value is not None:
        beyond, equal = Q(**{f"compared__{'lt' if down else 'gt'}": value}), Q(compared=value)
    for name in _ties(order):
        tie = getattr(beside, name)
        beyond |= equal & _past(name, tie, down=down, backwards=backwards)
        equal &= Q(**{f"{name}__isnull": True}) if tie is None else Q(**{name: tie})
    if twin:
        beyond |= equal
    return beyond if value is None else Q(**{f"compared__{'lte' if down else 'gte'}": value}) & beyond


def _past(name: str, tie: Any, *, down: bool, backwards: bool) -> Q:
    if tie is None:
        return Q(**{f"{name}__isnull": False}) if backwards else Q(pk__in=[])
    past = Q(**{f"{name}__{'lt' if down else 'gt'}": tie})
    return past if backwards else past | Q(**{f"{name}__isnull": True})
