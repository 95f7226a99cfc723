"""What holds for every history: units, cash, order, methods, splits, resuming."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fillbook.ledger.events import CorporateActionKind
from fillbook.ledger.execution import Execution
from fillbook.ledger.money import amount
from fillbook.ledger.numbers import exact
from fillbook.trades.matching import match, resume
from fillbook.trades.openings import Opening
from fillbook.trades.records import MatchResult, RoundTrip, TripFill
from fillbook.trades.settings import MatchingMethod, MatchSettings
from tests.trades.builders import SETTLED, STOCK, action, matched
from tests.trades.strategies import flat_histories, histories

methods = st.sampled_from(list(MatchingMethod)).map(lambda method: MatchSettings(method=method))


def trips_of(result: MatchResult) -> list[RoundTrip]:
    return [*result.round_trips, *result.open_trips]


def realized(result: MatchResult) -> Decimal:
    with exact():
        return sum((lot.realized_pnl for trip in trips_of(result) for lot in trip.closed_lots if lot.realized_pnl is not None), Decimal(0))


@given(histories(), methods)
def test_units_held_equal_units_executed(rows: list[Execution], settings: MatchSettings) -> None:
    result = matched(*rows, settings=settings)
    held: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        held[row.instrument.key] += row.quantity
    for lot in result.open_lots:
        held[lot.instrument.key] -= lot.quantity
    assert all(left == 0 for left in held.values())


@given(histories(), methods)
def test_realized_less_open_cost_equals_cash_of_the_fills(rows: list[Execution], settings: MatchSettings) -> None:
    result = matched(*rows, settings=settings)
    with exact():
        open_cost = sum((lot.cost_basis for lot in result.open_lots if lot.cost_basis is not None), Decimal(0))
        assert realized(result) - open_cost == sum((amount(row) for row in rows), Decimal(0))


@given(histories(), methods)
def test_every_fill_is_in_trips_with_its_whole_quantity_and_fee(rows: list[Execution], settings: MatchSettings) -> None:
    parts: dict[str, list[TripFill]] = defaultdict(list)
    for trip in trips_of(matched(*rows, settings=settings)):
        for part in trip.fills:
            parts[part.execution_id].append(part)
    with exact():
        for row in rows:
            mine = parts[row.execution_id]
            assert sum((part.quantity for part in mine), Decimal(0)) == row.quantity
            assert sum((part.charges for part in mine), Decimal(0)) == row.fees
            assert sum((part.amount for part in mine), Decimal(0)) == amount(row)


@given(flat_histories())
def test_once_flat_all_methods_agree(rows: list[Execution]) -> None:
    totals = {method: realized(matched(*rows, settings=MatchSettings(method=method))) for method in MatchingMethod}
    assert len(set(totals.values())) == 1


@given(histories(), st.data())
def test_a_fill_split_in_two_changes_no_profit(rows: list[Execution], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(rows) - 1))
    row = rows[index]
    half = row.quantity / 2
    first = replace(row, quantity=half, proceeds=row.proceeds / 2, fees=row.fees / 2)
    second = replace(first, execution_id=f"{row.execution_id}~2")
    whole, parted = matched(*rows), matched(*rows[:index], first, second, *rows[index + 1 :])
    with exact():
        assert abs(realized(whole) - realized(parted)) <= Decimal("1E-15")
    assert [trip.quantity for trip in whole.round_trips] == [trip.quantity for trip in parted.round_trips]


@given(histories(), methods)
def test_the_mirrored_history_gains_what_this_one_loses_but_for_fees(rows: list[Execution], settings: MatchSettings) -> None:
    plain = [replace(row, fees=Decimal(0)) for row in rows]
    mirrored = [replace(row, quantity=-row.quantity, proceeds=-row.proceeds) for row in plain]
    if settings.method is not MatchingMethod.HIGHEST_COST:
        assert realized(matched(*plain, settings=settings)) == -realized(matched(*mirrored, settings=settings))
    ours, theirs = matched(*plain, settings=settings), matched(*mirrored, settings=settings)
    assert [trip.side for trip in trips_of(ours)] != [trip.side for trip in trips_of(theirs)]


@given(histories(), st.integers(0, 14), methods)
def test_a_prefix_matched_and_resumed_equals_matching_everything(rows: list[Execution], cut: int, settings: MatchSettings) -> None:
    opening = Opening(settled=SETTLED)
    whole = match(rows, opening, settings)
    head = match(rows[:cut], opening, settings)
    tail = match(rows[cut:], resume(head, opening), settings)
    assert (*head.round_trips, *tail.round_trips) == whole.round_trips
    assert sorted(tail.open_trips, key=lambda trip: trip.key) == sorted(whole.open_trips, key=lambda trip: trip.key)
    by_opening = [(lot.instrument.key, lot.opened_by, lot.quantity, lot.cost_basis) for lot in tail.open_lots]
    assert sorted(by_opening) == sorted((lot.instrument.key, lot.opened_by, lot.quantity, lot.cost_basis) for lot in whole.open_lots)


@given(histories(), st.integers(0, 13))
def test_a_two_for_one_split_changes_no_profit(rows: list[Execution], cut: int) -> None:
    rows = [replace(row, instrument=STOCK) for row in rows]
    held = sum((row.quantity for row in rows[:cut]), Decimal(0))
    split = action(1, str(held), CorporateActionKind.SPLIT, ratio_new=Decimal(2), ratio_old=Decimal(1), day=1)
    later = [
        replace(row, quantity=row.quantity * 2, price=row.price / 2, ordered_at=row.ordered_at.replace(day=row.ordered_at.day + 2))
        for row in rows[cut:]
    ]
    plain, adjusted = matched(*rows), matched(*rows[:cut], split, *later)
    with exact():
        assert abs(realized(plain) - realized(adjusted)) <= Decimal("1E-15")
    assert len(plain.round_trips) == len(adjusted.round_trips)


@given(histories())
def test_round_trips_have_distinct_stable_keys(rows: list[Execution]) -> None:
    keys = [trip.key for trip in trips_of(matched(*rows))]
    assert len(set(keys)) == len(keys)
    assert keys == [trip.key for trip in trips_of(matched(*rows))]
