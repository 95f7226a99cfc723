"""Cutting a trade and joining it to the one before, and taking either back. No stored fact is touched: the trades are made again."""

from typing import Final

from django.db import transaction
from django.db.models import F

from fillbook.storage.access import Viewer, trip_for
from fillbook.storage.derive import rebuild_account
from fillbook.storage.hanging import name_now
from fillbook.storage.models import BrokerAccount, RoundTripRow, TripFillRow, TripOverride
from fillbook.storage.sentences import message
from fillbook.trades.records import Role

_LOOKED_AT: Final = 50
"""So many trades of one instrument and day at most can stand between."""


class CannotRegroup(Exception):
    """Nothing was changed; the message says why."""


def cut(viewer: Viewer, key: str, number: int) -> str:
    """Let a new trade begin with what a closing fill (by its number in the trade) closes; returns the public id of the trade cut.

    Raises:
        CannotRegroup: that fill closes nothing, or is the first that does.
        Http404: the trade is not the viewer's.
    """
    trip = trip_for(viewer, key)
    fill = next((one for one in closings(trip)[1:] if one.number == number), None)
    if fill is None:
        raise CannotRegroup(message("cut"))
    _keep(trip, TripOverride.Kind.CUT, fill.execution_id)
    return trip.key


def join(viewer: Viewer, key: str) -> str:
    """Let a trade go on with the one before it in the same instrument; returns the public id of both together.

    Raises:
        CannotRegroup: there is none before it, or it went the other way.
        Http404: the trade is not the viewer's.
    """
    trip = trip_for(viewer, key)
    before = trip_before(trip)
    begins = trip.fill_rows.order_by("number").first()
    if before is None or begins is None:
        raise CannotRegroup(message("join"))
    cut_off = next((fill.execution_id for fill in closings(trip)[:1]), "")
    if (said := _said(trip, TripOverride.Kind.CUT, cut_off)) is not None:
        take_back(said)
    else:
        _keep(trip, TripOverride.Kind.JOIN, begins.execution_id)
    return before.key


def take_back(override: TripOverride) -> None:
    """As if it had never been said."""
    with transaction.atomic():
        account = BrokerAccount.objects.select_for_update().get(pk=override.account_id)
        key = override.instrument_key
        override.delete()
        rebuild_account(account, {key})


def overrides_beside(trip: RoundTripRow) -> list[TripOverride]:
    """All cuts and joins of a trade's account and instrument, oldest first."""
    mine = TripOverride.objects.filter(account=trip.account_id, instrument_key=trip.instrument_key)
    return list(mine.select_related("account").order_by("made_at", "pk"))


def fill_of(override: TripOverride) -> TripFillRow | None:
    """The fill that a cut or join hangs on; None when no trade has it now."""
    name = _fill_now(override)
    return TripFillRow.objects.filter(trip__account=override.account_id, execution_id=name).first() if name else None


def trip_of(override: TripOverride) -> RoundTripRow | None:
    """The trade that holds that fill now, or what is told in its place."""
    name = _fill_now(override)
    return RoundTripRow.objects.filter(account=override.account_id, fill_rows__execution_id=name).first() if name else None


def closings(trip: RoundTripRow) -> list[TripFillRow]:
    """The fills that close a part of a trade, in order."""
    return list(trip.fill_rows.filter(role=Role.CLOSES).order_by("number"))


def trip_before(trip: RoundTripRow) -> RoundTripRow | None:
    """The trade in the same instrument that ended just before this one first closed anything, if it went the same way."""
    first = trip.fill_rows.order_by("number").first()
    if first is None or first.role != Role.OPENS:
        return None
    begins = next(iter(closings(trip)), first)
    others = RoundTripRow.objects.filter(account=trip.account_id, instrument_key=trip.instrument_key, is_open=False).exclude(pk=trip.pk)
    latest = ("-closed_on", F("closed_at").desc(nulls_last=True), "-key")
    for before in others.filter(closed_on__lte=begins.trade_date).order_by(*latest)[:_LOOKED_AT]:
        last = before.fill_rows.order_by("-number").first()
        if last is not None and last.ordered_at <= begins.ordered_at and last.execution_id != begins.execution_id:
            return before if before.side == trip.side else None
    return None


def _fill_now(override: TripOverride) -> str:
    return name_now(override.account, override.execution_id)


def _said(trip: RoundTripRow, kind: TripOverride.Kind, execution_id: str) -> TripOverride | None:
    """The cut or join of a trade's instrument that hangs on a fill by the id it has now, or by a former one."""
    mine = [one for one in overrides_beside(trip) if one.kind == kind]
    same = (one for one in mine if one.execution_id == execution_id)
    return next(same, None) or next((one for one in mine if _fill_now(one) == execution_id), None)


def _keep(trip: RoundTripRow, kind: TripOverride.Kind, execution_id: str) -> None:
    with transaction.atomic():
        account = BrokerAccount.objects.select_for_update().get(pk=trip.account_id)
        if _said(trip, kind, execution_id) is None:
            TripOverride.objects.create(account=account, kind=kind, execution_id=execution_id, instrument_key=trip.instrument_key)
        rebuild_account(account, {trip.instrument_key})
