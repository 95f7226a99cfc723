"""The list of trades and one trade: the address is the state, fills stand in order, and what the broker sent is one tap away."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from fillbook.ledger.execution import Effect, ExecutionKind
from fillbook.ledger.figures import BrokerFigure, FigureKind
from fillbook.ledger.instrument import AssetClass, Right
from fillbook.storage.models import BrokerAccount, RoundTripRow, User
from fillbook.web.pages.trade import in_steps
from tests.web.book import ACME, BOLT, COVERS, fill, says, utc, write_book
from tests.web.conftest import text_of

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


def symbols(client: Client, query: str) -> list[str]:
    """The symbols of the list, from top to bottom."""
    content = client.get(f"/trades/?{query}").content.decode()
    return re.findall(r'class="row-link" href="/trades/\w+/(?:\?[^"]*)?">(\w+)<', content)


def key_of(symbol: str, is_open: bool = False) -> str:
    return RoundTripRow.objects.get(symbol=symbol, is_open=is_open).key


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["BOLT", "ACME"]),
        ("sort=day&order=asc", ["ACME", "BOLT"]),
        ("sort=profit", ["ACME", "BOLT"]),
        ("sort=profit&order=asc", ["BOLT", "ACME"]),
        ("sort=symbol", ["ACME", "BOLT"]),
        ("sort=symbol&order=desc", ["BOLT", "ACME"]),
        ("sort=nonsense&order=nonsense&page=nonsense", ["BOLT", "ACME"]),
        ("symbol=acme", ["ACME"]),
        ("side=short", ["BOLT"]),
        ("outcome=loss", ["BOLT"]),
        ("from=2026-03-01", ["BOLT"]),
        ("to=2026-02-28", ["ACME"]),
    ],
)
def test_the_address_says_which_trades_in_which_order(
    browser_of_owner: Client, account: BrokerAccount, query: str, shown: list[str]
) -> None:
    assert account.pk
    assert symbols(browser_of_owner, query) == shown


def test_a_row_says_what_happened(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    shown = text_of(browser_of_owner.get("/trades/").content)
    assert "2 trades +86.00 USD" in shown
    assert "10 Feb 2026 ACME Long 10 100.00 110.00 36 d +9.8 % +98.00 Reconciled" in shown
    assert "3 Mar 2026 BOLT Short 5 50.00 52.00 1 d −4.8 % −12.00 Reconciled" in shown


def test_in_percent_the_total_is_that_of_one_stake(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    shown = text_of(browser_of_owner.get("/trades/?show=percent").content)
    assert "2 trades +5.0 % of one stake" in shown, "98 of 1001 paid in are 9.79, a loss of 12 of 249 received is 4.82"
    assert "10 Feb 2026 ACME Long 10 100.00 110.00 36 d +9.8 % Reconciled" in shown
    assert "Net profit" not in shown.partition("Against the broker")[0].partition("Keep")[2], "the columns of money give way to the gain"


def test_open_trades_have_a_list_of_their_own(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    shown = text_of(browser_of_owner.get("/trades/?status=open").content)
    assert "1 trade" in shown
    assert "ACME Long 4 at 120.25, since 5 Mar 2026" in shown


def test_a_long_list_comes_in_pages_that_keep_filter_and_order(browser_of_owner: Client, owner: User) -> None:
    fills = []
    for day in range(1, 28):
        for hour in (15, 16):
            number = 100 * day + hour
            fills += [
                fill(2 * number, BOLT, 1, 10, utc(5, day, hour)),
                fill(2 * number + 1, BOLT, -1, 12, utc(5, day, hour, 45), broker="0"),
            ]
    write_book(owner, says(*fills))
    first = browser_of_owner.get("/trades/?symbol=BOLT&sort=day&order=asc").content.decode()
    assert "54 trades" in first
    after = re.search(r'href="(/trades/\?symbol=BOLT&amp;order=asc&amp;after=\w+)" rel="next"', first)
    assert after is not None
    second = browser_of_owner.get(after[1].replace("&amp;", "&")).content.decode()
    assert second.count('class="row-link"') == 4
    before = re.search(r'href="(/trades/\?symbol=BOLT&amp;order=asc&amp;before=\w+)" rel="prev"', second)
    assert before is not None
    again = browser_of_owner.get(before[1].replace("&amp;", "&")).content.decode()
    assert re.findall(r'class="row-link" href="([^"]*)"', again) == re.findall(r'class="row-link" href="([^"]*)"', first)
    assert 'rel="prev"' not in again
    assert len(symbols(browser_of_owner, "after=gone")) == 50


def beside(page: str, way: str) -> str:
    """Where a page's link to the trade before (`prev`) or after (`next`) leads; "" where it has none."""
    found = re.search(rf'<a href="(/trades/\w+/[^"]*)" rel="{way}"', page)
    return found[1].replace("&amp;", "&") if found else ""


