"""Statements become a ledger: nothing twice, nothing lost, the same whatever came first."""

from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fillbook.ledger.events import OptionEvent, OptionEventKind, Transfer
from fillbook.ledger.statement import Finding, ParsedStatement, Severity
from fillbook.performance.filters import Filter
from fillbook.storage.coverage import covered_days, furthest_statements, missing_days
from fillbook.storage.days import fills_of
from fillbook.storage.derive import rebuild_account
from fillbook.storage.hashes import ledger_hash
from fillbook.storage.intake import AccountTaken, Unusable, preview_statement, write_statement
from fillbook.storage.loading import load_statement
from fillbook.storage.models import (
    AccountKind,
    BrokerAccount,
    EndpointKind,
    ExecutionRow,
    Origin,
    RawStatement,
    StatementCoverage,
)
from fillbook.storage.planning import Counts
from fillbook.trades.account import read_account
from tests.storage.deliveries import BROKER, day_of, days, deliver, keep, ledger_of, link_of, only_account, person, says
from tests.trades.builders import EURO, OTHER, STOCK, fill, held

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

BUY, SELL = fill(1, 10, "20.5", day=20, fee="1.25"), fill(2, -10, 22, day=30, fee="1.25")


def test_rows_come_back_as_they_were_stated() -> None:
    rich = replace(
        BUY,
        rate_to_base=Decimal("0.912345"),
        broker_realized_pnl=Decimal("-0.000000000000000001"),
        proceeds=Decimal("-12345678901234567890.123456789012345678"),
        order_id="77",
        codes="O;P",
        automatic=True,
        report_date=day_of(21),
    )
    transfer = Transfer(BUY.account, EURO, "t1", BUY.ordered_at, BUY.trade_date, Decimal(5), price=Decimal("1.5"))
    event = OptionEvent(BUY.account, STOCK, OptionEventKind.ASSIGNMENT, BUY.trade_date, Decimal(-1), trade_id="9")
    statement = says(
        rich, SELL, transfer, event, event, positions=(replace(held(STOCK, 3, "61.5"), as_of=day_of(60)),), opened_on=day_of(-400)
    )
    deliver(person(), statement)
    loaded = load_statement(only_account()).statement
    assert loaded.executions == (rich, SELL)
    assert loaded.transfers == (transfer,)
    assert loaded.option_events == (event, event)
    assert loaded.positions == statement.positions
    assert (loaded.covers, loaded.opened_on, loaded.states_positions) == (days(0, 60), day_of(-400), True)


def test_the_same_statement_again_changes_nothing() -> None:
    owner, statement = person(), says(BUY, SELL)
    first = deliver(owner, statement)
    assert first.counts == Counts(new=2)
    before = list(ExecutionRow.objects.values_list().order_by("pk"))
    again = deliver(owner, statement)
    assert again.counts == Counts(known=2)
    assert again.accounts[0].instruments == frozenset()
    assert list(ExecutionRow.objects.values_list().order_by("pk")) == before
    assert RawStatement.objects.count() == StatementCoverage.objects.count() == 1


def test_an_overlapping_statement_adds_only_what_is_new() -> None:
    owner = person()
    deliver(owner, says(BUY, covers=days(0, 25)))
    written = deliver(owner, says(BUY, SELL, covers=days(18, 45), written=1))
    assert written.counts == Counts(new=1, known=1)
    assert written.accounts[0].instruments == frozenset({"101"})
    assert ledger_of(only_account()) == {"1": ("current", "20.5"), "2": ("current", "22")}
    assert covered_days(only_account()) == [days(0, 45)]


def test_a_corrected_row_supersedes_and_the_old_version_stays() -> None:
    owner = person()
    deliver(owner, says(BUY))
    written = deliver(owner, says(replace(BUY, price=Decimal(21)), written=1))
    assert written.counts == Counts(changed=1)
    assert [(row.state, row.price) for row in ExecutionRow.objects.order_by("pk")] == [
        ("superseded", Decimal("20.5")),
        ("current", Decimal(21)),
    ]
    assert load_statement(only_account()).statement.executions[0].price == Decimal(21)


