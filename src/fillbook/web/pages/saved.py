"""Saved views: the filter of a page under a name, one of them the one that pages begin with."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from urllib.parse import parse_qs

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fillbook.performance.filters import Filter
from fillbook.storage import queries
from fillbook.storage.access import view_for, views_of
from fillbook.storage.models import User
from fillbook.storage.views import CannotSave, make_default, save_view
from fillbook.storage.words import tag_names
from fillbook.web.brokerwords import said
from fillbook.web.measure import PERCENT
from fillbook.web.pages.filterbar import EVERYTHING, FilterBar, address, as_view, filter_bar, period_of
from fillbook.web.pages.freshness import today_there
from fillbook.web.pages.scope import Scope
from fillbook.web.viewer import viewer

_LONGEST: Final = 2000


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as the bar offers it."""

    pk: int
    name: str
    url: str
    current: bool
    is_default: bool


def saved_views(user: User, path: str, chosen: Filter, kept: dict[str, str], today: date) -> tuple[View, ...]:
    """The user's views as addresses of the page at `path`."""
    here = as_view(chosen, kept, today)
    return tuple(View(view.pk, view.name, opened(view.query, path, today), view.query == here, view.is_default) for view in views_of(user))


def bar_of(user: User, path: str, about: Scope, kept: dict[str, str], today: date) -> FilterBar:
    """The bar of the page at `path`, with everything that this user may choose."""
    views = saved_views(user, path, about.chosen, kept, today)
    classes = queries.asset_classes(about.accounts)
    return filter_bar(path, about.chosen, about.all, classes, today, kept, views, tag_names(user))


def opened(query: str, path: str, today: date) -> str:
    """The address that a view means today."""
    chosen, found = _read(query, today)
    return address(path, chosen, **kept_of(found), view="" if chosen != Filter() else EVERYTHING)


def _read(query: str, today: date) -> tuple[Filter, dict[str, list[str]]]:
    """(the filter that a view means today, its parameters)."""
    found = parse_qs(query)
    chosen, period = Filter.from_query(found), period_of(found.get("period", [""])[-1], today)
    return (chosen if period is None else replace(chosen, first=period[0], last=period[1])), found


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
    target = opened(view.query, request.path, today_there(timezone.now()))
    return HttpResponseRedirect(target) if target != request.path else None


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the filter that is sent under the name that is sent."""
    user, today = viewer(request), today_there(timezone.now())
    chosen, sent = _read(request.POST.get("query", "")[:_LONGEST], today)
    try:
        query = as_view(chosen, kept_of(sent), today)
        view = save_view(user, request.POST.get("name", ""), query, is_default=request.POST.get("default") == "1")
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
