"""`fillbook notes`: the trader's notes, with the trades that they are about; and one written, changed or deleted."""

import argparse
import json
import sys
from datetime import date
from typing import TYPE_CHECKING

from fillbook.cli.database import add_book_arguments, chosen_user, open_database
from fillbook.cli.numbers import counted, day
from fillbook.cli.saying import saying
from fillbook.cli.stop import Stop
from fillbook.journal.notes import clean_text, excerpt

if TYPE_CHECKING:
    from fillbook.storage.models import Note, RoundTripRow, User


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `notes` takes."""
    parser.add_argument("--search", metavar="TEXT", default="", help="only notes that hold all these words")
    change = parser.add_argument_group("change, then tell of that note alone")
    what = change.add_mutually_exclusive_group()
    what.add_argument("--write", metavar="TEXT", help="write this, in Markdown; - reads it from standard input")
    what.add_argument("--delete", action="store_true", help="delete the note that --id names")
    where = change.add_mutually_exclusive_group()
    where.add_argument("--trade", metavar="KEY", help="a new note about this round trip")
    where.add_argument("--day", type=_day, metavar="DAY", help="the note on this day, of which there is one")
    where.add_argument("--month", type=_month, metavar="MONTH", help="the note on this month, such as 2026-03")
    where.add_argument("--id", type=int, metavar="N", help="this note, by the number that the list gives it")
    add_book_arguments(parser, "print one JSON object and nothing else, with whole texts")


def run(options: argparse.Namespace) -> int:
    """List them, those changed last first; or the one that was changed."""
    open_database(options.data)
    from fillbook.storage.orphans import orphans
    from fillbook.storage.words import notes_of, trips_of_notes

    user = chosen_user(options.user)
    changes = options.write is not None or options.delete
    notes = _changed(options, user) if changes else list(notes_of(user, options.search))
    if not changes and (options.trade or options.day or options.month or options.id is not None):
        raise Stop("--trade, --day, --month and --id say what --write or --delete is about.", 2)
    trips = trips_of_notes(notes)
    lost = [] if changes else orphans(user)
    if options.json:
        from fillbook.storage.answers.words import note_answer, orphan_answer

        found = [note_answer(note, trips.get(note.pk, [])) for note in notes]
        json.dump({"notes": found, "orphans": [orphan_answer(one) for one in lost]}, sys.stdout, ensure_ascii=False)
        print()
        return 0
    for note in notes:
        print(f"{note.pk}  {_about(note, trips.get(note.pk, []))}\n  {excerpt(note.text)}")
    print("It is deleted." if changes and not notes else counted(len(notes), "note"))
    if lost:
        print(f"{counted(len(lost), 'word hangs', 'words hang')} on a fill that is in no trade at present; see --json.")
    return 0


def _changed(options: argparse.Namespace, user: "User") -> "list[Note]":
    """Do what is asked for; the note as it is now, none where it is deleted."""
    from django.http import Http404

    from fillbook.storage import words
    from fillbook.storage.access import note_for
    from fillbook.storage.models import NoteAbout

    if options.delete and options.id is None:
        raise Stop("--delete needs --id N; `fillbook notes` has the numbers.", 2)
    text = "" if options.delete else sys.stdin.read() if options.write == "-" else options.write
    if not options.delete and not clean_text(text):  # an empty text would delete
        raise Stop("There is nothing in it that could be kept; --id N --delete deletes a note.", 2)
    with saying():
        if options.id is not None:
            try:
                found = words.change_note(note_for(user, options.id), text)
            except Http404:
                raise Stop(f"There is no note {options.id} in this book; `fillbook notes` has the numbers.", 2) from None
        elif options.trade:
            found = words.write_note(user, options.trade, text)
        elif options.day or options.month:
            found = words.write_on(user, NoteAbout.DAY if options.day else NoteAbout.MONTH, options.day or options.month, text)
        else:
            raise Stop("Say what it is about: --trade KEY, --day DAY, --month MONTH, or --id N to change a note.", 2)
    return [found] if found else []


def _about(note: "Note", trips: "list[RoundTripRow]") -> str:
    if note.day is not None:
        return f"{note.day:%B %Y}" if note.about == "month" else day(note.day)
    return "; ".join(f"{trip.instrument.symbol} {trip.side}, {day(trip.day)}" for trip in trips) or "without a trade"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a day is written as 2026-03-31") from None


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        raise argparse.ArgumentTypeError("a month is written as 2026-03") from None
