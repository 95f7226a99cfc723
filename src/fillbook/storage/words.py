"""The trader's notes and tags: written, read, listed. Every function takes an owner, or a round trip whose access was checked."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from fillbook.journal.anchors import Anchor
from fillbook.journal.notes import clean_text
from fillbook.journal.tags import BadTag, Hue, clean_name, free_hue, key_of
from fillbook.storage.access import Viewer, trip_for
from fillbook.storage.hanging import anchor_in, hang
from fillbook.storage.models import (
    BrokerAccount,
    Note,
    NoteAbout,
    RoundTripRow,
    Tag,
    TagMark,
    TripMark,
    TripNote,
    User,
)
from fillbook.storage.sentences import message

_MOST_WORDS: Final = 10


@dataclass(frozen=True, slots=True)
class TripWords:
    """What the trader says of a round trip; notes oldest first, tags by name."""

    notes: list[Note]
    tags: list[Tag]


class NothingToHoldOn(Exception):
    """A round trip without any fill of its own has nothing that words could hang on."""


def words_of(trip: RoundTripRow) -> TripWords:
    """Notes and tags of one round trip."""
    notes = Note.objects.filter(hung__trip=trip).order_by("created_at", "pk")
    return TripWords(list(notes), list(Tag.objects.filter(marks__hung__trip=trip).distinct().order_by("key")))


def note_of(trip: RoundTripRow, note_id: int) -> Note:
    """One note of a round trip's; raises `Http404`."""
    note = Note.objects.filter(hung__trip=trip, pk=note_id).first()
    if note is None:
        raise Http404("There is no such page.")
    return note


def tags_by_trip(trips: Iterable[RoundTripRow]) -> dict[int, list[Tag]]:
    """Number of a round trip -> its tags by name, for lists."""
    found: dict[int, dict[int, Tag]] = defaultdict(dict)
    links = TripMark.objects.filter(trip__in=list(trips)).select_related("word__tag").order_by("word__tag__key")
    for link in links:
        found[link.trip_id][link.word.tag_id] = link.word.tag
    return {pk: list(tags.values()) for pk, tags in found.items()}


def tags_of(viewer: Viewer) -> QuerySet[Tag]:
    """The viewer's tags by name, each with the number of round trips that have it as `trips`."""
    if not viewer.is_authenticated:
        return Tag.objects.none()
    return Tag.objects.filter(owner=viewer).annotate(trips=Count("marks__hung__trip", distinct=True)).order_by("key")


def tag_names(viewer: Viewer) -> list[tuple[str, str]]:
    """(key, name) of the viewer's tags, by key."""
    return list(Tag.objects.filter(owner=viewer).order_by("key").values_list("key", "name")) if viewer.is_authenticated else []


def trips_with(tag: Tag) -> int:
    """How many round trips have a tag that `tags_of` gave."""
    return int(getattr(tag, "trips", 0))


def write_note(owner: User, key: str, text: str, note_id: int | None = None) -> Note | None:
    """Write a note about a round trip, or change one that it has; an empty text deletes it.

    Returns:
        The note; None when there is none (any more).

    Raises:
        BadNote: the text is too long.
        Http404: the round trip or its note is not there, or not the owner's.
        NothingToHoldOn: see there.
    """
    kept = clean_text(text)
    with transaction.atomic():
        trip = _locked(owner, key)
        if note_id is not None:
            return _change(note_of(trip, note_id), kept)
        if not kept:
            return None
        anchor = _anchor(trip)
        now = timezone.now()
        what = {"about": NoteAbout.TRADE, "account": trip.account, **anchor._asdict()}
        note = Note.objects.create(owner=owner, **what, text=kept, created_at=now, changed_at=now)
        hang(trip.account)
    return note


def change_note(note: Note, text: str) -> Note | None:
    """Change any note whose access was checked; an empty text deletes it. Raises `BadNote`."""
    with transaction.atomic():
        return _change(note, clean_text(text))


def note_on(viewer: Viewer, about: NoteAbout, day: date) -> Note | None:
    """The viewer's note on a day, or on the month that a day is in."""
    return Note.objects.filter(owner=viewer, about=about, day=_first(about, day)).first() if viewer.is_authenticated else None


def write_on(owner: User, about: NoteAbout, day: date, text: str) -> Note | None:
    """Write the note on a day or a month, of which there is one; an empty text deletes it. Raises `BadNote`."""
    kept, now = clean_text(text), timezone.now()
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)
        note = note_on(owner, about, day)
        if note is not None or not kept:
            return None if note is None else _change(note, kept)
        return Note.objects.create(owner=owner, about=about, day=_first(about, day), text=kept, created_at=now, changed_at=now)


def notes_of_day(viewer: Viewer, day: date, accounts: Iterable[BrokerAccount]) -> list[Note]:
    """The viewer's notes on trades of these accounts whose day it is: closed on it, or opened on it and still open. Oldest first."""
    notes = notes_of(viewer).filter(hung__trip__day=day, hung__trip__account__in=[account.pk for account in accounts])
    return list(notes.distinct().order_by("created_at", "pk"))


