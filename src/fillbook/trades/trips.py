"""From closed lots to round trips: what happens between flat and flat in one instrument."""

from base64 import b32encode
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b

from fillbook.ledger.instrument import Instrument
from fillbook.ledger.numbers import ZERO, stored
from fillbook.trades.records import ClosedLot, Incomplete, Lot, Role, RoundTrip, Side, TripFill, weakest


@dataclass(slots=True)
class TripBuilder:
    """A round trip in progress. Everything but these lists is computed when it is read, so it can be resumed from a `RoundTrip`."""

    account: str
    instrument: Instrument
    side: Side
    fills: list[TripFill] = field(default_factory=list)
    closed_lots: list[ClosedLot] = field(default_factory=list)
    incomplete: set[Incomplete] = field(default_factory=set)
    flagged: bool = False

    @classmethod
    def resumed(cls, trip: RoundTrip) -> "TripBuilder":
        """Go on with a round trip that was open when an earlier matching ended."""
        return cls(trip.account, trip.instrument, trip.side, list(trip.fills), list(trip.closed_lots), set(trip.incomplete), trip.flagged)

    def build(self, open_lots: tuple[Lot, ...], base_currency: str | None) -> RoundTrip:
        """The round trip as it stands; `open_lots` are what it still holds (none when closed)."""
        opens = [fill for fill in self.fills if fill.role is Role.OPENS]
        closes = [fill for fill in self.fills if fill.role is Role.CLOSES]
        closed = self.closed_lots
        open_quantity = sum((lot.quantity for lot in open_lots), ZERO)
        quantity = abs(open_quantity) + sum((abs(lot.quantity) for lot in closed), ZERO)
        charges = sum((lot.charges for lot in closed), ZERO)
        realized = _sum_known([lot.realized_pnl for lot in closed])
        known_opening = all(lot.opened_by for lot in closed) and all(lot.opened_by for lot in open_lots)
        first_open = opens[0] if opens and known_opening else None
        ended = open_quantity == 0
        last = max(closed, key=lambda lot: lot.closed_on, default=None)
        return RoundTrip(
            key=trip_key(self.account, self.instrument.key, self.fills),
            account=self.account,
            instrument=self.instrument,
            side=self.side,
            fills=tuple(self.fills),
            closed_lots=tuple(closed),
            quantity=quantity,
            open_quantity=open_quantity,
            opened_at=first_open.executed_at if first_open else None,
            opened_on=first_open.trade_date if first_open else None,
            closed_at=closed[-1].closed_at if ended and closed else None,
            closed_on=(last.closed_on if last else self.fills[-1].trade_date) if ended and self.fills else None,
            entry_price=self._entry_price(opens, quantity, known_opening),
            exit_price=_average_price(closes),
            gross_pnl=None if realized is None else realized - charges,
            charges=charges,
            realized_pnl=realized,
            base_pnl=_in_base([(lot.realized_pnl, lot.rate_to_base) for lot in closed], self.instrument.currency, base_currency),
            base_charges=_in_base([(lot.charges, lot.rate_to_base) for lot in closed], self.instrument.currency, base_currency),
            opening_cost=self._opening_cost(opens, open_lots),
            basis=weakest([lot.basis for lot in closed] + [lot.basis for lot in open_lots]),
            incomplete=frozenset(self.incomplete),
            flagged=self.flagged,
        )

    def _entry_price(self, opens: list[TripFill], quantity: Decimal, known_opening: bool) -> Decimal | None:
        """Average opening price per unit in the units held last; from the cost (fees included) where the opening fills are unknown."""
        factor = self.instrument.price_factor
        if known_opening:
            units = sum((abs(fill.quantity) for fill in opens), ZERO)
            if not units or not quantity:
                return None
            return stored(sum((abs(fill.quantity) * fill.price for fill in opens), ZERO) / quantity)
        cost = _sum_known([lot.cost_basis for lot in self.closed_lots])
        units = sum((abs(lot.quantity) for lot in self.closed_lots), ZERO)
        return stored(abs(cost) / (units * factor)) if cost is not None and units and factor else None

    def _opening_cost(self, opens: list[TripFill], open_lots: tuple[Lot, ...]) -> Decimal | None:
        """Opening cost including fees; a short's opening proceeds; price x quantity x multiplier for derivatives. None when unknown."""
        if any(lot.opened_by == "" for lot in open_lots):
            return None
        inherited = [lot.cost_basis for lot in self.closed_lots if lot.opened_by == ""]
        if any(cost is None for cost in inherited):
            return None
        if self.instrument.is_derivative:
            factor = self.instrument.price_factor
            paid = sum((abs(fill.quantity) * fill.price * factor for fill in opens), ZERO)
        else:
            paid = sum((abs(fill.amount) for fill in opens), ZERO)
        return paid + sum((abs(cost) for cost in inherited if cost is not None), ZERO)


def trip_key(account: str, instrument_key: str, fills: list[TripFill]) -> str:
    """Stable public id of a round trip: account, instrument and first known execution.

    The role is part of it because one reversing fill can be the first known execution of two round trips.
    """
    first = f"{fills[0].execution_id}|{fills[0].role}" if fills else ""
    digest = blake2b(f"{account}|{instrument_key}|{first}".encode(), digest_size=10).digest()
    return b32encode(digest).decode().lower()


def _sum_known(values: list[Decimal | None]) -> Decimal | None:
    """Sum, or None when one of the values is unknown."""
    total = ZERO
    for value in values:
        if value is None:
            return None
        total += value
    return total


def _average_price(fills: list[TripFill]) -> Decimal | None:
    units = sum((abs(fill.quantity) for fill in fills), ZERO)
    if not units:
        return None
    return stored(sum((abs(fill.quantity) * fill.price for fill in fills), ZERO) / units)


def _in_base(parts: list[tuple[Decimal | None, Decimal | None]], currency: str, base_currency: str | None) -> Decimal | None:
    """Sum of amounts x their row's rate to base; None when an amount or a rate is unknown."""
    total = ZERO
    for value, rate in parts:
        to_base = Decimal(1) if rate is None and currency == base_currency else rate
        if value is None or to_base is None:
            return None
        total += value * to_base
    return stored(total)