def test_an_older_statement_uploaded_late_corrects_nothing() -> None:
    owner = person()
    deliver(owner, says(replace(BUY, price=Decimal(21)), written=1))
    assert deliver(owner, says(BUY, written=0)).counts == Counts(known=1)
    assert ledger_of(only_account()) == {"1": ("current", "21")}


def test_what_we_fetched_is_not_changed_by_an_upload() -> None:
    owner = person()
    link = link_of(owner)
    deliver(owner, says(BUY, SELL), origin=Origin.FETCHED, link=link)
    deliver(owner, says(replace(BUY, price=Decimal(21)), written=5))
    assert ledger_of(only_account()) == {"1": ("current", "20.5"), "2": ("current", "22")}


def test_a_fetched_row_takes_the_place_of_an_equal_uploaded_one() -> None:
    owner = person()
    deliver(owner, says(BUY, written=9))
    assert deliver(owner, says(BUY, written=0), origin=Origin.FETCHED, link=link_of(owner)).counts == Counts(known=1)
    assert [(row.state, row.origin) for row in ExecutionRow.objects.order_by("pk")] == [("superseded", 2), ("current", 3)]


def test_a_row_gone_from_the_middle_of_a_covered_window_is_withdrawn() -> None:
    owner = person()
    deliver(owner, says(BUY, SELL))
    written = deliver(owner, says(SELL, written=1))
    assert written.counts == Counts(known=1, withdrawn=1)
    assert written.accounts[0].instruments == frozenset({"101"})
    assert ledger_of(only_account()) == {"1": ("withdrawn", "20.5"), "2": ("current", "22")}
    assert [row.execution_id for row in load_statement(only_account()).statement.executions] == ["2"]
    back = deliver(owner, says(BUY, SELL, written=2))
    assert back.counts == Counts(known=1, returned=1)
    assert ledger_of(only_account())["1"] == ("current", "20.5")


def test_a_statement_without_the_section_of_fills_denies_none() -> None:
    owner = person()
    deliver(owner, says(BUY, SELL))
    deliver(owner, says(written=1, states_executions=False))
    assert {state for state, _ in ledger_of(only_account()).values()} == {"current"}


@pytest.mark.parametrize(("first", "last", "state"), [(14, 60, "current"), (13, 60, "withdrawn"), (0, 26, "current"), (0, 27, "withdrawn")])
def test_a_week_at_each_end_of_a_window_denies_nothing(first: int, last: int, state: str) -> None:
    owner = person()
    deliver(owner, says(BUY))
    deliver(owner, says(covers=days(first, last), written=1))
    assert ledger_of(only_account())["1"][0] == state


def test_a_section_that_is_absent_denies_nothing() -> None:
    owner = person()
    transfer = Transfer(BUY.account, STOCK, "t1", BUY.ordered_at, BUY.trade_date, Decimal(5))
    deliver(owner, says(BUY, transfer))
    assert deliver(owner, says(BUY, written=1)).counts == Counts(known=1)
    assert deliver(owner, says(BUY, written=2, states_transfers=True)).counts == Counts(known=1, withdrawn=1)


def test_statements_in_any_order_give_one_ledger() -> None:
    wrong, right, late = replace(BUY, price=Decimal(19)), BUY, fill(3, 5, 7, OTHER, day=31)
    statements = [
        says(wrong, SELL, covers=days(0, 40), written=1),
        says(right, covers=days(10, 45), written=2),
        says(right, SELL, late, covers=days(15, 50), written=3),
        says(right, late, covers=days(18, 36), written=4),
    ]
    owners = [person(f"order-{number}") for number in range(24)]
    hashes = set()
    for owner, order in zip(owners, permutations(statements), strict=True):
        for statement in order:
            deliver(owner, statement)
        account = BrokerAccount.objects.get(owner=owner)
        hashes.add(ledger_hash(account))
        assert ledger_of(account) == {"1": ("current", "20.5"), "2": ("current", "22"), "3": ("current", "7")}
    assert len(hashes) == 1


