"""Campaigns as derived rows: made again whenever trades were made again, or the trader says something of them; and how they are read.

An account's campaigns lie within one underlying each, and all that is traded of an underlying is made again together, so only those are
grouped again; once the trader has put legs of anything together, the whole account is.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from fillbook.journal.anchors import Anchor
from fillbook.journal.campaigns import Deed, Group, Leg, propose
from fillbook.journal.shapes import describe
from fillbook.ledger.execution import ExecutionKind
from fillbook.ledger.instrument import AssetClass, Right
from fillbook.performance.filters import Filter, TripStatus
from fillbook.performance.summary import Outcome
from fillbook.storage import queries
from fillbook.storage.bulk import insert
from fillbook.storage.choosing import Accounts, trips_in
from fillbook.storage.hanging import homes_of
from fillbook.storage.models import (
    BrokerAccount,
    CampaignLeg,
    CampaignRow,
    CampaignTrip,
    ExecutionRow,
    LegApart,
    RoundTripRow,
    RowState,
    TripFillRow,
)
from fillbook.storage.records import batches
from fillbook.storage.remembered import remembered
from fillbook.trades.records import Role

_OPTIONS: Final = (AssetClass.OPTION, AssetClass.FUTURE_OPTION)
_DEEDS: Final = frozenset({Role.OPENS.value, Role.CLOSES.value})


_LISTED: Final = 1_000
"""So many campaigns are named one by one to the database; of more it is told again which they are."""
_LIMIT: Final = 2**63
_ENDED: Final = {Outcome.WIN: "leg_wins", Outcome.LOSS: "leg_losses", Outcome.EVEN: "leg_evens"}
"""Where it is kept how many legs ended so."""
_ROW: Final = (
    "account_id",
    "key",
    "own_id",
    "underlying",
    "why",
    "shape",
    "strikes",
    "expiry",
    "rolls",
    "delivered",
    "legs",
    *_ENDED.values(),
    "is_open",
    "counts",
    "currency",
    "net_e8",
    "fees_e8",
    "outcome",
    "opened_on",
    "closed_on",
    "day",
)


@dataclass(frozen=True, slots=True)
class Tally:
    """Campaigns that count, of one currency. net_e8: their net P&L in units of 1e-8."""

    currency: str
    n: int
    wins: int
    losses: int
    net_e8: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What campaigns of one group came to, and how many of their legs that count ended so, each of the trades counted once."""

    tally: Tally
    leg_wins: int
    leg_losses: int
    leg_evens: int


def regroup(account: BrokerAccount, keys: Collection[str] | None = None) -> None:
    """Make an account's campaigns again from its round trips. keys: contract ids whose round trips are new; None for all."""
    own, apart = _said(account)
    trips = RoundTripRow.objects.filter(account=account)
    old = CampaignRow.objects.filter(account=account)
    if keys is None or own:
        _write(account, _within_options(trips, own), own, apart, old)
        return
    old.filter(trips=None).delete()  # their round trips are gone
    for part in batches(sorted(keys)):
        old.filter(trips__trip__instrument_key__in=part).delete()
    parts = [trips.filter(instrument_key__in=part) for part in batches(sorted(keys))]
    if any(part.filter(asset_class__in=_OPTIONS).exists() for part in parts):  # else nothing is proposed, and of stocks there are many
        _write(account, [trip for part in parts for trip in _rows(part)], own, apart, CampaignRow.objects.none())


def campaigns_of(accounts: Accounts) -> QuerySet[CampaignRow]:
    """All campaigns of these accounts, in no order."""
    return CampaignRow.objects.filter(account_id__in=[account.pk for account in accounts])


def campaigns_in(accounts: Accounts, chosen: Filter) -> QuerySet[CampaignRow]:
    """The campaigns that a filter takes, the latest first. Accounts, days, outcome, status and currency are the campaign's own; of symbol,
    side, kind, tags, time of day and an interval of moments it is enough that one leg has them.
    """
    found = campaigns_of(accounts).filter(is_open=chosen.status is TripStatus.OPEN)
    if chosen.status is TripStatus.CLOSED and not chosen.include_incomplete:
        found = found.filter(counts=True)
    if chosen.first:
        found = found.filter(day__gte=chosen.first)
    if chosen.last:
        found = found.filter(day__lte=chosen.last)
    if chosen.outcome:
        found = found.filter(outcome=chosen.outcome)
    if chosen.counted_in and chosen.status is TripStatus.CLOSED:
        found = found.filter(_counted_in(chosen.counted_in))
    legs = replace(chosen, first=None, last=None, outcome=None, status=TripStatus.CLOSED, include_incomplete=True)
    if replace(legs, accounts=(), currency="", include_incomplete=False) != Filter():
        having = remembered(_having, list(accounts), legs)  # a page asks several times for the same ones
        few = sum(len(keys) for keys in having.values()) <= _LISTED
        found = found.filter(_named(having) if few else _with_a_leg(accounts, legs))
    return found.order_by("-day", "-opened_on", "key", "account_id")


