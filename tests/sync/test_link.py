"""A link from form to trades and back, against a broker that answers by script."""

import time
from uuid import uuid4

import pytest
from django.http import Http404

from fillbook.brokers.interface import Endpoint
from fillbook.storage.models import (
    BrokerAccount,
    ExecutionRow,
    Link,
    LinkState,
    RawStatement,
    RoundTripRow,
    RunState,
    SecurityEvent,
    SyncRun,
    User,
)
from fillbook.storage.secrets import open_credential
from fillbook.sync import service
from fillbook.sync.runs import OPEN
from fillbook.sync.service import LinkOutcome, Refused
from tests.sync.fault_server import Answer
from tests.sync.flex import OTHER_TOKEN, QUERY, TOKEN, TRIP, Fill, Flex, refused, statement
from tests.sync.linked import linked
from tests.sync.waiting import ended, fresh, until

pytestmark = pytest.mark.usefixtures("jobs")


def begin(owner: User, token: str = TOKEN) -> LinkOutcome:
    return service.begin_link(owner, "ibkr", Endpoint.SANDBOX, {"token": token, "query_id": QUERY})


def trips(owner: User) -> list[tuple[str, int]]:
    rows = RoundTripRow.objects.filter(account__owner=owner).order_by("account__number", "opened_at")
    return [(row.account.number, int(row.realized_pnl or 0)) for row in rows]


def test_a_form_becomes_a_link_with_accounts_executions_and_trades(owner: User, flex: Flex) -> None:
    outcome = begin(owner)
    assert outcome.link is not None
    assert outcome.link.state == LinkState.VALIDATING
    run = ended(outcome.run)
    assert (run.state, run.kind, run.rows_new, run.rows_known, run.trades_changed) == (RunState.DONE, "first", 2, 0, 1)
    assert (run.step, run.error_message, run.retry_at) == ("", "", None)
    link = fresh(outcome.link)
    assert link.state == LinkState.LINKED
    assert link.linked_at == link.last_success_at == link.last_full_fetch_at is not None
    assert link.memory == {"form": "bare", "days": 365}
    account = BrokerAccount.objects.get(link=link)
    assert (account.number, account.kind, account.owner) == ("U7000001", "sandbox", owner)
    assert ExecutionRow.objects.filter(account=account).count() == 2
    assert trips(owner) == [("U7000001", 98)]
    assert flex.seen == [("SendRequest", TOKEN), ("GetStatement", TOKEN), ("GetStatement", TOKEN)]
    raw = RawStatement.objects.get(link=link)
    assert (raw.accepted_at is not None, raw.sandbox, raw.size) == (True, True, len(statement("U7000001")))
    assert list(SecurityEvent.objects.filter(user=owner).values_list("what", flat=True)) == ["link_begun"]


def test_what_is_typed_wrong_is_said_beside_its_field_and_nothing_is_made(owner: User) -> None:
    outcome = service.begin_link(owner, "ibkr", Endpoint.SANDBOX, {"token": "my password", "query_id": QUERY})
    assert [error.field for error in outcome.errors] == ["token"]
    assert outcome.link is None
    assert not Link.objects.filter(owner=owner).exists()


def test_a_second_sync_changes_nothing(owner: User, flex: Flex) -> None:
    link = linked(owner)
    flex.statements = [Answer(statement("U7000001", made="20260927;020000"))]
    run = ended(service.sync_now(owner, link.pk))
    assert (run.state, run.kind, run.rows_new, run.rows_known, run.rows_changed, run.rows_withdrawn) == (
        RunState.DONE,
        "manual",
        0,
        2,
        0,
        0,
    )
    assert run.trades_changed == 0
    assert trips(owner) == [("U7000001", 98)]


def test_a_new_trade_comes_with_the_next_sync(owner: User, flex: Flex) -> None:
    link = linked(owner)
    later = (*TRIP, Fill(3, "BUY", 120, "20260601"), Fill(4, "SELL", 115, "20260602"))
    flex.statements = [Answer(statement("U7000001", fills=later, made="20260927;020000"))]
    run = ended(service.sync_now(owner, link.pk))
    assert (run.rows_new, run.rows_known, run.trades_changed) == (2, 2, 1)
    assert trips(owner) == [("U7000001", 98), ("U7000001", -52)]


