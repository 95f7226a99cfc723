"""The pretend broker's own books: what it states as cost, realized profit and positions, first in, first out.

Written apart from Fillbook's matching, so that the two can be compared. The conventions are the real broker's:
cost of what opens = -(proceeds + commission + taxes), of what closes = -(basis given up); realized = proceeds + commission + taxes + cost.
An assigned option realizes nothing: its premium goes to the stock it delivers, whose `cost` field does not show it.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from fillbook.ledger.numbers import ZERO, share
from fillbook.sandbox.listings import Listing

Key = tuple[str, str]
"""Account and contract id."""


@dataclass(slots=True)
class Lot:
    """Units opened by one fill; cost with the sign of the position, commission included."""

    quantity: Decimal
    cost: Decimal
    opened: datetime


@dataclass(frozen=True, slots=True)
class Booked:
    """What the broker prints on a fill. indicator: O, C or C;O. opened: when the oldest lot that it closed was opened."""

    cost: Decimal
    realized: Decimal
    indicator: str
    opened: datetime | None
    premium: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Holding:
    """A position at the end of a day; cost with the sign of the position."""

    account: str
    listing: Listing
    quantity: Decimal
    cost: Decimal


class Book:
    """Lots by account and contract."""

    def __init__(self) -> None:
        self._lots: dict[Key, deque[Lot]] = {}
        self._listings: dict[str, Listing] = {}

    def position(self, account: str, listing: Listing) -> Decimal:
        """Units held: + long, - short."""
        return sum((lot.quantity for lot in self._lots.get((account, listing.conid), ())), ZERO)

    def trade(self, account: str, listing: Listing, quantity: Decimal, amount: Decimal, when: datetime, premium: Decimal = ZERO) -> Booked:
        """Book a fill. amount: proceeds + commission + taxes. premium: of the assigned option that delivers these units, + received."""
        lots = self._of(account, listing)
        closing = min(abs(quantity), abs(self.position(account, listing))) if lots and lots[0].quantity * quantity < 0 else ZERO
        basis, opened = self._take(lots, closing)
        closed_amount = share(amount, closing, abs(quantity)) if closing else ZERO
        closed_premium = share(premium, closing, abs(quantity)) if closing else ZERO
        opening = abs(quantity) - closing
        if opening:
            left = amount - closed_amount + premium - closed_premium
            lots.append(Lot(opening.copy_sign(quantity), -left, when))
        cost = -basis - (amount - closed_amount)
        realized = closed_amount + closed_premium - basis
        return Booked(cost, realized, "C;O" if closing and opening else "C" if closing else "O", opened)

    def deliver(self, account: str, listing: Listing, quantity: Decimal) -> Booked:
        """Take assigned or exercised options off the book; nothing is realized, `premium` goes to the delivery."""
        basis, opened = self._take(self._of(account, listing), abs(quantity))
        return Booked(-basis, ZERO, "C", opened, premium=-basis)

    def split(self, account: str, listing: Listing, ratio: int) -> Decimal:
        """Multiply the units of every lot, keep the cost. Returns the units added."""
        before = self.position(account, listing)
        for lot in self._of(account, listing):
            lot.quantity *= ratio
        return before * (ratio - 1)

    def holdings(self) -> Iterable[Holding]:
        """Every position that is not flat, by account and symbol."""
        found = [
            Holding(account, self._listings[conid], sum((lot.quantity for lot in lots), ZERO), sum((lot.cost for lot in lots), ZERO))
            for (account, conid), lots in self._lots.items()
            if lots
        ]
        return sorted(found, key=lambda one: (one.account, one.listing.category, one.listing.symbol))

    def _of(self, account: str, listing: Listing) -> deque[Lot]:
        self._listings[listing.conid] = listing
        return self._lots.setdefault((account, listing.conid), deque())

    @staticmethod
    def _take(lots: deque[Lot], units: Decimal) -> tuple[Decimal, datetime | None]:
        """Remove units from the oldest lots on; the basis given up and when the oldest of them was opened."""
        basis, opened = ZERO, None
        while units:
            lot = lots[0]
            opened = opened or lot.opened
            taken = min(units, abs(lot.quantity))
            part = share(lot.cost, taken, abs(lot.quantity))
            basis, units = basis + part, units - taken
            lot.quantity -= taken.copy_sign(lot.quantity)
            lot.cost -= part
            if not lot.quantity:
                lots.popleft()
        return basis, opened