def _having(accounts: Accounts, legs: Filter) -> dict[int, list[str]]:
    """Number of an account -> public ids of its campaigns with a leg, open or closed, that a filter takes."""
    found: dict[int, list[str]] = defaultdict(list)
    for account, key in CampaignRow.objects.filter(_with_a_leg(accounts, legs)).values_list("account_id", "key"):
        found[account].append(key)
    return found


def _named(campaigns: Mapping[int, Collection[str]]) -> Q:
    """These campaigns. By public ids, since a change that is taken back leaves the same ones with other numbers."""
    if not campaigns:
        return Q(pk__in=[])
    return Q(*(Q(account_id=account, key__in=keys) for account, keys in campaigns.items()), _connector=Q.OR)


def _with_a_leg(accounts: Accounts, legs: Filter) -> Q:
    either = (trips_in(accounts, replace(legs, status=status)).values("pk") for status in TripStatus)
    with_one = (CampaignTrip.objects.filter(trip__in=some).values("campaign_id") for some in either)
    return Q(*(Q(pk__in=some) for some in with_one), _connector=Q.OR)


def _counted_in(currency: str) -> Q:
    """Campaigns whose result is in a currency; those that have none, because their legs' are in several, by each of these."""
    some = CampaignTrip.objects.filter(trip__result_currency=currency).values("campaign_id")
    return Q(currency=currency) | Q(currency="", pk__in=some)


def not_counted(accounts: Accounts, chosen: Filter) -> int:
    """How many closed campaigns that a filter takes count nowhere, because a leg is incomplete, and are not listed unless asked for."""
    if chosen.include_incomplete or chosen.status is TripStatus.OPEN:
        return 0
    return remembered(_not_counted, list(accounts), replace(chosen, include_incomplete=True))


def _not_counted(accounts: Accounts, chosen: Filter) -> int:
    return campaigns_in(accounts, chosen).filter(counts=False).count()


def with_legs(campaigns: QuerySet[CampaignRow]) -> QuerySet[CampaignRow]:
    """The same with account, name and legs at hand: `campaign.trips.all()`, each with its round trip."""
    legs = CampaignTrip.objects.select_related("trip__instrument", "trip__account").order_by("number")
    return campaigns.select_related("own", "account").prefetch_related(Prefetch("trips", legs))


def totals(campaigns: QuerySet[CampaignRow]) -> dict[queries.Group, Totals]:
    """What campaigns came to, never across kinds, base currencies or currencies. A campaign whose legs have results in several currencies
    has no result of its own, but each leg counts in its currency.
    """
    found: dict[queries.Group, Counter[str]] = defaultdict(Counter)
    kind = ("account__kind", "account__base_currency", "currency")
    told = campaigns.order_by()
    for row in told.filter(counts=True).values(*kind, "outcome").annotate(n=Count("pk"), total=Sum("net_e8")):
        found[_group(row, kind)] += Counter({row["outcome"]: row["n"]})
        found[_group(row, kind)]["net_e8"] += row["total"]
    for row in told.exclude(currency="").values(*kind).annotate(**{f"leg_{outcome}": Sum(name) for outcome, name in _ENDED.items()}):
        for outcome in _ENDED:
            found[_group(row, kind)][f"leg_{outcome}"] += row[f"leg_{outcome}"]
    kind = ("trip__account__kind", "trip__account__base_currency", "trip__result_currency")
    mixed = CampaignTrip.objects.filter(campaign__in=told.filter(currency="").values("pk"), trip__counts=True)
    for row in mixed.order_by().values(*kind, "trip__outcome").annotate(n=Count("pk")):
        found[_group(row, kind)][f"leg_{row['trip__outcome']}"] += row["n"]
    return {
        group: Totals(
            Tally(group.currency, sum(parts[outcome] for outcome in _ENDED), parts[Outcome.WIN], parts[Outcome.LOSS], parts["net_e8"]),
            *(parts[f"leg_{outcome}"] for outcome in _ENDED),
        )
        for group, parts in found.items()
        if any(parts[name] for name in (*_ENDED, *(f"leg_{outcome}" for outcome in _ENDED)))
    }


