"""Every number of a page opens the trades that make it, and no others, in a book whose accounts must not be added up."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from fillbook.ledger.execution import Execution
from fillbook.ledger.instrument import AssetClass, Instrument
from fillbook.storage.models import BrokerAccount, User
from tests.web.book import ACME, BOLT, fill, says, utc, write_book
from tests.web.conftest import text_of

pytestmark = pytest.mark.django_db

MONEY = ("USD", "EUR", "EUR-USD", "NONE-USD")
EUROS = Instrument("4713", "CORK", AssetClass.STOCK, "EUR", description="CORK SE", exchange="IBIS")


def trade(number: int, what: Instrument, day: int, price: int, then: int, month: int = 4) -> tuple[Execution, Execution]:
    """Ten bought and sold the same hour, a dollar (or euro) of fees each."""
    when = utc(month, day)
    return fill(2 * number, what, 10, price, when), fill(2 * number + 1, what, -10, then, when + timedelta(minutes=20))


@pytest.fixture
def book(owner: User) -> dict[str, BrokerAccount]:
    """What closed, net:

    USD       2 Apr ACME +98, 2 Apr BOLT -12, 9 Apr ACME +48, 5 May ACME -22
    EUR       2 Apr CORK +28, 3 Apr CORK -32, 5 May CORK +8; ACME without a rate to it, 2 Apr +18 USD, 9 Apr -42 USD
    NONE-USD  2 Apr BOLT +8, 6 May BOLT -12: of an account that states no base currency
    """
    dollars = (
        *trade(1, ACME, 2, 100, 110),
        *trade(2, BOLT, 2, 50, 49),
        *trade(3, ACME, 9, 100, 105),
        *trade(4, ACME, 5, 100, 98, month=5),
        fill(90, ACME, 3, 100, utc(5, 6)),
    )
    cork = (*trade(11, EUROS, 2, 20, 23), *trade(12, EUROS, 3, 20, 17), *trade(13, EUROS, 5, 20, 21, month=5))
    euros = (*cork, fill(91, EUROS, 3, 20, utc(5, 6)))
    unrated = [replace(one, rate_to_base=None) for one in (*trade(14, ACME, 2, 100, 102), *trade(15, ACME, 9, 100, 96))]
    bare = [replace(one, rate_to_base=None) for one in (*trade(21, BOLT, 2, 50, 51), *trade(22, BOLT, 6, 50, 49, month=5))]
    return {
        "USD": write_book(owner, says(*dollars, number="U1")),
        "EUR": write_book(owner, says(*euros, *unrated, number="U2", currency="EUR")),
        "": write_book(owner, says(*bare, number="U3", currency="")),
    }


NETS = {"USD": (98, -12, 48, -22), "EUR": (28, -32, 8), "EUR-USD": (18, -42), "NONE-USD": (8, -12)}


def shown(number: int | Decimal) -> str:
    return ("\u2212" if number < 0 else "+" if number else "") + f"{abs(number):,.2f}"


def get(client: Client, address: str) -> str:
    answer = client.get(html.unescape(address))
    assert answer.status_code == 200, address
    return answer.content.decode()


def opened(client: Client, address: str) -> tuple[int, str, str]:
    """(how many trades the page behind a link lists, what they came to, in which currency)."""
    page = text_of(get(client, address).encode())
    if "/days/" in address:
        found = re.search(r"Closed that day (\S+) (\w+) (\d+) trades?,", page)
        assert found, (address, page[:600])
        listed = re.search(r"Trades closed that day (\d+) trade", page)
        assert listed, address
        assert listed[1] == found[3], address
        return int(found[3]), found[1], found[2]
    found = re.search(r" (\d+) trades? (\S+) ([A-Z]{3})", page)
    assert found, (address, page[:600])
    return int(found[1]), found[2], found[3]


def doors(page: str) -> list[tuple[str, int, str]]:
    """(address, how many trades, what they came to) of each cell, total, row and list of a page that leads to trades."""
    main = page[page.index("<main") :]
    found = re.findall(r'<a[^>]* href="([^"]*)"[^>]*(?:aria-label|title)="[^":]*: (\S+) [A-Z]{3}, (\d+) trade', main)
    named = [(address, int(count), net) for address, net, count in found]
    for row in re.findall(r"<tr.*?</tr>", main, re.DOTALL):
        one = re.search(r'<a class="row-link" href="(/trades/\?[^"]*)">.*?</th><td class="right">(\d+)</td>', row, re.DOTALL)
        if one:
            named.append((one[1], int(one[2]), re.findall(r'<span class="num[^"]*">([^<]*)</span>', row)[-1]))
    total = re.search(
        r'class="calendar-total num"><a href="([^"]*)"><b class="[^"]*">([^<]*)</b> <span class="unit">\w+</span> (\d+) trade', main
    )
    return [*named, (total[1], int(total[3]), total[2])] if total else named


PAGES = (
    "/?",
    "/?month=2026-04&",
    "/calendar/?month=2026-05&",
    "/calendar/?month=2026-04&",
    "/calendar/?year=2026&",
    "/intraday/?",
    "/reports/by/symbol/?",
    "/reports/by/weekday/?",
    "/reports/cross/?",
)


def test_every_number_opens_the_trades_that_make_it(browser_of_owner: Client, book: dict[str, BrokerAccount]) -> None:
    assert len(book) == 3
    followed: dict[str, tuple[int, str, str]] = {}
    for money in MONEY:
        for path in PAGES:
            found = doors(get(browser_of_owner, f"{path}money={money}"))
            assert found or "month" in path, (path, money)
            for address, count, net in found:
                if address not in followed:
                    followed[address] = opened(browser_of_owner, address)
                assert followed[address] == (count, net, money[-3:]), (path, address)
    assert len(followed) > 50


def test_the_dashboard_shows_one_group_throughout(browser_of_owner: Client, book: dict[str, BrokerAccount]) -> None:
    for money, nets in NETS.items():
        page = get(browser_of_owner, f"/?money={money}")
        words = text_of(page.encode())
        assert f"Profit {shown(sum(nets))} {money[-3:]}" in words, money
        last = page[page.index('id="last-title"') :]
        all_of_them = re.search(r'<a href="([^"]*)">All (\d+)</a>', last)
        assert all_of_them
        assert all_of_them[2] == str(len(nets))
        assert opened(browser_of_owner, all_of_them[1]) == (len(nets), shown(sum(nets)), money[-3:])
        rows = re.findall(r"<tr.*?</tr>", last, re.DOTALL)[1:]
        nets_listed = [re.findall(r">([+\u2212]\d+\.\d\d)<", row)[-1] for row in rows]
        assert sorted(nets_listed) == sorted(map(shown, nets))
        held = re.search(r'<a class="muted" href="([^"]*)">(\d+) positions?</a>', page)
        assert (held and held[2]) == ("1" if money in ("USD", "EUR", "EUR-USD") else None)  # of nothing there is no list
        assert held is None or "1 trade" in text_of(get(browser_of_owner, held[1]).encode())
        assert f"money={money}" in page.partition("</main>")[0] or money == "USD"


@pytest.mark.parametrize("path", ["/", "/calendar/", "/intraday/", "/reports/", "/days/2026-04-02/"])
def test_groups_have_names_that_tell_them_apart(browser_of_owner: Client, book: dict[str, BrokerAccount], path: str) -> None:
    assert len(book) == 3
    page = get(browser_of_owner, path)
    switch = re.search(r'aria-label="Currency">(.*?)</div>', page, re.DOTALL)
    assert switch
    found = dict(re.findall(r'href="[^"]*money=([A-Z-]+)"[^>]*>([^<]+)<', switch[1]))
    assert found == {"USD": "USD", "EUR": "EUR", "EUR-USD": "USD, no rate to EUR", "NONE-USD": "USD, base not stated"}
    for money in found:
        picked = get(browser_of_owner, f"{path}?money={money}")
        assert re.search(rf'money={money}" aria-current="true"', picked), money


def test_a_day_shows_one_group_fill_by_fill(browser_of_owner: Client, book: dict[str, BrokerAccount]) -> None:
    assert len(book) == 3
    for money, net, trades, fills in (("USD", 86, 2, 4), ("EUR", 28, 1, 4), ("EUR-USD", 18, 1, 2), ("NONE-USD", 8, 1, 2)):
        words = text_of(get(browser_of_owner, f"/days/2026-04-02/?money={money}").encode())
        assert f"Closed that day {shown(net)} {money[-3:]} {trades} trade" in words
        assert f"Realized, fill by fill {shown(net)} {money[-3:]}" in words
        assert f"on {fills} fills" in words, "those of the account, also the ones without a rate to its currency"


def test_a_chosen_currency_stays_with_every_choice(browser_of_owner: Client, book: dict[str, BrokerAccount]) -> None:
    assert len(book) == 3
    for path in ("/", "/calendar/", "/intraday/", "/reports/"):
        page = get(browser_of_owner, f"{path}?money=EUR&show=percent")
        periods = re.findall(rf'<a[^>]* href="({re.escape(path)}\?[^"]*(?:from=|side=)[^"]*)"', page)
        assert periods, path
        assert all("money=EUR" in one and "show=percent" in one for one in periods), path
    listed = text_of(get(browser_of_owner, "/trades/?currency=NONE").encode())
    assert "Base currency not stated" in listed
    assert "Base currency EUR, results in USD" in text_of(get(browser_of_owner, "/trades/?currency=EUR-USD").encode())


def busy_days(*, timed: bool) -> list[Execution]:
    """What closed, net, in this order where it has times; what closed in one instant was opened in this order.

    2 Apr  15:30 +98    16:30 -52    17:30 -12
    3 Apr  15:30  +8    16:30 -42    17:30 +18, -22 and +28 in one instant
    6 Apr  15:30 +198   16:30  -2

    The curve: 98, 46, 34, 42, 0, 24, 222, 220.
    """
    closings = [
        (2, 15, 98),
        (2, 16, -52),
        (2, 17, -12),
        (3, 15, 8),
        (3, 16, -42),
        (3, 17, 18),
        (3, 17, -22),
        (3, 17, 28),
        (6, 15, 198),
        (6, 16, -2),
    ]
    rows = []
    for number, (day, hour, net) in enumerate(closings):
        what = replace(ACME, key=f"48{number}", symbol=f"ACM{number}")
        rows.append(fill(2 * number, what, 1, 500, utc(4, day, 14, number)))
        rows.append(fill(2 * number + 1, what, -1, 502 + net, utc(4, day, hour)))
    return rows if timed else [replace(row, executed_at=None) for row in rows]


def stretches(page: str) -> tuple[list[tuple[str, str, str, int]], list[tuple[str, int, str]]]:
    """(falls: address and address of the way down, depth, trades; runs: address, length, result) of the page of falls."""
    falls, runs = [], []
    for row in re.findall(r"<tr.*?</tr>", page[page.index("<main") :], re.DOTALL):
        cells = re.findall(r">([^<>]+)</t[dh]>|>([^<>]+)</(?:a|span)></td>", row)
        links = re.findall(r'href="(/trades/[^"]*)"', row)
        words = ["".join(cell).strip() for cell in cells]
        if len(links) == 2:
            falls.append((links[0], links[1], words[-4], int(words[-1])))
        elif links:
            runs.append((links[0], int(words[0]), words[-1]))
    return falls, runs


@pytest.mark.both_databases
@pytest.mark.parametrize("timed", [True, False])
def test_a_fall_and_a_run_open_just_their_trades(browser_of_owner: Client, owner: User, timed: bool) -> None:
    """Not all of their days; without times of day a day is one step of the curve, and runs are told apart by the trades themselves."""
    write_book(owner, says(*busy_days(timed=timed)))
    falls, runs = stretches(get(browser_of_owner, "/reports/drawdowns/?side=long"))
    assert [(depth, trades) for *_, depth, trades in falls] == ([(shown(-98), 8), (shown(-2), 1)] if timed else [(shown(-10), 7)])
    for url, down, depth, trades in falls:
        assert opened(browser_of_owner, url)[0] == trades
        assert opened(browser_of_owner, down)[1] == depth
    assert [opened(browser_of_owner, down)[0] for _, down, *_ in falls] == ([4, 1] if timed else [5])
    assert [(length, total) for _, length, total in runs] == [(2, shown(226)), (2, shown(-64)), (1, shown(-2))] or not timed
    for url, length, total in runs:
        assert opened(browser_of_owner, url) == (length, total, "USD")
    for period in ("", "&from=2026-04-02&to=2026-04-03"):
        url, depth = deepest(get(browser_of_owner, f"/?side=long{period}"))
        assert opened(browser_of_owner, url) == ((4, shown(-98), "USD") if timed else (5, shown(-10), "USD"))
        assert depth == opened(browser_of_owner, url)[1]
        narrower = get(browser_of_owner, url.replace("/trades/", "/reports/drawdowns/"))
        assert opened(browser_of_owner, stretches(narrower)[1][0][0])[0] == stretches(narrower)[1][0][1], "within an interval, too"


def deepest(page: str) -> tuple[str, str]:
    """(address, amount) of the tile of the deepest fall."""
    tile = re.search(r'<a class="tile" href="([^"]*)"[^>]*>\s*<span class="tile-name">Deepest fall</span>\s*<span[^>]*>([^<]*) ?<', page)
    assert tile
    return tile[1], tile[2].strip()


def test_in_percent_a_fall_opens_the_days_it_is_made_of(browser_of_owner: Client, owner: User) -> None:
    write_book(owner, says(*busy_days(timed=True)))
    url, depth = deepest(get(browser_of_owner, "/?side=long&show=percent"))
    assert (depth, "from=2026-04-03&amp;to=2026-04-03" in url) == ("\u22122.0\u202f%", True), "-10 on 501 each, all on one day"
    assert "In percent a day is one step of it" in get(browser_of_owner, "/?side=long&show=percent")
    assert "one step of it" not in get(browser_of_owner, "/?side=long")
    assert re.search(r" 5 trades \u22122.0 %", text_of(get(browser_of_owner, url).encode()))


def test_an_interval_has_a_chip_that_drops_it(browser_of_owner: Client, owner: User) -> None:
    """By the exchange's clock; another period takes its place, a saved view keeps it."""
    write_book(owner, says(*busy_days(timed=True)))
    interval = "closed_from=2026-04-02~2026-04-02T16:30:00Z&closed_to=2026-04-03~2026-04-03T16:30:00Z"
    page = get(browser_of_owner, f"/trades/?{interval}&symbol=ACM2")
    assert "Closed 2 Apr 2026, 12:30:00 – 3 Apr 2026, 12:30:00 New York" in text_of(page.encode())
    assert '<time datetime="2026-04-02T16:30:00+00:00">' in page
    assert 'href="/trades/?symbol=ACM2"' in page[page.index("Closed</span>") :]
    assert "/trades/?from=2026-01-01&amp;to=2026-12-31&amp;symbol=ACM2" in page
    assert opened(browser_of_owner, f"/trades/?{interval}") == (4, shown(-98), "USD")
    listed = browser_of_owner.get(f"/trades/export.csv?{interval}")
    assert listed.status_code == 200
    assert len(b"".join(listed).decode().strip().splitlines()) == 1 + 4
    browser_of_owner.post("/views/save/", {"query": interval, "name": "The fall"})
    assert f'href="/?{interval.replace("&", "&amp;")}"' in get(browser_of_owner, "/?view=all")
    assert "closed_to=noon" in text_of(get(browser_of_owner, "/trades/?closed_to=noon").encode()), "what means nothing is named"
    assert "Closed since 3 Apr 2026, without a time New York" in text_of(get(browser_of_owner, "/trades/?closed_from=2026-04-03~").encode())


def test_each_currency_of_the_bridge_opens_its_own_trades(browser_of_owner: Client, owner: User) -> None:
    """An account with figures of its broker in two currencies, and one without any, whose trades no bridge holds."""
    rows = [
        *(fill(1, ACME, 10, 100, utc(4, 2)), fill(2, ACME, -10, 110, utc(4, 3), broker="98")),
        *(fill(3, EUROS, 10, 20, utc(4, 7)), fill(4, EUROS, -10, 23, utc(4, 8), broker="28")),
    ]
    compared = write_book(owner, says(*rows, number="U1"))
    write_book(owner, says(*trade(11, ACME, 9, 100, 105), number="U2"))
    page = get(browser_of_owner, "/")
    found = re.findall(r'href="(/trades/\?[^"]*traded=(\w+)[^"]*)"', page)
    assert {currency for _, currency in found} == {"USD", "EUR"}
    for door, currency in found:
        assert f"account={compared.pk}" in door
        assert text_of(get(browser_of_owner, door).encode()).count({"USD": "ACME", "EUR": "CORK"}[currency]) >= 1
        assert opened(browser_of_owner, door)[0] == 1
