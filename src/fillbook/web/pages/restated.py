"""What a later statement changed in an account's past: its facts and its trades, before and after."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fillbook.brokers.manifests import manifest, manifests
from fillbook.storage import restated
from fillbook.storage.access import account_for, accounts_of, link_for, restatement_for, run_for
from fillbook.storage.models import BrokerAccount, RestatedRow, RestatedTrip, RestatedWhat, Restatement
from fillbook.storage.trip_figures import TripFigures
from fillbook.web import readable
from fillbook.web.language import gettext_lazy
from fillbook.web.pages.figures import tone_of
from fillbook.web.pages.syncs import zone_of
from fillbook.web.pages.wording import SIDES
from fillbook.web.viewer import viewer

_KINDS: Final = {
    "executions": gettext_lazy("fill"),
    "corporate_actions": gettext_lazy("corporate action"),
    "transfers": gettext_lazy("transfer"),
    "option_events": gettext_lazy("option event"),
    "cash_movements": gettext_lazy("cash movement"),
    "broker_lots": gettext_lazy("closed lot"),
}
_IDS: Final = frozenset({"id", "trade_id", "order_id", "exec_id"})
_ONE_LINE: Final = 12
_ALWAYS: Final = 3
"""Profit, quantity and fees are shown whether they differ or not."""
_WHAT: Final = {
    RestatedWhat.CHANGED: gettext_lazy("Changed"),
    RestatedWhat.DROPPED: gettext_lazy("No longer there"),
    RestatedWhat.CANCELLED: gettext_lazy("Cancelled"),
    RestatedWhat.RETURNED: gettext_lazy("There again"),
    RestatedWhat.ADDED: gettext_lazy("Added later"),
}
_FATES: Final = {
    str(RestatedWhat.DROPPED): gettext_lazy("is no longer among what the broker tells"),
    str(RestatedWhat.CANCELLED): gettext_lazy("was cancelled by the broker"),
}
_FIELDS: Final = {
    "id": gettext_lazy("Broker's id"),
    "trade_date": gettext_lazy("Trade date"),
    "ordered_at": gettext_lazy("Time of the order of rows (UTC)"),
    "executed_at": gettext_lazy("Time (UTC)"),
    "report_date": gettext_lazy("Report date"),
    "settle_date": gettext_lazy("Settlement date"),
    "rate_to_base": gettext_lazy("Rate to base currency"),
    "fees_rate": gettext_lazy("Rate of the fees' currency"),
    "broker_realized_pnl": gettext_lazy("Broker's realized profit"),
    "broker_cost": gettext_lazy("Broker's cost"),
    "trade_id": gettext_lazy("Trade number"),
    "order_id": gettext_lazy("Order number"),
    "exec_id": gettext_lazy("Execution number"),
    "symbol": gettext_lazy("Symbol"),
    "quantity": gettext_lazy("Quantity"),
    "price": gettext_lazy("Price"),
    "proceeds": gettext_lazy("Proceeds"),
    "fees": gettext_lazy("Fees"),
    "taxes": gettext_lazy("Taxes"),
    "fees_currency": gettext_lazy("Currency of the fees"),
    "accrued_interest": gettext_lazy("Accrued interest"),
    "settlement_price": gettext_lazy("Settlement price"),
    "kind": gettext_lazy("Kind"),
    "effect": gettext_lazy("Opens or closes"),
    "venue": gettext_lazy("Exchange"),
    "codes": gettext_lazy("Broker's codes"),
    "value": gettext_lazy("Value"),
    "amount": gettext_lazy("Amount"),
    "currency": gettext_lazy("Currency"),
    "description": gettext_lazy("Description"),
    "cost_basis": gettext_lazy("Cost"),
    "realized_pnl": gettext_lazy("Realized"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One restatement in a list."""

    url: str
    written: str
    received: str
    words: str
    account: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field before and after; "" for nothing. is_id: it names something and is no quantity."""

    name: str
    before: str
    after: str
    is_id: bool = False

    @property
    def is_one(self) -> bool:
        """Whether both stay on one line: short and without a word, as numbers are."""
        return not self.is_id and all(len(text) <= _ONE_LINE and not any(map(str.isalpha, text)) for text in (self.before, self.after))


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact that was changed. before_at: when the earlier statement was written, "" for none."""

    symbol: str
    day: str
    kind: str
    what: str
    before_at: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade that was changed, with the figures that differ. url: "" for one that is gone. fate: gone, new or ""."""

    url: str
    name: str
    days: str
    fate: str
    figures: tuple[Field, ...]
    difference: str
    tone: str
    fates: tuple["Fate", ...] = ()


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a fill of a trade that is gone. url: of the trade that it is in now, "" for none."""

    fill: str
    words: str
    url: str


