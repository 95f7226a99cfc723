"""One instrument's open lots and the round trip they belong to, in the middle of matching."""

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal

from fillbook.ledger.instrument import Instrument
from fillbook.ledger.numbers import ZERO
from fillbook.trades.lots import LotOrder, average_cost, split_lot
from fillbook.trades.records import Lot, RoundTrip, Side, Unmatched
from fillbook.trades.trips import TripBuilder


@dataclass(slots=True)
class Book:
    """position is the sum of the lots' quantities; while it is not zero there is a trip. averages: each unit costs the average."""

    instrument: Instrument
    lots: deque[Lot] = field(default_factory=deque)
    position: Decimal = ZERO
    trip: TripBuilder | None = None
    undetermined: list[Unmatched] = field(default_factory=list)
    averages: bool = False
    _even: bool = True

    def resume(self, trip: RoundTrip) -> None:
        """Go on with an open round trip; its lots are added one by one."""
        self.trip = TripBuilder.resumed(trip)

    def describe(self, instrument: Instrument) -> None:
        """A later row describes the contract anew: a symbol changes, and a split changes an option's strike."""
        self.instrument = instrument
        if self.trip is not None:
            self.trip.instrument = instrument

    def add(self, lot: Lot, account: str = "", first: bool = False) -> TripBuilder:
        """Add an open lot (before all others if `first`) and return the round trip it belongs to, begun here if the book was flat."""
        if first:
            self.lots.appendleft(lot)
        else:
            self.lots.append(lot)
        self.position += lot.quantity
        self._even = False
        if self.trip is None:
            self.trip = TripBuilder(account, lot.instrument, Side.LONG if lot.quantity > 0 else Side.SHORT)
        self.trip.instrument = self.instrument
        if lot.incomplete is not None:
            self.trip.incomplete.add(lot.incomplete)
        return self.trip

    def take(self, quantity: Decimal, order: LotOrder) -> list[Lot]:
        """Take the lots (or parts) that `quantity`, opposite to the position and at most its size, closes in the given order."""
        self.even_out()
        taken, left = [], -quantity
        while left:
            index = order(self.lots)
            lot = self.lots[index]
            if abs(lot.quantity) <= abs(left):
                del self.lots[index]
            else:
                lot, self.lots[index] = split_lot(lot, left)
            taken.append(lot)
            left -= lot.quantity
        self.position += quantity
        return taken

    def even_out(self) -> None:
        """Spread the cost over all lots, where the account's method is the average; only needed before lots leave or are looked at."""
        if self.averages and not self._even:
            self.lots = deque(average_cost(self.lots))
            self._even = True
