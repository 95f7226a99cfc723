"""A `Filter` as SQL. It must agree with `Filter.admits`, which a test holds against it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db.models import BigIntegerField, Expression, ExpressionWrapper, F, FloatField, OrderBy, Q, QuerySet
from django.db.models.functions import Cast

from fillbook.ledger.instrument import AssetClass
from fillbook.performance.breakdowns import Dimension, Slot
from fillbook.performance.filters import UNSTATED, Filter, TripStatus
from fillbook.performance.intraday import HOURS, LAST_NUMBER, held_bounds
from fillbook.storage.access import Viewer, accounts_of
from fillbook.storage.banding import in_bands
from fillbook.storage.models import BrokerAccount, RoundTripRow, TripMark

Accounts = Iterable[BrokerAccount]
"""Accounts whose access was checked: everything below takes these and nothing else."""


class Sort(StrEnum):
    """What a list of round trips is ordered by; ties by the order in which they closed."""

    DAY = "day"
    OPENED = "opened"
    SYMBOL = "symbol"
    SIDE = "side"
    KIND = "kind"
    QUANTITY = "quantity"
    ENTRY = "entry"
    EXIT = "exit"
    HELD = "held"
    FILLS = "fills"
    GROSS = "gross"
    FEES = "fees"
    GAIN = "gain"
    PROFIT = "profit"
    R = "r"
    RATING = "rating"
    ACCOUNT = "account"


VALUE_OF: Final[dict[Sort, Expression | F]] = {
    Sort.DAY: F("day"),
    Sort.OPENED: F("opened_on"),
    Sort.SYMBOL: F("symbol"),
    Sort.SIDE: F("side"),
    Sort.KIND: F("asset_class"),
    Sort.QUANTITY: Cast("quantity", FloatField()),
    Sort.ENTRY: Cast("entry_price", FloatField()),
    Sort.EXIT: Cast("exit_price", FloatField()),
    Sort.HELD: F("holding_seconds"),
    Sort.FILLS: F("fills"),
    Sort.GROSS: ExpressionWrapper(F("net_e8") - F("fees_e8"), BigIntegerField()),  # by itself it would count as 32 bits wide
    Sort.FEES: F("fees_e8"),
    Sort.GAIN: F("gain_e8"),
    Sort.PROFIT: F("net_e8"),
    Sort.R: F("r_e8"),
    Sort.RATING: F("rating"),
    Sort.ACCOUNT: F("account__number"),
}
"""What is compared. Exact amounts are compared as doubles, which decides an order and no figure."""
MOVED_ON: Final = Q(is_open=False, outcome="", realized_pnl__isnull=False)
"""`RoundTrip.moved_on`: every other closed round trip with a known P&L has an outcome."""
TIES: Final = ("day", "closed_at", "opened_at", "key")


def accounts_in(viewer: Viewer, chosen: Filter) -> list[BrokerAccount]:
    """The viewer's accounts that a filter is about; ids that are not theirs are as if not written."""
    accounts = accounts_of(viewer).filter(chosen=True)
    if chosen.base:
        accounts = accounts.filter(base_currency="" if chosen.base == UNSTATED else chosen.base)
    return [account for account in accounts if not chosen.accounts or str(account.pk) in chosen.accounts]


def trips_in(accounts: Accounts, chosen: Filter) -> QuerySet[RoundTripRow]:
    """The round trips of these accounts that a filter takes, in no order."""
    trips = _whatever_is_known(accounts, chosen)
    if chosen.status is TripStatus.CLOSED:
        return trips.filter(Q(realized_pnl__isnull=False) & ~MOVED_ON if chosen.include_incomplete else Q(counts=True))
    return trips


def incomplete_in(accounts: Accounts, chosen: Filter) -> QuerySet[RoundTripRow]:
    """The closed round trips that a filter would take if they were complete; some may be counted on demand, the rest have no known P&L."""
    return _whatever_is_known(accounts, replace(chosen, status=TripStatus.CLOSED)).filter(~MOVED_ON, counts__in=[False])


