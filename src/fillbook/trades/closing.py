"""What a row is worth, and the closed lots it makes; lots of unknown cost learn it here from the broker's figure for the closing row."""

from decimal import Decimal
from typing import NamedTuple

from fillbook.ledger.execution import DELIVERIES, Execution
from fillbook.ledger.money import amount as amount_of
from fillbook.ledger.numbers import ZERO, share
from fillbook.trades.records import Basis, ClosedLot, Lot, Role, TripFill


class Closing(NamedTuple):
    """A row, or the part of a reversing row that closes or opens.

    quantity: this part. worth: its proceeds + fees + taxes (premium of an exercised option included), None when that is unknown.
    at_cost: an exercised or assigned option: realizes nothing, its cost moves on.
    """

    row: Execution
    quantity: Decimal
    worth: Decimal | None
    charges: Decimal
    price: Decimal
    at_cost: bool = False

    @property
    def face(self) -> Decimal:
        """proceeds + fees + taxes of this part as the row states them."""
        return share(amount_of(self.row), self.quantity, self.row.quantity)

    def split(self, closing: Decimal) -> "tuple[Closing | None, Closing | None]":
        """Part a row into what closes `closing` units and what opens the rest; either is None when it has no units.

        Worth and charges are shared by quantity, and the opening part takes what rounding leaves.
        """
        if closing == self.quantity:
            return self, None
        if not closing:
            return None, self
        worth = None if self.worth is None else share(self.worth, closing, self.quantity)
        charges = share(self.charges, closing, self.quantity)
        rest = None if self.worth is None or worth is None else self.worth - worth
        first = self._replace(quantity=closing, worth=worth, charges=charges)
        return first, self._replace(quantity=self.quantity - closing, worth=rest, charges=self.charges - charges)

    def fill(self, role: Role, position_after: Decimal, realized: Decimal | None) -> TripFill:
        """This part's line in its round trip."""
        row = self.row
        worth = self.face if self.worth is None else self.worth
        return TripFill(
            row.execution_id,
            role,
            row.ordered_at,
            row.executed_at,
            row.trade_date,
            self.quantity,
            self.price,
            self.charges,
            worth,
            position_after,
            realized,
            row.kind in DELIVERIES,
        )


def close_lots(taken: list[Lot], part: Closing) -> list[ClosedLot]:
    """Close lots with one row: proceeds and charges shared by quantity, the last lot taking what rounding leaves."""
    if len(taken) == 1 and taken[0].cost_basis is not None and part.worth is not None and not part.at_cost:
        return [_closed_whole(taken[0], taken[0].cost_basis, part, part.worth)]
    costs, bases = _costs(taken, part)
    proceeds = _proceeds(taken, part, costs)
    closed, left_charges = [], part.charges
    row = part.row
    for index, lot in enumerate(taken):
        charges = left_charges if index == len(taken) - 1 else share(part.charges, lot.quantity, -part.quantity)
        left_charges -= charges
        cost, got = costs[index], proceeds[index]
        closed.append(
            ClosedLot(
                lot.instrument,
                lot.quantity,
                cost,
                got,
                ZERO if part.at_cost else lot.charges + charges,
                ZERO if part.at_cost else None if cost is None else got - cost,
                bases[index],
                lot.opened_by,
                lot.opened_at,
                lot.opened_on,
                row.execution_id,
                row.executed_at,
                row.trade_date,
                row.rate_to_base,
                moved_on=part.at_cost,
            )
        )
    return closed


def _closed_whole(lot: Lot, cost: Decimal, part: Closing, worth: Decimal) -> ClosedLot:
    """One lot, all of which is known, closed by one part: what nearly every closing is, with nothing to share."""
    row = part.row
    return ClosedLot(
        lot.instrument, lot.quantity, cost, worth, lot.charges + part.charges, worth - cost, lot.basis, lot.opened_by, lot.opened_at,
        lot.opened_on, row.execution_id, row.executed_at, row.trade_date, row.rate_to_base,
    )  # fmt: skip


def _costs(taken: list[Lot], part: Closing) -> tuple[list[Decimal | None], list[Basis]]:
    """Each lot's cost and where it comes from.

    Unknown costs follow from the broker's realized P&L of the closing row (amount - P&L - known costs), else from its cost figure; an
    exercised option realizes nothing, so only the cost figure tells.
    """
    costs, bases = [lot.cost_basis for lot in taken], [lot.basis for lot in taken]
    if part.worth is not None and None not in costs:
        return costs, bases
    if part.worth is None and part.row.broker_realized_pnl is not None and None not in costs:
        return costs, [Basis.INFERRED] * len(taken)
    unknown = [index for index, cost in enumerate(costs) if cost is None]
    if not unknown:
        return costs, bases
    left = _unknown_cost(part, sum((cost for cost in costs if cost is not None), ZERO))
    if left is None:
        return costs, bases
    units = sum((taken[index].quantity for index in unknown), ZERO)
    for index in unknown:
        cost = share(left, taken[index].quantity, units)
        costs[index], bases[index] = cost, Basis.INFERRED
        left, units = left - cost, units - taken[index].quantity
    return costs, bases


def _unknown_cost(part: Closing, known: Decimal) -> Decimal | None:
    row = part.row
    worth = part.face if part.worth is None else part.worth
    if row.broker_realized_pnl is not None and not part.at_cost:
        return worth - row.broker_realized_pnl - known
    if row.broker_cost and part.quantity == row.quantity:
        return -row.broker_cost - known
    return None


def _proceeds(taken: list[Lot], part: Closing, costs: list[Decimal | None]) -> list[Decimal]:
    if part.at_cost:
        return [cost if cost is not None else ZERO for cost in costs]
    total = part.face if part.worth is None else part.worth
    pnl = part.row.broker_realized_pnl
    if part.worth is None and pnl is not None and all(lot.cost_basis is not None for lot in taken):
        total = sum((cost for cost in costs if cost is not None), ZERO) + pnl
    shares, left = [], total
    for index, lot in enumerate(taken):
        got = left if index == len(taken) - 1 else share(total, lot.quantity, -part.quantity)
        left -= got
        shares.append(got)
    return shares
