"""Why the trader's own words cannot be kept as they were typed. Pages say it in the reader's language."""

from typing import Final

from fillbook.ledger.sentences import Sentence, Sentences

SENTENCES: Final = Sentences(
    of={
        "note_long": Sentence("A note has at most %(most)s characters; this one has %(count)s."),
        "tag_empty": Sentence("Give the tag a name."),
        "tag_long": Sentence("A tag's name has at most %(most)s characters."),
        "tag_signs": Sentence("A tag's name is plain text without commas."),
        "stop_price": Sentence("The stop is a price like 101.25."),
        "target_price": Sentence("The target is a price like 101.25."),
        "rating": Sentence("A rating is a number from 1 to %(most)s."),
        "stop_long": Sentence("The stop of a long trade lies below its entry at %(entry)s."),
        "stop_short": Sentence("The stop of a short trade lies above its entry at %(entry)s."),
        "target_long": Sentence("The target of a long trade lies above its entry at %(entry)s."),
        "target_short": Sentence("The target of a short trade lies below its entry at %(entry)s."),
    },
    prices=frozenset({"entry"}),
    numbers=frozenset({"count", "most"}),
)
"""By code."""

message: Final = SENTENCES.whole
"""The English sentence of a code."""
