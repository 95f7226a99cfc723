"""Going back to earlier years: every window kept and written, what was inferred replaced, the end remembered."""

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fillbook.sandbox.scenario import Scenario
from fillbook.sandbox.server import SandboxServer
from fillbook.storage.coverage import covered_days
from fillbook.storage.derive import rebuild_account
from fillbook.storage.hashes import derived_hash
from fillbook.storage.models import (
    BrokerAccount,
    ExecutionRow,
    Instance,
    Link,
    LinkState,
    RawStatement,
    ReconciliationRow,
    RoundTripRow,
    RunKind,
    RunState,
    User,
)
from fillbook.sync import service
from fillbook.sync.service import Refused, can_go_back
from tests.sync.conftest import START
from tests.sync.fault_server import Answer
from tests.sync.flex import BEFORE, IN_PROGRESS, WINDOWS, Fill, Flex, refused, statement
from tests.sync.linked import linked
from tests.sync.waiting import ended, fresh

pytestmark = pytest.mark.usefixtures("jobs")


@pytest.fixture(scope="module")
def scenario(home: Path) -> Iterator[Scenario]:
    """What happened in the accounts of the pretend broker, which runs."""
    assert home.exists()
    server = SandboxServer(time_scale=0.00002, clock=lambda: START.astimezone(ZoneInfo("America/New_York")))
    with server as base:
        Instance.load()
        Instance.objects.update(sandbox_url=base)
        yield server.flex._scenario


@pytest.fixture
def link(owner: User, flex: Flex) -> Link:
    """One that has its year."""
    assert flex.server.base
    return linked(owner)


def year(days: tuple[str, str], *fills: Fill) -> Answer:
    return Answer(statement("U7000001", fills=fills, days=days))


def trips(link: Link) -> list[int]:
    return [int(row.realized_pnl or 0) for row in RoundTripRow.objects.filter(account__owner=link.owner).order_by("opened_at")]


def test_the_sandbox_gives_all_its_years_and_nothing_stays_inferred(owner: User, scenario: Scenario) -> None:
    link = service.start_sandbox(owner).link
    assert link is not None
    ended(service.sync_now(owner, link.pk))
    assert can_go_back(fresh(link))
    fills = ReconciliationRow.objects.filter(account__owner=owner, kind="fill")
    inferred = set(fills.filter(status="inferred").values_list("ref", flat=True))
    assert inferred
    incomplete = set(RoundTripRow.objects.filter(account__owner=owner).exclude(incomplete=[]).values_list("key", flat=True))
    assert incomplete

    run = ended(service.go_back(owner, link.pk))
    assert (run.state, run.kind, run.error_message) == (RunState.DONE, RunKind.HISTORY, "")
    link = fresh(link)
    rows = scenario.rows(date(2023, 1, 1), date(2026, 9, 25))
    first = min(row.trade_date for row in rows)
    assert link.nothing_before == first
    assert run.note == f"Interactive Brokers has nothing before {first:%a} {first.day} {first:%b %Y}."
    assert not can_go_back(link)

    assert set(fills.filter(ref__in=inferred).values_list("status", flat=True)) == {"equal"}
    assert not fills.exclude(status__in=["equal", "unstated", "explained"]).exists()
    assert not RoundTripRow.objects.filter(account__owner=owner).exclude(incomplete=[]).exists()
    for account in BrokerAccount.objects.filter(owner=owner):
        (days,) = covered_days(account)
        assert days.first <= date(2023, 1, 3)
        assert account.tracked_since == days.first
        assert ExecutionRow.objects.filter(account=account).count() == sum(
            1 for row in rows if row.account == account.number and hasattr(row, "price")
        )
        before = derived_hash(account)
        rebuild_account(account)
        assert derived_hash(account) == before


def test_it_ends_with_two_empty_windows(link: Link, flex: Flex) -> None:
    flex.statements = [year(WINDOWS[0], *BEFORE), year(WINDOWS[1]), year(WINDOWS[2])]
    run = ended(service.go_back(link.owner, link.pk))
    assert (run.state, run.rows_new, run.rows_known, run.trades_changed) == (RunState.DONE, 2, 0, 1)
    assert (run.note, run.asks_first, run.step) == ("Interactive Brokers has nothing before Mon 4 Nov 2024.", None, "")
    assert flex.asked == WINDOWS
    assert trips(link) == [98, 98]
    assert fresh(link).nothing_before == date(2024, 11, 4)
    account = BrokerAccount.objects.get(link=link)
    assert account.tracked_since == date(2022, 10, 18)
    assert RawStatement.objects.filter(link=link, accepted_at__isnull=False).count() == 4


def test_it_ends_where_the_broker_has_no_statement(link: Link, flex: Flex) -> None:
    flex.requests = [refused(1003)]
    assert ended(service.go_back(link.owner, link.pk)).state == RunState.DONE
    assert flex.asked == WINDOWS[:1]
    assert fresh(link).nothing_before == date(2026, 1, 5)
    assert fresh(link).last_success_at == link.last_success_at


def test_the_run_says_which_days_it_fetches(link: Link, flex: Flex) -> None:
    flex.statements = [IN_PROGRESS, year(WINDOWS[0])]
    run = service.go_back(link.owner, link.pk)
    assert service.go_back(link.owner, link.pk).pk == run.pk
    seen = set()
    while run.state != RunState.DONE:
        time.sleep(0.02)
        run.refresh_from_db()
        seen.add((run.asks_first, run.asks_last))
    assert (date(2024, 10, 3), date(2025, 10, 2)) in seen


def test_a_query_that_gives_other_days_leaves_the_link_as_it_is(link: Link, flex: Flex) -> None:
    flex.statements = [Answer(statement("U7000001"))]
    run = ended(service.go_back(link.owner, link.pk))
    assert (run.state, run.error_kind, run.error_code) == (RunState.FAILED, "Unsupported", "window_ignored")
    after = fresh(link)
    assert (after.state, after.nothing_before, after.memory) == (LinkState.LINKED, None, link.memory)
    assert can_go_back(after)
    assert trips(link) == [98]


def test_what_ends_the_token_ends_the_link(link: Link, flex: Flex) -> None:
    flex.requests = [refused(1012)]
    assert ended(service.go_back(link.owner, link.pk)).error_code == "1012"
    assert fresh(link).state == LinkState.NEEDS_USER
    with pytest.raises(Refused, match="works"):
        service.go_back(link.owner, link.pk)
    assert not can_go_back(fresh(link))


def test_another_run_goes_first(link: Link, flex: Flex) -> None:
    flex.statements = [IN_PROGRESS]
    going = service.sync_now(link.owner, link.pk)
    with pytest.raises(Refused) as caught:
        service.go_back(link.owner, link.pk)
    assert caught.value.code == "busy"
    flex.statements = [Answer(statement("U7000001"))]
    assert ended(going).state == RunState.DONE
