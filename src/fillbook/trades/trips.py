"""From closed lots to round trips: what happens between flat and flat in one instrument."""

from collections.abc import Iterable
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
        closed, ended = self.closed_lots, not open_lots
        charges, units, open_quantity = ZERO, ZERO, ZERO
        for lot in closed:
            charges += lot.charges
            units += abs(lot.quantity)
        for held in open_lots:
            open_quantity += held.quantity
        realized = _sum_known(lot.realized_pnl for lot in closed)
        opens = [fill for fill in self.fills if fill.role is Role.OPENS]
        inherits = any(not lot.opened_by for lot in closed) or any(not lot.opened_by for lot in open_lots)
        first_open = opens[0] if opens and not inherits else None
        return RoundTrip(
            key=trip_key(self.account, self.instrument.key, self.fills),
            account=self.account,
            instrument=self.instrument,
            side=self.side,
            fills=tuple(self.fills),
            closed_lots=tuple(closed),
            quantity=units + abs(open_quantity),
            open_quantity=open_quantity,
            opened_at=first_open.executed_at if first_open else None,
            opened_on=first_open.trade_date if first_open else None,
            closed_at=closed[-1].closed_at if ended and closed else None,
            closed_on=max((lot.closed_on for lot in closed), default=self.fills[-1].trade_date) if ended and self.fills else None,
            entry_price=self._entry_price(opens, units + abs(open_quantity), inherits),
            exit_price=_average_price([fill for fill in self.fills if fill.role is Role.CLOSES]),
            gross_pnl=None if realized is None else realized - charges,
            charges=charges,
            realized_pnl=realized,
            base_pnl=_in_base(((lot.realized_pnl, lot.rate_to_base) for lot in closed), self.instrument.currency, base_currency),
            base_charges=_in_base(((lot.charges, lot.rate_to_base) for lot in closed), self.instrument.currency, base_currency),
            opening_cost=self._opening_cost(opens, open_lots, inherits),
            basis=weakest([*(lot.basis for lot in closed), *(lot.basis for lot in open_lots)]),
            incomplete=frozenset(self.incomplete),
            flagged=self.flagged,
        )

    def _entry_price(self, opens: list[TripFill], units: Decimal, inherits: bool) -> Decimal | None:
        """Average opening price per unit in the units held last; from the cost (fees included) where the opening fills are unknown."""
        if not inherits:
            return _per_unit(opens, units) if opens else None
        cost = _sum_known(lot.cost_basis for lot in self.closed_lots)
        closed_units = sum((abs(lot.quantity) for lot in self.closed_lots), ZERO) * self.instrument.price_factor
        return stored(abs(cost) / closed_units) if cost is not None and closed_units else None

    def _opening_cost(self, opens: list[TripFill], open_lots: tuple[Lot, ...], inherits: bool) -> Decimal | None:
        """Opening cost including fees; a short's opening proceeds; price x quantity x multiplier for derivatives. None when unknown."""
        paid = ZERO
        if self.instrument.is_derivative:
            for fill in opens:
                paid += abs(fill.quantity) * fill.price
            paid *= self.instrument.price_factor
        else:
            for fill in opens:
                paid += abs(fill.amount)
        if not inherits:
            return paid
        inherited = _sum_known(lot.cost_basis if lot.opened_by == "" else ZERO for lot in self.closed_lots)
        return None if inherited is None or any(not lot.opened_by for lot in open_lots) else paid + abs(inherited)


def trip_key(account: str, instrument_key: str, fills: list[TripFill]) -> str:
    """Stable public id of a round trip: account, instrument and first known execution.

    The role is part of it because one reversing fill can be the first known execution of two round trips.
    """
    first = f"{fills[0].execution_id}|{fills[0].role}" if fills else ""
    return blake2b(f"{account}|{instrument_key}|{first}".encode(), digest_size=10).hexdigest()


def _sum_known(values: Iterable[Decimal | None]) -> Decimal | None:
    """Sum, or None when one of the values is unknown."""
    total = ZERO
    for value in values:
        if value is None:
            return None
        total += value
    return total


def _average_price(fills: list[TripFill]) -> Decimal | None:
    return _per_unit(fills, sum((abs(fill.quantity) for fill in fills), ZERO))


def _per_unit(fills: list[TripFill], units: Decimal) -> Decimal | None:
    """Price x quantity of fills for each of `units`, which a split may have changed since."""
    if len(fills) == 1 and abs(fills[0].quantity) == units:
        return fills[0].price
    total = ZERO
    for fill in fills:
        total += abs(fill.quantity) * fill.price
    return stored(total / units) if units else None


def _in_base(parts: Iterable[tuple[Decimal | None, Decimal | None]], currency: str, base_currency: str | None) -> Decimal | None:
    """Sum of amounts x their row's rate to base; None when an amount or a rate is unknown."""
    total = ZERO
    for value, rate in parts:
        to_base = Decimal(1) if rate is None and currency == base_currency else rate
        if value is None or to_base is None:
            return None
        total += value * to_base
    return stored(total)
