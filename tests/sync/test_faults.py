"""Brokers that refuse, fail, lie or name another account: right state, few requests, data intact."""

import logging
from collections.abc import Callable

import pytest
from django.conf import settings

from fillbook.brokers.interface import Endpoint
from fillbook.storage.models import BrokerAccount, Link, LinkState, RawStatement, RoundTripRow, RunState, User
from fillbook.sync import service, taking, transport
from fillbook.sync.policy import MAX_TRIES
from fillbook.vault import keys
from tests.sync.fault_server import Answer, fault_server
from tests.sync.flex import QUERY, TOKEN, TRIP, Fill, Flex, accepted, refused, statement
from tests.sync.linked import linked
from tests.sync.waiting import ended, fresh

pytestmark = pytest.mark.usefixtures("jobs")

PAGE = Answer(b"<!DOCTYPE html><html><body>Maintenance</body></html>")


@pytest.fixture
def link(owner: User, flex: Flex) -> Link:
    """One that has worked: account U7000001 with one round trip."""
    flex.statements = [Answer(statement("U7000001", made="20260927;020000"))]
    return linked(owner)


def trips(link: Link) -> list[int]:
    return [int(row.realized_pnl or 0) for row in RoundTripRow.objects.filter(account__owner=link.owner).order_by("opened_at")]


def test_an_expired_token_stops_the_link_and_is_told_once(link: Link, flex: Flex) -> None:
    flex.requests = [refused(1012)]
    run = ended(service.sync_now(link.owner, link.pk))
    assert (run.state, run.error_kind, run.error_code) == (RunState.FAILED, "NeedsUser", "1012")
    assert flex.seen == [("SendRequest", TOKEN)]
    told = fresh(link).alarm_sent_at
    assert told is not None
    ended(service.sync_now(link.owner, link.pk))
    after = fresh(link)
    assert (after.state, after.error_code, after.alarm_sent_at) == (LinkState.NEEDS_USER, "1012", told)
    assert len(flex.seen) == 2
    assert trips(link) == [98]


def test_a_mended_link_forgets_its_trouble(link: Link, flex: Flex) -> None:
    flex.requests = [refused(1012), accepted()]
    ended(service.sync_now(link.owner, link.pk))
    assert ended(service.sync_now(link.owner, link.pk)).state == RunState.DONE
    after = fresh(link)
    assert (after.state, after.error_code, after.error_message, after.alarm_sent_at) == (LinkState.LINKED, "", "", None)


@pytest.mark.parametrize("code", [1001, 1018])
def test_what_time_mends_is_tried_again_later(link: Link, flex: Flex, code: int) -> None:
    flex.requests = [refused(code), refused(code), accepted()]
    run = ended(service.sync_now(link.owner, link.pk))
    assert (run.state, run.error_code) == (RunState.DONE, "")
    assert [call for call, _ in flex.seen] == ["SendRequest"] * 3 + ["GetStatement"]


def test_a_web_page_for_ever_ends_after_eight_tries(link: Link, flex: Flex) -> None:
    flex.requests = [PAGE]
    run = ended(service.sync_now(link.owner, link.pk))
    assert (run.state, run.error_kind, run.error_code) == (RunState.FAILED, "Transient", "html_reply")
    assert [call for call, _ in flex.seen] == ["SendRequest"] * MAX_TRIES
    assert fresh(link).state == LinkState.LINKED
    assert trips(link) == [98]


def test_another_account_stops_the_link_and_writes_nothing(link: Link, flex: Flex) -> None:
    flex.statements = [Answer(statement("U7000009"))]
    run = ended(service.sync_now(link.owner, link.pk))
    assert (run.state, run.error_kind, run.error_code) == (RunState.FAILED, "NeedsUser", "other_account")
    assert "U7000009" in run.error_message
    assert "U7000001" in run.error_message
    after = fresh(link)
    assert (after.state, after.alarm_sent_at is None) == (LinkState.NEEDS_USER, False)
    assert [account.number for account in BrokerAccount.objects.filter(owner=link.owner)] == ["U7000001"]
    assert trips(link) == [98]
    assert sorted(raw.accepted_at is None for raw in RawStatement.objects.filter(link=link)) == [False, True]


def test_an_account_more_is_left_out_and_said(link: Link, flex: Flex) -> None:
    later = (*TRIP, Fill(3, "BUY", 120, "20260601"), Fill(4, "SELL", 115, "20260602"))
    flex.statements = [Answer(statement("U7000009", "U7000001", fills=later))]
    assert ended(service.sync_now(link.owner, link.pk)).state == RunState.DONE
    assert [account.number for account in BrokerAccount.objects.filter(owner=link.owner)] == ["U7000001"]
    assert trips(link) == [98, -52]
    findings = RawStatement.objects.filter(link=link).latest("pk").findings
    assert [(entry["code"], entry["params"]) for entry in findings if entry["code"] == "extra_accounts"] == [
        ("extra_accounts", {"accounts": "U7000009"})
    ]


