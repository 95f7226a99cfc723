"""How numbers, days and times read on a page.

Minus is U+2212, separators are the language's, rounding (half to even) happens here and nowhere before. An unknown value is an em
dash, never a zero. Amounts and quantities are out of sight while `privacy.amounts_hidden`.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from fillbook.ledger.numbers import EXACT
from fillbook.web.counted import counted
from fillbook.web.language import gettext_lazy
from fillbook.web.privacy import MASK, amounts_hidden

MINUS: Final = "\u2212"
UNKNOWN: Final = "\u2014"
_THIN: Final = "\u202f"
_LARGE_PRICE: Final = 10
_WITHOUT_CENTS: Final = frozenset({"CLP", "HUF", "IDR", "ISK", "JPY", "KRW", "VND"})
_WITH_MILLS: Final = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
_MONTHS: Final = (
    gettext_lazy("Jan"),
    gettext_lazy("Feb"),
    gettext_lazy("Mar"),
    gettext_lazy("Apr"),
    gettext_lazy("May"),
    gettext_lazy("Jun"),
    gettext_lazy("Jul"),
    gettext_lazy("Aug"),
    gettext_lazy("Sep"),
    gettext_lazy("Oct"),
    gettext_lazy("Nov"),
    gettext_lazy("Dec"),
)
_DAYS: Final = (
    gettext_lazy("Mon"),
    gettext_lazy("Tue"),
    gettext_lazy("Wed"),
    gettext_lazy("Thu"),
    gettext_lazy("Fri"),
    gettext_lazy("Sat"),
    gettext_lazy("Sun"),
)
_PLACES: Final = tuple(Decimal(1).scaleb(-decimals) for decimals in range(19))


def cents(currency: str) -> int:
    """Decimals that amounts of a currency are shown with; 2 for an unknown one."""
    if currency in _WITHOUT_CENTS:
        return 0
    return 3 if currency in _WITH_MILLS else 2


def number(value: Decimal, decimals: int, signed: bool = False) -> str:
    """A number with exactly so many decimals and grouped thousands. `signed` adds a plus; what rounds to zero has no sign."""
    return _rounded(value, decimals, signed, _separators(get_language()))


def _rounded(value: Decimal, decimals: int, signed: bool, separators: dict[int, str]) -> str:
    rounded = EXACT.quantize(value, _PLACES[decimals])
    text = f"{rounded.copy_abs():,f}"
    return _sign(rounded, signed) + (text.translate(separators) if separators else text)


def amount(value: Decimal | None, currency: str = "", signed: bool = False) -> str:
    """An amount of money with the currency's decimals, without its name; hidden, only its sign."""
    if value is not None and amounts_hidden():
        return _sign(value, signed) + MASK
    return UNKNOWN if value is None else number(value, cents(currency), signed)


def gain(value: Decimal | None, currency: str = "") -> str:
    """A profit or loss: an amount that always says its sign."""
    return amount(value, currency, signed=True)


def gains(values: Iterable[Decimal], currency: str = "") -> list[str]:
    """Many of them, as a curve has: what the language writes is looked up once."""
    if amounts_hidden():
        return [gain(value, currency) for value in values]
    decimals, separators = cents(currency), _separators(get_language())
    return [_rounded(value, decimals, True, separators) for value in values]


def percents(values: Iterable[Decimal]) -> list[str]:
    """The same of signed percentages with one decimal."""
    separators = _separators(get_language())
    return [f"{_rounded(value, 1, True, separators)}{_THIN}%" for value in values]


def short_amount(value: Decimal, signed: bool = True) -> str:
    """An amount for narrow places: `+346k`, `+12.3k`, `−1.25M`; below 1,000 whole units."""
    if amounts_hidden():
        return _sign(value, signed) + MASK
    size = abs(value)
    for limit, letter in ((Decimal(10**9), pgettext("a thousand millions", "B")), (Decimal(10**6), "M"), (Decimal(10**3), "k")):
        if size >= limit:
            return number(value / limit, sum(size < times * limit for times in (10, 100)), signed) + letter
    return number(value, 0, signed)


