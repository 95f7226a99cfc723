"""Cancellations: which rows took back which, so that a chain of original, cancel and rebook counts once.

A broker that corrects a fill sends the original again with the opposite quantity and then, usually, a replacement with the same
trade number. Original and cancel are left out of matching; the commission of all three belongs to the replacement (the broker books
only the difference there), else the fees of the order would vanish. A cancel whose original lies outside the history stays: it gives
back a lot of unknown cost.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from fillbook.ledger.events import Transfer
from fillbook.ledger.execution import Execution, ExecutionKind
from fillbook.ledger.numbers import ZERO
from fillbook.ledger.order import total_order


@dataclass(frozen=True, slots=True)
class CancelChain:
    """originals and cancels are left out of matching; rebook is what replaced them, "" for a plain cancellation. Execution ids."""

    originals: tuple[str, ...]
    cancels: tuple[str, ...]
    rebook: str


def resolve_cancels(executions: Sequence[Execution]) -> tuple[list[Execution], tuple[CancelChain, ...]]:
    """Split rows into those that count and the chains that cancel out.

    Args:
        executions: of one account, in total order.

    Returns:
        (rows that count, in order; the chains). A replacement carries the fees of its whole chain and, as the broker's figure, the sum
        of the chain's: each row's own figure is stated against a basis that the cancellation made up.
    """
    cancels = [row for row in executions if row.kind is ExecutionKind.CANCEL]
    if not cancels:
        return list(executions), ()
    pairs = _pair(cancels, [row for row in executions if row.kind is not ExecutionKind.CANCEL])
    gone = {original.execution_id for original, _ in pairs} | {cancel.execution_id for _, cancel in pairs}
    chains: list[CancelChain] = []
    rebooked: dict[str, list[Execution]] = {}
    alike: dict[tuple[object, ...], list[Execution]] = defaultdict(list)
    for row in executions:
        if row.execution_id not in gone and row.kind is not ExecutionKind.CANCEL:
            alike[_rebooked_as(row)].append(row)
    for group in _by_trade(pairs):
        rebook = _replacement(group, [row for row in alike[_rebooked_as(group[-1][0])] if row.execution_id not in rebooked])
        chains.append(CancelChain(tuple(o.execution_id for o, _ in group), tuple(c.execution_id for _, c in group), rebook))
        if rebook:
            rebooked[rebook] = [row for pair in group for row in pair]
    kept = [row for row in executions if row.execution_id not in gone]
    return [_for_chain(row, rebooked[row.execution_id]) if row.execution_id in rebooked else row for row in kept], tuple(chains)


def drop_reversed(transfers: Sequence[Transfer]) -> list[Transfer]:
    """Transfers without those that were taken back, and without what took them back.

    A reversal has the opposite quantity of what it reverses and no id that names it: of the instrument's transfers up to its day the one
    that was booked last before it. One whose original lies outside the history stays.
    """
    kept = list(transfers)
    for reversal in [row for row in transfers if row.reverses and row.quantity]:
        twins = [row for row in kept if _is_reversed_by(row, reversal)]
        if twins:
            kept.remove(max(twins, key=lambda row: (not booked_after(row.transfer_id, reversal.transfer_id), row.trade_date, row.place)))
            kept.remove(reversal)
    return kept


def _is_reversed_by(row: Transfer, reversal: Transfer) -> bool:
    alike = (row.instrument.key, row.quantity) == (reversal.instrument.key, -reversal.quantity)
    return alike and not row.reverses and row.trade_date <= reversal.trade_date


def _for_chain(rebook: Execution, dropped: list[Execution]) -> Execution:
    chain = [*dropped, rebook]
    stated = [row.broker_realized_pnl for row in chain if row.broker_realized_pnl is not None]
    return replace(
        rebook,
        fees=sum((row.fees for row in chain), ZERO),
        taxes=sum((row.taxes for row in chain), ZERO),
        broker_realized_pnl=sum(stated, ZERO) if stated else None,
        broker_cost=None,
    )


def _pair(cancels: Iterable[Execution], others: Sequence[Execution]) -> list[tuple[Execution, Execution]]:
    """(original, cancel) pairs: by the id it names, else by the trade number, else by contract, price, time and opposite quantity."""
    by_id = {row.execution_id: row for row in others}
    by_trade: dict[str, list[Execution]] = defaultdict(list)
    by_terms: dict[tuple[object, ...], list[Execution]] = defaultdict(list)
    for row in others:
        if row.trade_id:
            by_trade[row.trade_id].append(row)
        by_terms[row.instrument.key, row.quantity, row.price, row.ordered_at].append(row)
    pairs, used = [], set()
    for cancel in cancels:
        named = [by_id[cancel.corrects]] if cancel.corrects in by_id else []
        traded = by_trade.get(cancel.corrects_trade, []) if cancel.corrects_trade else []
        alike = by_terms.get((cancel.instrument.key, -cancel.quantity, cancel.price, cancel.ordered_at), [])
        for row in (*named, *(row for row in (*traded, *alike) if not booked_after(row.execution_id, cancel.execution_id))):
            opposite = row.instrument.key == cancel.instrument.key and row.quantity == -cancel.quantity
            if opposite and row.execution_id not in used:
                used.add(row.execution_id)
                pairs.append((row, cancel))
                break
    return pairs


def booked_after(row: str, cancel: str) -> bool:
    """Whether a row is newer than the one that cancels, as a rebook is, which has the original's trade number. Only numbered ids tell."""
    return all(name.isascii() and name.isdigit() for name in (row, cancel)) and int(row) > int(cancel)


def _by_trade(pairs: list[tuple[Execution, Execution]]) -> list[list[tuple[Execution, Execution]]]:
    """A fill can be cancelled and rebooked twice: pairs with one trade number (or one contract and instant) are one chain."""
    groups: dict[tuple[object, ...], list[tuple[Execution, Execution]]] = defaultdict(list)
    for original, cancel in pairs:
        key = (original.trade_id,) if original.trade_id else (original.instrument.key, original.ordered_at, original.quantity)
        groups[key].append((original, cancel))
    return list(groups.values())


def _rebooked_as(row: Execution) -> tuple[object, ...]:
    """What a row shares with the one booked in its place: the contract, and the trade number or, where there is none, the instant."""
    return row.instrument.key, row.trade_id or row.ordered_at


def _replacement(group: list[tuple[Execution, Execution]], alike: Sequence[Execution]) -> str:
    """The row booked instead: same trade number, or where the broker gives none the same contract, instant and direction, booked later.

    alike: rows that count and share with the original what a rebook does, in order.
    """
    original, cancel = group[-1]
    for row in alike:
        same_way = row.kind is original.kind and row.quantity * original.quantity > 0
        if original.trade_id or (same_way and total_order(row) > total_order(cancel)):
            return row.execution_id
    return ""
