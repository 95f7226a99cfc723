"""Linking on the page: guide and promises beside the form, each refusal at its field, and every state of a link in words."""

from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from fillbook.storage.access import Viewer, runs_of
from fillbook.storage.models import BrokerAccount, EndpointKind, Link, LinkState, RunKind, RunState, SecurityEvent, SyncRun, User
from fillbook.storage.secrets import open_credential
from fillbook.web.pages import linking
from tests.web.book import FILLS, link_of, says, write_book
from tests.web.conftest import text_of

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

GOOD = {"token": "713705191384205928811001", "query_id": "1047263"}


def run_of(link: Link, state: RunState, **values: object) -> SyncRun:
    return SyncRun.objects.create(owner=link.owner, link=link, kind=RunKind.MANUAL, state=state, **values)


def progress(client: Client, link: Link) -> str:
    return text_of(client.get(f"/accounts/links/{link.pk}/").content)


def test_the_page_has_guide_promises_and_form(browser_of_owner: Client) -> None:
    shown = text_of(browser_of_owner.get("/accounts/link/ibkr/").content)
    for words in ("Flex Web Service", "Last 365 Days", "Executions", "The token can only read reports", "Flex token", "Query ID"):
        assert words in shown


def test_the_list_says_what_each_broker_can_give(browser_of_owner: Client) -> None:
    shown = text_of(browser_of_owner.get("/accounts/link/").content)
    assert "History at the start One year Time of each fill To the second New trades The next morning" in shown
    assert "The link lasts Up to one year, then renew it" in shown


def test_a_broker_of_files_alone_leads_to_the_upload(browser_of_owner: Client) -> None:
    page = browser_of_owner.get("/accounts/link/").content.decode()
    assert 'href="/accounts/link/tastytrade/"' not in page
    assert "Upload a file" in text_of(page.encode())
    assert "New trades With each file" in text_of(page.encode())
    assert "The link lasts No link, files alone" in text_of(page.encode())
    assert browser_of_owner.get("/accounts/link/tastytrade/")["Location"] == reverse("upload")


def test_a_good_answer_makes_a_sealed_link_and_shows_its_progress(browser_of_owner: Client, owner: User) -> None:
    answer = browser_of_owner.post("/accounts/link/ibkr/", GOOD)
    link = Link.objects.get(owner=owner)
    assert answer["Location"] == f"/accounts/links/{link.pk}/"
    assert open_credential(link) == GOOD
    assert link.state == LinkState.VALIDATING
    assert "Fetching from Interactive Brokers" in progress(browser_of_owner, link)


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        ({"token": "", "query_id": "1047263"}, "token"),
        ({"token": "12", "query_id": "1047263"}, "token"),
        ({**GOOD, "query_id": "x"}, "query_id"),
    ],
)
def test_each_refusal_stands_at_its_field_and_no_secret_comes_back(browser_of_owner: Client, answer: dict[str, str], field: str) -> None:
    page = browser_of_owner.post("/accounts/link/ibkr/", answer)
    content = page.content.decode()
    assert page.status_code == 422
    assert f'id="id_{field}_error"' in content
    assert GOOD["token"] not in content
    assert not Link.objects.exists()


def test_what_is_typed_too_late_is_asked_for_again_and_lies_in_no_session(browser_of_owner: Client, settings: Settings) -> None:
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    answer = browser_of_owner.post("/accounts/link/ibkr/", GOOD)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/link/ibkr/")
    assert GOOD["token"] not in str(dict(browser_of_owner.session))
    assert not Link.objects.exists()


def test_a_run_shows_its_step_and_asks_for_the_next_one(browser_of_owner: Client, owner: User) -> None:
    link = link_of(owner, LinkState.VALIDATING)
    run_of(link, RunState.RUNNING, step="generate", started_at=timezone.now() - timedelta(seconds=65), step_started_at=timezone.now())
    answer = browser_of_owner.get(f"/accounts/links/{link.pk}/", headers={"HX-Request": "true"})
    content = answer.content.decode()
    assert "HX-Request" in answer["Vary"]
    assert "<html" not in content
    assert f'hx-get="/accounts/links/{link.pk}/"' in content
    assert "1 min 5 s" in text_of(answer.content)
    assert "Asking Interactive Brokers for the statement (done)" in text_of(answer.content)
    assert "Interactive Brokers is preparing the statement (now)" in text_of(answer.content)


