"""The reports show the book of tests/web/book.py: every figure of it can be worked out by hand, and every row leads to its trades."""

import html
import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client

from fillbook.ledger.instrument import AssetClass, Instrument
from fillbook.performance.keys import Key
from fillbook.storage.models import BrokerAccount, RoundTripRow, User
from fillbook.storage.plans import write_plan
from fillbook.storage.words import add_tag
from fillbook.web.pages.report_words import Names
from tests.web.book import FILLS, fill, says, utc, write_book
from tests.web.conftest import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("account")]
PAGES = ["/reports/", "/reports/cross/", "/reports/compare/", "/reports/distribution/", "/reports/drawdowns/"]


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return text_of(answer.content)


def test_the_overview_says_every_figure_and_why_one_is_missing(browser_of_owner: Client) -> None:
    shown = page(browser_of_owner, "/reports/")
    assert "After fees and taxes, in USD, the base currency." in shown
    for words in (
        "+86.00 USD",  # 98 - 12
        "Expectancy few Mean result of a trade, ± its standard error. +43.00 ± 55.00",  # 98 and -12: s = 77.78, by sqrt(2)
        "Payoff few Average win by the size of the average loss. 8.17",  # 98 by 12
        "Fee share Fees by profit before fees. 4.4",  # 4 by 90
        "System quality (SQN) √min(N, 100) × mean R / standard deviation of R, from 30 trades with a stop on. no trade has a stop",
        "your broker's statements hold no daily account value (NAV)",
        "Intervals hold 95 %: drawn 1,000 times from the 2 days",
    ):
        assert words in shown, words
    gross = page(browser_of_owner, "/reports/?basis=gross")
    assert "Before fees and taxes, in USD, the base currency; gains in percent and in R after them." in gross
    assert "+90.00 USD +86.00 after 4.00 of fees" in gross  # 100 and -10


def test_the_file_of_a_distribution_holds_what_its_page_shows(browser_of_owner: Client) -> None:
    """In percent that are the gains where the address does not say otherwise."""
    shown = browser_of_owner.get("/reports/distribution/?show=percent").content.decode()
    (url,) = re.findall(r'href="(/reports/files/spread\.csv[^"]*)"', shown)
    files = [
        browser_of_owner.get(one).content for one in (html.unescape(url), *(f"/reports/files/spread.csv{q}" for q in ("?what=percent", "")))
    ]
    assert files[0] == files[1] != files[2]


def test_reports_in_percent_are_made_of_gains(browser_of_owner: Client) -> None:
    """98 on 1001 are 9.790 %, 12 on 249 a loss of 4.819 %; their fees 2 on 1001 and 2 on 249, which is 0.200 % and 0.803 %."""
    shown = page(browser_of_owner, "/reports/?show=percent")
    assert "In percent of what each trade cost to open, after fees and taxes." in shown
    for words in (
        "Profit +5.0 % of one stake",
        "Expectancy few Mean result of a trade, \u00b1 its standard error. +2.5 % \u00b1 7.3 %",  # s = 10.330, by sqrt(2)
        "Average win few Mean result of the winners. +9.8 %",
        "Average loss few Mean result of the losers. \u22124.8 %",
        "Payoff few Average win by the size of the average loss. 2.03",
        "Fee share Fees by profit before fees. 16.8 %",  # 1.003 by 4.971 + 1.003
        "an amount: only in money",
    ):
        assert words in shown, words
    assert "Before fees" not in shown
    by_side = page(browser_of_owner, "/reports/by/side/?show=percent&basis=gross")
    assert "Short 1 0.0 % \u22124.8 % \u22124.8 %" in by_side, "trades, won, gain and profit; no fees, no average in money"
    falls = page(browser_of_owner, "/reports/drawdowns/?show=percent")
    assert "the deepest 4.8 % of one stake to 3 Mar 2026" in falls
    assert "Most losses in a row 1 3 Mar 2026 \u22124.8 %" in falls
    spread = page(browser_of_owner, "/reports/distribution/?show=percent")
    assert "2 trades: mean +2.5 %, median +2.5 %" in spread
    pair = page(browser_of_owner, "/reports/compare/?side=long&with=side%3Dshort&show=percent")
    assert "Profit +9.8 % beside \u22124.8 %: \u221214.6 % of one stake apart." in pair
    for path in (*PAGES, "/reports/by/symbol/", "/reports/by/currency/", "/reports/report.html"):
        assert not re.search(r"\d USD", page(browser_of_owner, f"{path}?show=percent")), path


@pytest.mark.parametrize("key", list(Key))
def test_each_row_leads_to_as_many_trades_as_it_counts(browser_of_owner: Client, owner: User, key: Key) -> None:
    add_tag(owner, RoundTripRow.objects.get(symbol="BOLT").key, "gap")
    content = browser_of_owner.get(f"/reports/by/{key}/").content.decode()
    rows = re.findall(r'<a class="row-link" href="([^"]+)">([^<]+)</a></th><td class="right">(\d+)</td>', content)
    assert len(rows) >= 2
    assert sum(int(count) for _, name, count in rows[:-1]) == int(rows[-1][2]) == 2
    for url, name, count in rows:
        listed = page(browser_of_owner, html.unescape(url))
        assert f"{count} trade{'' if count == '1' else 's'}" in listed, (name, url)


