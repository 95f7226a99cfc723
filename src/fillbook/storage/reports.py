"""What reports are made of, by SQL wherever a sum answers. Every function takes accounts whose access was checked and gives groups apart.

gross: count each round trip by its result before fees and taxes instead of after them; gains in percent stay after fees.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import permutations
from typing import Any, Final

from django.db.models import BigIntegerField, CharField, Count, ExpressionWrapper, F, Min, QuerySet, Sum
from django.db.models import Value as Constant
from django.db.models.functions import Cast, Coalesce

from fillbook.ledger.figures import FigureKind
from fillbook.ledger.numbers import EXACT, ZERO
from fillbook.performance.crossing import Breakdown, Crossing, Margins, Part, broken_down, crossed
from fillbook.performance.curves import Period
from fillbook.performance.distributions import Spread
from fillbook.performance.filters import Filter
from fillbook.performance.keys import Key, Value
from fillbook.performance.ratios import Returns, daily_returns
from fillbook.performance.statistics import Sample
from fillbook.performance.streaks import Closing
from fillbook.performance.summary import Summary, from_e8
from fillbook.storage import queries
from fillbook.storage.banding import value_in
from fillbook.storage.choosing import Accounts, in_order, trips_in
from fillbook.storage.fields import ExactSum
from fillbook.storage.models import BalanceRow, BrokerAccount, TripMark
from fillbook.storage.plans import results_in_r
from fillbook.storage.queries import Group, summary_of, summed
from fillbook.storage.records import batches

_SPREAD: Final = {Spread.PROFIT: "told", Spread.PERCENT: "gain_e8", Spread.R: "r_e8", Spread.HELD: "holding_seconds"}


def breakdown(accounts: Accounts, chosen: Filter, key: Key, *, gross: bool = False) -> dict[Group, Breakdown]:
    """What the round trips of each value came to. Those with several tags are in the part of each, in the whole once."""
    held = list(accounts)
    found = _parts(held, chosen, (key,), gross=gross)
    in_r = _in_r(held, chosen, key)
    wholes = totals(held, chosen, gross=gross)
    parts: dict[Group, list[Part]] = defaultdict(list)
    for (group, value), summary in found.items():
        parts[group].append(Part(value, summary, *in_r.get((group, value), (0, 0))))
    return {group: broken_down(key, some, wholes[group]) for group, some in parts.items()}


def crossing(accounts: Accounts, chosen: Filter, down: Key, across: Key, *, gross: bool = False) -> dict[Group, Crossing]:
    """What the round trips of each pair of values came to."""
    held = list(accounts)
    cells: dict[Group, dict[tuple[Value, Value], Summary]] = defaultdict(dict)
    for (group, *place), summary in _parts(held, chosen, (down, across), gross=gross).items():
        cells[group][place[0], place[-1]] = summary
    if down is across is Key.TAG:
        for group, *pair, summary in _pairs_of_tags(held, chosen, gross=gross):
            cells[group][pair[0], pair[1]] = summary
    margins = _margins(held, chosen, down, across, gross=gross) if Key.TAG in (down, across) else {}
    return {group: crossed(down, across, found, margins.get(group)) for group, found in cells.items()}


def totals(accounts: Accounts, chosen: Filter, *, gross: bool = False) -> dict[Group, Summary]:
    """The summary of each group that has round trips."""
    held = list(accounts)
    return _parts(held, chosen, (), gross=True, whole=True) if gross else queries.summaries(held, chosen)


def days(accounts: Accounts, chosen: Filter, *, gross: bool = False) -> dict[Group, tuple[Period, ...]]:
    """Totals of each day on which a round trip closed, in order."""
    held = list(accounts)
    if not gross:
        return queries.by_day(held, chosen)
    found: dict[Group, dict[date, Summary]] = defaultdict(dict)
    group_of = _groups(held)
    rows = _known(held, chosen, gross=True).filter(day__isnull=False).values(*_group(), "day").annotate(**summed("told")).order_by("day")
    for row in rows:
        group, day = group_of(row["account_id"], row["result_currency"]), row["day"]
        found[group][day] = found[group].get(day, Summary()).merge(summary_of(row))
    return {group: tuple(Period(day, summary) for day, summary in part.items()) for group, part in found.items()}


def closings(accounts: Accounts, chosen: Filter, *, gross: bool = False) -> dict[Group, tuple[Closing, ...]]:
    """Every round trip in closing order, in as few bytes as a curve needs."""
    dates: dict[str, date] = {}
    found: dict[Group, list[Closing]] = defaultdict(list)
    held = list(accounts)
    group_of = cache(_groups(held))
    trips = in_order(_known(held, chosen, gross=gross).filter(day__isnull=False))
    # As texts, which take a tenth of the time that dates and times take to be made.
    moments = trips.annotate(on=Cast("day", CharField()), moment=Coalesce(Cast("closed_at", CharField()), Constant("")))
    for account_id, currency, on, moment, net in moments.values_list(*_group(), "on", "moment", "told"):
        day = dates.get(on) or dates.setdefault(on, date.fromisoformat(on))
        found[group_of(account_id, currency)].append(Closing(day, moment, net))
    return {group: tuple(part) for group, part in found.items()}


def spread(accounts: Accounts, chosen: Filter, what: Spread, *, gross: bool = False) -> dict[Group, list[int]]:
    """The values to be distributed, of round trips that have one: never 0 for one that has none."""
    column = _SPREAD[what]
    found: dict[Group, list[int]] = defaultdict(list)
    held = list(accounts)
    group_of = cache(_groups(held))
    trips = _known(held, chosen, gross=gross).filter(**{f"{column}__isnull": False})
    for account_id, currency, value in trips.values_list(*_group(), column):
        found[group_of(account_id, currency)].append(value)
    return dict(found)


def samples(accounts: Accounts, chosen: Filter, *, gross: bool = False) -> dict[Group, Sample]:
    """Everything that `performance.statistics` asks for, of each group."""
    held = list(accounts)
    sums, by_day = totals(held, chosen, gross=gross), days(held, chosen, gross=gross)
    ordered = closings(held, chosen, gross=gross)
    found = {}
    for group, summary in sums.items():
        own = [one for one in held if (one.kind, one.base_currency) == (group.kind, group.base_currency)]
        periods = by_day.get(group, ())
        rs = results_in_r(own, chosen, group.currency)
        returns = returns_of(own, chosen, periods) if group.is_base else None
        found[group] = Sample.of(summary, [period.summary for period in periods], ordered.get(group, ()), rs, returns, gross=gross)
    return found


def returns_of(accounts: Accounts, chosen: Filter, periods: Iterable[Period]) -> Returns | None:
    """Daily returns on what the broker says the accounts were worth, of the days on which it says so of every one; None without."""
    held = [account.pk for account in accounts]
    rows = BalanceRow.objects.filter(account_id__in=held, kind=FigureKind.NET_ASSET_VALUE)
    rows = rows.filter(currency=F("account__base_currency"))
    if chosen.last:
        rows = rows.filter(as_of__lte=chosen.last)
    by_day: dict[date, list[Decimal]] = defaultdict(list)
    for day, amount in rows.values_list("as_of", "amount"):
        by_day[day].append(amount)
    worth = {day: sum(amounts, Decimal(0)) for day, amounts in by_day.items() if len(amounts) == len(held)}
    if chosen.first:
        before = [day for day in worth if day < chosen.first]
        worth = {day: amount for day, amount in worth.items() if day >= chosen.first or day == max(before)}
    return daily_returns({period.first: from_e8(period.summary.total) for period in periods}, worth)


def own_currency(accounts: Accounts, chosen: Filter) -> dict[Group, dict[str, tuple[Decimal, Decimal]]]:
    """By the instruments' currency: (net P&L, fees and taxes, - paid) in that currency itself, exactly."""
    found: dict[Group, dict[str, tuple[Decimal, Decimal]]] = defaultdict(dict)
    held = list(accounts)
    group_of = _groups(held)
    rows = _known(held, chosen).values(*_group(), "currency").annotate(net=ExactSum("realized_pnl"), paid=ExactSum("charges"))
    for row in rows:
        part = found[group_of(row["account_id"], row["result_currency"])]
        net, paid = part.get(row["currency"], (ZERO, ZERO))
        part[row["currency"]] = (EXACT.add(net, row["net"]), EXACT.add(paid, row["paid"]))
    return dict(found)


