"""The whole way with the pretend broker that users try."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from fillbook.brokers import registry
from fillbook.brokers.interface import Endpoint
from fillbook.sandbox.faults import token_of
from fillbook.sandbox.server import SandboxServer
from fillbook.storage.models import (
    BrokerAccount,
    ExecutionRow,
    Instance,
    Link,
    LinkState,
    RawStatement,
    RoundTripRow,
    RunState,
    SyncRun,
    User,
)
from fillbook.storage.raw import raw_chunks
from fillbook.sync import service
from fillbook.sync.service import Refused
from fillbook.trades.account import read_account
from fillbook.trades.settings import MatchSettings
from tests.sync.conftest import START
from tests.sync.linked import linked
from tests.sync.waiting import ended, fresh

pytestmark = pytest.mark.usefixtures("jobs")


@pytest.fixture(scope="module")
def sandbox(home: Path, jobs: None) -> Iterator[SandboxServer]:
    """Its clock stands still, so that two statements of one test say the same."""
    assert home.exists()
    server = SandboxServer(time_scale=0.00002, clock=lambda: START.astimezone(ZoneInfo("America/New_York")))
    with server as base:
        Instance.load()
        Instance.objects.update(sandbox_url=base)
        yield server


def test_trying_it_gives_a_year_of_trades_and_leaving_it_gives_nothing(owner: User, sandbox: SandboxServer) -> None:
    assert sandbox.base_url
    outcome = service.start_sandbox(owner)
    run = ended(outcome.run)
    assert (run.state, run.error_message) == (RunState.DONE, "")
    assert fresh(outcome.link).state == LinkState.LINKED
    raw = RawStatement.objects.get(owner=owner)
    parsed = registry.connector(raw.broker).parse(raw_chunks(raw))
    stored = {account.number: account for account in BrokerAccount.objects.filter(owner=owner)}
    assert sorted(stored) == sorted(statement.account for statement in parsed.accounts)
    for statement in parsed.accounts:
        account = stored[statement.account]
        assert account.kind == "sandbox"
        assert ExecutionRow.objects.filter(account=account).count() == len(statement.executions)
        book = read_account(statement, MatchSettings(base_currency=statement.base_currency))
        rows = RoundTripRow.objects.filter(account=account, is_open=False)
        assert sorted(rows.values_list("key", flat=True)) == sorted(trip.key for trip in book.match.round_trips)
    assert RoundTripRow.objects.filter(account__owner=owner, is_open=False).count() > 50

    again = service.start_sandbox(owner)
    run = ended(again.run)
    assert again.link == outcome.link
    assert (run.rows_new, run.rows_changed, run.rows_withdrawn, run.trades_changed) == (0, 0, 0, 0)
    assert run.rows_known > 100
    service.remove_sandbox(owner)
    assert not BrokerAccount.objects.filter(owner=owner).exists()
    assert not RawStatement.objects.filter(owner=owner).exists()
    assert not RoundTripRow.objects.filter(account__owner=owner).exists()


def test_the_sandbox_goes_also_when_its_trades_were_kept(owner: User) -> None:
    service.unlink(owner, linked(owner).pk, keep=True)
    assert RoundTripRow.objects.filter(account__owner=owner).exists()
    service.remove_sandbox(owner)
    assert not BrokerAccount.objects.filter(owner=owner).exists()
    assert not RawStatement.objects.filter(owner=owner).exists()
    assert not Link.objects.filter(owner=owner).exists()


def test_without_a_sandbox_there_is_a_sentence(owner: User, sandbox: SandboxServer) -> None:
    Instance.objects.update(sandbox_url="")
    try:
        with pytest.raises(Refused) as caught:
            service.start_sandbox(owner)
    finally:
        Instance.objects.update(sandbox_url=sandbox.base_url)
    assert caught.value.code == "sandbox_off"


@pytest.fixture(scope="module")
def tried(sandbox: SandboxServer) -> dict[str, tuple[SyncRun, Link]]:
    """A link for each of these faults, all tried at once: how its first run ended, and the link."""
    assert sandbox.base_url
    faults = ["code-1012", "code-1014", "code-1025", "csv", "validated-later", "lost-once", "cut-once", "foreign-url"]
    owners = {fault: User.objects.create_user(f"{uuid4().hex}@example.org") for fault in faults}
    outcomes = {
        fault: service.begin_link(owner, "ibkr", Endpoint.SANDBOX, {"token": token_of(fault), "query_id": "100003"})
        for fault, owner in owners.items()
    }
    return {fault: (ended(outcome.run), fresh(outcome.link)) for fault, outcome in outcomes.items()}


@pytest.mark.parametrize("code", ["1012", "1014", "1025"])
def test_what_the_user_must_mend_stops_the_link(tried: dict[str, tuple[SyncRun, Link]], code: str) -> None:
    run, link = tried[f"code-{code}"]
    assert (run.state, run.error_kind, run.error_code) == (RunState.FAILED, "NeedsUser", code)
    assert (link.state, link.error_code, link.linked_at) == (LinkState.NEEDS_USER, code, None)
    assert link.error_message == run.error_message != ""
    assert link.alarm_sent_at is not None


def test_a_token_that_is_validated_later_is_waited_for(tried: dict[str, tuple[SyncRun, Link]]) -> None:
    run, link = tried["validated-later"]
    assert run.state == RunState.DONE
    assert (link.state, link.error_code, link.validating_until) == (LinkState.LINKED, "", None)


@pytest.mark.parametrize("fault", ["lost-once", "cut-once", "foreign-url"])
def test_what_mends_itself_ends_well(tried: dict[str, tuple[SyncRun, Link]], fault: str) -> None:
    assert [one.state for one in tried[fault]] == [RunState.DONE, LinkState.LINKED]


def test_an_unreadable_format_is_told_with_its_remedy(tried: dict[str, tuple[SyncRun, Link]]) -> None:
    run, link = tried["csv"]
    assert (run.error_kind, run.error_code) == ("NeedsUser", "csv_reply")
    assert "XML" in link.error_message
