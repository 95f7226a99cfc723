"""Round trips as rows of a table: text in its final form, and where a click leads."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from fillbook.ledger.instrument import AssetClass
from fillbook.ledger.numbers import EXACT
from fillbook.performance.filters import Filter, TripStatus
from fillbook.performance.summary import from_e8
from fillbook.storage.details import Position, open_positions
from fillbook.storage.models import InstrumentRow, RoundTripRow
from fillbook.storage.premiums import with_premium
from fillbook.trades.records import Basis
from fillbook.web import readable
from fillbook.web.pages.figures import tone_of
from fillbook.web.pages.filterbar import address
from fillbook.web.pages.plans import r_words
from fillbook.web.pages.wording import CLASSES, rating_name

_OPTIONS = frozenset({AssetClass.OPTION, AssetClass.FUTURE_OPTION})


@dataclass(frozen=True, slots=True)
class TripRow:
    """A closed round trip. unit: its currency where it is not the table's. status: against the broker's figures.

    stated: rests on its owner's word. closed_url, opened_url: the pages of those days, "" where there is none to go to.
    """

    url: str
    symbol: str
    detail: str
    side: str
    closed: str
    closed_iso: str
    closed_url: str
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
    opened_url: str
    asset_class: str
    account: str
    fills: str
    gross: str
    gross_tone: str
    fees: str
    r: str = ""
    gain_tone: str = ""
    rating: str = ""

    @property
    def state(self) -> str:
        """What its mark says: incomplete, stated, or how it stands against the broker's figures."""
        return "incomplete" if self.incomplete else "stated" if self.stated else self.status


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A round trip that still holds something. entry: cost per unit as on the page of positions. unrealized: the broker's, "" where none is
    stated. realized: so far, "" for nothing. unit: of both, "" for percent. unknown: why neither is told, "" where no mark is stated.
    """

    url: str
    symbol: str
    side: str
    quantity: str
    entry: str
    since: str
    unrealized: str
    unrealized_tone: str
    realized: str
    tone: str
    unit: str
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class FillRow:
    """One fill of a day. what: bought, sold or changed. total: the day's running sum after it, "" where it realized nothing.

    account: of two accounts, whose it is.
    """

    time: str
    time_iso: str
    what: str
    symbol: str
    url: str
    quantity: str
    price: str
    charges: str
    realized: str
    tone: str
    total: str
    how: str
    account: str


DayDoor = Callable[[date], str]
"""The address of the page of a day."""


def day_door(chosen: Filter, money: str = "", show: str = "") -> DayDoor:
    """The pages of days, with as much of a filter as a day has: what its trades came to, and when, does not hide the others of that day.

    The address is written once, because a list has hundreds of them.
    """
    kept = replace(chosen, first=None, last=None, closed_from=None, closed_to=None, outcome=None, slot=None, status=TripStatus.CLOSED)
    some_day = address(reverse("day", args=[date.min.isoformat()]), kept, money=money, show=show)
    return lambda when: some_day.replace(date.min.isoformat(), when.isoformat(), 1)


def trip_rows(trips: Sequence[RoundTripRow], currency: str, day: DayDoor | None = None, within: str = "") -> tuple[TripRow, ...]:
    """Closed round trips in the order they come. day: where their days lead, None on the page of a day. within: the address of the list
    they stand in, so that the page of a trade leads back to it and on to the next one.

    Where the premium of an option counts in one, its detail says so, since its prices alone do not give its profit.
    """
    premium, words = with_premium(trips), _("with an option's premium")
    door = trade_door(within)
    return tuple(_trip_row(trip, currency, day, door(trip.key), words if trip.pk in premium else "") for trip in trips)


def trade_door(within: str = "") -> Callable[[str], str]:
    """The addresses of trades by their keys, with the query of the list they stand in."""
    query = within.partition("?")[1:]
    return lambda key: "".join((reverse("trade", args=[key]), *query))


def _trip_row(trip: RoundTripRow, currency: str, day: DayDoor | None, url: str, premium: str) -> TripRow:
    net = None if trip.net_e8 is None else from_e8(trip.net_e8)
    fees = None if trip.fees_e8 is None else from_e8(trip.fees_e8)
    gross = None if net is None or fees is None else net - fees
    gain = None if trip.gain_e8 is None else 100 * from_e8(trip.gain_e8)
    symbol, detail = name_of(trip.instrument)
    return TripRow(
        url=url,
        symbol=symbol,
        detail=detail or premium,
        side=trip.side,
        closed=readable.day(trip.closed_on),
        closed_iso=trip.closed_on.isoformat() if trip.closed_on else "",
        closed_url=day(trip.closed_on) if day and trip.closed_on else "",
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
        opened_url=day(trip.opened_on) if day and trip.opened_on else "",
        asset_class=CLASSES[AssetClass(trip.asset_class)],
        account=trip.account.alias or trip.account.number,
        fills=readable.whole(trip.fills),
        gross=readable.gain(gross, trip.result_currency),
        gross_tone=tone_of(gross),
        fees=readable.gain(fees, trip.result_currency),
        r="" if trip.r_e8 is None else r_words(from_e8(trip.r_e8)),
        gain_tone=tone_of(gain),
        rating="" if trip.rating is None else rating_name(trip.rating),
    )


def in_percent(rows: Iterable[TripRow]) -> tuple[TripRow, ...]:
    """The same where results are told in percent alone: the gain stands in the place of the profit."""
    return tuple(replace(row, net=row.gain, tone=row.gain_tone, unit="") for row in rows)


def open_rows(trips: Sequence[RoundTripRow], within: str = "", *, percent: bool = False) -> tuple[OpenRow, ...]:
    """Open round trips in the order they come, money in the instrument's currency; cost and mark are those of the page of positions.

    within: the address of the list they stand in. percent: what is unrealized in percent of the cost of what is held, what was realized
    in percent of all that was put in.
    """
    accounts = {trip.account_id: trip.account for trip in trips}
    held = {position.trip_key: position for position in open_positions(accounts.values())} if trips else {}
    door = trade_door(within)
    rows = tuple(_open_row(trip, held.get(trip.key), door(trip.key)) for trip in trips)
    return tuple(_open_in_percent(row, trip, held.get(trip.key)) for row, trip in zip(rows, trips, strict=True)) if percent else rows


def of_cost(amount: Decimal | None, cost: Decimal | None) -> Decimal | None:
    """A profit or loss in percent of what a position cost (a short: brought); None where either is unknown or there is no cost."""
    return None if amount is None or not cost else EXACT.divide(100 * amount, abs(cost))


def _open_in_percent(row: OpenRow, trip: RoundTripRow, position: Position | None) -> OpenRow:
    marked = position.stated.unrealized_pnl if position and position.stated else None
    unrealized = of_cost(marked, position.marked_cost if position else None)
    realized = of_cost(trip.realized_pnl or None, trip.opening_cost)
    lacks_cost = (marked is not None and unrealized is None) or (bool(trip.realized_pnl) and realized is None)
    return replace(
        row,
        unrealized="" if unrealized is None else readable.percent(unrealized, signed=True),
        unrealized_tone=tone_of(unrealized),
        realized="" if realized is None else readable.percent(realized, signed=True),
        tone=tone_of(realized),
        unit="",
        unknown=_("cost unknown") if lacks_cost else "",
    )


def _open_row(trip: RoundTripRow, position: Position | None, url: str) -> OpenRow:
    unrealized = position.stated.unrealized_pnl if position and position.stated else None
    average = position.average if position else None
    symbol, detail = name_of(trip.instrument)
    return OpenRow(
        url=url,
        symbol=f"{symbol} {detail}".strip(),
        side=trip.side,
        quantity=readable.quantity(abs(trip.open_quantity)),
        entry=readable.price(trip.entry_price if average is None else average),
        since=_("since %(opened_on)s") % {"opened_on": readable.day(trip.opened_on)} if trip.opened_on else _("from before the history"),
        unrealized="" if unrealized is None else readable.gain(unrealized, trip.currency),
        unrealized_tone=tone_of(unrealized),
        realized=readable.gain(trip.realized_pnl, trip.currency) if trip.realized_pnl else "",
        tone=tone_of(trip.realized_pnl),
        unit=trip.currency,
    )


def described(instrument: InstrumentRow) -> str:
    """What the broker calls it beside its symbol; of an option nothing, since that is its name once more in another spelling."""
    return "" if name_of(instrument)[1] else instrument.description


def name_of(instrument: InstrumentRow) -> tuple[str, str]:
    """(symbol, detail) as a trader reads it: an option is its underlying with expiry, strike and right."""
    if instrument.asset_class in _OPTIONS and instrument.expiry and instrument.strike is not None:
        right = {"call": "call", "put": "put"}.get(instrument.right, "")
        words = f"{readable.day(instrument.expiry)} {readable.price(instrument.strike, least=0)} {right}"
        return instrument.underlying_symbol or instrument.symbol, words.strip()
    return instrument.symbol, ""
