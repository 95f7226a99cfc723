"""Where in the day a round trip began: its hour, weekday and part of the session, its number that day, and what came before it.

All by the opening fill, in the time zone of the instrument's exchange: a trader decides when to open. A source without times of day
yields none of it. `docs/metrics/intraday.md` says the same in words, with an example.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from fillbook.ledger.exchanges import regular_hours, zone_of
from fillbook.performance.summary import Outcome

HOURS: Final = 24
LAST_NUMBER: Final = 10
"""The tenth and every later trade of a day are told together."""
_HELD: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(days=1),
    timedelta(days=7),
    timedelta(days=30),
)


class SessionPart(IntEnum):
    """Part of the exchange's regular day: before it, its first hour, what lies between, its last hour, after it."""

    PRE = 0
    OPEN = 1
    MIDDAY = 2
    CLOSE = 3
    AFTER = 4
    ALL_DAY = 5
    """The venue has no regular day: it trades round the clock."""


class HeldFor(IntEnum):
    """How long a round trip was held; each begins where the one before ends, its own beginning included."""

    UNDER_1_MIN = 0
    UNDER_5_MIN = 1
    UNDER_15_MIN = 2
    UNDER_1_H = 3
    UNDER_4_H = 4
    UNDER_1_DAY = 5
    UNDER_7_DAYS = 6
    UNDER_30_DAYS = 7
    LONGER = 8


class After(IntEnum):
    """What the account's last round trip that had closed earlier on the same day came to; FIRST when none had."""

    FIRST = 0
    WIN = 1
    LOSS = 2
    EVEN = 3


@dataclass(frozen=True, slots=True)
class Opened:
    """A round trip of one account, as its place in the day needs it.

    on, at: trade date and time of the first opening fill. closed_on, closed_at: of the last closing fill. outcome: None when unknown
    or still open.
    """

    key: str
    on: date | None
    at: datetime | None
    closed_on: date | None = None
    closed_at: datetime | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """number: which round trip of the account's day it was, counted as they were opened, from 1."""

    number: int
    after: After


def clock_of(moment: datetime, exchange: str) -> int:
    """Weekday x 24 + hour on the exchange's clock, Monday 00 being 0: `clock // 24` is the weekday, `clock % 24` the hour."""
    local = moment.astimezone(_zone(exchange))
    return local.weekday() * HOURS + local.hour


def session_of(moment: datetime, exchange: str) -> SessionPart:
    """The part of the exchange's regular day that a moment lies in.

    OPEN and CLOSE are the first and the last 60 minutes; the opening belongs to OPEN, the moment of the close to AFTER.
    """
    bounds = _session(exchange)
    if bounds is None:
        return SessionPart.ALL_DAY
    return SessionPart(bisect_right(bounds, moment.astimezone(_zone(exchange)).time()))


def held_for(seconds: int) -> HeldFor:
    """The class of a holding time on the clock, nights and weekends included; negative ones count as none."""
    return HeldFor(bisect_right(_HELD, timedelta(seconds=seconds)))


def held_bounds(slot: int) -> tuple[int | None, int | None]:
    """(from, before) in seconds of a class of holding times; None where it has no bound."""
    least = int(_HELD[slot - 1].total_seconds()) if slot else None
    return least, int(_HELD[slot].total_seconds()) if slot < len(_HELD) else None


def number_slot(number: int) -> int:
    """A number of the day as it is told: 1 to 9, and 10 for the tenth and later."""
    return min(number, LAST_NUMBER)


def places(trips: Iterable[Opened]) -> dict[str, Place]:
    """The place in its day of each round trip whose opening time is known, by key.

    Args:
        trips: all round trips of one account that were opened or closed on the days in question, whatever they came to; currency
            pairs left out. Days are trade dates, as the calendar's.
    """
    opened: dict[date, list[Opened]] = defaultdict(list)
    closed: dict[date, list[Opened]] = defaultdict(list)
    for trip in trips:
        if trip.on is not None and trip.at is not None:
            opened[trip.on].append(trip)
        if trip.closed_on is not None and trip.closed_at is not None and trip.outcome is not None:
            closed[trip.closed_on].append(trip)
    found: dict[str, Place] = {}
    for day, begun in opened.items():
        found.update(_places_of_day(begun, closed.get(day, [])))
    return found


def _places_of_day(begun: list[Opened], ended: list[Opened]) -> Iterable[tuple[str, Place]]:
    ended = sorted(ended, key=lambda trip: (trip.closed_at, trip.key))
    passed = 0
    for number, trip in enumerate(sorted(begun, key=lambda trip: (trip.at, trip.key)), 1):
        assert trip.at is not None
        while passed < len(ended) and _before(ended[passed].closed_at, trip.at):
            passed += 1
        yield trip.key, Place(number, _after(ended, passed, trip.at))


def _after(ended: Sequence[Opened], passed: int, at: datetime) -> After:
    """Among those that closed earlier, the last one; of those that closed at this very second, only what had been opened before it."""
    last = ended[passed - 1] if passed else None
    for trip in ended[passed:]:
        if trip.closed_at != at:
            break
        if trip.at is None or trip.at < at:
            last = trip
    if last is None:
        return After.FIRST
    return {Outcome.WIN: After.WIN, Outcome.LOSS: After.LOSS, Outcome.EVEN: After.EVEN}[last.outcome or Outcome.EVEN]


def _before(moment: datetime | None, other: datetime) -> bool:
    return moment is not None and moment < other


@lru_cache(maxsize=512)
def _zone(exchange: str) -> ZoneInfo:
    return ZoneInfo(zone_of(exchange))


@lru_cache(maxsize=512)
def _session(exchange: str) -> tuple[time, time, time, time] | None:
    """Where OPEN, MIDDAY, CLOSE and AFTER begin."""
    hours = regular_hours(exchange)
    if hours is None:
        return None
    opening, close = hours
    return opening, opening.replace(hour=opening.hour + 1), close.replace(hour=close.hour - 1), close
