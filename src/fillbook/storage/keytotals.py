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
from fillbook.performance.filters import Filter
from fillbook.performance.keys import Key, Value
from fillbook.performance.summary import Summary
from fillbook.storage.models import BrokerAccount, TripColumn
from fillbook.storage.queries import Group

_COARSE: Final = Key.SIDE
"""The sums of months and of accounts are those of this key together."""
_TOLD: Final = {Key.MONTH: _COARSE, Key.ACCOUNT: _COARSE}
KEPT: Final = tuple(key for key in Key if key not in (*_TOLD, Key.TAG))


def answers(chosen: Filter, key: Key) -> bool:
    """Whether sums are kept for a breakdown."""
    return key is not Key.TAG and replace(chosen, accounts=(), currency="", first=None, last=None) == Filter()


def sums_of(columns: Mapping[str, Sequence[Any]]) -> Iterator[tuple[str, bytes]]:
    """(name, packed) of every sum of a month's round trips, of all their columns."""
    counted = list(map(AssetClass.FOREX.value.__ne__, columns["by_class"]))
    taken = {name: list(compress(values, counted)) for name, values in columns.items()}
    by_money = places_of(taken["money"])
    for gross in (False, True):
        found: dict[Key, dict[str, list[Any]]] = {key: {} for key in KEPT}
        for currency, there in by_money.items():
            part = {name: [values[place] for place in there] for name, values in taken.items()}
            results = results_of(part, gross=gross)
            for key in KEPT:
                values = compress(part[f"by_{key}"], _told(part, gross=gross))
                summaries = summaries_at(places_of(values), results)
                found[key][currency] = [[value, *summary] for value, summary in summaries.items()]
        yield from ((name_of(key, gross=gross), json.dumps(one).encode()) for key, one in found.items())


def results_of(columns: Mapping[str, Sequence[Any]], *, gross: bool) -> Results:
    """Of round trips of one currency; when gross, of those whose fees and taxes are known."""
    told = _told(columns, gross=gross)
    nets, charges, gains, outlays = (list(compress(columns[name], told)) for name in ("net", "charges", "gain", "outlay"))
    return Results(list(map(sub, nets, charges)) if gross else nets, charges, gains, outlays, nets)


def _told(columns: Mapping[str, Sequence[Any]], *, gross: bool) -> list[bool]:
    return [not gross or charge is not None for charge in columns["charges"]]


def name_of(key: Key, *, gross: bool) -> str:
    """Under which they are kept."""
    return f"{'gross' if gross else 'net'}_{_TOLD.get(key, key)}"


def kept_sums(
    accounts: Sequence[BrokerAccount], key: Key, first: date | None, last: date | None, *, gross: bool
) -> dict[Group, dict[Value, list[Summary]]]:
    """The sums of each value, one a month and an account, of months from one that begins on a day to one that ends on another."""
    kinds = {account.pk: (account.kind, account.base_currency) for account in accounts}
    pieces = TripColumn.objects.filter(account_id__in=list(kinds), name=name_of(key, gross=gross))
    if first:
        pieces = pieces.filter(month__gte=first)
    if last:
        pieces = pieces.filter(month__lte=last)
    found: dict[Group, dict[Value, list[Summary]]] = defaultdict(lambda: defaultdict(list))
    for account_id, month, data in pieces.order_by("account_id", "month").values_list("account_id", "month", "data"):
        named: dict[Key, Value] = {Key.MONTH: f"{month:%Y-%m}", Key.ACCOUNT: account_id}
        for currency, parts in json.loads(bytes(data)).items():
            by_value = found[Group(*kinds[account_id], currency)]
            for value, *fields in parts:
                by_value[named.get(key, value)].append(Summary(*fields))
    return found


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
