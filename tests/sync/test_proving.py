"""From an account's number to its trades: nothing before the proof, one owner, and the same answer whatever the number is."""

from dataclasses import asdict, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import LazySettings
from django.http import Http404

from fillbook.brokers.interface import Endpoint
from fillbook.ledger.statement import ParsedStatement
from fillbook.storage.access import account_for, accounts_of, notices_of, runs_of, statements_of, trips_of
from fillbook.storage.derive import rebuild_account
from fillbook.storage.intake import write_statement
from fillbook.storage.models import AccountClaim, BrokerAccount, Link, LinkState, Origin, ProofTry, RawStatement, SyncRun, User
from fillbook.storage.raw import keep_raw
from fillbook.sync import planner, proving, runs, service
from fillbook.sync.knowledge import Answer, is_right
from fillbook.sync.policy import Trouble
from fillbook.vault.keys import generate
from tests.storage.deliveries import says
from tests.sync.claiming import BROKER, EXECUTIONS, REGRANT, be_claimed, claim, later, linked, look, run_of, standing
from tests.trades.builders import fill

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]
NUMBER = "5AB12345"
KEY = generate()


@pytest.fixture(autouse=True)
def _claimed(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    be_claimed(monkeypatch)
    settings.VAULT_KEYS = KEY


def fetched(link: Link) -> BrokerAccount:
    """What a sync brings once it may: a purchase and a sale."""
    said = says(fill(1, 10, 20), fill(2, -10, 21, day=1), account=link.account)
    raw = keep_raw(link.owner, BROKER, repr(said).encode(), Origin.FETCHED, link)
    write_statement(raw, ParsedStatement((said,)))
    account = BrokerAccount.objects.get(owner=link.owner, number=link.account)
    rebuild_account(account)
    return account


def owned(user: User) -> Link:
    """A link whose account was proven and fetched."""
    link = linked(user)
    assert look(link, *REGRANT) == "proven"
    fetched(link)
    Link.objects.filter(pk=link.pk).update(state=LinkState.LINKED, linked_at=link.created_at)
    SyncRun.objects.filter(link=link).update(state="done")
    link.refresh_from_db()
    return link


def test_who_is_alone_here_proves_nothing_and_owns_what_was_fetched(ann: User) -> None:
    link = linked(ann)
    plan = runs.begin(run_of(link).pk)
    assert plan is not None
    assert (plan["proves"], AccountClaim.objects.exists()) == (False, False)
    proving.own(link)
    assert (claim(link).way, standing(link)) == ("sole", "owner")


def test_with_others_about_nothing_is_kept_before_the_proof(ann: User, bob: User) -> None:
    link = linked(ann)
    plan = runs.begin(run_of(link).pk)
    assert plan is not None
    assert plan["proves"]
    assert look(link, "absent", "granted", "unclear", "absent") == "look"
    assert not RawStatement.objects.exists()
    assert not accounts_of(ann).exists()
    assert look(link, "granted") == "proven"
    assert (standing(link), bob.is_active) == ("owner", True)
    again = runs.begin(run_of(link).pk)
    assert again is not None
    assert not again["proves"]


def test_what_a_user_sees_of_an_open_claim_never_differs(ann: User, bob: User) -> None:
    names = ("state", "error_kind", "error_code", "error_message", "linked_at", "alarm_sent_at", "validating_until")
    of_runs = ("state", "step", "retry_at", "rows_new", "note", "error_kind", "error_code", "error_message")
    assert bob.is_active
    kinds = {"granted": ["granted"] * 3, "not granted": ["absent"] * 3, "unclear": ["unclear"] * 3, "regrant": ["granted", "absent"]}
    seen = set()
    for number, looks in enumerate(kinds.values()):
        link = linked(ann, f"5AB1234{number}")
        look(link, *looks)
        shown = Link.objects.values_list(*names).get(pk=link.pk), SyncRun.objects.values_list(*of_runs).get(link=link)
        seen.add(shown)
    assert len(seen) == 1


def test_a_grant_that_is_gone_hides_everything_until_it_is_proven_anew(ann: User, bob: User) -> None:
    link = owned(ann)
    account = BrokerAccount.objects.get()
    assert (account_for(ann, account.pk), bob.is_active) == (account, True)
    run = service.sync_now(ann, link.pk)
    runs.fail(run.pk, Trouble("NeedsUser", "withdrawn", "Gone."), needs_user=True)
    proving.grant_gone(run.pk)
    with pytest.raises(Http404):
        account_for(ann, account.pk)
    assert [query.exists() for query in (accounts_of(ann), trips_of(ann), statements_of(ann))] == [False] * 3
    Link.objects.update(error_at=None)
    service.sync_now(ann, link.pk)
    assert look(link, "granted", "absent") == "look"
    assert not accounts_of(ann).exists()
    assert look(link, "granted") == "proven"
    assert accounts_of(ann).get() == account


def test_another_may_own_it_after_the_grant_of_the_first_is_gone(ann: User, bob: User) -> None:
    link = owned(ann)
    run = service.sync_now(ann, link.pk)
    proving.grant_gone(run.pk)
    other = linked(bob)
    assert look(other, *REGRANT) == "proven"
    fetched(other)
    assert (accounts_of(bob).count(), accounts_of(ann).count()) == (1, 0)


def test_a_second_proof_stops_both_and_tells_both(ann: User, bob: User) -> None:
    link, other = owned(ann), linked(bob)
    assert look(other, *REGRANT[:2]) == "look"
    assert standing(link) == "owner"
    run = run_of(other)
    proving.next_look(run.pk)
    proving.note_look(run.pk, "done", "")
    assert (standing(link), standing(other)) == ("frozen", "disputing")
    for one, user in ((link, ann), (other, bob)):
        one.refresh_from_db()
        assert (one.state, one.error_code) == (LinkState.NEEDS_USER, "disputed")
        assert [notice.parameters["code"] for notice in notices_of(user)] == ["disputed"]
        with pytest.raises(service.Refused):
            service.sync_now(user, one.pk)
    assert (accounts_of(ann).count(), accounts_of(bob).count()) == (1, 0)
    service.unlink(bob, other.pk, keep=False)
    link.refresh_from_db()
    assert (standing(link), link.state) == ("owner", LinkState.LINKED)


def test_trades_that_are_kept_without_a_link_stay_to_be_seen(ann: User, bob: User) -> None:
    link = owned(ann)
    service.unlink(ann, link.pk, keep=True)
    assert (standing_of(ann), accounts_of(ann).count(), bob.is_active) == ("ended", 1, True)
    other = linked(bob)
    assert look(other, *REGRANT) == "proven"
    assert accounts_of(bob).count() == 0


def standing_of(user: User) -> str:
    return AccountClaim.objects.filter(owner=user).latest("pk").standing


def checked(link: Link, kind: str = "") -> None:
    """Let the run that looks at a link's grant have seen it there, or a trouble of that kind."""
    run = run_of(link)
    plan = runs.begin(run.pk)
    assert plan is not None
    assert (plan["kind"], proving.days_to_check(run.pk) is not None) == ("check", True)
    trouble = asdict(Trouble(kind, "withdrawn", "No longer.")) if kind else None
    proving.checked(run.pk, "trouble" if kind else "done", trouble)
    assert not SyncRun.objects.filter(link=link, state__in=runs.OPEN).exists()


def test_a_paused_account_is_looked_at_each_night_and_hidden_once_its_grant_is_gone(
    ann: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = owned(ann)
    service.pause(ann, link.pk)
    assert (planner.begin_checks(), bob.is_active) == (0, True)
    for night, kind in enumerate(("", "Transient", "OurFault")):
        later(monkeypatch, planner, timedelta(days=1))
        assert (planner.begin_checks(), planner.begin_checks()) == (1, 0), night
        checked(link, kind)
        link.refresh_from_db()
        assert (link.state, standing(link), accounts_of(ann).count(), link.error_kind) == (LinkState.PAUSED, "owner", 1, "")
    later(monkeypatch, planner, timedelta(days=1))
    planner.begin_checks()
    checked(link, "NotGranted")
    link.refresh_from_db()
    assert (link.state, link.error_code, standing(link), accounts_of(ann).count()) == (LinkState.NEEDS_USER, "withdrawn", "ended", 0)
    assert [notice.parameters["code"] for notice in notices_of(ann)] == ["withdrawn"]
    later(monkeypatch, planner, timedelta(days=1))
    assert planner.begin_checks() == 0


def test_a_disputed_account_is_looked_at_too_for_each_of_the_two(ann: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    link, other = owned(ann), linked(bob)
    look(other, *REGRANT[:2])
    proving.note_look(run_of(other).pk, "done", "")
    later(monkeypatch, planner, timedelta(days=1))
    assert planner.begin_checks() == 2
    checked(link, "NotGranted")
    assert (standing(link), standing(other), accounts_of(ann).count()) == ("ended", "open", 0)
    assert proving.next_look(run_of(other).pk)["next"] == "look"


def test_a_sync_does_not_wait_for_a_look(ann: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    link = owned(ann)
    service.pause(ann, link.pk)
    later(monkeypatch, planner, timedelta(days=1))
    assert (planner.begin_checks(), bob.is_active) == (1, True)
    assert service.resume(ann, link.pk).kind == "manual"
    assert not runs_of(ann).filter(kind="check").exists()


def test_who_is_alone_here_is_not_looked_at_while_paused(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    link = linked(ann)
    proving.own(link)
    service.pause(ann, link.pk)
    later(monkeypatch, planner, timedelta(days=1))
    assert planner.begin_checks() == 0


def test_the_operator_decides_for_one_of_them(ann: User, bob: User) -> None:
    link, other = owned(ann), linked(bob)
    look(other, *REGRANT[:2])
    proving.note_look(run_of(other).pk, "done", "")
    proving.settle(claim(other).pk)
    assert (standing(link), standing(other)) == ("ended", "owner")
    assert (accounts_of(ann).count(), accounts_of(bob).count()) == (0, 0)
    link.refresh_from_db()
    assert (link.state, link.error_code) == (LinkState.NEEDS_USER, "decided")
    assert [notice.parameters["code"] for notice in notices_of(ann)][:1] == ["decided"]
    other.refresh_from_db()
    assert other.state == LinkState.VALIDATING
    assert proving.next_look(run_of(other).pk)["next"] == "proven"


def test_nobody_begins_more_than_five_a_day(ann: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bob.is_active
    for number in range(5):
        service.unlink(ann, linked(ann, f"5AB1234{number}").pk, keep=False)
    refused = service.begin_link(ann, BROKER, Endpoint.LIVE, {"token": NUMBER})
    assert [error.message for error in refused.errors] == ["You have begun 5 links of this kind today. Go on tomorrow."]
    assert not Link.objects.exists()
    later(monkeypatch, proving, timedelta(days=1, minutes=1))
    assert linked(ann).account == NUMBER


def test_a_claim_lasts_a_day(ann: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    link = linked(ann)
    assert (look(link, "granted", "absent"), bob.is_active) == ("look", True)
    later(monkeypatch, proving, timedelta(hours=24))
    found = proving.next_look(run_of(link).pk)
    assert (found["next"], found["trouble"]["code"], standing(link)) == ("stop", "not_proven", "ended")


def right(ranks: list[int]) -> list[Answer]:
    """Of the thirty purchases of tests/sync/claiming.py the newest but n has 31 - n units at 130 - n."""
    newest = EXECUTIONS[::-1]
    return [Answer(newest[rank - 1].trade_date, Decimal(32 - rank), Decimal(131 - rank)) for rank in ranks]


def test_who_can_name_the_latest_executions_has_proven_it(ann: User, bob: User) -> None:
    link = linked(ann)
    assert (look(link), bob.is_active) == ("look", True)
    service.answer(ann, link.pk, right(claim(link).ranks))
    assert standing(link) == "open"
    assert look(link, "granted") == "proven"
    assert (standing(link), ProofTry.objects.get().right, claim(link).sealed_answer) == ("owner", True, "")


def test_five_tries_about_an_account_and_no_more(ann: User, bob: User) -> None:
    link = linked(ann)
    wrong = [replace(one, price=one.price + 1) for one in right(claim(link).ranks)]
    for left in (5, 4, 3, 2, 1):
        assert proving.tries_left(claim(link)) == left
        service.answer(ann, link.pk, wrong)
        with pytest.raises(service.Refused, match="has not been compared yet"):
            service.answer(ann, link.pk, wrong)
        assert look(link, "granted") == "look"
    with pytest.raises(service.Refused, match="no try left"):
        service.answer(ann, link.pk, right(claim(link).ranks))
    other = linked(bob)
    assert proving.tries_left(claim(other)) == 5
    service.answer(bob, other.pk, right(claim(other).ranks))
    assert look(other, "granted") == "look"


def test_twenty_wrong_answers_an_hour_on_the_whole_instance(ann: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    link = linked(ann)
    same = {"owner": bob, "broker": BROKER, "endpoint": "live", "right": False}
    ProofTry.objects.bulk_create(ProofTry(number=f"5ZZ{number:05d}", **same) for number in range(20))
    with pytest.raises(service.Refused, match="Try again in an hour"):
        service.answer(ann, link.pk, right(claim(link).ranks))
    later(monkeypatch, proving, timedelta(hours=1, minutes=1))
    service.answer(ann, link.pk, right(claim(link).ranks))


def test_an_answer_that_is_looked_at_without_a_grant_is_spent(ann: User, bob: User) -> None:
    link = linked(ann)
    assert bob.is_active
    service.answer(ann, link.pk, right(claim(link).ranks))
    assert look(link, "unclear") == "look"
    assert claim(link).sealed_answer
    assert look(link, "absent") == "look"
    assert (claim(link).sealed_answer, proving.tries_left(claim(link))) == ("", 4)
    assert look(link, "granted") == "look"


@pytest.mark.parametrize(
    ("change", "expected"),
    [({}, True), ({"quantity": Decimal(-31)}, True), ({"quantity": Decimal(30)}, False), ({"price": Decimal("130.01")}, False)],
)
def test_every_part_of_an_answer_counts(change: dict[str, Decimal], expected: bool) -> None:
    (said,) = right([1])
    other = Answer(said.day, change.get("quantity", said.quantity), change.get("price", said.price))
    assert is_right(EXECUTIONS, [1], [other]) is expected
    assert not is_right(EXECUTIONS, [1], [replace(said, day=said.day + timedelta(days=1))])
    assert not is_right(EXECUTIONS, [1, 2], [said])
    assert not is_right(EXECUTIONS[:1], [2], [said])
    assert not is_right(EXECUTIONS, [], [])
