"""Campaigns: the list of them, what they came to beside their legs one by one, and each with its legs and fills."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final
from urllib.parse import quote, unquote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fillbook.journal.shapes import Shape
from fillbook.ledger.exchanges import zone_of
from fillbook.ledger.numbers import EXACT, ZERO
from fillbook.performance.filters import LONGEST_SYMBOL, Filter, TripStatus
from fillbook.performance.summary import from_e8
from fillbook.storage.access import campaign_for, links_of
from fillbook.storage.campaign_reports import of_value, totals_of
from fillbook.storage.campaigns import Totals, beside, campaign_of, campaigns_in, fills_of, is_apart
from fillbook.storage.models import CampaignRow, CampaignTrip, RoundTripRow, TripFillRow
from fillbook.storage.queries import Group
from fillbook.web import readable
from fillbook.web.pages.campaign_report import incomplete_campaigns
from fillbook.web.pages.campaigning import Change, changes_view
from fillbook.web.pages.figures import Stat, tone_of
from fillbook.web.pages.filterbar import address
from fillbook.web.pages.freshness import freshness, today_there
from fillbook.web.pages.rows import name_of
from fillbook.web.pages.saved import bar_of
from fillbook.web.pages.scope import name_of as group_name
from fillbook.web.pages.scope import scope
from fillbook.web.pages.shapes import SHAPES, because, terms_of, title_of
from fillbook.web.viewer import viewer

_A_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign as a row. unit: its currency. mine: the trader made it so."""

    url: str
    title: str
    terms: str
    legs: str
    day: str
    net: str
    tone: str
    unit: str
    mine: bool
    incomplete: bool


@dataclass(frozen=True, slots=True)
class LegLine:
    """A leg as a row of its campaign. key: its public id."""

    key: str
    url: str
    symbol: str
    detail: str
    side: str
    quantity: str
    entry: str
    exit: str
    opened: str
    closed: str
    net: str
    tone: str


@dataclass(frozen=True, slots=True)
class DeedLine:
    """A fill of a campaign. total: what the campaign realized up to and with it."""

    when: str
    what: str
    quantity: str
    symbol: str
    url: str
    price: str
    realized: str
    tone: str
    total: str


@dataclass(frozen=True, slots=True)
class Membership:
    """What the page of a trade says of campaigns. url, title, terms, net: of the one it is part of, "" for none; others: what it could be
    taken together with; changes: what can be taken back.
    """

    url: str = ""
    title: str = ""
    terms: str = ""
    net: str = ""
    tone: str = ""
    unit: str = ""
    legs: str = ""
    apart: bool = False
    others: tuple[tuple[str, str], ...] = ()
    changes: tuple[Change, ...] = ()


def membership(trip: RoundTripRow) -> Membership | None:
    """Of a trade; None where it is in no campaign and there is nothing to make one with."""
    row, changes = campaign_of(trip), changes_view([trip])
    if row is not None:
        line, legs = _line(row), readable.plural(row.legs, "trade")
        return Membership(line.url, line.title, line.terms, line.net, line.tone, line.unit, legs, changes=changes)
    apart, others = is_apart(trip), tuple(candidates(trip, set()))
    return Membership(apart=apart, others=others, changes=changes) if apart or others or changes else None


@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    """Closed campaigns, or open ones."""
    user, now, path = viewer(request), timezone.now(), reverse("campaigns")
    about = scope(user, Filter.from_query(dict(request.GET.lists())))
    if not about.all:
        return redirect("accounts" if links_of(user).exists() else "welcome")
    chosen, part = about.chosen, _part(request)
    value = part.get("shape", ""), unquote(part.get("on", ""))
    found = of_value(campaigns_in(about.accounts, chosen), *value)
    number = _page(request.GET.get("page", ""))
    rows = list(found.select_related("own", "account")[_A_PAGE * (number - 1) : _A_PAGE * number + 1])
    is_open = chosen.status is TripStatus.OPEN

    def page(wanted: int) -> str:
        return address(path, chosen, **part, page=str(wanted) if wanted > 1 else "")

    context = {
        "about": about,
        "bar": replace(bar_of(user, path, about, part, today_there(now)), measures=()),
        "fresh": freshness(user, about.accounts, now),
        "is_open": is_open,
        "stats": () if is_open else _stats(totals_of(about.accounts, chosen, *value)),
        "campaigns_out": incomplete_campaigns(about.accounts, chosen),
        "all_url": address(path, Filter(accounts=chosen.accounts, status=chosen.status)),
        "rows": [_line(row) for row in rows[:_A_PAGE]],
        "before": page(number - 1) if number > 1 else "",
        "after": page(number + 1) if len(rows) > _A_PAGE else "",
        "closed_url": address(path, _with(chosen, TripStatus.CLOSED), **part),
        "open_url": address(path, _with(chosen, TripStatus.OPEN), **part),
        "only": [*([str(SHAPES[Shape(part["shape"])])] if "shape" in part else []), *([unquote(part["on"])] if "on" in part else [])],
        "every_url": address(path, chosen),
        "report_url": address(reverse("report-campaigns"), _with(chosen, TripStatus.CLOSED)),
        "trades_url": address(reverse("trades"), chosen),
    }
    return render(request, "pages/campaigns.html", context)


