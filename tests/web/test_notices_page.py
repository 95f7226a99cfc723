"""Notices on pages, the mail server, and how a link stands."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from fillbook.storage.models import BrokerAccount, Link, LinkState, Notice, NoticeKind, RunKind, RunState, SyncRun, User
from fillbook.storage.notices import tell
from fillbook.storage.operators import open_values
from fillbook.sync import operators
from tests.web.conftest import text_of

pytestmark = pytest.mark.django_db


def ages(link: Link) -> Notice:
    assert tell(link, NoticeKind.CREDENTIAL_AGES, "7", timezone.now(), {"on": "2027-01-02"})
    return Notice.objects.get(link=link, kind=NoticeKind.CREDENTIAL_AGES)


def test_a_notice_stands_on_the_pages_until_it_is_put_away(browser_of_owner: Client, account: BrokerAccount, link: Link) -> None:
    notice, words = ages(link), "The Flex token for Interactive Brokers ends on 2 Jan 2027 at the latest."
    pages = ["/", "/accounts/", f"/accounts/{account.pk}/", f"/accounts/links/{link.pk}/"]
    for page in pages:
        assert words in text_of(browser_of_owner.get(page).content), page
    answer = browser_of_owner.post(f"/notices/{notice.pk}/away/", {"next": "/accounts/"})
    assert answer["Location"] == "/accounts/"
    for page in pages:
        assert words not in text_of(browser_of_owner.get(page).content), page
    shown = text_of(browser_of_owner.get("/notices/").content)
    assert words in shown
    assert "put away" in shown
    assert browser_of_owner.post(f"/notices/{notice.pk}/away/", {"next": "https://evil.example/"})["Location"] == "/notices/"


def test_all_are_put_away_at_once_and_nobody_elses(browser_of_other: Client, browser_of_owner: Client, link: Link) -> None:
    notice = ages(link)
    browser_of_other.post("/notices/away/")
    assert Notice.objects.get(pk=notice.pk).read_at is None
    browser_of_owner.post("/notices/away/")
    assert Notice.objects.get(pk=notice.pk).read_at is not None


def test_a_link_says_what_it_brought_and_when_it_comes_again(browser_of_owner: Client, account: BrokerAccount, link: Link) -> None:
    now = timezone.now()
    Link.objects.filter(pk=link.pk).update(
        last_success_at=now, figures_to=date(2026, 9, 25), credential_changed_at=now - timedelta(days=360)
    )
    counts = {"rows_new": 12, "rows_changed": 1, "rows_withdrawn": 2, "rows_returned": 4, "trades_changed": 3, "trades_restated": 1}
    known = {"owner": link.owner, "link": link, "kind": RunKind.SCHEDULED, "started_at": now, "finished_at": now + timedelta(seconds=8)}
    SyncRun.objects.create(state=RunState.DONE, note="The days of May are still missing.", **known, **counts)
    SyncRun.objects.create(state=RunState.FAILED, error_message="The broker was away.", created_at=now - timedelta(days=1), **known)
    shown = text_of(browser_of_owner.get(f"/accounts/links/{link.pk}/runs/").content)
    assert "12 new rows, 1 changed, 4 there again, 2 dropped; 3 trades new or different; 1 trade restated" in shown
    assert "Done The days of May are still missing." in shown
    assert "Did not work The broker was away." in shown
    assert "New York" in shown
    account_page = text_of(browser_of_owner.get(f"/accounts/{account.pk}/").content)
    assert "Last sync just now" in account_page
    assert "What you entered ends, at the latest" in account_page
    listed = text_of(browser_of_owner.get("/accounts/").content)
    assert "Last brought 12 new rows, 1 changed, 4 there again, 2 dropped; 3 trades new or different; 1 trade restated. Next sync" in listed


def test_how_a_link_stands_is_asked_for_anew_while_a_run_goes_on(browser_of_owner: Client, account: BrokerAccount, link: Link) -> None:
    address = f"/accounts/links/{link.pk}/?standing"
    run = SyncRun.objects.create(owner=link.owner, link=link, kind=RunKind.FIRST, state=RunState.RUNNING)
    shown = browser_of_owner.get(f"/accounts/{account.pk}/").content.decode()
    assert f'<dl class="facts" id="standing" hx-get="{address}" hx-trigger="load delay:3s" hx-swap="outerHTML">' in shown
    assert "Last sync the first one goes on" in text_of(shown.encode())
    SyncRun.objects.filter(pk=run.pk).update(state=RunState.DONE, rows_new=2)
    Link.objects.filter(pk=link.pk).update(last_success_at=timezone.now())
    over = text_of(browser_of_owner.get(f"/accounts/links/{link.pk}/", headers={"HX-Request": "true"}).content)
    assert over.endswith("Last sync just now 2 new rows Next sync " + over.rpartition("Next sync ")[2]), "with the end of the run"
    part = browser_of_owner.get(address, headers={"HX-Request": "true"}).content
    assert text_of(part).startswith("Last sync just now 2 new rows Next sync ")
    assert b"hx-get" not in part


@pytest.mark.parametrize(
    ("state", "words"),
    [(LinkState.PAUSED, "Next sync when you resume it"), (LinkState.NEEDS_USER, "Next sync when you have done what it needs")],
)
def test_a_link_that_stands_still_says_what_it_waits_for(browser_of_owner: Client, link: Link, state: LinkState, words: str) -> None:
    Link.objects.filter(pk=link.pk).update(state=state)
    assert words in text_of(browser_of_owner.get(f"/accounts/links/{link.pk}/").content)


def test_runs_come_in_pages(browser_of_owner: Client, link: Link) -> None:
    known = {"owner": link.owner, "link": link, "kind": RunKind.SCHEDULED, "state": RunState.DONE}
    SyncRun.objects.bulk_create(SyncRun(**known) for _ in range(30))
    assert "1–25 of 30" in text_of(browser_of_owner.get(f"/accounts/links/{link.pk}/runs/").content)
    assert "26–30 of 30" in text_of(browser_of_owner.get(f"/accounts/links/{link.pk}/runs/?page=2").content)


def test_the_operator_sets_a_mail_server_and_its_password_stays_hidden(browser_of_owner: Client) -> None:
    answer = {"host": "smtp.example.org", "port": "587", "security": "tls", "user": "ann", "password": "CANARY", "sender": "a@b.org"}
    assert browser_of_owner.post("/settings/mail/", answer).status_code == 302
    page = browser_of_owner.get("/settings/mail/").content.decode()
    assert "smtp.example.org" in page
    assert "CANARY" not in page
    assert browser_of_owner.post("/settings/mail/", {**answer, "port": "0", "password": ""}).status_code == 422
    assert browser_of_owner.post("/settings/mail/", {**answer, "password": "", "user": "bob"}).status_code == 302
    assert (open_values("smtp") or {})["password"] == "CANARY"
    assert "Mail server Set" in text_of(browser_of_owner.get("/settings/").content)
    browser_of_owner.post("/settings/mail/", {"do": "remove"})
    assert operators.present("smtp") is None


def test_a_test_message_that_fails_says_why(browser_of_owner: Client) -> None:
    answer = browser_of_owner.post("/settings/mail/", {"do": "test"}, follow=True)
    assert "No mail server is set." in text_of(answer.content)


def test_mail_is_turned_off_and_on(browser_of_owner: Client, owner: User) -> None:
    browser_of_owner.post("/settings/notices/", {"wants_mail": "0"})
    owner.refresh_from_db()
    assert not owner.wants_mail
    browser_of_owner.post("/settings/notices/", {"wants_mail": "1"})
    owner.refresh_from_db()
    assert owner.wants_mail
