"""Which round trips a page, a command or an answer of the API is about, and how that is written in a URL.

The URL form is the state of a page: short names, one fixed order, only what differs from the default, so that equal filters have
equal URLs. Reading one never fails: what cannot be understood is left out, as if it had not been written.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, Self, TypeVar

from fillbook.ledger.instrument import AssetClass
from fillbook.performance.bands import Band, Banded, band_of
from fillbook.performance.breakdowns import Dimension, Slot
from fillbook.performance.intraday import HOURS, clock_of, held_for, session_of
from fillbook.performance.moments import Moment, earlier, later
from fillbook.performance.ratings import Rated
from fillbook.performance.summary import Outcome, outcome_of
from fillbook.trades.records import RoundTrip, Side

E = TypeVar("E", bound=StrEnum)
Parameters = Mapping[str, str | Sequence[str]]
PERIOD: Final = ("from", "to")
INTERVAL: Final = ("closed_from", "closed_to")
"""Names of the two ends in an address."""

_ACCOUNT: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_DAY: Final = re.compile(r"(19|20|21)\d\d-\d\d-\d\d", re.ASCII)
_CURRENCY: Final = re.compile(r"([A-Z]{3}|NONE)(-[A-Z0-9.]{1,12})?", re.ASCII)
UNSTATED: Final = "NONE"
"""In place of a base currency: of accounts that state none."""
_TRADED: Final = re.compile(r"[A-Za-z0-9.]{1,12}", re.ASCII)
_OTHER: Final = re.compile(r"[^A-Za-z0-9._~,:-]+")
"""What an address does not hold as it is."""
_MOST_ACCOUNTS: Final = 100
LONGEST_SYMBOL: Final = 40
_LONGEST_NAME: Final = 120
"""Of a symbol as its row keeps it."""
_MOST_TAGS: Final = 20
_LONGEST_TAG: Final = 120


class TripStatus(StrEnum):
    """Whether round trips are flat or still hold something."""

    CLOSED = "closed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition of a filter, as a page shows it. name: the parameter; `Filter.without(name)` drops it. value: as in the URL."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice of round trips; every condition must hold, and the empty filter takes all closed and complete ones.

    accounts: public ids, sorted, each once; empty for all that the viewer may see. first, last: days, both included, None for no
    limit; they apply to the trade date of the last closing fill, for open round trips to that of the first opening one. closed_from,
    closed_to: where in the order of closing an interval begins and ends, both included; open round trips are in none. symbol: of
    the instrument or its underlying, upper case. asset_class: None for all but currency pairs, which count only when asked for.
    currency: base currency of the account, `NONE` for those that state none; after a dash the one in which results of closed round trips
    count, where some have no rate to the base currency: `EUR-USD`.
    tags: the trader's own, in small letters, sorted; a round trip has to have all of them. rating: the trader's own, or none.
    include_incomplete: also count round trips some of whose openings are unknown. slot: where in the day they were opened.

    What one row of a report says of its round trips: ticker: the symbol of the instrument itself. underlying: the symbol of the
    underlying, of an instrument without one its own (`underlying_of`). traded: the instrument's currency. untagged: without any tag.
    bands: sorted, of each kind at most one.
    """

    accounts: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    closed_from: Moment | None = None
    closed_to: Moment | None = None
    symbol: str = ""
    side: Side | None = None
    asset_class: AssetClass | None = None
    outcome: Outcome | None = None
    status: TripStatus = TripStatus.CLOSED
    currency: str = ""
    include_incomplete: bool = False
    tags: tuple[str, ...] = ()
    slot: Slot | None = None
    ticker: str = ""
    underlying: str = ""
    traded: str = ""
    untagged: bool = False
    bands: tuple[Band, ...] = ()
    rating: Rated | None = None

    @classmethod
    def from_query(cls, parameters: Parameters) -> Self:
        """Read the parameters of a URL; a value may be a text or a list of them, of which the last counts (accounts, tags: all).

        Never fails: an unknown name, a value that is none of a name's own, a day that does not exist are left out. A period or an
        interval whose ends are the wrong way round is turned.
        """
        first, last = (_read_day(_last(parameters, name)) for name in PERIOD)
        if first and last and first > last:
            first, last = last, first
        begins, ends = (Moment.read(_last(parameters, name)) for name in INTERVAL)
        if begins and ends and begins.lower > ends.upper:
            begins, ends = ends, begins
        currency = _last(parameters, "currency").upper()
        return cls(
            accounts=_read_accounts(parameters.get("account", "")),
            first=first,
            last=last,
            closed_from=begins,
            closed_to=ends,
            symbol=_read_symbol(_last(parameters, "symbol")),
            side=_member(Side, _last(parameters, "side")),
            asset_class=_member(AssetClass, _last(parameters, "class")),
            outcome=_member(Outcome, _last(parameters, "outcome")),
            status=_member(TripStatus, _last(parameters, "status")) or TripStatus.CLOSED,
            currency=currency if _CURRENCY.fullmatch(currency) else "",
            include_incomplete=_last(parameters, "incomplete") == "1",
            tags=_read_tags(parameters.get("tag", "")),
            slot=Slot.read(_last(parameters, "slot")),
            ticker=_read_name(_last(parameters, "ticker")),
            underlying=_read_name(_last(parameters, "underlying")),
            traded=traded if _TRADED.fullmatch(traded := _last(parameters, "traded")) else "",
            untagged=_last(parameters, "untagged") == "1",
            bands=_read_bands(parameters.get("band", "")),
            rating=Rated.read(_last(parameters, "rating")),
        )

    def parameters(self) -> dict[str, str]:
        """The canonical parameters, in their fixed order; what equals the default is absent. `from_query` reads them back."""
        written = {
            "account": ",".join(self.accounts),
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
            "closed_from": self.closed_from or "",
            "closed_to": self.closed_to or "",
            "symbol": self.symbol,
            "side": self.side or "",
            "class": self.asset_class or "",
            "outcome": self.outcome or "",
            "status": "" if self.status is TripStatus.CLOSED else self.status,
            "currency": self.currency,
            "incomplete": "1" if self.include_incomplete else "",
            "tag": ",".join(self.tags),
            "slot": self.slot or "",
            "ticker": self.ticker,
            "underlying": self.underlying,
            "traded": self.traded,
            "untagged": "1" if self.untagged else "",
            "band": ",".join(str(band) for band in self.bands),
            "rating": str(self.rating or ""),
        }
        return {name: str(value) for name, value in written.items() if value}

    def to_query(self) -> str:
        """The canonical query string without the question mark, percent-encoded; empty for the empty filter."""
        return "&".join(f"{name}={_encode(value)}" for name, value in self.parameters().items())

    def describe(self) -> tuple[Chip, ...]:
        """One chip for each condition, in the order of the URL."""
        return tuple(Chip(name, value) for name, value in self.parameters().items())

    @property
    def base(self) -> str:
        """The base currency that is asked for, `NONE` for none stated; "" for any."""
        return self.currency.partition("-")[0]

    @property
    def counted_in(self) -> str:
        """The currency in which results count that is asked for; "" for any."""
        return self.currency.partition("-")[2]

    def without(self, name: str) -> Self:
        """The same filter less one condition, named as in the URL; an unknown name changes nothing."""
        return self.from_query({kept: value for kept, value in self.parameters().items() if kept != name})

    @property
    def is_interval(self) -> bool:
        """Whether it takes an interval of moments."""
        return self.closed_from is not None or self.closed_to is not None

    @property
    def days(self) -> tuple[date | None, date | None]:
        """The first and the last day on which anything that it takes can have closed; None for no limit."""
        begins = [day for day in (self.first, self.closed_from and self.closed_from.day) if day]
        ends = [day for day in (self.last, self.closed_to and self.closed_to.day) if day]
        return max(begins, default=None), min(ends, default=None)

    def between(self, begins: Moment | None, ends: Moment | None) -> Self:
        """Of what it takes only that from one moment to another."""
        return replace(self, closed_from=later(self.closed_from, begins), closed_to=earlier(self.closed_to, ends))

    def admits(self, trip: RoundTrip) -> bool:
        """Whether a round trip belongs; account, currency, tags and rating are not looked at, since a trip knows nothing of them,
        nor its place among the trades of its day.

        The rule that the database's query must agree with. A round trip whose P&L is unknown has no outcome.
        """
        if trip.is_open != (self.status is TripStatus.OPEN):
            return False
        known = trip.realized_pnl is not None and not trip.moved_on
        if not trip.is_open and not (trip.counts or (self.include_incomplete and known)):
            return False
        on = trip.opened_on if trip.is_open else trip.closed_on
        return self._admits_day(on) and self._admits_moment(trip) and self._admits_kind(trip)

    def _admits_day(self, day: date | None) -> bool:
        if self.first is None and self.last is None:
            return True
        return day is not None and (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def _admits_moment(self, trip: RoundTrip) -> bool:
        if not self.is_interval:
            return True
        if trip.is_open or trip.closed_on is None:
            return False
        place = (trip.closed_on, trip.closed_at, trip.opened_at, trip.key)
        begun = self.closed_from is None or self.closed_from.admits_from(*place)
        return begun and (self.closed_to is None or self.closed_to.admits_to(*place))

    def _admits_kind(self, trip: RoundTrip) -> bool:
        symbols = (trip.instrument.symbol.upper(), trip.instrument.underlying_symbol.upper())
        pnl = trip.base_pnl if trip.base_pnl is not None else trip.realized_pnl
        return (
            (not self.symbol or self.symbol in symbols)
            and (trip.instrument.asset_class is not AssetClass.FOREX or self.asset_class is AssetClass.FOREX)
            and (self.side is None or trip.side is self.side)
            and (self.asset_class is None or trip.instrument.asset_class is self.asset_class)
            and (self.outcome is None or (pnl is not None and outcome_of(pnl) is self.outcome))
            and (self.slot is None or _in_slot(trip, self.slot))
            and self._admits_row(trip)
        )

    def _admits_row(self, trip: RoundTrip) -> bool:
        """What one row of a report says; tags and the place among the trades of a day are not looked at."""
        return (
            (not self.ticker or trip.instrument.symbol.upper() == self.ticker)
            and (not self.underlying or underlying_of(trip) == self.underlying)
            and (not self.traded or trip.instrument.currency == self.traded)
            and all(band.banded in (Banded.NUMBER, Banded.AFTER) or band_of(band.banded, trip) == band.number for band in self.bands)
        )


def underlying_of(trip: RoundTrip) -> str:
    """The symbol of the underlying in capitals; of an instrument without one its own."""
    return (trip.instrument.underlying_symbol or trip.instrument.symbol).upper()


def _in_slot(trip: RoundTrip, slot: Slot) -> bool:
    if slot.dimension in (Dimension.NUMBER, Dimension.AFTER):
        return True
    if slot.dimension is Dimension.HELD:
        held = trip.closed_at - trip.opened_at if trip.closed_at and trip.opened_at else None
        return held is not None and held_for(int(held.total_seconds())) == slot.number
    if trip.begun_at is None:
        return False
    if slot.dimension is Dimension.SESSION:
        return session_of(trip.begun_at, trip.instrument.exchange) == slot.number
    clock = clock_of(trip.begun_at, trip.instrument.exchange)
    return slot.number == {Dimension.HOUR: clock % HOURS, Dimension.WEEKDAY: clock // HOURS}.get(slot.dimension, clock)


def previous_period(chosen: Filter) -> Filter | None:
    """The same filter for the period just before, to compare with; None when either end is open, and for an interval of moments.

    Whole calendar months are preceded by as many whole months (March by February, a year by the year before), anything else by as
    many days.
    """
    if chosen.first is None or chosen.last is None or chosen.is_interval:
        return None
    last = chosen.first - timedelta(days=1)
    first = chosen.first - (chosen.last - chosen.first) - timedelta(days=1)
    if chosen.first.day == 1 and chosen.last.day == monthrange(chosen.last.year, chosen.last.month)[1]:
        months = (chosen.last.year - chosen.first.year) * 12 + chosen.last.month - chosen.first.month + 1
        index = chosen.first.year * 12 + chosen.first.month - 1 - months
        first = date(index // 12, index % 12 + 1, 1)
    return replace(chosen, first=first, last=last)


def turned(parameters: Parameters) -> tuple[date, date] | None:
    """The two ends of a period as they are written, where the first comes after the last; `from_query` turns them round, and whoever
    wrote them wants to hear of it. None where all is well.
    """
    first, last = (_read_day(_last(parameters, name)) for name in PERIOD)
    return (first, last) if first and last and first > last else None


def turned_interval(parameters: Parameters) -> tuple[str, str] | None:
    """The same of an interval of moments, its ends as `str(Moment)` writes them."""
    begins, ends = (Moment.read(_last(parameters, name)) for name in INTERVAL)
    return (str(begins), str(ends)) if begins and ends and begins.lower > ends.upper else None


def _last(parameters: Parameters, name: str) -> str:
    value = parameters.get(name, "")
    if isinstance(value, str):
        return value.strip()
    return value[-1].strip() if value else ""


def _read_accounts(value: str | Sequence[str]) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    names = {name.strip() for text in texts for name in text.split(",")}
    return tuple(sorted(name for name in names if _ACCOUNT.fullmatch(name))[:_MOST_ACCOUNTS])


def _read_tags(value: str | Sequence[str]) -> tuple[str, ...]:
    """Names as `journal.tags.key_of` writes them."""
    texts = [value] if isinstance(value, str) else value
    written = (" ".join(name.split()) for text in texts for name in text.split(","))
    names = {unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()) for name in written}
    return tuple(sorted(name for name in names if name and len(name) <= _LONGEST_TAG and name.isprintable())[:_MOST_TAGS])


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _read_symbol(text: str) -> str:
    symbol = " ".join(text.upper().split())
    return symbol if len(symbol) <= LONGEST_SYMBOL and symbol.isprintable() else ""


def _read_name(text: str) -> str:
    """A symbol exactly as a row has it, blanks included, since some are padded with them."""
    symbol = text.upper().strip()
    return symbol if len(symbol) <= _LONGEST_NAME and symbol.isprintable() else ""


def _read_bands(value: str | Sequence[str]) -> tuple[Band, ...]:
    texts = [value] if isinstance(value, str) else value
    read = [Band.read(name.strip()) for text in texts for name in text.split(",")]
    return tuple({band.banded: band for band in read if band}[banded] for banded in sorted({band.banded for band in read if band}))


def _member(kind: type[E], text: str) -> E | None:
    try:
        return kind(text)
    except ValueError:
        return None


def _encode(text: str) -> str:
    return _OTHER.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)