@pytest.mark.parametrize("query", ["sort=profit&order=asc", "symbol=BOLT&order=asc", "status=open"])
def test_a_list_can_be_read_trade_after_trade(browser_of_owner: Client, owner: User, query: str) -> None:
    fills = [fill(1, ACME, 3, 100, utc(5, 1, 15))]
    for day in range(2, 28):
        for number, hour in ((100 * day, 15), (100 * day + 50, 16)):
            closing = fill(number + 1, BOLT, -1, 9 + day, utc(5, day, hour, 45), broker=str(day - 1 - 2))
            fills += [fill(number, BOLT, 1, 10, utc(5, day, hour)), closing]
    write_book(owner, says(*fills))
    url, listed = f"/trades/?{query}", []
    while url:
        content = browser_of_owner.get(url).content.decode()
        listed += [key.replace("&amp;", "&") for key in re.findall(r'class="row-link" href="([^"]*)"', content)]
        after = re.search(r'href="(/trades/\?[^"]*)" rel="next"', content)
        url = after[1].replace("&amp;", "&") if after else ""
    walked, url, last = [], listed[0], ""
    while url:
        walked.append(url)
        page = browser_of_owner.get(url).content.decode()
        assert beside(page, "prev") == last
        assert f'<a href="/trades/?{query.replace("&", "&amp;")}">' in page, "the way back is to that list"
        last, url = url, beside(page, "next")
    assert (walked, len(walked)) == (listed, 1 if query == "status=open" else 52)


