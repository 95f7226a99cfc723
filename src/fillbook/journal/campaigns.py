"""Campaigns: the legs of a spread, its rolls and what it delivered, taken as one. Pure.

A campaign is a set of round trips of one account; a round trip is in one campaign or in none, so nothing can count twice. Which belong
together is proposed from what the broker says, within one underlying and only where an option takes part:

    order     fills of both carry the same order id: a combination, or a roll sent as one order
    time      options of different contracts that were first opened within `TOGETHER` of one another
    roll      an option closed, and another of the same right and side first opened within `TOGETHER` of that
    chain     an option was assigned or exercised, and the other trade holds what that delivered

What the trader says comes first: legs put together by hand stay together, legs taken out are proposed no more, and no proposal joins two
campaigns that were made by hand.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from fillbook.ledger.execution import ExecutionKind
from fillbook.ledger.instrument import Right

TOGETHER: Final = timedelta(seconds=5)
"""How far apart fills of one decision may be where no order id tells it: longer, and a day trader's trades would run together."""
LATE: Final = 3
"""Days by which a broker may book a delivery after the option's assignment."""
DELIVERING: Final = frozenset({ExecutionKind.ASSIGNMENT, ExecutionKind.EXERCISE})
"""Kinds of fills by which an option delivers its underlying."""


class Why(StrEnum):
    """Why legs are taken together."""

    HAND = "hand"
    ORDER = "order"
    TIME = "time"
    ROLL = "roll"
    CHAIN = "chain"


class Deed(NamedTuple):
    """One fill of a leg. opening: opens or adds, else closes. at: None where the source gives no time of day. on: trade date."""

    opening: bool
    kind: ExecutionKind
    order_id: str
    at: datetime | None
    on: date


class Leg(NamedTuple):
    """A round trip, as campaigns look at it.

    key: its public id. instrument: contract id. underlying: symbol of the underlying, of anything but an option its own.
    quantity: units opened, positive. right, strike, expiry: of options; right None for everything else. deeds: in order.
    """

    key: str
    instrument: str
    underlying: str
    long: bool
    quantity: Decimal
    multiplier: Decimal
    deeds: tuple[Deed, ...]
    right: Right | None = None
    strike: Decimal | None = None
    expiry: date | None = None

    @property
    def first(self) -> Deed | None:
        """The fill that opened it; None where the history does not hold it."""
        return next((deed for deed in self.deeds if deed.opening), None)

    @property
    def order(self) -> tuple[date, str, str]:
        """By what legs are put in order: day and time of the first fill, then the public id."""
        if not self.deeds:
            return date.max, "", self.key
        deed = self.first or self.deeds[0]
        return deed.on, deed.at.isoformat() if deed.at else "~", self.key


@dataclass(frozen=True, slots=True)
class Group:
    """Legs of one campaign, by public id, in the order they were opened. own: number of the trader's campaign, None for a proposal."""

    legs: tuple[str, ...]
    why: tuple[Why, ...]
    own: int | None = None


class _Edge(NamedTuple):
    why: Why
    one: str
    other: str


def propose(legs: Iterable[Leg], own: Mapping[str, int], apart: Collection[str]) -> tuple[Group, ...]:
    """The campaigns of an account's round trips, whatever their order.

    Args:
        legs: round trips.
        own: public id of a round trip -> number of the campaign that the trader put it in.
        apart: public ids of those that the trader took out.

    Returns:
        Campaigns of two legs and more, by their first leg. Every leg is in one at most.
    """
    ordered = sorted(legs, key=lambda leg: leg.order)
    sets = _Sets(leg.key for leg in ordered)
    for key, number in own.items():
        sets.claim(key, number)
    of_underlying: dict[str, list[Leg]] = defaultdict(list)
    for leg in ordered:
        if leg.underlying and leg.key not in apart:
            of_underlying[leg.underlying].append(leg)
    for together in of_underlying.values():
        for edge in _edges(together):
            sets.join(edge)
    return sets.groups([leg.key for leg in ordered])


