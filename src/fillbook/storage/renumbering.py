"""A broker may number its rows anew: the same fill comes under another id, and under the old one no more.

Well inside the days of a statement a row that is missing is denied anyway. At both ends it is not, because brokers book late; there a row
is denied by an equal fill that the same statement has under an id which the row's own statement does not know. Equal fills are paired one
to one, so that two that are real stay two.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from fillbook.ledger.execution import Execution

Terms = tuple[str, date, datetime, Decimal, Decimal]
"""What a fill keeps under another id: contract, day, moment, quantity and price."""

COLUMNS: Final = ("instrument__key", "trade_date", "ordered_at", "quantity", "price")
"""Where the terms of a stored fill are."""


def terms_of(fact: Execution) -> Terms:
    """Those of a stated fill."""
    return (fact.instrument.key, fact.trade_date, fact.ordered_at, fact.quantity, fact.price)


def paired(names: Iterable[tuple[str, Terms]], others: Iterable[Terms]) -> set[str]:
    """The first of the named fills that have an equal one among the others, one for each."""
    left = Counter(others)
    found = set()
    for name, terms in names:
        if left[terms]:
            left[terms] -= 1
            found.add(name)
    return found
