"""When a link is fetched by itself, and when a statement is late. Pure: the clock is an argument.

Every day of the broker's zone gives a link a first slot, at a moment that its id picks out of the hours in which new data appear. While
the figures do not reach the last working day, two more slots follow, three hours apart: for a broker that was late or out of order. Of the
slots that have passed only the latest counts, so after an outage a link is fetched once, not once for every night.
"""

import functools
import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from fillbook.brokers.manifests import Manifest

SPACING: Final = timedelta(hours=3)
TRIES: Final = 3
LATE_DAYS: Final = 4
"""Working days missing at the end of the figures that no holiday explains."""
_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of the day, in the broker's zone, between which a day's new data appear. last > first."""

    zone: ZoneInfo
    first: int
    last: int

    @classmethod
    def of(cls, broker: Manifest) -> "Hours":
        """Those of a broker."""
        return cls(ZoneInfo(broker.capabilities.zone or "UTC"), broker.ready_from, broker.ready_until)

    def day_of(self, moment: datetime) -> date:
        """The calendar day there."""
        return moment.astimezone(self.zone).date()

    def moment(self, key: str, day: date) -> datetime:
        """Where in these hours of a day the link with this id has its place, in UTC."""
        start, seconds = _span(self, day)
        return start + timedelta(seconds=zlib.crc32(key.encode()) % seconds)


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment at which a link may be due. day: in the broker's zone; number: 1 for the day's first."""

    at: datetime
    day: date
    number: int

    def job(self, key: str) -> str:
        """The id of its workflow: the same for everybody who finds the link due."""
        return f"sync-{key}-{self.day}" + (f"-{self.number}" if self.number > 1 else "")


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether a link is due.

    key: its id. since: when it was made. succeeded: when it last fetched everything, None for never. figures_to: last day of its figures.
    """

    key: str
    since: datetime
    succeeded: datetime | None
    figures_to: date | None


def due(link: Standing, hours: Hours, now: datetime) -> Slot | None:
    """The slot that a link is to be fetched in now; None when it was since, or is younger. Whether its job exists is not asked here."""
    today = hours.day_of(now)
    passed = [slot for day in (today - _DAY, today) for slot in _slots(link, hours, day) if slot.at <= now]
    latest = max(passed, key=lambda slot: slot.at)
    return latest if (link.succeeded or link.since) < latest.at else None


def upcoming(link: Standing, hours: Hours, now: datetime) -> Slot:
    """The first slot after now."""
    today = hours.day_of(now)
    return next(slot for day in (today, today + _DAY) for slot in _slots(link, hours, day) if slot.at > now)


def last_working_day(today: date) -> date:
    """The working day before `today`, which a statement made today should reach. Holidays are not known."""
    day = today - _DAY
    while day.weekday() >= _SATURDAY:
        day -= _DAY
    return day


def missing_days(figures_to: date, today: date) -> int:
    """Working days after `figures_to` and before `today`."""
    between = (figures_to + step * _DAY for step in range(1, (today - figures_to).days))
    return sum(1 for day in between if day.weekday() < _SATURDAY)


@functools.lru_cache(maxsize=64)
def _span(hours: Hours, day: date) -> tuple[datetime, int]:
    """The beginning in UTC and the seconds of these hours; the same for every link, and thousands ask each minute."""
    start, end = (datetime.combine(day, time(hour), hours.zone).astimezone(UTC) for hour in (hours.first, hours.last))
    return start, int((end - start).total_seconds())


def _slots(link: Standing, hours: Hours, day: date) -> list[Slot]:
    first = hours.moment(link.key, day)
    late = link.figures_to is None or link.figures_to < last_working_day(day)
    return [Slot(first + number * SPACING, day, number + 1) for number in range(TRIES if late else 1)]
