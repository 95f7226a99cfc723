"""Every way in which the pretend broker goes wrong, each played to a link of its own that has worked before: what must come of it.

`play` runs scripts together; `expectations` says for each in which state its run and link end, how many requests it may make, and what
becomes of the data. Django is set up and an engine runs when this is imported.
"""

import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

from fillbook.brokers.interface import Endpoint, Reply, Request
from fillbook.sandbox.changes import CHANGES
from fillbook.sandbox.faults import MESSAGES, SCRIPTS, token_of
from fillbook.sandbox.rows import SECOND
from fillbook.sandbox.scenario import DEFAULT_SEED, Scenario
from fillbook.sandbox.server import SandboxServer
from fillbook.sandbox.statement import Days, write
from fillbook.storage.hashes import derived_hash, ledger_hash
from fillbook.storage.models import (
    BrokerAccount,
    ClosedLotRow,
    Instance,
    Link,
    LinkState,
    Origin,
    RunKind,
    RunState,
    SyncRun,
    User,
)
from fillbook.storage.raw import keep_raw
from fillbook.storage.secrets import seal_credential
from fillbook.sync import clock, runs, service, taking, transport
from fillbook.sync.transport import Limits

NOW = datetime(2026, 9, 12, 14, 0, tzinfo=UTC)
"""A Saturday, ten in the morning in New York; the last trade is four days old."""
LAST = date(2026, 9, 11)
SCALE = 0.00002
QUERY = "100005"
USER_ACTS = {1010, 1011, 1012, 1013, 1014, 1015, 1016, 1020, 1025}
PATIENT = Limits(connect=60.0, read=300.0, total=600.0, bytes=1024 * 1024)
"""Patience is not to be lost while so many links share the processor."""
SHORT = {
    "stalled-once": Limits(connect=60.0, read=5.0, total=10.0),
    **dict.fromkeys(("stalled", "silent", "dripping"), Limits(connect=60.0, read=0.5, total=1.0)),
}
"""What ends with the end of patience has less: little where nothing helps, and enough for the others where the next reply is whole."""
UNDISTURBED = "undisturbed"
"""Name of an ordinary link among the others; it may have a number behind it."""


@dataclass(frozen=True)
class Expected:
    """run, kind, code: state of the run and its error. link: state of the link. sends, gets: most SendRequests and GetStatements.

    rows: how many fills come, change and go. as_new: the trades are those of a link that was made today; else all is as it was.
    """

    run: str
    kind: str
    code: str
    link: str
    sends: int
    gets: int
    rows: tuple[int, int, int] = (0, 0, 0)
    as_new: bool = False


def well(sends: int = 1, gets: int = 1, rows: tuple[int, int, int] = (0, 0, 0)) -> Expected:
    """It ends well; with other rows than before the trades are those of the new statement."""
    return Expected(RunState.DONE, "", "", LinkState.LINKED, sends, gets, rows, as_new=any(rows))


def stops(code: str, gets: int = 0) -> Expected:
    """The user has to act: asked once, never again."""
    return Expected(RunState.FAILED, "NeedsUser", code, LinkState.NEEDS_USER, 1, gets)


