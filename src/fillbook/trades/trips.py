"""From closed lots to round trips: what happens between flat and flat in one instrument."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Final, NamedTuple

from fillbook.ledger.instrument import Instrument
from fillbook.ledger.making import maker
from fillbook.ledger.numbers import ZERO, stored
from fillbook.trades.records import ClosedLot, Incomplete, Lot, Role, RoundTrip, Side, TripFill, weakest

_ONE: Final = Decimal(1)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_OPENS, _CLOSES, _LEAVES = Role.OPENS, Role.CLOSES, Role.LEAVES
_make_round_trip: Final = maker(RoundTrip)


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
        opened, exited, left = _sum_fills(self.fills)
        kept = sums.units + abs(open_quantity)
        origin = _origin(self.fills, closed, open_lots)
        held = _sum_known(lot.cost_basis for lot in open_lots)
        cost = None if sums.cost is None or held is None else abs(sums.cost + held)
        return _make_round_trip(
            key=trip_key(self.account, self.instrument.key, self.fills),
            account=self.account,
            instrument=self.instrument,
            side=self.side,
            fills=tuple(self.fills),
            closed_lots=tuple(closed),
            quantity=kept + left.units,
            open_quantity=open_quantity,
            opened_at=origin.opened_at,
            opened_on=origin.opened_on,
            closed_at=closed[-1].closed_at if ended and closed else None,
            closed_on=(sums.last_day or self.fills[-1].trade_date) if ended and self.fills else None,
            entry_price=_per_unit(opened.value, kept + left.units) if origin.by_fills else self._unit_cost(cost, kept),
            exit_price=_per_unit(exited.value, exited.units),
            gross_pnl=None if sums.realized is None else sums.realized - sums.charges,
            charges=sums.charges,
            realized_pnl=sums.realized,
            base_pnl=None if sums.base_pnl is None else stored(sums.base_pnl),
            base_charges=None if sums.base_charges is None else stored(sums.base_charges),
            opening_cost=self._opening_cost(opened, open_lots, cost),
            basis=weakest([*(lot.basis for lot in closed), *(lot.basis for lot in open_lots)]),
            incomplete=frozenset(self.incomplete),
            flagged=self.flagged,
        )

    def _unit_cost(self, cost: Decimal | None, units: Decimal) -> Decimal | None:
        return None if cost is None else _per_unit(cost, units * self.instrument.price_factor)

    def _opening_cost(self, opened: "_FillSums", open_lots: tuple[Lot, ...], cost: Decimal | None) -> Decimal | None:
        """Opening cost including fees; a short's opening proceeds; price x quantity x multiplier for derivatives. None when unknown."""
        if not self.instrument.is_derivative:
            return cost
        closed = [lot.cost_basis for lot in self.closed_lots if not lot.opened_by]
        inherited = _sum_known(closed + [lot.cost_basis for lot in open_lots if not lot.opened_by])
        return None if inherited is None else opened.value * self.instrument.price_factor + abs(inherited)


class _Origin(NamedTuple):
    """Where a round trip's units come from.

    by_fills: all from fills of its own, whose prices make the entry price; else units came by an action, or from before the history,
    and the cost (fees included) makes it. opened_at, opened_on: None when some were there before the history.
    """

    by_fills: bool
    opened_at: datetime | None
    opened_on: date | None


def _origin(fills: list[TripFill], closed: list[ClosedLot], open_lots: tuple[Lot, ...]) -> _Origin:
    own = {fill.execution_id for fill in fills if fill.role is _OPENS}
    names = {lot.opened_by for lot in closed if lot.quantity}
    names.update(lot.opened_by for lot in open_lots)
    if "" in names and (_undated(closed) or _undated(open_lots)):
        return _Origin(False, None, None)
    if own and names <= own:
        first = next(fill for fill in fills if fill.role is _OPENS)
        return _Origin(True, first.executed_at, first.trade_date)
    found = {(lot.opened_on, lot.opened_at) for lot in closed if lot.opened_on is not None}
    found |= {(lot.opened_on, lot.opened_at) for lot in open_lots if lot.opened_on is not None}
    day, moment = min(found, key=lambda opened: (opened[0], opened[1] or _NEVER), default=(None, None))
    return _Origin(False, moment, day)


def _undated(lots: Iterable[Lot | ClosedLot]) -> bool:
    """Whether some units were there before the history, on no day that anybody stated."""
    return any(not lot.opened_by and lot.opened_on is None for lot in lots)


class _ClosedSums(NamedTuple):
    """Sums over closed lots; None where a part is unknown."""

    units: Decimal
    cost: Decimal | None
    charges: Decimal
    realized: Decimal | None
    base_pnl: Decimal | None
    base_charges: Decimal | None
    last_day: date | None


def _sum_closed(closed: list[ClosedLot], currency: str, base_currency: str | None) -> _ClosedSums:
    """One pass: a rate that is not stated is 1 where the instrument's currency is the base currency."""
    units = charges = ZERO
    cost: Decimal | None = ZERO
    realized: Decimal | None = ZERO
    base_pnl: Decimal | None = ZERO
    base_charges: Decimal | None = ZERO
    last_day = None
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
        if last_day is None or lot.closed_on > last_day:
            last_day = lot.closed_on
    return _ClosedSums(units, cost, charges, realized, base_pnl, base_charges, last_day)


class _FillSums(NamedTuple):
    """Sums over fills of one role: units, and price x units (both positive)."""

    units: Decimal
    value: Decimal


def _sum_fills(fills: list[TripFill]) -> tuple[_FillSums, _FillSums, _FillSums]:
    """(opening fills, closing fills, units that left without a trade)."""
    opened = opened_value = exited = exited_value = left = ZERO
    for fill in fills:
        units = abs(fill.quantity)
        if fill.role is _OPENS:
            opened += units
            opened_value += units * fill.price
        elif fill.role is _CLOSES:
            exited += units
            exited_value += units * fill.price
        elif fill.role is _LEAVES:
            left += units
    return _FillSums(opened, opened_value), _FillSums(exited, exited_value), _FillSums(left, ZERO)


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
