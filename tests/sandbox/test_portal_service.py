"""The pretend portal, asked over HTTP as a browser and as Fillbook would, and the history it shows."""

import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from fillbook.brokers.apex.envelope import seal
from fillbook.brokers.apex.parse import parse
from fillbook.brokers.apex.replies import rows_of
from fillbook.brokers.interface import Reply
from fillbook.brokers.manifests import manifest
from fillbook.ledger.numbers import ZERO
from fillbook.ledger.statement import DateRange
from fillbook.sandbox.portal import DEMO
from fillbook.sandbox.server import SandboxServer
from fillbook.trades.account import read_account
from tests.support.invariants import broken

NOW = datetime(2024, 2, 3, 10, 0, tzinfo=ZoneInfo("America/New_York"))
DAYS = DateRange(date(2023, 1, 3), date(2024, 2, 2))
LIST = f"/activities-provider/api/v1/activities/{DEMO}?startDate={DAYS.first}&endDate={DAYS.last}"


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    one = SandboxServer(clock=lambda: NOW)
    with one:
        yield one


def ask(server: SandboxServer, path: str, body: bytes | None = None, cookie: str = "") -> tuple[int, bytes, str]:
    headers = {"Cookie": cookie} if cookie else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(server.base_url + path, body, headers), timeout=30) as reply:
            return reply.status, reply.read(), reply.headers.get("Set-Cookie", "")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), ""


def log_in(server: SandboxServer, password: str = "") -> tuple[int, str]:
    settings = manifest("apex").sandbox_settings
    given = {"user": "", "username": settings["username"], "password": password or settings["password"]}
    status, _, cookie = ask(server, "/legit/api/v2/session", json.dumps(given).encode())
    return status, cookie.partition(";")[0]


def test_the_way_of_a_browser_and_of_fillbook(server: SandboxServer) -> None:
    assert ask(server, LIST)[0] == 401
    status, cookie = log_in(server)
    assert (status, cookie.count(".")) == (200, 2)
    assert ask(server, LIST, cookie=cookie)[0] == 403
    assert ask(server, LIST.replace(DEMO, "5ZZ99999"), cookie=cookie)[0] == 404
    page = ask(server, "/portal/")[1].decode()
    assert f"10-{DEMO}" in page
    assert "Grant access" in page
    form = f"account={DEMO}&user={manifest('apex').sandbox_settings['username']}".encode()
    assert b"The portal knows no user id nobody." in ask(server, "/portal/grant", f"account={DEMO}&user=nobody".encode())[1]
    assert ask(server, LIST, cookie=cookie)[0] == 403
    assert b"Revoke access" in ask(server, "/portal/grant", form)[1]
    assert ask(server, LIST, cookie=cookie)[0] == 200
    assert ask(server, LIST.replace("2023-01-03", "2021-01-03"), cookie=cookie)[0] == 400
    some = json.loads(ask(server, f"{LIST}&activityType=MONEY_MOVEMENTS", cookie=cookie)[1])
    assert {row["activityType"] for row in some} == {"MONEY_MOVEMENTS"}
    server.portal.end_sessions()
    assert ask(server, LIST, cookie=cookie)[0] == 401
    ask(server, "/portal/revoke", form)
    assert ask(server, LIST, cookie=log_in(server)[1])[0] == 403


def test_five_wrong_passwords_lock_the_login(server: SandboxServer) -> None:
    assert [log_in(server, "wrong")[0] for _ in range(6)] == [401] * 5 + [423]
    assert log_in(server)[0] == 423


def test_its_history_is_read_without_a_finding_and_says_when_it_was_short(server: SandboxServer) -> None:
    server.portal.grant(DEMO)
    _, body, _ = ask(server, LIST, cookie=log_in(server)[1])
    rows = rows_of(Reply(200, body), new_link=True)
    assert {len(row) for row in rows} == {25}
    parsed = parse([seal(DEMO, DAYS, rows)])
    assert parsed.findings == ()
    (account,) = parsed.accounts
    assert len(account.executions) + len(account.cash_movements) + len(account.corporate_actions) == len(rows)
    book = read_account(account)
    assert broken(book) == []
    assert book.match.unmatched == ()
    assert book.match.flags == ()
    sides = Counter(trip.side.value for trip in book.match.round_trips)
    assert min(sides["long"], sides["short"]) > 10
    held = Counter[str]()
    for lot in book.match.open_lots:
        held[lot.instrument.symbol] += lot.quantity  # type: ignore[assignment]
    listed = {one.listing.symbol: one.quantity for one in server.portal._scenario.holdings(DAYS.last) if one.listing.symbol in held}
    assert {symbol: quantity for symbol, quantity in held.items() if quantity != ZERO} == listed
