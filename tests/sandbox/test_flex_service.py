"""The real protocol against the sandbox: what a link, a nightly run and every kind of trouble look like from the client's side."""

import re
import socket
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fillbook.brokers.interface import BrokerError, NeedsUser, NotReady, RateLimited, Request, Transient
from fillbook.brokers.manifests import manifest
from fillbook.brokers.registry import connector, recognize
from fillbook.ledger.statement import DateRange
from fillbook.sandbox.faults import MESSAGES, SCRIPTS, Fault, token_of
from fillbook.sandbox.server import NotLoopback, SandboxServer
from tests.sandbox.plain_loop import Loop

SCALE = 0.002
NEW_YORK = ZoneInfo("America/New_York")
MONDAY = datetime(2026, 9, 28, 6, 30, tzinfo=NEW_YORK)
IB = connector("ibkr")
SECRETS = manifest("ibkr").sandbox


class Clock:
    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def running(clock: Clock) -> Iterator[SandboxServer]:
    server = SandboxServer(time_scale=SCALE, clock=clock)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def sandbox(running: SandboxServer, clock: Clock) -> SandboxServer:
    clock.now = MONDAY
    running.flex.requests = 0
    running.flex.play(SECRETS["token"], ())
    return running


def loop(sandbox: SandboxServer, **secrets: str) -> Loop:
    return Loop(sandbox.base_url, {**SECRETS, **secrets}, SCALE)


def trouble(sandbox: SandboxServer, new_link: bool = False, **secrets: str) -> BrokerError:
    with pytest.raises(BrokerError) as caught:
        loop(sandbox, **secrets).run(IB, new_link=new_link)
    return caught.value


# --- the ordinary way


def test_a_year_of_two_accounts_arrives(sandbox: SandboxServer) -> None:
    run = loop(sandbox)
    (page,) = run.run(IB, new_link=True)
    assert page.covers == DateRange(date(2025, 9, 26), date(2026, 9, 25))
    assert run.steps == ["request", "generate", "fetch"]
    assert run.memory == {"form": "bare", "days": 365}
    parsed = IB.parse([page.content])
    assert [account.account for account in parsed.accounts] == ["U9900001", "U9900002"]
    assert [account.base_currency for account in parsed.accounts] == ["USD", "EUR"]
    assert recognize(page.content[:2000]) is IB


def test_every_step_has_words(sandbox: SandboxServer) -> None:
    sandbox.flex.play(SECRETS["token"], (Fault("GetStatement", 2, 1019, word="Warn"), Fault("GetStatement", 1, 1017)))
    run = loop(sandbox)
    run.run(IB)
    assert set(run.steps) == set(manifest("ibkr").steps)
    assert run.waited == 5 + 10 + 10 + 10 + 5


def test_given_days_are_given(sandbox: SandboxServer) -> None:
    (page,) = loop(sandbox).run(IB, DateRange(date(2026, 9, 14), date(2026, 9, 25)))
    assert page.covers == DateRange(date(2026, 9, 14), date(2026, 9, 25))
    days = {row.trade_date for account in IB.parse([page.content]).accounts for row in account.executions}
    assert days
    assert min(days) >= date(2026, 9, 14)


def test_today_is_not_final_yet_and_moved_back(sandbox: SandboxServer) -> None:
    (page,) = loop(sandbox).run(IB, DateRange(date(2026, 9, 14), date(2026, 9, 28)))
    assert page.covers == DateRange(date(2026, 9, 14), date(2026, 9, 25))


def test_two_years_come_in_pieces(sandbox: SandboxServer) -> None:
    pages = loop(sandbox).run(IB, DateRange(date(2024, 9, 26), date(2026, 9, 25)))
    assert [page.covers for page in pages] == [
        DateRange(date(2025, 9, 26), date(2026, 9, 25)),
        DateRange(date(2024, 9, 26), date(2025, 9, 25)),
    ]


def test_before_the_accounts_were_opened_there_is_nothing(sandbox: SandboxServer) -> None:
    assert loop(sandbox).run(IB, DateRange(date(2021, 1, 1), date(2021, 12, 31))) == []
    assert sandbox.flex.requests == 1


def test_query_saved_for_one_day_is_asked_for_a_year(sandbox: SandboxServer) -> None:
    run = loop(sandbox, query_id="100002")
    (page,) = run.run(IB)
    assert page.covers is not None
    assert page.covers.days == 365
    assert run.memory["form"] == "p"
    before = sandbox.flex.requests
    run.run(IB)
    assert sandbox.flex.requests == before + 2