def _group(row: Mapping[str, Any], names: Iterable[str]) -> queries.Group:
    return queries.Group(*(row[name] for name in names))


def fills_of(campaign: CampaignRow) -> list[TripFillRow]:
    """All fills of a campaign's legs in time."""
    return list(TripFillRow.objects.filter(trip__in_campaign__campaign=campaign).order_by("ordered_at", "trip", "number"))


def beside(trip: RoundTripRow, without: Collection[int], most: int = 50) -> list[RoundTripRow]:
    """Round trips of the same account and underlying that a round trip could be taken together with, the nearest in time first."""
    name = trip.underlying or trip.symbol
    same = RoundTripRow.objects.filter(account=trip.account).filter(Q(underlying=name) | Q(symbol=name)).exclude(pk__in={*without, trip.pk})
    start = trip.opened_on or trip.day
    if start is None:
        return list(same.select_related("instrument").order_by("-day", "key")[:most])
    since = list(same.filter(opened_on__gte=start).select_related("instrument").order_by("opened_on", "key")[:most])
    before = list(same.filter(opened_on__lt=start).select_related("instrument").order_by("-opened_on", "key")[:most])
    return sorted([*since, *before], key=lambda one: (abs(((one.opened_on or start) - start).days), one.key))[:most]


def campaign_of(trip: RoundTripRow) -> CampaignRow | None:
    """The campaign that a round trip is part of."""
    return CampaignRow.objects.filter(trips__trip=trip).select_related("own", "account").first()


def is_apart(trip: RoundTripRow) -> bool:
    """Whether the trader took a round trip out of what was proposed."""
    return trip.pk in _hung(trip.account, LegApart.objects.filter(account=trip.account))


def legs_of(rows: Iterable[RoundTripRow]) -> list[Leg]:
    """Round trips as campaigns look at them. rows: with their instrument."""
    found = {row.pk: row for row in rows}
    deeds = _deeds(found)
    return [_leg(row, deeds.get(pk, ())) for pk, row in found.items()]


def hung_on(trip: RoundTripRow) -> tuple[list[CampaignLeg], list[LegApart]]:
    """What the trader said of a round trip: as a leg of theirs, and as one that stays apart."""
    legs = CampaignLeg.objects.filter(campaign__account=trip.account).select_related("campaign")
    aparts = LegApart.objects.filter(account=trip.account)
    return list(_hung(trip.account, legs).get(trip.pk, ())), list(_hung(trip.account, aparts).get(trip.pk, ()))


def _said(account: BrokerAccount) -> tuple[dict[int, int], set[int]]:
    """Number of a round trip -> the trader's campaign it is in, the oldest of several; and those taken out."""
    words = _hung(account, CampaignLeg.objects.filter(campaign__account=account).order_by("pk"))
    own = {pk: min(word.campaign_id for word in legs) for pk, legs in words.items()}
    return own, set(_hung(account, LegApart.objects.filter(account=account))) - set(own)


def _hung(account: BrokerAccount, words: QuerySet[Any]) -> dict[int, list[Any]]:
    """Number of a round trip -> the words that hang on it."""
    found = [(Anchor(word.execution_id, word.role), word) for word in words]
    homes = homes_of(account, {anchor for anchor, _ in found}) if found else {}
    hung: dict[int, list[Any]] = defaultdict(list)
    for anchor, word in found:
        for pk in homes[anchor]:
            hung[pk].append(word)
    return hung


def _rows(trips: QuerySet[RoundTripRow]) -> list[RoundTripRow]:
    return list(trips.select_related("instrument"))


def _within_options(trips: QuerySet[RoundTripRow], own: Collection[int]) -> list[RoundTripRow]:
    """Round trips of underlyings that options were traded on, and those that the trader put somewhere."""
    underlyings = set(trips.filter(asset_class__in=_OPTIONS).values_list("underlying", flat=True).distinct())
    parts = batches(sorted(underlyings))
    found = {trip.pk: trip for part in parts for trip in _rows(trips.filter(Q(underlying__in=part) | Q(symbol__in=part)))}
    found.update((trip.pk, trip) for part in batches(sorted(own)) for trip in _rows(trips.filter(pk__in=part)))
    return list(found.values())


