"""What a later statement changed: reached from the account and the trade, with both versions and both dates."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from fillbook.storage.models import BrokerAccount, FormerTrip, RestatedRow, RoundTripRow, RunKind, RunState, SyncRun, User
from fillbook.web.pages import restated
from tests.storage.deliveries import person
from tests.web.book import restated_book
from tests.web.conftest import text_of

pytestmark = pytest.mark.django_db


def test_from_account_run_and_trade_to_what_changed(browser_of_owner: Client, owner: User, account: BrokerAccount) -> None:
    assert "Nothing was restated" in text_of(browser_of_owner.get(reverse("restatements", args=[account.pk])).content)
    noted = restated_book(owner, account.link)
    noted.run = SyncRun.objects.create(owner=owner, link=account.link, kind=RunKind.SCHEDULED, state=RunState.DONE)
    noted.save()
    url = reverse("restatement", args=[account.pk, noted.pk])
    trip = RoundTripRow.objects.filter(symbol="ACME", is_open=False).get()
    listed = browser_of_owner.get(reverse("restatements", args=[account.pk])).content
    trade = browser_of_owner.get(reverse("trade", args=[trip.key])).content
    run = browser_of_owner.get(reverse("link-progress", args=[account.link_id])).content
    assert all(url.encode() in content for content in (listed, trade, run))
    assert reverse("restatements", args=[account.pk]).encode() in browser_of_owner.get(reverse("account", args=[account.pk])).content
    assert "Rows: 1 changed. 1 trade restated." in text_of(listed)
    page = text_of(browser_of_owner.get(url).content)
    assert "What the statement of 27 Sep 2026, 02:00:00 changed" in page
    assert "Figure Before After Profit +98.00 +88.00 Quantity 10 10 Fees −2.00 −2.00" in page
    assert (
        "Statement of 26 Sep 2026, 02:00:00 Statement of 27 Sep 2026, 02:00:00 Price 100 101 Proceeds -1,000 -1,010".replace("-", "\u2212")
        in page
    )
    assert "BOLT" not in page
    of_run = browser_of_owner.get(reverse("run-restated", args=[account.link_id, noted.run.pk])).content
    assert url.encode() in of_run
    name = account.alias or account.number
    assert f"Account {name} Rows: 1 changed. 1 trade restated. Statement of 27 Sep 2026, 02:00:00" in text_of(of_run)


def test_an_id_is_written_as_it_is_and_no_number_breaks() -> None:
    fields = {"id": ["31001063002", None], "price": ["1249.984358", "2"]}
    row = RestatedRow(kind="executions", what="changed", day=date(2026, 9, 1), fields=fields)
    fact = restated._fact(row, BrokerAccount(broker="ibkr"))
    ids, price = fact.fields
    assert (ids.before, ids.after, ids.is_one) == ("31001063002", "", False)
    assert (price.before, price.is_one) == ("1,249.984358", True)


def test_a_link_to_a_trade_outlives_new_numbers_of_its_fills(browser_of_owner: Client, owner: User, account: BrokerAccount) -> None:
    trip = RoundTripRow.objects.filter(account=account, symbol="ACME", is_open=False).get()
    FormerTrip.objects.create(account=account, key="0123456789abcdef0123", execution_id="1", role="opens", heir=trip.key)
    found = browser_of_owner.get(reverse("trade", args=["0123456789abcdef0123"]) + "?side=long&sort=net")
    assert (found.status_code, found["Location"]) == (302, reverse("trade", args=[trip.key]) + "?side=long&sort=net")
    account.owner = person("eve")
    account.save()
    assert browser_of_owner.get(reverse("trade", args=["0123456789abcdef0123"])).status_code == 404
