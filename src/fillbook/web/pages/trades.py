"""The list of trades: the filter, the order, the columns and where the page begins are all in the address."""

from dataclasses import dataclass, replace
from typing import Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fillbook.performance.filters import Filter, TripStatus
from fillbook.performance.summary import Summary
from fillbook.storage.access import links_of
from fillbook.storage.campaigns import campaigns_of
from fillbook.storage.choosing import Sort, incomplete_in, trips_in
from fillbook.storage.intraday import summaries as summaries_of
from fillbook.storage.models import User
from fillbook.storage.paging import Cursor, Order, every_row, page_of
from fillbook.storage.sheet import lines
from fillbook.web.language import gettext_lazy
from fillbook.web.measure import PERCENT, Measure
from fillbook.web.pages.columns import ALL, ASCENDING_FIRST, cells, chosen_columns, headings
from fillbook.web.pages.figures import tone_of
from fillbook.web.pages.filterbar import Choice, address
from fillbook.web.pages.freshness import freshness, today_there
from fillbook.web.pages.incomplete import ONLY, left_out, rests_on_stated
from fillbook.web.pages.rows import day_door, open_rows, trip_rows
from fillbook.web.pages.saved import back_to, bar_of, begins_elsewhere, kept_of
from fillbook.web.pages.scope import Scope, by_weight, scope
from fillbook.web.viewer import viewer

_PHONE_SORTS: Final = (
    (Sort.DAY, gettext_lazy("Latest")),
    (Sort.PROFIT, gettext_lazy("Best")),
    (Sort.GAIN, gettext_lazy("Best in percent")),
    (Sort.HELD, gettext_lazy("Longest")),
)


@dataclass(frozen=True, slots=True)
class Total:
    """What all trades of the list came to in one currency, or in percent of one stake. currency: what stands beside it."""

    net: str
    currency: str
    tone: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says. only: `incomplete` for those alone. columns: those it names, "" for the reader's own."""

    about: Scope
    kept: dict[str, str]
    order: Order
    cursor: Cursor
    only: str
    columns: str

    @classmethod
    def read(cls, request: HttpRequest, user: User) -> "Asked":
        """Out of the address; what cannot be understood is as if not written."""
        parameters = dict(request.GET.lists())
        about = scope(user, Filter.from_query(parameters))
        only = "incomplete" if request.GET.get(ONLY) == "incomplete" and about.chosen.status is TripStatus.CLOSED else ""
        before, after = request.GET.get("before", ""), request.GET.get("after", "")
        cursor = Cursor(before, backwards=True) if before else Cursor(after)
        order = read_order(request.GET.get("sort", ""), request.GET.get("order", ""))
        columns = ",".join(column.name for column in ALL if column.name in request.GET.get("columns", "").split(","))
        return cls(about, kept_of(parameters), order, cursor, only, columns)

    @property
    def is_open(self) -> bool:
        return self.about.chosen.status is TripStatus.OPEN

    @property
    def besides(self) -> dict[str, str]:
        """What a view of the list keeps beside its filter."""
        return {"only": self.only, "columns": self.columns, **written_order(self.order)}

    def url(self, order: Order | None = None, cursor: Cursor | None = None, path: str = "") -> str:
        """The list in another order, or from another round trip on."""
        cursor = cursor or Cursor()
        return address(
            path or reverse("trades"),
            self.about.chosen,
            **replace(self, order=order or self.order).besides,
            **self.kept,
            before=cursor.key if cursor.backwards else "",
            after="" if cursor.backwards else cursor.key,
        )


def read_order(sort: str, order: str) -> Order:
    """From an address; what cannot be understood is the default: latest first."""
    chosen = Sort(sort) if sort in list(Sort) else Sort.DAY
    return Order(chosen, order != "asc" if order in ("asc", "desc") else chosen not in ASCENDING_FIRST)


def written_order(order: Order) -> dict[str, str]:
    """For an address; nothing for the default."""
    usual = order.descending == (order.sort not in ASCENDING_FIRST)
    words = {"sort": "" if order.sort is Sort.DAY else str(order.sort), "order": "" if usual else "desc" if order.descending else "asc"}
    return {name: value for name, value in words.items() if value}


