"""Everything of an account beside the broker's figures: per fill, per position and per fee, each line with the rows behind it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fillbook.ledger.numbers import EXACT, ZERO
from fillbook.performance.filters import Filter
from fillbook.storage.access import account_for
from fillbook.storage.comparing import Chosen, Comparison, ComparisonPage, Opened, comparisons, open_line
from fillbook.storage.derive import settings_of
from fillbook.storage.models import BrokerAccount, ClosedLotRow, ExecutionRow, OpenLotRow, PositionRow, RoundTripRow, StatedRow, TripFillRow
from fillbook.trades.reconcile import LineKind
from fillbook.trades.records import Basis
from fillbook.web import readable
from fillbook.web.pages.accounts import name_of as account_name
from fillbook.web.pages.bridge import bridges
from fillbook.web.pages.figures import tone_of
from fillbook.web.pages.filterbar import Choice
from fillbook.web.pages.freshness import freshness
from fillbook.web.pages.rows import name_of
from fillbook.web.pages.sent import render_sent
from fillbook.web.pages.wording import COMPARED, FEE_REASONS, LOT_BASIS, REASONS, SIDES, STATUS
from fillbook.web.viewer import is_partial, vary_on_partial, viewer

_SIZE: Final = 100
_PAGE_DIGITS: Final = 9
_SHOWN: Final = Decimal("0.005")
"""What rounds to nothing is not worth showing."""


@dataclass(frozen=True, slots=True)
class StatusChoice:
    """A status to filter by, with how many lines have it."""

    name: str
    url: str
    current: bool
    count: int
    icon: str = ""
    tone: str = ""
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison. unit: its currency where that is not the account's. url: what stands behind it."""

    symbol: str
    detail: str
    day: str
    ours: str
    broker: str
    difference: str
    unit: str
    status: str
    reason: str
    url: str


@dataclass(frozen=True, slots=True)
class Trip:
    """A round trip that a line belongs to."""

    url: str
    words: str
    result: str
    tone: str


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot that a fill closed, or that is held."""

    units: str
    opened: str
    cost: str
    proceeds: str
    realized: str
    tone: str
    basis: str


@dataclass(frozen=True, slots=True)
class Source:
    """A row that the broker sent."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind a line. closes: its lots were closed, else they are held. total: the lots' own sum."""

    line: Line
    title: str
    currency: str
    trips: tuple[Trip, ...]
    lots: tuple[Lot, ...]
    closes: bool
    total: str
    parts: tuple[Source, ...]
    sources: tuple[Source, ...]
    own_settings: bool


@require_safe
def reconciliation(request: HttpRequest, account_id: int) -> HttpResponse:
    """The lines that the address chooses, a hundred at a time."""
    user, now = viewer(request), timezone.now()
    account = account_for(user, account_id)
    chosen, number = _read(request)
    page = comparisons(account, chosen, number, _SIZE)
    path = request.path
    context = {
        "account": account,
        "name": account_name(account),
        "fresh": freshness(user, [account], now),
        "sandbox_data": account.kind == "sandbox",
        "bridges": bridges([account], account.base_currency),
        "chosen": chosen,
        "words": COMPARED[chosen.kind],
        "sentence": _sentence(chosen, page),
        "kinds": [Choice(COMPARED[kind].name, _url(path, Chosen(kind, "", chosen.symbol)), kind is chosen.kind) for kind in LineKind],
        "statuses": _statuses(path, chosen, page),
        "without_symbol": _url(path, replace(chosen, symbol="")),
        "lines": [_line(line, account) for line in page.rows],
        "page": page,
        "first": (page.number - 1) * _SIZE + 1,
        "last": min(page.number * _SIZE, page.total),
        "before": _url(path, chosen, page.number - 1) if page.number > 1 else "",
        "after": _url(path, chosen, page.number + 1) if page.number < page.pages else "",
    }
    return render(request, "pages/reconciliation.html", context)


