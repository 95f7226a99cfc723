"""`fillbook campaigns` changes what belongs together, and each change can be taken back."""

import json
from pathlib import Path

import pytest

from tests.cli.running import MAKE_USERS, fillbook, python

STATEMENT = Path(__file__).parent.parent / "statements" / "ibkr" / "assigned-call.xml"
"""A call that was assigned, and the shares that it took."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    python(MAKE_USERS, tmp_path / "data", "ann@example.org")
    assert fillbook("import", STATEMENT, "--data", tmp_path / "data").returncode == 0
    return tmp_path / "data"


def test_taken_apart_put_together_and_named(data: Path) -> None:
    def listed(*words: str) -> list[list[str]]:
        found = json.loads(fillbook("campaigns", "--json", "--data", data, *words).stdout)
        return [[leg["trade"] for leg in one["legs"]] for one in found.get("items", [found])]

    [[first, second]] = listed()
    assert listed("--key", first, "--apart") == []
    assert listed("--proposed", first) == []
    assert listed("--proposed", second) == [[first, second]]
    assert listed("--alone", second) == []
    assert listed("--together", second, first) == [[first, second]]
    named = json.loads(fillbook("campaigns", "--key", first, "--name", "Called away", "--json", "--data", data).stdout)
    assert (named["name"], named["own"]) == ("Called away", True)
    assert "Called away" in fillbook("campaigns", "--data", data).stdout
    assert listed("--add", second, "--key", first) == [[first, second]]


def test_a_change_is_taken_back(data: Path) -> None:
    def asked(*words: str) -> list[dict[str, str]]:
        items: list[dict[str, str]] = json.loads(fillbook("campaigns", "--json", "--data", data, *words).stdout)["items"]
        return items

    [before] = asked()
    asked("--key", before["key"], "--apart")
    [change] = asked("--changes")
    assert (change["what"], asked()) == ("apart", [])
    assert asked("--undo", str(change["id"])) == [before]
    assert asked("--changes") == []
    apart = fillbook("campaigns", "--key", before["key"], "--apart", "--data", data)
    assert (apart.returncode, apart.stdout) == (0, "Each of them stands by itself.\n")
    [change] = asked("--changes")
    assert fillbook("campaigns", "--undo", str(change["id"]), "--data", data).stdout == "It is taken back.\n"
    assert before["title"] in fillbook("campaigns", "--data", data).stdout
    gone = fillbook("campaigns", "--undo", str(change["id"]), "--data", data)
    assert (gone.returncode, "that can be taken back now" in gone.stderr) == (2, True)


def test_what_cannot_be_is_said(data: Path) -> None:
    for words, said in (
        (("--name", "x"), "Name the campaign with --key KEY"),
        (("--key", "nothing"), "There is no campaign nothing in this book."),
        (("--key", "nothing", "--apart"), "There is no round trip or campaign with this key in this book."),
        (("--by", "month"), "--by goes with --totals."),
        (("--totals", "--shape", "wheel"), "--shape and --on narrow the list"),
        (("--together", "nothing"), "There is no round trip or campaign with this key in this book."),
    ):
        refused = fillbook("campaigns", *words, "--data", data)
        assert (refused.returncode, said in refused.stderr) == (2, True)


def test_the_report_counts_the_campaign_once(data: Path) -> None:
    """The assigned call and the shares that it took are one campaign and no trade beside it, however they are told apart."""
    for by in ("shape", "underlying", "month"):
        (group,) = json.loads(fillbook("campaigns", "--totals", "--by", by, "--json", "--data", data).stdout)["groups"]
        (part,) = group["parts"]
        assert (part["campaigns"], part["net"], group["decisions"]["round_trips"]) == (1, group["net"], 1 + group["alone"]["round_trips"])
    said = fillbook("campaigns", "--totals", "--data", data).stdout
    assert "each decision once" in said