@require_safe
def trades(request: HttpRequest) -> HttpResponse:
    """Closed trades, or open ones."""
    user, now, path = viewer(request), timezone.now(), reverse("trades")
    asked = Asked.read(request, user)
    about, chosen = asked.about, asked.about.chosen
    if not about.all:
        return redirect("accounts" if links_of(user).exists() else "welcome")
    if elsewhere := begins_elsewhere(request):
        return elsewhere
    page = page_of(about.accounts, chosen, asked.order, asked.cursor, only_incomplete=bool(asked.only))
    summaries = {} if asked.is_open or asked.only else summaries_of(about.accounts, chosen)
    groups = by_weight(summaries)
    currency = groups[0].currency if len(groups) == 1 else ""
    percent = asked.kept.get("show") == PERCENT
    columns = chosen_columns(asked.columns, user.trade_columns, percent=percent)
    doors = day_door(chosen, show=PERCENT if percent else "")
    context = {
        "about": about,
        "bar": bar_of(user, path, about, asked.kept, today_there(now), asked.besides),
        "fresh": freshness(user, about.accounts, now),
        "currency": currency,
        "rows": open_rows(page.rows, asked.url(), percent=percent)
        if asked.is_open
        else [(row, cells(row, columns)) for row in trip_rows(page.rows, currency, doors, asked.url())],
        "is_open": asked.is_open,
        "count": sum(summary.n for summary in summaries.values()) if summaries else _count(asked),
        "totals": [_total(summaries[group], Measure(group.currency, percent)) for group in groups],
        "only": asked.only,
        "left_out": None if asked.only else left_out(about.accounts, chosen, path, path, asked.kept),
        "stated": "" if asked.is_open or asked.only else rests_on_stated(about.accounts, chosen),
        "all_url": address(path, chosen, **asked.kept),
        "headings": headings(columns, asked.order, asked.url),
        "all_columns": [Choice(column.heading, column.name, column in columns) for column in ALL if column.name != "symbol"],
        "dense": user.dense_tables,
        "sorts": [
            Choice(name, asked.url(Order(sort)), asked.order == Order(sort))
            for sort, name in _PHONE_SORTS
            if not (percent and sort is Sort.PROFIT)
        ],
        "first_page": asked.url() if page.before else "",
        "before": asked.url(cursor=page.before) if page.before else "",
        "after": asked.url(cursor=page.after) if page.after else "",
        "campaigns_url": address(reverse("campaigns"), chosen) if campaigns_of(about.accounts).exists() else "",
        "csv": "" if user.hides_money else asked.url(path=reverse("trades-csv")),
        "closed_url": address(path, replace(chosen, status=TripStatus.CLOSED), **asked.kept),
        "open_url": address(path, replace(chosen, status=TripStatus.OPEN, outcome=None), **asked.kept),
    }
    return render(request, "pages/trades.html", context)


@require_safe
def download(request: HttpRequest) -> StreamingHttpResponse:
    """All trades of the list as CSV, sent while it is read."""
    asked = Asked.read(request, viewer(request))
    rows = every_row(asked.about.accounts, asked.about.chosen, asked.order, only_incomplete=bool(asked.only))
    return StreamingHttpResponse(
        lines(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="fillbook-trades.csv"', "Cache-Control": "private, no-store"},
    )


@require_POST
def choose_columns(request: HttpRequest) -> HttpResponse:
    """Keep the columns and the density that are sent; none sent means the usual ones."""
    user = viewer(request)
    wanted = request.POST.getlist("column")
    user.trade_columns = ",".join(column.name for column in ALL if column.name in wanted or column.name == "symbol") if wanted else ""
    user.dense_tables = request.POST.get("dense") == "1"
    user.save(update_fields=["trade_columns", "dense_tables"])
    return back_to(request, "trades")


def _count(asked: Asked) -> int:
    take = incomplete_in if asked.only else trips_in
    return take(asked.about.accounts, asked.about.chosen).count()


def _total(summary: Summary, measure: Measure) -> Total:
    total = measure.total(summary)
    return Total(measure.gain(total), _("of one stake") if measure.percent else measure.currency, tone_of(total))