def test_query_that_hangs_on_days_is_fetched_another_way(sandbox: SandboxServer) -> None:
    run = loop(sandbox, query_id="100004")
    run.memory = {"form": "p", "days": 365}
    (page,) = run.run(IB, DateRange(date(2026, 9, 14), date(2026, 9, 25)))
    assert page.covers is not None
    assert run.memory["fd_td"] == "no"


def test_query_of_one_account_holds_one(sandbox: SandboxServer) -> None:
    (page,) = loop(sandbox, query_id="100003").run(IB)
    assert [account.account for account in IB.parse([page.content]).accounts] == ["U9900001"]


def test_asking_again_gives_the_same_bytes(sandbox: SandboxServer, clock: Clock) -> None:
    (first,) = loop(sandbox).run(IB)
    clock.now += timedelta(minutes=5)
    (second,) = loop(sandbox).run(IB)
    assert first.content == second.content


def test_next_day_has_one_day_more(sandbox: SandboxServer, clock: Clock) -> None:
    clock.now += timedelta(days=1)
    (page,) = loop(sandbox).run(IB)
    assert page.covers == DateRange(date(2025, 9, 29), date(2026, 9, 28))


# --- limits and refusals


def ask(sandbox: SandboxServer, query: dict[str, str], step: str = "SendRequest", agent: str = "Python/3.11") -> bytes:
    request = Request("", f"/AccountManagement/FlexWebService/{step}", tuple(query.items()), headers=(("User-Agent", agent),))
    return Loop(sandbox.base_url, {}).send(request).body


def test_version_and_agent_are_required_as_by_the_real_service(sandbox: SandboxServer) -> None:
    good = {"t": SECRETS["token"], "q": SECRETS["query_id"]}
    assert b"<ErrorCode>1001</ErrorCode>" in ask(sandbox, good)
    assert ask(sandbox, {"v": "3", **good}, agent="curl") == b""
    assert b"<Status>Success</Status>" in ask(sandbox, {"v": "3", **good})


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"t": "1", "q": "100001"}, 1015),
        ({"q": "1"}, 1014),
        ({"p": "366"}, 1020),
        ({"p": "many"}, 1020),
        ({"fd": "20260901"}, 1020),
        ({"fd": "20260901", "td": "20260831"}, 1020),
        ({"fd": "20250901", "td": "20260925"}, 1020),
        ({"fd": "2026-09-01", "td": "2026-09-25"}, 1020),
        ({"fd": "20260931", "td": "20260931"}, 1020),
        ({"fd": "20260901", "td": "20260928"}, 1003),
    ],
)
def test_bad_requests_are_refused(sandbox: SandboxServer, query: dict[str, str], code: int) -> None:
    sandbox.flex.play(SECRETS["token"], ())
    reply = ask(sandbox, {"v": "3", "t": SECRETS["token"], "q": "100001", **query})
    assert f"<ErrorCode>{code}</ErrorCode>".encode() in reply
    assert reply.startswith(b"<FlexStatementResponse timestamp='28 September, 2026 06:30 AM EDT'>")


def test_reference_code_belongs_to_its_token(sandbox: SandboxServer) -> None:
    assert b"1017" in ask(sandbox, {"v": "3", "t": SECRETS["token"], "q": "123"}, "GetStatement")
    reference = (
        ask(sandbox, {"v": "3", "t": token_of("lost-once"), "q": "100001"}).partition(b"<ReferenceCode>")[2].partition(b"<")[0].decode()
    )
    sandbox.flex.play(SECRETS["token"], ())
    assert b"1017" in ask(sandbox, {"v": "3", "t": SECRETS["token"], "q": reference}, "GetStatement")


def test_asking_without_pauses_is_throttled() -> None:
    with SandboxServer(clock=lambda: MONDAY) as base_url:
        impatient = Loop(base_url, SECRETS, time_scale=0.0)
        with pytest.raises(RateLimited):
            impatient.run(IB)


def test_eleventh_request_of_a_minute_is_throttled() -> None:
    moment = [1000.0]
    server = SandboxServer(clock=lambda: MONDAY)
    server.flex._monotonic = lambda: moment[0]
    with server:
        replies = []
        for _ in range(11):
            moment[0] += 2
            replies.append(ask(server, {"v": "3", "t": SECRETS["token"], "q": "100001"}))
        moment[0] += 59
        replies.append(ask(server, {"v": "3", "t": SECRETS["token"], "q": "100001"}))
    assert [b"1018" in reply for reply in replies] == [False] * 10 + [True, False]


# --- trouble


