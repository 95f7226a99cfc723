"""Periods that move with the calendar, each by the name that stands in an address, whatever language its reader's words are in."""

from datetime import date, timedelta
from enum import StrEnum


class Rolling(StrEnum):
    """A period that is told from today on."""

    ALL_TIME = "all-time"
    TODAY = "today"
    THIS_WEEK = "this-week"
    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"
    THIS_YEAR = "this-year"
    LAST_YEAR = "last-year"
    LAST_30_DAYS = "last-30-days"
    LAST_90_DAYS = "last-90-days"
    LAST_365_DAYS = "last-365-days"


def days_of(period: Rolling, today: date) -> tuple[date | None, date | None]:
    """(first, last) day of a period, both included; weeks begin on Monday. (None, None) for all time."""
    month = today.replace(day=1)
    last_month = month - timedelta(days=1)
    monday = today - timedelta(days=today.weekday())
    match period:
        case Rolling.ALL_TIME:
            return None, None
        case Rolling.TODAY:
            return today, today
        case Rolling.THIS_WEEK:
            return monday, monday + timedelta(days=6)
        case Rolling.THIS_MONTH:
            return month, (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        case Rolling.LAST_MONTH:
            return last_month.replace(day=1), last_month
        case Rolling.THIS_YEAR:
            return date(today.year, 1, 1), date(today.year, 12, 31)
        case Rolling.LAST_YEAR:
            return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)
        case _:
            return today - timedelta(days=int(period.split("-")[1]) - 1), today
