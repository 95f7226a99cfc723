"""What only who can see an account knows: its latest executions, asked for by their place in the broker's own list. Pure.

The time of day is not asked for: in whose zone a broker's page shows it cannot be known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fillbook.ledger.execution import Execution


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says of one execution. quantity: without a sign."""

    day: date
    quantity: Decimal
    price: Decimal

    def as_json(self) -> dict[str, str]:
        """As texts, to be sealed."""
        return {"day": self.day.isoformat(), "quantity": str(self.quantity), "price": str(self.price)}

    @classmethod
    def from_json(cls, given: Mapping[str, str]) -> "Answer":
        """Out of texts."""
        return cls(date.fromisoformat(given["day"]), Decimal(given["quantity"]), Decimal(given["price"]))


def is_right(executions: Sequence[Execution], ranks: Sequence[int], given: Sequence[Answer]) -> bool:
    """Whether each answer is right.

    Args:
        executions: of the last months, in any order.
        ranks: places in the list, 1 for the newest; executions of the same moment may stand in either order there.
        given: one answer for each place.
    """
    newest = sorted(executions, key=lambda row: (row.trade_date, row.ordered_at), reverse=True)
    if not ranks or len(given) != len(ranks) or max(ranks) > len(newest):
        return False
    return all(any(_same(row, said) for row in _beside(newest, rank)) for rank, said in zip(ranks, given, strict=True))


def _beside(newest: Sequence[Execution], rank: int) -> list[Execution]:
    """The execution at a place, with those of the same moment."""
    there = newest[rank - 1]
    return [row for row in newest if (row.trade_date, row.ordered_at) == (there.trade_date, there.ordered_at)]


def _same(row: Execution, said: Answer) -> bool:
    return (row.trade_date, abs(row.quantity), row.price) == (said.day, abs(said.quantity), said.price)
