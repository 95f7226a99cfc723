"""An account that is granted to the operator's login, from its number to trades and back, against the pretend portal."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from fillbook.brokers.interface import BrokerConfig, Endpoint
from fillbook.sandbox.portal import PORTAL_FAULTS, PortalService
from fillbook.sandbox.portalrows import HOLDER, MONEY, TRADES, Row, row
from fillbook.sandbox.server import SandboxServer
from fillbook.storage import grantees
from fillbook.storage.access import accounts_of
from fillbook.storage.models import (
    AccountClaim,
    BrokerAccount,
    BrokerService,
    ExecutionRow,
    Instance,
    Link,
    LinkState,
    RawStatement,
    RoundTripRow,
    RowState,
    RunKind,
    RunState,
    SyncRun,
    User,
)
from fillbook.storage.raw import raw_chunks
from fillbook.storage.replay import replay_account
from fillbook.storage.services import save_settings
from fillbook.sync import clock, course, runs, service
from fillbook.sync.taking import parsed_by
from tests.sync.conftest import START
from tests.sync.waiting import ended, fresh, until

pytestmark = pytest.mark.usefixtures("jobs")

ACCOUNT = "5FB77001"
BUY, SELL = date(2026, 3, 2), date(2026, 3, 9)


@pytest.fixture(scope="module")
def server(home: object) -> Iterator[SandboxServer]:
    assert home
    one = SandboxServer(time_scale=0.001, clock=lambda: START)
    with one as base:
        Instance.load()
        Instance.objects.update(sandbox_url=base)
        yield one


@pytest.fixture
def portal(server: SandboxServer, owner: User, monkeypatch: pytest.MonkeyPatch) -> PortalService:
    """The portal as new, on an instance that nobody else uses; a first fetch goes back one year."""
    for link in Link.objects.exclude(owner=owner):
        service.unlink(link.owner, link.pk, keep=False)
    User.objects.exclude(pk=owner.pk).delete()
    monkeypatch.setattr(course, "config_of", lambda *_: BrokerConfig({"years": "1"}))
    server.portal.play()
    server.portal.end_sessions()
    BrokerService.objects.all().delete()
    return server.portal


def trade(day: date, action: str, quantity: int, price: str, number: str, **more: object) -> Row:
    stated = {"timestamp": f"{day}T10:30:00.000", "symbol": "ACME", "description": "ACME INC", "tradeNumber": number, **more}
    return row(ACCOUNT, TRADES, day, tradeAction=action, quantity=Decimal(quantity), price=Decimal(price), netAmount=Decimal(0), **stated)


TRIP = [trade(BUY, "BUY", 10, "100", "C0001"), trade(SELL, "SELL", 10, "110", "C0002")]
"""Ten bought at 100, sold at 110, without charges: 100 dollars."""


def link(owner: User, account: str = ACCOUNT) -> Link:
    outcome = service.begin_link(owner, "apex", Endpoint.SANDBOX, {"account": account})
    assert outcome.link is not None
    return outcome.link


def run_of(one: Link) -> SyncRun:
    return ended(SyncRun.objects.filter(link=one).latest("pk"))


def again(owner: User, one: Link) -> SyncRun:
    return ended(service.sync_now(owner, one.pk))


def profits(owner: User) -> list[int]:
    return [int(trip.realized_pnl or 0) for trip in RoundTripRow.objects.filter(account__owner=owner, is_open=False)]


def test_an_id_is_linked_once_access_is_granted(owner: User, portal: PortalService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(clock, "now", lambda: START)
    portal.revoke(ACCOUNT)
    portal.hold(ACCOUNT, TRIP)
    one = link(owner, f"10-{ACCOUNT}")
    until(lambda: fresh(one).state == LinkState.AWAITING_GRANT)
    waiting = SyncRun.objects.get(link=one)
    assert "Grant Account Access" in waiting.error_message
    assert not RawStatement.objects.filter(link=one).exists()
    portal.grant(ACCOUNT)
    assert run_of(one).state == RunState.DONE
    linked = fresh(one)
    assert (linked.state, linked.account, linked.error_message) == (LinkState.LINKED, ACCOUNT, "")
    assert profits(owner) == [100]
    account = BrokerAccount.objects.get(link=one)
    assert (account.number, account.base_currency, account.figures_to) == (ACCOUNT, "USD", date(2026, 9, 25))
    assert account.tracked_since == date(2026, 9, 25) - timedelta(days=3 * 365 - 1)
    assert [days for days in portal.asked if days[0] == ACCOUNT][-3:] == [
        (ACCOUNT, "2023-09-27", "2024-09-25"),
        (ACCOUNT, "2024-09-26", "2025-09-25"),
        (ACCOUNT, "2025-09-26", "2026-09-25"),
    ]


def test_a_night_asks_for_the_last_days_and_a_week_before(owner: User, portal: PortalService, monkeypatch: pytest.MonkeyPatch) -> None:
    portal.grant(ACCOUNT)
    portal.hold(ACCOUNT, TRIP)
    one = link(owner)
    run_of(one)
    monkeypatch.setattr(clock, "now", lambda: START + timedelta(days=3))
    night = runs.open_run(fresh(one), RunKind.SCHEDULED)
    assert ended(night).state == RunState.DONE
    assert portal.asked[-1] == (ACCOUNT, "2026-09-18", "2026-09-28")


def test_a_row_that_is_gone_from_a_window_read_again_is_withdrawn_and_equal_fills_stay_two(owner: User, portal: PortalService) -> None:
    portal.grant(ACCOUNT)
    portal.hold(ACCOUNT, [TRIP[0], TRIP[0], TRIP[1], TRIP[1]])
    one = link(owner)
    assert run_of(one).rows_new == 4
    assert sum(profits(owner)) == 200
    portal.hold(ACCOUNT, TRIP)
    assert again(owner, one).rows_withdrawn == 2
    assert sum(profits(owner)) == 100
    assert ExecutionRow.objects.filter(account__link=one, state=RowState.WITHDRAWN).count() == 2


def test_access_that_is_taken_back_stops_the_link_and_keeps_its_trades(owner: User, portal: PortalService) -> None:
    portal.grant(ACCOUNT)
    portal.hold(ACCOUNT, TRIP)
    one = link(owner)
    run_of(one)
    portal.revoke(ACCOUNT)
    assert again(owner, one).state == RunState.FAILED
    stopped = fresh(one)
    assert (stopped.state, stopped.error_code) == (LinkState.NEEDS_USER, "withdrawn")
    assert profits(owner) == [100]
    portal.grant(ACCOUNT)
    assert again(owner, one).state == RunState.DONE
    assert fresh(one).state == LinkState.LINKED


def test_an_account_that_is_not_there_looks_like_one_that_is_not_granted(owner: User, portal: PortalService) -> None:
    portal.revoke(ACCOUNT)
    texts = set()
    for number in (ACCOUNT, "5ZZ99999"):
        one = link(owner, number)
        until(lambda one=one: fresh(one).state == LinkState.AWAITING_GRANT)  # type: ignore[misc]
        texts.add((fresh(one).error_kind, fresh(one).error_code, fresh(one).error_message))
        service.unlink(owner, one.pk, keep=False)
    assert len(texts) == 1


def test_a_portal_in_maintenance_is_asked_again(owner: User, portal: PortalService) -> None:
    portal.grant(ACCOUNT)
    portal.hold(ACCOUNT, TRIP)
    portal.play(*PORTAL_FAULTS["maintenance"], *PORTAL_FAULTS["truncated"])
    one = link(owner)
    assert run_of(one).state == RunState.DONE
    assert profits(owner) == [100]


def test_a_session_that_ended_is_renewed_once_for_all(owner: User, portal: PortalService) -> None:
    portal.grant(ACCOUNT)
    portal.hold(ACCOUNT, TRIP)
    before = portal.logins
    one = link(owner)
    run_of(one)
    assert portal.logins == before + 1
    portal.end_sessions()
    assert again(owner, one).state == RunState.DONE
    assert portal.logins == before + 2


def test_a_row_that_is_not_understood_is_shown_and_holds_nothing_up(owner: User, portal: PortalService) -> None:
    """And the name of the account's holder is in nothing that is kept."""
    odd = trade(BUY, "BOT", 5, "50", "C0003")
    portal.grant(ACCOUNT)
    portal.hold(ACCOUNT, [*TRIP, odd, row(ACCOUNT, MONEY, BUY, description="ACH DEPOSIT", netAmount=Decimal(500))])
    one = link(owner)
    assert run_of(one).state == RunState.DONE
    assert profits(owner) == [100]
    findings = [finding for raw in RawStatement.objects.filter(link=one) for finding in raw.findings]
    assert [finding["code"] for finding in findings] == ["row_not_understood"]
    assert findings[0]["params"]["tradeAction"] == "BOT"
    kept = b"".join(chunk for raw in RawStatement.objects.filter(link=one) for chunk in raw_chunks(raw))
    assert kept.count(b'"tradeDate"') == 4
    assert HOLDER.encode() not in kept
    assert b"accountTitle" not in kept