def test_the_same_form_twice_is_one_link_and_one_run(owner: User, flex: Flex) -> None:
    flex.statements = [Answer(statement("U7000001"), pause=0.3)]
    first, second = begin(owner), begin(owner)
    assert first.link is not None
    assert second.link is not None
    assert first.link.pk == second.link.pk
    assert first.run is not None
    assert second.run is not None
    assert first.run.pk == second.run.pk
    assert ended(first.run).state == RunState.DONE
    assert len([call for call, _ in flex.seen if call == "SendRequest"]) == 1


def test_a_replaced_token_is_used_once_it_works_and_the_history_stays(owner: User, flex: Flex) -> None:
    link = linked(owner)
    outcome = service.replace_credential(owner, link.pk, {"token": OTHER_TOKEN, "query_id": ""})
    assert open_credential(fresh(link)) == {"token": TOKEN, "query_id": QUERY}
    assert ended(outcome.run).state == RunState.DONE
    assert open_credential(fresh(link)) == {"token": OTHER_TOKEN, "query_id": QUERY}
    assert fresh(link).sealed_candidate == ""
    assert fresh(link).rate_key != link.rate_key
    assert {token for _, token in flex.seen} == {OTHER_TOKEN}
    assert trips(owner) == [("U7000001", 98)]


def test_a_replacement_that_is_refused_leaves_the_old_one_in_use(owner: User, flex: Flex) -> None:
    link = linked(owner)
    flex.requests = [refused(1015)]
    run = ended(service.replace_credential(owner, link.pk, {"token": OTHER_TOKEN}).run)
    assert (run.state, run.error_kind, run.error_code) == (RunState.FAILED, "NeedsUser", "1015")
    after = fresh(link)
    assert (after.state, after.sealed_candidate, after.error_code, after.error_message) == (LinkState.LINKED, "", "", "")
    assert (run.kind, after.error_at) == ("trial", None)
    assert open_credential(after) == {"token": TOKEN, "query_id": QUERY}


def test_a_paused_link_asks_for_nothing_until_it_is_resumed(owner: User, flex: Flex) -> None:
    link = linked(owner)
    service.pause(owner, link.pk)
    with pytest.raises(Refused) as caught:
        service.sync_now(owner, link.pk)
    assert caught.value.code == "paused"
    assert flex.seen == []
    assert trips(owner) == [("U7000001", 98)]
    assert ended(service.resume(owner, link.pk)).state == RunState.DONE
    assert fresh(link).state == LinkState.LINKED


def test_pausing_stops_a_run_in_the_middle(owner: User, flex: Flex) -> None:
    flex.statements = [refused(1019, "Warn")]
    outcome = begin(owner)
    until(lambda: len(flex.seen) > 3)
    assert outcome.link is not None
    service.pause(owner, outcome.link.pk)
    run = ended(outcome.run)
    assert (run.state, run.error_kind, run.error_code) == (RunState.FAILED, "stopped", "paused")
    asked = len(flex.seen)
    time.sleep(0.5)  # of several requests, had it gone on
    assert len(flex.seen) <= asked + 1
    assert fresh(outcome.link).state == LinkState.PAUSED


def test_accounts_that_are_left_out_stay_as_they_are_and_come_back_when_chosen(owner: User, flex: Flex) -> None:
    link = linked(owner, "U7000001", "U7000002")
    first, second = BrokerAccount.objects.filter(link=link).order_by("number")
    service.choose_accounts(owner, link.pk, [first.pk])
    later = (*TRIP, Fill(3, "BUY", 120, "20260601"), Fill(4, "SELL", 115, "20260602"))
    flex.statements = [Answer(statement("U7000001", "U7000002", fills=later, made="20260927;020000"))]
    assert ended(service.sync_now(owner, link.pk)).rows_new == 2
    assert trips(owner) == [("U7000001", 98), ("U7000001", -52), ("U7000002", 98)]
    service.choose_accounts(owner, link.pk, [str(first.pk), str(second.pk)])
    until(lambda: not SyncRun.objects.filter(link=link, state__in=OPEN).exists())
    assert trips(owner) == [("U7000001", 98), ("U7000001", -52), ("U7000002", 98), ("U7000002", -52)]