def expectations(tries: int, polls: int, slow_tries: int, trades: int = 50) -> dict[str, Expected]:
    """Script -> what must come of it.

    tries: how often what time mends is tried. polls: GetStatements of one try while a statement is being made. slow_tries: how often that
    is tried within the hours that a broker gets. trades: how many the statement has.
    """

    def later(code: str, sends: int = 1, gets: int = 0, kind: str = "Transient", tries: int = tries) -> Expected:
        """Time mends it: tried so often, then again the next day. sends, gets: of each try."""
        return Expected(RunState.FAILED, kind, code, LinkState.LINKED, tries * sends, tries * gets)

    found = {f"code-{code}": stops(str(code)) if code in USER_ACTS else later(str(code)) for code in MESSAGES}
    found |= {f"late-{code}": stops(str(code), 1) if code in USER_ACTS else later(str(code), 1, 1) for code in MESSAGES}
    found |= {
        "code-1018": later("1018", kind="RateLimited"),
        "late-1018": later("1018", 1, 1, kind="RateLimited"),
        "late-1017": later("1017", 3, 3),  # the statement was lost: asked for anew, three times in a try
        "late-1021": later("1021", 3, 9),  # fetched three times, then asked for anew
        "generating-for-ever": later("1019", 1, polls, "NotReady", slow_tries),
        "unknown-code": later("1099"),
        "validated-later": stops("1020"),  # a link that worked before has no new token
        "lost-once": well(2, 2),
        "html": later("html_reply"),
        "html-late": later("html_reply", 1, 1),
        "http-404": later("http_404"),
        "http-429": later("http_429", kind="RateLimited"),
        **{f"http-{status}": later("http_5xx") for status in (500, 502, 503, 504)},
        "empty": later("empty_reply", 1, 1),
        "empty-at-once": later("empty_reply"),
        "json": later("json_reply", 1, 1),
        "csv": stops("csv_reply", 1),
        "cut-once": well(2, 2),  # it looks like a lost connection, so everything is asked for anew
        "cut": later("unreachable", 1, 2),  # at both hosts
        "truncated": later("cut_reply", 1, 3),
        "redirect": later("redirect"),
        "foreign-url": well(),  # the address of the reply is not used
        "foreign-url-behind-ours": well(),
        "foreign-url-like-ours": well(),
        "foreign-url-inside": well(),
        "slow": well(),
        "stalled-once": well(1, 3),  # fetched again, up to twice
        "stalled": later("timeout", 1, 3),
        "silent": later("timeout"),
        "dripping": later("timeout", 1, 3),
        "endless": Expected(RunState.FAILED, "Unsupported", "too_large", LinkState.NEEDS_USER, 10, 10),  # halves of halves of a year
        "endless-at-once": later("unknown_reply"),
        "other-account": stops("other_account", 1),
        "fewer-days": well(3, 3),  # bare, p, fd and td; it is all there is, and what is older stays
        "without-trades": well(),
        "without-positions": well(),
        "repeated-rows": well(),
        "equal-fills": well(rows=(2, 0, 0)),
        "cancelled": well(rows=(1, 0, 0)),
        "rebooked": well(rows=(2, 0, 0)),
        "restated-price": well(rows=(0, 1, 0)),
        "dropped-row": well(rows=(0, 0, 1)),
        "renumbered": well(rows=(0, trades, 0)),
    }
    return {name: found[name] for name in SCRIPTS}


@dataclass(frozen=True)
class Outcome:
    """What came of one script. wrong: what is not as expected, "" when all is."""

    name: str
    expected: Expected
    run: SyncRun
    link: Link
    sends: int
    gets: int
    profit: Decimal
    before: Decimal
    wrong: str


@dataclass
class _Played:
    """A link with its script. content: the statement that came first."""

    name: str
    token: str
    link: Link
    account: BrokerAccount
    hashes: tuple[str, str]
    profit: Decimal
    run: SyncRun | None = None


@contextmanager
def broker(seed: int = DEFAULT_SEED) -> Iterator[SandboxServer]:
    """The pretend broker on a Saturday that does not end, where this instance's links find it; each is waited for as its script needs."""
    server = SandboxServer(seed=seed, time_scale=SCALE, clock=lambda: NOW.astimezone(ZoneInfo("America/New_York")))
    with server as base, _patience():
        Instance.load()
        Instance.objects.update(sandbox_url=base)
        yield server


@contextmanager
def _patience() -> Iterator[None]:
    """Let every request have the limits of the script that its token plays."""
    of_token, send = {token_of(name): limits for name, limits in SHORT.items()}, transport.send

    async def patient(
        request: Request, secrets: Mapping[str, str], hosts: tuple[str, ...], sandbox: str | None = None, limits: Limits | None = None
    ) -> Reply:
        return await send(request, secrets, hosts, sandbox, limits or of_token.get(secrets.get("token", ""), PATIENT))

    transport.send = patient
    try:
        yield
    finally:
        transport.send = send


def statement(seed: int = DEFAULT_SEED) -> bytes:
    """What the broker said of the last year at four in the morning."""
    days = Days(LAST - timedelta(days=364), LAST, "Last365CalendarDays")
    return write(Scenario(seed), days, datetime(2026, 9, 12, 4, 0), accounts=(SECOND,))  # noqa: DTZ001 - a statement's form has no zone


