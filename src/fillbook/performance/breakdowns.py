"""Results broken down by where in the day a round trip began, and the choice of one such part, as it stands in an address.

A part is a `Slot`: a dimension and a number. Parts of one dimension never overlap, and together they are all round trips that have a
place in it, so their summaries add up to the whole.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fillbook.performance.intraday import HOURS, LAST_NUMBER, After, HeldFor, SessionPart
from fillbook.performance.summary import Summary

Parts = Mapping[int, Summary]
"""Number of the slot -> what its round trips came to."""


class Dimension(StrEnum):
    """By what results are broken down. CLOCK is weekday and hour together."""

    CLOCK = "clock"
    HOUR = "hour"
    WEEKDAY = "weekday"
    SESSION = "session"
    HELD = "held"
    NUMBER = "number"
    AFTER = "after"


STORED: Final = (Dimension.CLOCK, Dimension.SESSION, Dimension.HELD, Dimension.NUMBER, Dimension.AFTER)
"""Those that are counted and kept; hour and weekday are sums of CLOCK."""
_SIZES: Final = {
    Dimension.CLOCK: 7 * HOURS,
    Dimension.HOUR: HOURS,
    Dimension.WEEKDAY: 7,
    Dimension.SESSION: len(SessionPart),
    Dimension.HELD: len(HeldFor),
    Dimension.NUMBER: LAST_NUMBER + 1,
    Dimension.AFTER: len(After),
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One part of one dimension, such as the hour from 9 to 10. number: as `intraday` counts it."""

    dimension: Dimension
    number: int

    @classmethod
    def read(cls, text: str) -> "Slot | None":
        """From an address: `hour-9`, `weekday-0` (Monday), `after-2` (a loss). None for what cannot be understood."""
        name, _, number = text.partition("-")
        known = name in list(Dimension) and number.isascii() and number.isdigit() and len(number) <= 3
        if not known or int(number) >= _SIZES[Dimension(name)] or f"{name}-{number}" == f"{Dimension.NUMBER}-0":
            return None
        return cls(Dimension(name), int(number))

    def __str__(self) -> str:
        return f"{self.dimension}-{self.number}"


def merged(parts: Iterable[tuple[int, Summary]]) -> dict[int, Summary]:
    """Summaries of equal slots added up, by slot in order."""
    found: dict[int, Summary] = {}
    for number, summary in parts:
        found[number] = found.get(number, Summary()).merge(summary)
    return dict(sorted(found.items()))


def by_hour(clock: Parts) -> dict[int, Summary]:
    """Parts of CLOCK as parts of HOUR."""
    return _turned(clock, lambda number: number % HOURS)


def by_weekday(clock: Parts) -> dict[int, Summary]:
    """Parts of CLOCK as parts of WEEKDAY; Monday is 0."""
    return _turned(clock, lambda number: number // HOURS)


def whole(parts: Parts) -> Summary:
    """All parts of one dimension together."""
    summary = Summary()
    for part in parts.values():
        summary = summary.merge(part)
    return summary


def _turned(parts: Parts, turn: Callable[[int], int]) -> dict[int, Summary]:
    return merged((turn(number), summary) for number, summary in parts.items())