def _first(about: NoteAbout, day: date) -> date:
    return day.replace(day=1) if about == NoteAbout.MONTH else day


def add_tag(owner: User, key: str, name: str, hue: Hue | None = None) -> Tag:
    """Put a tag on a round trip; a new name makes the tag, with this colour or with the one that the fewest have.

    Raises:
        BadTag: no tag may be called so.
        Http404: the round trip is not there, or not the owner's.
        NothingToHoldOn: see there.
    """
    name = clean_name(name)
    with transaction.atomic():
        trip = _locked(owner, key)
        hue = hue or free_hue(Tag.objects.filter(owner=owner).values_list("hue", flat=True))
        tag, _ = Tag.objects.get_or_create(owner=owner, key=key_of(name), defaults={"name": name, "hue": hue})
        if not TripMark.objects.filter(trip=trip, word__tag=tag).exists():
            _mark(tag, trip)
            hang(trip.account)
    return tag


def drop_tag(owner: User, key: str, tag_id: int) -> None:
    """Take a tag off a round trip. Other trades that had it through a fill they share keep it.

    Raises:
        Http404: the round trip is not there, or not the owner's.
    """
    with transaction.atomic():
        trip = _locked(owner, key)
        marks = TagMark.objects.filter(tag_id=tag_id, hung__trip=trip).select_related("tag")
        for mark in list(marks):
            others = list(RoundTripRow.objects.filter(pk__in=TripMark.objects.filter(word=mark).values("trip_id")).exclude(pk=trip.pk))
            tag = mark.tag
            mark.delete()
            for other in others:
                _mark(tag, other)
        hang(trip.account)


def change_tag(tag: Tag, name: str, hue: str) -> Tag:
    """Rename and colour a tag; given the name of another, it becomes one with that.

    Raises:
        BadTag: no tag may be called so, or there is no such colour.
    """
    name = clean_name(name)
    if hue not in list(Hue):
        raise BadTag(message("hue"))
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=tag.owner_id)
        twin = Tag.objects.filter(owner_id=tag.owner_id, key=key_of(name)).exclude(pk=tag.pk).first()
        if twin is not None:
            _join(tag, twin)
            tag = twin
        tag.name, tag.key, tag.hue = name, key_of(name), hue
        tag.save()
    return tag


def notes_of(viewer: Viewer, search: str = "") -> QuerySet[Note]:
    """The viewer's notes, the one changed last first; those that hold every word of `search`, whatever its capitals."""
    notes = Note.objects.filter(owner=viewer) if viewer.is_authenticated else Note.objects.none()
    for word in search.split()[:_MOST_WORDS]:
        spelled = {word, word.lower(), word.upper(), word.capitalize()}  # SQLite knows only the capitals of English
        notes = notes.filter(Q(*(("text__icontains", one) for one in spelled), _connector=Q.OR))
    return notes.select_related("account").order_by("-changed_at", "-pk")


def trips_of_notes(notes: Iterable[Note]) -> dict[int, list[RoundTripRow]]:
    """Number of a note -> the round trips that it is about."""
    found: dict[int, list[RoundTripRow]] = defaultdict(list)
    links = TripNote.objects.filter(word__in=list(notes)).select_related("trip__instrument", "trip__account").order_by("trip__day", "pk")
    for link in links:
        found[link.word_id].append(link.trip)
    return found


def _locked(owner: User, key: str) -> RoundTripRow:
    """A round trip that nothing makes anew until the transaction ends."""
    account_id = trip_for(owner, key).account_id
    BrokerAccount.objects.select_for_update().get(pk=account_id)
    return trip_for(owner, key)


def _anchor(trip: RoundTripRow) -> Anchor:
    anchor = anchor_in(trip)
    if anchor is None:
        raise NothingToHoldOn
    return anchor


def _mark(tag: Tag, trip: RoundTripRow) -> None:
    TagMark.objects.get_or_create(tag=tag, account=trip.account, **_anchor(trip)._asdict())


def _join(tag: Tag, twin: Tag) -> None:
    """Hand a tag's marks over to another one and drop it."""
    marked = TagMark.objects.filter(tag__in=[tag, twin]).values("account_id")
    # nothing makes their trades anew meanwhile; in the order in which a statement of several accounts takes them
    accounts = list(BrokerAccount.objects.select_for_update().filter(pk__in=marked).order_by("number", "pk"))
    for mark in list(TagMark.objects.filter(tag=tag).select_related("account")):
        TagMark.objects.get_or_create(tag=twin, account=mark.account, execution_id=mark.execution_id, role=mark.role)
    tag.delete()
    for account in accounts:
        hang(account)


def _change(note: Note, text: str) -> Note | None:
    if not text:
        note.delete()
        return None
    if note.text != text:
        note.text, note.changed_at = text, timezone.now()
        note.save(update_fields=["text", "changed_at"])
    return note