@require_safe
def campaign(request: HttpRequest, key: str) -> HttpResponse:
    """One campaign of the viewer's."""
    user, now = viewer(request), timezone.now()
    row = campaign_for(user, key)
    legs = list(row.trips.select_related("trip__instrument", "trip__account").order_by("number"))
    zone = zone_of(legs[0].trip.instrument.exchange)
    context = {
        "row": row,
        "title": title_of(row),
        "terms": terms_of(row),
        "because": because(row),
        "numbers": _numbers(row),
        "legs": [_leg(leg.trip) for leg in legs],
        "deeds": _deeds(row, legs, zone),
        "zone": zone,
        "others": candidates(legs[0].trip, {leg.trip_id for leg in legs}),
        "changes": changes_view([leg.trip for leg in legs]),
        "account": row.account,
        "sandbox_data": row.account.kind == "sandbox",
        "fresh": freshness(user, [row.account], now),
    }
    return render(request, "pages/campaign.html", context)


def candidates(trip: RoundTripRow, without: set[int]) -> list[tuple[str, str]]:
    """(public id, words) of trades that could be taken together with a trade: its underlying's, the ones nearest in time."""
    return [(other.key, _words(other)) for other in beside(trip, without)]


def _part(request: HttpRequest) -> dict[str, str]:
    """What an address says of campaigns beside its filter, as it stands there: a shape, an underlying."""
    shape, on = request.GET.get("shape", ""), unquote(request.GET.get("on", "")).strip().upper()
    told = {
        "shape": shape if shape in list(Shape) else "",
        "on": quote(on, safe="") if len(on) <= LONGEST_SYMBOL and on.isprintable() else "",
    }
    return {name: value for name, value in told.items() if value}


def _with(chosen: Filter, status: TripStatus) -> Filter:
    return replace(chosen, status=status, outcome=None if status is TripStatus.OPEN else chosen.outcome)


def _page(text: str) -> int:
    return min(max(int(text), 1), 10_000) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _stats(found: Mapping[Group, Totals]) -> list[Stat]:
    """What the campaigns came to, and their legs counted one by one."""
    told = sorted(((group, one.tally) for group, one in found.items() if one.tally.n), key=lambda one: (-one[1].n, one[0]))
    if not told:
        return []
    n, wins = sum(one.n for _, one in told), sum(one.wins for _, one in told)
    won_legs = sum(one.leg_wins for one in found.values())
    of_legs = won_legs + sum(one.leg_losses + one.leg_evens for one in found.values())
    first = told[0][1]
    net = from_e8(first.net_e8)
    more = ", ".join(f"{readable.gain(from_e8(one.net_e8), one.currency)} {group_name(group)}" for group, one in told[1:])
    return [
        Stat(_("Net profit"), readable.gain(net, first.currency), "", "", first.currency, tone_of(net), more),
        Stat(
            _("Campaigns won"),
            readable.percent(_percent(wins, n)),
            "",
            "",
            note=_("%(won)s of %(all)s") % {"won": readable.whole(wins), "all": readable.plural(n, "campaign")},
        ),
        Stat(
            _("Their legs, one by one"),
            readable.percent(_percent(won_legs, of_legs)),
            "",
            "",
            note=_("won of %(all)s; the profit is the same") % {"all": readable.plural(of_legs, "trade")},
        ),
    ]


