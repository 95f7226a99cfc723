"""What a round trip had at risk by a planned stop, from the fills that opened it.

A stop is a price of the day on which the trade was opened. Where a trade is told in units of another day, as the part of a position that
was closed after a split is, its prices are no longer what was traded; so the stop is held against the price of the execution.
"""

from decimal import Decimal

from fillbook.journal.plans import initial_risk, loses
from fillbook.ledger.numbers import EXACT, ZERO, exact
from fillbook.storage.models import ExecutionRow, RoundTripRow, RowState
from fillbook.storage.records import instrument_record
from fillbook.trades.records import Role


def first_entry(trip: RoundTripRow) -> Decimal | None:
    """Price at which it was first opened, in units of that day; None where no fill opened it, as after a transfer."""
    fill = trip.fill_rows.filter(role=Role.OPENS).order_by("number").values_list("execution_id", "price").first()
    return None if fill is None else _traded(trip, *fill)


def risk_in(trip: RoundTripRow, stop: Decimal | None) -> Decimal | None:
    """`initial_risk` of a round trip; None without a stop or an opening fill, where the stop is on the winning side, as one may be that was
    set for fills which are now told as another trade, and where a split lies between two openings: then units of different days do not add
    up.
    """
    fills = list(trip.fill_rows.order_by("number").values_list("role", "quantity", "price", "execution_id"))
    openings = [number for number, (role, *_) in enumerate(fills) if role == Role.OPENS]
    if stop is None or not openings or any(role == Role.ADJUSTS for role, *_ in fills[openings[0] : openings[-1]]):
        return None
    _, _, price, execution_id = fills[openings[0]]
    entry = _traded(trip, execution_id, price)
    if not loses(entry, stop, long=trip.side == "long"):
        return None
    with exact():
        quantity = sum((abs(fills[number][1]) for number in openings), ZERO)
    if entry != price:
        quantity = EXACT.divide(EXACT.multiply(quantity, price), entry)
    return initial_risk(entry, stop, quantity, instrument_record(trip.instrument).price_factor, trip.charges)


def _traded(trip: RoundTripRow, execution_id: str, price: Decimal) -> Decimal:
    """The price that an execution really had; the one in the trade where there is no such execution or it had none."""
    rows = ExecutionRow.objects.filter(account=trip.account_id, row_id=execution_id).exclude(state=RowState.SUPERSEDED)
    return rows.values_list("price", flat=True).first() or price
