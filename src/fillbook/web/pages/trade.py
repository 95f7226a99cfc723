"""One trade seen closely: its fills in order, what they came to, how that stands against the broker, and what the broker sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fillbook.ledger.events import CorporateActionKind
from fillbook.ledger.exchanges import zone_of
from fillbook.ledger.execution import ExecutionKind
from fillbook.ledger.instrument import AssetClass
from fillbook.ledger.numbers import ZERO, exact
from fillbook.performance.filters import Filter
from fillbook.performance.summary import from_e8
from fillbook.storage.access import trip_for
from fillbook.storage.derive import settings_of
from fillbook.storage.details import TripDetail, standing, trip_detail
from fillbook.storage.models import AccountKind, ClosedLotRow, ReconciliationRow, RoundTripRow, TripFillRow
from fillbook.storage.restated import restated_trip
from fillbook.storage.trying import OFTEN
from fillbook.trades.records import Basis, Incomplete, Role
from fillbook.trades.settings import AssignmentView, Grouping, MatchingMethod
from fillbook.web import readable
from fillbook.web.charts import Chart, FillPoint, trade_chart
from fillbook.web.language import gettext_lazy
from fillbook.web.pages.campaigns import membership
from fillbook.web.pages.evidence import contact
from fillbook.web.pages.figures import Stat, tone_of
from fillbook.web.pages.freshness import freshness
from fillbook.web.pages.inlist import in_list
from fillbook.web.pages.plans import plan_view
from fillbook.web.pages.regroup import regroup_view
from fillbook.web.pages.restated import lines
from fillbook.web.pages.rows import day_door, described, name_of
from fillbook.web.pages.sent import render_sent
from fillbook.web.pages.wording import ACTIONS, BASIS, HOW, INCOMPLETE, KINDS, REASONS
from fillbook.web.pages.words import words_view
from fillbook.web.viewer import viewer

_MOST: Final = 200
"""As many lots as a page shows."""
METHODS: Final = {
    MatchingMethod.FIFO: gettext_lazy("the oldest units are closed first"),
    MatchingMethod.LIFO: gettext_lazy("the newest units are closed first"),
    MatchingMethod.HIGHEST_COST: gettext_lazy("the dearest units are closed first"),
    MatchingMethod.AVERAGE: gettext_lazy("every unit costs the average"),
}
_OPTIONS: Final = (AssetClass.OPTION, AssetClass.FUTURE_OPTION)


@dataclass(frozen=True, slots=True)
class Fill:
    """One fill as a row. what: bought, sold or changed. how: why, when it was not an order; "" otherwise.

    raw_url: what the broker sent of it, "" when it has no row of its own.
    """

    number: int
    what: str
    symbol: str
    time: str
    time_iso: str
    quantity: str
    price: str
    charges: str
    position: str
    realized: str
    tone: str
    status: str
    venue: str
    how: str
    raw_url: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and a value. total: set apart from those above. url: the day it is of, "" for what is no day."""

    name: str
    value: str
    tone: str = ""
    total: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """One closing fill beside the broker's figure for it."""

    when: str
    ours: str
    broker: str
    status: str
    reason: str
    url: str


@dataclass(frozen=True, slots=True)
class LotRow:
    """What one closing fill took of one lot."""

    opened: str
    closed: str
    quantity: str
    cost: str
    proceeds: str
    realized: str
    tone: str
    basis: str


@dataclass(frozen=True, slots=True)
class TradePage:
    """Everything the page of one trade shows. zone: whose clock its times follow, named once. stated: some cost is its owner's own word.

    openings_url: where one says what was held before.
    """

    symbol: str
    detail: str
    description: str
    side: str
    is_open: bool
    status: str
    currency: str
    zone: str
    account: str
    account_url: str
    openings_url: str
    kind: str
    pretend: bool
    origin: str
    stated: bool
    numbers: tuple[Stat, ...]
    money: tuple[Fact, ...]
    facts: tuple[Fact, ...]
    chart: Chart
    fills: tuple[Fill, ...]
    lots: tuple[LotRow, ...]
    more_lots: int
    matched: str
    compared: tuple[Compared, ...]
    incomplete: tuple[str, ...]
    flagged: bool


@require_safe
def trade(request: HttpRequest, key: str) -> HttpResponse:
    """One round trip of the viewer's."""
    user, now = viewer(request), timezone.now()
    trip = trip_for(user, key)
    if trip.key != key:
        return redirect(request.get_full_path().replace(reverse("trade", args=[key]), reverse("trade", args=[trip.key]), 1))
    context = {
        "trade": trade_page(trip_detail(trip)),
        "sandbox_data": trip.account.kind == "sandbox",
        "fresh": freshness(user, [trip.account], now),
        "account": trip.account,
        "offers_closings": _offers_closings(trip),
        "evidence_url": reverse("trade-evidence", args=[key]),
        "contact": contact(),
        "words": words_view(user, trip),
        "plan": plan_view(trip),
        "restated": lines(restated_trip(trip)),
        "regroup": regroup_view(trip),
        "campaign": membership(trip),
        "trade_key": key,
        "list": in_list(request, user, trip),
    }
    return render(request, "pages/trade.html", context)