def _percent(part: int, whole: int) -> Decimal | None:
    return EXACT.divide(Decimal(100 * part), Decimal(whole)) if whole else None


def _line(row: CampaignRow) -> CampaignLine:
    net = None if row.net_e8 is None else from_e8(row.net_e8)
    since = _("since %(opened_on)s") % {"opened_on": readable.day(row.opened_on)} if row.opened_on else _("from before the history")
    return CampaignLine(
        url=reverse("campaign", args=[row.key]),
        title=title_of(row),
        terms=terms_of(row),
        legs=readable.whole(row.legs),
        day=since if row.is_open else readable.day(row.closed_on),
        net=readable.gain(net, row.currency),
        tone=tone_of(net),
        unit=row.currency,
        mine=row.own_id is not None,
        incomplete=not row.is_open and not row.counts,
    )


def _numbers(row: CampaignRow) -> list[Stat]:
    net = None if row.net_e8 is None else from_e8(row.net_e8)
    fees = None if row.fees_e8 is None else from_e8(row.fees_e8)
    gross = None if net is None or fees is None else net - fees
    first = _("Realized so far") if row.is_open else _("Net profit")
    return [
        Stat(first, readable.gain(net, row.currency), "", "", row.currency, tone_of(net)),
        Stat(_("Before fees"), readable.gain(gross, row.currency), "", "", row.currency, tone_of(gross)),
        Stat(_("Held"), _held(row.opened_on, row.closed_on), "", "", note=_span(row)),
    ]


def _held(first: date | None, last: date | None) -> str:
    return "–" if first is None or last is None else readable.plural((last - first).days + 1, "day")


def _span(row: CampaignRow) -> str:
    return (
        _("since %(opened_on)s") % {"opened_on": readable.day(row.opened_on)}
        if row.is_open
        else readable.days(row.opened_on, row.closed_on)
    )


def _leg(trip: RoundTripRow) -> LegLine:
    symbol, detail = name_of(trip.instrument)
    net = None if trip.net_e8 is None else from_e8(trip.net_e8)
    return LegLine(
        key=trip.key,
        url=reverse("trade", args=[trip.key]),
        symbol=symbol,
        detail=detail,
        side=trip.side,
        quantity=readable.quantity(trip.quantity),
        entry=readable.price(trip.entry_price),
        exit=readable.price(trip.exit_price),
        opened=readable.day(trip.opened_on),
        closed=_("still open") if trip.is_open else readable.day(trip.closed_on),
        net=readable.gain(net, trip.result_currency),
        tone=tone_of(net),
    )


def _deeds(row: CampaignRow, legs: Sequence[CampaignTrip], zone: str) -> list[DeedLine]:
    """All fills in time. Sums are told where all legs are traded in the currency of the campaign's result."""
    trips = {leg.trip_id: leg.trip for leg in legs}
    summed = {trip.currency for trip in trips.values()} == {row.currency}
    found, total = [], ZERO
    for fill in fills_of(row):
        if fill.realized_pnl is not None:
            total = EXACT.add(total, fill.realized_pnl)
        found.append(_deed(fill, trips[fill.trip_id], zone, total if summed and fill.realized_pnl is not None else None))
    return found


def _deed(fill: TripFillRow, trip: RoundTripRow, zone: str, total: Decimal | None) -> DeedLine:
    symbol, detail = name_of(trip.instrument)
    return DeedLine(
        when=readable.moment(fill.executed_at, zone, seconds=True) if fill.executed_at else readable.day(fill.trade_date),
        what="bought" if fill.quantity > 0 else "sold",
        quantity=readable.quantity(abs(fill.quantity)),
        symbol=f"{symbol} {detail}".strip(),
        url=reverse("trade", args=[trip.key]),
        price=readable.price(fill.price),
        realized=readable.gain(fill.realized_pnl, trip.currency) if fill.realized_pnl is not None else "",
        tone=tone_of(fill.realized_pnl),
        total="" if total is None else readable.gain(total, trip.currency),
    )


def _words(trip: RoundTripRow) -> str:
    symbol, detail = name_of(trip.instrument)
    when = readable.day(trip.opened_on) if trip.opened_on else _("from before the history")
    return f"{symbol} {detail}".strip() + f", {readable.quantity(trip.quantity)}, {when}"
