"""The trader's own words: notes, tags, plans, saved views."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from fillbook.journal.notes import BadNote
from fillbook.journal.plans import BadPlan
from fillbook.journal.tags import BadTag
from fillbook.storage import words
from fillbook.storage.access import note_for, tag_for, trip_for, view_for, views_of
from fillbook.storage.answers.words import counted_tag_answer, note_answer, orphan_answer, plan_answer, tag_answer, view_answer
from fillbook.storage.models import Note, NoteAbout, User
from fillbook.storage.orphans import orphans
from fillbook.storage.plans import planned, write_plan
from fillbook.storage.viewing import BadView, written_view
from fillbook.storage.views import CannotSave, save_view
from fillbook.web.api.asking import Day, Key, Number, Paging, after_moment, cursor_of
from fillbook.web.api.declaring import read, write
from fillbook.web.api.problems import Problem, gone, refuse
from fillbook.web.api.routes.figures import day_in
from fillbook.web.api.schemas.kinds import PageOf
from fillbook.web.api.schemas.words import (
    NoteAnswer,
    NoteSent,
    Orphans,
    PlanAnswer,
    PlanSent,
    TagAnswer,
    TagChanged,
    Tags,
    TagSent,
    ViewAnswer,
    Views,
    ViewSent,
)
from fillbook.web.api.tokens import asker

router = Router(tags=["words"])


class Search(Schema):
    """Which notes."""

    search: str = Field("", max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$", description="Only those that hold all these words.")


@read(router, "/notes", PageOf[NoteAnswer], name="notes", twin="notes")
def notes(request: HttpRequest, asked: Query[Search], paging: Query[Paging]) -> dict[str, Any]:
    """Your notes, those changed last first."""
    found = words.notes_of(asker(request), asked.search)
    if place := after_moment(paging.cursor):
        found = found.filter(Q(changed_at__lt=place[0]) | Q(changed_at=place[0], pk__lt=place[1]))
    rows = list(found[: paging.limit + 1])
    kept = rows[: paging.limit]
    more = cursor_of(kept[-1].changed_at.isoformat(), kept[-1].pk) if len(rows) > len(kept) else None
    return {"items": _notes(kept), "next": more}


@read(router, "/orphans", Orphans, name="orphans", twin="notes")
def lost_words(request: HttpRequest) -> dict[str, Any]:
    """Your words whose fill is in no trade at present: notes, tags, plans, and what you said of campaigns."""
    return {"items": [orphan_answer(one) for one in orphans(asker(request))]}


@read(router, "/notes/{note_id}", NoteAnswer, name="note", twin="notes")
def note(request: HttpRequest, note_id: Number) -> dict[str, Any]:
    """One note."""
    return _note(note_for(asker(request), note_id))


@write(router, "PUT", "/notes/{note_id}", NoteAnswer, name="note-change")
def change_note(request: HttpRequest, note_id: Number, data: NoteSent) -> dict[str, Any]:
    """Change a note."""
    with _said():
        changed = words.change_note(note_for(asker(request), note_id), data.text)
    return _note(_kept(changed))


@write(router, "DELETE", "/notes/{note_id}", None, name="note-delete", status=204)
def delete_note(request: HttpRequest, note_id: Number) -> Status[Any]:
    """Delete a note."""
    words.change_note(note_for(asker(request), note_id), "")
    return Status(204, None)


@write(router, "POST", "/trades/{key}/notes", NoteAnswer, name="trade-note", status=201)
def write_note(request: HttpRequest, key: Key, data: NoteSent) -> Status[Any]:
    """Write a note about a round trip."""
    with _said():
        return Status(201, _note(_kept(words.write_note(asker(request), key, data.text))))


@read(router, "/days/{day}/note", NoteAnswer, name="day-note", twin="notes")
def day_note(request: HttpRequest, day: Day) -> dict[str, Any]:
    """The note on a day."""
    return _on(asker(request), NoteAbout.DAY, day_in(day))


@write(router, "PUT", "/days/{day}/note", NoteAnswer, name="day-note-write")
def write_day_note(request: HttpRequest, day: Day, data: NoteSent) -> dict[str, Any]:
    """Write the note on a day, of which there is one."""
    with _said():
        return _note(_kept(words.write_on(asker(request), NoteAbout.DAY, day_in(day), data.text)))


@read(router, "/months/{day}/note", NoteAnswer, name="month-note", twin="notes")
def month_note(request: HttpRequest, day: Day) -> dict[str, Any]:
    """The note on the month that a day is in."""
    return _on(asker(request), NoteAbout.MONTH, day_in(day))


@write(router, "PUT", "/months/{day}/note", NoteAnswer, name="month-note-write")
def write_month_note(request: HttpRequest, day: Day, data: NoteSent) -> dict[str, Any]:
    """Write the note on the month that a day is in."""
    with _said():
        return _note(_kept(words.write_on(asker(request), NoteAbout.MONTH, day_in(day), data.text)))


@read(router, "/tags", Tags, name="tags", twin="tags")
def tags(request: HttpRequest) -> dict[str, Any]:
    """Your tags by name."""
    return {"items": [counted_tag_answer(tag) for tag in words.tags_of(asker(request))]}


@write(router, "PUT", "/tags/{tag_id}", TagAnswer, name="tag-change")
def change_tag(request: HttpRequest, tag_id: Number, data: TagChanged) -> dict[str, Any]:
    """Rename and colour a tag."""
    with _said():
        return tag_answer(words.change_tag(tag_for(asker(request), tag_id), data.name, data.hue))


@write(router, "DELETE", "/tags/{tag_id}", None, name="tag-delete", status=204)
def delete_tag(request: HttpRequest, tag_id: Number) -> Status[Any]:
    """Delete a tag, from every round trip; trades stay as they are."""
    tag_for(asker(request), tag_id).delete()
    return Status(204, None)


@write(router, "POST", "/trades/{key}/tags", TagAnswer, name="trade-tag")
def add_tag(request: HttpRequest, key: Key, data: TagSent) -> dict[str, Any]:
    """Put a tag on a round trip; a new name makes the tag."""
    with _said():
        return tag_answer(words.add_tag(asker(request), key, data.name, data.hue))


@write(router, "DELETE", "/trades/{key}/tags/{tag_id}", None, name="trade-tag-drop", status=204)
def drop_tag(request: HttpRequest, key: Key, tag_id: Number) -> Status[Any]:
    """Take a tag off a round trip."""
    words.drop_tag(asker(request), key, tag_for(asker(request), tag_id).pk)
    return Status(204, None)


@read(router, "/trades/{key}/plan", PlanAnswer, name="trade-plan", twin="trade {key}")
def plan(request: HttpRequest, key: Key) -> dict[str, Any]:
    """What was planned of a round trip, and its result in R."""
    trip = trip_for(asker(request), key)
    return plan_answer(planned(trip), trip.currency)


@write(router, "PUT", "/trades/{key}/plan", PlanAnswer, name="trade-plan-write")
def change_plan(request: HttpRequest, key: Key, data: PlanSent) -> dict[str, Any]:
    """Set what was planned of a round trip; nothing in it takes the plan away."""
    user = asker(request)
    with _said():
        write_plan(user, key, data.stop or "", data.target or "", "" if data.rating is None else str(data.rating))
    trip = trip_for(user, key)
    return plan_answer(planned(trip), trip.currency)


@read(router, "/views", Views, name="views", twin="views")
def views(request: HttpRequest) -> dict[str, Any]:
    """Your saved views by name."""
    return {"items": [view_answer(view) for view in views_of(asker(request))]}


@write(router, "POST", "/views", ViewAnswer, name="view-save")
def keep_view(request: HttpRequest, data: ViewSent) -> dict[str, Any]:
    """Keep a page as it is, or a filter for any page, under a name; the view of that name is replaced."""
    try:
        return view_answer(save_view(asker(request), data.name, written_view(data.path, data.query), is_default=data.is_default))
    except BadView as problem:
        raise refuse(problem.field, str(problem)) from None
    except CannotSave as problem:
        raise refuse("name", str(problem)) from None


@write(router, "DELETE", "/views/{view_id}", None, name="view-delete", status=204)
def delete_view(request: HttpRequest, view_id: Number) -> Status[Any]:
    """Delete a saved view; trades stay as they are."""
    view_for(asker(request), view_id).delete()
    return Status(204, None)


def _notes(found: list[Note]) -> list[dict[str, Any]]:
    trips = words.trips_of_notes(found)
    return [note_answer(one, trips.get(one.pk, [])) for one in found]


def _note(found: Note) -> dict[str, Any]:
    return _notes([found])[0]


def _on(user: User, about: NoteAbout, day: date) -> dict[str, Any]:
    found = words.note_on(user, about, day)
    if found is None:
        raise gone("day", "There is no note on it.", "PUT to this address writes one.")
    return _note(found)


def _kept(found: Note | None) -> Note:
    """A text of nothing but what no note holds deletes it, which is not what was asked for."""
    if found is None:
        raise refuse("text", "There is nothing in it that could be kept.")
    return found


@contextmanager
def _said() -> Iterator[None]:
    """What a word cannot be becomes an answer."""
    try:
        yield
    except BadNote as problem:
        raise refuse("text", str(problem)) from None
    except BadTag as problem:
        raise refuse("name", str(problem)) from None
    except BadPlan as problem:
        raise refuse("plan", str(problem)) from None
    except words.NothingToHoldOn:
        raise Problem("conflict", "This round trip has no fill of its own that words could hang on.", "Write on its day instead.") from None
