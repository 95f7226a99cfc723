"""A filter under a name: saved, opened, begun with, deleted; one's own alone."""

from datetime import date

import pytest
from django.test import Client
from django.utils import translation

from fillbook.performance.filters import Filter
from fillbook.storage.models import BrokerAccount, SavedView, User
from fillbook.storage.views import CannotSave, save_view
from fillbook.web.pages.filterbar import as_view, period_of, periods
from fillbook.web.pages.saved import opened
from tests.web.conftest import text_of

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

TODAY = date(2026, 3, 15)


def save(client: Client, name: str, query: str, **more: str) -> None:
    assert client.post("/views/save/", {"name": name, "query": query, **more}).status_code == 302


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
    assert opened(query, "/", date(2026, 5, 2)) == "/?from=2026-05-01&to=2026-05-31&symbol=ACME&show=percent"
    fixed = as_view(Filter(first=date(2026, 3, 2), last=date(2026, 3, 9)), {}, TODAY)
    assert opened(fixed, "/", date(2026, 5, 2)) == "/?from=2026-03-02&to=2026-03-09"


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
    assert opened(query, "/", date(2027, 8, 2)) == f"/?from={later[0]}&to={later[1]}"
    save(browser_of_owner, "Rolling", query)
    assert SavedView.objects.get().query == query


def test_a_period_kept_in_german_still_moves() -> None:
    with translation.override("de"):
        assert opened("period=letzte-90-tage", "/", date(2026, 3, 31)) == "/?from=2026-01-01&to=2026-03-31"


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
    save_view(owner, "One", "symbol=A", is_default=True)
    save_view(owner, "Two", "symbol=B", is_default=True)
    save_view(owner, " one ", "symbol=C")
    assert {view.name: (view.query, view.is_default) for view in SavedView.objects.all()} == {
        "one": ("symbol=C", False),
        "Two": ("symbol=B", True),
    }
    for name in ("", " ", "x" * 61, "a\x00b"):
        with pytest.raises(CannotSave):
            save_view(owner, name, "")


def test_a_view_is_deleted_by_its_owner_alone(browser_of_owner: Client, browser_of_other: Client, owner: User) -> None:
    view = save_view(owner, "Mine", "symbol=ACME")
    assert browser_of_other.post(f"/views/{view.pk}/", {"what": "delete"}).status_code == 404
    assert browser_of_owner.post(f"/views/{view.pk}/", {"what": "delete", "next": "/trades/"})["Location"] == "/trades/"
    assert not SavedView.objects.exists()