def test_a_word_that_is_known_later_is_read_out_of_what_was_kept(owner: User, portal: PortalService) -> None:
    portal.grant(ACCOUNT)
    portal.hold(ACCOUNT, [trade(BUY, "BOT", 10, "100", "C0001"), TRIP[1]])
    one = link(owner)
    run_of(one)
    assert profits(owner) == []
    portal.revoke(ACCOUNT)
    asked = len(portal.asked)
    save_settings("apex", {"words": "BOT = buy"}, clock.now())
    result, stays = replay_account(BrokerAccount.objects.get(link=one), parsed_by, lambda _: True)
    assert (stays, result.identical, profits(owner)) == (True, False, [100])
    assert len(portal.asked) == asked


def second_user() -> None:
    """Somebody else uses this instance too, so that a claim has to be proven."""
    User.objects.get_or_create(email="another@example.org")


def stage_of(one: Link) -> int:
    return AccountClaim.objects.get(link=one).stage


def test_a_grant_that_comes_and_goes_is_seen_at_the_portal_and_missed_at_night(owner: User, portal: PortalService) -> None:
    """From the claim to the trades, nothing kept before; then paused, and hidden once the grant is gone."""
    second_user()
    portal.grant(ACCOUNT)
    portal.hold(ACCOUNT, TRIP)
    one = link(owner)
    until(lambda: stage_of(one) == 1)
    portal.revoke(ACCOUNT)
    until(lambda: stage_of(one) == 2)
    assert not RawStatement.objects.filter(link=one).exists()
    portal.grant(ACCOUNT)
    assert run_of(one).state == RunState.DONE
    assert profits(owner) == [100]
    service.pause(owner, one.pk)
    documents = RawStatement.objects.filter(link=one).count()
    assert ended(runs.open_run(fresh(one), RunKind.CHECK)).state == RunState.DONE
    assert (fresh(one).state, accounts_of(owner).count()) == (LinkState.PAUSED, 1)
    portal.revoke(ACCOUNT)
    assert ended(runs.open_run(fresh(one), RunKind.CHECK)).state == RunState.DONE
    until(lambda: fresh(one).error_code == "withdrawn")
    assert (accounts_of(owner).count(), RawStatement.objects.filter(link=one).count()) == (0, documents)


def test_a_user_id_of_ones_own_reads_the_account_in_a_session_of_its_own(owner: User, portal: PortalService) -> None:
    """The grant to the shared user id shows nothing and is not used."""
    second_user()
    mine = "fillbook_sandbox_7"
    grantees.save("apex", {"username": mine, "password": "pretend-only"}, clock.now(), Endpoint.SANDBOX)
    portal.grant(ACCOUNT)
    portal.hold(ACCOUNT, TRIP)
    one = link(owner)
    until(lambda: AccountClaim.objects.get(link=one).looks > 0)
    assert (fresh(one).grantee, AccountClaim.objects.get(link=one).standing) == (mine, "open")
    portal.revoke(ACCOUNT)
    portal.grant(ACCOUNT, mine)
    assert run_of(one).state == RunState.DONE
    assert profits(owner) == [100]
    sessions = BrokerService.objects.exclude(sealed_session="").values_list("grantee", flat=True)
    assert list(sessions) == [mine]