def test_a_denial_counts_whenever_it_comes() -> None:
    statements = [says(BUY, SELL, written=1), says(SELL, written=2), says(BUY, SELL, covers=days(25, 60), written=3)]
    for number, order in enumerate(permutations(statements[:2])):
        owner = person(f"denied-{number}")
        for statement in order:
            deliver(owner, statement)
        assert ledger_of(BrokerAccount.objects.get(owner=owner))["1"][0] == "withdrawn"


def test_two_equal_statements_of_one_minute_settle_on_one_version() -> None:
    other = replace(BUY, price=Decimal(21))
    results = []
    for number, order in enumerate(permutations([says(BUY), says(other)])):
        owner = person(f"tie-{number}")
        for statement in order:
            deliver(owner, statement)
        results.append(ledger_of(BrokerAccount.objects.get(owner=owner)))
    assert results[0] == results[1]


def test_a_preview_counts_and_writes_nothing() -> None:
    owner = person()
    deliver(owner, says(BUY))
    statement = says(replace(BUY, price=Decimal(21)), SELL, written=1)
    raw = keep(owner, statement)
    preview = preview_statement(owner, BROKER, ParsedStatement((statement,)), raw)
    assert preview.fatal == ()
    assert (preview.accounts[0].counts, preview.accounts[0].account_id) == (Counts(new=1, changed=1), only_account().pk)
    assert ledger_of(only_account()) == {"1": ("current", "20.5")}
    assert raw.accepted_at is None


def test_a_statement_with_a_fatal_finding_writes_nothing() -> None:
    owner, statement = person(), says(BUY)
    parsed = ParsedStatement((statement,), (Finding(Severity.FATAL, "no_trades", "The section Trades is missing."),))
    raw = keep(owner, statement)
    assert preview_statement(owner, BROKER, parsed, raw).fatal == ("The section Trades is missing.",)
    with pytest.raises(Unusable, match="Trades is missing"):
        write_statement(raw, parsed)
    assert not BrokerAccount.objects.exists()


def test_accounts_of_one_statement_are_kept_apart() -> None:
    owner = person()
    deliver(owner, says(BUY, account="A1"), says(BUY, SELL, account="A2"))
    assert [(a.number, len(load_statement(a).statement.executions)) for a in BrokerAccount.objects.order_by("number")] == [
        ("A1", 1),
        ("A2", 2),
    ]


def test_an_account_belongs_to_one_linked_user() -> None:
    ada, eve = person("ada"), person("eve")
    deliver(ada, says(BUY), origin=Origin.FETCHED, link=link_of(ada))
    with pytest.raises(AccountTaken):
        deliver(eve, says(BUY, SELL), origin=Origin.FETCHED, link=link_of(eve))
    assert not BrokerAccount.objects.filter(owner=eve).exists()
    deliver(eve, says(BUY, SELL))
    assert {(a.owner.email, len(ledger_of(a))) for a in BrokerAccount.objects.all()} == {("ada@example.com", 1), ("eve@example.com", 2)}


def test_kinds_of_accounts_are_kept_apart() -> None:
    owner = person()
    deliver(owner, says(BUY), origin=Origin.FETCHED, link=link_of(owner, EndpointKind.SANDBOX))
    deliver(owner, says(BUY, paper=True))
    deliver(owner, says(BUY))
    assert set(BrokerAccount.objects.values_list("kind", flat=True)) == {AccountKind.SANDBOX, AccountKind.PAPER, AccountKind.REAL}


def test_an_account_its_owner_does_not_want_is_left_alone() -> None:
    owner = person()
    deliver(owner, says(BUY))
    BrokerAccount.objects.update(chosen=False)
    assert deliver(owner, says(BUY, SELL, written=1)).accounts == ()
    assert len(ledger_of(only_account())) == 1


