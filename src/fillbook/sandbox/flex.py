"""Interactive Brokers' Flex Web Service, version 3, as far as a client can tell: SendRequest, GetStatement, their limits and errors.

Replies are always HTTP 200 with single-quoted attributes, as the real ones are. Tokens, queries and what they answer are data below and
in `faults`.
"""

import re
import secrets
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar, Final

from fillbook.brokers.manifests import manifest
from fillbook.sandbox.faults import BY_TOKEN, GET, MESSAGES, SEND, Fault, Script, worsen
from fillbook.sandbox.market import EPOCH
from fillbook.sandbox.messages import Answer, Asked
from fillbook.sandbox.rows import BASES, MAIN, SECOND
from fillbook.sandbox.scenario import Scenario, last_final_day
from fillbook.sandbox.statement import Days, write

_AGENT: Final = re.compile(r"[A-Za-z][\w.-]*/\d+(\.\d+)*")
_DIGITS: Final = re.compile(r"\d{8}", re.ASCII)
_MAX_DAYS: Final = 365
_PER_MINUTE: Final = 10
_KEPT: Final = 500


@dataclass(frozen=True, slots=True)
class Query:
    """A saved query. days: its saved period, 365 or fewer; accounts: whose statements it holds."""

    name: str = "Fillbook"
    days: int = _MAX_DAYS
    accounts: tuple[str, ...] = tuple(BASES)
    takes_days: bool = True


QUERIES: Final = {
    manifest("ibkr").sandbox["query_id"]: Query(),
    "100002": Query(days=1),
    "100003": Query(accounts=(MAIN,)),
    "100004": Query(days=1, takes_days=False),
    "100005": Query(accounts=(SECOND,)),
}
"""Query id -> query. 100002 was saved with the period Last Business Day; 100004 too, and hangs when asked for `fd` and `td`."""


@dataclass(slots=True)
class _Statement:
    """One that is being generated. ready: on the monotonic clock, None for never."""

    token: str
    query: Query
    days: Days
    ready: float | None


@dataclass(slots=True)
class _Use:
    """What a token did: when it asked, and where its script stands."""

    times: deque[float] = field(default_factory=deque)
    place: int = 0
    used: int = 0


