"""What campaigns came to, each counted once, by shape, underlying or month; beside them the trades that are in none.

Made of the rows that are kept of campaigns, with the sums that reports of trades are made of, so that a figure has one formula. A campaign
counts once every leg is closed and complete, on the day of its last closing fill. Trades in none are what is left of all trades that the
filter takes without those that are legs of anything.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, DurationField, ExpressionWrapper, F, QuerySet, Sum
from django.db.models.functions import TruncMonth

from fillbook.journal.shapes import CampaignKey
from fillbook.ledger.numbers import EXACT
from fillbook.performance.filters import Filter
from fillbook.performance.summary import FIELDS, Summary
from fillbook.storage import queries
from fillbook.storage.campaigns import Totals, campaigns_in, totals
from fillbook.storage.choosing import Accounts, trips_in
from fillbook.storage.models import CampaignRow, CampaignTrip
from fillbook.storage.remembered import remembered

_UNKNOWN: Final = frozenset({"of_gain_count", "of_gain_total", "of_costed", "of_costs"})
"""What a campaign has none of: a credit spread costs nothing to open, and its margin is in no statement."""
_ENDS: Final = ("least", "greatest")


@dataclass(frozen=True, slots=True)
class CampaignPart:
    """Campaigns of one value: a shape, a symbol, a month such as 2026-03. held: days of those whose first day is known, both ends
    counted, together; dated: how many these are.
    """

    value: str
    summary: Summary
    held: int = 0
    dated: int = 0

    @property
    def average_days(self) -> Decimal | None:
        """Mean of the days from the first fill to the last one; None where no first day is known."""
        return EXACT.divide(Decimal(self.held), Decimal(self.dated)) if self.dated else None


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """parts: by value, the greatest profit first, months in order. alone: the trades in no campaign, without least and greatest.
    trades: all that the filter takes, leg by leg.
    """

    parts: tuple[CampaignPart, ...]
    alone: Summary
    trades: Summary

    @property
    def whole(self) -> CampaignPart:
        """All campaigns, each once."""
        return CampaignPart(
            "",
            Summary.together(part.summary for part in self.parts),
            sum(part.held for part in self.parts),
            sum(part.dated for part in self.parts),
        )

    @property
    def decisions(self) -> Summary:
        """Campaigns and the trades that are in none: each decision once."""
        return self.whole.summary.merge(self.alone)

    @property
    def rest(self) -> int:
        """In 1e-8, what lies between each decision once and all trades: legs that the filter takes of campaigns that are not counted, less
        legs that it does not take of those that are.
        """
        return self.trades.total - self.decisions.total


def campaign_report(accounts: Accounts, chosen: Filter, by: CampaignKey) -> dict[queries.Group, CampaignReport]:
    """Of each kind of account and currency that has campaigns that count, or trades."""
    return remembered(_campaign_report, list(accounts), chosen, by)


def _campaign_report(accounts: Accounts, chosen: Filter, by: CampaignKey) -> dict[queries.Group, CampaignReport]:
    parts, trades = _parts(campaigns_in(accounts, chosen).filter(counts=True), by), queries.summaries(accounts, chosen)
    alone = _alone(accounts, chosen, trades)
    groups = {*parts, *(group for group, summary in trades.items() if summary.n)}
    none = Summary()
    return {group: CampaignReport(_ordered(parts.get(group, []), by), alone.get(group, none), trades.get(group, none)) for group in groups}


def of_value(campaigns: QuerySet[CampaignRow], shape: str = "", on: str = "") -> QuerySet[CampaignRow]:
    """Those of one shape, and of one underlying as the report has it; "" for any."""
    found = campaigns.filter(shape=shape) if shape else campaigns
    return found.filter(underlying=on) if on else found


def totals_of(accounts: Accounts, chosen: Filter, shape: str = "", on: str = "") -> dict[queries.Group, Totals]:
    """`campaigns.totals` of the campaigns of a filter, and of one value of the report."""
    return remembered(_totals_of, list(accounts), chosen, shape, on)


def _totals_of(accounts: Accounts, chosen: Filter, shape: str, on: str) -> dict[queries.Group, Totals]:
    return totals(of_value(campaigns_in(accounts, chosen), shape, on))


def _parts(campaigns: QuerySet[CampaignRow], by: CampaignKey) -> dict[queries.Group, list[CampaignPart]]:
    told = campaigns.order_by().annotate(value=TruncMonth("day") if by is CampaignKey.MONTH else F(by.value))
    sums = {name: one for name, one in queries.summed().items() if name not in _UNKNOWN}
    days = Sum(ExpressionWrapper(F("closed_on") - F("opened_on"), output_field=DurationField()))
    found: dict[queries.Group, list[CampaignPart]] = defaultdict(list)
    for row in told.values(*queries.GROUP, "currency", "value").annotate(days=days, dated=Count("opened_on"), **sums):
        value = f"{row['value']:%Y-%m}" if by is CampaignKey.MONTH else row["value"]
        held = (row["days"] or timedelta()).days + row["dated"]
        found[queries.group_of(row)].append(CampaignPart(value, _summary(row), held, row["dated"]))
    return found


def _alone(accounts: Accounts, chosen: Filter, trades: Mapping[queries.Group, Summary]) -> dict[queries.Group, Summary]:
    taken_together = CampaignTrip.objects.filter(campaign__account_id__in=[account.pk for account in accounts])
    legs = trips_in(accounts, chosen).filter(pk__in=taken_together.values("trip_id"), net_e8__isnull=False)
    rows = legs.values(*queries.GROUP, "result_currency").annotate(**queries.summed())
    taken = {queries.group_of(row, "result_currency"): queries.summary_of(row) for row in rows}
    return {group: _less(whole, taken.get(group, Summary())) for group, whole in trades.items()}


def _less(whole: Summary, part: Summary) -> Summary:
    """What is left without a part of it. The least and the greatest of the rest cannot be told from sums."""
    sums: dict[str, Any] = {name: getattr(whole, name) - getattr(part, name) for name in FIELDS if name not in _ENDS}
    return Summary(**sums)


def _summary(row: Mapping[str, Any]) -> Summary:
    return queries.summary_of({**dict.fromkeys(_UNKNOWN), **row})


def _ordered(parts: list[CampaignPart], by: CampaignKey) -> tuple[CampaignPart, ...]:
    if by is CampaignKey.MONTH:
        return tuple(sorted(parts, key=lambda part: part.value))
    return tuple(sorted(parts, key=lambda part: (-part.summary.total, part.value)))
