"""What a round trip had at risk by a planned stop, from the fills that opened it."""

from decimal import Decimal

from fillbook.journal.plans import initial_risk
from fillbook.ledger.numbers import ZERO, exact
from fillbook.storage.models import RoundTripRow
from fillbook.storage.records import instrument_record
from fillbook.trades.records import Role


def first_entry(trip: RoundTripRow) -> Decimal | None:
    """Price of the first opening fill; None where no fill opened it, as after a transfer."""
    fill = trip.fill_rows.filter(role=Role.OPENS).order_by("number").first()
    return None if fill is None else fill.price


def risk_in(trip: RoundTripRow, stop: Decimal | None) -> Decimal | None:
    """`initial_risk` of a round trip; None without a stop or an opening fill, and where a split lies between two openings: then units of
    different days do not add up.
    """
    fills = list(trip.fill_rows.order_by("number").values_list("role", "quantity", "price"))
    openings = [number for number, (role, *_) in enumerate(fills) if role == Role.OPENS]
    if stop is None or not openings or any(role == Role.ADJUSTS for role, *_ in fills[openings[0] : openings[-1]]):
        return None
    with exact():
        quantity = sum((abs(fills[number][1]) for number in openings), ZERO)
    factor = instrument_record(trip.instrument).price_factor
    return initial_risk(fills[openings[0]][2], stop, quantity, factor, trip.charges)
