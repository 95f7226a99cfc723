"""The list of trades: the filter, the order and the page are all in the address."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from fillbook.performance.filters import Filter, TripStatus
from fillbook.performance.summary import from_e8
from fillbook.storage import queries
from fillbook.storage.access import links_of
from fillbook.storage.choosing import Sort
from fillbook.web import readable
from fillbook.web.pages.figures import tone_of
from fillbook.web.pages.filterbar import Choice, address, filter_bar
from fillbook.web.pages.freshness import freshness, today_there
from fillbook.web.pages.incomplete import ONLY, left_out, rests_on_stated
from fillbook.web.pages.rows import open_rows, trip_rows
from fillbook.web.pages.scope import by_weight, scope
from fillbook.web.viewer import viewer

_SIZE: Final = 50
_COLUMNS: Final = (
    ("Closed", Sort.DAY, "", False),
    ("Symbol", Sort.SYMBOL, "", False),
    ("Side", None, "", False),
    ("Quantity", None, "hide-narrow", True),
    ("Entry", None, "hide-narrow", True),
    ("Exit", None, "hide-narrow", True),
    ("Held", Sort.HELD, "hide-narrow", True),
    ("Gain", Sort.GAIN, "", True),
    ("Net profit", Sort.PROFIT, "", True),
    ("", None, "", False),
)
_ASCENDING_FIRST: Final = frozenset({Sort.SYMBOL})
_PHONE_SORTS: Final = ((Sort.DAY, "Latest"), (Sort.PROFIT, "Best"), (Sort.GAIN, "Best in percent"), (Sort.HELD, "Longest"))


@dataclass(frozen=True, slots=True)
class Column:
    """A heading. direction: how the list is ordered by it, "" when it is not. url: orders by it, "" when that cannot be."""

    name: str
    url: str
    direction: str
    right: bool
    hide: str


@dataclass(frozen=True, slots=True)
class Total:
    """What all trades of the list came to in one currency."""

    net: str
    currency: str
    tone: str


@dataclass(frozen=True, slots=True)
class Order:
    """How the list is ordered, as the address says it."""

    sort: Sort
    descending: bool

    @classmethod
    def read(cls, sort: str, order: str) -> "Order":
        """From the address; what cannot be understood is the default: latest first."""
        chosen = Sort(sort) if sort in list(Sort) else Sort.DAY
        return cls(chosen, order != "asc" if order in ("asc", "desc") else chosen not in _ASCENDING_FIRST)

    def parameters(self) -> dict[str, str]:
        """For an address; nothing for the default."""
        usual = self.descending == (self.sort not in _ASCENDING_FIRST)
        words = {"sort": "" if self.sort is Sort.DAY else str(self.sort), "order": "" if usual else "desc" if self.descending else "asc"}
        return {name: value for name, value in words.items() if value}


@require_safe
def trades(request: HttpRequest) -> HttpResponse:
    """Closed trades, or open ones."""
    user, now, path = viewer(request), timezone.now(), reverse("trades")
    about = scope(user, Filter.from_query(dict(request.GET.lists())))
    if not about.all:
        return redirect("accounts" if links_of(user).exists() else "welcome")
    order = Order.read(request.GET.get("sort", ""), request.GET.get("order", ""))
    number = request.GET.get("page", "")
    only = "incomplete" if request.GET.get(ONLY) == "incomplete" and about.chosen.status is TripStatus.CLOSED else ""
    page = queries.trips_page(
        about.accounts,
        about.chosen,
        order.sort,
        descending=order.descending,
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 1,
        size=_SIZE,
        only_incomplete=bool(only),
    )
    is_open = about.chosen.status is TripStatus.OPEN
    summaries = {} if is_open or only else queries.summaries(about.accounts, about.chosen)
    groups = by_weight(summaries)
    currency = groups[0].currency if groups else ""
    context = {
        "about": about,
        "bar": filter_bar(path, about.chosen, about.all, queries.asset_classes(about.accounts), today_there(now)),
        "fresh": freshness(user, about.accounts, now),
        "page": page,
        "currency": currency if len(groups) == 1 else "",
        "rows": open_rows(page.rows) if is_open else trip_rows(page.rows, currency if len(groups) == 1 else ""),
        "is_open": is_open,
        "totals": [_total(from_e8(summaries[group].total), group.currency) for group in groups],
        "only": only,
        "left_out": None if only else left_out(about.accounts, about.chosen, path, path),
        "stated": "" if is_open or only else rests_on_stated(about.accounts, about.chosen),
        "all_url": address(path, about.chosen),
        "columns": [] if is_open else columns(path, about.chosen, order, only),
        "sorts": [
            Choice(name, _url(path, about.chosen, Order(sort, True), only=only), order == Order(sort, True)) for sort, name in _PHONE_SORTS
        ],
        "before": _url(path, about.chosen, order, page.number - 1, only) if page.number > 1 else "",
        "after": _url(path, about.chosen, order, page.number + 1, only) if page.number < page.pages else "",
        "first": (page.number - 1) * _SIZE + 1,
        "last": min(page.number * _SIZE, page.total),
        "closed_url": address(path, replace(about.chosen, status=TripStatus.CLOSED)),
        "open_url": address(path, replace(about.chosen, status=TripStatus.OPEN, outcome=None)),
    }
    return render(request, "pages/trades.html", context)


def columns(path: str, chosen: Filter, order: Order, only: str = "") -> tuple[Column, ...]:
    """The headings; one that orders the list already turns it round."""
    found = []
    for name, sort, hide, right in _COLUMNS:
        current = sort is order.sort
        direction = ("descending" if order.descending else "ascending") if current else ""
        url = ""
        if sort is not None:
            turned = not order.descending if current else sort not in _ASCENDING_FIRST
            url = _url(path, chosen, Order(sort, turned), only=only)
        found.append(Column(name, url, direction, right, hide))
    return tuple(found)


def _url(path: str, chosen: Filter, order: Order, number: int = 1, only: str = "") -> str:
    return address(path, chosen, only=only, **order.parameters(), page=str(number) if number > 1 else "")


def _total(net: Decimal, currency: str) -> Total:
    return Total(readable.gain(net, currency), currency, tone_of(net))