def test_still_validating_says_until_when(browser_of_owner: Client, owner: User) -> None:
    link = link_of(owner, LinkState.VALIDATING)
    link.linked_at, link.validating_until = None, timezone.now() + timedelta(hours=23, minutes=30)
    link.save()
    run_of(
        link,
        RunState.WAITING,
        step="wait",
        retry_at=timezone.now() + timedelta(minutes=15, seconds=30),
        error_message="The broker does not know it yet.",
    )
    shown = progress(browser_of_owner, link)
    assert "Still validating" in shown
    assert "The broker does not know it yet. We try again in 15 min. If it still does not work in 23 h, we tell you what to check." in shown


def test_a_waiting_run_stands_at_no_step_and_is_asked_for_less_often(browser_of_owner: Client, link: Link) -> None:
    run_of(link, RunState.WAITING, step="wait", retry_at=timezone.now() + timedelta(minutes=5, seconds=30), error_message="Busy.")
    content = browser_of_owner.get(f"/accounts/links/{link.pk}/").content
    assert "Waiting to try again Busy. We try again in 5 min. Nothing was lost." in text_of(content)
    assert 'hx-trigger="load delay:20s"' in content.decode()
    assert "Asking Interactive Brokers" not in text_of(content)


def test_a_link_that_needs_its_user_says_what_and_offers_one_step(browser_of_owner: Client, owner: User) -> None:
    link = link_of(owner, LinkState.NEEDS_USER)
    link.error_message = "Your token has expired. Create a new one in the portal."
    link.save()
    run_of(link, RunState.FAILED, step="request", error_message=link.error_message)
    content = browser_of_owner.get(f"/accounts/links/{link.pk}/").content
    assert "One thing for you to do" in text_of(content)
    assert "Your token has expired. Create a new one in the portal." in text_of(content)
    assert f'href="/accounts/links/{link.pk}/replace/"' in content.decode()
    assert "hx-get" not in content.decode()


def test_a_passing_trouble_says_that_nothing_was_lost(browser_of_owner: Client, link: Link) -> None:
    run_of(link, RunState.FAILED, error_message="We could not reach the broker.")
    assert "We could not reach the broker. Nothing was lost." in progress(browser_of_owner, link)


def test_a_refused_replacement_says_that_the_old_one_is_still_in_use(browser_of_owner: Client, link: Link) -> None:
    run_of(link, RunState.FAILED, step="request", error_kind="NeedsUser", error_code="1015", error_message="Nobody knows this token.")
    content = browser_of_owner.get(f"/accounts/links/{link.pk}/").content
    shown = text_of(content)
    assert "What you entered was not taken" in shown
    assert "Nobody knows this token. What linked it before is still in use, and your history stays as it is." in shown
    assert "nightly sync" not in shown
    assert f'href="/accounts/links/{link.pk}/replace/"' in content.decode()


def test_linked_says_how_much_came_in(browser_of_owner: Client, link: Link) -> None:
    run_of(link, RunState.DONE, rows_new=419)
    shown = progress(browser_of_owner, link)
    assert "Linked 419 rows came in." in shown
    assert "See how you trade" in shown


def test_pause_and_resume(browser_of_owner: Client, link: Link) -> None:
    browser_of_owner.post(f"/accounts/links/{link.pk}/pause/")
    link.refresh_from_db()
    assert link.state == LinkState.PAUSED
    assert "Nothing is fetched until you resume" in progress(browser_of_owner, link)
    refused = browser_of_owner.post(f"/accounts/links/{link.pk}/sync/", follow=True)
    assert "This link is paused." in text_of(refused.content)
    browser_of_owner.post(f"/accounts/links/{link.pk}/resume/")
    link.refresh_from_db()
    assert link.state == LinkState.LINKED


def test_a_new_credential_leaves_the_old_one_until_it_has_worked(browser_of_owner: Client, link: Link) -> None:
    page = text_of(browser_of_owner.get(f"/accounts/links/{link.pk}/replace/").content)
    assert "Your history stays." in page
    assert "Leave it empty to keep the one you have." in page
    answer = browser_of_owner.post(f"/accounts/links/{link.pk}/replace/", {"token": GOOD["token"], "query_id": ""})
    assert answer["Location"] == f"/accounts/links/{link.pk}/"
    link.refresh_from_db()
    assert open_credential(link)["token"].startswith("CANARY")
    assert link.sealed_candidate