def test_unlinking_with_trades_kept_erases_the_credential_alone(owner: User) -> None:
    link = linked(owner)
    service.unlink(owner, link.pk, keep=True)
    gone = fresh(link)
    assert (gone.state, gone.sealed_credential, gone.rate_key) == (LinkState.UNLINKED, "", "")
    assert BrokerAccount.objects.get(owner=owner).link is None
    assert trips(owner) == [("U7000001", 98)]
    with pytest.raises(Http404):
        service.sync_now(owner, link.pk)
    again = linked(owner)
    assert BrokerAccount.objects.get(owner=owner).link == again
    assert trips(owner) == [("U7000001", 98)]


def test_unlinking_with_everything_leaves_no_row(owner: User) -> None:
    kept = linked(User.objects.create_user(f"{uuid4().hex}@example.org"))
    link = linked(owner)
    service.unlink(owner, link.pk, keep=False)
    assert not Link.objects.filter(owner=owner).exists()
    assert not BrokerAccount.objects.filter(owner=owner).exists()
    assert not ExecutionRow.objects.filter(account__owner=owner).exists()
    assert not RawStatement.objects.filter(owner=owner).exists()
    assert not SyncRun.objects.filter(owner=owner).exists()
    assert trips(owner) == []
    assert trips(kept.owner) == [("U7000001", 98)]


def test_deleting_everything_takes_what_an_earlier_link_fetched(owner: User) -> None:
    service.unlink(owner, linked(owner).pk, keep=True)
    assert RawStatement.objects.filter(owner=owner).count() == 1
    again = linked(owner)
    assert RawStatement.objects.filter(owner=owner).count() == 2
    service.unlink(owner, again.pk, keep=False)
    assert not RawStatement.objects.filter(owner=owner).exists()
    assert not BrokerAccount.objects.filter(owner=owner).exists()


def test_deleting_everything_leaves_a_document_that_tells_of_another_account(owner: User) -> None:
    earlier = linked(owner, "U7000001", "U7000002")
    service.unlink(owner, earlier.pk, keep=True)
    service.unlink(owner, linked(owner).pk, keep=False)
    assert trips(owner) == [("U7000002", 98)]
    assert RawStatement.objects.get(owner=owner).link == earlier


def test_unlinking_in_the_middle_of_a_run_leaves_no_row_either(owner: User, flex: Flex) -> None:
    flex.statements = [refused(1019, "Warn")]
    outcome = begin(owner)
    until(lambda: len(flex.seen) > 3)
    assert outcome.link is not None
    service.unlink(owner, outcome.link.pk, keep=False)
    flex.statements = [Answer(statement("U7000001"))]
    asked = len(flex.seen)
    time.sleep(0.5)  # of several requests, had it gone on
    assert len(flex.seen) <= asked + 1
    assert not SyncRun.objects.filter(owner=owner).exists()
    assert not RawStatement.objects.filter(owner=owner).exists()


def test_another_users_link_is_no_link(owner: User) -> None:
    link = linked(owner)
    stranger = User.objects.create_user(f"{uuid4().hex}@example.org")
    for act in (
        lambda: service.sync_now(stranger, link.pk),
        lambda: service.pause(stranger, link.pk),
        lambda: service.resume(stranger, str(link.pk)),
        lambda: service.replace_credential(stranger, link.pk, {"token": OTHER_TOKEN}),
        lambda: service.choose_accounts(stranger, link.pk, []),
        lambda: service.unlink(stranger, link.pk, keep=False),
    ):
        with pytest.raises(Http404):
            act()
    assert fresh(link).state == LinkState.LINKED