@require_safe
def restatements(request: HttpRequest, account_id: int) -> HttpResponse:
    """All restatements of an account, newest first."""
    account = account_for(viewer(request), account_id)
    found = list(restated.restatements_of(account)[:200])
    name = account.alias or account.number
    zone = readable.zone_name(_zone(account))
    context = {"account": account, "name": name, "zone": zone, "lines": lines(found), "sandbox_data": account.kind == "sandbox"}
    return render(request, "pages/restatements.html", context)


@require_safe
def run_restated(request: HttpRequest, link_id: str, number: int) -> HttpResponse:
    """What the statements of one run of a link changed, account by account."""
    user = viewer(request)
    link, run = link_for(user, link_id), run_for(user, number)
    if run.link_id != link.pk:
        raise Http404(_("There is no such sync."))
    found = list(restated.restated_in(run.pk).filter(account__in=accounts_of(user)))
    context = {
        "broker": manifest(link.broker).name,
        "began": readable.moment(run.started_at or run.created_at, zone_of(manifest(link.broker))),
        "zone": readable.zone_name(zone_of(manifest(link.broker))),
        "back": reverse("link-runs", args=[link.pk]),
        "lines": lines(found),
        "sandbox_data": link.is_sandbox,
    }
    return render(request, "pages/run_restated.html", context)


@require_safe
def restatement(request: HttpRequest, account_id: int, number: int) -> HttpResponse:
    """One restatement."""
    user = viewer(request)
    account = account_for(user, account_id)
    one = restatement_for(account, number)
    rows = restated.rows_in(one)
    context = {
        "account": account,
        "name": account.alias or account.number,
        "written": _moment(one.stated_at, account),
        "received": _moment(one.statement.received_at, account),
        "zone": readable.zone_name(_zone(account)),
        "facts": [_fact(row, account) for row in rows],
        "more": one.rows - len(rows),
        "trades": [_trade(*change) for change in restated.trips_in(one)],
        "sandbox_data": account.kind == "sandbox",
    }
    return render(request, "pages/restatement.html", context)


def lines(found: list[Restatement]) -> list[Line]:
    """Restatements to choose from."""
    counts = restated.counts_of(found)
    return [
        Line(
            url=reverse("restatement", args=[one.account_id, one.pk]),
            written=_moment(one.stated_at, one.account),
            received=_moment(one.noted_at, one.account),
            words=_words(counts[one.pk]),
            account=one.account.alias or one.account.number,
        )
        for one in found
    ]


def _words(counts: dict[str, int]) -> str:
    parts = [f"{readable.whole(counts[what])} {name.lower()}" for what, name in _WHAT.items() if what in counts]
    told = [_("Rows: %(parts)s") % {"parts": ", ".join(parts)}] if parts else []
    trades = counts.get("trades", 0)
    return (
        ". ".join([*told, _("%(trades)s restated") % {"trades": readable.plural(trades, "trade")} if trades else _("No trade restated")])
        + "."
    )