class _Sets:
    """Legs, each in one set; a set has one campaign of the trader's at most."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._above = {key: key for key in keys}
        self._own: dict[str, int] = {}
        self._why: dict[str, set[Why]] = defaultdict(set)
        self._first: dict[int, str] = {}

    def claim(self, key: str, number: int) -> None:
        """Put a leg into a campaign of the trader's."""
        if key in self._above:
            first = self._first.setdefault(number, key)
            self._own[self._root(key)] = number
            self.join(_Edge(Why.HAND, first, key))

    def join(self, edge: _Edge) -> None:
        """Make two sets one, unless that would join two of the trader's campaigns."""
        one, other = self._root(edge.one), self._root(edge.other)
        numbers = {self._own[root] for root in (one, other) if root in self._own}
        if len(numbers) > 1:
            return
        self._above[other] = one
        self._why[one] |= self._why.pop(other, set()) | {edge.why}
        if numbers:
            self._own[one] = numbers.pop()

    def groups(self, ordered: Sequence[str]) -> tuple[Group, ...]:
        """All sets of two and more."""
        found: dict[str, list[str]] = defaultdict(list)
        for key in ordered:
            found[self._root(key)].append(key)
        return tuple(
            Group(tuple(keys), tuple(why for why in Why if why in self._why[root]), self._own.get(root))
            for root, keys in found.items()
            if len(keys) > 1
        )

    def _root(self, key: str) -> str:
        while self._above[key] != key:
            self._above[key] = self._above[self._above[key]]
            key = self._above[key]
        return key


def _edges(legs: Sequence[Leg]) -> Iterator[_Edge]:
    """What belongs together within one underlying; legs in order."""
    options = [leg for leg in legs if leg.right is not None]
    if options:
        yield from _same_order(legs)
        yield from _same_time(options)
        yield from _rolls(options)
        yield from _deliveries(options, [leg for leg in legs if leg.right is None])


def _same_order(legs: Sequence[Leg]) -> Iterator[_Edge]:
    holding: dict[str, list[Leg]] = defaultdict(list)
    for leg in legs:
        for order_id in {deed.order_id for deed in leg.deeds if deed.order_id}:
            holding[order_id].append(leg)
    for _, together in sorted(holding.items()):
        if any(leg.right is not None for leg in together) and len({leg.instrument for leg in together}) > 1:
            yield from (_Edge(Why.ORDER, together[0].key, leg.key) for leg in together[1:])


def _same_time(options: Sequence[Leg]) -> Iterator[_Edge]:
    """Around the first of them each: not from one to the next, which would have no end on a busy day."""
    begun: tuple[datetime, Leg] | None = None
    for leg in options:
        at = leg.first.at if leg.first else None
        if at is None:
            continue
        if begun is None or at - begun[0] > TOGETHER:
            begun = at, leg
        elif leg.instrument != begun[1].instrument:
            yield _Edge(Why.TIME, begun[1].key, leg.key)


def _rolls(options: Sequence[Leg]) -> Iterator[_Edge]:
    opened: dict[tuple[Right | None, bool], list[tuple[datetime, Leg]]] = defaultdict(list)
    for leg in options:
        if leg.first and leg.first.at:
            opened[leg.right, leg.long].append((leg.first.at, leg))
    for leg in options:
        last = next((deed for deed in reversed(leg.deeds) if not deed.opening), None)
        if last is None or last.at is None or last.kind is not ExecutionKind.TRADE:
            continue
        near = _near(opened[leg.right, leg.long], last.at)
        new = [other for other in near if other.instrument != leg.instrument]
        if len(new) == 1:  # of several nobody can say which one it was rolled into
            yield _Edge(Why.ROLL, leg.key, new[0].key)


def _near(opened: Sequence[tuple[datetime, Leg]], at: datetime) -> Iterator[Leg]:
    """Those opened around a moment, of (time, leg) in order."""
    low, high = 0, len(opened)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if opened[middle][0] < at - TOGETHER else (low, middle)
    for when, leg in opened[low:]:
        if when > at + TOGETHER:
            return
        yield leg


def _deliveries(options: Sequence[Leg], others: Sequence[Leg]) -> Iterator[_Edge]:
    delivered: dict[date, list[Leg]] = defaultdict(list)
    for leg in others:
        for day in {deed.on for deed in leg.deeds if deed.kind in DELIVERING}:
            delivered[day].append(leg)
    for leg in options:
        for day in sorted({deed.on for deed in leg.deeds if not deed.opening and deed.kind in DELIVERING}):
            days = (day + timedelta(days=late) for late in range(LATE + 1))
            found: Sequence[Leg] = next((delivered[one] for one in days if one in delivered), ())
            yield from (_Edge(Why.CHAIN, leg.key, other.key) for other in found)
