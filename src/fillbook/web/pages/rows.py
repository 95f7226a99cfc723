"""Round trips as rows of a table: text in its final form, and where a click leads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from fillbook.ledger.instrument import AssetClass
from fillbook.performance.summary import from_e8
from fillbook.storage.models import InstrumentRow, RoundTripRow
from fillbook.trades.records import Basis
from fillbook.web import readable
from fillbook.web.pages.figures import tone_of
from fillbook.web.pages.wording import CLASSES

_OPTIONS = frozenset({AssetClass.OPTION, AssetClass.FUTURE_OPTION})


@dataclass(frozen=True, slots=True)
class TripRow:
    """A closed round trip. unit: its currency where it is not the table's. status: against the broker's figures.

    stated: rests on its owner's word.
    """

    url: str
    symbol: str
    detail: str
    side: str
    closed: str
    closed_iso: str
    quantity: str
    entry: str
    exit: str
    held: str
    gain: str
    net: str
    tone: str
    unit: str
    status: str
    incomplete: bool
    stated: bool
    opened: str
    asset_class: str
    account: str
    fills: str
    gross: str
    gross_tone: str
    fees: str


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A round trip that still holds something. realized: so far."""

    url: str
    symbol: str
    side: str
    quantity: str
    entry: str
    since: str
    realized: str
    tone: str
    unit: str


def trip_rows(trips: Iterable[RoundTripRow], currency: str) -> tuple[TripRow, ...]:
    """Closed round trips in the order they come."""
    return tuple(_trip_row(trip, currency) for trip in trips)


def _trip_row(trip: RoundTripRow, currency: str) -> TripRow:
    net = None if trip.net_e8 is None else from_e8(trip.net_e8)
    fees = None if trip.fees_e8 is None else from_e8(trip.fees_e8)
    gross = None if net is None or fees is None else net - fees
    gain = None if trip.gain_e8 is None else 100 * from_e8(trip.gain_e8)
    symbol, detail = name_of(trip.instrument)
    return TripRow(
        url=reverse("trade", args=[trip.key]),
        symbol=symbol,
        detail=detail,
        side=trip.side,
        closed=readable.day(trip.closed_on),
        closed_iso=trip.closed_on.isoformat() if trip.closed_on else "",
        quantity=readable.quantity(trip.quantity),
        entry=readable.price(trip.entry_price),
        exit=readable.price(trip.exit_price),
        held=readable.duration(None if trip.holding_seconds is None else timedelta(seconds=trip.holding_seconds)),
        gain=readable.percent(gain, signed=True),
        net=readable.gain(net, trip.result_currency),
        tone=tone_of(net),
        unit="" if trip.result_currency == currency else trip.result_currency,
        status=trip.reconciliation,
        incomplete=bool(trip.incomplete),
        stated=trip.basis == Basis.STATED,
        opened=readable.day(trip.opened_on),
        asset_class=CLASSES[AssetClass(trip.asset_class)],
        account=trip.account.alias or trip.account.number,
        fills=readable.whole(trip.fills),
        gross=readable.gain(gross, trip.result_currency),
        gross_tone=tone_of(gross),
        fees=readable.gain(fees, trip.result_currency),
    )


def open_rows(trips: Iterable[RoundTripRow]) -> tuple[OpenRow, ...]:
    """Open round trips in the order they come; realized so far is in the instrument's currency."""
    return tuple(_open_row(trip) for trip in trips)


def _open_row(trip: RoundTripRow) -> OpenRow:
    symbol, detail = name_of(trip.instrument)
    return OpenRow(
        url=reverse("trade", args=[trip.key]),
        symbol=f"{symbol} {detail}".strip(),
        side=trip.side,
        quantity=readable.quantity(abs(trip.open_quantity)),
        entry=readable.price(trip.entry_price),
        since=_("since %(opened_on)s") % {"opened_on": readable.day(trip.opened_on)} if trip.opened_on else _("from before the history"),
        realized=readable.gain(trip.realized_pnl, trip.currency),
        tone=tone_of(trip.realized_pnl),
        unit=trip.currency,
    )


def name_of(instrument: InstrumentRow) -> tuple[str, str]:
    """(symbol, detail) as a trader reads it: an option is its underlying with expiry, strike and right."""
    if instrument.asset_class in _OPTIONS and instrument.expiry and instrument.strike is not None:
        right = {"call": "call", "put": "put"}.get(instrument.right, "")
        words = f"{readable.day(instrument.expiry)} {readable.price(instrument.strike, least=0)} {right}"
        return instrument.underlying_symbol or instrument.symbol, words.strip()
    return instrument.symbol, ""
