"""Whether 05/07/2018 is in May or in July, asked of a whole document.

A field above 12 proves it. Where no date has one, both orders are tried on what must be so: a statement starts before it ends and ends
before it was made, its rows lie within it, a trade is reported on its day or later, an option's symbol or name repeats its expiry.
"""

import re
from datetime import date, timedelta
from typing import Final

from fillbook.brokers.ibkr import refusals
from fillbook.brokers.ibkr.columns import DATES
from fillbook.brokers.ibkr.flexml import Element
from fillbook.brokers.ibkr.formats import DayOrder, order_said_by, slashed_day

_OPTION: Final = re.compile(r"\S{1,6}\s*(\d{6})[CP]\d{8}", re.ASCII)
_NAMED: Final = re.compile(r"\S+ (\d{2}[A-Z]{3}\d{2}) [\d.]+ [CP]", re.ASCII)
_YEAR: Final = timedelta(days=364)
_FRESH: Final = timedelta(days=7)
_ROLLING: Final = frozenset(
    {"Last365CalendarDays", "LastNCalendarDays", "Last30CalendarDays", "LastBusinessDay", "YearToDate", "MonthToDate"}
)
"""Periods that end with the last day that is complete when the statement is made."""


def order_proved_by(attributes: list[str]) -> DayOrder | None:
    """The order that one of an element's dates proves, None where none does."""
    for index in range(0, len(attributes), 2):
        if attributes[index] in DATES and "/" in attributes[index + 1]:
            order = order_said_by(attributes[index + 1].strip())
            if order is not None:
                return order
    return None


def order_that_fits(elements: list[Element]) -> DayOrder:
    """The one order under which nothing contradicts itself.

    Raises:
        StatementUnreadable: both fit, or neither does.
    """
    fitting = [order for order in DayOrder if _fits(elements, order)]
    if len(fitting) != 1:
        raise refusals.dates_undecidable()
    return fitting[0]


def _fits(elements: list[Element], order: DayOrder) -> bool:
    first = last = None
    for tag, attributes, _, _ in elements:
        row = dict(zip(attributes[::2], attributes[1::2], strict=False))
        try:
            days = {name: slashed_day(text.strip(), order) for name, text in row.items() if name in DATES and "/" in text}
        except ValueError:
            return False
        if tag == "FlexStatement":
            first, last = days.get("fromDate"), days.get("toDate")
            if not _statement_fits(days, row.get("period", "")):
                return False
        elif not (_row_fits(days, first, last) and _expiry_fits(days.get("expiry"), row)):
            return False
    return True


def _statement_fits(days: dict[str, date], period: str) -> bool:
    first, last, made = days.get("fromDate"), days.get("toDate"), days.get("whenGenerated")
    if first is not None and last is not None:
        if first > last or (period == "Last365CalendarDays" and not _YEAR <= last - first <= _YEAR + timedelta(days=1)):
            return False
        if period == "LastBusinessDay" and first != last:
            return False
    if last is None or made is None:
        return True
    return last <= made and (period not in _ROLLING or made - last <= _FRESH)


def _row_fits(days: dict[str, date], first: date | None, last: date | None) -> bool:
    traded, reported, moment = days.get("tradeDate"), days.get("reportDate"), days.get("dateTime")
    if reported is not None and ((last is not None and reported > last) or (first is not None and reported < first)):
        return False
    if moment is not None and last is not None and moment > last:
        return False
    return traded is None or not ((last is not None and traded > last) or (reported is not None and traded > reported))


def _expiry_fits(expiry: date | None, row: dict[str, str]) -> bool:
    """Whether an option's symbol (`CZR   260821C00030000`) and name (`CZR 21AUG26 30 C`) say the same day as its expiry."""
    symbol, name = _OPTION.fullmatch(row.get("symbol", "")), _NAMED.fullmatch(row.get("description", ""))
    if expiry is None:
        return True
    return (symbol is None or expiry.strftime("%y%m%d") == symbol[1]) and (name is None or expiry.strftime("%d%b%y").upper() == name[1])
