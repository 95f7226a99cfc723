"""Hypothesis strategies for histories of one or two instruments."""

from decimal import Decimal

from hypothesis import strategies as st

from fillbook.ledger.execution import Execution
from tests.trades.builders import OTHER, STOCK, fill

quantities = st.integers(1, 400).map(Decimal) | st.decimals("0.0001", "50", places=4)
prices = st.decimals("0.01", "999", places=4)
fees = st.decimals("0", "5", places=6)


@st.composite
def histories(draw: st.DrawFn, max_size: int = 14) -> list[Execution]:
    """Fills in order, with ties within one second, in two instruments, long and short, partial fills and reversals."""
    rows: list[Execution] = []
    for number in range(1, draw(st.integers(1, max_size)) + 1):
        quantity = draw(quantities) * draw(st.sampled_from([1, -1]))
        rows.append(fill(number, str(quantity), str(draw(prices)), draw(st.sampled_from([STOCK, OTHER])), fee=str(draw(fees))))
    return rows


@st.composite
def flat_histories(draw: st.DrawFn) -> list[Execution]:
    """A history whose last fills bring every position back to nothing."""
    rows = draw(histories())
    for instrument in (STOCK, OTHER):
        position = sum((row.quantity for row in rows if row.instrument is instrument), Decimal(0))
        if position:
            rows.append(fill(len(rows) + 1, str(-position), str(draw(prices)), instrument, fee=str(draw(fees))))
    return rows
