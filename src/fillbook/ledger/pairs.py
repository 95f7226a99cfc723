"""Splits of one security that a broker books as two rows, the old units out and the new ones in: together they are one change in place."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from fillbook.ledger.events import CorporateAction, CorporateActionKind

_SPLITS: Final = frozenset({CorporateActionKind.SPLIT, CorporateActionKind.REVERSE_SPLIT})


def in_place(legs: Iterable[CorporateAction]) -> list[CorporateAction]:
    """The legs with each such pair as one: its quantity the difference, its ratio new units for old. Others stay as they are.

    An option that a split renames is another contract: its pair becomes a change of identifier, which moves the cost.
    """
    groups: dict[str, list[CorporateAction]] = defaultdict(list)
    for leg in legs:
        groups[leg.action_id].append(leg)
    return [leg for group in groups.values() for leg in _together(group)]


def _together(group: list[CorporateAction]) -> list[CorporateAction]:
    if len(group) != 2 or group[0].kind not in _SPLITS or group[0].quantity * group[1].quantity >= 0:
        return group
    one, other = group
    if one.instrument.key != other.instrument.key:
        return [replace(leg, kind=CorporateActionKind.IDENTIFIER_CHANGE) for leg in group]
    if one.quantity == -other.quantity:
        return []
    out, into = _out_first(one, other)
    return [replace(into, quantity=into.quantity + out.quantity, ratio_new=abs(into.quantity), ratio_old=abs(out.quantity))]


def _out_first(one: CorporateAction, other: CorporateAction) -> tuple[CorporateAction, CorporateAction]:
    """(leg that takes the old units, leg that brings the new ones). A reverse split brings fewer units than it takes, any other more."""
    small, large = sorted((one, other), key=lambda leg: abs(leg.quantity))
    return (large, small) if one.kind is CorporateActionKind.REVERSE_SPLIT else (small, large)
