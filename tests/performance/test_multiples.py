"""Figures in R, worked out by hand."""

from decimal import Decimal

import pytest

from fillbook.performance.multiples import multiples

D = Decimal


def test_a_few() -> None:
    found = multiples([D(2), D(-1), D("-0.5")])
    assert (found.n, found.total, found.sqn) == (3, D("0.5"), None)
    assert found.mean is not None
    assert round(found.mean, 6) == D("0.166667")


def test_none_is_no_mean() -> None:
    assert multiples([]).mean is None


def test_the_quality_number_is_capped_at_a_hundred_trades() -> None:
    # Half at +2 R, half at -1 R: mean 0.5, squared distances 1.5 squared each, so the deviation is 1.5 x sqrt(n / (n - 1)).
    found = multiples([D(2), D(-1)] * 100)
    deviation = D("1.5") * (D(200) / 199).sqrt()
    assert found.sqn == pytest.approx(10 * D("0.5") / deviation)
    assert found.sqn_uncapped == pytest.approx(D(200).sqrt() * D("0.5") / deviation)
    assert multiples([D(2), D(-1)] * 14 + [D(2)]).sqn is None
    assert multiples([D(2), D(-1)] * 15).sqn == pytest.approx(D(30).sqrt() * D("0.5") / (D("1.5") * (D(30) / 29).sqrt()))
    assert multiples([D(1)] * 40).sqn is None