def _fact(row: RestatedRow, account: BrokerAccount) -> Fact:
    instead = _(" and booked anew") if row.what == RestatedWhat.CANCELLED and row.replaced_by else ""
    return Fact(
        symbol=row.symbol,
        day=readable.day(row.day),
        kind=_KINDS.get(row.kind, row.kind),
        what=_WHAT[RestatedWhat(row.what)] + instead,
        before_at=_moment(row.before_at, account) if row.before_at else "",
        fields=tuple(
            Field(_name(name), _said(name, before), _said(name, after), name in _IDS) for name, (before, after) in row.fields.items()
        ),
    )


def _trade(change: RestatedTrip, before: TripFigures | None, after: TripFigures | None) -> Trade:
    named = before or after
    assert named is not None
    money = named.currency
    names: Iterable[tuple[str, Callable[[TripFigures], str]]] = (
        (_("Profit"), lambda one: readable.gain(one.realized_pnl, money)),
        (_("Quantity"), lambda one: readable.quantity(one.quantity)),
        (_("Fees"), lambda one: readable.gain(one.charges if one.paid is None else one.paid, money)),
        (_("Entry price"), lambda one: "" if one.entry_price is None else readable.price(one.entry_price)),
        (_("Opened"), lambda one: readable.day(one.opened_on)),
        (_("Closed"), _closed),
        (_("Fills"), lambda one: readable.whole(one.fills)),
        (_("Counts in your figures"), _yes),
    )
    shown = [Field(name, told(before) if before else "", told(after) if after else "") for name, told in names]
    moved = _moved(before, after)
    return Trade(
        url=reverse("trade", args=[change.key_after]) if change.key_after else "",
        name=named.symbol,
        days=f"{SIDES.get(named.side, named.side)}, {readable.days(named.opened_on, named.closed_on)}",
        fate="gone" if after is None else "new" if before is None else "",
        figures=tuple(one for number, one in enumerate(shown) if one.before != one.after or number < _ALWAYS),
        difference="" if moved is None else f"{readable.gain(moved, money)} {money}",
        tone=tone_of(moved),
        fates=tuple(map(_fate, change.fates)),
    )


def _fate(fate: dict[str, str]) -> Fate:
    quantity = Decimal(fate["quantity"])
    told = {"quantity": readable.quantity(abs(quantity)), "price": readable.price(Decimal(fate["price"]))}
    told["day"] = readable.day(date.fromisoformat(fate["day"]))
    fill = _("Bought %(quantity)s at %(price)s on %(day)s") if quantity > 0 else _("Sold %(quantity)s at %(price)s on %(day)s")
    if fate["key"]:
        return Fate(fill % told, _("is in another trade now"), reverse("trade", args=[fate["key"]]))
    return Fate(fill % told, _FATES.get(fate["what"], _("is left without its other side, in no trade")), "")


def _moved(before: TripFigures | None, after: TripFigures | None) -> Decimal | None:
    """How much more profit a trade has now; one that is not there has none. None where a profit is unknown."""
    was, now = (Decimal(0) if one is None else one.realized_pnl for one in (before, after))
    return None if was is None or now is None else now - was


def _yes(figures: TripFigures) -> str:
    return _("yes") if figures.counts else _("no")


def _closed(figures: TripFigures) -> str:
    return _("still open") if figures.is_open else readable.day(figures.closed_on)


def _name(name: str) -> str:
    return _FIELDS.get(name) or name.removeprefix("instrument_").replace("_", " ").capitalize()


def _said(name: str, value: Any) -> str:
    """A field's text; an id is no quantity, however many digits it has."""
    return str(value or "") if name in _IDS else _value(value)


def _value(value: Any) -> str:
    """A stored text as people read it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    try:
        return readable.quantity(Decimal(value)) if len(value) < 40 else value
    except InvalidOperation:
        return str(value).replace("_", " ").removesuffix("+00:00").replace("T", " ")


def _moment(value: datetime, account: BrokerAccount) -> str:
    """To the second, for several statements of a day differ in nothing else."""
    return readable.moment(value, _zone(account), seconds=True)


def _zone(account: BrokerAccount) -> str:
    known = manifests().get(account.broker)
    return zone_of(known) if known else "UTC"
