"""What one held before the history begins, stated by hand: a list, a form, and what the trades make of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fillbook.storage.access import account_for
from fillbook.storage.models import BrokerAccount, InstrumentRow, StatedOpening
from fillbook.storage.openings import opening_for, openings_of
from fillbook.storage.stating import CannotState, Statable, change_opening, remove_opening, statable, state_opening
from fillbook.web import readable
from fillbook.web.brokerwords import said
from fillbook.web.forms import OpeningForm, as_typed
from fillbook.web.pages.accounts import name_of as account_name
from fillbook.web.pages.rows import name_of
from fillbook.web.viewer import viewer


@dataclass(frozen=True, slots=True)
class Stated:
    """One opening balance in a list."""

    id: int
    symbol: str
    quantity: str
    cost: str
    day: str


@require_http_methods(["GET", "HEAD", "POST"])
def openings(request: HttpRequest, account_id: int) -> HttpResponse:
    """All that is stated of an account, and a form for more; `instrument` in the address chooses one, with the units that it lacks."""
    account = account_for(viewer(request), account_id)
    known = statable(account)
    if request.method == "POST":
        form = OpeningForm(_choices(known), request.POST)
        if form.is_valid():
            try:
                made = state_opening(account, form.said)
            except CannotState as problem:
                form.refuse(problem.field, said(str(problem)))
            else:
                messages.success(request, _("Kept. Trades that rest on it say so."))
                return redirect(f"{reverse('openings', args=[account.pk])}?stated={made.pk}")
        return _page(request, account, known, form)
    return _page(request, account, known, OpeningForm(_choices(known), initial=_suggested(known, request.GET.get("instrument", ""))))


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, account_id: int, opening_id: int) -> HttpResponse:
    """Other words for an opening balance that was stated before."""
    account = account_for(viewer(request), account_id)
    opening = opening_for(account, opening_id)
    known = statable(account)
    if request.method != "POST":
        return _page(request, account, known, OpeningForm(_choices(known), initial=_as_typed(opening)), opening)
    form = OpeningForm(_choices(known), request.POST)
    if form.is_valid():
        try:
            change_opening(account, opening.pk, form.said)
        except CannotState as problem:
            form.refuse(problem.field, said(str(problem)))
        else:
            messages.success(request, _("Changed. The trades were read again."))
            return redirect("openings", account.pk)
    return _page(request, account, known, form, opening)


@require_POST
def remove(request: HttpRequest, account_id: int, opening_id: int) -> HttpResponse:
    """Take an opening balance back."""
    account = account_for(viewer(request), account_id)
    remove_opening(account, opening_id)
    messages.success(request, _("Removed. The trades are as they were without it."))
    return redirect("openings", account.pk)


def _page(
    request: HttpRequest, account: BrokerAccount, known: list[Statable], form: OpeningForm, changing: StatedOpening | None = None
) -> HttpResponse:
    instruments = {one.instrument.key: one.instrument for one in known}
    context = {
        "account": account,
        "name": account_name(account),
        "form": form,
        "changing": changing,
        "stated": [_stated(row, instruments) for row in openings_of(account) if row.instrument_key in instruments],
        "instruments": bool(known),
        "sandbox_data": account.kind == "sandbox",
    }
    return render(request, "pages/openings.html", context, status=422 if form.errors else 200)


def _stated(row: StatedOpening, instruments: dict[str, InstrumentRow]) -> Stated:
    instrument = instruments[row.instrument_key]
    return Stated(
        id=row.pk,
        symbol=" ".join(name_of(instrument)).strip(),
        quantity=readable.quantity(row.quantity),
        cost=f"{readable.amount(abs(row.cost_basis), instrument.currency)} {instrument.currency}",
        day=readable.day(row.opened_on),
    )


def _choices(known: Iterable[Statable]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Instruments to choose from: those that lack something first, with how much."""
    lacking, others = _("Sold without a purchase"), _("Others")
    groups: dict[str, list[tuple[str, str]]] = {lacking: [], others: []}
    for one in known:
        words = " ".join(name_of(one.instrument)).strip()
        if one.unmatched:
            lacks = _("%(words)s (%(unmatched)s units)") % {"words": words, "unmatched": readable.quantity(one.unmatched)}
            groups[lacking].append((one.instrument.key, lacks))
        else:
            groups[others].append((one.instrument.key, words))
    return [(name, choices) for name, choices in groups.items() if choices]


def _suggested(known: Iterable[Statable], key: str) -> dict[str, str]:
    """What the form begins with."""
    one = next((one for one in known if one.instrument.key == key), None)
    if one is None:
        return {}
    return {"instrument": key, "quantity": as_typed(one.unmatched) if one.unmatched else ""}


def _as_typed(opening: StatedOpening) -> dict[str, str]:
    return {
        "instrument": opening.instrument_key,
        "quantity": as_typed(opening.quantity),
        "cost": as_typed(abs(opening.cost_basis)),
        "day": opening.opened_on.isoformat(),
    }
