"""What pages and the API show, summed by the database and never across what must not be added.

Every function takes accounts whose access was checked (`choosing.accounts_in`, `access.accounts_of`). Totals come in groups: real, paper
and sandbox accounts apart, and accounts with different base currencies apart.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, FloatField, IntegerField, Max, Min, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast

from fillbook.ledger.instrument import AssetClass
from fillbook.ledger.numbers import ZERO
from fillbook.performance.curves import CurvePoint, Period
from fillbook.performance.curves import equity_curve as curve_of
from fillbook.performance.facets import facet_of
from fillbook.performance.filters import Filter
from fillbook.performance.metrics import Sides
from fillbook.performance.results import Result
from fillbook.performance.summary import FIELDS, Outcome, Summary, from_e8
from fillbook.storage.choosing import Accounts, Sort, in_order, incomplete_in, trips_in
from fillbook.storage.fields import ExactSum
from fillbook.storage.models import (
    AccountInstrument,
    AccountTotals,
    BridgeRow,
    BrokerAccount,
    DayTotals,
    RoundTripRow,
    StatedOpening,
    StatementCoverage,
)
from fillbook.trades.bridge import LINES, BridgeLine
from fillbook.trades.reconcile import LineKind, Status
from fillbook.trades.records import Basis

GROUP = ("account__kind", "account__base_currency")
"""Fields that tell apart what must not be added up."""


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """What may be added up. currency: of the money; differs from base_currency only for trades that have no rate to it."""

    kind: str
    base_currency: str
    currency: str

    @property
    def is_base(self) -> bool:
        """Whether the money is in the accounts' base currency."""
        return self.currency == self.base_currency


@dataclass(frozen=True, slots=True)
class TripsPage:
    """One page of a list. total: round trips in all; number: of this page, from 1; pages: at least 1."""

    rows: list[RoundTripRow]
    total: int
    number: int
    pages: int


def trips_page(
    accounts: Accounts,
    chosen: Filter,
    sort: Sort = Sort.DAY,
    *,
    descending: bool = True,
    number: int = 1,
    size: int = 50,
    only_incomplete: bool = False,
) -> TripsPage:
    """A page of round trips, or of the incomplete ones among them alone; a page beyond the last is the last."""
    trips = incomplete_in(accounts, chosen) if only_incomplete else trips_in(accounts, chosen)
    total = trips.count()
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    ordered = in_order(trips, sort, descending=descending).select_related("account", "instrument")
    return TripsPage(list(ordered[(number - 1) * size : number * size]), total, number, pages)


def open_trips(accounts: Accounts, chosen: Filter, count: int) -> tuple[list[RoundTripRow], int]:
    """(the open round trips under a filter that began last, how many there are): found by the index of open ones, which are few."""
    found = list(trips_in(accounts, chosen).order_by().values_list("pk", flat=True))
    ordered = in_order(RoundTripRow.objects.filter(pk__in=found), descending=True)
    return list(ordered.select_related("account", "instrument")[:count]), len(found)


def incomplete_count(accounts: Accounts, chosen: Filter) -> tuple[int, int]:
    """(incomplete round trips under a filter, those of them whose P&L is known, so that they can be counted on demand)."""
    trips = incomplete_in(accounts, chosen)
    found = trips.aggregate(all=Count("pk"), known=Count("pk", filter=Q(realized_pnl__isnull=False)))
    return found["all"], found["known"]


def stated_count(accounts: Accounts, chosen: Filter) -> int:
    """Round trips under a filter that rest, in part or whole, on an opening balance that their owner stated."""
    if not StatedOpening.objects.filter(account_id__in=[account.pk for account in accounts]).exists():
        return 0
    return trips_in(accounts, chosen).filter(lot_rows__basis=Basis.STATED).distinct().count()


def asset_classes(accounts: Accounts) -> set[str]:
    """Asset classes of the instruments that these accounts have had to do with."""
    known = AccountInstrument.objects.filter(account_id__in=[account.pk for account in accounts])
    return set(known.order_by().values_list("instrument__asset_class", flat=True).distinct())


def trade_abroad(accounts: Accounts) -> bool:
    """Whether some instrument of these accounts has another currency than the account's base; currency pairs aside."""
    known = AccountInstrument.objects.filter(account_id__in=[account.pk for account in accounts])
    abroad = known.exclude(instrument__currency=F("account__base_currency")).exclude(instrument__asset_class=AssetClass.FOREX)
    return abroad.exists()