def _known(accounts: Accounts, chosen: Filter, *, gross: bool = False) -> QuerySet[Any]:
    """Round trips whose result is known, as `told`."""
    # The plain column would be looked up in the index by result, whose order jumps about in the table: twice as slow as to read it through.
    result = ExpressionWrapper(F("net_e8") - F("fees_e8") if gross else F("net_e8") + 0, BigIntegerField())
    return trips_in(accounts, chosen).annotate(told=result).filter(told__isnull=False)


def _group(prefix: str = "") -> tuple[str, str]:
    """By what rows are apart in a query: accounts, of which several may be of one group, since that spares a join."""
    return f"{prefix}account_id", f"{prefix}result_currency"


def _groups(accounts: Accounts) -> Callable[[int, str], Group]:
    """The group of an account's money in a currency."""
    kinds = {account.pk: (account.kind, account.base_currency) for account in accounts}
    return lambda account_id, currency: Group(*kinds[account_id], currency)


def _parts(accounts: list[BrokerAccount], chosen: Filter, keys: tuple[Key, ...], *, gross: bool, whole: bool = False) -> dict[Any, Summary]:
    """(group, value of each key) -> summary; group -> summary when whole."""
    found: dict[Any, Summary] = {}
    group_of = _groups(accounts)
    for rows, prefix in _rows(accounts, chosen, keys, gross=gross):
        for row in rows.annotate(**summed("told" if not prefix else "marked_told", prefix)):
            group = group_of(*(row[name] for name in _group(prefix)))
            place = group if whole else (group, *(row[f"by_{index}"] for index in range(len(keys))))
            summary = summary_of(row)
            found[place] = found[place].merge(summary) if place in found else summary
    return found


