"""Which statement is believed, and of which days each of them tells everything."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from fillbook.ledger.statement import DateRange

MARGIN: Final = timedelta(days=7)
"""Days at both ends of a period in which a missing row means nothing: brokers book late and correct for a while."""


@dataclass(frozen=True, slots=True, order=True)
class Strength:
    """How much a statement is believed; the greater one wins."""

    origin: int
    stated_at: datetime


def well_inside(covers: DateRange | None) -> DateRange | None:
    """The days of a period on which a missing row is denied."""
    if covers is None or covers.first + MARGIN > covers.last - MARGIN:
        return None
    return DateRange(covers.first + MARGIN, covers.last - MARGIN)


class Voices:
    """The statements in which a missing row of one kind means something, with the days that each covers."""

    def __init__(self, told: Iterable[tuple[Strength, DateRange]]) -> None:
        self._told: dict[Strength, list[DateRange]] = defaultdict(list)
        for strength, covers in told:
            self._told[strength].append(covers)
        self._inside = [(strength, days) for strength, some in self._told.items() for covers in some if (days := well_inside(covers))]
        self._strongest: dict[date, Strength | None] = {}

    def tell(self, day: date, strength: Strength) -> bool:
        """Whether a statement of this strength tells of this day."""
        return any(covers.covers(day) for covers in self._told.get(strength, ()))

    def deny(self, day: date, strength: Strength) -> bool:
        """Whether a stronger statement would have a row of this day, so that it is denied when only weaker ones have it."""
        if day not in self._strongest:
            self._strongest[day] = max((other for other, days in self._inside if days.covers(day)), default=None)
        strongest = self._strongest[day]
        return strongest is not None and strongest > strength
