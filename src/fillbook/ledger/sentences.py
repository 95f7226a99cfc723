"""Sentences with named places: what a finding says, in English where it is made and in the reader's language where it is shown.

A finding is a code with parameters. Its table says the sentence of each code as a text with places, `%(section)s`, which is what a
catalogue of translations hangs on. A place is filled with a phrase of the table, with a parameter that is itself one or several texts of
the table, or with a parameter as it is.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final

PLACE: Final = re.compile(r"%\((\w+)\)s")
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_PRICE: Final = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Speaker:
    """How a language writes the parts of a sentence: a text of the table, a count, a day, a price."""

    text: Callable[[str], str]
    whole: Callable[[int], str]
    day: Callable[[date], str]
    price: Callable[[Decimal], str] = "{:f}".format


ENGLISH: Final = Speaker(lambda text: text, lambda number: f"{number:,}", str)


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is so and what it costs, then what to do. one: the message where its number is 1, "" where it is the same."""

    message: str
    remedy: str = ""
    one: str = ""


@dataclass(frozen=True, slots=True)
class Sentences:
    """A table of them by code.

    phrases: place -> text that stands there in any sentence. worded: parameters whose values are texts of the table, with what stands
    between several of them; words: those texts, and others of the same source that are shown as they are. numbers: parameters that are
    counts; prices: prices. quoted: parameters that are whole sentences of whatever table (`retelling` tells them anew).
    """

    of: Mapping[str, Sentence]
    phrases: Mapping[str, str] = field(default_factory=dict)
    worded: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    numbers: frozenset[str] = frozenset({"count"})
    prices: frozenset[str] = frozenset()
    quoted: frozenset[str] = frozenset()

    def message(self, code: str, params: Mapping[str, str] = NOTHING, speaker: Speaker = ENGLISH) -> str:
        """The message of a finding.

        Raises:
            KeyError: there is no such code, or a parameter is missing: the finding was made by another version.
        """
        sentence = self.of[code]
        alone = sentence.one and any(params.get(name) == "1" for name in self.numbers)
        return self.said(sentence.one if alone else sentence.message, params, speaker)

    def remedy(self, code: str, params: Mapping[str, str] = NOTHING, speaker: Speaker = ENGLISH) -> str:
        """What to do about it; raises as `message`."""
        return self.said(self.of[code].remedy, params, speaker)

    def whole(self, code: str, **params: object) -> str:
        """Message and remedy of a code in English, one after the other; raises as `message`."""
        given = {name: str(value) for name, value in params.items()}
        return f"{self.message(code, given)} {self.remedy(code, given)}".strip()

    def texts(self) -> Iterator[str]:
        """Everything that needs words in another language."""
        said = (text for sentence in self.of.values() for text in (sentence.message, sentence.remedy, sentence.one))
        yield from (text for text in (*said, *self.phrases.values(), *self.words) if PLACE.sub("", text))

    def said(self, text: str, params: Mapping[str, str], speaker: Speaker = ENGLISH) -> str:
        """A text of the table in the speaker's language with all its places filled; raises as `message`."""
        return PLACE.sub(lambda place: self._filled(place[1], params, speaker), speaker.text(text) if text else "")

    def _filled(self, name: str, params: Mapping[str, str], speaker: Speaker) -> str:
        if name in self.phrases:
            return self.said(self.phrases[name], params, speaker)
        value = params[name]
        if name in self.worded:
            between = self.worded[name]
            return between.join(self.said(part, params, speaker) for part in value.split(between))
        if name in self.numbers and value.isdigit():
            return speaker.whole(int(value))
        if name in self.prices and _PRICE.fullmatch(value):
            return speaker.price(Decimal(value))
        day = _day_of(value)
        return value if day is None else speaker.day(day)


def _day_of(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except ValueError:
        return None
