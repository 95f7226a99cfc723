"""A made record is a record: same fields, same equality, as frozen."""

import copy
import pickle
from dataclasses import FrozenInstanceError, asdict, replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from fillbook.ledger.execution import Execution
from fillbook.ledger.instrument import AssetClass, Instrument
from fillbook.ledger.making import maker

ACM = Instrument("1", "ACM", AssetClass.STOCK, "USD")
FACTS = ("U1", ACM, "7", datetime(2026, 3, 2, tzinfo=UTC), date(2026, 3, 2), Decimal(10), Decimal(50), Decimal(-500))
make = maker(Execution)


def test_a_made_record_is_like_any_other() -> None:
    made, usual = make(*FACTS, place=5), Execution(*FACTS, place=5)
    assert type(made) is Execution
    assert made == usual
    assert hash(made) == hash(usual)
    assert repr(made) == repr(usual)
    assert asdict(made) == asdict(usual)
    assert made.fees_rate == 1, "defaults are the record's"


def test_a_made_record_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        make(*FACTS).place = 7  # type: ignore[misc]


def test_a_made_record_travels_and_is_replaced() -> None:
    made = make(*FACTS)
    assert pickle.loads(pickle.dumps(made)) == copy.copy(made) == made
    assert replace(made, place=9) == Execution(*FACTS, place=9)


def test_a_missing_fact_is_refused() -> None:
    with pytest.raises(TypeError):
        make(*FACTS[:-1])
