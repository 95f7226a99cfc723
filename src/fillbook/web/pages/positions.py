"""What is held: our quantity and cost, the broker's mark and what it would bring, and which of it the broker does not tell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fillbook.brokers.manifests import manifests
from fillbook.ledger.numbers import EXACT, ZERO
from fillbook.performance.filters import Filter
from fillbook.storage.access import links_of
from fillbook.storage.details import Position, positions_in
from fillbook.storage.models import BrokerAccount
from fillbook.trades.reconcile import Status
from fillbook.web import readable
from fillbook.web.measure import PERCENT, Measure
from fillbook.web.pages.figures import tone_of
from fillbook.web.pages.freshness import freshness, today_there
from fillbook.web.pages.rows import name_of, of_cost
from fillbook.web.pages.saved import bar_of, kept_of
from fillbook.web.pages.scope import scope
from fillbook.web.viewer import viewer


@dataclass(frozen=True, slots=True)
class PositionRow:
    """One position as a row. mark, value, unrealized: the broker's, "" where it states none. status: our units against the broker's.

    expired: its expiry lies before the account's last day, and no statement says what became of it.
    """

    symbol: str
    detail: str
    url: str
    side: str
    quantity: str
    average: str
    cost: str
    mark: str
    value: str
    unrealized: str
    tone: str
    realized: str
    realized_tone: str
    unit: str
    since: str
    status: str
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Holdings:
    """What one account holds. marks: of which day the broker's marks are, or why there are none. total: unrealized in `unit`, the
    base currency, or in percent with its sign.

    stated: the broker states positions of this account. compared: our units can be held against what it says of any of them.
    """

    account: str
    url: str
    currency: str
    marks: str
    stated: bool
    compared: bool
    total: str
    unit: str
    tone: str
    rows: tuple[PositionRow, ...]


@require_safe
def positions(request: HttpRequest) -> HttpResponse:
    """What the accounts in the address hold at the end of their last statement."""
    user, now, path = viewer(request), timezone.now(), reverse("positions")
    about = scope(user, Filter.from_query(dict(request.GET.lists())))
    if not about.all:
        return redirect("accounts" if links_of(user).exists() else "welcome")
    held, kept = positions_in(about.accounts, about.chosen), kept_of(dict(request.GET.lists()))
    percent = kept.get("show") == PERCENT
    context = {
        "about": about,
        "bar": bar_of(user, path, about, kept, today_there(now)),
        "fresh": freshness(user, about.accounts, now),
        "holdings": [holdings(account, [one for one in held if one.account == account], percent=percent) for account in about.accounts],
        "percent": percent,
        "any": bool(held),
        "any_held": bool(held or positions_in(about.accounts, Filter())),
    }
    return render(request, "pages/positions.html", context)


def holdings(account: BrokerAccount, held: Sequence[Position], *, percent: bool = False) -> Holdings:
    """The positions of one account. percent: results in percent of what the positions cost, a short's of its proceeds."""
    measure = Measure(account.base_currency, percent)
    stated = [one.stated for one in held if one.stated is not None]
    total = _total_percent(held) if percent else _total(held)
    rows = tuple(_row(position, percent=percent) for position in held)
    return Holdings(
        account=account.alias or account.number,
        url=reverse("account", args=[account.pk]),
        currency=account.base_currency,
        marks=_marks(account, held),
        stated=bool(stated),
        compared=any(row.status != Status.UNSTATED for row in rows),
        total="" if total is None else measure.gain(total),
        unit="" if percent else account.base_currency,
        tone=tone_of(total),
        rows=rows,
    )


def _marks(account: BrokerAccount, held: Sequence[Position]) -> str:
    days = sorted({one.stated.as_of for one in held if one.stated is not None})
    manifest = manifests().get(account.broker)
    if days:
        return _("Marks of %(day)s, as the broker states them.") % {"day": readable.day(days[-1])}
    if manifest is not None and not manifest.capabilities.positions:
        return _("Marks are not available from this broker. Units and cost come from your own fills.")
    return _("No statement of this account lists positions, so there are no marks. Units and cost come from your own fills.")


def _total(held: Iterable[Position]) -> Decimal | None:
    """Unrealized in the base currency, at the rates that the broker states; None when one is unknown or nothing is held."""
    total, count = ZERO, 0
    for one in held:
        if one.stated is None or one.stated.unrealized_pnl is None:
            return None
        own = one.instrument.currency == one.account.base_currency
        rate = Decimal(1) if own else one.stated.rate_to_base
        if rate is None:
            return None
        total, count = EXACT.add(total, EXACT.multiply(one.stated.unrealized_pnl, rate)), count + 1
    return total if count else None


def _total_percent(held: Iterable[Position]) -> Decimal | None:
    """Unrealized by the cost of it all, both in the base currency; None when a rate or a cost is unknown or nothing is held."""
    held = list(held)
    unrealized, cost = _total(held), ZERO
    for one in held:
        abroad = one.instrument.currency != one.account.base_currency
        rate = Decimal(1) if not abroad else one.stated.rate_to_base if one.stated else None
        if one.marked_cost is None or rate is None:
            return None
        cost = EXACT.add(cost, EXACT.multiply(abs(one.marked_cost), rate))
    return of_cost(unrealized, cost)


def _row(position: Position, *, percent: bool) -> PositionRow:
    what, stated = position.instrument, position.stated
    measure = Measure(what.currency, percent)
    symbol, detail = name_of(what)
    unrealized, realized = stated.unrealized_pnl if stated else None, position.realized_so_far
    if percent:
        unrealized, realized = of_cost(unrealized, position.marked_cost), of_cost(realized, position.put_in)
    return PositionRow(
        symbol=symbol,
        detail=detail,
        url=reverse("trade", args=[position.trip_key]) if position.trip_key else "",
        side="long" if position.units > 0 else "short",
        quantity=readable.quantity(abs(position.units)),
        average=readable.price(position.average),
        cost=readable.amount(None if position.cost is None else abs(position.cost), what.currency),
        mark=readable.price(stated.mark_price) if stated and stated.mark_price is not None else "",
        value=readable.amount(stated.value, what.currency) if stated and stated.value is not None else "",
        unrealized=measure.gain(unrealized) if unrealized is not None else "",
        tone=tone_of(unrealized),
        realized=measure.gain(realized) if realized else "",
        realized_tone=tone_of(realized),
        unit=what.currency,
        since=readable.day(position.opened_on) if position.opened_on else "",
        status=position.status,
        expired=_expired(position),
    )


def _expired(position: Position) -> bool:
    expiry, reached = position.instrument.expiry, position.account.figures_to
    return position.stated is None and expiry is not None and reached is not None and expiry < reached
