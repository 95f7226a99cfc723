"""`fillbook notes`: the trader's notes, with the trades that they are about."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from fillbook.cli.database import add_book_arguments, chosen_user, open_database
from fillbook.cli.numbers import counted, day
from fillbook.journal.notes import excerpt

if TYPE_CHECKING:
    from fillbook.storage.models import Note, RoundTripRow


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `notes` takes."""
    parser.add_argument("--search", metavar="TEXT", default="", help="only notes that hold all these words")
    add_book_arguments(parser, "print one JSON object and nothing else, with whole texts")


def run(options: argparse.Namespace) -> int:
    """List them, those changed last first."""
    open_database(options.data)
    from fillbook.storage.orphans import orphans
    from fillbook.storage.words import notes_of, trips_of_notes

    user = chosen_user(options.user)
    notes = list(notes_of(user, options.search))
    trips = trips_of_notes(notes)
    lost = orphans(user)
    if options.json:
        from fillbook.storage.answers.words import note_answer, orphan_answer

        found = [note_answer(note, trips.get(note.pk, [])) for note in notes]
        json.dump({"notes": found, "orphans": [orphan_answer(one) for one in lost]}, sys.stdout, ensure_ascii=False)
        print()
        return 0
    for note in notes:
        print(f"{_about(note, trips.get(note.pk, []))}\n  {excerpt(note.text)}")
    print(counted(len(notes), "note"))
    if lost:
        print(f"{counted(len(lost), 'word hangs', 'words hang')} on a fill that is in no trade at present; see --json.")
    return 0


def _about(note: "Note", trips: "list[RoundTripRow]") -> str:
    if note.day is not None:
        return f"{note.day:%B %Y}" if note.about == "month" else day(note.day)
    return "; ".join(f"{trip.instrument.symbol} {trip.side}, {day(trip.day)}" for trip in trips) or "without a trade"
