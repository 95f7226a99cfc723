"""From closed lots to round trips: what happens between flat and flat in one instrument."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from typing import Final, NamedTuple

from fillbook.ledger.instrument import Instrument
from fillbook.ledger.numbers import ZERO, stored
from fillbook.trades.records import ClosedLot, Incomplete, Lot, Role, RoundTrip, Side, TripFill, weakest

_ONE: Final = Decimal(1)


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

    @property
    def traded(self) -> bool:
        """Whether any fill opened, or anything closed, a part of it."""
        return bool(self.closed_lots) or any(fill.role is Role.OPENS for fill in self.fills)

    def build(self, open_lots: tuple[Lot, ...], base_currency: str | None) -> RoundTrip:
        """The round trip as it stands; `open_lots` are what it still holds (none when closed)."""
        closed, ended = self.closed_lots, not open_lots
        sums = _sum_closed(closed, self.instrument.currency, base_currency)
        open_quantity = sum((lot.quantity for lot in open_lots), ZERO) if open_lots else ZERO
        units = sums.units + abs(open_quantity)
        inherits = sums.inherits or any(not lot.opened_by for lot in open_lots)
        opened, exited, first_open = _sum_fills(self.fills)
        held = _sum_known(lot.cost_basis for lot in open_lots)
        cost = None if sums.cost is None or held is None else abs(sums.cost + held)
        return RoundTrip(
            key=trip_key(self.account, self.instrument.key, self.fills),
            account=self.account,
            instrument=self.instrument,
            side=self.side,
            fills=tuple(self.fills),
            closed_lots=tuple(closed),
            quantity=units,
            open_quantity=open_quantity,
            opened_at=first_open.executed_at if first_open and not inherits else None,
            opened_on=first_open.trade_date if first_open and not inherits else None,
            closed_at=closed[-1].closed_at if ended and closed else None,
            closed_on=(sums.last_day or self.fills[-1].trade_date) if ended and self.fills else None,
            entry_price=self._entry_price(opened, units, inherits, cost),
            exit_price=_per_unit(exited.value, exited.units),
            gross_pnl=None if sums.realized is None else sums.realized - sums.charges,
            charges=sums.charges,
            realized_pnl=sums.realized,
            base_pnl=None if sums.base_pnl is None else stored(sums.base_pnl),
            base_charges=None if sums.base_charges is None else stored(sums.base_charges),
            opening_cost=self._opening_cost(opened, open_lots, inherits, cost),
            basis=weakest([*(lot.basis for lot in closed), *(lot.basis for lot in open_lots)]),
            incomplete=frozenset(self.incomplete),
            flagged=self.flagged,
        )

    def _entry_price(self, opened: "_FillSums", units: Decimal, inherits: bool, cost: Decimal | None) -> Decimal | None:
        """Average opening price per unit in the units held last; from the cost (fees included) where the opening fills are unknown."""
        if not inherits:
            return _per_unit(opened.value, units) if opened.units else None
        return None if cost is None else _per_unit(cost, units * self.instrument.price_factor)

    def _opening_cost(self, opened: "_FillSums", open_lots: tuple[Lot, ...], inherits: bool, cost: Decimal | None) -> Decimal | None:
        """Opening cost including fees; a short's opening proceeds; price x quantity x multiplier for derivatives. None when unknown."""
        if not self.instrument.is_derivative:
            return cost
        paid = opened.value * self.instrument.price_factor
        if not inherits:
            return paid
        closed = [lot.cost_basis for lot in self.closed_lots if not lot.opened_by]
        inherited = _sum_known(closed + [lot.cost_basis for lot in open_lots if not lot.opened_by])
        return None if inherited is None else paid + abs(inherited)


class _ClosedSums(NamedTuple):
    """Sums over closed lots; None where a part is unknown."""

    units: Decimal
    cost: Decimal | None
    charges: Decimal
    realized: Decimal | None
    base_pnl: Decimal | None
    base_charges: Decimal | None
    inherits: bool
    last_day: date | None


def _sum_closed(closed: list[ClosedLot], currency: str, base_currency: str | None) -> _ClosedSums:
    """One pass: a rate that is not stated is 1 where the instrument's currency is the base currency."""
    units = charges = ZERO
    cost: Decimal | None = ZERO
    realized: Decimal | None = ZERO
    base_pnl: Decimal | None = ZERO
    base_charges: Decimal | None = ZERO
    inherits, last_day = False, None
    home = _ONE if currency == base_currency else None
    for lot in closed:
        pnl, paid = lot.realized_pnl, lot.charges
        rate = home if lot.rate_to_base is None else lot.rate_to_base
        units += abs(lot.quantity)
        charges += paid
        cost = None if cost is None or lot.cost_basis is None else cost + lot.cost_basis
        realized = None if realized is None or pnl is None else realized + pnl
        base_pnl = None if base_pnl is None or pnl is None or rate is None else base_pnl + pnl * rate
        base_charges = None if base_charges is None or rate is None else base_charges + paid * rate
        inherits = inherits or not lot.opened_by
        if last_day is None or lot.closed_on > last_day:
            last_day = lot.closed_on
    return _ClosedSums(units, cost, charges, realized, base_pnl, base_charges, inherits, last_day)


class _FillSums(NamedTuple):
    """Sums over fills of one role: units, and price x units (both positive)."""

    units: Decimal
    value: Decimal


def _sum_fills(fills: list[TripFill]) -> tuple[_FillSums, _FillSums, TripFill | None]:
    """(opening fills, closing fills, the first opening fill)."""
    opened = opened_value = exited = exited_value = ZERO
    first = None
    for fill in fills:
        if fill.role is Role.OPENS:
            units = abs(fill.quantity)
            opened += units
            opened_value += units * fill.price
            first = first or fill
        elif fill.role is Role.CLOSES:
            units = abs(fill.quantity)
            exited += units
            exited_value += units * fill.price
    return _FillSums(opened, opened_value), _FillSums(exited, exited_value), first


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


def _per_unit(value: Decimal, units: Decimal) -> Decimal | None:
    return stored(value / units) if units else None