def percent(value: Decimal | None, signed: bool = False, decimals: int = 1) -> str:
    """A percentage, which is 12.5 for `12.5 %`."""
    return UNKNOWN if value is None else number(value, decimals, signed) + _THIN + "%"


def ratio(value: Decimal | None) -> str:
    """A plain ratio with two decimals."""
    return UNKNOWN if value is None else number(value, 2)


def quantity(value: Decimal | None, signed: bool = False) -> str:
    """Units without trailing zeros; hidden with the amounts, because with a price they tell them."""
    if value is not None and amounts_hidden():
        return _sign(value, signed) + MASK
    return UNKNOWN if value is None else _sign(value, signed) + _of_language(_trimmed(value, ","))


def price(value: Decimal | None, least: int = 2) -> str:
    """A price as precise as it is and at least with `least` decimals; an average from ten up is cut to four, a smaller one to six."""
    if value is None:
        return UNKNOWN
    most = 4 if abs(value) >= _LARGE_PRICE else 6
    rounded = EXACT.quantize(value, _PLACES[most])
    return number(rounded, max(len(_trimmed(rounded).partition(".")[2]), least))


def day(value: date | None) -> str:
    """`12 Mar 2026`, `12.03.2026`: as the language writes a day in few letters."""
    return UNKNOWN if value is None else _written(_("%(day)d %(month)s %(year)d"), value)


def _written(pattern: str, value: date) -> str:
    """A date by a pattern, which may name the day, the month's name and number, the year, and the day of the week."""
    return _spelled(pattern, value, get_language())


@lru_cache(maxsize=10_000)
def _spelled(pattern: str, value: date, _language: str | None) -> str:
    """In the active language, kept, because the days of a curve are written on each visit."""
    return pattern % {
        "day": value.day,
        "month": _MONTHS[value.month - 1],
        "number": value.month,
        "year": value.year,
        "weekday": _DAYS[value.weekday()],
    }


def weekday(value: date, with_year: bool = False) -> str:
    """`Fri 20 Nov`, for a day that is near."""
    return _written(_("%(weekday)s %(day)d %(month)s %(year)d") if with_year else _("%(weekday)s %(day)d %(month)s"), value)


def long_day(value: date) -> str:
    """`Friday, 20 Nov 2026`, for a page that is about one day."""
    return f"{formats.date_format(value, 'l')}, {day(value)}"


def month(value: date) -> str:
    """`Mar 2026`."""
    return _written(_("%(month)s %(year)d"), value)


def days(first: date | None, last: date | None) -> str:
    """A period: `3 Mar – 12 Apr 2026`, `Mar 2026`, `since 3 Mar 2026`, `until 12 Apr 2026`, `all time`."""
    if first is None or last is None:
        if first is not None:
            return _("since %(day)s") % {"day": day(first)}
        return _("all time") if last is None else _("until %(day)s") % {"day": day(last)}
    return spans([(first, last)])[0]