def play(server: SandboxServer, expected: Mapping[str, Expected], undisturbed: int = 5, seed: int = DEFAULT_SEED) -> list[Outcome]:
    """Sync a link for each script, all together, with some ordinary links among them; what makes most requests begins first."""
    ordinary = {f"{UNDISTURBED}-{number}": well() for number in range(undisturbed)}
    expected = {**expected, **ordinary}
    content = statement(seed)
    longest_first = sorted(expected, key=lambda name: -expected[name].sends - expected[name].gets)
    played = [_linked(name, server, content) for name in longest_first]
    for one in played:
        one.run = service.sync_now(one.link.owner, one.link.pk)
    _wait(one.run for one in played)
    return [_judged(one, expected[one.name], server, content) for one in played]


def _linked(name: str, server: SandboxServer, content: bytes) -> _Played:
    """A link that has worked once; its token plays the script from now on."""
    token = token_of(name) if name in SCRIPTS else f"97{zlib.crc32(name.encode()):010d}"
    server.flex.play(token, SCRIPTS.get(name, ()))
    for call in ("SendRequest", "GetStatement"):
        server.flex.calls.pop((token, call), None)
    link = _first(content, token)
    account = BrokerAccount.objects.get(link=link)
    return _Played(name, token, link, account, (ledger_hash(account), derived_hash(account)), _profit(account))


def _first(content: bytes, token: str) -> Link:
    """A new link whose first statement is this one, without jobs."""
    owner = User.objects.create_user(f"{uuid4().hex}@example.org")
    now = clock.now()
    link = Link(owner=owner, broker="ibkr", endpoint=Endpoint.SANDBOX, name="Book", state=LinkState.VALIDATING, created_at=now)
    seal_credential(link, {"token": token, "query_id": QUERY}, "token")
    link.save(force_insert=True)
    run = SyncRun.objects.create(owner=owner, link=link, kind=RunKind.FIRST, state=RunState.RUNNING, created_at=now)
    raw = keep_raw(owner, link.broker, content, Origin.FETCHED, link)
    assert taking.take_in_here(run.pk, raw.pk) == {"next": "done"}
    assert runs.finish(run.pk, {"form": "bare", "days": 365}, whole_year=True, figures_to=LAST, note="", warning=None)
    return Link.objects.get(pk=link.pk)


def _wait(started: Iterable[SyncRun | None], seconds: float = 300) -> None:
    numbers = [run.pk for run in started if run is not None]
    deadline = time.monotonic() + seconds
    while SyncRun.objects.filter(pk__in=numbers, state__in=runs.OPEN).exists() and time.monotonic() < deadline:
        time.sleep(0.1)


def _judged(one: _Played, expected: Expected, server: SandboxServer, content: bytes) -> Outcome:
    assert one.run is not None
    run, link = SyncRun.objects.get(pk=one.run.pk), Link.objects.get(pk=one.link.pk)
    sends, gets = (server.flex.calls[one.token, call] for call in ("SendRequest", "GetStatement"))
    account = BrokerAccount.objects.get(pk=one.account.pk)
    after = ledger_hash(account), derived_hash(account)
    complaints = []
    ending = run.state, run.error_kind, run.error_code, link.state
    if ending != (expected.run, expected.kind, expected.code, expected.link):
        complaints.append(f"ended as {ending}")
    if sends > expected.sends or gets > expected.gets or not sends:
        complaints.append(f"made {sends} and {gets} requests, not {expected.sends} and {expected.gets}")
    if (run.rows_new, run.rows_changed, run.rows_withdrawn) != expected.rows:
        complaints.append(f"brought {(run.rows_new, run.rows_changed, run.rows_withdrawn)} rows, not {expected.rows}")
    if expected.as_new:
        new = BrokerAccount.objects.get(link=_first(CHANGES[one.name](content), "one more"))
        if derived_hash(new) != after[1]:
            complaints.append("has other trades than a link made today")
    elif after != one.hashes:
        complaints.append(f"has other data than before: {[a == b for a, b in zip(after, one.hashes, strict=True)]}")
    if BrokerAccount.objects.filter(owner=link.owner_id).count() != 1:
        complaints.append("has rows of another account")
    if (expected.link == LinkState.NEEDS_USER) != (link.alarm_sent_at is not None):
        complaints.append("was told at the wrong time")
    return Outcome(one.name, expected, run, link, sends, gets, _profit(account), one.profit, "; ".join(complaints))


def _profit(account: BrokerAccount) -> Decimal:
    """Of everything that was closed, in the instruments' currencies."""
    found = ClosedLotRow.objects.filter(trip__account=account).values_list("realized_pnl", flat=True)
    return sum((pnl for pnl in found if pnl is not None), Decimal(0))
