"""A real account from its first day, when a folder with its history is given: through the portal and through the file it is one book."""

import urllib.parse
import urllib.request
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fillbook.brokers.apex.connector import CONNECTOR as PORTAL
from fillbook.brokers.interface import Done, Page, Reply, Request, Send, StatementUnreadable
from fillbook.brokers.tastytrade.connector import CONNECTOR as FILE
from fillbook.ledger.money import net_cash
from fillbook.ledger.statement import AccountStatement, DateRange
from fillbook.sandbox.server import SandboxServer
from fillbook.trades.account import AccountBook, read_account
from fillbook.trades.records import RoundTrip
from tests.sandbox.history_rows import portal_rows
from tests.sandbox.test_portal_service import log_in
from tests.support.invariants import broken

pytestmark = pytest.mark.corpus

WHOLE = "tastytrade/avion23_tastytrade_transactions_history_180201_to_240817.csv"
FUTURES = "tastytrade/binnaculum_FutureOptions.csv"
ACCOUNT = "5FB80001"
LIFE = DateRange(date(2018, 2, 1), date(2024, 8, 17))


def by_file(path: Path) -> AccountStatement:
    (account,) = FILE.parse([path.read_bytes()]).accounts
    return account


@cache
def by_portal(path: Path) -> AccountStatement:
    """What the pretend portal lists, fetched window by window over HTTP and read page by page."""
    server = SandboxServer(clock=lambda: datetime(2024, 8, 18, 10, 0, tzinfo=ZoneInfo("America/New_York")))
    with server:
        server.portal.hold(ACCOUNT, portal_rows(path, ACCOUNT))
        server.portal.grant(ACCOUNT)
        cookie, pages = log_in(server)[1], []
        state, reply = PORTAL.start(LIFE, account=ACCOUNT), None
        while True:
            state, action = PORTAL.advance(state, reply)
            reply = None
            if isinstance(action, Done):
                break
            if isinstance(action, Send):
                reply = fetched(server.base_url, action.request, cookie)
            elif isinstance(action, Page):
                pages.append(PORTAL.parse([action.content]))
    assert [finding.code for page in pages for finding in page.findings] == []
    parts = [page.accounts[0] for page in pages]
    assert len(parts) == 7
    return replace(
        parts[0],
        covers=LIFE,
        executions=tuple(row for part in parts for row in part.executions),
        corporate_actions=tuple(row for part in parts for row in part.corporate_actions),
        cash_movements=tuple(row for part in parts for row in part.cash_movements),
    )


def fetched(base: str, request: Request, cookie: str) -> Reply:
    url = f"{base}{request.path}?{urllib.parse.urlencode(request.query)}"
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Cookie": cookie}), timeout=60) as reply:
        return Reply(reply.status, reply.read())


def total(account: AccountStatement) -> Decimal:
    return sum((net_cash(row) for row in account.executions), Decimal(0)) + sum((row.amount for row in account.cash_movements), Decimal(0))


def left_open(book: AccountBook) -> Counter[str]:
    held = Counter[str]()
    for lot in book.match.open_lots:
        held[lot.instrument.symbol] += lot.quantity  # type: ignore[assignment]
    return held


def facts(trip: RoundTrip) -> tuple[object, ...]:
    """What a trader sees of a round trip. The portal names an adjusted option by its underlying, the file by its own root."""
    of = trip.instrument
    name = (of.underlying_symbol or of.symbol, of.right, of.strike, of.expiry)
    when = (trip.opened_at, trip.closed_at, trip.closed_on)
    return (*name, trip.side, *when, trip.quantity, trip.realized_pnl, trip.charges, trip.incomplete)


@pytest.mark.parametrize("read", [by_file, by_portal])
def test_a_whole_account_leaves_open_what_it_holds(corpus: Path, read: object) -> None:
    account = read(corpus / WHOLE)  # type: ignore[operator]
    book = read_account(account)
    assert left_open(book) == {"SCHG": 100, "SCHG 240920C99": -1}
    assert total(account) == Decimal("-1619.88")
    assert book.match.unmatched == ()
    assert book.match.flags == ()
    assert broken(book) == []


def test_both_ways_make_the_same_round_trips(corpus: Path) -> None:
    one, other = (read_account(read(corpus / WHOLE)).match for read in (by_file, by_portal))
    assert Counter(map(facts, one.round_trips)) == Counter(map(facts, other.round_trips))
    assert len(one.round_trips) > 300


def test_options_on_futures_close_to_the_cent(corpus: Path) -> None:
    account = by_file(corpus / FUTURES)
    assert not left_open(read_account(account))
    assert total(account) == Decimal("499.26")
    assert {row.instrument.multiplier for row in account.executions} == {5}


def test_every_history_of_the_folder_is_read_and_its_sums_hold(corpus: Path) -> None:
    files = sorted((corpus / "tastytrade").glob("*.csv"))
    assert len(files) == 20
    for path in files:
        assert FILE.recognize(path.read_bytes()[:4096]), path.name
        assert broken(read_account(by_file(path))) == [], path.name


def test_other_brokers_tables_are_not_taken_for_it(corpus: Path) -> None:
    for path in [*corpus.glob("firstrade/*.csv"), *corpus.glob("webull/*.csv")]:
        assert not FILE.recognize(path.read_bytes()), path.name
        with pytest.raises(StatementUnreadable):
            FILE.parse([path.read_bytes()])
