"""Round trips, fills, positions."""

from datetime import date
from typing import Any, Final, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from fillbook.performance.filters import TripStatus
from fillbook.storage import regrouping
from fillbook.storage.access import override_for, trip_for, trips_of
from fillbook.storage.answers.ledger import Place, execution_answer, executions_of, positions_answer
from fillbook.storage.answers.trips import fill_sent_answer, trips_answer, whole_trip_answer
from fillbook.storage.choosing import Sort
from fillbook.storage.details import positions_in
from fillbook.storage.evidence import evidence_of
from fillbook.storage.paging import Cursor, Order, page_of
from fillbook.web.api.asking import Chosen, Key, Number, OfLedger, OfPositions, Paging, bad_cursor, cursor_of, meant, moment_in, place_in
from fillbook.web.api.declaring import read, write
from fillbook.web.api.etags import by_state
from fillbook.web.api.problems import Problem, gone, refuse
from fillbook.web.api.schemas.kinds import PageOf
from fillbook.web.api.schemas.trades import CutSent, Execution, PositionAnswer, Sent, Trip, WholeTrip
from fillbook.web.api.tokens import asker

router = Router(tags=["trades"])
_FIELDS: Final = frozenset(Trip.model_fields)
_NAMES: Final = "|".join(Trip.model_fields)


class Listing(Schema):
    """In which order, and which fields."""

    sort: Sort = Field(Sort.DAY, description="What they are ordered by; ties by when they closed. What has no value comes last.")
    ascending: bool = Field(default=False, description="The least first; else the greatest.")
    only: Literal["incomplete"] | None = Field(
        None,
        description="`incomplete`: closed ones some of whose openings are unknown, and no others, whether their result is known or not.",
    )
    fields: str = Field(
        "",
        max_length=600,
        description="Names of the fields that are wanted, with commas between them.",
        json_schema_extra={"pattern": f"^(({_NAMES})(,({_NAMES})){{0,20}})?$"},
    )


class Positions(Schema):
    """All positions."""

    items: list[PositionAnswer]


@read(router, "/trades", PageOf[Trip], name="trades", twin="trades", exclude_unset=True)
def trades(request: HttpRequest, asked: Query[Chosen], listing: Query[Listing], paging: Query[Paging]) -> dict[str, Any]:
    """Round trips, the latest first. Total them with /summary: it adds up what this lists."""
    by_state(request)
    user = asker(request)
    accounts, chosen = meant(user, asked)
    fields = {name for name in listing.fields.split(",") if name}
    if fields - _FIELDS:
        raise refuse("fields", f"There is no field {min(fields - _FIELDS)[:40]}.", f"The fields are: {', '.join(Trip.model_fields)}.")
    if listing.only and chosen.status is TripStatus.OPEN:
        raise refuse("only", "Incomplete ones are told among those that are closed.", "Leave `status` out.")
    place = place_in(paging.cursor, str, int)
    beside = Cursor(place[0], account=place[1]) if place else Cursor()
    own = [account.pk for account in accounts if account.pk == beside.account]
    if place and not trips_of(user).filter(key=beside.key, account__in=own).exists():
        raise bad_cursor()
    order = Order(listing.sort, not listing.ascending)
    page = page_of(accounts, chosen, order, beside, size=paging.limit, only_incomplete=bool(listing.only))
    return {"items": trips_answer(page.rows, fields), "next": cursor_of(page.after.key, page.after.account) if page.after else None}


@read(router, "/trades/{key}", WholeTrip, name="trade", twin="trade {key}")
def trade(request: HttpRequest, key: Key) -> dict[str, Any]:
    """One round trip, with its fills, the lots that they closed, notes, tags and plan."""
    return whole_trip_answer(trip_for(asker(request), key))


@read(router, "/trades/{key}/sent/{number}", Sent, name="trade-sent", twin="trade {key} --sent {number}")
def sent(request: HttpRequest, key: Key, number: int) -> dict[str, Any]:
    """What the broker sent of one of its fills, byte for byte."""
    found = fill_sent_answer(trip_for(asker(request), key), number)
    if found is None:
        raise gone("number", "The broker sent no row of its own for a fill of this number.", "GET /trades/{key} numbers them.")
    return found


@read(router, "/trades/{key}/evidence", dict[str, Any], name="trade-evidence", twin="evidence --trade {key} -o -")
def evidence(request: HttpRequest, key: Key) -> dict[str, Any]:
    """What it rests on, for whoever looks into a figure that seems wrong: rows, lots and both figures, without a name or a secret."""
    trip = trip_for(asker(request), key)
    return evidence_of(trip.account, [trip.instrument_key])


@write(router, "POST", "/trades/{key}/cut", WholeTrip, name="trade-cut")
def cut(request: HttpRequest, key: Key, data: CutSent) -> dict[str, Any]:
    """Let a new round trip begin with what a closing fill closes; answers with the one that was cut."""
    user = asker(request)
    try:
        return whole_trip_answer(trip_for(user, regrouping.cut(user, key, data.fill)))
    except regrouping.CannotRegroup as problem:
        raise refuse("fill", str(problem)) from None


@write(router, "POST", "/trades/{key}/join", WholeTrip, name="trade-join")
def join(request: HttpRequest, key: Key) -> dict[str, Any]:
    """Let the round trip before it in the same instrument go on with it; answers with both together."""
    user = asker(request)
    try:
        return whole_trip_answer(trip_for(user, regrouping.join(user, key)))
    except regrouping.CannotRegroup as problem:
        raise Problem("conflict", str(problem), "Look at the round trips of its instrument.") from None


@write(router, "DELETE", "/regroupings/{override_id}", None, name="regrouping-undo", status=204)
def undo(request: HttpRequest, override_id: Number) -> Status[Any]:
    """Take a cut or join back, as if it had never been said."""
    regrouping.take_back(override_for(asker(request), override_id))
    return Status(204, None)


@read(router, "/executions", PageOf[Execution], name="executions", twin="executions")
def executions(request: HttpRequest, asked: Query[OfLedger], paging: Query[Paging]) -> dict[str, Any]:
    """Fills as the broker reported them, the latest first; cancelled ones are left out."""
    accounts, chosen = meant(asker(request), asked)
    place = place_in(paging.cursor, str, str, int)
    rows, after = executions_of(accounts, chosen, _place(place) if place else None, paging.limit)
    return {
        "items": [execution_answer(row) for row in rows],
        "next": cursor_of(after.day.isoformat(), after.at.isoformat(), after.pk) if after else None,
    }


@read(router, "/positions", Positions, name="positions", twin="positions")
def positions(request: HttpRequest, asked: Query[OfPositions]) -> dict[str, Any]:
    """What is held at the end of the last statement, ours beside the broker's."""
    accounts, chosen = meant(asker(request), asked)
    return {"items": positions_answer(positions_in(accounts, chosen))}


def _place(parts: list[Any]) -> Place:
    try:
        day = date.fromisoformat(parts[0])
    except ValueError:
        raise bad_cursor() from None
    return Place(day, moment_in(parts[1]), parts[2])
