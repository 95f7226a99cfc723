"""With amounts hidden no page says an amount or a quantity anywhere in its source; signs, percentages and shapes stay."""

import json
import re

import pytest
from django.test import Client

from fillbook.storage.models import BrokerAccount, RoundTripRow, User
from tests.web.conftest import text_of

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

AMOUNTS = ("98.00", "98,", "86.00", "86.0", "12.00", "43.00", "90.00", "55.00", "1,001", "249.00", "4.00", "480")
"""Everything in money that the book of tests/web/book.py comes to."""


@pytest.fixture
def hidden(browser_of_owner: Client, account: BrokerAccount, owner: User) -> Client:
    assert account.pk
    answer = browser_of_owner.post("/settings/look/", {"amounts": "hidden", "next": "/"})
    assert answer["Location"] == "/"
    owner.refresh_from_db()
    assert owner.hides_money
    return browser_of_owner


def source(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r'csrfmiddlewaretoken" value="\w+"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', "", answer.content.decode())


def test_no_page_holds_an_amount(hidden: Client, account: BrokerAccount) -> None:
    trip = RoundTripRow.objects.get(is_open=False, symbol="ACME")
    pages = ["/", "/trades/", "/trades/?status=open", f"/trades/{trip.key}/", "/accounts/", f"/accounts/{account.pk}/"]
    found = {page: [amount for amount in AMOUNTS if amount in source(hidden, page)] for page in pages}
    assert {page: amounts for page, amounts in found.items() if amounts} == {}


def test_signs_percentages_and_counts_stay(hidden: Client) -> None:
    shown = text_of(hidden.get("/").content)
    assert "Profit +••• USD" in shown
    assert "Average gain few trades +2.5 %" in shown
    assert "Win rate few trades 50.0 %" in shown
    assert "Profit factor 8.17" in shown
    assert "3 \u2212••• 1" in shown, "the calendar keeps its signs and counts"


def test_the_curve_keeps_its_shape(hidden: Client) -> None:
    page = source(hidden, "/")
    data = json.loads(re.search(r'<script id="equity-data" type="application/json">(.*?)</script>', page)[1])  # type: ignore[index]
    heights = [height for _, height in data["option"]["series"][0]["data"]]
    assert heights == [1.0, 0.8776]  # 98 and 86, by 98
    assert data["option"]["yAxis"][0]["axisLabel"] == {"show": False}


def test_the_switch_shows_them_again_and_nobody_elses_page_is_changed(hidden: Client, browser_of_other: Client) -> None:
    assert "Profit +86.00" not in text_of(hidden.get("/").content)
    assert browser_of_other.get("/welcome/").status_code == 200
    hidden.post("/settings/look/", {"amounts": "shown"})
    assert "Profit +86.00 USD" in text_of(hidden.get("/").content)
