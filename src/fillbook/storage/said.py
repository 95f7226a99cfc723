"""What the trader says of many round trips, for lists and files: tags, plan, and how their notes begin, in few queries for all of them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal

from fillbook.journal.notes import first_line
from fillbook.storage.models import RoundTripRow, Tag, TripNote, TripPlan
from fillbook.storage.records import batches
from fillbook.storage.words import tags_by_trip


@dataclass(slots=True)
class Said:
    """Of one round trip. tags: by name. stop, target: prices, None where nothing is planned. note: the first line of the oldest of its
    notes, "" without one; notes: how many there are. Its rating and result in R are in its row.
    """

    tags: list[Tag] = field(default_factory=list)
    stop: Decimal | None = None
    target: Decimal | None = None
    note: str = ""
    notes: int = 0


def said_of(trips: Collection[RoundTripRow]) -> dict[int, Said]:
    """Number of a round trip -> what is said of it, of each of them; of several plans (trades that were joined) the oldest."""
    found: dict[int, Said] = defaultdict(Said)
    for pk, tags in tags_by_trip(trips).items():
        found[pk].tags = tags
    for part in batches([trip.pk for trip in trips]):
        planned: set[int] = set()
        for plan in TripPlan.objects.filter(trip__in=part).select_related("word").order_by("word"):
            if plan.trip_id not in planned:
                planned.add(plan.trip_id)
                found[plan.trip_id].stop, found[plan.trip_id].target = plan.word.stop, plan.word.target
        for note in TripNote.objects.filter(trip__in=part).select_related("word").order_by("word__created_at", "word"):
            said = found[note.trip_id]
            said.note, said.notes = said.note if said.notes else first_line(note.word.text), said.notes + 1
    return {trip.pk: found[trip.pk] for trip in trips}