@require_safe
def line(request: HttpRequest, account_id: int, kind: str, ref: str) -> HttpResponse:
    """One line with what stands behind it."""
    account = account_for(viewer(request), account_id)
    template = "pages/_comparison.html" if is_partial(request) else "pages/comparison.html"
    back = _url(reverse("reconciliation", args=[account.pk]), Chosen(_kind(kind)))
    context = {"behind": _behind(open_line(account, kind, ref), account), "back": back, "sandbox_data": account.kind == "sandbox"}
    return vary_on_partial(render(request, template, context))


@require_safe
def sent(request: HttpRequest, account_id: int, kind: str, ref: str, number: int) -> HttpResponse:
    """What the broker sent of one of the rows behind a line."""
    account = account_for(viewer(request), account_id)
    sources = open_line(account, kind, ref).sources
    if not 0 < number <= len(sources):
        raise Http404(_("There is no such page."))
    return render_sent(request, sources[number - 1], reverse("reconciliation-line", args=[account.pk, kind, ref]), _("The comparison"))


def _read(request: HttpRequest) -> tuple[Chosen, int]:
    """What cannot be understood is the default."""
    status, page = request.GET.get("status", ""), request.GET.get("page", "")
    symbol = Filter.from_query({"symbol": request.GET.get("symbol", "")}).symbol
    number = int(page) if page.isascii() and page.isdigit() and len(page) < _PAGE_DIGITS else 1
    return Chosen(_kind(request.GET.get("kind", "")), status if status in list(STATUS) else "", symbol), number


def _kind(text: str) -> LineKind:
    return LineKind(text) if text in list(LineKind) else LineKind.FILL


def _url(path: str, chosen: Chosen, number: int = 1) -> str:
    written = {
        "kind": "" if chosen.kind is LineKind.FILL else str(chosen.kind),
        "status": chosen.status,
        "symbol": chosen.symbol,
        "page": str(number) if number > 1 else "",
    }
    query = urlencode({name: value for name, value in written.items() if value})
    return f"{path}?{query}" if query else path


def _sentence(chosen: Chosen, page: ComparisonPage) -> str:
    """How it stands, in one sentence."""
    words, total = COMPARED[chosen.kind], sum(page.counts.values())
    of = _(" of %(symbol)s") % {"symbol": chosen.symbol} if chosen.symbol else ""
    if not total:
        return words.none + of + "."
    equal, different = page.counts.get("equal", 0), page.counts.get("different", 0)
    if equal == total:
        return words.all_equal % {"total": readable.plural(total, words.one) + of}
    rest = (
        _("none of the others is unexplained")
        if not different
        else _("%(different)s differ and no known reason applies") % {"different": readable.whole(different)}
    )
    return words.equal % {"equal": readable.whole(equal), "total": readable.plural(total, words.one) + of, "rest": rest}


def _statuses(path: str, chosen: Chosen, page: ComparisonPage) -> list[StatusChoice]:
    """All, and each status that occurs or is chosen."""
    total = sum(page.counts.values())
    found = [StatusChoice(_("All"), _url(path, replace(chosen, status="")), not chosen.status, total)]
    for status, (word, icon, tone, explanation) in STATUS.items():
        count = page.counts.get(status, 0)
        if count or chosen.status == status:
            url = _url(path, replace(chosen, status=str(status)))
            found.append(StatusChoice(word.capitalize(), url, chosen.status == status, count, icon, tone, explanation))
    return found


def _line(one: Comparison, account: BrokerAccount) -> Line:
    symbol, detail = name_of(one.instrument)
    currency = one.instrument.currency
    if one.kind is LineKind.POSITION:
        ours, broker = readable.quantity(one.ours), readable.quantity(one.broker)
        difference = readable.quantity(one.difference, signed=True)
    else:
        ours, broker, difference = (readable.gain(value, currency) for value in (one.ours, one.broker, one.difference))
    return Line(
        symbol=symbol,
        detail=detail,
        day=readable.day(one.day) if one.day else "",
        ours=ours,
        broker=broker,
        difference=difference if one.difference and (one.kind is LineKind.POSITION or abs(one.difference) >= _SHOWN) else "",
        unit="" if one.kind is LineKind.POSITION or currency == account.base_currency else currency,
        status=one.status,
        reason=_reason(one),
        url=reverse("reconciliation-line", args=[account.pk, one.kind, one.ref]),
    )


