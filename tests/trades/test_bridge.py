"""The bridge as it is shown: rounded lines that still add up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillbook.trades.bridge import LINES, ROUNDING, shown_lines

D = Decimal


@pytest.mark.parametrize(
    ("amounts", "decimals", "shown"),
    [
        # 0.014 + 0.014 = 0.028: 0.01 and 0.01 of 0.03
        (("0.014", "0.014", "0", "0", "0", "0", "0.028"), 2, {"profit": "0.01", "left_out": "0.01", ROUNDING: "0.01", "broker": "0.03"}),
        # nothing lost, nothing said; what rounds to nothing has no line, but profit has one always
        (("0", "12.5", "0", "0", "0", "0.001", "12.501"), 2, {"profit": "0.00", "left_out": "12.50", "broker": "12.50"}),
        (("100.4", "0.3", "0", "0", "0", "0", "100.7"), 0, {"profit": "100", ROUNDING: "1", "broker": "101"}),
        (("-0.006", "0", "0", "0", "0", "0.001", "-0.005"), 2, {"profit": "-0.01", ROUNDING: "0.01", "broker": "0.00"}),
    ],
)
def test_rounded_lines_add_up(amounts: tuple[str, ...], decimals: int, shown: dict[str, str]) -> None:
    found = shown_lines(dict(zip(LINES, map(D, amounts), strict=True)), decimals)
    assert {line: str(amount or abs(amount)) for line, amount in found.items()} == shown
    assert list(found)[-1] == "broker"


@given(st.lists(st.decimals(-(10**9), 10**9, places=6), min_size=6, max_size=6), st.sampled_from([0, 2, 3]))
def test_whatever_the_lines_the_shown_ones_add_up_and_rounding_is_small(parts: list[Decimal], decimals: int) -> None:
    shown = shown_lines(dict(zip(LINES, [*parts, sum(parts, D(0))], strict=True)), decimals)
    assert sum((amount for line, amount in shown.items() if line != "broker"), D(0)) == shown["broker"]
    assert abs(shown.get(ROUNDING, D(0))) <= 4 * D(1).scaleb(-decimals)