def _whatever_is_known(accounts: Accounts, chosen: Filter) -> QuerySet[RoundTripRow]:
    numbers = [account.pk for account in accounts]
    # IN, because an index finds `x IN (0)` and not the `NOT x` that a plain comparison becomes.
    condition = Q(account_id__in=numbers) & (Q(is_open__in=[True]) if chosen.status is TripStatus.OPEN else _closed(chosen))
    condition &= _in_period(chosen)
    if chosen.symbol:
        condition &= Q(symbol=chosen.symbol) | Q(underlying=chosen.symbol)
    if chosen.side:
        condition &= Q(side=chosen.side)
    if chosen.outcome:
        condition &= Q(outcome=chosen.outcome)
    if chosen.slot:
        condition &= _in_slot(chosen.slot)
    condition &= Q(asset_class=chosen.asset_class) if chosen.asset_class else ~Q(asset_class=AssetClass.FOREX)
    if chosen.ticker:
        condition &= Q(symbol=chosen.ticker)
    if chosen.underlying:
        condition &= Q(underlying=chosen.underlying) | Q(underlying="", symbol=chosen.underlying)
    if chosen.traded:
        condition &= Q(currency=chosen.traded)
    return in_bands(RoundTripRow.objects.filter(condition & _said(numbers, chosen)), chosen.bands)


def _said(accounts: Sequence[int], chosen: Filter) -> Q:
    """What the trader says of them: tags and rating. accounts: by number."""
    condition, marks = Q(), TripMark.objects.filter(word__account_id__in=accounts)
    if chosen.untagged:
        condition &= ~Q(pk__in=marks.values("trip_id"))
    for tag in chosen.tags:
        condition &= Q(pk__in=marks.filter(word__tag__key=tag).values("trip_id"))
    if chosen.rating is None:
        return condition
    least, most = chosen.rating.least, chosen.rating.most
    return condition & (Q(rating__isnull=True) if least is None else Q(rating__range=(least, most)))


def _closed(chosen: Filter) -> Q:
    """Closed round trips; those that count in one currency where one is asked for, which of open ones nobody knows yet."""
    return Q(is_open=False, result_currency=chosen.counted_in) if chosen.counted_in else Q(is_open=False)


def _in_period(chosen: Filter) -> Q:
    """Round trips within two days and two moments. Days stand before moments, each by itself, since they are what an index finds."""
    condition, begins, ends = Q(is_open=False) if chosen.is_interval else Q(), chosen.closed_from, chosen.closed_to
    if chosen.first:
        condition &= Q(day__gte=chosen.first)
    if chosen.last:
        condition &= Q(day__lte=chosen.last)
    if begins:
        tie = _not_before("opened_at", begins.opened, Q(key__gte=begins.key)) if begins.key else Q()
        condition &= Q(day__gte=begins.day) & (Q(day__gt=begins.day) | _not_before("closed_at", begins.at, tie))
    if ends:
        tie = _not_after("opened_at", ends.opened, Q(key__lte=ends.key)) if ends.key else Q()
        condition &= Q(day__lte=ends.day) & (Q(day__lt=ends.day) | _not_after("closed_at", ends.at, tie))
    return condition


def _not_before(name: str, value: datetime | None, equal: Q) -> Q:
    """A time from a value on, None being the last; `equal` has the say where it is the value."""
    same = Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
    beyond = Q(pk__in=[]) if value is None else Q(**{f"{name}__gt": value}) | Q(**{f"{name}__isnull": True})
    return beyond | (same & equal)


def _not_after(name: str, value: datetime | None, equal: Q) -> Q:
    """The same up to it."""
    same = Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
    before = Q(**{f"{name}__isnull": False}) if value is None else Q(**{f"{name}__lt": value})
    return before | (same & equal)


def _in_slot(slot: Slot) -> Q:
    """Round trips that began in a part of the day."""
    if slot.dimension is Dimension.HOUR:
        return Q(clock__in=[day * HOURS + slot.number for day in range(7)])
    if slot.dimension is Dimension.WEEKDAY:
        return Q(clock__range=(slot.number * HOURS, slot.number * HOURS + HOURS - 1))
    if slot.dimension is Dimension.HELD:
        least, most = held_bounds(slot.number)
        held = Q(holding_seconds__isnull=False) if least is None else Q(holding_seconds__gte=least)
        return held if most is None else held & Q(holding_seconds__lt=most)
    if slot.dimension is Dimension.NUMBER:
        return Q(day_number__gte=LAST_NUMBER) if slot.number == LAST_NUMBER else Q(day_number=slot.number)
    return Q(**{slot.dimension.value: slot.number})


def in_order(trips: QuerySet[RoundTripRow], sort: Sort = Sort.DAY, *, descending: bool = False) -> QuerySet[RoundTripRow]:
    """Sorted; what has no value comes last either way. Ascending by day is the order of `performance.results.result_order`."""
    ties = TIES[1:] if sort is Sort.DAY else TIES
    return trips.order_by(_order(VALUE_OF[sort], descending=descending), *(_order(F(name), descending=descending) for name in ties))


def _order(value: Expression | F, *, descending: bool) -> OrderBy:
    return value.desc(nulls_last=True) if descending else value.asc(nulls_last=True)
