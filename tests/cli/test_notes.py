"""`fillbook notes`, `fillbook tags` and the filter by tag."""

import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.running import MAKE_USERS, fillbook, python

STATEMENT = Path(__file__).parent.parent / "statements" / "ibkr" / "reversal.xml"
WRITE = """
import sys
from pathlib import Path
from fillbook.storage import start
start.prepare(Path(sys.argv[1]))
from fillbook.storage import words
from fillbook.storage.models import RoundTripRow, User
user, trip = User.objects.get(), RoundTripRow.objects.get(side="long")
words.write_note(user, trip.key, "Sold too early.\\n\\nWait for the close.")
words.add_tag(user, trip.key, "Dip buy")
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("book") / "data"
    python(MAKE_USERS, folder, "ann@example.org")
    assert fillbook("import", "--data", folder, STATEMENT).returncode == 0
    python(WRITE, folder)
    return folder


def test_notes_are_listed_and_searched(data: Path) -> None:
    listed = fillbook("notes", "--data", data)
    assert (listed.returncode, listed.stdout.splitlines()[1:]) == (0, ["  Sold too early. Wait for the close.", "1 note"])
    assert fillbook("notes", "--search", "late", "--data", data).stdout == "0 notes\n"
    [note] = json.loads(fillbook("notes", "--json", "--search", "CLOSE sold", "--data", data).stdout)["notes"]
    assert (note["about"], note["text"], note["role"], len(note["trades"])) == (
        "trade",
        "Sold too early.\n\nWait for the close.",
        "opens",
        1,
    )


def test_tags_are_listed_and_filter_round_trips(data: Path) -> None:
    assert fillbook("tags", "--data", data).stdout == "Dip buy  1 round trip\n"
    assert json.loads(fillbook("tags", "--json", "--data", data).stdout) == {
        "tags": [{"id": 1, "name": "Dip buy", "hue": "blue", "round_trips": 1}]
    }
    [trip] = json.loads(fillbook("trades", "--json", "--tag", "DIP BUY", "--data", data).stdout)["trips"]
    assert trip["side"] == "long"
    unknown = fillbook("trades", "--tag", "late", "--data", data)
    assert (unknown.returncode, unknown.stderr) == (2, "There is no tag late in this book; the tags are: Dip buy.\n")


def test_views_are_saved_listed_and_deleted(data: Path) -> None:
    sent = ("--save", "Symbols", "--path", "/reports/by/symbol/", "--query", "period=this-month&basis=gross", "--default")
    [view] = json.loads(fillbook("views", *sent, "--json", "--data", data).stdout)["items"]
    assert (view["name"], view["path"], view["query"], view["is_default"]) == (
        "Symbols",
        "/reports/by/symbol/",
        "period=this-month&basis=gross",
        True,
    )
    assert "/reports/by/symbol/" in fillbook("views", "--data", data).stdout
    for words, said in (
        (("--save", "x", "--path", "//evil.example/"), "--path: A view opens a page of this book"),
        (("--save", "x", "--query", "basis=gross"), "--query: basis means nothing here."),
        (("--query", "side=long"), "--path, --query and --default say what --save NAME keeps."),
        (("--delete", "Nobody"), "There is no view Nobody in this book"),
    ):
        refused = fillbook("views", *words, "--data", data)
        assert refused.returncode == 2
        assert said in refused.stderr
    assert json.loads(fillbook("views", "--delete", "symbols", "--json", "--data", data).stdout) == {"items": []}


def test_words_come_back_from_a_backup_and_outlive_a_rebuild(data: Path, tmp_path: Path) -> None:
    before = json.loads(fillbook("notes", "--json", "--data", data).stdout)
    assert fillbook("backup", tmp_path / "book.backup", "--data", data).returncode == 0
    shutil.copytree(data / "keys", tmp_path / "again" / "keys")
    assert fillbook("restore", tmp_path / "book.backup", "--data", tmp_path / "again").returncode == 0
    rebuilt = json.loads(fillbook("rebuild", "--json", "--data", tmp_path / "again").stdout)["accounts"]
    assert [account["identical"] for account in rebuilt] == [True]
    assert json.loads(fillbook("notes", "--json", "--data", tmp_path / "again").stdout) == before
    assert fillbook("tags", "--data", tmp_path / "again").stdout == "Dip buy  1 round trip\n"


def test_notes_tags_and_plans_are_written_in_a_terminal(data: Path) -> None:
    [trip] = json.loads(fillbook("trades", "--json", "--side", "long", "--data", data).stdout)["trips"]
    entry = json.loads(fillbook("trade", trip["key"], "--json", "--data", data).stdout)["plan"]["entry"]

    [day] = json.loads(fillbook("notes", "--day", "2026-03-31", "--write", "Calm.", "--json", "--data", data).stdout)["notes"]
    assert (day["about"], day["day"], day["text"]) == ("day", "2026-03-31", "Calm.")
    changed = fillbook("notes", "--id", day["id"], "--write", "Calm at last.", "--data", data).stdout
    assert changed == f"{day['id']}  31 Mar 2026\n  Calm at last.\n1 note\n"
    empty = fillbook("notes", "--id", day["id"], "--write", " ", "--data", data)
    assert (empty.returncode, empty.stderr) == (2, "There is nothing in it that could be kept; --id N --delete deletes a note.\n")
    assert fillbook("notes", "--id", day["id"], "--delete", "--data", data).stdout == "It is deleted.\n"
    assert len(json.loads(fillbook("notes", "--json", "--data", data).stdout)["notes"]) == 1

    assert (
        fillbook("tags", "--put", "late", "--trade", trip["key"], "--hue", "amber", "--data", data).stdout
        == "Dip buy  1 round trip\nlate  1 round trip\n"
    )
    [_, late] = json.loads(fillbook("tags", "--change", "LATE", "--name", "Too late", "--hue", "rose", "--json", "--data", data).stdout)[
        "tags"
    ]
    assert (late["name"], late["hue"]) == ("Too late", "rose")
    assert fillbook("tags", "--drop", "too late", "--trade", trip["key"], "--data", data).stdout.endswith("Too late  0 round trips\n")
    assert fillbook("tags", "--delete", "Too late", "--data", data).stdout == "Dip buy  1 round trip\n"

    stop, above = str(Decimal(entry) - 1), str(Decimal(entry) + 1)
    assert f"Plan: stop {stop}, " in fillbook("trade", trip["key"], "--stop", stop, "--rating", "4", "--data", data).stdout
    plan = json.loads(fillbook("trade", trip["key"], "--target", above, "--json", "--data", data).stdout)["plan"]
    assert (plan["stop"], plan["target"], plan["rating"]) == (stop, above, 4)
    wrong = fillbook("trade", trip["key"], "--stop", above, "--data", data)
    assert (wrong.returncode, wrong.stderr) == (2, f"The stop of a long trade lies below its entry at {entry}.\n")
