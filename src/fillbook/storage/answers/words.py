"""The trader's own words as JSON values."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from fillbook.storage.access import Viewer
from fillbook.storage.answers.values import iso, number, rounded
from fillbook.storage.models import (
    BrokerAccount,
    CampaignLeg,
    LegApart,
    Note,
    NoteAbout,
    RoundTripRow,
    SavedView,
    Tag,
    TagMark,
    TripPlanned,
)
from fillbook.storage.orphans import Orphan
from fillbook.storage.plans import Planned
from fillbook.storage.words import note_on, notes_of_day, trips_of_notes, trips_with

_ORPHANS: Final[dict[type, str]] = {Note: "note", TagMark: "tag", TripPlanned: "plan", CampaignLeg: "leg", LegApart: "apart"}


def note_answer(note: Note, trips: Sequence[RoundTripRow]) -> dict[str, Any]:
    """One note. trips: those that it is about at present."""
    return {
        "id": note.pk,
        "about": str(note.about),
        "day": iso(note.day),
        "account": note.account and note.account.number,
        "execution_id": note.execution_id or None,
        "role": note.role or None,
        "trades": [trip.key for trip in trips],
        "text": note.text,
        "created_at": iso(note.created_at),
        "changed_at": iso(note.changed_at),
    }


def day_words_answer(viewer: Viewer, day: date, accounts: Iterable[BrokerAccount]) -> dict[str, Any]:
    """What the trader says of a day: the note on it, and the notes on its trades in these accounts, oldest first."""
    note, of_trades = note_on(viewer, NoteAbout.DAY, day), notes_of_day(viewer, day, accounts)
    trips = trips_of_notes(of_trades)
    return {
        "note": note_answer(note, []) if note else None,
        "notes": [note_answer(one, trips.get(one.pk, [])) for one in of_trades],
    }


def tag_answer(tag: Tag, count: int | None = None) -> dict[str, Any]:
    """One tag. count: how many round trips have it, where that was asked."""
    found: dict[str, Any] = {"id": tag.pk, "name": tag.name, "hue": tag.hue}
    return found if count is None else found | {"round_trips": count}


def counted_tag_answer(tag: Tag) -> dict[str, Any]:
    """One of `words.tags_of`."""
    return tag_answer(tag, trips_with(tag))


def plan_answer(plan: Planned, currency: str) -> dict[str, Any]:
    """A plan, empty where there is none. Prices and risk in the instrument's currency."""
    return {
        "stop": number(plan.plan.stop),
        "target": number(plan.plan.target),
        "rating": plan.plan.rating,
        "entry": number(plan.entry),
        "currency": currency,
        "risk": number(plan.risk),
        "r": rounded(plan.r),
    }


def view_answer(view: SavedView) -> dict[str, Any]:
    """A saved view. path: the page that it opens, "" for a filter for any page. query: as the page's address has it."""
    return {
        "id": view.pk,
        "name": view.name,
        "path": view.page,
        "query": view.query,
        "is_default": view.is_default,
        "created_at": iso(view.created_at),
    }


def orphan_answer(lost: Orphan) -> dict[str, Any]:
    """A word that no trade holds at present."""
    word, row = lost.word, lost.row
    return {
        "kind": _ORPHANS[type(word)],
        "note": word.pk if isinstance(word, Note) else None,
        "tag": word.tag.name if isinstance(word, TagMark) else None,
        "plan": word.pk if isinstance(word, TripPlanned) else None,
        "campaign": lost.campaign or None,
        "name": (word.campaign.name or None) if isinstance(word, CampaignLeg) else None,
        "account": lost.account.number,
        "execution_id": word.execution_id,
        "instrument": row and row.instrument.symbol,
        "trade_date": row and iso(row.trade_date),
    }
