"""Stating by hand what was held before: the form, the marks that follow, and the way back."""

from dataclasses import replace

import pytest
from django.test import Client

from fillbook.storage.models import BrokerAccount, StatedOpening, User
from tests.web.book import BOLT, FILLS, fill, says, utc, write_book
from tests.web.conftest import text_of

pytestmark = pytest.mark.django_db
CORD = replace(BOLT, key="4713", symbol="CORD")


@pytest.fixture
def account(owner: User) -> BrokerAccount:
    """The small book, and 3 CORD sold at 60 on 1 June with a dollar of fees; the broker states no positions."""
    said = replace(says(*FILLS, fill(9, CORD, -3, 60, utc(6, 1))), opened_on=None, positions=(), states_positions=False)
    return write_book(owner, said)


def test_from_what_is_missing_to_a_trade_that_counts(browser_of_owner: Client, account: BrokerAccount) -> None:
    whole = browser_of_owner.get(f"/accounts/{account.pk}/completeness/").content.decode()
    address = f"/accounts/{account.pk}/openings/?instrument=4713"
    assert address in whole
    form = browser_of_owner.get(address).content.decode()
    assert 'value="3"' in form
    assert "CORD (3 units)" in form
    answer = browser_of_owner.post(
        f"/accounts/{account.pk}/openings/", {"instrument": "4713", "quantity": "3", "cost": "1,150.5", "day": "2025-02-03"}
    )
    assert answer.status_code == 302
    shown = text_of(browser_of_owner.get(f"/accounts/{account.pk}/openings/").content)
    assert "CORD Stated by you 3 units for 1,150.50 USD, 3 Feb 2025" in shown
    assert "CORD Stated by you" in text_of(browser_of_owner.get(f"/accounts/{account.pk}/completeness/").content)
    for page in ("/", "/trades/"):
        assert "1 trade rests on an opening balance that you stated." in text_of(browser_of_owner.get(page).content)
    trade = browser_of_owner.get("/trades/?symbol=CORD").content.decode().partition('class="row-link" href="')[2].partition('"')[0]
    shown = text_of(browser_of_owner.get(trade).content)
    assert "Stated by you" in shown
    assert "Part of its cost is what you stated as an opening balance." in shown
    # 180 - 1 - 1,150.50
    assert "−971.50" in shown


def test_it_can_be_changed_and_removed(browser_of_owner: Client, account: BrokerAccount) -> None:
    said = {"instrument": "4713", "quantity": "3", "cost": "120", "day": "2025-02-03"}
    browser_of_owner.post(f"/accounts/{account.pk}/openings/", said)
    made = StatedOpening.objects.get()
    address = f"/accounts/{account.pk}/openings/{made.pk}/"
    assert 'value="120"' in browser_of_owner.get(address).content.decode()
    assert browser_of_owner.post(address, {**said, "cost": "130"}).status_code == 302
    assert StatedOpening.objects.get().cost_basis == 130
    assert browser_of_owner.post(address + "remove/").status_code == 302
    assert "Nothing stated yet" in text_of(browser_of_owner.get(f"/accounts/{account.pk}/openings/").content)
    assert "1 trade rests" not in text_of(browser_of_owner.get("/").content)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"quantity": "three"}, "Enter a number, such as 1250 or 12.5."),
        ({"quantity": "1e3"}, "Enter a number, such as 1250 or 12.5."),
        ({"cost": ""}, "Please fill this in."),
        ({"cost": "-5"}, "without a sign"),
        ({"day": "2026-06-02"}, "an opening balance is what you held before it"),
        ({"day": "soon"}, "Enter a day, such as 2023-04-28."),
        ({"instrument": "nothing"}, "Choose one of this account's instruments."),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(
    browser_of_owner: Client, account: BrokerAccount, wrong: dict[str, str], sentence: str
) -> None:
    said = {"instrument": "4713", "quantity": "3", "cost": "120", "day": "2025-02-03", **wrong}
    answer = browser_of_owner.post(f"/accounts/{account.pk}/openings/", said)
    assert answer.status_code == 422
    assert sentence in text_of(answer.content)
    assert not StatedOpening.objects.exists()
