"""The whole way with the pretend broker that users try."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fillbook.brokers import registry
from fillbook.brokers.interface import Endpoint
from fillbook.sandbox.faults import token_of
from fillbook.sandbox.server import SandboxServer
from fillbook.storage.models import BrokerAccount, ExecutionRow, Instance, Link, LinkState, RawStatement, RoundTripRow, RunState, User
from fillbook.storage.raw import raw_chunks
from fillbook.sync import service
from fillbook.sync.service import LinkOutcome, Refused
from fillbook.trades.account import read_account
from fillbook.trades.settings import MatchSettings
from tests.sync.conftest import START
from tests.sync.waiting import ended, fresh

pytestmark = pytest.mark.usefixtures("jobs")


@pytest.fixture(scope="module")
def sandbox(home: Path) -> Iterator[SandboxServer]:
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
    service.remove_sandbox(owner)
    assert not BrokerAccount.objects.filter(owner=owner).exists()
    assert not RawStatement.objects.filter(owner=owner).exists()
    assert not RoundTripRow.objects.filter(account__owner=owner).exists()


def test_the_sandbox_goes_also_when_its_trades_were_kept(owner: User, sandbox: SandboxServer) -> None:
    assert sandbox.base_url
    outcome = service.start_sandbox(owner)
    ended(outcome.run)
    assert outcome.link is not None
    service.unlink(owner, outcome.link.pk, keep=True)
    assert RoundTripRow.objects.filter(account__owner=owner).exists()
    service.remove_sandbox(owner)
    assert not BrokerAccount.objects.filter(owner=owner).exists()
    assert not RawStatement.objects.filter(owner=owner).exists()
    assert not Link.objects.filter(owner=owner).exists()


def test_the_sandbox_twice_is_one_link(owner: User, sandbox: SandboxServer) -> None:
    assert sandbox.base_url
    first = service.start_sandbox(owner)
    ended(first.run)
    second = service.start_sandbox(owner)
    run = ended(second.run)
    assert first.link is not None
    assert second.link is not None
    assert first.link.pk == second.link.pk
    assert (run.rows_new, run.rows_changed, run.rows_withdrawn, run.trades_changed) == (0, 0, 0, 0)
    assert run.rows_known > 100


def test_without_a_sandbox_there_is_a_sentence(owner: User, sandbox: SandboxServer) -> None:
    Instance.objects.update(sandbox_url="")
    try:
        with pytest.raises(Refused) as caught:
            service.start_sandbox(owner)
    finally:
        Instance.objects.update(sandbox_url=sandbox.base_url)
    assert caught.value.code == "sandbox_off"


def faulty(owner: User, fault: str) -> LinkOutcome:
    return service.begin_link(owner, "ibkr", Endpoint.SANDBOX, {"token": token_of(fault), "query_id": "100001"})


@pytest.mark.parametrize("code", [1012, 1014, 1025])
def test_what_the_user_must_mend_stops_the_link(owner: User, sandbox: SandboxServer, code: int) -> None:
    assert sandbox.base_url
    outcome = faulty(owner, f"code-{code}")
    run = ended(outcome.run)
    assert (run.state, run.error_kind, run.error_code) == (RunState.FAILED, "NeedsUser", str(code))
    link = fresh(outcome.link)
    assert (link.state, link.error_code, link.linked_at) == (LinkState.NEEDS_USER, str(code), None)
    assert link.error_message == run.error_message != ""
    assert link.alarm_sent_at is not None


def test_a_token_that_is_validated_later_is_waited_for(owner: User, sandbox: SandboxServer) -> None:
    assert sandbox.base_url
    outcome = faulty(owner, "validated-later")
    run = ended(outcome.run)
    assert run.state == RunState.DONE
    link = fresh(outcome.link)
    assert (link.state, link.error_code, link.validating_until) == (LinkState.LINKED, "", None)


@pytest.mark.parametrize("fault", ["lost-once", "cut-once", "foreign-url"])
def test_what_mends_itself_ends_well(owner: User, sandbox: SandboxServer, fault: str) -> None:
    assert sandbox.base_url
    assert ended(faulty(owner, fault).run).state == RunState.DONE


def test_an_unreadable_format_is_told_with_its_remedy(owner: User, sandbox: SandboxServer) -> None:
    assert sandbox.base_url
    outcome = faulty(owner, "csv")
    run = ended(outcome.run)
    assert (run.error_kind, run.error_code) == ("NeedsUser", "csv_reply")
    assert "XML" in fresh(outcome.link).error_message
