"""Our figures beside the broker's: what is compared, what the address chooses, what opens behind a line."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client

from fillbook.ledger.instrument import AssetClass
from fillbook.storage.models import BrokerAccount, User
from tests.web.book import ACME, BOLT, FILLS, fill, link_of, says, utc, write_book
from tests.web.conftest import text_of

pytestmark = pytest.mark.django_db


def page(browser: Client, account: BrokerAccount, query: str = "") -> str:
    answer = browser.get(f"/accounts/{account.pk}/reconciliation/{query}")
    assert answer.status_code == 200
    return text_of(answer.content)


@pytest.fixture
def apart(owner: User) -> BrokerAccount:
    """ACME brought 98.00 and the broker says 90.00; BOLT agrees at -12.00; 4 ACME are held."""
    rows = (FILLS[0], fill(2, ACME, -10, 110, utc(2, 10), broker="90"), *FILLS[2:])
    return write_book(owner, says(*rows), link_of(owner))


def test_equal_fills_are_said_to_be(browser_of_owner: Client, account: BrokerAccount) -> None:
    shown = page(browser_of_owner, account)
    assert "All of 2 closing fills equal your broker's realized figure to the cent." in shown
    assert "All 2 Equal 2" in shown
    assert "Your broker's realized figure +86.00 USD Equal to the cent" in shown


def test_the_worst_line_comes_first_with_both_figures_and_their_difference(browser_of_owner: Client, apart: BrokerAccount) -> None:
    shown = page(browser_of_owner, apart)
    assert "1 of 2 closing fills equal your broker's realized figure to the cent; 1 differ and no known reason applies." in shown
    assert "ACME 10 Feb 2026 Ours +98.00 Your broker's +90.00 Difference +8.00 Different" in shown
    assert shown.index("ACME 10 Feb 2026") < shown.index("BOLT 3 Mar 2026")


def test_status_kind_and_symbol_are_in_the_address(browser_of_owner: Client, apart: BrokerAccount) -> None:
    different = page(browser_of_owner, apart, "?status=different")
    assert "ACME 10 Feb 2026" in different
    assert "BOLT 3 Mar 2026" not in different
    assert "BOLT 3 Mar 2026" in page(browser_of_owner, apart, "?symbol=bolt")
    assert "ACME 10 Feb 2026" not in page(browser_of_owner, apart, "?symbol=bolt")
    assert "No line fits" in page(browser_of_owner, apart, "?symbol=NOPE&status=equal")
    held = page(browser_of_owner, apart, "?kind=position")
    assert "All of 1 position hold the units your broker states." in held
    assert "ACME Ours 4 Your broker's 4 Reconciled" in held


def test_an_address_that_makes_no_sense_shows_all_fills(browser_of_owner: Client, apart: BrokerAccount) -> None:
    for query in ("?kind=moon", "?status=sideways", "?page=-1", "?page=9999", "?symbol=%00"):
        assert "All 2 Equal 1 Different 1" in page(browser_of_owner, apart, query)


def test_every_charge_is_found_once_in_the_trades(browser_of_owner: Client, account: BrokerAccount) -> None:
    shown = page(browser_of_owner, account, "?kind=fee")
    assert "All of 5 charges are counted once in your trades." in shown
    assert "ACME 5 Jan 2026 Ours −1.00 Your broker's −1.00 Reconciled" in shown


def test_the_charge_of_a_currency_trade_is_explained(browser_of_owner: Client, owner: User) -> None:
    pair = replace(BOLT, key="99", symbol="EUR.USD", asset_class=AssetClass.FOREX)
    account = write_book(owner, says(*FILLS[:2], replace(fill(7, pair, 1000, 1, utc(3, 9)), fees=Decimal(-2))), link_of(owner))
    shown = page(browser_of_owner, account, "?kind=fee&status=explained")
    assert "2 of 3 charges are counted once in your trades; none of the others is unexplained." in shown
    assert "EUR.USD 9 Mar 2026 Ours — Your broker's −2.00 Explained Fees of currency trades" in shown


def test_a_hundred_lines_are_a_page(browser_of_owner: Client, owner: User) -> None:
    rows = []
    for number in range(101):
        day = utc(1 + number // 28, 1 + number % 28)
        rows.append(fill(1000 + 2 * number, ACME, 1, 10, day))
        rows.append(fill(1001 + 2 * number, ACME, -1, 13, day.replace(hour=16), broker="1"))
    account = write_book(owner, says(*rows), link_of(owner))
    first, second = page(browser_of_owner, account), page(browser_of_owner, account, "?page=2")
    assert "1–100 of 101" in first
    assert "101–101 of 101" in second
    assert second.count("Your broker's +1.00") == 1


def test_a_fill_opens_its_trade_its_lots_and_what_the_broker_sent(browser_of_owner: Client, apart: BrokerAccount) -> None:
    url = f"/accounts/{apart.pk}/reconciliation/fill/2/"
    shown = text_of(browser_of_owner.get(url).content)
    assert "ACME, long, 5 Jan – 10 Feb 2026 +98.00 USD" in shown
    assert "5 Jan 2026 10 1,001.00 1,099.00 +98.00 your fills" in shown
    assert "10 Feb 2026, −10 ACME at 110.00 (this row)" in shown
    assert "5 Jan 2026, +10 ACME at 100.00" in shown
    part = browser_of_owner.get(url, headers={"HX-Request": "true"}).content
    assert b"<html" not in part
    assert b"1,099.00" in part
    sent = browser_of_owner.get(f"{url}sent/1/").content
    assert b"description" in sent
    assert b"a &amp;lt; b" in sent


def test_a_position_opens_the_lots_that_are_held(browser_of_owner: Client, apart: BrokerAccount) -> None:
    shown = text_of(browser_of_owner.get(f"/accounts/{apart.pk}/reconciliation/position/4711/").content)
    assert "5 Mar 2026 4 481.00 your fills" in shown
    assert "Position of 25 Sep 2026: 4 units" in shown


def test_a_charge_opens_the_parts_that_count_it(browser_of_owner: Client, apart: BrokerAccount) -> None:
    shown = text_of(browser_of_owner.get(f"/accounts/{apart.pk}/reconciliation/fee/2/").content)
    assert "−10 units carry −1.00 USD" in shown


@pytest.mark.parametrize("tail", ["fill/none/", "moon/2/", "position/2/", "fee/none/", "fill/2/sent/9/", "fill/2/sent/0/"])
def test_a_line_that_is_not_there_is_not_found(browser_of_owner: Client, apart: BrokerAccount, tail: str) -> None:
    assert browser_of_owner.get(f"/accounts/{apart.pk}/reconciliation/{tail}").status_code == 404


def test_the_pages_lead_to_the_lines(browser_of_owner: Client, apart: BrokerAccount) -> None:
    lines = f"/accounts/{apart.pk}/reconciliation/"
    for address in ("/", "/accounts/", f"/accounts/{apart.pk}/"):
        content = browser_of_owner.get(address).content.decode()
        assert address == "/accounts/" or f"{lines}?status=different" in content
    assert f'href="{lines}"' in browser_of_owner.get(f"/accounts/{apart.pk}/").content.decode()
