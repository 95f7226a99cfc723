"""Openings that the account's owner states, in the place of units whose cost nothing else tells."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from fillbook.ledger.numbers import ZERO, plain, share
from fillbook.ledger.opening import OpeningBalance
from fillbook.ledger.statement import Finding, Severity
from fillbook.trades.findings import NOT_TAKEN, found
from fillbook.trades.openings import Opening
from fillbook.trades.records import Basis, Lot


def with_stated(opening: Opening, stated: Sequence[OpeningBalance]) -> tuple[Opening, list[Finding]]:
    """Let what the owner states stand for what was held before the first row.

    Args:
        opening: what the rows and the broker's positions tell, its lots of unknown cost.
        stated: of the same account, in any order.

    Returns:
        The opening with stated lots, oldest first, before what is still unknown of the same instrument. Where the broker's positions prove
        how many units there were, no more than these are taken; nobody is long and short at once, so the other side is left out. A finding
        says what was.
    """
    if not stated:
        return opening, []
    by_key: dict[str, list[OpeningBalance]] = defaultdict(list)
    for balance in sorted(stated, key=lambda one: one.opened_on):
        by_key[balance.instrument.key].append(balance)
    inferred = {lot.instrument.key: lot for lot in opening.lots}
    lots = [lot for lot in opening.lots if lot.instrument.key not in by_key]
    findings: list[Finding] = []
    for key, balances in by_key.items():
        found = inferred.get(key)
        proven = opening.all_settled or key in opening.settled
        taken, left_out = _taken(balances, ZERO if found is None else found.quantity, proven=proven)
        lots += taken
        rest = _rest(found, taken)
        lots += [rest] if rest is not None else []
        if left_out:
            findings.append(_finding(balances[0], left_out))
    return replace(opening, lots=tuple(lots)), findings


def _taken(balances: Sequence[OpeningBalance], held: Decimal, *, proven: bool) -> tuple[list[Lot], Decimal]:
    """(lots, units that the broker's positions leave no room for)."""
    lots: list[Lot] = []
    left_out, room = ZERO, held
    side = held if held or proven else balances[0].quantity
    for balance in balances:
        units = balance.quantity if side * balance.quantity > 0 else ZERO
        if proven and abs(units) > abs(room):
            units = room
        room -= units
        left_out += abs(balance.quantity - units)
        if units:
            cost = share(balance.cost_basis, units, balance.quantity)
            lots.append(Lot(balance.instrument, units, cost, ZERO, Basis.STATED, opened_on=balance.opened_on))
    return lots, left_out


def _rest(inferred: Lot | None, taken: Sequence[Lot]) -> Lot | None:
    """What the rows say was held beyond what is stated."""
    if inferred is None:
        return None
    left = inferred.quantity - sum((lot.quantity for lot in taken), ZERO)
    return inferred._replace(quantity=left) if left * inferred.quantity > 0 else None


def _finding(balance: OpeningBalance, left_out: Decimal) -> Finding:
    symbol = balance.instrument.symbol
    params = {"symbol": symbol, "instrument": balance.instrument.key, "units": plain(left_out)}
    return found(Severity.WARNING, NOT_TAKEN, params)
