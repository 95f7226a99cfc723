"""Notes: the trader's own text in Markdown, kept as written and made safe whenever it is shown."""

from functools import lru_cache
from typing import Final

import nh3
from markdown_it import MarkdownIt

from fillbook.journal.sentences import message

LONGEST: Final = 20_000

_TAGS: Final = set("p br hr em strong s code pre blockquote ul ol li a h1 h2 h3 h4 h5 h6 table thead tbody tr th td".split())
_ATTRIBUTES: Final = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES: Final = {"http", "https", "mailto"}


class BadNote(ValueError):
    """A text that no note may hold. The message is a sentence for its writer."""


def clean_text(text: str) -> str:
    """A note as it is kept: line ends of one kind, no blanks at its ends, nothing that a database refuses. "" for an empty one.

    Raises:
        BadNote: it is too long.
    """
    kept = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
    if len(kept) > LONGEST:
        raise BadNote(message("note_long", most=LONGEST, count=len(kept)))
    return kept


@lru_cache(maxsize=512)
def to_html(text: str) -> str:
    """A note as safe HTML. HTML in it is text; there are no pictures, which would tell their servers who reads what and when."""
    return nh3.clean(
        _MARKDOWN.render(text), tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener noreferrer nofollow"
    )


def first_line(text: str) -> str:
    """The first line of a note, as written."""
    return text.lstrip().partition("\n")[0].rstrip()


def excerpt(text: str, most: int = 160) -> str:
    """The beginning of a note in one line, for lists."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


_MARKDOWN = MarkdownIt("js-default", {"html": False, "breaks": True}).disable("image")
