"""A page or a filter under a name: saved, opened, begun with, deleted; one's own alone."""

import html
from datetime import date

import pytest
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import translation

from fillbook.performance.filters import Filter
from fillbook.storage.models import BrokerAccount, SavedView, User
from fillbook.storage.viewing import COLUMNS, LONGEST, PAGES, TABLE_SORTS, BadView, viewed, written_view
from fillbook.storage.views import CannotSave, save_view
from fillbook.web.pages.columns import ALL
from fillbook.web.pages.filterbar import as_view, period_of, periods
from fillbook.web.pages.report_tables import HEADINGS
from fillbook.web.pages.saved import opened, page_name
from tests.web.conftest import text_of

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

TODAY = date(2026, 3, 15)


def save(client: Client, name: str, query: str, **more: str) -> None:
    assert client.post("/views/save/", {"name": name, "query": query, **more}).status_code == 302


def address_of(query: str, path: str, today: date, page: str = "") -> str:
    return opened(SavedView(query=query, page=page), path, today)


def test_a_view_is_saved_shown_and_opened(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    save(browser_of_owner, "Bolts", "symbol=BOLT&show=percent&nonsense=1")
    assert SavedView.objects.get().query == "symbol=BOLT&show=percent"
    assert 'href="/?symbol=BOLT&amp;show=percent"' in browser_of_owner.get("/").content.decode()
    shown = browser_of_owner.get("/?symbol=BOLT&show=percent").content
    assert 'class="chip-value">Bolts</span>' in shown.decode(), "the bar names the view that is shown"


def test_a_period_with_a_name_moves_with_the_calendar() -> None:
    march = Filter(first=date(2026, 3, 1), last=date(2026, 3, 31), symbol="ACME")
    query = as_view(march, {"show": "percent"}, TODAY)
    assert query == "symbol=ACME&period=this-month&show=percent"
    assert address_of(query, "/", date(2026, 5, 2)) == "/?from=2026-05-01&to=2026-05-31&symbol=ACME&show=percent"
    fixed = as_view(Filter(first=date(2026, 3, 2), last=date(2026, 3, 9)), {}, TODAY)
    assert address_of(fixed, "/", date(2026, 5, 2)) == "/?from=2026-03-02&to=2026-03-09"


@pytest.mark.parametrize("name", [key for key, *_ in periods(TODAY)][1:])
def test_a_period_keeps_its_name_in_every_language(browser_of_owner: Client, account: BrokerAccount, name: str) -> None:
    assert account.pk
    with translation.override("de"):
        days = period_of(name, TODAY)
        assert days is not None
        query = as_view(Filter(first=days[0], last=days[1]), {}, TODAY)
    assert query == f"period={name}"
    later = period_of(name, date(2027, 8, 2))
    assert later is not None
    assert address_of(query, "/", date(2027, 8, 2)) == f"/?from={later[0]}&to={later[1]}"
    save(browser_of_owner, "Rolling", query)
    assert SavedView.objects.get().query == query


def test_a_period_kept_in_german_still_moves() -> None:
    with translation.override("de"):
        assert address_of("period=letzte-90-tage", "/", date(2026, 3, 31)) == "/?from=2026-01-01&to=2026-03-31"


def test_pages_begin_with_the_default_view_until_everything_is_asked_for(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    save(browser_of_owner, "Bolts", "symbol=BOLT", default="1")
    assert browser_of_owner.get("/")["Location"] == "/?symbol=BOLT"
    assert browser_of_owner.get("/trades/")["Location"] == "/trades/?symbol=BOLT"
    answer = browser_of_owner.get("/?symbol=BOLT").content
    assert 'href="/?view=all"' in answer.decode()
    assert "Profit +86.00 USD" in text_of(browser_of_owner.get("/?view=all").content)
    view = SavedView.objects.get()
    browser_of_owner.post(f"/views/{view.pk}/", {"what": "plain"})
    assert browser_of_owner.get("/").status_code == 200


def test_only_one_view_is_the_default_and_a_name_is_there_once(owner: User) -> None:
    save_view(owner, "One", written_view("", "symbol=A"), is_default=True)
    save_view(owner, "Two", written_view("", "symbol=B"), is_default=True)
    save_view(owner, " one ", written_view("", "symbol=C"))
    assert {view.name: (view.query, view.is_default) for view in SavedView.objects.all()} == {
        "one": ("symbol=C", False),
        "Two": ("symbol=B", True),
    }
    for name in ("", " ", "x" * 61, "a\x00b"):
        with pytest.raises(CannotSave):
            save_view(owner, name, written_view("", ""))


@pytest.mark.parametrize(
    ("path", "asked", "kept"),
    [
        ("/reports/by/symbol/", "in=own&basis=gross&symbol=BOLT&sort=-won", "symbol=BOLT&basis=gross&in=own&sort=-won"),
        ("/reports/cross/", "down=tag&across=weekday&show=percent", "show=percent&down=tag"),
        ("/reports/compare/", "side=long&with=side%3Dshort%26symbol%3Dbolt", "side=long&with=symbol%3DBOLT%26side%3Dshort"),
        ("/trades/", "columns=net,r,symbol&sort=r&order=asc&symbol=BOLT", "symbol=BOLT&columns=symbol,r,net&sort=r&order=asc"),
        ("/calendar/", "month=2026-03&symbol=BOLT", "symbol=BOLT"),
        ("/campaigns/", "shape=bull_put&on=bolt&symbol=BOLT&page=2", "symbol=BOLT&shape=bull_put&on=BOLT"),
        ("/reports/campaigns/", "by=month&symbol=BOLT&show=percent&basis=gross", "symbol=BOLT&by=month"),
        ("/positions/", "symbol=BOLT&show=percent&money=USD", "symbol=BOLT&show=percent"),
    ],
)
def test_a_view_opens_exactly_its_page(browser_of_owner: Client, account: BrokerAccount, path: str, asked: str, kept: str) -> None:
    """What the form of the page sends, once saved, is an address of the list of views on every other page, and current on its own."""
    assert account.pk
    page = browser_of_owner.get(f"{path}?{asked}").content.decode()
    sent = html.unescape(page.partition('name="query" value="')[2].partition('"')[0])
    save(browser_of_owner, "Mine", sent, path=path)
    assert (SavedView.objects.get().page, SavedView.objects.get().query) == (path, kept)
    url = f"{path}?{kept}" if "symbol" in kept or "side" in kept else f"{path}?{kept}&view=all"
    assert f'href="{html.escape(url)}"' in browser_of_owner.get("/").content.decode()
    shown = browser_of_owner.get(url).content.decode()
    assert 'class="chip-value">Mine</span>' in shown
    assert "view-name" not in shown, "there is nothing to save that is not saved"


def test_a_page_begins_with_the_filter_of_a_view_of_another_one_and_with_all_of_its_own(
    browser_of_owner: Client, account: BrokerAccount
) -> None:
    assert account.pk
    save(browser_of_owner, "Bolts", "symbol=BOLT&sort=-won&basis=gross", path="/reports/by/symbol/", default="1")
    assert browser_of_owner.get("/trades/")["Location"] == "/trades/?symbol=BOLT"
    assert browser_of_owner.get("/reports/by/symbol/")["Location"] == "/reports/by/symbol/?symbol=BOLT&basis=gross&sort=-won"


@pytest.mark.parametrize("path", ["//evil.example/", "https://evil.example/", "/trades", "/reports/by/nonsense/", "/settings/", "\\evil"])
def test_a_view_opens_no_other_page(browser_of_owner: Client, account: BrokerAccount, owner: User, path: str) -> None:
    """What is sent by hand is kept as a filter for any page; and a row that says otherwise does not lead away either."""
    assert account.pk
    save(browser_of_owner, "Away", "symbol=BOLT", path=path)
    assert SavedView.objects.get().page == ""
    with pytest.raises(BadView) as problem:
        written_view(path, "")
    assert problem.value.field == "path"
    SavedView.objects.create(owner=owner, name="Row", query="symbol=BOLT", page=path)
    shown = browser_of_owner.get("/").content.decode()
    assert shown.count('href="/?symbol=BOLT"') >= 2
    assert "evil" not in shown


def test_every_page_that_a_view_opens_is_one_of_ours_and_has_a_name() -> None:
    for path in PAGES:
        try:
            resolve(path)
        except Resolver404:
            pytest.fail(f"{path} is no page")
        assert page_name(path), path
    assert tuple(column.name for column in ALL) == COLUMNS
    assert tuple(name for name, _title in HEADINGS) == TABLE_SORTS


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("", "sort=r"),
        ("/", "basis=gross"),
        ("/trades/", "sort=won"),
        ("/trades/", "period=soon"),
        ("/", "period=today&from=2026-01-01"),
        ("/", "from=2026-03-31&to=2026-03-01"),
        ("/", "closed_from=2026-03-31~&closed_to=2026-03-30~"),
        ("/reports/compare/", f"with={'a%26' * 150}"),
    ],
)
def test_what_means_nothing_on_a_page_is_refused_and_left_out(path: str, query: str) -> None:
    with pytest.raises(BadView) as problem:
        written_view(path, query)
    assert problem.value.field == "query"
    meant = {"/trades/": {"sort": "r"}, "/reports/compare/": {"basis": "gross"}}
    assert viewed(path, {"sort": ["r"], "basis": ["gross"]}).also == meant.get(path, {})


