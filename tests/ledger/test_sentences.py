"""Sentences with named places: filled in English, and in any language that says its texts, counts and days."""

from datetime import date

import pytest

from fillbook.ledger.sentences import Sentence, Sentences, Speaker

TABLE = Sentences(
    of={
        "late": Sentence("%(count)s rows of %(on)s came late: %(why)s.", "%(open)s and look.", "1 row of %(on)s came late: %(why)s."),
        "odd": Sentence("It says %(said)s."),
    },
    phrases={"open": "Open the %(place)s"},
    worded={"why": "; "},
    words=("nobody sent %(what)s", "it rained"),
)
PARAMS = {"count": "1200", "on": "2026-03-02", "why": "nobody sent %(what)s; it rained", "what": "them", "place": "door"}


def test_a_sentence_is_put_together_from_its_parts() -> None:
    assert TABLE.message("late", PARAMS) == "1,200 rows of 2026-03-02 came late: nobody sent them; it rained."
    assert TABLE.message("late", PARAMS | {"count": "1"}) == "1 row of 2026-03-02 came late: nobody sent them; it rained."
    assert TABLE.remedy("late", PARAMS) == "Open the door and look."
    assert TABLE.remedy("odd", {}) == ""


def test_each_part_is_said_by_the_speaker() -> None:
    words = {"it rained": "es regnete", "nobody sent %(what)s": "%(what)s schickte niemand"}
    german = Speaker(lambda text: words.get(text, text), lambda number: f"{number:,}".replace(",", "."), lambda day: f"{day:%d.%m.%Y}")
    assert TABLE.message("late", PARAMS, german) == "1.200 rows of 02.03.2026 came late: them schickte niemand; es regnete."


def test_what_came_from_outside_is_never_taken_for_a_place_or_a_day() -> None:
    assert TABLE.message("odd", {"said": "%(why)s 2026-02-30"}) == "It says %(why)s 2026-02-30."
    assert TABLE.message("odd", {"said": "2026-02-30"}) == "It says 2026-02-30."
    assert TABLE.message("odd", {"said": "2026-02-03"}, Speaker(str, str, date.isoformat)) == "It says 2026-02-03."


def test_what_another_version_made_is_not_said() -> None:
    with pytest.raises(KeyError):
        TABLE.message("gone", {})
    with pytest.raises(KeyError):
        TABLE.message("late", {"count": "2"})


def test_everything_but_bare_places_needs_words() -> None:
    assert set(TABLE.texts()) == {
        "%(count)s rows of %(on)s came late: %(why)s.",
        "%(open)s and look.",
        "1 row of %(on)s came late: %(why)s.",
        "It says %(said)s.",
        "Open the %(place)s",
        "nobody sent %(what)s",
        "it rained",
    }