def summaries(accounts: Accounts, chosen: Filter) -> dict[Group, Summary]:
    """The summary of each group that has round trips."""
    if facet_of(chosen) is not None:
        rows = day_totals(accounts, chosen).values(*GROUP, "currency").annotate(**merged_sums())
        return {group_of(row): summary_of(row) for row in rows}
    known = trips_in(accounts, chosen).filter(net_e8__isnull=False)
    rows = known.values(*GROUP, "result_currency").annotate(**summed())
    return {group_of(row, "result_currency"): summary_of(row) for row in rows}


def sides(accounts: Accounts, chosen: Filter, group: Group) -> Sides:
    """The winners and the losers of a group under a filter, summed up apart: those that the filter with their outcome takes."""
    won, lost = (
        summaries(accounts, replace(chosen, outcome=outcome)).get(group, Summary()) if chosen.outcome in (None, outcome) else Summary()
        for outcome in (Outcome.WIN, Outcome.LOSS)
    )
    return Sides(won, lost)


def by_day(accounts: Accounts, chosen: Filter) -> dict[Group, tuple[Period, ...]]:
    """Totals of each day on which a round trip closed, in order."""
    if facet_of(chosen) is not None:
        return _kept_by_day(list(accounts), chosen)
    found: dict[Group, list[Period]] = defaultdict(list)
    known = trips_in(accounts, chosen).filter(net_e8__isnull=False, day__isnull=False)
    rows = known.values(*GROUP, "result_currency", "day").annotate(**summed()).order_by("day")
    for row in rows:
        summary = summary_of(row)
        found[group_of(row, "result_currency")].append(Period(row["day"], summary))
    return {group: tuple(periods) for group, periods in found.items()}


def _kept_by_day(accounts: list[BrokerAccount], chosen: Filter) -> dict[Group, tuple[Period, ...]]:
    """From the day totals, one row of an account's day after the other."""
    kinds = {account.pk: (account.kind, account.base_currency) for account in accounts}
    found: dict[Group, dict[date, Summary]] = defaultdict(dict)
    rows = day_totals(accounts, chosen).order_by("day").values_list("account_id", "currency", "day", *FIELDS)
    for account_id, currency, day, *values in rows:
        days, summary = found[Group(*kinds[account_id], currency)], Summary(*values)
        days[day] = days[day].merge(summary) if day in days else summary
    return {group: tuple(Period(day, summary) for day, summary in days.items()) for group, days in found.items()}


def by_month(accounts: Accounts, chosen: Filter) -> dict[Group, tuple[Period, ...]]:
    """Totals of each calendar month in which a round trip closed, in order."""
    found: dict[Group, dict[date, Summary]] = {}
    for group, days in by_day(accounts, chosen).items():
        months = found.setdefault(group, {})
        for day in days:
            first = day.first.replace(day=1)
            months[first] = months.get(first, Summary()).merge(day.summary)
    return {group: tuple(Period(first, summary) for first, summary in months.items()) for group, months in found.items()}


def results(accounts: Accounts, chosen: Filter) -> dict[Group, tuple[Result, ...]]:
    """Each round trip's result, in closing order: for what a sum does not tell (curve, streaks, holding time)."""
    names = ("result_currency", "key", "base_currency", "base_pnl", "base_charges", "realized_pnl", "charges")
    found: dict[Group, list[Result]] = defaultdict(list)
    known = trips_in(accounts, chosen).filter(net_e8__isnull=False, closed_on__isnull=False)
    rows = in_order(known).values(
        *GROUP, *(name for name in names if name != "base_currency"), "result_cost", "gain_e8", "closed_on", "opened_at", "closed_at"
    )
    for row in rows.iterator(chunk_size=2000):
        group = group_of(row, "result_currency")
        in_base = group.is_base and row["base_pnl"] is not None and row["base_charges"] is not None
        found[group].append(
            Result(
                key=row["key"],
                net=row["base_pnl"] if in_base else row["realized_pnl"],
                charges=row["base_charges"] if in_base else row["charges"],
                cost=row["result_cost"],
                gain=None if row["gain_e8"] is None else from_e8(row["gain_e8"]),
                closed_on=row["closed_on"],
                opened_at=row["opened_at"],
                closed_at=row["closed_at"],
            )
        )
    return {group: tuple(part) for group, part in found.items()}


def equity_curve(accounts: Accounts, chosen: Filter) -> dict[Group, tuple[CurvePoint, ...]]:
    """The closed-trade curve of each group, one point for each moment of closing."""
    return {group: curve_of(part) for group, part in results(accounts, chosen).items()}


