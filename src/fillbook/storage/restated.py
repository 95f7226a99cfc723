"""What later statements changed in an account's past, to be shown: by account, by the run that brought it, by trade."""

from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Count, QuerySet

from fillbook.storage.models import BrokerAccount, FormerTrip, RestatedRow, RestatedTrip, Restatement, RoundTripRow
from fillbook.storage.trip_figures import TripFigures

MOST_ROWS: Final = 1_000
"""Facts of one restatement that are told one by one; all of them are kept and counted."""


def restatements_of(account: BrokerAccount) -> QuerySet[Restatement]:
    """An account's restatements, newest first."""
    return Restatement.objects.filter(account=account).select_related("statement", "account").defer("statement__content").order_by("-pk")


def restated_in(run_id: int) -> QuerySet[Restatement]:
    """What a run brought, newest first."""
    return Restatement.objects.filter(run_id=run_id).select_related("account").order_by("-pk")


def restated_trip(trip: RoundTripRow) -> list[Restatement]:
    """The restatements that changed a trade, under whichever public id it had then, newest first."""
    keys = former_keys(trip)
    changes = RestatedTrip.objects.filter(restatement__account_id=trip.account_id)
    numbers = changes.filter(key_after__in=keys) | changes.filter(key_before__in=keys)
    found = Restatement.objects.filter(pk__in=numbers.values("restatement_id"))
    return list(found.select_related("account").order_by("-pk"))


def former_keys(trip: RoundTripRow) -> set[str]:
    """A trade's public id and those that it had before."""
    found, new = set[str](), {trip.key}
    while new:
        found |= new
        new = set(FormerTrip.objects.filter(account=trip.account_id, heir__in=new).values_list("key", flat=True)) - found
    return found


def note_run(statement_id: int, run_id: int) -> int:
    """A run brought this statement; returns how many trades all that it brought has restated."""
    Restatement.objects.filter(statement_id=statement_id, run=None).update(run_id=run_id)
    return RestatedTrip.objects.filter(restatement__run=run_id).count()


def rows_in(restatement: Restatement) -> list[RestatedRow]:
    """Its changed facts by day, the first of them where there are very many."""
    return list(restatement.row_changes.order_by("day", "pk")[:MOST_ROWS])


def trips_in(restatement: Restatement) -> list[tuple[RestatedTrip, TripFigures | None, TripFigures | None]]:
    """(change, before, after) of its trades; before is None for one that is new, after for one that is gone."""
    return [(change, _figures(change.before), _figures(change.after)) for change in restatement.trip_changes.order_by("pk")]


def _figures(texts: dict[str, Any] | None) -> TripFigures | None:
    return None if texts is None else TripFigures.from_texts(texts)


def counts_of(restatements: Iterable[Restatement]) -> dict[int, dict[str, int]]:
    """Number of a restatement -> how many facts of each fate, and under "trades" how many trades."""
    numbers = [one.pk for one in restatements]
    found: dict[int, dict[str, int]] = {pk: {} for pk in numbers}
    for pk, what, count in (
        RestatedRow.objects.filter(restatement__in=numbers).order_by().values_list("restatement_id", "what").annotate(n=Count("pk"))
    ):
        found[pk][what] = count
    for pk, count in RestatedTrip.objects.filter(restatement__in=numbers).order_by().values_list("restatement_id").annotate(n=Count("pk")):
        found[pk]["trades"] = count
    return found
