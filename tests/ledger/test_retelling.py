"""Sentences that were kept in English are found again in their tables and told anew, with what stood in their places."""

from datetime import date

import pytest

from fillbook.ledger.retelling import Retelling
from fillbook.ledger.sentences import Sentence, Sentences, Speaker

TABLE = Sentences(
    of={
        "late": Sentence("%(count)s rows of %(on)s came late: %(why)s.", "%(open)s and look.", "1 row of %(on)s came late: %(why)s."),
        "twice": Sentence("%(name)s is %(name)s."),
        "lost": Sentence("Lost since %(on)s: %(missed)s"),
    },
    phrases={"open": "Open the door"},
    worded={"why": "; "},
    words=("nobody sent %(what)s", "it rained", "Try it."),
    quoted=frozenset({"missed"}),
)
GERMAN = {
    "%(count)s rows of %(on)s came late: %(why)s.": "%(count)s Zeilen vom %(on)s kamen spät: %(why)s.",
    "1 row of %(on)s came late: %(why)s.": "1 Zeile vom %(on)s kam spät: %(why)s.",
    "%(open)s and look.": "%(open)s und sehen Sie nach.",
    "Open the door": "Öffnen Sie die Tür",
    "nobody sent %(what)s": "%(what)s schickte niemand",
    "it rained": "es regnete",
    "Try it.": "Versuchen Sie es.",
    "%(name)s is %(name)s.": "%(name)s bleibt %(name)s.",
    "Lost since %(on)s: %(missed)s": "Weg seit %(on)s: %(missed)s",
}
SPEAKER = Speaker(lambda text: GERMAN.get(text, text), lambda number: f"{number:,}".replace(",", "."), lambda day: f"{day:%d.%m.%Y}")


def told(text: str) -> str:
    return Retelling([TABLE]).told(text, SPEAKER)


@pytest.mark.parametrize(
    ("kept", "anew"),
    [
        ("1,200 rows of 2026-03-02 came late: it rained.", "1.200 Zeilen vom 02.03.2026 kamen spät: es regnete."),
        (
            "1 row of 2026-03-02 came late: nobody sent a.b; it rained.",
            "1 Zeile vom 02.03.2026 kam spät: a.b schickte niemand; es regnete.",
        ),
        ("1 row of Mon came late: of snow.", "1 Zeile vom Mon kam spät: of snow."),
        ("Open the door and look.", "Öffnen Sie die Tür und sehen Sie nach."),
        ("A is A.", "A bleibt A."),
        ("A is B.", "A is B."),
        ("Try it. Who knows? Try it.", "Versuchen Sie es. Who knows? Versuchen Sie es."),
        ("Lost since Fri 20 Nov 2026: Try it. Try it.", "Weg seit 20.11.2026: Versuchen Sie es. Versuchen Sie es."),
        ("Lost since 2026-11-20: Who knows? Try it. Again.", "Weg seit 20.11.2026: Who knows? Versuchen Sie es. Again."),
        ("Lost since Fri 31 Nov 2026: Try it.", "Weg seit Fri 31 Nov 2026: Versuchen Sie es."),
        ("Nothing of this is known.", "Nothing of this is known."),
        ("it rained", "es regnete"),
        ("", ""),
    ],
)
def test_a_kept_sentence_is_told_anew(kept: str, anew: str) -> None:
    assert told(kept) == anew


def test_what_was_filled_is_found_again_with_what_follows_it() -> None:
    params = {"count": "1200", "on": str(date(2026, 3, 2)), "why": "nobody sent %(what)s; it rained", "what": "them"}
    kept = f"{TABLE.message('late', params)} {TABLE.remedy('late', params)}"
    anew = "1.200 Zeilen vom 02.03.2026 kamen spät: them schickte niemand; es regnete. Öffnen Sie die Tür und sehen Sie nach."
    assert told(kept) == anew


def test_the_words_of_others_are_never_taken_for_ours() -> None:
    """A broker's words may hold the end of a sentence, a place, or a sentence of ours."""
    assert told("1 row of noon. Late came late: it rained.") == "1 Zeile vom noon. Late kam spät: es regnete."
    assert told("1 row of %(why)s came late: %(on)s.") == "1 row of %(why)s came late: %(on)s."
    assert told("Lost since noon: %(on)s.") == "Weg seit noon: %(on)s."
    assert told("X. " * 100 + "Try it.") == "X. " * 100 + "Try it."
    assert told("1 row of " + "x" * 5000) == "1 row of " + "x" * 5000
