"""Saved views: a page as it is, or its filter alone, under a name; one of them the one that pages begin with."""

from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import parse_qs, quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fillbook.ledger.exchanges import DEFAULT_ZONE
from fillbook.performance.filters import Filter
from fillbook.performance.keys import Key
from fillbook.storage import queries
from fillbook.storage.access import view_for, views_of
from fillbook.storage.intraday import zones
from fillbook.storage.models import SavedView, User
from fillbook.storage.sentences import message
from fillbook.storage.viewing import LONGEST, PAGES, Viewed, viewed
from fillbook.storage.views import CannotSave, make_default, save_view
from fillbook.storage.words import tag_names
from fillbook.web.brokerwords import said
from fillbook.web.measure import PERCENT
from fillbook.web.pages.filterbar import EVERYTHING, FilterBar, address, as_view, filter_bar, period_of
from fillbook.web.pages.freshness import today_there
from fillbook.web.pages.report_words import KEYS
from fillbook.web.pages.scope import Scope
from fillbook.web.viewer import viewer


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as the bar offers it. opens: the name of its own page, "" where it is a filter for any page."""

    pk: int
    name: str
    url: str
    current: bool
    is_default: bool
    opens: str


def saved_views(user: User, path: str, chosen: Filter, kept: dict[str, str], today: date) -> tuple[View, ...]:
    """The user's views: those of a page as its addresses, the others as addresses of the page at `path`."""
    here, plain = as_view(chosen, kept, today, path), as_view(chosen, kept, today)
    return tuple(
        View(
            view.pk,
            view.name,
            opened(view, view.page if view.page in PAGES else path, today),
            view.query == (here if view.page else plain) and view.page in ("", path),
            view.is_default,
            page_name(view.page),
        )
        for view in views_of(user)
    )


def bar_of(user: User, path: str, about: Scope, kept: dict[str, str], today: date, also: dict[str, str] | None = None) -> FilterBar:
    """The bar of the page at `path`, with everything that this user may choose. also: what a view of the page keeps besides."""
    whole = kept | (also or {})
    views = saved_views(user, path, about.chosen, whole, today)
    classes = queries.asset_classes(about.accounts)
    query = as_view(about.chosen, whole, today, path)
    clocks = zones(about.accounts) if about.chosen.is_interval else []
    zone = clocks[0] if len(clocks) == 1 else DEFAULT_ZONE
    return filter_bar(path, about.chosen, about.all, classes, today, kept, views, tag_names(user), query, zone)


def opened(view: SavedView, path: str, today: date) -> str:
    """The address that a view means today on the page at `path`: all of it on its own page, its filter on another one."""
    found = parse_qs(view.query)
    meant = viewed(path if view.page == path else "", found)
    chosen = meant.on(today)
    if meant.period is None and (days := period_of(found.get("period", [""])[-1], today)):
        chosen = replace(chosen, first=days[0], last=days[1])
    also = {name: quote(value, safe=",-") for name, value in meant.also.items()}
    return address(path, chosen, **also, view="" if chosen != Filter() else EVERYTHING)


def page_name(path: str) -> str:
    """What the page of a view is called; "" for one of no page."""
    names = {
        "/": _("Dashboard"),
        "/trades/": _("Trades"),
        "/campaigns/": _("Campaigns"),
        "/calendar/": _("Calendar"),
        "/intraday/": _("Intraday"),
        "/positions/": _("Positions"),
        "/reports/": _("Reports"),
        "/reports/cross/": _("Two keys"),
        "/reports/campaigns/": _("Report of campaigns"),
        "/reports/compare/": _("Compare"),
        "/reports/distribution/": _("Distribution"),
        "/reports/drawdowns/": _("Falls and runs"),
    }
    key = path.removeprefix("/reports/by/").removesuffix("/")
    return _("By %(key)s") % {"key": str(KEYS[Key(key)])} if key in list(Key) else names.get(path, "")


def kept_of(parameters: dict[str, list[str]]) -> dict[str, str]:
    """What else of an address goes from page to page: percent instead of money, and which currency's figures."""
    show, money = (parameters.get(name, [""])[-1] for name in ("show", "money"))
    plain = money if money.replace("-", "").isalnum() and money.isascii() and len(money) < 16 else ""
    return {name: value for name, value in (("show", PERCENT if show == PERCENT else ""), ("money", plain)) if value}


def begins_elsewhere(request: HttpRequest) -> HttpResponseRedirect | None:
    """Where a page without a filter begins instead: with the viewer's default view; None when it may stay."""
    if request.GET:
        return None
    view = views_of(viewer(request)).filter(is_default=True).first()
    if view is None:
        return None
    target = opened(view, request.path, today_there(timezone.now()))
    return HttpResponseRedirect(target) if target != request.path else None


def _sent(request: HttpRequest) -> Viewed:
    """The page or filter that is to be kept.

    Raises:
        CannotSave: it is too long; cut off, it would be another one.
    """
    query = request.POST.get("query", "")
    if len(query) > LONGEST:
        raise CannotSave(message("view_long", most=LONGEST))
    return viewed(request.POST.get("path", ""), parse_qs(query))


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep what is sent under the name that is sent: a page as it is, or its filter for any page."""
    try:
        view = save_view(viewer(request), request.POST.get("name", ""), _sent(request), is_default=request.POST.get("default") == "1")
        messages.success(request, _("Saved as “%(name)s”.") % {"name": view.name})
    except CannotSave as problem:
        messages.error(request, said(str(problem)))
    return back_to(request, "dashboard")


@require_POST
def change(request: HttpRequest, view_id: str) -> HttpResponse:
    """Delete a view, or begin pages with it, or no longer."""
    view, what = view_for(viewer(request), view_id), request.POST.get("what", "")
    if what == "delete":
        view.delete()
        messages.success(request, _("“%(name)s” is deleted. Your trades are as they were.") % {"name": view.name})
    elif what in ("default", "plain"):
        make_default(view, is_default=what == "default")
    return back_to(request, "dashboard")


def back_to(request: HttpRequest, otherwise: str) -> HttpResponse:
    """The page that a form names as `next`, if it is one of ours."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(target if safe else otherwise)
