"""A plan says what was at risk; a result in R is what came of it."""

from decimal import Decimal

import pytest

from fillbook.journal.plans import BadPlan, Plan, in_r, initial_risk, planned_ratio, read_plan

D = Decimal


def test_a_trade_stopped_out_at_its_stop_lost_one_r() -> None:
    # 100 bought at 50, stop 48.50, sold there; 1.00 of fees each way: 150.00 and 2.00 lost.
    risk = initial_risk(D(50), D("48.50"), D(100), D(1), D(-2))
    assert risk == D("152.00")
    assert in_r(D(-152), risk) == -1
    # Two short calls at 3.10, stop 4.60, 100 a contract, 2.60 of fees: 302.60 at risk; 605.20 won is 2 R.
    risk = initial_risk(D("3.10"), D("4.60"), D(-2), D(100), D("-2.60"))
    assert risk == D("302.60")
    assert in_r(D("605.20"), risk) == 2


def test_nothing_at_risk_is_no_r() -> None:
    assert initial_risk(D(50), D(50), D(100), D(1), D(0)) is None
    assert initial_risk(D(50), D("49.99"), D(100), D(1), D(3)) is None  # rebates beyond the distance


def test_a_plan_is_read_as_typed() -> None:
    assert read_plan(" 48.50 ", "", "4", long=True, entry=D(50)) == Plan(D("48.50"), None, 4)
    assert read_plan("", "", "", long=True, entry=D(50)).is_empty
    assert read_plan("60", "40", "", long=False, entry=D(50)) == Plan(D(60), D(40))
    assert read_plan("60", "", "", long=True, entry=None) == Plan(D(60))  # no fill to hold it against


@pytest.mark.parametrize(
    ("stop", "target", "rating", "long", "says"),
    [
        ("51", "", "", True, "lies below its entry at 50"),
        ("50", "", "", True, "lies below its entry at 50"),
        ("49", "", "", False, "lies above its entry at 50"),
        ("", "49", "", True, "lies above its entry at 50"),
        ("", "51", "", False, "lies below its entry at 50"),
        ("cheap", "", "", True, "The stop is a price"),
        ("", "NaN", "", True, "The target is a price"),
        ("1E+99", "", "", True, "The stop is a price"),
        ("1.00000000001", "", "", True, "The stop is a price"),
        ("", "", "6", True, "A rating is a number from 1 to 5"),
        ("", "", "0", True, "A rating is a number from 1 to 5"),
        ("", "", "½", True, "A rating is a number from 1 to 5"),
    ],
)
def test_what_no_trade_can_have_is_refused(stop: str, target: str, rating: str, long: bool, says: str) -> None:
    with pytest.raises(BadPlan, match=says):
        read_plan(stop, target, rating, long=long, entry=D(50))


def test_planned_gain_to_loss() -> None:
    assert planned_ratio(D(50), Plan(D(48), D(56))) == 3
    assert planned_ratio(D(50), Plan(D(48))) is None
    assert planned_ratio(D(50), Plan(target=D(56))) is None