def spans(periods: Iterable[tuple[date, date]]) -> list[str]:
    """Many periods with both ends, as the points of a curve have: what the language writes is looked up once."""
    language, whole, short = get_language(), _("%(day)d %(month)s %(year)d"), _("%(day)d %(month)s")
    found = []
    for first, last in periods:
        same_year = first.year == last.year
        if first == last:
            found.append(_spelled(whole, first, language))
        elif first.day == 1 and same_year and first.month == last.month and (last + timedelta(days=1)).day == 1:
            found.append(month(first))
        elif same_year and (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
            found.append(str(first.year))
        else:
            found.append(f"{_spelled(short if same_year else whole, first, language)} – {_spelled(whole, last, language)}")
    return found


def zone_name(zone: str) -> str:
    """`America/New_York` is `New York`."""
    return zone.rpartition("/")[2].replace("_", " ")


def clock(moment: datetime, zone: str, seconds: bool = True) -> str:
    """Time of day by the clock of a zone: `09:31:07`."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S" if seconds else "%H:%M")


def moment(value: datetime | None, zone: str, seconds: bool = False) -> str:
    """`12 Mar 2026, 09:31` by the clock of a zone, which the page names once."""
    if value is None:
        return UNKNOWN
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local.date())}, {local.strftime('%H:%M:%S' if seconds else '%H:%M')}"


def moment_of_day(on: date, at: datetime | None, zone: str) -> str:
    """The same to the second; of what closed on a day without a time of day that it did."""
    return _("%(day)s, without a time") % {"day": day(on)} if at is None else moment(at, zone, seconds=True)


def duration(value: timedelta | None) -> str:
    """A length of time in its two largest units: `3 d 4 h`, `12 min 5 s`, `8 s`."""
    if value is None:
        return UNKNOWN
    total = int(value.total_seconds())
    parts = []
    for name, size in ((pgettext("days", "d"), 86400), (pgettext("hours", "h"), 3600), ("min", 60), ("s", 1)):
        count, total = divmod(total, size)
        parts.append((count, name))
    while len(parts) > 1 and not parts[0][0]:
        del parts[0]
    return " ".join(f"{count}\u00a0{name}" for count, name in parts[:2] if count) or f"0\u00a0{parts[0][1]}"


def ago(value: datetime | None, now: datetime) -> str:
    """How long ago something was, roughly: `just now`, `5 min ago`, `3 h ago`, `yesterday`, `12 Mar 2026`."""
    if value is None:
        return _("never")
    seconds = int((now - value).total_seconds())
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        return _("%(minutes)d min ago") % {"minutes": seconds // 60}
    if seconds < 24 * 3600:
        return _("%(hours)d h ago") % {"hours": seconds // 3600}
    return _("yesterday") if seconds < 48 * 3600 else day(value.date())


def until(value: datetime, now: datetime) -> str:
    """How soon something is, roughly: `in a moment`, `in 14 min`, `in 3 h`, `in 5 days`."""
    seconds = int((value - now).total_seconds())
    if seconds < 60:
        return _("in a moment")
    if seconds < 2 * 3600:
        return _("in %(minutes)d min") % {"minutes": seconds // 60}
    if seconds < 48 * 3600:
        return _("in %(hours)d h") % {"hours": seconds // 3600}
    return _("in %(days)d days") % {"days": seconds // 86400}


def plural(count: int, noun: str) -> str:
    """`1 trade`, `1,204 trades`; the noun is one of `web.counted`."""
    return counted(count, whole(count), noun)


def whole(count: int) -> str:
    """A count with grouped thousands."""
    return _of_language(f"{count:,}") if count >= 1000 else str(count)


def size(count: int) -> str:
    """Bytes: `812 B`, `3.4 KB`, `12.0 MB`."""
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{number(Decimal(count) / 1000, 1)} KB"
    return f"{number(Decimal(count) / 1_000_000, 1)} MB"


def _sign(value: Decimal, signed: bool) -> str:
    if value < 0:
        return MINUS
    return "+" if signed and value > 0 else ""


def _trimmed(value: Decimal, grouped: str = "") -> str:
    """The digits of a number, unsigned and without trailing zeros. grouped: "," between thousands, "" for nothing."""
    text = format(value.copy_abs(), f"{grouped}f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _of_language(english: str) -> str:
    """A number with "," between thousands and "." before decimals, in the way of the active language."""
    separators = _separators(get_language())
    return english.translate(separators) if separators else english


@lru_cache(maxsize=16)
def _separators(language: str | None) -> dict[int, str]:
    """What a language writes for "," and "."; empty where it writes these. Looked up once, because a page has thousands of numbers."""
    names = {",": "THOUSAND_SEPARATOR", ".": "DECIMAL_SEPARATOR"}
    written = {english: str(formats.get_format(name, language)) for english, name in names.items()}
    return {ord(english): own for english, own in written.items()} if any(one != own for one, own in written.items()) else {}
