"""The plan of a trade on its page: stop, target and rating, and what came of it in R; and the tile of the dashboard that sums R up."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import sanitize_separators
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fillbook.journal.plans import BEST, BadPlan, planned_ratio
from fillbook.ledger.numbers import plain
from fillbook.performance.multiples import ENOUGH, Multiples
from fillbook.storage.access import trip_for
from fillbook.storage.models import RoundTripRow
from fillbook.storage.plans import Planned, planned, write_plan
from fillbook.storage.words import NothingToHoldOn
from fillbook.trades.records import Role
from fillbook.web import readable
from fillbook.web.brokerwords import said
from fillbook.web.pages.figures import Stat, tone_of
from fillbook.web.viewer import is_partial, vary_on_partial, viewer


@dataclass(frozen=True, slots=True)
class PlanView:
    """What the card shows. stop, target, rating: as typed; facts: (name, value, tone); error: why what was typed is refused.

    notes: what is to be known of the prices, and of a result in R that is missing.
    """

    url: str
    stop: str
    target: str
    rating: str
    ratings: tuple[str, ...]
    facts: tuple[tuple[str, str, str], ...]
    error: str = ""
    notes: tuple[str, ...] = ()


def plan_view(trip: RoundTripRow) -> PlanView:
    """A trade's plan."""
    found = planned(trip)
    plan = found.plan
    return PlanView(
        url=reverse("trade-plan", args=[trip.key]),
        stop="" if plan.stop is None else plain(plan.stop),
        target="" if plan.target is None else plain(plan.target),
        rating="" if plan.rating is None else str(plan.rating),
        ratings=tuple(str(number) for number in range(1, BEST + 1)),
        facts=_facts(trip, found),
        notes=tuple(_notes(trip, found)),
    )


def _notes(trip: RoundTripRow, found: Planned) -> Iterator[str]:
    first = trip.fill_rows.filter(role=Role.OPENS).order_by("number").values_list("price", flat=True).first()
    if found.entry is not None and (found.entry != first or trip.fill_rows.filter(role=Role.ADJUSTS).exists()):
        yield _("Prices here are those of the day of the opening, before the units changed.")
    if found.plan.stop is not None and found.risk is None:
        yield _("No result in R: the units changed between two openings, or the stop is on the winning side.")


@require_POST
def trade_plan(request: HttpRequest, key: str) -> HttpResponse:
    """Write, change or empty the plan of a trade."""
    user = viewer(request)
    trip = trip_for(user, key)
    typed = {name: str(sanitize_separators(request.POST.get(name, ""))) for name in ("stop", "target", "rating")}
    error = ""
    try:
        write_plan(user, key, **typed)
    except BadPlan as problem:
        error = said(str(problem))
    except NothingToHoldOn:
        error = _("This trade has no fill of its own, so it can have no plan.")
    if not is_partial(request):
        if error:
            messages.error(request, error)
        return redirect(f"{reverse('trade', args=[trip.key])}#plan")
    view = plan_view(trip_for(user, key))
    if error:
        view = PlanView(view.url, **typed, ratings=view.ratings, facts=view.facts, error=error, notes=view.notes)
    return vary_on_partial(render(request, "components/plan.html", {"plan": view}))


def r_words(value: Decimal | None) -> str:
    """A result in R: "+1.50 R"."""
    return f"{readable.number(value, 2, signed=True)} R" if value is not None else "–"


def r_tile(found: Multiples, trades: int) -> Stat | None:
    """Results in R of the trades that have a stop; None where none has."""
    if found.mean is None:
        return None
    quality = f", SQN {found.sqn:.2f}" if found.sqn is not None else ""
    return Stat(
        _("Average R"),
        r_words(found.mean),
        "",
        _("Net P&L by what was at risk at the planned stop, averaged over the trades with a plan; SQN from %(enough)s of them on.")
        % {"enough": ENOUGH},
        tone=tone_of(found.mean),
        note=_("%(planned)s of %(trades)s trades have a stop") % {"planned": found.n, "trades": readable.whole(trades)} + quality,
        few=found.n < ENOUGH,
    )


def _facts(trip: RoundTripRow, found: Planned) -> tuple[tuple[str, str, str], ...]:
    facts = []
    if found.entry is not None:
        facts.append((_("First entry"), readable.price(found.entry), ""))
    if found.r is not None:
        facts.append((_("Result"), r_words(found.r), tone_of(found.r)))
    if found.risk is not None:
        facts.append((_("At risk, with fees"), f"{readable.amount(found.risk, trip.currency)} {trip.currency}", ""))
    ratio = None if found.entry is None else planned_ratio(found.entry, found.plan)
    if ratio is not None:
        facts.append((_("Planned gain to loss"), readable.ratio(ratio), ""))
    return tuple(facts)