def test_accounts_of_a_link_are_chosen(browser_of_owner: Client, account: BrokerAccount) -> None:
    address = f"/accounts/links/{account.link_id}/accounts/"
    assert 'value="1" checked' in browser_of_owner.get(address).content.decode().replace(f'value="{account.pk}"', 'value="1"')
    browser_of_owner.post(address, {})
    account.refresh_from_db()
    assert not account.chosen
    browser_of_owner.post(address, {"account": str(account.pk)})
    account.refresh_from_db()
    assert account.chosen


def test_unlinking_keeps_the_trades(browser_of_owner: Client, account: BrokerAccount) -> None:
    answer = browser_of_owner.post(f"/accounts/links/{account.link_id}/unlink/", {"what": "keep"}, follow=True)
    assert "Your trades stay; the token is erased." in text_of(answer.content)
    assert Link.objects.get().sealed_credential == ""
    assert "Profit +86.00 USD" in text_of(browser_of_owner.get("/").content)


@pytest.mark.parametrize("typed", ["", "yes", "remove"])
def test_deleting_everything_needs_the_word(browser_of_owner: Client, account: BrokerAccount, typed: str) -> None:
    answer = browser_of_owner.post(f"/accounts/links/{account.link_id}/unlink/", {"what": "delete", "word": typed})
    assert answer.status_code == 422
    assert "Nothing was done." in text_of(answer.content)
    assert BrokerAccount.objects.filter(pk=account.pk).exists()


def test_deleting_everything_with_the_word_leaves_nothing(browser_of_owner: Client, account: BrokerAccount) -> None:
    browser_of_owner.post(f"/accounts/links/{account.link_id}/unlink/", {"what": "delete", "word": " Delete "})
    assert not BrokerAccount.objects.exists()
    assert not Link.objects.exists()
    assert browser_of_owner.get("/")["Location"] == "/welcome/"
    assert SecurityEvent.objects.filter(what="link_deleted").exists()


def test_without_a_running_sandbox_the_page_says_so(browser_of_owner: Client) -> None:
    answer = browser_of_owner.post("/sandbox/start/", follow=True)
    assert "The sandbox is not running." in text_of(answer.content)


def test_the_sandbox_goes_in_one_click(browser_of_owner: Client, owner: User, account: BrokerAccount) -> None:
    write_book(owner, says(*FILLS[:2], number="U9"), link_of(owner, endpoint=EndpointKind.SANDBOX))
    answer = browser_of_owner.post("/sandbox/remove/", follow=True)
    assert "The sandbox is gone, with everything that came from it." in text_of(answer.content)
    assert list(BrokerAccount.objects.values_list("pk", flat=True)) == [account.pk]


def test_no_page_shows_a_token(browser_of_owner: Client, account: BrokerAccount) -> None:
    link = account.link_id
    for address in ("/accounts/", f"/accounts/links/{link}/", f"/accounts/links/{link}/replace/", f"/accounts/{account.pk}/", "/settings/"):
        assert "CANARY" not in browser_of_owner.get(address).content.decode()


def test_a_run_that_ends_while_its_page_is_made_leaves_no_page_that_stands_still(
    browser_of_owner: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = link_of(owner, LinkState.VALIDATING)
    Link.objects.filter(pk=link.pk).update(linked_at=None)
    SyncRun.objects.create(owner=owner, link=link, kind=RunKind.FIRST, state=RunState.RUNNING)

    def ended_just_now(user: Viewer) -> QuerySet[SyncRun]:
        now = timezone.now()
        Link.objects.filter(pk=link.pk).update(linked_at=now, last_success_at=now, state=LinkState.LINKED)
        SyncRun.objects.filter(link=link).update(state=RunState.DONE, rows_new=2)
        return runs_of(user)

    monkeypatch.setattr(linking, "runs_of", ended_just_now)
    shown = text_of(browser_of_owner.get(f"/accounts/links/{link.pk}/", headers={"HX-Request": "true"}).content)
    assert shown.startswith("Linked 2 rows came in.")
    assert "Last sync just now" in shown
