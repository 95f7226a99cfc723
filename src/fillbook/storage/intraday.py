"""Results by where in the day round trips were opened, summed by the database from monthly totals wherever they answer."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Least

from fillbook.ledger.exchanges import zone_of
from fillbook.ledger.instrument import AssetClass
from fillbook.performance.breakdowns import STORED, Dimension, Parts, by_hour, by_weekday, merged
from fillbook.performance.facets import facet_of
from fillbook.performance.filters import Filter
from fillbook.performance.intraday import LAST_NUMBER, HeldFor, held_bounds
from fillbook.performance.summary import Summary
from fillbook.storage import queries
from fillbook.storage.choosing import Accounts, trips_in
from fillbook.storage.models import AccountInstrument, BrokerAccount, SlotTotals
from fillbook.storage.queries import GROUP, Group, day_totals, group_of, merged_sums, summary_of, summed

Sums = dict[tuple[Group, Dimension, int], Summary]


@dataclass(frozen=True, slots=True)
class Untimed:
    """An account of which round trips have no time of day. count: so many; of: out of so many."""

    account: BrokerAccount
    count: int
    of: int


def slots(accounts: Accounts, chosen: Filter) -> dict[Group, dict[Dimension, Parts]]:
    """What the round trips of each slot came to, by group and by each dimension that is stored."""
    found: dict[tuple[Group, Dimension], list[tuple[int, Summary]]] = defaultdict(list)
    for part in _parts(chosen):
        sums = _from_months(accounts, part) if _is_months(part) else _from_trips(accounts, part)
        for (group, dimension, slot), summary in sums.items():
            found[group, dimension].append((slot, summary))
    answer: dict[Group, dict[Dimension, Parts]] = defaultdict(dict)
    for (group, dimension), parts in found.items():
        answer[group][dimension] = merged(parts)
    return dict(answer)


def summaries(accounts: Accounts, chosen: Filter) -> dict[Group, Summary]:
    """The summary of each group that has round trips; of a slot from monthly totals wherever they answer."""
    slot, others = chosen.slot, replace(chosen, slot=None)
    if slot is None or facet_of(others, coarse=True) is None:
        return queries.summaries(accounts, chosen)
    found = {group: _slots_of(slot.dimension, parts) for group, parts in slots(accounts, others).items()}
    return {group: parts[slot.number] for group, parts in found.items() if slot.number in parts}


def _slots_of(dimension: Dimension, parts: dict[Dimension, Parts]) -> Parts:
    """Of one dimension, out of those that are stored."""
    if dimension is Dimension.HOUR:
        return by_hour(parts.get(Dimension.CLOCK, {}))
    if dimension is Dimension.WEEKDAY:
        return by_weekday(parts.get(Dimension.CLOCK, {}))
    return parts.get(dimension, {})


def untimed(accounts: Accounts, chosen: Filter) -> list[Untimed]:
    """Accounts of which round trips that the filter takes have no time of day, with how many."""
    own = {account.pk: account for account in accounts}
    counts: Counter[int] = Counter()
    timed: Counter[int] = Counter()
    for part in _parts(chosen):
        if _is_months(part):
            clock = _months(own.values(), part).filter(dimension=Dimension.CLOCK).values("account_id").annotate(all=Sum("n"))
            timed.update({row["account_id"]: row["all"] for row in clock})
            days = day_totals(own.values(), part).values("account_id").annotate(all=Sum("n"))
            counts.update({row["account_id"]: row["all"] for row in days})
        else:
            trips = trips_in(own.values(), part).filter(net_e8__isnull=False)
            for row in trips.values("account_id").annotate(all=Count("pk"), timed=Count("clock")):
                counts[row["account_id"]] += row["all"]
                timed[row["account_id"]] += row["timed"]
    return [Untimed(own[pk], counts[pk] - timed[pk], counts[pk]) for pk in sorted(counts) if counts[pk] > timed[pk]]


def zones(accounts: Accounts, chosen: Filter | None = None) -> list[str]:
    """The time zones of the exchanges on which these accounts have traded something, by name.

    chosen: of its symbol and asset class alone, as for round trips.
    """
    traded = AccountInstrument.objects.filter(account_id__in=[account.pk for account in accounts])
    if chosen and chosen.asset_class:
        traded = traded.filter(instrument__asset_class=chosen.asset_class)
    elif chosen:
        traded = traded.exclude(instrument__asset_class=AssetClass.FOREX)
    if chosen and chosen.symbol:
        traded = traded.filter(Q(instrument__symbol__iexact=chosen.symbol) | Q(instrument__underlying_symbol__iexact=chosen.symbol))
    return sorted({zone_of(exchange) for exchange in traded.values_list("instrument__exchange", flat=True).distinct()})


def _parts(chosen: Filter) -> Iterable[Filter]:
    """A period as whole months and, where it begins or ends within one, the days of that; what no months answer as it is."""
    if facet_of(chosen, coarse=True) is None:
        return [chosen]
    first, last = chosen.first, chosen.last
    start = first if first is None or first.day == 1 else _next_month(first)
    end = last if last is None or _next_month(last) - last == timedelta(days=1) else last.replace(day=1) - timedelta(days=1)
    if start and end and start > end:
        return [chosen]
    parts = [replace(chosen, first=start, last=end)]
    if first and start != first:
        parts.append(replace(chosen, last=_before(start)))
    if last and end != last:
        parts.append(replace(chosen, first=last.replace(day=1)))
    return parts


def _before(day: date | None) -> date | None:
    return None if day is None else day - timedelta(days=1)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _is_months(chosen: Filter) -> bool:
    """Whether a filter takes whole months of a facet that is kept by month."""
    whole = chosen.last is None or (chosen.last + timedelta(days=1)).day == 1
    return facet_of(chosen, coarse=True) is not None and (chosen.first is None or chosen.first.day == 1) and whole


def _from_months(accounts: Accounts, chosen: Filter) -> Sums:
    sums = _months(accounts, chosen).values(*GROUP, "currency", "dimension", "slot").annotate(**merged_sums())
    return {(group_of(row), Dimension(row["dimension"]), row["slot"]): summary_of(row) for row in sums}


def _from_trips(accounts: Accounts, chosen: Filter) -> Sums:
    known = trips_in(accounts, chosen).filter(net_e8__isnull=False)
    found: Sums = {}
    for dimension in STORED:
        column = {Dimension.HELD: "holding_seconds", Dimension.NUMBER: "day_number"}.get(dimension, dimension.value)
        trips = known.filter(**{f"{column}__isnull": False}).annotate(slot=_slot(dimension, column))
        for row in trips.values(*GROUP, "result_currency", "slot").annotate(**summed()):
            found[group_of(row, "result_currency"), dimension, row["slot"]] = summary_of(row)
    return found


def _slot(dimension: Dimension, column: str) -> Any:
    """The slot of a round trip as SQL."""
    if dimension is Dimension.NUMBER:
        return Least(F(column), Value(LAST_NUMBER))
    if dimension is Dimension.HELD:
        bounds = [(slot, held_bounds(slot)[1]) for slot in HeldFor]
        cases = [When(holding_seconds__lt=most, then=Value(int(slot))) for slot, most in bounds if most is not None]
        return Case(*cases, default=Value(int(HeldFor.LONGER)))
    return F(column)


def _months(accounts: Accounts, chosen: Filter) -> QuerySet[SlotTotals]:
    rows = SlotTotals.objects.filter(account_id__in=[account.pk for account in accounts], facet=facet_of(chosen, coarse=True))
    if chosen.counted_in:
        rows = rows.filter(currency=chosen.counted_in)
    if chosen.first:
        rows = rows.filter(month__gte=chosen.first)
    return rows.filter(month__lte=chosen.last) if chosen.last else rows