def _reason(one: Comparison) -> str:
    of_fees = FEE_REASONS.get(one.reason) if one.kind is LineKind.FEE else None
    return of_fees or REASONS.get(one.reason, one.reason)


def _behind(opened: Opened, account: BrokerAccount) -> Behind:
    one = opened.line
    currency = one.instrument.currency
    closes = one.kind is LineKind.FILL
    settings = settings_of(account)
    return Behind(
        line=_line(one, account),
        title=COMPARED[one.kind].title,
        currency=currency,
        trips=tuple(_trip(trip) for trip in opened.trips),
        lots=tuple(_closed(lot, currency) for lot in opened.closed) or tuple(_held(lot, currency) for lot in opened.held),
        closes=closes,
        total=_total(opened, currency),
        parts=_parts(opened.parts, currency) if one.kind is LineKind.FEE else (),
        sources=tuple(_source(row, account, one, number) for number, row in enumerate(opened.sources, 1)),
        own_settings=closes and (settings.method, settings.assignment) != (settings.as_broker.method, settings.as_broker.assignment),
    )


def _total(opened: Opened, currency: str) -> str:
    if opened.closed:
        known = [lot.realized_pnl for lot in opened.closed if lot.realized_pnl is not None]
        return readable.gain(_sum(known), currency) if len(known) == len(opened.closed) else readable.UNKNOWN
    return readable.quantity(_sum(lot.quantity for lot in opened.held)) if opened.held else ""


def _sum(values: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for value in values:
        total = EXACT.add(total, value)
    return total


def _trip(trip: RoundTripRow) -> Trip:
    symbol, detail = name_of(trip.instrument)
    since = _("since %(opened_on)s") % {"opened_on": readable.day(trip.opened_on)} if trip.opened_on else _("from before the history")
    when = since if trip.is_open else readable.days(trip.opened_on, trip.closed_on)
    words = f"{symbol} {detail}".strip() + f", {SIDES[trip.side]}, {when}"
    result = f"{readable.gain(trip.realized_pnl, trip.currency)} {trip.currency}{_(' so far') if trip.is_open else ''}"
    return Trip(reverse("trade", args=[trip.key]), words, result, tone_of(trip.realized_pnl))


def _closed(lot: ClosedLotRow, currency: str) -> Lot:
    return Lot(
        readable.quantity(lot.quantity),
        readable.day(lot.opened_on) if lot.opened_on else _("before the history"),
        readable.amount(lot.cost_basis, currency),
        readable.amount(lot.proceeds, currency),
        readable.gain(lot.realized_pnl, currency),
        tone_of(lot.realized_pnl),
        LOT_BASIS[Basis(lot.basis)],
    )


def _held(lot: OpenLotRow, currency: str) -> Lot:
    opened = readable.day(lot.opened_on) if lot.opened_on else _("before the history")
    return Lot(readable.quantity(lot.quantity), opened, readable.amount(lot.cost_basis, currency), "", "", "", LOT_BASIS[Basis(lot.basis)])


def _parts(parts: list[TripFillRow], currency: str) -> tuple[Source, ...]:
    """A fill's shares in trades, with the charges that each counts."""
    return tuple(
        Source(
            _("%(quantity)s units carry %(charges)s %(currency)s")
            % {
                "quantity": readable.quantity(part.quantity, signed=True),
                "charges": readable.gain(part.charges, currency),
                "currency": currency,
            },
            "",
        )
        for part in parts
    )


def _source(row: StatedRow | PositionRow, account: BrokerAccount, one: Comparison, number: int) -> Source:
    url = reverse("reconciliation-sent", args=[account.pk, one.kind, one.ref, number])
    if isinstance(row, PositionRow):
        return Source(
            _("Position of %(as_of)s: %(quantity)s units")
            % {"as_of": readable.day(row.as_of), "quantity": readable.quantity(row.quantity)},
            url,
        )
    what = f"{readable.day(row.trade_date)}, {readable.quantity(row.quantity, signed=True)} {row.instrument.symbol}"
    if isinstance(row, ExecutionRow):
        what += _(" at %(price)s") % {"price": readable.price(row.price)}
    return Source(what if row.row_id != one.ref else _("%(what)s (this row)") % {"what": what}, url)
