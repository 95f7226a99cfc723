"""Dates, times and numbers as Flex queries write them.

A query's author chooses one of seven date formats, two time formats and four separators, and nothing in the document says which.
Every form tells itself apart from the others, save one pair: 05/07/2018 is the 7th of May or the 5th of July. That order is one for
the whole document; `Dates` raises `OrderUnknown` until it is set.

Times carry no zone and are New York's, whatever the exchange; a zone that is named is honoured.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from fillbook.brokers.ibkr import refusals
from fillbook.ledger.numbers import ZERO, NotANumber, read_number

NEW_YORK: Final = ZoneInfo("America/New_York")
NOTHING: Final = frozenset({"", "-", "--", "N/A", "MULTI"})
"""How a Flex query writes that there is no value."""

_DAY: Final = r"\d{8}|\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/(?:\d{4}|\d\d)|\d{1,2}-[A-Za-z]{3}-(?:\d{4}|\d\d)"
_MOMENT: Final = re.compile(
    rf"(?P<day>{_DAY})(?:(?:\s*[;,]\s*|\s+|T|)(?P<time>\d{{6}}|\d\d:\d\d:\d\d)(?:\s*(?P<zone>[A-Za-z][A-Za-z0-9/_+:-]*))?)?", re.ASCII
)
_SLASHED: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)", re.ASCII)
_LETTERED: Final = re.compile(r"(\d{1,2})-([A-Za-z]{3})-(\d{4}|\d\d)", re.ASCII)
_TIME: Final = re.compile(r"(\d\d):?(\d\d):?(\d\d)", re.ASCII)
_PLAIN: Final = re.compile(r"[+-]?(?:\d{1,20}(?:\.\d{0,18})?|\.\d{1,18})", re.ASCII)
"""What `read_number` reads, without an exponent: nearly every number there is."""
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_MONTHS: Final = {name: number for number, name in enumerate("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(), 1)}
_ZONES: Final = {
    name: timezone(timedelta(minutes=round(hours * 60)))
    for names, hours in (
        ("UTC GMT WET Z", 0), ("BST WEST CET MEZ", 1), ("CEST MESZ EET SAST", 2), ("EEST MSK", 3), ("SGT HKT AWST", 8), ("JST KST", 9),
        ("AEST", 10), ("AEDT", 11), ("ACST", 9.5), ("ACDT", 10.5), ("NZST", 12), ("NZDT", 13),
        ("EDT", -4), ("EST CDT", -5), ("CST MDT", -6), ("MST PDT", -7), ("PST", -8),
    )
    for name in names.split()
}  # fmt: skip
_WHOLE_DIGITS: Final = 20
_DECIMALS: Final = 18
_YEARS: Final = range(1900, 2200)
_CACHED: Final = 1 << 16


class DayOrder(StrEnum):
    """What comes first in a date with slashes."""

    MONTH_FIRST = "month first"
    DAY_FIRST = "day first"


class OrderUnknown(Exception):
    """A date with slashes was met before anything told which of its fields is the month."""


class NotADate(ValueError):
    """A text that should be a date and is in none of the formats."""


class Numbers(dict[str, Decimal | None]):
    """Text to number, remembered: the same quantities, prices and fees come again and again. None for a field without a value.

    Thousands separators are taken out; everything else is as strict as `read_number`.
    """

    def __init__(self) -> None:
        super().__init__(dict.fromkeys(NOTHING))
        self["0"] = ZERO
        self["1"] = Decimal(1)

    def __missing__(self, text: str) -> Decimal | None:
        value = Decimal(text) if _PLAIN.fullmatch(text) else self._unusual(text)
        if value is not None and len(self) < _CACHED:
            self[text] = value
        return value

    def _unusual(self, text: str) -> Decimal | None:
        """A number with an exponent, with separators, or with blanks around it."""
        plain = text.strip()
        if plain in NOTHING:
            return None
        if _GROUPED.fullmatch(plain):
            return self[plain.replace(",", "")]
        if plain != text:
            return self[plain]
        try:
            return _scaled(read_number(text), text)
        except NotANumber:
            raise NotANumber(text) from None


def _scaled(value: Decimal, text: str) -> Decimal:
    """A number with an exponent, if it keeps within the digits that a number without one may have."""
    exponent = value.as_tuple().exponent
    if value.adjusted() >= _WHOLE_DIGITS or not isinstance(exponent, int) or exponent < -_DECIMALS:
        raise NotANumber(text)
    return value


class Dates:
    """Reads the dates of one document. `order` is set once it is known; `unknown_zones` collects suffixes without a meaning.

    days: text of a date or date-time to its calendar day, None for a field without a value; a text not met before is read
    (raising as `moment`).
    """

    def __init__(self) -> None:
        self.order: DayOrder | None = None
        self.unknown_zones: set[str] = set()
        self.days = _Days(self)
        self._midnights: dict[str, datetime] = {}
        self._clock: dict[str, timedelta] = {}
        self._cuts: dict[int, int] = {}

    def moment(self, text: str) -> tuple[date | None, datetime | None]:
        """(calendar day, UTC instant); the instant is None where the text has a date only, both where it has no value.

        Raises:
            OrderUnknown, NotADate, StatementUnreadable: see the module.
        """
        try:
            cut = self._cuts[len(text)]
            day = text[:cut]
            return self.days[day], self._midnights[day] + self._clock[text[cut:]]
        except (KeyError, NotADate):
            return self.read(text)

    def read(self, text: str) -> tuple[date | None, datetime | None]:
        """`moment`, without looking at what is remembered."""
        plain = text.strip()
        if plain in NOTHING:
            return None, None
        found = _MOMENT.fullmatch(plain)
        if found is None:
            raise NotADate(text)
        try:
            day = self._calendar(found["day"])
            if day.year not in _YEARS:
                raise NotADate(text)
            if found["time"] is None:
                return day, None
            return day, self._instant(plain, found["day"], day, time_of(found["time"]), found["zone"])
        except (ValueError, OverflowError):
            raise NotADate(text) from None

    def _instant(self, plain: str, day_text: str, day: date, clock: timedelta, zone: str | None) -> datetime:
        """The UTC instant; remembered unless a zone is named or the clocks change that day. A zone we do not know is read as New York."""
        if zone is not None:
            known = _ZONES.get(zone.upper())
            if known is not None:
                return datetime(day.year, day.month, day.day, tzinfo=known).astimezone(UTC) + clock
            self.unknown_zones.add(zone[:20])
        elif (start := self._midnights.get(day_text) or even_midnight(day)) is not None:
            cut = len(day_text)
            self._midnights[day_text] = start
            self._cuts[len(plain)] = cut
            self._clock[plain[cut:]] = clock
            return start + clock
        return in_new_york(day, clock)

    def _calendar(self, text: str) -> date:
        if len(text) == 8 and text.isdigit():
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        if "/" in text:
            return self._slashed(text)
        lettered = _LETTERED.fullmatch(text)
        if lettered is None:
            return date.fromisoformat(text)
        if lettered[2].upper() not in _MONTHS:
            raise NotADate(text)
        return date(_year(lettered[3]), _MONTHS[lettered[2].upper()], int(lettered[1]))

    def _slashed(self, text: str) -> date:
        if not any(_exists(text, order) for order in DayOrder):
            raise NotADate(text)
        if self.order is None:
            self.order = order_said_by(text)
        if self.order is None:
            raise OrderUnknown
        if order_said_by(text) not in (None, self.order):
            raise refusals.dates_contradict(text)
        return slashed_day(text, self.order)


class _Days(dict[str, date | None]):
    """See `Dates.days`."""

    def __init__(self, dates: Dates) -> None:
        super().__init__(dict.fromkeys(NOTHING))
        self._dates = dates

    def __missing__(self, text: str) -> date | None:
        day = self._dates.read(text)[0]
        if len(self) < _CACHED:
            self[text] = day
        return day


def rate_of(number: Decimal | None) -> Decimal | None:
    """A conversion rate; None for the 0 or -1 that a statement has where it knows none: money times that would be another amount."""
    return number if number is not None and number > ZERO else None


def slashed_day(text: str, order: DayOrder) -> date:
    """The day that a text such as 05/07/2018 (a time may follow, also right behind it) means under one order.

    Raises:
        ValueError: there is no such day.
    """
    whole = _MOMENT.fullmatch(text)
    found = _SLASHED.fullmatch(whole["day"]) if whole is not None else None
    if found is None:
        raise NotADate(text)
    first, second = int(found[1]), int(found[2])
    month, day = (first, second) if order is DayOrder.MONTH_FIRST else (second, first)
    return date(_year(found[3]), month, day)


def _exists(text: str, order: DayOrder) -> bool:
    try:
        slashed_day(text, order)
    except ValueError:
        return False
    return True


def order_said_by(text: str) -> DayOrder | None:
    """The order that one text proves by a field above 12, None where it proves none (or is no date with slashes)."""
    found = _SLASHED.match(text)
    if found is None or not _MOMENT.fullmatch(text):
        return None
    first, second = int(found[1]) > 12, int(found[2]) > 12
    if first == second:
        return None
    return DayOrder.DAY_FIRST if first else DayOrder.MONTH_FIRST


def time_of(text: str) -> timedelta:
    """The time of day of HHmmss or HH:mm:ss.

    Raises:
        NotADate: it is neither, or there is no such time.
    """
    found = _TIME.fullmatch(text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59 or int(found[3]) > 59:
        raise NotADate(text)
    return timedelta(hours=int(found[1]), minutes=int(found[2]), seconds=int(found[3]))


def in_new_york(day: date, clock: timedelta) -> datetime:
    """The UTC instant of a New York wall clock time; of a time that comes twice, the first."""
    return (datetime(day.year, day.month, day.day) + clock).replace(tzinfo=NEW_YORK).astimezone(UTC)  # noqa: DTZ001 - zoned at once


def even_midnight(day: date) -> datetime | None:
    """Start of a New York day as a UTC instant; None on the two days a year that are not 24 hours long."""
    start = in_new_york(day, timedelta())
    return start if in_new_york(day, timedelta(hours=24)) - start == timedelta(hours=24) else None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


__all__ = ["NOTHING", "Dates", "DayOrder", "NotADate", "NotANumber", "Numbers", "OrderUnknown", "in_new_york", "rate_of", "time_of"]
