"""Cutting a trade, joining it to the one before, and taking either back, from the trade's page."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fillbook.ledger.exchanges import zone_of
from fillbook.performance.summary import from_e8
from fillbook.storage.access import override_for
from fillbook.storage.models import RoundTripRow, TripFillRow, TripOverride
from fillbook.storage.regrouping import CannotRegroup, closings, cut, fill_of, join, overrides_beside, take_back, trip_before, trip_of
from fillbook.trades.settings import Grouping
from fillbook.web import readable
from fillbook.web.brokerwords import said
from fillbook.web.pages.freshness import today_there
from fillbook.web.viewer import viewer


@dataclass(frozen=True, slots=True)
class Closing:
    """A fill at which the trade can be cut."""

    number: int
    words: str


@dataclass(frozen=True, slots=True)
class Made:
    """A cut or join that there is. note: when it was made, and whether it rests."""

    words: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class Regroup:
    """What can be done, and what was. rests: why nothing can be done; before: the trade it can be joined to, "" for none."""

    closings: tuple[Closing, ...]
    cut_url: str
    before: str
    before_url: str
    join_url: str
    made: tuple[Made, ...]
    rests: str = ""


def regroup_view(trip: RoundTripRow) -> Regroup | None:
    """Of a trade; None where there is nothing to do and nothing was done."""
    made = _made(trip)
    if trip.account.grouping != Grouping.FLAT_TO_FLAT:
        rests = _("In this account each closing or each day is a trade, so cuts and joins rest until it goes from flat to flat again.")
        return Regroup((), "", "", "", "", made, rests) if made else None
    before = trip_before(trip)
    cuts = tuple(_closing(fill, trip) for fill in closings(trip)[1:])
    if not cuts and before is None and not made:
        return None
    return Regroup(
        closings=cuts,
        cut_url=reverse("trade-cut", args=[trip.key]),
        before=_words(before) if before else "",
        before_url=reverse("trade", args=[before.key]) if before else "",
        join_url=reverse("trade-join", args=[trip.key]),
        made=made,
    )


@require_POST
def cut_trade(request: HttpRequest, key: str) -> HttpResponse:
    """Let a new trade begin with the fill that is sent."""
    number = request.POST.get("fill", "")
    try:
        kept = cut(viewer(request), key, int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0)
    except CannotRegroup as problem:
        messages.error(request, said(str(problem)))
        return _trade(request, key)
    messages.success(request, _("The trade is cut in two. Undo stands at the foot of the page."))
    return _trade(request, kept)


@require_POST
def join_trade(request: HttpRequest, key: str) -> HttpResponse:
    """Let a trade go on with the one before it."""
    try:
        kept = join(viewer(request), key)
    except CannotRegroup as problem:
        messages.error(request, said(str(problem)))
        return _trade(request, key)
    messages.success(request, _("Both are one trade now. Undo stands at the foot of the page."))
    return _trade(request, kept)


@require_POST
def undo(request: HttpRequest, override_id: str) -> HttpResponse:
    """Take a cut or join back; goes to the trade that holds its fill then."""
    override = override_for(viewer(request), override_id)
    take_back(override)
    trip = trip_of(override)
    messages.success(request, _("Taken back; the trades are as they were."))
    return _trade(request, trip.key) if trip else redirect("trades")


def _trade(request: HttpRequest, key: str) -> HttpResponse:
    """To the page of a trade, within the list that the one before it was opened from."""
    query = request.GET.urlencode()
    return redirect(reverse("trade", args=[key]) + (f"?{query}" if query else ""))


def _made(trip: RoundTripRow) -> tuple[Made, ...]:
    return tuple(_one(override, trip) for override in overrides_beside(trip))


def _one(override: TripOverride, trip: RoundTripRow) -> Made:
    fill = fill_of(override)
    where = _("the fill of %(fill)s") % {"fill": _when(fill, trip)} if fill else _("a fill that is in no trade now, so this rests")
    words = (
        _("Cut before %(where)s") % {"where": where}
        if override.kind == TripOverride.Kind.CUT
        else _("Joined to the trade before at %(where)s") % {"where": where}
    )
    return Made(
        words, _("changed %(day)s") % {"day": readable.day(today_there(override.made_at))}, reverse("override-undo", args=[override.pk])
    )


def _closing(fill: TripFillRow, trip: RoundTripRow) -> Closing:
    words = _("%(fill)s: bought %(quantity)s at %(price)s") if fill.quantity > 0 else _("%(fill)s: sold %(quantity)s at %(price)s")
    told = {"fill": _when(fill, trip), "quantity": readable.quantity(abs(fill.quantity)), "price": readable.price(fill.price)}
    return Closing(fill.number, words % told)


def _when(fill: TripFillRow, trip: RoundTripRow) -> str:
    zone = zone_of(trip.instrument.exchange)
    return readable.moment(fill.executed_at, zone, seconds=True) if fill.executed_at else readable.day(fill.trade_date)


def _words(trip: RoundTripRow) -> str:
    net = "" if trip.net_e8 is None else f", {readable.gain(from_e8(trip.net_e8), trip.result_currency)} {trip.result_currency}"
    return _("closed %(closed_on)s%(net)s") % {"closed_on": readable.day(trip.closed_on), "net": net}
