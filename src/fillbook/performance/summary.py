"""Many round trips in one small record that adds up.

A `Summary` of January and one of February merge into that of both, so day totals can be kept beside the trips and a page sums a few
hundred rows instead of reading every trip. Money is counted in whole units of 1e-8 of the base currency (`to_e8`), which databases
sum exactly; each round trip is rounded once, half to even. Summaries of different base currencies are never merged: who keeps them
keeps them apart.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, NamedTuple, Self

from fillbook.ledger.numbers import EXACT
from fillbook.trades.records import RoundTrip

_UNIT: Final = Decimal("1E-8")
_LARGEST: Final = 2**63 - 1
"""What a 64-bit column holds: about 92 billion units of a currency."""
Row = tuple[int, int | None, int | None, Decimal | None]
"""A round trip as it is summed: net P&L, charges (- paid) and gain in their units, and its opening cost."""


class Outcome(StrEnum):
    """How a round trip ended, after fees."""

    WIN = "win"
    LOSS = "loss"
    EVEN = "even"


def to_e8(value: Decimal) -> int:
    """Whole units of 1e-8, rounded half to even: `Decimal("1.5")` is 150_000_000.

    Raises:
        OverflowError: the result does not fit 64 bits.
    """
    units = units_e8(value)
    if abs(units) > _LARGEST:
        raise OverflowError(f"An amount of {value:.3E} is beyond what a book of trades can hold.")
    return units


def units_e8(value: Decimal) -> int:
    """As `to_e8`, of any size."""
    return int(EXACT.quantize(value, _UNIT).scaleb(8, context=EXACT))


def fits(value: Decimal) -> bool:
    """Whether `to_e8` can hold an amount: no real one is beyond it, but a statement may say anything."""
    return abs(value) <= _LARGEST * _UNIT


def from_e8(units: int) -> Decimal:
    """The amount that `units` of 1e-8 stand for, with 8 decimals: 150_000_000 is `Decimal("1.50000000")`."""
    return Decimal(units).scaleb(-8, context=EXACT)


def outcome_of(pnl: Decimal) -> Outcome:
    """Win, loss or even. Less than half of 1e-8 either way is even, so that exact figures and stored ones never disagree."""
    units = EXACT.quantize(pnl, _UNIT)
    if units == 0:
        return Outcome.EVEN
    return Outcome.WIN if units > 0 else Outcome.LOSS


def gain_of(trip: RoundTrip) -> Decimal | None:
    """Net P&L as a fraction of opening cost, in the instrument's currency: 0.125 for 12.5 %.

    None where the P&L or the opening cost is unknown, and where the cost is zero. 60 significant digits.
    """
    if trip.realized_pnl is None or not trip.opening_cost:
        return None
    return EXACT.divide(trip.realized_pnl, trip.opening_cost)


def gain_e8(gain: Decimal | None) -> int | None:
    """A gain (a fraction) in whole units of 1e-8. None also where the cost is so near zero that it says nothing (beyond 64 bits)."""
    try:
        return None if gain is None else to_e8(gain)
    except OverflowError:
        return None


class Summary(NamedTuple):
    """Round trips of one base currency, counted and summed. A tuple, because a page makes thousands.

    n = wins + losses + zeros. total, total_wins, total_losses (0 or negative), fees (- paid), least and greatest (None when n is 0):
    net P&L in units of 1e-8. gain_count, gain_total: trips whose opening cost is known, and the sum of their gains as fractions, in
    units of 1e-8. squares: sum of squared net P&L in whole currency units, a double; it serves the standard error and nothing else.
    costed: net P&L of the trips whose opening cost in this currency is known and not zero; costs: the sum of those costs in whole
    currency units, a double, which a ratio is made of and nothing else.
    """

    n: int = 0
    wins: int = 0
    losses: int = 0
    zeros: int = 0
    total: int = 0
    total_wins: int = 0
    total_losses: int = 0
    fees: int = 0
    gain_count: int = 0
    gain_total: int = 0
    squares: float = 0.0
    least: int | None = None
    greatest: int | None = None
    costed: int = 0
    costs: float = 0.0

    @property
    def weighted_gain(self) -> Decimal | None:
        """`metrics.weighted_gain_percent` from sums: the same number to twelve digits, since costs are added as doubles."""
        return EXACT.divide(Decimal(self.costed).scaleb(-6, context=EXACT), Decimal(self.costs)) if self.costs else None

    @classmethod
    def of_one(cls, pnl: int, fees: int, gain: int | None, cost: Decimal | None = None) -> Self:
        """The summary of a single round trip, from its stored units: base P&L, base charges (- paid), gain fraction; and its cost."""
        return cls(
            n=1,
            wins=int(pnl > 0),
            losses=int(pnl < 0),
            zeros=int(pnl == 0),
            total=pnl,
            total_wins=max(pnl, 0),
            total_losses=min(pnl, 0),
            fees=fees,
            gain_count=int(gain is not None),
            gain_total=gain or 0,
            squares=(pnl / 1e8) ** 2,
            least=pnl,
            greatest=pnl,
            costed=pnl if cost else 0,
            costs=_in_doubles(cost) if cost else 0.0,
        )

    @classmethod
    def of_rows(cls, rows: Sequence[Row]) -> Self:
        """Round trips of one currency: what their `of_one` merge into, added up column by column, which is many times quicker."""
        nets = [row[0] for row in rows]
        wins, losses = [net for net in nets if net > 0], [net for net in nets if net < 0]
        gains = [gain for _, _, gain, _ in rows if gain is not None]
        costly = [(net, cost) for net, _, _, cost in rows if cost]
        return cls(
            n=len(nets),
            wins=len(wins),
            losses=len(losses),
            zeros=len(nets) - len(wins) - len(losses),
            total=sum(nets),
            total_wins=sum(wins),
            total_losses=sum(losses),
            fees=sum(fees or 0 for _, fees, _, _ in rows),
            gain_count=len(gains),
            gain_total=sum(gains),
            squares=sum(((net / 1e8) ** 2 for net in nets), 0.0),
            least=min(nets, default=None),
            greatest=max(nets, default=None),
            costed=sum(net for net, _ in costly),
            costs=sum((_in_doubles(cost) for _, cost in costly), 0.0),
        )

    @classmethod
    def together(cls, parts: Iterable[Self]) -> Self:
        """Any number of summaries merged, column by column."""
        rows = list(parts)
        if not rows:
            return cls()
        columns = dict(zip(FIELDS, zip(*rows, strict=True), strict=True))
        least, greatest = (_known(*columns.pop(name)) for name in ("least", "greatest"))
        sums: dict[str, Any] = {name: sum(values) for name, values in columns.items()}
        return cls(**sums, least=min(least, default=None), greatest=max(greatest, default=None))

    def merge(self, other: Self) -> Self:
        """Both together. Associative and commutative, with `Summary()` as identity (doubles up to their last bits)."""
        return type(self)(
            n=self.n + other.n,
            wins=self.wins + other.wins,
            losses=self.losses + other.losses,
            zeros=self.zeros + other.zeros,
            total=self.total + other.total,
            total_wins=self.total_wins + other.total_wins,
            total_losses=self.total_losses + other.total_losses,
            fees=self.fees + other.fees,
            gain_count=self.gain_count + other.gain_count,
            gain_total=self.gain_total + other.gain_total,
            squares=self.squares + other.squares,
            least=min(_known(self.least, other.least), default=None),
            greatest=max(_known(self.greatest, other.greatest), default=None),
            costed=self.costed + other.costed,
            costs=self.costs + other.costs,
        )


FIELDS: Final = Summary._fields


def _known(*values: int | None) -> list[int]:
    return [value for value in values if value is not None]


def _in_doubles(cost: Decimal) -> float:
    return units_e8(cost) / 1e8
