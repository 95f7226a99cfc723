"""The trader's plans: written and read. Every function takes an owner, or a round trip whose access was checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from fillbook.journal.plans import Plan, in_r, read_plan
from fillbook.performance.filters import Filter
from fillbook.storage.access import trip_for
from fillbook.storage.choosing import trips_in
from fillbook.storage.hanging import anchor_in, hang, measure
from fillbook.storage.models import BrokerAccount, RoundTripRow, TripPlan, TripPlanned, User
from fillbook.storage.records import batches
from fillbook.storage.risks import first_entry
from fillbook.storage.words import NothingToHoldOn


@dataclass(frozen=True, slots=True)
class Planned:
    """A round trip's plan. entry: first opening price. risk: in its currency, positive. r: its result in units of that, once closed."""

    plan: Plan
    entry: Decimal | None
    risk: Decimal | None
    r: Decimal | None


def planned(trip: RoundTripRow) -> Planned:
    """The plan of a round trip, an empty one where there is none; of several (trades that were joined) the oldest."""
    hung = _hung(trip)
    if hung is None:
        return Planned(Plan(), first_entry(trip), None, None)
    word = hung.word
    return Planned(Plan(word.stop, word.target, word.rating), first_entry(trip), hung.risk, _r(trip, hung.risk))


def write_plan(owner: User, key: str, stop: str, target: str, rating: str) -> None:
    """Set what is planned of a round trip, as typed; nothing of it takes the plan away.

    Raises:
        BadPlan: it cannot be.
        Http404: the round trip is not there, or not the owner's.
        NothingToHoldOn: the round trip has no fill of its own.
    """
    with transaction.atomic():
        account = BrokerAccount.objects.select_for_update().get(pk=trip_for(owner, key).account_id)
        trip = trip_for(owner, key)
        plan = read_plan(stop, target, rating, long=trip.side == "long", entry=first_entry(trip))
        hung = _hung(trip)
        if plan.is_empty:
            if hung is not None:
                hung.word.delete()
                measure(account)
            return
        anchor = anchor_in(trip)
        if anchor is None:
            raise NothingToHoldOn
        said = {"stop": plan.stop, "target": plan.target, "rating": plan.rating, "changed_at": timezone.now()}
        where = anchor._asdict() if hung is None else {"pk": hung.word_id}
        word, _ = TripPlanned.objects.update_or_create(account=account, **where, defaults=said)
        word.hung.all().delete()  # hung again with the risk of the new stop
        hang(account)


def results_in_r(accounts: Sequence[BrokerAccount], chosen: Filter, currency: str, *, own: bool = False) -> list[Decimal]:
    """R of the closed round trips that a filter takes and whose risk is known, each once, in closing order.

    currency: of the group that is asked about, so that each trade is in one group alone. own: groups are by the instruments' currency.
    """
    plans = TripPlan.objects.filter(word__account__in=accounts, risk__isnull=False)  # fewer than round trips, so they come first
    taken: set[int] = set()
    for part in batches(sorted(set(plans.values_list("trip_id", flat=True)))):
        trips = trips_in(accounts, chosen).filter(**{"currency" if own else "result_currency": currency})
        taken.update(trips.filter(is_open=False, pk__in=part).values_list("pk", flat=True))
    rows = [hung for part in batches(sorted(taken)) for hung in plans.filter(trip__in=part).select_related("trip")]
    found: dict[int, Decimal] = {}
    for hung in sorted(rows, key=_in_closing_order):
        r = _r(hung.trip, hung.risk)
        if r is not None:
            found.setdefault(hung.trip_id, r)
    return list(found.values())


def _in_closing_order(hung: TripPlan) -> tuple[object, ...]:
    trip = hung.trip
    return trip.closed_on or date.max, trip.closed_at or datetime.max.replace(tzinfo=UTC), trip.key, hung.word_id


def _hung(trip: RoundTripRow) -> TripPlan | None:
    return TripPlan.objects.filter(trip=trip).select_related("word").order_by("word").first()


def _r(trip: RoundTripRow, risk: Decimal | None) -> Decimal | None:
    return None if trip.realized_pnl is None or risk is None or trip.is_open else in_r(trip.realized_pnl, risk)