def test_an_account_has_one_link(link: Link, flex: Flex) -> None:
    outcome = service.begin_link(link.owner, "ibkr", Endpoint.SANDBOX, {"token": "902846173354018827364502", "query_id": QUERY})
    run = ended(outcome.run)
    assert (run.error_kind, run.error_code) == ("NeedsUser", "account_linked_twice")
    assert BrokerAccount.objects.get(owner=link.owner).link == link
    assert flex.seen


@pytest.mark.parametrize(
    "url", ["127.0.0.1:{port}", "ndcdyn.interactivebrokers.com@127.0.0.1:{port}", "gdcdyn.interactivebrokers.com.evil.example"]
)
def test_a_foreign_address_in_a_reply_gets_no_token(link: Link, flex: Flex, url: str) -> None:
    with fault_server(Answer(b"trap")) as trap:
        flex.requests = [accepted(host=url.format(port=trap.port))]
        assert ended(service.sync_now(link.owner, link.pk)).state == RunState.DONE
        assert trap.lines == []


def test_a_redirect_gets_no_token(link: Link, flex: Flex) -> None:
    with fault_server(Answer(b"trap")) as trap:
        flex.requests = [Answer(status=302, headers=(("Location", f"{trap.base}/AccountManagement/"),))]
        run = ended(service.sync_now(link.owner, link.pk))
        assert (run.state, run.error_code) == (RunState.FAILED, "redirect")
        assert trap.lines == []
    assert trips(link) == [98]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.replace(b'quantity="10"', b'quantity="NaN"'),
        lambda body: body.replace(b"</Trades>", b""),
        lambda body: body.replace(b'count="1"', b'count="2"'),
    ],
)
def test_a_statement_that_cannot_be_read_is_kept_and_changes_nothing(link: Link, flex: Flex, spoil: Callable[[bytes], bytes]) -> None:
    flex.statements = [Answer(spoil(statement("U7000001", fills=(*TRIP, Fill(3, "BUY", 120, "20260601")))))]
    run = ended(service.sync_now(link.owner, link.pk))
    assert (run.state, run.error_kind) == (RunState.FAILED, "StatementUnreadable")
    assert fresh(link).state == LinkState.LINKED
    assert trips(link) == [98]
    kept = RawStatement.objects.filter(link=link).latest("pk")
    assert kept.accepted_at is None
    assert kept.unreadable == run.error_message != ""


def test_a_mistake_of_ours_has_a_reference_and_says_nothing_of_the_data(
    link: Link, flex: Flex, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fall_over(*_: object) -> None:
        raise RuntimeError(f"token={TOKEN}")

    monkeypatch.setattr(taking, "rebuild_account", fall_over)
    flex.statements = [Answer(statement("U7000001", fills=(*TRIP, Fill(3, "BUY", 120, "20260601"))))]
    with caplog.at_level(logging.DEBUG):
        run = ended(service.sync_now(link.owner, link.pk))
    assert (run.state, run.error_kind, run.error_code) == (RunState.FAILED, "OurFault", "fault")
    reference = run.error_message.partition("(reference ")[2][:8]
    assert f"Fault {reference} in take_in: RuntimeError at" in caplog.text
    assert TOKEN not in caplog.text + run.error_message
    assert fresh(link).state == LinkState.LINKED


def test_a_lost_key_asks_for_the_credential_again(link: Link, flex: Flex, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as another_key:
        another_key.setattr(settings, "VAULT_KEYS", keys.generate())
        run = ended(service.sync_now(link.owner, link.pk))
        assert (run.error_kind, run.error_code, flex.seen) == ("NeedsUser", "credential_lost", [])
        half = service.replace_credential(link.owner, link.pk, {"token": TOKEN})
        assert [error.field for error in half.errors] == ["query_id"]
        whole = service.replace_credential(link.owner, link.pk, {"token": TOKEN, "query_id": QUERY})
        assert ended(whole.run).state == RunState.DONE
    assert fresh(link).state == LinkState.LINKED


def test_a_brokers_name_that_leads_into_this_network_gets_no_token(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(_host: str) -> list[str]:
        return ["127.0.0.1"]

    monkeypatch.setattr(transport, "_resolve", resolve)
    outcome = service.begin_link(owner, "ibkr", Endpoint.LIVE, {"token": TOKEN, "query_id": QUERY})
    run = ended(outcome.run)
    assert (run.state, run.error_kind, run.error_code) == (RunState.FAILED, "OurFault", "address_not_public")
    assert fresh(outcome.link).state == LinkState.VALIDATING