@require_safe
def sent(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """What the broker sent of one fill, byte for byte and as a list of its fields."""
    detail = trip_detail(trip_for(viewer(request), key))
    fill = next((fill for fill in detail.fills if fill.number == number), None)
    row = (detail.executions.get(fill.execution_id) or detail.actions.get(fill.execution_id)) if fill else None
    if row is None:
        raise Http404(_("There is no such page."))
    return render_sent(request, row, reverse("trade", args=[key]), _("The trade"))


def trade_page(detail: TripDetail) -> TradePage:
    """A round trip as its page shows it."""
    trip, instrument = detail.trip, detail.trip.instrument
    zone = zone_of(instrument.exchange)
    symbol, words = name_of(instrument)
    stood, marked = standing(detail)
    points = [_point(fill, pnl) for fill, pnl in zip(detail.fills, stood, strict=True)]
    return TradePage(
        symbol=symbol,
        detail=words,
        description=described(instrument),
        side=trip.side,
        is_open=trip.is_open,
        status=trip.reconciliation,
        currency=trip.currency,
        zone=zone,
        account=trip.account.alias or trip.account.number,
        account_url=reverse("account", args=[trip.account_id]),
        openings_url=f"{reverse('openings', args=[trip.account_id])}?{urlencode({'instrument': trip.instrument_key})}",
        kind=KINDS[trip.account.kind],
        pretend=trip.account.kind != AccountKind.REAL,
        origin=_origin(detail),
        stated=_rests_on_stated(detail),
        numbers=_numbers(trip, has_lots=bool(detail.lots)),
        money=_money(trip),
        facts=(*_facts(trip, zone), *_marked(detail)),
        chart=trade_chart(points, zone, trip.currency, trip.entry_price, trip.exit_price, marked),
        fills=tuple(_fill(fill, detail, zone) for fill in detail.fills),
        lots=tuple(_lots(detail, zone)),
        more_lots=max(0, len(detail.lots) - _MOST),
        matched=METHODS[MatchingMethod(trip.account.matching)],
        compared=tuple(_compared(detail, zone)),
        incomplete=tuple(INCOMPLETE[Incomplete(reason)] for reason in trip.incomplete),
        flagged=trip.flagged,
    )


def _offers_closings(trip: RoundTripRow) -> bool:
    """Whether each closing by itself would say more: it closes often and never goes flat."""
    whole = trip.account.grouping == Grouping.FLAT_TO_FLAT
    return whole and trip.is_open and trip.lot_rows.values("closed_by").distinct().count() >= OFTEN


def _lots(detail: TripDetail, zone: str) -> Iterable[LotRow]:
    """The lots with amounts that add up as they are shown: along each line, and down to the trade's total."""
    step = Decimal(1).scaleb(-readable.cents(detail.trip.currency))
    lots = detail.lots[:_MOST]
    known = [lot for lot in lots if lot.realized_pnl is not None]
    proceeds = in_steps([lot.proceeds for lot in known], step)
    realized = in_steps([lot.realized_pnl or ZERO for lot in known], step)
    shown = {lot.pk: (brought, gain) for lot, brought, gain in zip(known, proceeds, realized, strict=True)}
    for lot in lots:
        yield _lot(lot, detail, zone, *shown.get(lot.pk, (lot.proceeds, None)))


def in_steps(amounts: Sequence[Decimal], step: Decimal) -> list[Decimal]:
    """Amounts rounded so that any first few of them add up to their rounded sum."""
    found, total, shown = [], ZERO, ZERO
    with exact():
        for amount in amounts:
            total += amount
            upto = total.quantize(step)
            found.append(upto - shown)
            shown = upto
    return found


def _lot(lot: ClosedLotRow, detail: TripDetail, zone: str, proceeds: Decimal, realized: Decimal | None) -> LotRow:
    """proceeds, realized: as they are shown; the cost is their difference, or as it is where nothing is known to be realized."""
    currency = detail.trip.currency
    day = readable.day(lot.opened_on) if lot.opened_on else _("before the history")
    return LotRow(
        opened=readable.moment(lot.opened_at, zone) if lot.opened_at else day,
        closed=readable.moment(lot.closed_at, zone) if lot.closed_at else readable.day(lot.closed_on),
        quantity=readable.quantity(lot.quantity),
        cost=readable.amount(lot.cost_basis if realized is None else proceeds - realized, currency),
        proceeds=readable.amount(proceeds, currency),
        realized=readable.gain(realized, currency),
        tone=tone_of(realized),
        basis="" if lot.basis == Basis.EXECUTIONS else BASIS[Basis(lot.basis)],
    )


def _point(fill: TripFillRow, pnl: Decimal | None) -> FillPoint:
    changed = fill.role in (Role.ADJUSTS, Role.LEAVES)
    at = fill.ordered_at if changed else fill.executed_at
    return FillPoint(at, fill.trade_date, fill.quantity, fill.price, fill.position_after, changed, pnl)


def _numbers(trip: RoundTripRow, *, has_lots: bool) -> tuple[Stat, ...]:
    """The three numbers, each leading to what makes it further down."""
    net = trip.realized_pnl
    lots = "#lots-title" if has_lots else "#fills-title"
    gain = None if trip.gain_e8 is None else 100 * from_e8(trip.gain_e8)
    in_base = ""
    if trip.net_e8 is not None and trip.result_currency != trip.currency:
        in_base = f"{readable.gain(from_e8(trip.net_e8), trip.result_currency)} {trip.result_currency}"
    held = None if trip.holding_seconds is None else timedelta(seconds=trip.holding_seconds)
    return (
        Stat(
            _("Realized so far") if trip.is_open else _("Net profit"),
            readable.gain(net, trip.currency),
            "#fills-title",
            "",
            trip.currency,
            tone_of(net),
            in_base,
        ),
        Stat(
            _("Gain"),
            readable.percent(gain, signed=True),
            lots,
            "",
            "",
            tone_of(gain),
            _cost_words(trip),
        ),
        Stat(_("Still held") if trip.is_open else _("Held"), _held_value(trip, held), "#fills-title", "", "", "", _period_words(trip)),
    )


def _cost_words(trip: RoundTripRow) -> str:
    return (
        _("on %(opening_cost)s put in") % {"opening_cost": readable.amount(trip.opening_cost, trip.currency)}
        if trip.opening_cost
        else _("cost unknown")
    )


def _held_value(trip: RoundTripRow, held: timedelta | None) -> str:
    if trip.is_open:
        return readable.quantity(abs(trip.open_quantity))
    if held is None and trip.opened_on and trip.closed_on:
        return readable.plural((trip.closed_on - trip.opened_on).days, "day")
    return readable.duration(held)


def _period_words(trip: RoundTripRow) -> str:
    if trip.opened_on is None:
        return _("closed %(closed_on)s") % {"closed_on": readable.day(trip.closed_on)} if trip.closed_on else _("from before the history")
    return (
        _("since %(opened_on)s") % {"opened_on": readable.day(trip.opened_on)}
        if trip.is_open
        else readable.days(trip.opened_on, trip.closed_on)
    )


def _money(trip: RoundTripRow) -> tuple[Fact, ...]:
    currency = trip.currency
    return (
        Fact(_("Before fees"), readable.gain(trip.gross_pnl, currency), tone_of(trip.gross_pnl)),
        Fact(_("Fees and taxes"), readable.gain(trip.charges, currency)),
        Fact(
            _("Net profit") if not trip.is_open else _("Net so far"),
            readable.gain(trip.realized_pnl, currency),
            tone_of(trip.realized_pnl),
            total=True,
        ),
    )


def _rests_on_stated(detail: TripDetail) -> bool:
    """Whether its owner stated the cost of a part of it."""
    return detail.trip.basis == Basis.STATED or detail.trip.lot_rows.filter(basis=Basis.STATED).exists()


def _origin(detail: TripDetail) -> str:
    """Where its figures come from, with the premium that an option left in them."""
    kinds = {ExecutionKind(execution.kind) for execution in detail.executions.values()}
    moved = settings_of(detail.trip.account).assignment is AssignmentView.INTO_UNDERLYING
    delivered = kinds & {ExecutionKind.ASSIGNMENT, ExecutionKind.EXERCISE} and detail.trip.asset_class not in _OPTIONS
    premium = _(" The premium of the option that was exercised or assigned counts here, as your broker books it.")
    return BASIS[Basis(detail.trip.basis)] + (premium if delivered and moved else "") + _moved_on(detail.trip)


def _moved_on(trip: RoundTripRow) -> str:
    """Why an option that was exercised or assigned is no trade in any figure."""
    if trip.is_open or trip.outcome or trip.realized_pnl is None:
        return ""
    what = trip.underlying or _("what it delivered")
    return _(" It was exercised or assigned: its premium is part of the trade in %(what)s, so it counts as none of its own.") % {
        "what": what
    }


def _facts(trip: RoundTripRow, zone: str) -> tuple[Fact, ...]:
    opened = readable.moment(trip.opened_at, zone) if trip.opened_at else readable.day(trip.opened_on)
    closed = readable.moment(trip.closed_at, zone) if trip.closed_at else readable.day(trip.closed_on)
    day = day_door(Filter(accounts=(str(trip.account_id),)))
    first = day(trip.opened_on) if trip.opened_on else ""
    last = day(trip.closed_on) if trip.closed_on and not trip.is_open else ""
    facts = [
        Fact(_("Opened"), opened if trip.opened_on else _("before the history"), url=first),
        Fact(_("Closed"), _("still open") if trip.is_open else closed, url=last),
        Fact(_("Quantity"), readable.quantity(trip.quantity)),
        Fact(_("Average entry"), readable.price(trip.entry_price)),
        Fact(_("Average exit"), readable.price(trip.exit_price)),
    ]
    if trip.instrument.multiplier != 1:
        facts.append(Fact(_("Multiplier"), readable.quantity(trip.instrument.multiplier)))
    return tuple(facts)


def _marked(detail: TripDetail) -> tuple[Fact, ...]:
    """What the broker says of what is still held: its mark, and what that would bring where it means as many units as ours."""
    stated, currency = detail.stated, detail.trip.currency
    if stated is None or stated.mark_price is None:
        return ()
    mark = Fact(_("Mark of %(day)s") % {"day": readable.day(stated.as_of)}, readable.price(stated.mark_price))
    if stated.unrealized_pnl is None or stated.quantity != detail.trip.open_quantity:
        return (mark,)
    return mark, Fact(_("Unrealized"), readable.gain(stated.unrealized_pnl, currency), tone_of(stated.unrealized_pnl))


def _fill(fill: TripFillRow, detail: TripDetail, zone: str) -> Fill:
    execution, line = detail.executions.get(fill.execution_id), detail.lines.get(fill.execution_id)
    row = execution or detail.actions.get(fill.execution_id)
    changed = fill.role in (Role.ADJUSTS, Role.LEAVES)
    return Fill(
        number=fill.number,
        what="changed" if changed else "bought" if fill.quantity > 0 else "sold",
        symbol=" ".join(name_of(row.instrument)).strip() if row else "",
        time=readable.moment(fill.executed_at, zone, seconds=True) if fill.executed_at else readable.day(fill.trade_date),
        time_iso=fill.executed_at.isoformat() if fill.executed_at else fill.trade_date.isoformat(),
        quantity=readable.quantity(fill.quantity, signed=True),
        price="" if changed else readable.price(fill.price),
        charges=readable.gain(fill.charges, detail.trip.currency) if fill.charges else "",
        position=readable.quantity(fill.position_after),
        realized="" if fill.realized_pnl is None else readable.gain(fill.realized_pnl, detail.trip.currency),
        tone=tone_of(fill.realized_pnl),
        status=line.status if line else "",
        venue=execution.venue if execution else "",
        how=HOW.get(ExecutionKind(execution.kind), "") if execution else _action_words(detail, fill),
        raw_url=reverse("trade-sent", args=[detail.trip.key, fill.number]) if row else "",
    )


def _action_words(detail: TripDetail, fill: TripFillRow) -> str:
    """What a corporate action is and how many units it made of how many; "" for a fill that is none."""
    action = detail.actions.get(fill.execution_id)
    if action is None:
        return ""
    kind = ACTIONS[CorporateActionKind(action.kind)]
    if not action.ratio_new or not action.ratio_old:
        return kind
    ratio = {"kind": kind, "new": readable.price(action.ratio_new, least=0), "old": readable.price(action.ratio_old, least=0)}
    return _("%(kind)s, %(new)s for %(old)s") % ratio


def _compared(detail: TripDetail, zone: str) -> Iterable[Compared]:
    for fill in detail.fills:
        line = detail.lines.get(fill.execution_id)
        if line is not None:
            when = readable.moment(fill.executed_at, zone, seconds=True) if fill.executed_at else readable.day(fill.trade_date)
            url = reverse("reconciliation-line", args=[detail.trip.account_id, "fill", fill.execution_id])
            yield Compared(when, *figures_of(line, detail.trip.currency), line.status, reason_of(line), url)


def figures_of(line: ReconciliationRow, currency: str) -> tuple[str, str]:
    """(ours, the broker's) of a comparison: money of a fill, units of a position."""
    show: tuple[Decimal | None, ...] = (line.ours, line.broker)
    if line.kind == "position":
        ours, broker = (readable.quantity(value) for value in show)
    else:
        ours, broker = (readable.gain(value, currency) for value in show)
    return ours, broker


def reason_of(line: ReconciliationRow) -> str:
    """Why the two are not simply equal, as a sentence; "" when they are."""
    return REASONS.get(line.reason, line.reason)
