"""The words for where in the day a round trip began."""

from datetime import date, timedelta
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fillbook.performance.breakdowns import Dimension, Slot
from fillbook.performance.intraday import HOURS, LAST_NUMBER, After, HeldFor, SessionPart
from fillbook.web.language import gettext_lazy

_MONDAY: Final = date(2026, 11, 23)
SESSIONS: Final = {
    SessionPart.PRE: gettext_lazy("Before the open"),
    SessionPart.OPEN: gettext_lazy("First hour"),
    SessionPart.MIDDAY: gettext_lazy("Midday"),
    SessionPart.CLOSE: gettext_lazy("Last hour"),
    SessionPart.AFTER: gettext_lazy("After the close"),
    SessionPart.ALL_DAY: gettext_lazy("Round the clock"),
}
HELD: Final = {
    HeldFor.UNDER_1_MIN: gettext_lazy("Under 1 min"),
    HeldFor.UNDER_5_MIN: gettext_lazy("1 to 5 min"),
    HeldFor.UNDER_15_MIN: gettext_lazy("5 to 15 min"),
    HeldFor.UNDER_1_H: gettext_lazy("15 to 60 min"),
    HeldFor.UNDER_4_H: gettext_lazy("1 to 4 h"),
    HeldFor.UNDER_1_DAY: gettext_lazy("4 to 24 h"),
    HeldFor.UNDER_7_DAYS: gettext_lazy("1 to 7 days"),
    HeldFor.UNDER_30_DAYS: gettext_lazy("7 to 30 days"),
    HeldFor.LONGER: gettext_lazy("Over 30 days"),
}
AFTERS: Final = {
    After.FIRST: gettext_lazy("First of the day"),
    After.WIN: gettext_lazy("After a win"),
    After.LOSS: gettext_lazy("After a loss"),
    After.EVEN: gettext_lazy("After break-even"),
}


def slot_name(slot: Slot) -> str:
    """A slot in a few words."""
    number = slot.number
    match slot.dimension:
        case Dimension.CLOCK:
            return f"{weekday_name(number // HOURS)} {hour_name(number % HOURS)}"
        case Dimension.HOUR:
            return hour_name(number)
        case Dimension.WEEKDAY:
            return weekday_name(number)
        case Dimension.SESSION:
            return str(SESSIONS[SessionPart(number)])
        case Dimension.HELD:
            return str(HELD[HeldFor(number)])
        case Dimension.AFTER:
            return str(AFTERS[After(number)])
        case Dimension.NUMBER:
            return number_name(number)


def hour_name(hour: int) -> str:
    """`09:00–10:00`."""
    return f"{hour:02}:00–{(hour + 1) % HOURS:02}:00"


def weekday_name(number: int, short: bool = False) -> str:
    """`Monday` for 0."""
    return str(date_format(_MONDAY + timedelta(days=number), "D" if short else "l"))


def number_name(number: int) -> str:
    """Which trade of the day."""
    if number == LAST_NUMBER:
        return _("Number %(number)s and later") % {"number": number}
    return _("Number %(number)s") % {"number": number}
