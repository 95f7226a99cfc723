"""Accounts: the state of each link, how complete each account is, and every figure that is not simply equal to the broker's."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fillbook.storage.models import BrokerAccount, EndpointKind, LinkState, RawStatement, RunKind, RunState, SyncRun, User
from tests.sync.flex import statement
from tests.web.book import ACME, BOLT, FILLS, NOTE, fill, link_of, says, utc, waiting_upload, write_book
from tests.web.conftest import text_of

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


def test_the_list_says_state_freshness_and_agreement(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    shown = text_of(browser_of_owner.get("/accounts/").content)
    assert "Interactive Brokers Linked Never synced yet Sync now" in shown
    assert "U1 USD Tracked since 26 Sep 2025, figures to 25 Sep 2026 2 trades 2 equal" in shown


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (LinkState.VALIDATING, "Still validating"),
        (LinkState.PAUSED, "Paused"),
        (LinkState.NEEDS_USER, "Needs you"),
        (LinkState.LINKED, "Linked"),
    ],
)
def test_each_state_has_its_word(browser_of_owner: Client, owner: User, state: LinkState, word: str) -> None:
    link_of(owner, state)
    assert f"Interactive Brokers {word}" in text_of(browser_of_owner.get("/accounts/").content)


def test_a_link_that_is_being_fetched_says_so(browser_of_owner: Client, owner: User) -> None:
    link = link_of(owner)
    SyncRun.objects.create(owner=owner, link=link, kind=RunKind.MANUAL, state=RunState.RUNNING)
    shown = text_of(browser_of_owner.get("/accounts/").content)
    assert "Fetching" in shown
    assert "See progress" in shown


def test_the_sandbox_is_marked(browser_of_owner: Client, owner: User) -> None:
    write_book(owner, says(*FILLS[:2], number="U9"), link_of(owner, endpoint=EndpointKind.SANDBOX))
    shown = text_of(browser_of_owner.get("/accounts/").content)
    assert "Interactive Brokers Sandbox Linked" in shown
    assert "Sandbox: pretend money." in shown


def test_accounts_without_a_link_say_where_they_come_from(browser_of_owner: Client, owner: User) -> None:
    write_book(owner)
    shown = text_of(browser_of_owner.get("/accounts/").content)
    assert "Without a link From files These come from files you uploaded" in shown


def test_an_account_says_how_complete_it_is(browser_of_owner: Client, account: BrokerAccount) -> None:
    shown = text_of(browser_of_owner.get(f"/accounts/{account.pk}/").content)
    assert "Days covered 26 Sep 2025 – 25 Sep 2026" in shown
    assert "Incomplete trades, left out 0 Closings without their opening 0 Open trades 1" in shown
    assert "Fills that close something 2 equal Positions 1 equal" in shown
    assert "What it holds" in shown
    assert "ACME 4 4 481.00 USD 5 Mar 2026 Reconciled" in shown
    assert "Everything is equal" in shown


def test_what_is_not_equal_is_listed_with_both_figures(browser_of_owner: Client, owner: User) -> None:
    rows = (*FILLS[:1], fill(2, ACME, -10, 110, utc(2, 10), broker="90"), fill(3, BOLT, 1, 5, utc(3, 1)))
    account = write_book(owner, says(*rows), link_of(owner))
    shown = text_of(browser_of_owner.get(f"/accounts/{account.pk}/").content)
    assert "ACME Fill 10 Feb 2026 +98.00 +90.00 Different" in shown
    assert "1 different" in shown


def test_the_doctor_tells_what_the_query_lacks_and_the_remedy(browser_of_owner: Client, owner: User) -> None:
    account = write_book(owner, link=link_of(owner), findings=(NOTE,))
    shown = text_of(browser_of_owner.get(f"/accounts/{account.pk}/").content)
    assert "What your query could tell better" in shown
    assert "The query has no Open Positions section. Tick Open Positions in the query." in shown


def test_statements_are_listed_with_where_they_came_from(browser_of_owner: Client, owner: User) -> None:
    account = write_book(owner)
    shown = text_of(browser_of_owner.get(f"/accounts/{account.pk}/").content)
    assert "Statements it rests on" in shown
    assert "year.xml Uploaded Fillbook" in shown
    assert "Figures to Fri 25 Sep 2026. Uploaded" in shown
    write_book(owner, says(*FILLS[:2], number="U2"), link=link_of(owner))
    assert "Partly uploaded" in text_of(browser_of_owner.get("/trades/").content)


def test_an_uploaded_file_is_looked_at_before_it_is_accepted(browser_of_owner: Client, owner: User) -> None:
    file = SimpleUploadedFile("year.xml", statement("U7000001"))
    answer = browser_of_owner.post("/accounts/upload/", {"file": file})
    raw = RawStatement.objects.get(owner=owner)
    assert answer["Location"] == f"/accounts/upload/{raw.pk}/"
    shown = text_of(browser_of_owner.get(f"/accounts/upload/{raw.pk}/").content)
    assert "U7000001 New account 26 Sep 2025 – 25 Sep 2026 2 new" in shown
    assert "Accept it" in shown
    assert not BrokerAccount.objects.exists()
    accepted = browser_of_owner.post(f"/accounts/upload/{raw.pk}/accept/")
    run = SyncRun.objects.get(raw=raw)
    assert accepted["Location"] == f"/accounts/uploads/{run.pk}/"
    assert "Taking your file in" in text_of(browser_of_owner.get(f"/accounts/uploads/{run.pk}/").content)


def test_a_discarded_file_is_gone(browser_of_owner: Client, owner: User) -> None:
    raw = waiting_upload(owner)
    answer = browser_of_owner.post(f"/accounts/upload/{raw.pk}/discard/", follow=True)
    assert "Discarded. Nothing was changed." in text_of(answer.content)
    assert not RawStatement.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notes.txt", b"hello", "This is no statement that Fillbook knows."),
        ("empty.xml", b"", ""),
        ("bomb.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><FlexQueryResponse type="AF">&b;</FlexQueryResponse>', ""),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_changes_nothing(browser_of_owner: Client, name: str, content: bytes, words: str) -> None:
    answer = browser_of_owner.post("/accounts/upload/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422
    assert words in text_of(answer.content)
    assert "Nothing was changed." in text_of(answer.content)
    assert not RawStatement.objects.exists()


def test_no_file_at_all_is_asked_for(browser_of_owner: Client) -> None:
    assert "Choose a file first." in text_of(browser_of_owner.post("/accounts/upload/", {}).content)


@pytest.mark.parametrize(
    ("state", "error", "words"),
    [
        (RunState.DONE, "", "In your book 2 rows came in."),
        (RunState.FAILED, "It is cut off.", "It was not taken in It is cut off. Nothing was changed."),
    ],
)
def test_the_end_of_an_upload_is_told(browser_of_owner: Client, owner: User, state: RunState, error: str, words: str) -> None:
    run = SyncRun.objects.create(owner=owner, raw=waiting_upload(owner), kind=RunKind.UPLOAD, state=state, rows_new=2, error_message=error)
    assert words in text_of(browser_of_owner.get(f"/accounts/uploads/{run.pk}/").content)
