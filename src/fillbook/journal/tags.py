"""Tags: short names with a colour, each once per trader whatever its capitals."""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from fillbook.journal.sentences import message

LONGEST: Final = 40
_BLANKS: Final = re.compile(r"\s+")


class Hue(StrEnum):
    """The eight colours of tags; a tag always says its name too."""

    BLUE = "blue"
    TEAL = "teal"
    GREEN = "green"
    OLIVE = "olive"
    AMBER = "amber"
    ROSE = "rose"
    VIOLET = "violet"
    SLATE = "slate"


class BadTag(ValueError):
    """A name that no tag may have. The message is a sentence for its writer."""


def clean_name(text: str) -> str:
    """A tag's name as it is kept: composed letters, single blanks.

    Raises:
        BadTag: it is empty, too long, or holds a comma (which parts tags in an address) or something that cannot be seen.
    """
    name = _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()
    if not name:
        raise BadTag(message("tag_empty"))
    if len(name) > LONGEST:
        raise BadTag(message("tag_long", most=LONGEST))
    if "," in name or not name.isprintable():
        raise BadTag(message("tag_signs"))
    return name


def key_of(name: str) -> str:
    """By what two names are the same tag, and how a filter writes it."""
    return unicodedata.normalize("NFC", name.casefold())


def free_hue(taken: Iterable[str]) -> Hue:
    """The colour for a new tag: the one that the fewest tags have, in the order of the palette."""
    counts = dict.fromkeys(Hue, 0)
    for name in taken:
        if name in counts:
            counts[Hue(name)] += 1
    return min(Hue, key=lambda hue: counts[hue])