def _rows(accounts: list[BrokerAccount], chosen: Filter, keys: tuple[Key, ...], *, gross: bool) -> Iterator[tuple[Any, str]]:
    """What to add up, grouped. With a tag among the keys: each tag of each round trip, and then those without any."""
    trips = _known(accounts, chosen, gross=gross)
    if Key.TAG not in keys:
        yield trips.values(*_group(), **{f"by_{index}": value_in(key) for index, key in enumerate(keys)}), ""
        return
    numbers = [account.pk for account in accounts]
    marks = TripMark.objects.filter(word__account_id__in=numbers)
    once = marks.values("trip_id", "word__tag_id").annotate(first=Min("pk")).values("first")
    result = F("trip__net_e8") - F("trip__fees_e8") if gross else F("trip__net_e8")
    marked = TripMark.objects.filter(pk__in=once, trip__in=trips.values("pk")).annotate(
        marked_told=ExpressionWrapper(result, BigIntegerField())
    )
    tagged = {f"by_{index}": F("word__tag__key") if key is Key.TAG else value_in(key, "trip__") for index, key in enumerate(keys)}
    yield marked.values(*_group("trip__"), **tagged), "trip__"
    bare = trips.exclude(pk__in=marks.values("trip_id"))
    none = Constant(None, output_field=CharField())
    yield bare.values(*_group(), **{f"by_{index}": none if key is Key.TAG else value_in(key) for index, key in enumerate(keys)}), ""


def _margins(accounts: list[BrokerAccount], chosen: Filter, down: Key, across: Key, *, gross: bool) -> dict[Group, Margins]:
    """Around a grid in which a round trip may be in several cells."""
    sides: list[dict[Group, dict[Value, Summary]]] = []
    for key in (down, across):
        found: dict[Group, dict[Value, Summary]] = defaultdict(dict)
        for (group, value), summary in _parts(accounts, chosen, (key,), gross=gross).items():
            found[group][value] = summary
        sides.append(found)
    return {group: Margins(sides[0][group], sides[1][group], whole) for group, whole in totals(accounts, chosen, gross=gross).items()}


def _pairs_of_tags(accounts: list[BrokerAccount], chosen: Filter, *, gross: bool) -> Iterator[tuple[Group, Value, Value, Summary]]:
    """Each two different tags, either way round, with the round trips that have both."""
    trips = _known(accounts, chosen, gross=gross)
    marks = TripMark.objects.filter(word__account_id__in=[account.pk for account in accounts], trip__in=trips.values("pk"))
    tags: dict[int, set[str]] = defaultdict(set)
    for trip_id, tag in marks.values_list("trip_id", "word__tag__key"):
        tags[trip_id].add(tag)
    group_of = _groups(accounts)
    found: dict[tuple[Group, str, str], list[Summary]] = defaultdict(list)
    several = [pk for pk, own in tags.items() if len(own) > 1]
    for part in batches(several):
        rows = trips.filter(pk__in=part).values_list("pk", *_group(), "told", "net_e8", "fees_e8", "gain_e8", "result_cost")
        for pk, account_id, currency, told, net, fees, gain, cost in rows:
            one = Summary.of_one(told, fees or 0, gain, cost)._replace(costed=net if cost else 0)
            for pair in permutations(sorted(tags[pk]), 2):
                found[group_of(account_id, currency), *pair].append(one)
    for (group, first, second), parts in found.items():
        yield group, first, second, Summary.together(parts)


def _in_r(accounts: list[BrokerAccount], chosen: Filter, key: Key) -> dict[tuple[Group, Value], tuple[int, int]]:
    """(group, value) -> (round trips with a result in R, its sum in 1e-8): of few round trips, so apart from the sums of all."""
    found: dict[tuple[Group, Value], tuple[int, int]] = {}
    group_of = _groups(accounts)
    for rows, prefix in _planned(accounts, chosen, key):
        for row in rows.annotate(n=Count(f"{prefix}r_e8"), in_r=Sum(f"{prefix}r_e8")):
            place = group_of(*(row[name] for name in _group(prefix))), row["by_0"]
            n, total = found.get(place, (0, 0))
            found[place] = n + row["n"], total + int(row["in_r"])
    return found


def _planned(accounts: list[BrokerAccount], chosen: Filter, key: Key) -> Iterator[tuple[Any, str]]:
    for rows, prefix in _rows(accounts, chosen, (key,), gross=False):
        yield rows.filter(**{f"{prefix}r_e8__isnull": False}), prefix
