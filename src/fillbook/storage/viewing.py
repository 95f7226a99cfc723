"""What a saved view opens: one of our own pages, and what its address says beside the filter.

Only pages of the table here are opened, whatever an address says, and of their parameters only those that mean something on them.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from urllib.parse import parse_qs, quote

from fillbook.journal.shapes import CampaignKey, Shape
from fillbook.performance.distributions import Spread
from fillbook.performance.filters import Filter, turned, turned_interval
from fillbook.performance.keys import Key
from fillbook.performance.periods import Rolling, days_of
from fillbook.storage.choosing import Sort

COLUMNS: Final = tuple("closed opened symbol side kind account quantity entry exit held fills gross fees gain r rating net".split())
"""Columns that the list of trades can have, in their order."""
TABLE_SORTS: Final = tuple("value trades won average gain r fees profit".split())
"""By what a breakdown can be ordered; with a minus before it, least first."""
LONGEST: Final = 2000
"""Characters of a view's address."""
_MOST: Final = 100
Read = Callable[[str], str]
"""A value as written -> as it is kept, "" where it means nothing or what is usual."""


class BadView(ValueError):
    """What no page of ours says. The message is a sentence; field: `path` or `query`."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Viewed:
    """A view's page. path: one of `PAGES`, "" for whatever page the reader is on. period: instead of the filter's own days.

    also: what the address says besides, as it is kept.
    """

    path: str
    chosen: Filter
    period: Rolling | None
    also: dict[str, str]

    @property
    def query(self) -> str:
        """The address without its path, in one fixed form: equal views have equal ones."""
        dated = replace(self.chosen, first=None, last=None) if self.period else self.chosen
        others = {"period": self.period.value if self.period else "", **self.also}
        return "&".join(
            part for part in (dated.to_query(), *(f"{name}={quote(value, safe=',-')}" for name, value in others.items() if value)) if part
        )

    def on(self, today: date) -> Filter:
        """The filter that it means on a day."""
        if self.period is None:
            return self.chosen
        first, last = days_of(self.period, today)
        return replace(self.chosen, first=first, last=last)


def _one_of(values: Collection[str], usual: str = "") -> Read:
    return lambda text: text if text in values and text != usual else ""


def _columns(text: str) -> str:
    asked = text.split(",")
    return ",".join(name for name in COLUMNS if name in asked)


def _filter(text: str) -> str:
    try:
        return Filter.from_query(parse_qs(text, max_num_fields=_MOST)).to_query()
    except ValueError:  # more conditions than any filter has
        return ""


def _money(text: str) -> str:
    return text if text.isascii() and text.replace("-", "").isalnum() and len(text) < 16 else ""


_SHOWN: Final[dict[str, Read]] = {"show": _one_of(["percent"])}
_EVERYWHERE: Final[dict[str, Read]] = _SHOWN | {"money": _money}
_REPORT: Final[dict[str, Read]] = _EVERYWHERE | {"basis": _one_of(["gross"]), "in": _one_of(["own"])}
_KEYS: Final = [key.value for key in Key]
_SORTED: Final[dict[str, Read]] = {"sort": _one_of([f"{sign}{name}" for name in TABLE_SORTS for sign in ("", "-")])}
_LIST: Final[dict[str, Read]] = {
    "only": _one_of(["incomplete"]),
    "columns": _columns,
    "sort": _one_of([sort.value for sort in Sort], Sort.DAY.value),
    "order": _one_of(["asc", "desc"]),
}
PAGES: Final[dict[str, dict[str, Read]]] = {
    "/": _EVERYWHERE,
    "/trades/": _EVERYWHERE | _LIST,
    "/campaigns/": {"shape": _one_of([shape.value for shape in Shape]), "on": lambda text: text.upper() if text.isprintable() else ""},
    "/calendar/": _EVERYWHERE,
    "/intraday/": _EVERYWHERE,
    "/positions/": _SHOWN,
    "/reports/": _REPORT,
    **{f"/reports/by/{key}/": _REPORT | _SORTED for key in _KEYS},
    "/reports/cross/": _REPORT | {"down": _one_of(_KEYS, Key.HOUR.value), "across": _one_of(_KEYS, Key.WEEKDAY.value)},
    "/reports/compare/": _REPORT | {"with": _filter},
    "/reports/distribution/": _REPORT | {"what": _one_of([what.value for what in Spread], Spread.PROFIT.value)},
    "/reports/drawdowns/": _REPORT,
    "/reports/campaigns/": {"money": _money, "by": _one_of([key.value for key in CampaignKey], CampaignKey.SHAPE.value)},
}
"""Path of each page that a view can open -> what its address may say beside the filter."""


def viewed(path: str, parameters: Mapping[str, Sequence[str]]) -> Viewed:
    """A view of a page, out of what its address says; what means nothing is left out. A page that is none of ours is any page."""
    page = path if path in PAGES else ""
    known = PAGES.get(page, _EVERYWHERE)
    also = {name: read(parameters[name][-1].strip()) for name, read in known.items() if parameters.get(name)}
    names = list(parameters.get("period", ()))
    period = Rolling(names[-1]) if names and names[-1] in list(Rolling) and names[-1] != Rolling.ALL_TIME else None
    return Viewed(page, Filter.from_query(parameters), period, {name: value for name, value in also.items() if value})


def written_view(path: str, query: str) -> Viewed:
    """The same out of what a program or a command sends, which hears of everything that means nothing.

    Raises:
        BadView: the page is none of ours, a name or a value means nothing on it, or a period is the wrong way round.
    """
    if path and path not in PAGES:
        raise BadView("path", "A view opens a page of this book, such as /trades/ or /reports/by/symbol/.")
    try:
        sent = parse_qs(query, max_num_fields=_MOST, keep_blank_values=True)
    except ValueError:
        raise BadView("query", f"A filter has at most {_MOST} conditions.") from None
    found = viewed(path, sent)
    if ends := turned(sent) or turned_interval(sent):
        raise BadView("query", f"{ends[0]} comes after {ends[1]}, so nothing lies between them.")
    if unknown := _meaningless(found, sent):
        raise BadView("query", f"{unknown[:60]} means nothing here.")
    if found.period and (found.chosen.first or found.chosen.last):
        raise BadView("query", "A period stands in place of from and to.")
    if len(found.query) > LONGEST:
        raise BadView("query", "There is too much in it.")
    return found


_USUAL: Final = {
    ("incomplete", "0"), ("untagged", "0"), ("status", "closed"), ("period", "all-time"), ("sort", "day"),
    ("down", Key.HOUR.value), ("across", Key.WEEKDAY.value), ("what", Spread.PROFIT.value),
}  # fmt: skip
"""What may be written, and is as if it were not."""


def _meaningless(found: Viewed, sent: Mapping[str, Sequence[str]]) -> str:
    """The first name of an address that says nothing on its page; "" for none."""
    known = {*found.chosen.parameters(), *found.also, *(["period"] if found.period else [])}
    allowed = {*PAGES.get(found.path, _EVERYWHERE), "incomplete", "untagged", "status", "period"}
    usual = {name for name, values in sent.items() if (name, values[-1]) in _USUAL and name in allowed}
    return next(iter(sorted(set(sent) - known - usual)), "")
