"""Sentences that were kept in English, told anew in the reader's language.

Where a sync or an upload could not go on, the English sentence is all that is kept of it. It was made of a text with places, so that text
is found again by its form, what stood in its places is read out of the sentence, and both are said anew. Sentences may follow each other,
as a remedy follows what is wrong. A sentence that no table has stays as it is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Final

from fillbook.ledger.sentences import PLACE, Sentences, Speaker

_LONGEST: Final = 5000
_MOST: Final = 60
"""Characters of a text, and sentences in it, up to which it is taken apart: what comes from outside stands in it too."""
_BETWEEN: Final = re.compile(r"(?<=[.!?]) ")
_DAY: Final = re.compile(r"[A-Z][a-z]{2} \d{1,2} [A-Z][a-z]{2} \d{4}", re.ASCII)


class _Form:
    """A text of a table as a pattern. parts: what is fixed, "" at a place, and the place's name; weight: how many letters are fixed."""

    def __init__(self, table: Sentences, text: str) -> None:
        self.table, self.text = table, text
        self.parts = list(_parts(table, text))
        self.weight = sum(len(fixed) for fixed, _ in self.parts)
        self.longest = max((fixed for fixed, _ in self.parts), key=len)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        met: set[str] = set()
        pieces = []
        for fixed, name in self.parts:
            pieces.append(re.escape(fixed) if not name else f"(?P={name})" if name in met else f"(?P<{name}>.*?)")
            met.add(name)
        return re.compile("".join(pieces), re.DOTALL)

    def read(self, text: str) -> dict[str, str] | None:
        """What stands in the places of a sentence of this form; None when it is none."""
        found = self.pattern.fullmatch(text) if self.longest in text else None
        return found and found.groupdict()


def _parts(table: Sentences, text: str) -> Iterator[tuple[str, str]]:
    """Fixed pieces and places of a text, its phrases put in."""
    at = 0
    for place in PLACE.finditer(text):
        yield text[at : place.start()], ""
        if place[1] in table.phrases:
            yield from _parts(table, table.phrases[place[1]])
        else:
            yield "", place[1]
        at = place.end()
    yield text[at:], ""


class Retelling:
    """Tells sentences of these tables anew."""

    def __init__(self, tables: Sequence[Sentences]) -> None:
        self._forms = [_Form(table, text) for table in tables for text in dict.fromkeys(_sentences(table)) if PLACE.sub("", text)]
        self._words = {id(table): [_Form(table, text) for text in table.words] for table in tables}

    def told(self, text: str, speaker: Speaker) -> str:
        """The text with every sentence that a table has as the speaker says it."""
        ends = [*(found.start() for found in _BETWEEN.finditer(text)), len(text)]
        if len(text) > _LONGEST or len(ends) > _MOST:
            return text
        near = [form for form in self._forms if form.longest in text]
        return " ".join(self._said(form, piece, speaker) for form, piece in _taken_apart(near, text, ends))

    def _said(self, form: _Form | None, piece: str, speaker: Speaker) -> str:
        values = form.read(piece) if form is not None else None
        if form is None or values is None:
            return speaker.text(piece)
        try:
            return form.table.said(form.text, self._as_given(form.table, values, speaker), speaker)
        except KeyError:  # it holds something that looks like a place
            return piece

    def _as_given(self, table: Sentences, values: Mapping[str, str], speaker: Speaker) -> dict[str, str]:
        """Parameters as code gave them, out of what a sentence made of them."""
        given: dict[str, str] = {}
        for name, value in values.items():
            if name in table.quoted:
                given[name] = self.told(value, speaker)
            elif name in table.worded:
                between = table.worded[name]
                given[name] = between.join(self._word(table, part, given) for part in value.split(between))
            else:
                given[name] = value.replace(",", "") if name in table.numbers else _day(value)
        return given

    def _word(self, table: Sentences, part: str, given: dict[str, str]) -> str:
        """The text of the table that a part was made of, else the part; what stood in its places goes to the parameters."""
        form = _nearest(self._words[id(table)], part)
        if form is None:
            if PLACE.search(part):
                raise KeyError(part)
            return part
        given |= form.read(part) or {}
        return form.text


def _sentences(table: Sentences) -> Iterator[str]:
    """Texts of a table that may stand by themselves: the others are parts of sentences."""
    for sentence in table.of.values():
        yield from (sentence.message, sentence.remedy, sentence.one)
    yield from (text for text in table.words if text.endswith("."))


def _taken_apart(forms: Sequence[_Form], text: str, ends: Sequence[int]) -> list[tuple[_Form | None, str]]:
    """The text as pieces, each with the form it has: as many letters as possible are those of forms, as few pieces as possible have none.

    What came from outside may hold the end of a sentence, or another sentence: the letters decide.
    """
    best: dict[int, tuple[tuple[int, int], list[tuple[_Form | None, str]]]] = {0: ((0, 0), [])}
    begins = [0, *(end + 1 for end in ends)]
    for index, end in enumerate(ends):
        (weight, loose), pieces = best[begins[index]]
        reached = (weight, loose - 1), [*pieces, (None, text[begins[index] : end])]
        for begin in begins[: index + 1]:
            piece = text[begin:end]
            form = _nearest(forms, piece)
            if form is None:
                continue
            (weight, loose), pieces = best[begin]
            if (weight + form.weight, loose) > reached[0]:
                reached = (weight + form.weight, loose), [*pieces, (form, piece)]
        best[end + 1] = reached
    return best[len(text) + 1][1]


def _nearest(forms: Sequence[_Form], text: str) -> _Form | None:
    """The form of a text with the most letters; None when it has none of them."""
    return max((one for one in forms if one.read(text) is not None), key=lambda one: one.weight, default=None)


def _day(value: str) -> str:
    """`Fri 20 Nov 2026` as the day it is, else the value."""
    try:
        return f"{datetime.strptime(value, '%a %d %b %Y'):%Y-%m-%d}" if _DAY.fullmatch(value) else value  # noqa: DTZ007 - a calendar day
    except ValueError:
        return value