def _write(
    account: BrokerAccount, trips: Sequence[RoundTripRow], own: dict[int, int], apart: Collection[int], old: QuerySet[CampaignRow]
) -> None:
    old.delete()
    by_key = {trip.key: trip for trip in trips}
    legs = {leg.key: leg for leg in legs_of(trips)}
    said = {trip.key: own[trip.pk] for trip in trips if trip.pk in own}
    groups = propose(legs.values(), said, {trip.key for trip in trips if trip.pk in apart})
    insert(
        CampaignRow,
        _ROW,
        (_row(account, group, [legs[key] for key in group.legs], [by_key[key] for key in group.legs]) for group in groups),
    )
    ids: dict[str, int] = {}
    for part in batches([group.legs[0] for group in groups]):
        ids.update(CampaignRow.objects.filter(account=account, key__in=part).values_list("key", "pk"))
    insert(
        CampaignTrip,
        ("campaign_id", "trip_id", "number"),
        ([ids[group.legs[0]], by_key[key].pk, number] for group in groups for number, key in enumerate(group.legs, 1)),
    )


def _row(account: BrokerAccount, group: Group, legs: Sequence[Leg], trips: Sequence[RoundTripRow]) -> list[Any]:
    described = describe(legs)
    lead = next((leg for leg in legs if leg.right is not None), legs[0])
    is_open = any(trip.is_open for trip in trips)
    currencies = {trip.result_currency for trip in trips}
    known = len(currencies) == 1 and all(trip.net_e8 is not None for trip in trips)
    known = known and abs(sum(trip.net_e8 or 0 for trip in trips)) < _LIMIT  # what a 64-bit column holds
    net = sum(trip.net_e8 or 0 for trip in trips) if known else None
    fees = sum(trip.fees_e8 or 0 for trip in trips) if known else None
    counts = not is_open and net is not None and not any(trip.incomplete for trip in trips)
    opened = min((trip.opened_on for trip in trips if trip.opened_on), default=None)
    closed = None if is_open else max((trip.closed_on for trip in trips if trip.closed_on), default=None)
    return [
        account.pk,
        group.legs[0],
        group.own,
        lead.underlying,
        [str(why) for why in group.why],
        str(described.shape),
        [f"{strike.normalize():f}" for strike in described.strikes],
        described.expiry,
        described.rolls,
        described.delivered,
        len(legs),
        *(sum(trip.counts and trip.outcome == outcome for trip in trips) for outcome in _ENDED),
        is_open,
        counts,
        currencies.pop() if known else "",
        net,
        fees,
        _outcome(net) if counts and net is not None else "",
        opened,
        closed,
        closed or opened,
    ]


def _outcome(net: int) -> str:
    return str(Outcome.WIN if net > 0 else Outcome.LOSS if net < 0 else Outcome.EVEN)


def _leg(row: RoundTripRow, deeds: Sequence[Deed]) -> Leg:
    terms = row.instrument
    option = row.asset_class in _OPTIONS and terms.right != ""
    return Leg(
        key=row.key,
        instrument=row.instrument_key,
        underlying=(row.underlying if row.asset_class in _OPTIONS else row.symbol) or row.symbol,
        long=row.side == "long",
        quantity=row.quantity,
        multiplier=terms.multiplier,
        deeds=tuple(deeds),
        right=Right(terms.right) if option else None,
        strike=terms.strike if option else None,
        expiry=terms.expiry if option else None,
    )


def _deeds(trips: dict[int, RoundTripRow]) -> dict[int, list[Deed]]:
    """Number of a round trip -> its openings and closings in order, with what the broker said of their orders."""
    fills = [
        fill
        for part in batches(sorted(trips))
        for fill in TripFillRow.objects.filter(trip__in=part, role__in=_DEEDS)
        .order_by("trip", "number")
        .values_list("trip_id", "role", "execution_id", "executed_at", "trade_date")
    ]
    booked = _booked(next(iter(trips.values())).account_id if trips else 0, {fill[2] for fill in fills})
    found: dict[int, list[Deed]] = defaultdict(list)
    for trip_id, role, name, at, on in fills:
        order_id, kind = booked.get(name, ("", ExecutionKind.TRADE))
        found[trip_id].append(Deed(role == Role.OPENS, kind, order_id, at, on))
    return found


def _booked(account_id: int, names: Collection[str]) -> dict[str, tuple[str, ExecutionKind]]:
    """Execution id -> its order and kind."""
    rows = ExecutionRow.objects.filter(account_id=account_id, state=RowState.CURRENT)
    found = (values for part in batches(sorted(names)) for values in rows.filter(row_id__in=part).values_list("row_id", "order_id", "kind"))
    return {name: (order_id, ExecutionKind(kind)) for name, order_id, kind in found}