def test_gaps_between_statements_are_known() -> None:
    owner = person()
    deliver(owner, says(covers=days(0, 10)))
    deliver(owner, says(covers=days(30, 39), written=1))
    deliver(owner, says(covers=days(42, 50), written=2))
    assert covered_days(only_account()) == [days(0, 10), days(30, 50)]
    assert missing_days(only_account()) == [days(11, 29)]
    assert (only_account().tracked_since, only_account().figures_to) == (day_of(30), day_of(50))


def test_a_new_name_renames_without_changing_rows() -> None:
    owner = person()
    deliver(owner, says(BUY))
    written = deliver(owner, says(replace(BUY, instrument=replace(STOCK, symbol="ACMX", description="Acme Extra")), written=1))
    assert written.counts == Counts(known=1)
    assert written.accounts[0].instruments == frozenset({"101"})
    assert load_statement(only_account()).statement.executions[0].instrument.symbol == "ACMX"
    deliver(owner, says(BUY, written=0, covers=days(1, 50)))
    assert load_statement(only_account()).statement.executions[0].instrument.symbol == "ACMX"


def test_another_users_description_of_an_instrument_is_not_mine() -> None:
    ada, eve = person("ada"), person("eve")
    deliver(ada, says(BUY))
    deliver(eve, says(replace(BUY, instrument=replace(STOCK, symbol="EVIL")), written=9))
    assert load_statement(BrokerAccount.objects.get(owner=ada)).statement.executions[0].instrument.symbol == "ACME"


def test_of_two_statements_of_one_day_the_later_ones_positions_hold() -> None:
    owner = person()
    deliver(owner, says(BUY, positions=(held(STOCK, 10, 205),), written=2))
    deliver(owner, says(BUY, positions=(held(STOCK, 9, 180),), written=1))
    assert [figure.quantity for figure in load_statement(only_account()).statement.positions] == [Decimal(10)]
    flat = deliver(owner, says(BUY, positions=(), written=3))
    assert load_statement(only_account()).statement.positions == ()
    assert flat.accounts[0].instruments == frozenset({"101"})


def test_positions_are_carried_through_rows_after_their_day() -> None:
    owner = person()
    deliver(owner, says(covers=days(0, 25), positions=(held(STOCK, 30, 600),)))
    deliver(owner, says(SELL, covers=days(26, 60), written=1))
    loaded = load_statement(only_account())
    assert loaded.carried == {"101"}
    assert [figure.quantity for figure in loaded.statement.positions] == [Decimal(20)]
    book = read_account(loaded.statement)
    assert sum(lot.quantity for lot in book.match.open_lots) == 20


def test_a_statement_that_names_no_period_reaches_nowhere() -> None:
    owner = person()
    deliver(owner, says(fill(1, 10, 20, day=15)))
    deliver(owner, replace(says(fill(2, 10, 20, day=70), written=1), covers=None))
    assert [raw.coverages.get().last for raw in furthest_statements(only_account())] == [day_of(60), None]


def test_the_parts_of_a_fill_are_ones_own_though_others_have_the_same_ids() -> None:
    for name in ("ada", "eve"):
        for written in deliver(person(name), says(fill(1, 10, 20, day=15), fill(2, -10, 25, day=15), opened_on=day_of(0))).accounts:
            rebuild_account(written.account_id)
    mine = BrokerAccount.objects.get(owner__email="ada@example.com")
    with CaptureQueriesContext(connection) as asked:
        found = fills_of([mine], day_of(15), Filter())
    assert [(one.row.row_id, one.realized, len(one.parts)) for one in found] == [("1", None, 1), ("2", Decimal(50), 1)]
    with connection.cursor() as cursor:
        cursor.execute(next(one["sql"] for one in asked.captured_queries if "execution_id" in one["sql"]))
        assert len(cursor.fetchall()) == 2
