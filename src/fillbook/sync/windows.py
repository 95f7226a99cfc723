"""Which days a run asks for. Pure: what is covered and which day it is are arguments.

A night asks for what is new and a week before it; once a week for the whole year, as the broker gives it by itself, and then for the gaps
that are left. A run over earlier years goes back window by window until there is nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, TypedDict

from fillbook.ledger.statement import DateRange
from fillbook.sync.slots import last_working_day

OVERLAP: Final = timedelta(days=7)
"""Days that are asked for again: brokers book late, and differ in which of a row's dates decides where it belongs."""
FULL_EVERY: Final = timedelta(days=6, hours=12)
SHORT_UP_TO: Final = timedelta(days=60)
"""With more days than these to catch up with, a run asks for the whole year."""
YEARS_BACK: Final = 15
_DAY: Final = timedelta(days=1)


class Leg(TypedDict):
    """One range of days that a run asked for, as JSON values, because the job library keeps the legs of a run.

    first, last: ISO dates, None for whatever the broker gives by itself. pages: documents that came. missed: why none could be had.
    """

    first: str | None
    last: str | None
    pages: int
    missed: str


class Found(StrEnum):
    """What a window brought: rows or positions; a statement without any; no statement, as the broker has nothing of those days."""

    ROWS = "rows"
    EMPTY = "empty"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Window:
    """Days that were asked for, and what came."""

    days: DateRange
    found: Found


def leg_of(days: DateRange | None) -> Leg:
    """A leg that is still to be fetched."""
    first, last = (days.first.isoformat(), days.last.isoformat()) if days else (None, None)
    return {"first": first, "last": last, "pages": 0, "missed": ""}


def days_of(leg: Leg) -> DateRange | None:
    """The days of a leg."""
    if leg["first"] is None or leg["last"] is None:
        return None
    return DateRange(date.fromisoformat(leg["first"]), date.fromisoformat(leg["last"]))


def is_whole(leg: Leg) -> bool:
    """Whether a leg asked for all the history there is, not for a night's days."""
    days = days_of(leg)
    return days is None or days.days > (SHORT_UP_TO + 2 * OVERLAP).days


def nightly(figures_to: date | None, last_full: datetime | None, now: datetime, today: date) -> DateRange | None:
    """The days that a scheduled run asks for; None for the whole year.

    Args:
        figures_to: last day of the link's figures.
        last_full: when the whole year was last fetched.
        now: the moment.
        today: its day in the broker's zone.
    """
    if figures_to is None or last_full is None or now - last_full > FULL_EVERY or today - figures_to > SHORT_UP_TO:
        return None
    return DateRange(figures_to - OVERLAP, max(last_working_day(today), figures_to))


def gap(missing: Iterable[DateRange], asked: Sequence[DateRange], since: date) -> DateRange | None:
    """The next gap to ask for, with a week on both sides; None when none is left.

    Args:
        missing: the gaps in what is covered.
        asked: days that this run asked for already.
        since: nothing before this day is fetched unless the user wishes it.
    """
    for days in sorted(missing, key=lambda days: days.last, reverse=True):
        wanted = DateRange(max(days.first - OVERLAP, since), days.last + OVERLAP)
        if days.last >= since and wanted not in asked:
            return wanted
    return None


def earlier(done: Sequence[Window], since: date, opened_on: date | None, today: date, window_days: int | None) -> DateRange | None:
    """The next window of a run that goes back; None when it is at its end.

    Args:
        done: the windows so far, newest first.
        since: first day that was covered before the run.
        opened_on: when the account was opened, if that is known.
        today: the day.
        window_days: longest range that the broker takes; None without a limit.
    """
    limit = today.replace(day=1, year=today.year - YEARS_BACK)
    reached = done[-1].days.first if done else since
    empty = [window.found is Found.EMPTY for window in done[-2:]] == [True, True]
    if (done and done[-1].found is Found.NOTHING) or empty or reached <= max(limit, opened_on or limit):
        return None
    last = reached - _DAY + OVERLAP
    first = last - timedelta(days=window_days - 1) if window_days else limit
    return DateRange(max(first, limit, opened_on or limit), last)
