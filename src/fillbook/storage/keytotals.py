"""What the round trips of each value of a key came to, kept a month at a time, so that a breakdown of everything adds up some hundred sums.

They lie beside the columns they are made of and are made again with them. Kept is what the empty filter takes; for any other one a report
goes through the columns.
"""

import json
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import compress
from operator import sub
from typing import Any, Final

from fillbook.ledger.instrument import AssetClass
from fillbook.performance.columns import Results, places_of, summaries_at
from fillbook.performance.curves import Period
from fillbook.performance.filters import Filter
from fillbook.performance.keys import SAID, Key, Value
from fillbook.performance.summary import Summary
from fillbook.storage.models import BrokerAccount, TripColumn
from fillbook.storage.queries import Group

_COARSE: Final = Key.SIDE
"""The sums of months and of accounts are those of this key together."""
_TOLD: Final = {Key.MONTH: _COARSE, Key.ACCOUNT: _COARSE}
_DAY: Final = "day"
_BY: Final = {**{str(key): f"by_{key}" for key in Key if key not in {*_TOLD, *SAID}}, _DAY: "on"}
"""What is told apart, and by which column. Days are kept before fees alone, since after them they are `DayTotals`."""
_PREFIX: Final = {False: "net_", True: "gross_"}


def answers(chosen: Filter) -> bool:
    """Whether sums are kept of what a filter takes."""
    return replace(chosen, accounts=(), currency="", first=None, last=None) == Filter()


def sums_of(columns: Mapping[str, Sequence[Any]]) -> Iterator[tuple[str, bytes]]:
    """(name, packed) of every sum of a month's round trips, of all their columns."""
    counted = list(map(AssetClass.FOREX.value.__ne__, columns["by_class"]))
    taken = {name: list(compress(values, counted)) for name, values in columns.items()}
    taken["on"] = [day.day for day in taken["on"]]
    by_money = places_of(taken["money"])
    for gross in (False, True):
        found: dict[str, dict[str, list[Any]]] = {name: {} for name in _BY}
        for currency, there in by_money.items():
            part = {name: [values[place] for place in there] for name, values in taken.items()}
            results = results_of(part, gross=gross)
            for name, column in _BY.items():
                values = compress(part[column], _told(part, gross=gross))
                found[name][currency] = [[value, *one] for value, one in summaries_at(places_of(values), results).items()]
        yield from ((f"{_PREFIX[gross]}{name}", json.dumps(one).encode()) for name, one in found.items() if gross or name != _DAY)


def results_of(columns: Mapping[str, Sequence[Any]], *, gross: bool) -> Results:
    """Of round trips of one currency; when gross, of those whose fees and taxes are known."""
    told = _told(columns, gross=gross)
    nets, charges, gains, outlays = (list(compress(columns[name], told)) for name in ("net", "charges", "gain", "outlay"))
    return Results(list(map(sub, nets, charges)) if gross else nets, charges, gains, outlays, nets)


def _told(columns: Mapping[str, Sequence[Any]], *, gross: bool) -> list[bool]:
    return [not gross or charge is not None for charge in columns["charges"]]


def kept_sums(
    accounts: Sequence[BrokerAccount], key: Key, first: date | None, last: date | None, *, gross: bool
) -> dict[Group, dict[Value, list[Summary]]]:
    """The sums of each value, one a month and an account, of months from one that begins on a day to one that ends on another."""
    found: dict[Group, dict[Value, list[Summary]]] = defaultdict(lambda: defaultdict(list))
    for group, account_id, month, parts in _pieces(accounts, f"{_PREFIX[gross]}{_TOLD.get(key, key)}", first, last):
        named: dict[Key, Value] = {Key.MONTH: f"{month:%Y-%m}", Key.ACCOUNT: account_id}
        for value, *fields in parts:
            found[group][named.get(key, value)].append(Summary(*fields))
    return found


def days_before_fees(accounts: Sequence[BrokerAccount], first: date | None, last: date | None) -> dict[Group, tuple[Period, ...]]:
    """Totals before fees and taxes of each day of a period, in order."""
    found: dict[Group, dict[date, Summary]] = defaultdict(dict)
    for group, _, month, parts in _pieces(accounts, f"{_PREFIX[True]}{_DAY}", first and first.replace(day=1), last):
        for on, *fields in parts:
            days, day, summary = found[group], month.replace(day=on), Summary(*fields)
            if (first is None or first <= day) and (last is None or day <= last):
                days[day] = days[day].merge(summary) if day in days else summary
    return {group: tuple(Period(day, days[day]) for day in sorted(days)) for group, days in found.items() if days}


def _pieces(
    accounts: Sequence[BrokerAccount], name: str, first: date | None, last: date | None
) -> Iterator[tuple[Group, int, date, list[list[Any]]]]:
    """(group, account, month, sums) of what is kept under a name, of months that begin on a day or later, and on another or before."""
    kinds = {account.pk: (account.kind, account.base_currency) for account in accounts}
    pieces = TripColumn.objects.filter(account_id__in=list(kinds), name=name)
    if first:
        pieces = pieces.filter(month__gte=first)
    if last:
        pieces = pieces.filter(month__lte=last)
    for account_id, month, data in pieces.order_by("account_id", "month").values_list("account_id", "month", "data"):
        for currency, parts in json.loads(bytes(data)).items():
            yield Group(*kinds[account_id], currency), account_id, month, parts


def whole_months(chosen: Filter) -> tuple[Filter | None, list[Filter]]:
    """(the filter over the whole months of its period, None without one; the filters of the months of which it takes a part)."""
    first, last, edges = chosen.first, chosen.last, []
    if first and last and (first.year, first.month) == (last.year, last.month) and (first.day > 1 or last != _end(last)):
        return None, [chosen]
    if first and first.day > 1:
        edges.append(replace(chosen, last=_end(first)))
        first = _end(first) + timedelta(days=1)
    if last and last != _end(last):
        edges.append(replace(chosen, first=last.replace(day=1)))
        last = last.replace(day=1) - timedelta(days=1)
    whole = None if first and last and first > last else replace(chosen, first=first, last=last)
    return whole, edges


def _end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