def test_a_trade_opened_by_itself_stands_among_all_of_its_kind(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    first, second = key_of("BOLT"), key_of("ACME")
    page = browser_of_owner.get(f"/trades/{first}/").content.decode()
    assert (beside(page, "prev"), beside(page, "next")) == ("", f"/trades/{second}/")
    alone = browser_of_owner.get(f"/trades/{key_of('ACME', is_open=True)}/").content.decode()
    assert (beside(alone, "prev"), beside(alone, "next")) == ("", "")
    elsewhere = browser_of_owner.get(f"/trades/{first}/?side=long").content.decode()
    assert (beside(elsewhere, "prev"), beside(elsewhere, "next")) == ("", ""), "it is not in that list"


def test_one_trade_with_its_fills_in_order(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    shown = text_of(browser_of_owner.get(f"/trades/{key_of('ACME')}/").content)
    assert "Net profit +98.00 USD Gain +9.8 % on 1,001.00 put in Held 36 d 5 Jan – 10 Feb 2026" in shown
    assert "Times in New York" in shown
    assert "Before fees +100.00 Fees and taxes −2.00 Net profit +98.00" in shown
    assert "Opened 5 Jan 2026, 10:30 Closed 10 Feb 2026, 10:30 Quantity 10 Average entry 100.00 Average exit 110.00" in shown
    bought = "5 Jan 2026, 10:30:00 Bought NYSE +10 100.00 −1.00 10"
    sold = "10 Feb 2026, 10:30:00 Sold NYSE −10 110.00 −1.00 0 +98.00 Reconciled"
    assert bought in shown
    assert shown.index(bought) < shown.index(sold)
    assert "2 fills between 100.00 and 110.00 USD; at most 10 held." in shown
    assert "10 Feb 2026, 10:30:00 +98.00 +98.00 Reconciled" in shown


def test_an_open_trade_says_what_is_still_held(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    shown = text_of(browser_of_owner.get(f"/trades/{key_of('ACME', is_open=True)}/").content)
    assert "Realized so far 0.00 USD" in shown
    assert "Still held 4 since 5 Mar 2026" in shown


def test_a_trade_that_an_assignment_ended_says_so_and_where_the_premium_went(browser_of_owner: Client, owner: User) -> None:
    """Bought at 40, called away at 45 with 118 of premium: 5 x 100 + 118 less two dollars of fees."""
    call = replace(ACME, key="9", symbol="ACME 45 C", asset_class=AssetClass.OPTION, multiplier=Decimal(100))
    call = replace(call, underlying_key=ACME.key, strike=Decimal(45), expiry=date(2026, 3, 20), right=Right.CALL)
    written = replace(fill(2, call, -1, 1, utc(3, 2)), proceeds=Decimal(119), price=Decimal("1.19"))
    gone = replace(fill(3, call, 1, 0, utc(3, 20)), kind=ExecutionKind.ASSIGNMENT, fees=Decimal(0))
    taken = replace(fill(4, ACME, -100, 45, utc(3, 20)), kind=ExecutionKind.ASSIGNMENT)
    write_book(owner, says(fill(1, ACME, 100, 40, utc(3, 2)), written, gone, taken))
    shown = text_of(browser_of_owner.get(f"/trades/{key_of('ACME')}/").content)
    assert "Net profit +616.00 USD" in shown
    assert "Sold by assignment" in shown
    assert "The premium of the option that was exercised or assigned counts here" in shown
    option = text_of(browser_of_owner.get(f"/trades/{key_of('ACME 45 C')}/").content)
    assert "Bought by assignment" in option
    assert "The premium of the option" not in option
    for path in ("/", "/trades/", "/days/2026-03-20/"):
        listed = text_of(browser_of_owner.get(path).content)
        assert "ACME with an option's premium Long 100" in listed, path
        assert listed.count("with an option's premium") == 1, path


def test_a_trade_of_unknown_opening_is_shown_explained_and_left_out(browser_of_owner: Client, owner: User) -> None:
    known = (fill(2, BOLT, 1, 10, utc(3, 1)), fill(3, BOLT, -1, 20, utc(3, 2), broker="8"))
    early = replace(fill(1, ACME, -10, 110, utc(2, 10), broker="98"), effect=Effect.CLOSES)
    statement = replace(says(early, *known), opened_on=None, positions=())
    write_book(owner, statement)
    trip = RoundTripRow.objects.get(symbol="ACME")
    assert not trip.counts
    shown = text_of(browser_of_owner.get(f"/trades/{trip.key}/").content)
    assert "Not all of this trade is known, so it does not count in your figures." in shown
    assert "It was opened before your history begins" in shown
    assert symbols(browser_of_owner, "") == ["BOLT"]
    assert symbols(browser_of_owner, "incomplete=1") == ["BOLT", "ACME"]


def test_cutting_a_trade_and_taking_it_back_stays_in_the_list_it_was_opened_from(browser_of_owner: Client, owner: User) -> None:
    sold = (fill(2, ACME, -4, 110, utc(2, 10), broker="37"), fill(3, ACME, -6, 120, utc(2, 11), broker="117"))
    write_book(owner, says(fill(1, ACME, 10, 100, utc(1, 5)), *sold))
    shown = browser_of_owner.get(f"/trades/{key_of('ACME')}/?side=long").content.decode()
    cut = re.search(r'action="(/trades/\w+/cut/\?side=long)"', shown)
    assert cut
    number = re.search(r'<option value="(\d+)"', shown[cut.start() :])
    assert number
    answer = browser_of_owner.post(cut[1], {"fill": number[1]})
    assert re.fullmatch(r"/trades/\w+/\?side=long", answer["Location"])
    back = re.search(r'action="([^"]*undo[^"]*\?side=long)"', browser_of_owner.get(answer["Location"]).content.decode())
    assert back
    assert browser_of_owner.post(back[1])["Location"] == f"/trades/{key_of('ACME')}/?side=long"


def test_a_trade_that_began_before_the_history_counts_no_position_as_profit(browser_of_owner: Client, owner: User) -> None:
    """2 of 10 held are sold at 110 with a realized 18: what it stood at then is 18, and not the 8 that are left at 110 as well."""
    sold = replace(fill(1, ACME, -2, 110, utc(2, 10), broker="18"), effect=Effect.CLOSES)
    left = BrokerFigure(FigureKind.POSITION, "U1", ACME, COVERS.last, Decimal(8))
    write_book(owner, replace(says(sold), opened_on=None, positions=(left,)))
    shown = text_of(browser_of_owner.get(f"/trades/{key_of('ACME', is_open=True)}/").content)
    assert "Held afterwards Realized then (USD) 10 Feb 2026, 10:30:00 Sold 2 110.00 8 +18.00" in shown


def test_what_the_broker_sent_is_shown_byte_for_byte(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    page = browser_of_owner.get(f"/trades/{key_of('ACME')}/sent/1/")
    assert '<Trade accountId="U1" symbol="ACME" quantity="10" description="a &lt; b"/>' in text_of(page.content)
    part = browser_of_owner.get(f"/trades/{key_of('ACME')}/sent/1/", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "accountId" in part.content.decode()
    assert browser_of_owner.get(f"/trades/{key_of('ACME')}/sent/9/").status_code == 404


def test_times_follow_the_clock_of_the_venue(browser_of_owner: Client, owner: User) -> None:
    tokyo = replace(ACME, key="9", symbol="7203", exchange="TSEJ", currency="JPY")
    write_book(owner, says(fill(1, tokyo, 1, 2000, utc(1, 5, 1)), fill(2, tokyo, -1, 2100, utc(1, 5, 2), broker="98"), currency="JPY"))
    shown = text_of(browser_of_owner.get(f"/trades/{key_of('7203')}/").content)
    assert "Times in Tokyo" in shown
    assert "5 Jan 2026, 10:30:00 Bought" in shown
    assert "Net profit +98 JPY" in shown


def test_amounts_that_are_shown_add_up_as_they_are_shown() -> None:
    thirds = [Decimal("3.335"), Decimal("3.335"), Decimal("3.33")]
    assert in_steps(thirds, Decimal("0.01")) == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]  # 3.34 (half to even), 6.67, 10.00
    assert in_steps([Decimal("-0.004"), Decimal("-0.004"), Decimal("-0.004")], Decimal("0.01")) == [0, Decimal("-0.01"), 0]
    assert in_steps([Decimal("1234.5"), Decimal("0.6")], Decimal(1)) == [1234, 1]


def test_the_numbers_of_a_trade_and_of_a_day_lead_to_what_makes_them(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    page = browser_of_owner.get(f"/trades/{key_of('ACME')}/").content.decode()
    doors = re.findall(r'<a class="stat-door" href="([^"]*)"', page)
    assert doors == ["#fills-title", "#lots-title", "#fills-title"]
    assert 'id="fills-title"' in page
    assert 'id="lots-title"' in page
    day = browser_of_owner.get("/days/2026-03-03/").content.decode()
    assert re.findall(r'<a class="stat-door" href="([^"]*)"', day)[1:] == ["#fills-title", "#fills-title"]
    assert re.findall(r'<a href="(/days/[^"]*)">', page) == [
        f"/days/2026-01-05/?account={account.pk}",
        f"/days/2026-02-10/?account={account.pk}",
    ]
