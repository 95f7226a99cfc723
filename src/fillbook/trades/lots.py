"""Lots and the order in which they are closed. A method is only an order; parting a lot loses no cost."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from fillbook.ledger.numbers import ZERO, share
from fillbook.trades.records import Lot
from fillbook.trades.settings import MatchingMethod

LotOrder = Callable[[Sequence[Lot]], int]
"""Index of the open lot to close next; lots stand in the order they were opened."""


def _oldest(_lots: Sequence[Lot]) -> int:
    return 0


def _newest(lots: Sequence[Lot]) -> int:
    return len(lots) - 1


def _highest_cost(lots: Sequence[Lot]) -> int:
    """The lot with the highest cost per unit; lots of unknown cost last, the oldest of equals first."""
    best, best_cost = 0, None
    for index, lot in enumerate(lots):
        cost = None if lot.cost_basis is None else lot.cost_basis / lot.quantity
        if cost is not None and (best_cost is None or cost > best_cost):
            best, best_cost = index, cost
    return best


MATCHING_METHODS: Final[dict[MatchingMethod, LotOrder]] = {
    MatchingMethod.FIFO: _oldest,
    MatchingMethod.LIFO: _newest,
    MatchingMethod.HIGHEST_COST: _highest_cost,
    MatchingMethod.AVERAGE: _oldest,
}


def split_lot(lot: Lot, quantity: Decimal) -> tuple[Lot, Lot]:
    """Part a lot in two, losing no cost.

    Args:
        lot: an open lot, long (quantity > 0) or short (quantity < 0).
        quantity: units to take, same sign as the lot, fewer than it holds.

    Returns:
        (taken, left). Cost and charges are shared by quantity, rounded half-even to 18 decimals; `left` gets the rest, so the
        two add up to the lot.
    """
    cost = None if lot.cost_basis is None else share(lot.cost_basis, quantity, lot.quantity)
    charges = share(lot.charges, quantity, lot.quantity)
    left_cost = None if cost is None or lot.cost_basis is None else lot.cost_basis - cost
    instrument, whole, _, _, basis, opened_by, opened_at, opened_on, incomplete = lot
    taken = Lot(instrument, quantity, cost, charges, basis, opened_by, opened_at, opened_on, incomplete)
    rest = lot.charges - charges
    return taken, Lot(instrument, whole - quantity, left_cost, rest, basis, opened_by, opened_at, opened_on, incomplete)


def average_cost(lots: Sequence[Lot]) -> list[Lot]:
    """Spread the cost of all lots evenly over their units; unchanged when one is unknown. The last lot takes what rounding leaves."""
    costs = [lot.cost_basis for lot in lots if lot.cost_basis is not None]
    if len(costs) != len(lots):
        return list(lots)
    left, units = sum(costs, ZERO), sum((lot.quantity for lot in lots), ZERO)
    averaged = []
    for lot in lots:
        cost = share(left, lot.quantity, units)
        left, units = left - cost, units - lot.quantity
        averaged.append(lot._replace(cost_basis=cost))
    return averaged


def scale_lots(lots: Sequence[Lot], total: Decimal) -> list[Lot]:
    """Spread a new total quantity over lots by their present quantities, keeping each lot's cost.

    Used for splits and exchanges of one security for another. The last lot takes what rounding leaves, so the sum is `total`.
    """
    before = sum((lot.quantity for lot in lots), ZERO)
    scaled, left = [], total
    for index, lot in enumerate(lots):
        quantity = left if index == len(lots) - 1 else share(total, lot.quantity, before)
        left -= quantity
        scaled.append(lot._replace(quantity=quantity))
    return scaled
