"""Round trips as figures see them: one result each, all money in one currency, in the order they closed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from fillbook.ledger.numbers import ZERO, exact, stored
from fillbook.performance.summary import Summary, fits, gain_e8, gain_of, to_e8
from fillbook.trades.records import RoundTrip

_ONE: Final = Decimal(1)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Result:
    """What one closed round trip came to.

    net: P&L after fees; charges: fees and taxes, - paid; so net - charges is the gross P&L. cost: opening cost, positive, None when
    unknown. All three in one currency, the account's base unless said otherwise. gain: net P&L by opening cost, both in the
    instrument's currency, as a fraction; None when the cost is unknown or zero. closed_on: the day that owns the P&L.
    opened_at, closed_at: None where the source gives no time of day.
    """

    key: str
    net: Decimal
    charges: Decimal
    cost: Decimal | None
    gain: Decimal | None
    closed_on: date
    opened_at: datetime | None = None
    closed_at: datetime | None = None


def result_order(result: Result) -> tuple[object, ...]:
    """By closing day, closing time, opening time, then key, so that ties are stable; what has no time of day comes last in its day."""
    return (result.closed_on, result.closed_at or _NEVER, result.opened_at or _NEVER, result.key)


def results_in(currency: str | None, trips: Iterable[RoundTrip]) -> dict[str, tuple[Result, ...]]:
    """Closed round trips as results, by the currency of their money.

    Args:
        currency: the account's base currency; None when the statement does not name it.
        trips: those to count; open ones and those whose P&L is unknown, or beyond what a summary holds, are left out.

    Returns:
        One entry for the base currency, and one for each other currency whose round trips have no rate to it; the base currency
        comes first, others by name. Without a base currency each instrument's own is used. Nothing is ever added across currencies.
    """
    found: dict[str, list[Result]] = {}
    with exact():
        for trip in trips:
            if trip.is_open or trip.closed_on is None or trip.realized_pnl is None:
                continue
            if currency is not None and trip.base_pnl is not None and trip.base_charges is not None:
                result = _result(trip, trip.closed_on, trip.base_pnl, trip.base_charges, base_cost(trip))
                found.setdefault(currency, []).append(result)
            else:
                result = _result(trip, trip.closed_on, trip.realized_pnl, trip.charges, trip.opening_cost)
                found.setdefault(trip.instrument.currency, []).append(result)
    found = {name: kept for name, results in found.items() if (kept := [one for one in results if fits(one.net) and fits(one.charges)])}
    names = sorted(found, key=lambda name: (name != currency, name))
    return {name: tuple(sorted(found[name], key=result_order)) for name in names}


def _result(trip: RoundTrip, closed_on: date, net: Decimal, charges: Decimal, cost: Decimal | None) -> Result:
    return Result(trip.key, net, charges, cost, gain_of(trip), closed_on, trip.opened_at, trip.closed_at)


def base_cost(trip: RoundTrip) -> Decimal | None:
    """Opening cost in base currency: at the rate of the closing fills, each weighing by the quantity it closed, as the P&L is.

    A rate that is not stated is 1 where none was needed for the P&L in base currency either. None where the cost or a rate is unknown.
    Rounded half-even to 18 decimals.
    """
    if trip.opening_cost is None or not trip.closed_lots:
        return None
    with exact():
        closed = sum((abs(lot.quantity) for lot in trip.closed_lots), ZERO)
        home = None if trip.base_pnl is None else _ONE
        rates = [home if lot.rate_to_base is None else lot.rate_to_base for lot in trip.closed_lots]
        if not closed or None in rates:
            return None
        weighed = sum((rate * abs(lot.quantity) for rate, lot in zip(rates, trip.closed_lots, strict=True) if rate is not None), ZERO)
        return stored(trip.opening_cost * weighed / closed)


def summarize(results: Sequence[Result]) -> Summary:
    """The summary of results of one currency."""
    return Summary.of_rows([(to_e8(one.net), to_e8(one.charges), gain_e8(one.gain), one.cost) for one in results])