@pytest.mark.parametrize("code", [code for code in MESSAGES if code not in {1017, 1019, 1021}])
def test_each_code_comes_out_as_itself(sandbox: SandboxServer, code: int) -> None:
    for name in (f"code-{code}", f"late-{code}"):
        error = trouble(sandbox, token=token_of(name))
        assert error.code == str(code)


@pytest.mark.parametrize(
    ("name", "code", "kind", "requests"),
    [
        ("late-1017", "1017", Transient, 6),
        ("late-1021", "1021", Transient, 12),
        ("generating-for-ever", "1019", NotReady, 62),
        ("unknown-code", "1099", Transient, 1),
        ("html", "html_reply", Transient, 1),
        ("html-late", "html_reply", Transient, 2),
        ("http-404", "http_404", Transient, 1),
        ("http-429", "http_429", RateLimited, 1),
        ("http-503", "http_5xx", Transient, 1),
        ("empty", "empty_reply", Transient, 2),
        ("json", "json_reply", Transient, 2),
        ("csv", "csv_reply", NeedsUser, 2),
        ("cut", "unreachable", Transient, 3),
        ("truncated", "cut_reply", Transient, 4),
        ("redirect", "redirect", Transient, 1),
    ],
)
def test_trouble_is_told_within_few_requests(sandbox: SandboxServer, name: str, code: str, kind: type[BrokerError], requests: int) -> None:
    error = trouble(sandbox, token=token_of(name))
    assert (error.code, type(error)) == (code, kind)
    assert sandbox.flex.requests == requests


@pytest.mark.parametrize("name", ["lost-once", "cut-once", "foreign-url"])
def test_what_mends_itself_is_not_told(sandbox: SandboxServer, name: str) -> None:
    sandbox.flex.play(token_of(name), SCRIPTS[name])
    (page,) = loop(sandbox, token=token_of(name)).run(IB)
    assert page.covers is not None


def test_new_link_is_validated_later(sandbox: SandboxServer) -> None:
    name = token_of("validated-later")
    sandbox.flex.play(name, SCRIPTS["validated-later"])
    for _ in range(2):
        assert isinstance(trouble(sandbox, new_link=True, token=name), NotReady)
    assert len(loop(sandbox, token=name).run(IB, new_link=True)) == 1


def test_slow_answer_is_waited_for(sandbox: SandboxServer) -> None:
    assert len(loop(sandbox, token=token_of("slow")).run(IB)) == 1


def test_no_error_repeats_a_secret(sandbox: SandboxServer) -> None:
    said = []
    for name, script in SCRIPTS.items():
        endless = any(fault.tail for fault in script) or name == "generating-for-ever"  # the plain loop would wait as long
        if not endless and name != "slow" and not name.startswith("late"):
            token = token_of(name)
            sandbox.flex.play(token, script)
            try:
                loop(sandbox, token=token).run(IB)
            except BrokerError as error:
                said.append(f"{name}: {error!r} {error} {error.message}")
    assert len(said) > len(MESSAGES)
    assert [words for words in said if SECRETS["query_id"] in words or re.search(r"\d{10}", words)] == []


# --- the server


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "127.0.0.2", "localhost", "", "example.org"])
def test_listens_on_loopback_only(host: str) -> None:
    with pytest.raises(NotLoopback):
        SandboxServer(host=host)


def test_listens_on_ipv6_loopback_where_there_is_one() -> None:
    assert socket.has_ipv6
    with SandboxServer(time_scale=SCALE, clock=lambda: MONDAY, host="::1") as base_url:
        assert base_url.startswith("http://[::1]:")
        assert len(Loop(base_url, SECRETS, SCALE).run(IB)) == 1


def test_two_run_side_by_side_and_stop() -> None:
    one, two = SandboxServer(time_scale=SCALE), SandboxServer(time_scale=SCALE)
    assert one.start() != two.start()
    assert one.start() == one.base_url
    address = one.base_url
    one.stop()
    two.stop()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(address, timeout=5)


def test_other_paths_and_strange_hosts_find_nothing(sandbox: SandboxServer) -> None:
    path = "/AccountManagement/FlexWebService/SendRequest"
    assert Loop(sandbox.base_url, {}).send(Request("", "/elsewhere")).status == 404
    assert Loop(sandbox.base_url, {}).send(Request("", f"{path}/more")).status == 404
    assert Loop(sandbox.base_url, {}).send(Request("", path, headers=(("Host", "evil.example"),))).status == 404


def test_nothing_is_logged(sandbox: SandboxServer, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    loop(sandbox).run(IB)
    trouble(sandbox, token=token_of("cut"))
    captured = capfd.readouterr()
    assert SECRETS["token"] not in captured.out + captured.err + caplog.text
    assert captured.err == ""