def stating_profit(accounts: Accounts) -> set[int]:
    """Ids of those accounts whose broker says what their fills realized.

    A statement can name the field and leave it out wherever something was closed; such an account has no figure to be compared with.
    """
    stating = StatementCoverage.objects.filter(account_id__in=[account.pk for account in accounts], states_realized_pnl=True)
    found = set(stating.order_by().values_list("account_id", flat=True).distinct())
    checked = AccountTotals.objects.filter(account_id__in=found).values_list("account_id", "checked")
    return found - {pk for pk, kinds in checked if set(kinds.get(LineKind.FILL, {})) == {Status.UNSTATED}}


def bridge(accounts: Accounts) -> dict[str, tuple[BridgeLine, ...]]:
    """For each kind of account the bridge from the profit shown to the broker's realized figure: lines in order, currency by currency.

    Of accounts whose broker states such a figure at all.
    """
    rows = BridgeRow.objects.filter(account_id__in=stating_profit(accounts))
    sums: dict[str, dict[tuple[str, str], Decimal]] = defaultdict(dict)
    for row in rows.values("account__kind", "currency", "line").annotate(sum=ExactSum("amount")):
        sums[row["account__kind"]][row["currency"], row["line"]] = row["sum"]
    return {
        kind: tuple(
            BridgeLine(line, currency, amounts.get((currency, line), ZERO))
            for currency in sorted({currency for currency, _ in amounts})
            for line in LINES
        )
        for kind, amounts in sums.items()
    }


def day_totals(accounts: Accounts, chosen: Filter) -> QuerySet[DayTotals]:
    """Totals of the days within a filter's period; only of use where `facet_of` has an answer."""
    rows = DayTotals.objects.filter(account_id__in=[account.pk for account in accounts], facet=facet_of(chosen))
    if chosen.counted_in:
        rows = rows.filter(currency=chosen.counted_in)
    if chosen.first:
        rows = rows.filter(day__gte=chosen.first)
    return rows.filter(day__lte=chosen.last) if chosen.last else rows


def merged_sums() -> dict[str, Any]:
    """Aggregates that merge rows which are summaries."""
    sums: dict[str, Any] = {f"of_{name}": Sum(name) for name in FIELDS}
    return sums | {"of_least": Min("least"), "of_greatest": Max("greatest")}


def summed() -> dict[str, Any]:
    """Aggregates that sum round trips up as `Summary.of_one` and `merge` would."""
    money = Cast("net_e8", FloatField()) / Value(1e8)
    has_cost = Q(result_cost__isnull=False) & ~Q(result_cost=Decimal(0))
    return {
        "of_n": Count("pk"),
        "of_wins": Count("pk", filter=Q(net_e8__gt=0)),
        "of_losses": Count("pk", filter=Q(net_e8__lt=0)),
        "of_zeros": Count("pk", filter=Q(net_e8=0)),
        "of_total": Sum("net_e8"),
        "of_total_wins": Sum(Case(When(net_e8__gt=0, then="net_e8"), default=0, output_field=IntegerField())),
        "of_total_losses": Sum(Case(When(net_e8__lt=0, then="net_e8"), default=0, output_field=IntegerField())),
        "of_fees": Sum("fees_e8"),
        "of_gain_count": Count("gain_e8"),
        "of_gain_total": Sum("gain_e8"),
        "of_squares": Sum(money * money, output_field=FloatField()),
        "of_least": Min("net_e8"),
        "of_greatest": Max("net_e8"),
        "of_costed": Sum(Case(When(has_cost, then="net_e8"), default=0, output_field=IntegerField())),
        "of_costs": Sum(Cast("result_cost", FloatField()), output_field=FloatField()),
    }


def summary_of(row: dict[str, Any]) -> Summary:
    """The summary in a row that `merged_sums` or `summed` gave."""
    return Summary(**{name: _number(name, row[f"of_{name}"]) for name in FIELDS})


def _number(name: str, value: Any) -> Any:
    """PostgreSQL sums 64-bit integers to NUMERIC."""
    if value is None:
        return None if name in ("least", "greatest") else 0
    return float(value) if name in ("squares", "costs") else int(value)


def group_of(row: dict[str, Any], currency: str = "currency") -> Group:
    """The group of a row that has the fields of `GROUP`, and the name of its money's currency."""
    return Group(row["account__kind"], row["account__base_currency"], row[currency])