class FlexService:
    """Thread-safe. generation_seconds: how long a statement takes, before scaling. monotonic: for tests of the limits."""

    PATH: ClassVar[str] = "/AccountManagement/FlexWebService/"

    def __init__(
        self, scenario: Scenario, clock: Callable[[], datetime], time_scale: float = 1.0, generation_seconds: float = 4.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._scenario, self._clock, self._scale, self._seconds, self._monotonic = (
            scenario,
            clock,
            time_scale,
            generation_seconds,
            monotonic,
        )
        self._scripts: dict[str, Script] = {manifest("ibkr").sandbox["token"]: (), **BY_TOKEN}
        self._uses: dict[str, _Use] = {}
        self._statements: dict[str, _Statement] = {}
        self._written: dict[tuple[Query, Days, date], bytes] = {}
        self._lock = threading.Lock()
        self.requests = 0
        self.calls: Counter[tuple[str, str]] = Counter()
        """How many requests came, and how often each token made which, for tests that count them."""

    def play(self, token: str, script: Script) -> None:
        """Let a token play a script from its beginning; () makes it an ordinary token."""
        with self._lock:
            self._scripts[token] = script
            self._uses.pop(token, None)

    def answer(self, asked: Asked) -> Answer:
        """One request."""
        with self._lock:
            self.requests += 1
            step = asked.path.removeprefix(self.PATH)
            if step not in {SEND, GET} or asked.method != "GET":
                return Answer(404, b"<html><body>Not Found</body></html>", (("Content-Type", "text/html"),))
            if not _AGENT.match(asked.headers.get("user-agent", "")):
                return Answer(body=b"")
            return self._scripted(asked, step)

    def _scripted(self, asked: Asked, step: str) -> Answer:
        token = asked.query.get("t", "")
        self.calls[token, step] += 1
        fault = self._next_fault(token, step)
        if fault is None:
            return Answer(body=self._ordinary(asked, step, token, ""))
        if fault.code:
            answer = Answer(body=self._refusal(fault.code, fault.text, fault.word))
        else:
            answer = Answer(body=self._ordinary(asked, step, token, fault.url))
        return worsen(answer, fault, self._scale)

    def _next_fault(self, token: str, step: str) -> Fault | None:
        """The fault whose turn it is; a script's place moves on when a fault was used as often as it says."""
        script, use = self._scripts.get(token, ()), self._uses.setdefault(token, _Use())
        if use.place >= len(script):
            return None
        fault = script[use.place]
        if fault.step not in {"", step}:
            return None
        use.used += 1
        if use.used == fault.times:
            use.place, use.used = use.place + 1, 0
        return fault

    def _ordinary(self, asked: Asked, step: str, token: str, url: str) -> bytes:
        if asked.query.get("v") != "3":
            return self._refusal(1001)
        if token not in self._scripts:
            return self._refusal(1015)
        if self._too_often(token):
            return self._refusal(1018)
        return self._accept(asked, token, url) if step == SEND else self._hand_over(asked, token)

    def _too_often(self, token: str) -> bool:
        """More than one request in a second or ten in a minute, refused ones included."""
        now, times = self._monotonic(), self._uses.setdefault(token, _Use()).times
        while times and now - times[0] >= 60 * self._scale:
            times.popleft()
        often = len(times) >= _PER_MINUTE or (bool(times) and now - times[-1] < self._scale)
        times.append(now)
        return often

    # --- SendRequest

    def _accept(self, asked: Asked, token: str, url: str) -> bytes:
        query = QUERIES.get(asked.query.get("q", ""))
        if query is None:
            return self._refusal(1014)
        wanted = self._days(asked, query)
        if isinstance(wanted, int):
            return self._refusal(wanted)
        days, hangs = wanted
        reference = str(1_000_000_000 + secrets.randbelow(9_000_000_000))
        ready = None if hangs else self._monotonic() + self._seconds * self._scale
        self._statements[reference] = _Statement(token, query, days, ready)
        while len(self._statements) > _KEPT:
            self._statements.pop(next(iter(self._statements)))
        address = url or "https://gdcdyn.interactivebrokers.com/AccountManagement/FlexWebService/GetStatement"
        return self._response(f"<Status>Success</Status>\n<ReferenceCode>{reference}</ReferenceCode>\n<Url>{address}</Url>")

    def _days(self, asked: Asked, query: Query) -> tuple[Days, bool] | int:
        """What a statement will cover and whether it never gets ready, or the error code for days that cannot be had."""
        final = last_final_day(self._clock().date())
        first, last, last_days = asked.query.get("fd"), asked.query.get("td"), asked.query.get("p")
        if first is not None or last is not None:
            days = _given_days(first or "", last or "")
            if days is None:
                return 1020
            return 1003 if days.last > final or days.last < EPOCH else (days, not query.takes_days)
        if last_days is not None:
            if not last_days.isdecimal() or not 1 <= int(last_days) <= _MAX_DAYS:
                return 1020
            return Days(final - timedelta(days=int(last_days) - 1), final, "LastNCalendarDays"), False
        period = "Last365CalendarDays" if query.days == _MAX_DAYS else "LastBusinessDay"
        return Days(final - timedelta(days=query.days - 1), final, period), False

    # --- GetStatement

    def _hand_over(self, asked: Asked, token: str) -> bytes:
        statement = self._statements.get(asked.query.get("q", ""))
        if statement is None or statement.token != token:
            return self._refusal(1017)
        if statement.ready is None or self._monotonic() < statement.ready:
            return self._refusal(1019, word="Warn")
        key = (statement.query, statement.days, self._clock().date())
        if key not in self._written:
            while len(self._written) >= 50:
                self._written.pop(next(iter(self._written)))
            generated = self._clock().replace(tzinfo=None)
            self._written[key] = write(self._scenario, statement.days, generated, statement.query.name, statement.query.accounts)
        return self._written[key]

    # --- replies

    def _refusal(self, code: int, text: str = "", word: str = "Fail") -> bytes:
        message = text or MESSAGES.get(code, "")
        return self._response(f"<Status>{word}</Status>\n<ErrorCode>{code}</ErrorCode>\n<ErrorMessage>{message}</ErrorMessage>")

    def _response(self, inner: str) -> bytes:
        stamp = self._clock().strftime("%d %B, %Y %I:%M %p %Z")
        return f"<FlexStatementResponse timestamp='{stamp}'>\n{inner}\n</FlexStatementResponse>\n".encode()


def _given_days(first: str, last: str) -> Days | None:
    if not _DIGITS.fullmatch(first) or not _DIGITS.fullmatch(last):
        return None
    try:
        days = Days(_day(first), _day(last), "")
    except ValueError:
        return None
    return days if days.first <= days.last <= days.first + timedelta(days=_MAX_DAYS - 1) else None


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))
