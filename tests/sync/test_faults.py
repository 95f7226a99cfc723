"""Brokers that refuse, fail, lie or name another account: right state, few requests, data intact."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.conf import settings

from fillbook.brokers.interface import Endpoint
from fillbook.storage.models import BrokerAccount, Instance, Link, LinkState, RawStatement, RoundTripRow, RunState, SyncRun, User
from fillbook.sync import service, taking, transport
from fillbook.sync.policy import MAX_TRIES
from fillbook.vault import keys
from tests.sync.fault_server import Answer, FaultServer, fault_server
from tests.sync.flex import QUERY, TOKEN, TRIP, Fill, Flex, Script, accepted, refused, statement
from tests.sync.linked import linked
from tests.sync.waiting import ended, fresh

pytestmark = pytest.mark.usefixtures("jobs")

PAGE = Answer(b"<!DOCTYPE html><html><body>Maintenance</body></html>")
AGAIN = Answer(statement("U7000001", made="20260927;020000"))
WITH_ONE_MORE = statement("U7000001", fills=(*TRIP, Fill(3, "BUY", 120, "20260601")))
SEND, GET = "SendRequest", "GetStatement"


def again(*requests: Answer) -> Script:
    """The same statement as before, after these answers."""
    return Script([*requests], [AGAIN])


def spoiled(old: bytes, new: bytes) -> Script:
    """One that cannot be read, with a fill more."""
    return Script(statements=[Answer(WITH_ONE_MORE.replace(old, new))])


def scripts(trap: FaultServer) -> dict[str, Script]:
    """What brokers do to links that have worked. trap: where no token must ever come."""
    return {
        "expired": Script([refused(1012)]),
        "mended": again(refused(1012), accepted()),
        "not made just now": again(refused(1001), refused(1001), accepted()),
        "too often": again(refused(1018), refused(1018), accepted()),
        "a page for ever": Script([PAGE]),
        "another account": Script(statements=[Answer(statement("U7000009"))]),
        "no number": spoiled(b'quantity="10"', b'quantity="NaN"'),
        "broken": spoiled(b"</Trades>", b""),
        "one too few": spoiled(b'count="1"', b'count="2"'),
        "redirect": again(Answer(status=302, headers=(("Location", f"{trap.base}/AccountManagement/"),)), accepted()),
        "foreign host": again(accepted(host=f"127.0.0.1:{trap.port}")),
        "foreign host behind ours": again(accepted(host=f"ndcdyn.interactivebrokers.com@127.0.0.1:{trap.port}")),
        "foreign host like ours": again(accepted(host="gdcdyn.interactivebrokers.com.evil.example")),
    }


@dataclass(frozen=True)
class Outcome:
    """What became of a link."""

    link: Link
    run: SyncRun
    calls: list[str]

    @property
    def ending(self) -> tuple[str, str, str, str]:
        """State of the run, kind and code of its error, state of the link."""
        return self.run.state, self.run.error_kind, self.run.error_code, self.link.state


@pytest.fixture(scope="module")
def faults(jobs: None, flex_of_module: Flex) -> Iterator[dict[str, Outcome]]:
    """All of them at once, each with a link of its own."""
    with ExitStack() as stack:
        trap = stack.enter_context(fault_server(Answer(b"trap")))
        Instance.load()
        Instance.objects.update(sandbox_url=flex_of_module.server.base)
        links = {}
        for number, (name, script) in enumerate(scripts(trap).items()):
            token = f"7137051913842059288120{number:02}"
            flex_of_module.of_token[token] = script
            links[name] = token, linked(User.objects.create_user(f"{uuid4().hex}@example.org"), token=token)
        runs = {name: service.sync_now(link.owner, link.pk) for name, (_, link) in links.items()}
        found = {name: ended(run) for name, run in runs.items()}
        yield {name: Outcome(fresh(link), found[name], flex_of_module.calls(token)) for name, (token, link) in links.items()}
        assert trap.lines == []


@pytest.fixture
def link(owner: User, flex: Flex) -> Link:
    """One that has worked: account U7000001 with one round trip."""
    flex.statements = [AGAIN]
    return linked(owner)


def trips(link: Link) -> list[int]:
    return [int(row.realized_pnl or 0) for row in RoundTripRow.objects.filter(account__owner=link.owner).order_by("opened_at")]


def test_each_fault_ends_in_the_right_state(faults: dict[str, Outcome]) -> None:
    well = (RunState.DONE, "", "", LinkState.LINKED)
    assert {name: outcome.ending for name, outcome in faults.items()} == {
        "expired": (RunState.FAILED, "NeedsUser", "1012", LinkState.NEEDS_USER),
        "mended": (RunState.FAILED, "NeedsUser", "1012", LinkState.NEEDS_USER),
        "not made just now": well,
        "too often": well,
        "a page for ever": (RunState.FAILED, "Transient", "html_reply", LinkState.LINKED),
        "another account": (RunState.FAILED, "NeedsUser", "other_account", LinkState.NEEDS_USER),
        "no number": (RunState.FAILED, "StatementUnreadable", "bad_number", LinkState.LINKED),
        "broken": (RunState.FAILED, "StatementUnreadable", "not_well_formed", LinkState.LINKED),
        "one too few": (RunState.FAILED, "StatementUnreadable", "statement_count", LinkState.LINKED),
        "redirect": well,
        "foreign host": well,
        "foreign host behind ours": well,
        "foreign host like ours": well,
    }


def test_each_fault_leaves_the_trades_as_they_were(faults: dict[str, Outcome]) -> None:
    assert {name: trips(outcome.link) for name, outcome in faults.items()} == {name: [98] for name in faults}


def test_no_fault_is_asked_more_often_than_it_may(faults: dict[str, Outcome]) -> None:
    calls = {name: outcome.calls for name, outcome in faults.items()}
    assert calls["expired"] == [SEND]
    assert calls["not made just now"] == calls["too often"] == [SEND, SEND, SEND, GET]
    assert calls["redirect"] == [SEND, SEND, GET]
    assert calls["a page for ever"] == [SEND] * MAX_TRIES
    for name in ("no number", "broken", "one too few", "another account", "foreign host"):
        assert calls[name] == [SEND, GET]


def test_what_the_user_must_mend_is_told_once_and_forgotten_when_it_is_mended(faults: dict[str, Outcome]) -> None:
    expired, mended = faults["expired"].link, faults["mended"].link
    assert expired.alarm_sent_at is not None
    for act in (service.sync_now, service.resume):
        with pytest.raises(service.Refused, match="Nothing is sent before"):
            act(expired.owner, expired.pk)
    service.pause(expired.owner, expired.pk)
    with pytest.raises(service.Refused, match="expired"):
        service.resume(expired.owner, expired.pk)
    after = fresh(expired)
    assert (after.state, after.error_code, after.alarm_sent_at) == (LinkState.NEEDS_USER, "1012", expired.alarm_sent_at)
    assert ended(service.replace_credential(mended.owner, mended.pk, {"query_id": QUERY}).run).state == RunState.DONE
    after = fresh(mended)
    assert (after.state, after.error_code, after.error_message, after.alarm_sent_at) == (LinkState.LINKED, "", "", None)


def test_another_account_is_named_and_nothing_of_it_is_written(faults: dict[str, Outcome]) -> None:
    outcome = faults["another account"]
    assert "U7000009" in outcome.run.error_message
    assert "U7000001" in outcome.run.error_message
    assert [account.number for account in BrokerAccount.objects.filter(owner=outcome.link.owner)] == ["U7000001"]
    assert sorted(raw.accepted_at is None for raw in RawStatement.objects.filter(link=outcome.link)) == [False, True]


@pytest.mark.parametrize("name", ["no number", "broken", "one too few"])
def test_a_statement_that_cannot_be_read_is_kept_with_the_reason(faults: dict[str, Outcome], name: str) -> None:
    kept = RawStatement.objects.filter(link=faults[name].link).latest("pk")
    assert kept.accepted_at is None
    assert kept.unreadable == faults[name].run.error_message != ""


def test_an_account_more_is_left_out_and_said(link: Link, flex: Flex) -> None:
    later = (*TRIP, Fill(3, "BUY", 120, "20260601"), Fill(4, "SELL", 115, "20260602"))
    flex.statements = [Answer(statement("U7000009", "U7000001", fills=later))]
    assert ended(service.sync_now(link.owner, link.pk)).state == RunState.DONE
    assert [account.number for account in BrokerAccount.objects.filter(owner=link.owner)] == ["U7000001"]
    assert trips(link) == [98, -52]
    findings = RawStatement.objects.filter(link=link).latest("pk").findings
    assert [(entry["code"], entry["params"]) for entry in findings if entry["code"] == "extra_accounts"] == [
        ("extra_accounts", {"accounts": "U7000009", "count": "1"})
    ]


def test_an_account_has_one_link(link: Link, flex: Flex) -> None:
    outcome = service.begin_link(link.owner, "ibkr", Endpoint.SANDBOX, {"token": "902846173354018827364502", "query_id": QUERY})
    run = ended(outcome.run)
    assert (run.error_kind, run.error_code) == ("NeedsUser", "account_linked_twice")
    assert BrokerAccount.objects.get(owner=link.owner).link == link
    assert flex.seen


def test_a_mistake_of_ours_has_a_reference_and_says_nothing_of_the_data(
    link: Link, flex: Flex, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fall_over(*_: object) -> None:
        raise RuntimeError(f"token={TOKEN}")

    monkeypatch.setattr(taking, "catch_up", fall_over)
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
