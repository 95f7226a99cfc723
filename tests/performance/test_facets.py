"""Which filters have their totals ready, and to which of them a round trip belongs."""

from datetime import date

import pytest

from fillbook.ledger.instrument import AssetClass
from fillbook.performance.breakdowns import Dimension, Slot
from fillbook.performance.facets import Traits, coarse_facets_of, facet_of, facets_of
from fillbook.performance.filters import Filter, TripStatus
from fillbook.performance.summary import Outcome
from fillbook.trades.records import Side

OPTION = Traits("short", "option", "win", "ACME 261218C00100000", "ACME")


def test_a_round_trip_is_in_every_combination_and_in_its_names() -> None:
    assert set(facets_of(OPTION)) == {
        "",
        "side=short",
        "class=option",
        "outcome=win",
        "side=short&class=option",
        "side=short&outcome=win",
        "class=option&outcome=win",
        "side=short&class=option&outcome=win",
        "symbol=ACME",
        "symbol=ACME%20261218C00100000",
    }
    assert set(coarse_facets_of(OPTION)) == {"", "side=short", "class=option", "outcome=win"}


def test_a_currency_pair_counts_only_where_its_class_is_asked_for() -> None:
    pair = Traits("long", "forex", "loss", "EUR.USD", "")
    assert set(facets_of(pair)) == {
        "class=forex",
        "side=long&class=forex",
        "class=forex&outcome=loss",
        "side=long&class=forex&outcome=loss",
    }
    assert coarse_facets_of(pair) == ("class=forex",)


def test_a_name_too_long_to_be_asked_for_is_in_no_facet() -> None:
    assert not [one for one in facets_of(Traits("long", "stock", "even", "X" * 41, "")) if "symbol" in one]


WHERE = Filter(accounts=("1",), currency="USD", first=date(2026, 1, 1), last=date(2026, 2, 1))


@pytest.mark.parametrize(
    ("chosen", "facet", "coarse"),
    [
        (Filter(), "", ""),
        (WHERE, "", ""),
        (Filter(side=Side.SHORT), "side=short", "side=short"),
        (Filter(side=Side.SHORT, outcome=Outcome.WIN), "side=short&outcome=win", None),
        (Filter(symbol="ACME"), "symbol=ACME", None),
        (Filter(symbol="ACME", side=Side.SHORT), None, None),
        (Filter(asset_class=AssetClass.FOREX), "class=forex", "class=forex"),
        (Filter(tags=("news",)), None, None),
        (Filter(slot=Slot(Dimension.HOUR, 9)), None, None),
        (Filter(include_incomplete=True), None, None),
        (Filter(status=TripStatus.OPEN), None, None),
    ],
    ids=lambda value: value.to_query() or "everything" if isinstance(value, Filter) else None,
)
def test_which_filters_are_ready(chosen: Filter, facet: str | None, coarse: str | None) -> None:
    assert facet_of(chosen) == facet
    assert facet_of(chosen, coarse=True) == coarse
