"""How an account's fills become trades: the effect is shown before anything is saved, can be taken back, and touches no stored fact."""

import pytest
from django.test import Client

from fillbook.storage.derive import rebuild_account
from fillbook.storage.hashes import derived_hash, ledger_hash
from fillbook.storage.models import BrokerAccount, RoundTripRow, User
from tests.web.book import ACME, fill, link_of, says, utc, write_book
from tests.web.conftest import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def scaled(owner: User) -> BrokerAccount:
    """Two lots at 10 and 20, a dollar of fees each; one unit is sold at 30, one at 5.

    Flat to flat: one trade, 35 - 30 - 4 of fees = +1.00.
    Each closing: oldest first 30 - 10 - 2 = +18.00 and 5 - 20 - 2 = -17.00; newest first 30 - 20 - 2 = +8.00 and 5 - 10 - 2 = -7.00.
    """
    rows = [fill(1, ACME, 1, 10, utc(1, 5)), fill(2, ACME, 1, 20, utc(1, 6))]
    rows += [fill(3, ACME, -1, 30, utc(1, 7), broker="18"), fill(4, ACME, -1, 5, utc(1, 8), broker="-17")]
    return write_book(owner, says(*rows), link_of(owner))


def url(account: BrokerAccount) -> str:
    return f"/accounts/{account.pk}/settings/"


def test_it_says_how_the_account_is_read_now(browser_of_owner: Client, scaled: BrokerAccount) -> None:
    shown = text_of(browser_of_owner.get(url(scaled)).content)
    assert "As it is now" in shown
    assert "Closed trades 1 Profit USD +1.00" in shown
    assert "Win rate 100.0" in shown
    assert "Save" not in shown
    account = text_of(browser_of_owner.get(f"/accounts/{scaled.pk}/").content)
    assert "From flat to flat, the oldest lots close first, premiums of exercised options go into the shares" in account


def test_the_effect_is_shown_before_it_is_saved_and_nothing_is_written(browser_of_owner: Client, scaled: BrokerAccount) -> None:
    before = ledger_hash(scaled), derived_hash(scaled)
    shown = text_of(browser_of_owner.get(url(scaled) + "?grouping=per_closing").content)
    assert "What it would change" in shown
    assert "Closed trades 1 2" in shown
    assert "Profit USD +1.00 +1.00" in shown
    assert "Win rate 100.0 % 50.0 %" in shown
    assert (ledger_hash(scaled), derived_hash(scaled)) == before
    assert BrokerAccount.objects.get(pk=scaled.pk).grouping == "flat_to_flat"


def test_the_region_alone_comes_when_a_choice_is_made(browser_of_owner: Client, scaled: BrokerAccount) -> None:
    answer = browser_of_owner.get(url(scaled) + "?grouping=per_closing", headers={"HX-Request": "true"})
    assert b"<html" not in answer.content
    assert b'name="grouping" value="per_closing"' in answer.content


@pytest.mark.parametrize(
    ("chosen", "results"),
    [
        ({"grouping": "per_closing"}, ["-17", "18"]),
        ({"grouping": "per_closing", "matching": "lifo"}, ["-7", "8"]),
        ({"grouping": "per_closing", "matching": "highest_cost"}, ["-7", "8"]),
        ({"grouping": "per_closing", "matching": "average"}, ["-12", "13"]),
        ({"grouping": "per_day"}, ["-17", "18"]),
        ({"matching": "lifo"}, ["1"]),
    ],
)
def test_saving_reads_the_trades_again_as_was_shown_and_can_be_taken_back(
    browser_of_owner: Client, scaled: BrokerAccount, chosen: dict[str, str], results: list[str]
) -> None:
    ledger, derived = ledger_hash(scaled), derived_hash(scaled)
    answer = browser_of_owner.post(url(scaled), chosen)
    assert answer["Location"] == url(scaled)
    found = RoundTripRow.objects.filter(account=scaled, is_open=False).values_list("realized_pnl", flat=True)
    assert sorted(str(int(one)) for one in found if one is not None and one == int(one)) == sorted(results)
    assert ledger_hash(scaled) == ledger
    assert "You can change it back at any time." in text_of(browser_of_owner.get(url(scaled)).content)
    browser_of_owner.post(url(scaled), {"grouping": "flat_to_flat", "matching": "fifo"})
    assert (ledger_hash(scaled), derived_hash(scaled)) == (ledger, derived)


def test_what_was_shown_is_what_comes(browser_of_owner: Client, scaled: BrokerAccount) -> None:
    query = "?grouping=per_closing&matching=lifo"
    shown = text_of(browser_of_owner.get(url(scaled) + query).content)
    assert "Average gain" in shown
    browser_of_owner.post(url(scaled), {"grouping": "per_closing", "matching": "lifo"})
    now = text_of(browser_of_owner.get(url(scaled)).content)
    assert "Closed trades 2 Profit USD +1.00" in now
    assert "Closed trades 1 2" in shown


def test_what_makes_no_sense_stays_as_it_is(browser_of_owner: Client, scaled: BrokerAccount) -> None:
    shown = text_of(browser_of_owner.get(url(scaled) + "?grouping=sideways&matching=&forex=maybe").content)
    assert "As it is now" in shown
    browser_of_owner.post(url(scaled), {"grouping": "sideways"})
    assert BrokerAccount.objects.get(pk=scaled.pk).grouping == "flat_to_flat"


def test_each_closing_is_offered_where_a_position_closes_often_and_never_goes_flat(browser_of_owner: Client, owner: User) -> None:
    rows = [fill(1, ACME, 100, 10, utc(1, 5))]
    rows += [fill(10 + number, ACME, -1, 12, utc(2, 1 + number), broker="0.99") for number in range(10)]
    account = write_book(owner, says(*rows), link_of(owner))
    offer = "See each closing as a trade"
    key = RoundTripRow.objects.get(account=account).key
    assert "ACME: closed often and never flat" in text_of(browser_of_owner.get(f"/accounts/{account.pk}/").content)
    assert offer in text_of(browser_of_owner.get(f"/trades/{key}/").content)
    assert "ACME closes often and never goes flat" in text_of(browser_of_owner.get(url(account)).content)
    browser_of_owner.post(url(account), {"grouping": "per_closing"})
    assert offer not in text_of(browser_of_owner.get(f"/accounts/{account.pk}/").content)


def test_nine_closings_are_not_often(browser_of_owner: Client, owner: User) -> None:
    rows = [fill(1, ACME, 100, 10, utc(1, 5))]
    rows += [fill(10 + number, ACME, -1, 12, utc(2, 1 + number), broker="0.99") for number in range(9)]
    account = write_book(owner, says(*rows), link_of(owner))
    rebuild_account(account)
    assert "never flat" not in text_of(browser_of_owner.get(f"/accounts/{account.pk}/").content)