def test_a_breakdown_by_hand(browser_of_owner: Client) -> None:
    shown = page(browser_of_owner, "/reports/by/side/")
    assert "Long 1 100.0 % +98.00 +9.8 % −2.00 +98.00" in shown
    assert "Short 1 0.0 % −12.00 −4.8 % −2.00 −12.00" in shown
    assert "2 trades came to +86.00 USD; best Long with +98.00, worst Short with −12.00." in shown
    assert browser_of_owner.get("/reports/by/mood/").status_code == 404
    by_profit = page(browser_of_owner, "/reports/by/symbol/?sort=-profit")
    assert by_profit.index("BOLT") < by_profit.index("ACME 1")


def test_two_keys_and_their_cells(browser_of_owner: Client) -> None:
    content = browser_of_owner.get("/reports/cross/?down=symbol&across=side").content.decode()
    assert "ACME, Long: +98.00 USD, 1 trade" in content
    assert 'href="/trades/?side=long&amp;ticker=ACME"' in content
    assert "All others" not in content


def test_runs_falls_and_the_spread(browser_of_owner: Client) -> None:
    shown = page(browser_of_owner, "/reports/drawdowns/")
    assert "1 fall; the deepest 12.00 USD to 3 Mar 2026, the longest 21 days. The last one is not made good yet." in shown
    assert "Recovery factor 7.17: the profit by the size of the deepest fall." in shown  # 86 by 12
    assert "10 Feb 2026 3 Mar 2026 not yet −12.00 21 21 1" in shown
    shown = page(browser_of_owner, "/reports/distribution/")
    assert "2 trades: mean +43.00 USD, median +43.00 USD" in shown
    assert "None has" not in page(browser_of_owner, "/reports/distribution/?what=held")
    assert "No trade here has a planned stop" in page(browser_of_owner, "/reports/distribution/?what=r")


def test_two_choices_side_by_side(browser_of_owner: Client) -> None:
    content = browser_of_owner.get("/reports/compare/").content.decode()
    (url,) = re.findall(r'href="([^"]+)">Long beside short<', content)
    shown = page(browser_of_owner, html.unescape(url))
    assert "Profit +98.00 −12.00 −110.00" in shown
    assert "Profit +98.00 beside −12.00: −110.00 USD apart." in shown
    assert "Win rate 100.0 % 0.0 % −100.0 points" in shown
    files = re.findall(r'href="(/reports/files/compare[^"]+)"', browser_of_owner.get(html.unescape(url)).content.decode())
    csv, both = (browser_of_owner.get(html.unescape(one)).content.decode() for one in files)
    assert "real,USD,USD,profit,money,98,-12,-110,0,\r\n" in csv
    profits = [(row["first"], row["second"]) for row in json.loads(both)["rows"] if row["name"] == "profit"]
    assert profits == [("98", "-12")]
    chosen = browser_of_owner.get("/reports/compare/?symbol=BOLT").content.decode()
    (held,) = re.findall(r'href="([^"]+)">Hold this as', chosen)
    assert html.unescape(held) == "/reports/compare/?with=symbol%3DBOLT"
    bar = browser_of_owner.get(html.unescape(held)).content.decode()
    won = re.findall(r'href="([^"]*outcome=win[^"]*)"', bar)[0]  # the bar narrows the first side and keeps the second
    assert "Profit +98.00 −12.00 −110.00" in page(browser_of_owner, html.unescape(won))


def test_results_in_r_in_lists_and_reports(browser_of_owner: Client, owner: User) -> None:
    write_plan(owner, RoundTripRow.objects.get(symbol="ACME", is_open=False).key, "90", "", "")
    shown = page(browser_of_owner, "/reports/by/side/")
    assert "+0.96 R" in shown  # 98 by 10 x 10 + 2 of fees
    assert page(browser_of_owner, "/reports/").count("Average R") == 1
    listed = page(browser_of_owner, "/trades/?columns=closed,r&sort=r")
    assert listed.index("+0.96") < listed.index("BOLT")


def test_files_say_what_pages_say_and_no_formula(browser_of_owner: Client, owner: User) -> None:
    add_tag(owner, RoundTripRow.objects.get(symbol="BOLT").key, "=1+1")
    lines = browser_of_owner.get("/reports/files/tag.csv").content.decode().splitlines()
    assert lines[0].startswith("kind,base_currency,currency,part,key,value,from,before,trades")
    assert lines[1].startswith("real,USD,USD,value,tag,'=1+1,,,1,0,1,0,0,-12,-2,-12")
    rows = json.loads(browser_of_owner.get("/reports/files/side.json").content)["rows"]
    assert [(row["part"], row["value"], row["profit"]) for row in rows] == [
        ("value", "long", "98"),
        ("value", "short", "-12"),
        ("all", None, "86"),
    ]
    for name in ("figures", "falls", "runs", "spread", "cross"):
        assert browser_of_owner.get(f"/reports/files/{name}.csv").status_code == 200
        assert json.loads(browser_of_owner.get(f"/reports/files/{name}.json").content)["rows"]
    assert browser_of_owner.get("/reports/files/side.xml").status_code == 404
    owner.hides_money = True
    owner.save()
    assert browser_of_owner.get("/reports/files/side.csv").status_code == 404