def test_a_filter_of_too_many_conditions_is_none_and_breaks_no_page(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    assert browser_of_owner.get("/reports/compare/", {"with": "a&" * 150}).status_code == 200
    save(browser_of_owner, "Many", f"symbol=BOLT&with={'a%26' * 150}", path="/reports/compare/")
    assert SavedView.objects.get().query == "symbol=BOLT"


def test_a_view_is_kept_whole_or_not_at_all(browser_of_owner: Client, account: BrokerAccount) -> None:
    """Cut off, its last condition would be another one."""
    assert account.pk
    save(browser_of_owner, "Long", f"tag={'x' * LONGEST}&symbol=BOLT")
    assert not SavedView.objects.exists()
    assert "at most 2,000 characters" in text_of(browser_of_owner.get("/").content)


def test_a_view_is_deleted_by_its_owner_alone(browser_of_owner: Client, browser_of_other: Client, owner: User) -> None:
    view = save_view(owner, "Mine", written_view("", "symbol=ACME"))
    assert browser_of_other.post(f"/views/{view.pk}/", {"what": "delete"}).status_code == 404
    assert browser_of_owner.post(f"/views/{view.pk}/", {"what": "delete", "next": "/trades/"})["Location"] == "/trades/"
    assert not SavedView.objects.exists()
