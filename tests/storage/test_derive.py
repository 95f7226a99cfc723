"""Derived rows say what the core says, whether made all at once or instrument by instrument."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fillbook.ledger.events import CorporateActionKind
from fillbook.ledger.execution import Effect, Execution, ExecutionKind
from fillbook.ledger.instrument import Instrument, Right
from fillbook.ledger.statement import AccountStatement
from fillbook.performance.filters import Filter
from fillbook.performance.results import results_in, summarize
from fillbook.performance.summary import Summary
from fillbook.storage.connections import connected
from fillbook.storage.days import fills_of
from fillbook.storage.derive import RULES, outdated_accounts, rebuild_account
from fillbook.storage.hashes import derived_hash
from fillbook.storage.loading import load_statement
from fillbook.storage.models import (
    BridgeRow,
    BrokerAccount,
    ClosedLotRow,
    DayTotals,
    FindingRow,
    OpenLotRow,
    ReconciliationRow,
    RoundTripRow,
    TripFillRow,
    UnmatchedRow,
)
from fillbook.trades.account import read_account
from tests.storage.deliveries import day_of, days, deliver, only_account, person, says
from tests.trades.builders import EURO, OTHER, STOCK, action, fill, held, option
from tests.trades.strategies import histories

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

OPENED = day_of(0)


def read(*statements: AccountStatement) -> BrokerAccount:
    """Deliver statements to a new user and read everything after each, as sync does."""
    owner = person()
    for statement in statements:
        for account in deliver(owner, statement).accounts:
            rebuild_account(account.account_id, account.instruments)
    return only_account()


def test_a_sale_after_days_without_a_statement_is_no_short() -> None:
    # the account began within the first statement, yet what it bought between the two nobody knows; the days between settle it
    bought = says(fill(1, 10, "10", OTHER, day=5), covers=days(0, 60), opened_on=OPENED)
    sold = says(fill(2, -10, "12", day=220), covers=days(200, 260))
    read(bought, sold)
    assert [(row.instrument_key, str(row.quantity), row.undetermined) for row in UnmatchedRow.objects.all()] == [(STOCK.key, "-10", True)]
    for account in deliver(only_account().owner, says(covers=days(61, 199))).accounts:
        rebuild_account(account.account_id, account.instruments)
    assert not UnmatchedRow.objects.exists()
    assert [lot.quantity for lot in OpenLotRow.objects.filter(instrument_key=STOCK.key)] == [-10]


def test_a_round_trip_is_stored_with_its_figures() -> None:
    buy, sell = fill(1, 10, "20.5", day=3, fee="1.25"), fill(2, -10, 22, day=5, fee="1.25")
    account = read(says(buy, sell, opened_on=OPENED))
    trip = RoundTripRow.objects.get()
    assert (trip.symbol, trip.side, trip.is_open, trip.counts, trip.day) == ("ACME", "long", False, True, day_of(5))
    assert (trip.gross_pnl, trip.charges, trip.realized_pnl) == (Decimal(15), Decimal("-2.5"), Decimal("12.5"))
    assert (trip.result_currency, trip.net_e8, trip.fees_e8, trip.outcome) == ("USD", 12_5000_0000, -2_5000_0000, "win")
    assert trip.gain_e8 == 6_060_606  # 12.5 of 206.25
    assert trip.holding_seconds == 2 * 86_400 + 1
    fills = TripFillRow.objects.order_by("number").values_list("execution_id", "role", "quantity", "position_after", "realized_pnl")
    ten = Decimal(10)
    assert list(fills) == [("1", "opens", ten, ten, None), ("2", "closes", -ten, ten - ten, Decimal("12.5"))]
    lot = ClosedLotRow.objects.get()
    assert (lot.cost_basis, lot.proceeds, lot.opened_by, lot.closed_by) == (Decimal("206.25"), Decimal("218.75"), "1", "2")
    day = DayTotals.objects.get(account=account, facet="")
    assert (day.day, day.currency, day.n, day.wins, day.total, day.fees) == (day_of(5), "USD", 1, 1, 12_5000_0000, -2_5000_0000)
    # no rate is stated, nor is one needed from the base currency to itself
    assert (trip.result_cost, day.costed, day.costs) == (Decimal("206.25"), 12_5000_0000, 206.25)
    assert [(one.realized, one.charges, one.unknown) for one in fills_of([account], day_of(5), Filter())] == [
        (Decimal("12.5"), Decimal("-1.25"), False)
    ]


def test_what_is_open_left_over_or_not_equal_is_stored() -> None:
    bought = fill(1, 10, 20, day=3, effect=Effect.OPENS)
    sold = fill(2, -4, 22, OTHER, day=5, effect=Effect.CLOSES, broker_realized_pnl=Decimal(3))
    account = read(says(bought, sold, positions=(held(STOCK, 9, 180),), opened_on=OPENED))
    assert OpenLotRow.objects.get(instrument_key="101").quantity == 10
    positions = {row.ref: (row.ours, row.broker, row.status) for row in ReconciliationRow.objects.filter(kind="position")}
    assert positions["101"] == (Decimal(10), Decimal(9), "explained")
    assert account.totals.rules == RULES


def test_rows_left_without_their_other_side_are_stored() -> None:
    read(says(fill(1, -5, 20, day=3)))
    left = UnmatchedRow.objects.get()
    assert (left.execution_id, left.quantity, left.undetermined) == ("1", Decimal(-5), True)


def test_trades_are_counted_as_changed_only_when_they_are() -> None:
    owner = person()
    buy, sell = fill(1, 10, 20, day=3), fill(2, -10, 22, day=5)
    deliver(owner, says(buy, sell, opened_on=OPENED))
    assert rebuild_account(only_account()) == 1
    assert rebuild_account(only_account()) == 0
    deliver(owner, says(buy, replace(sell, price=Decimal(23), proceeds=Decimal(230)), written=1))
    assert rebuild_account(only_account(), {"101"}) == 1
    assert RoundTripRow.objects.get().realized_pnl == 30


def test_an_accounts_settings_are_followed() -> None:
    account = read(says(fill(1, 10, 20), fill(2, 10, 30, day=1), fill(3, -10, 40, day=2), opened_on=OPENED))
    assert RoundTripRow.objects.get().realized_pnl == 200
    account.matching = "lifo"
    account.save()
    rebuild_account(account)
    assert RoundTripRow.objects.get().realized_pnl == 100


def test_instruments_joined_by_an_option_or_an_action_are_read_together() -> None:
    call = option(Right.CALL, "20")
    newer = Instrument("900", "ACMN", STOCK.asset_class, "USD")
    legs = [
        action(50, -100, CorporateActionKind.IDENTIFIER_CHANGE, STOCK, day=9, action_id="a"),
        action(51, 100, CorporateActionKind.IDENTIFIER_CHANGE, newer, day=9, action_id="a"),
    ]
    account = read(says(fill(1, 100, 20), fill(2, -1, 2, call, day=1), fill(3, 5, 7, OTHER), *legs, opened_on=OPENED))
    assert connected(account, {"900"}) == {"101", "401", "900"}
    assert connected(account, {"102"}) == {"102"}


def test_a_withdrawn_action_lets_go_of_what_it_joined() -> None:
    newer = Instrument("900", "ACMN", STOCK.asset_class, "USD")
    legs = [
        action(50, -100, CorporateActionKind.IDENTIFIER_CHANGE, STOCK, day=20, action_id="a"),
        action(51, 100, CorporateActionKind.IDENTIFIER_CHANGE, newer, day=20, action_id="a"),
        action(60, 100, CorporateActionKind.SPLIT, OTHER, day=20),
    ]
    rows = [fill(1, 100, 20, day=15), fill(2, 100, 3, OTHER, day=15)]
    account = read(says(*rows, *legs, opened_on=OPENED), says(*rows, legs[2], written=1, opened_on=OPENED))
    assert sorted(OpenLotRow.objects.values_list("instrument_key", flat=True)) == ["101", "102"]
    step_by_step = derived_hash(account)
    rebuild_account(account)
    assert derived_hash(account) == step_by_step


def test_an_assignment_read_in_two_statements_equals_one() -> None:
    call = option(Right.CALL, "20")
    rows = [fill(1, 100, 18), fill(2, -1, 2, call, day=1)]
    assigned = [
        fill(3, 1, 0, call, day=17, kind=ExecutionKind.ASSIGNMENT),
        fill(4, -100, 20, day=17, kind=ExecutionKind.ASSIGNMENT),
    ]
    account = read(says(*rows, covers=days(0, 10), opened_on=OPENED), says(*assigned, covers=days(8, 40), written=1, opened_on=OPENED))
    assert RoundTripRow.objects.get(instrument_key="101").realized_pnl == 400
    step_by_step = derived_hash(account)
    rebuild_account(account)
    assert derived_hash(account) == step_by_step


def test_bridges_of_instruments_add_up_to_the_accounts() -> None:
    rows = [
        fill(1, 10, 20, day=1),
        fill(2, -10, 22, day=2, effect=Effect.CLOSES, broker_realized_pnl=Decimal("20.5")),
        fill(3, 10, 5, EURO, day=1),
        fill(4, -4, 6, EURO, day=3, effect=Effect.CLOSES, broker_realized_pnl=Decimal(4)),
    ]
    account = read(says(*rows, opened_on=OPENED))
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in BridgeRow.objects.filter(account=account):
        sums[row.line, row.currency] += row.amount
    expected = {(line.line, line.currency): line.amount for line in read_account(load_statement(account).statement).bridge if line.amount}
    assert (
        sums
        == expected
        == {
            ("profit", "USD"): Decimal(20),
            ("differences", "USD"): Decimal("0.5"),
            ("broker", "USD"): Decimal("20.5"),
            ("realized_so_far", "EUR"): Decimal(4),
            ("broker", "EUR"): Decimal(4),
        }
    )


def test_money_that_no_column_holds_leaves_one_trade_out_and_says_so() -> None:
    huge = Decimal("9E+19")
    rows = [fill(1, 2, 20), fill(2, -2, 21, day=1)]
    rows += [replace(fill(3, 9, 1, OTHER), proceeds=huge), replace(fill(4, -9, 1, OTHER, day=1), proceeds=huge)]
    read(says(*rows, opened_on=OPENED))
    assert [trip.symbol for trip in RoundTripRow.objects.filter(is_open=False)] == ["ACME"]
    assert [(row.code, row.instrument_key) for row in FindingRow.objects.all()] == [("amount_out_of_range", "102")]


def test_a_position_carried_forward_proves_nothing() -> None:
    account = read(
        says(fill(1, 10, 20, day=3), covers=days(0, 10), positions=(replace(held(STOCK, 10), as_of=day_of(10)),), opened_on=OPENED),
        says(fill(2, -4, 21, day=20), covers=days(5, 30), written=1, opened_on=OPENED),
    )
    line = ReconciliationRow.objects.get(account=account, kind="position")
    assert (line.ours, line.broker, line.status, line.reason) == (Decimal(6), None, "unstated", "no_positions")


def test_accounts_read_by_older_rules_are_known() -> None:
    account = read(says(fill(1, 2, 20), opened_on=OPENED))
    assert not outdated_accounts().exists()
    account.totals.rules = "0"
    account.totals.save()
    assert outdated_accounts().get() == account


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories(max_size=24), st.lists(st.integers(0, 24), max_size=3))
def test_statement_by_statement_equals_all_at_once(rows: list[Execution], cuts: list[int]) -> None:
    with transaction.atomic():
        account = read(*parts(rows, sorted(cuts)))
        step_by_step = derived_hash(account)
        rebuild_account(account)
        assert derived_hash(account) == step_by_step
        book = read_account(load_statement(account).statement)
        keys = set(RoundTripRow.objects.filter(account=account, is_open=False).values_list("key", flat=True))
        assert keys == {trip.key for trip in book.match.round_trips}
        merged = Summary()
        for day in DayTotals.objects.filter(account=account, facet=""):
            merged = merged.merge(Summary(**{name: getattr(day, name) for name in Summary._fields}))
        expected = summarize(results_in("USD", [trip for trip in book.match.round_trips if trip.counts]).get("USD", ()))
        assert merged._replace(squares=0.0, costs=0.0) == expected._replace(squares=0.0, costs=0.0)
        assert [merged.squares, merged.costs] == pytest.approx([expected.squares, expected.costs])
        transaction.set_rollback(True)


def parts(rows: list[Execution], cuts: list[int]) -> list[AccountStatement]:
    """A history as several statements."""
    ends = zip([0, *cuts], [*cuts, len(rows)], strict=True)
    return [says(*rows[start:end], written=number, covers=days(0, 5), opened_on=OPENED) for number, (start, end) in enumerate(ends)]