@pytest.mark.parametrize("url", [*PAGES, "/reports/by/fees/", "/reports/by/cost/", "/reports/report.html"])
def test_hidden_amounts_are_nowhere(browser_of_owner: Client, owner: User, url: str) -> None:
    open_page = browser_of_owner.get(url).content.decode()
    owner.hides_money = True
    owner.save()
    hidden = browser_of_owner.get(url).content.decode()
    assert any(amount in open_page for amount in ("98.00", "12.00", "86.00", "43.00")) or "compare" in url or "cross" in url
    for amount in ("98.00", "12.00", "86.00", "43.00", "1,250"):
        assert amount not in hidden, (url, amount)


def test_the_html_file_asks_nobody_for_anything(browser_of_owner: Client) -> None:
    answer = browser_of_owner.get("/reports/report.html?side=long")
    assert "fillbook-report.html" in answer["Content-Disposition"]
    content = answer.content.decode()
    assert not re.findall(r"(?:href|src|action|poster|xlink:href)=|url\(|@import|<script|<link|<form", content)
    assert "+98.00" in content
    assert "BOLT" not in content
    private = browser_of_owner.get("/reports/report.html?private=1").content.decode()
    assert "98.00" not in private


def test_the_html_file_says_what_is_in_it_and_what_is_not(browser_of_owner: Client, owner: User) -> None:
    """Two trades in dollars are in it; two in euros of another account, and a paper account, are not."""
    assert "Not in this file" not in page(browser_of_owner, "/reports/report.html")
    write_book(owner, says(*FILLS, number="U7", currency="EUR"))
    write_book(owner, says(*FILLS, number="U8", paper=True))
    shown = page(browser_of_owner, "/reports/report.html?money=USD")
    assert "All trades, USD" in shown
    assert "Accounts (Real, USD): U1. Made on" in shown
    assert "Not in this file, as it cannot be added to these: EUR (2 trades), All paper accounts." in shown
    only = page(browser_of_owner, "/reports/report.html?money=EUR")
    assert "Accounts (Real, EUR): U7. Made on" in only


def test_nothing_to_report(browser_of_owner: Client, account: BrokerAccount) -> None:
    for url in [*PAGES, "/reports/by/symbol/"]:
        assert "No trade fits this filter" in page(browser_of_owner, f"{url}?symbol=NOBODY")
    assert "No trade fits this filter" in page(browser_of_owner, "/reports/report.html?symbol=NOBODY")
    assert account.number == "U1"


def test_trades_in_another_currency_are_told_in_it(browser_of_owner: Client, owner: User) -> None:
    """10 bought at 8 and sold at 9 in euros, a euro of fees each way: 8.00 of 81.00 EUR, at 1.10 dollars for a euro 8.80 USD."""
    assert "Trade currency" not in page(browser_of_owner, "/reports/")
    wurst = Instrument("4713", "WURST", AssetClass.STOCK, "EUR", exchange="IBIS")
    bought, sold = fill(6, wurst, 10, 8, utc(4, 6)), fill(7, wurst, -10, 9, utc(4, 7))
    at_rate = (replace(one, rate_to_base=Decimal("1.1")) for one in (bought, sold))
    write_book(owner, says(*FILLS, *at_rate, number="U2"))
    shown = page(browser_of_owner, "/reports/by/symbol/")
    assert "Base currency Trade currency" in shown
    assert "WURST 1 100.0 % +8.80" in shown
    own = browser_of_owner.get("/reports/by/symbol/?in=own&money=USD-EUR").content
    assert "After fees and taxes, in EUR, the currency of these trades; nothing is converted." in text_of(own)
    assert "WURST 1 100.0 % +8.00 +9.9 % −2.00 +8.00" in text_of(own)
    assert "ACME" not in text_of(own)
    doors = re.findall(r'<a class="row-link" href="([^"]+)">', own.decode())
    assert doors
    assert all("traded=EUR" in door for door in doors)
    assert "only in the base currency, in which the account is valued" in page(browser_of_owner, "/reports/?in=own")
    for name in ("cross/", "compare/", "distribution/", "drawdowns/", "report.html"):
        assert "nothing is converted" in page(browser_of_owner, f"/reports/{name}?in=own"), name


@pytest.mark.parametrize(
    ("symbol", "words"),
    [
        ("HALD 260116C00114000", "HALD 16 Jan 2026 114 call"),
        ("SPX   251219P04512500", "SPX 19 Dec 2025 4,512.5 put"),
        ("HALD 261316C00114000", "HALD 261316C00114000"),
        ("HALD", "HALD"),
    ],
)
def test_an_option_is_named_as_in_the_list_of_trades(symbol: str, words: str) -> None:
    assert Names().value(Key.SYMBOL, symbol) == words
