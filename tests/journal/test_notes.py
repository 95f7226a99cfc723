"""A note is shown as its Markdown says and never as anything that runs."""

import pytest

from fillbook.journal.anchors import Anchor, Place, anchor_of, trips_of
from fillbook.journal.notes import clean_text, excerpt, to_html
from fillbook.journal.tags import Hue, free_hue
from tests.web.test_hostile_text import PAYLOADS, dangers


def test_markdown_becomes_what_it_says() -> None:
    assert to_html("**Plan**: wait\nfor it\n\n- one\n- two") == (
        "<p><strong>Plan</strong>: wait<br>\nfor it</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"
    )
    assert to_html("|a|b|\n|-|-|\n|1|~~2~~|").count("<td>") == 2
    link = '<p><a href="https://example.com/x?a=1&amp;b=2" rel="noopener noreferrer nofollow">chart</a></p>\n'
    assert to_html("[chart](https://example.com/x?a=1&b=2)") == link


@pytest.mark.parametrize(
    "payload", [*PAYLOADS, "[x](javascript:alert(1))", "![x](https://evil.example/x.png)", "<https://a.b/\"onclick='1'>"]
)
def test_nothing_of_a_note_runs(payload: str) -> None:
    assert [found for found in dangers(to_html(f"{payload}\n\n> {payload}\n\n    {payload}")) if found != "href"] == []
    assert "javascript:" not in to_html("[x](javascript:alert(1))").replace("[x](javascript:alert(1))", "")


def test_a_note_is_kept_as_written_but_for_its_ends() -> None:
    assert clean_text("\r\n a\r\nb\rc\0 \n") == "a\nb\nc"
    assert (excerpt("one\n\ntwo  three"), excerpt("x" * 200)) == ("one two three", "x" * 159 + "…")


def test_the_eight_colours_are_taken_in_turn() -> None:
    taken: list[str] = []
    for _ in range(9):
        taken.append(free_hue(taken))
    assert taken == [*Hue, Hue.BLUE]


def test_a_word_hangs_on_what_its_trade_has_alone() -> None:
    fills = [("", "adjusts"), ("1", "opens"), ("2", "closes"), ("3", "opens"), ("4", "closes")]
    assert anchor_of(fills, by_closing=False) == Anchor("1", "opens")
    assert anchor_of(fills, by_closing=True) == Anchor("4", "closes")
    assert anchor_of([("9", "closes")], by_closing=False) == Anchor("9", "closes")
    assert anchor_of([("spin-off", "adjusts")], by_closing=True) == Anchor("spin-off", "adjusts")
    assert anchor_of([("", "opens")], by_closing=False) is None
    reversal = [Place("2", "closes", 1), Place("2", "opens", 2), Place("3", "opens", 3)]
    assert (trips_of(Anchor("2", "opens"), reversal), trips_of(Anchor("3", "closes"), reversal)) == ({2}, {3})
