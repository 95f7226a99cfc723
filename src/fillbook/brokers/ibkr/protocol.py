"""Fetch Activity Flex statements: Flex Web Service version 3, sans I/O.

One statement takes two kinds of request: SendRequest names the query and returns a reference code, GetStatement exchanges that code
for the document, or for "in progress" (1019) for a while. `start` and `advance` say what to do next; a state is a plain JSON dict
without a secret, so a fetch survives a crash between any two steps: `advance` with a lost reply makes the same request again.

    ask -> Send(SendRequest) -> asked -> Wait(5) -> get -> Send(GetStatement) -> got -> Wait(10) -> get ... -> Page -> next -> Done

What is asked for has three forms, because some queries answer some forms with the wrong days: `bare` (the period saved in the query),
`p` (the last 365 days) and `fd_td` (two days). A full year is asked bare, then with `p`, then with `fd`/`td`, until a statement spans a
year; the form that worked is in the state's `memory`. Days are asked for by `fd`/`td`, at most 365 at a time.

There is no clock here: the day comes from the service's own time stamps.
"""

import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any, Final

from fillbook.brokers.ibkr import replies
from fillbook.brokers.ibkr.errors import error
from fillbook.brokers.ibkr.replies import HOSTS, Response, Statement
from fillbook.brokers.interface import (
    NOTHING,
    Action,
    BrokerError,
    Done,
    FetchState,
    NeedsUser,
    Page,
    RateLimited,
    Reply,
    Request,
    Send,
    Wait,
)
from fillbook.ledger.statement import DateRange

PATH: Final = "/AccountManagement/FlexWebService/"
FIRST_WAIT: Final = 5
POLL_WAIT: Final = 10
MAX_POLLS: Final = 60
"""Ten minutes of polling."""
MAX_RESTARTS: Final = 2
MAX_REPEATS: Final = 2
MAX_DAYS_BACK: Final = 7
"""How often the last day asked for is moved back because it is not final yet."""
WINDOW_DAYS: Final = 365
FULL_YEAR: Final = 360
"""A statement of at least so many days counts as a full year."""
_FORMS: Final = ("bare", "p", "fd_td")
_USER_AGENT: Final = f"Python/{sys.version_info.major}.{sys.version_info.minor}"
"""The service wants Technology/Version and stays silent for anything else."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """A fetch in progress; its fields are the JSON state.

    phase: ask, asked, get, got, next. form: how the statement at hand is asked for. window: the days asked for (yyyymmdd twice), None
    for the query's own. rest: windows still to be asked for, newest first. year: the caller wants the full year and the span is checked.
    settle: no better form is left. spans: form -> days its statement spanned, 0 when it failed. day: the service's calendar day.
    """

    phase: str = "ask"
    form: str = "bare"
    window: tuple[str, str] | None = None
    rest: tuple[tuple[str, str], ...] = ()
    year: bool = True
    settle: bool = False
    new_link: bool = False
    host: str = HOSTS[0]
    switched: bool = False
    reference: str = ""
    polls: int = 0
    restarts: int = 0
    repeats: int = 0
    moved: int = 0
    pages: int = 0
    day: str = ""
    spans: dict[str, int] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)


_Step = tuple[Fetch, Action]


def start(window: DateRange | None, new_link: bool = False, memory: FetchState = NOTHING) -> FetchState:
    """Begin a fetch: of the query's own period (a year, if it is set up as the guide says) or of given days, newest first."""
    form = memory.get("form", "bare")
    known = Fetch(new_link=new_link, memory=dict(memory), form=form if form in _FORMS else "bare")
    if window is None:
        return asdict(known)
    windows = _windows(window, known)
    form = known.form if memory.get("fd_td") == "no" and known.form != "fd_td" else "fd_td"
    return asdict(replace(known, year=False, form=form, window=windows[0], rest=windows[1:]))


def advance(state: FetchState, reply: Reply | None) -> tuple[FetchState, Action]:
    """One step; see `fillbook.brokers.interface.Connector.advance`."""
    fetch = _load(state)
    if fetch.phase == "asked" and reply is not None:
        fetch, action = _asked(fetch, reply)
    elif fetch.phase == "got" and reply is not None:
        fetch, action = _got(fetch, reply)
    elif fetch.phase in {"ask", "asked"}:
        fetch, action = replace(fetch, phase="asked"), Send(_send_request(fetch), "request")
    elif fetch.phase in {"get", "got"}:
        fetch, action = replace(fetch, phase="got"), Send(_get_statement(fetch), "fetch")
    elif fetch.rest:
        fetch = _next_window(fetch)
        action = Wait(POLL_WAIT, "pause")
    else:
        action = Done()
    return asdict(fetch), action


def _load(state: Mapping[str, Any]) -> Fetch:
    """A state that went through JSON has lists where there were tuples; one of another version may lack a field or have one more."""
    known = {one.name: state[one.name] for one in fields(Fetch) if one.name in state}
    window = known.get("window")
    rest = tuple((first, last) for first, last in known.get("rest", ()))
    return Fetch(**{**known, "window": (window[0], window[1]) if window else None, "rest": rest})


# --- requests


def _send_request(fetch: Fetch) -> Request:
    query = [("v", "3")]
    if fetch.form == "p":
        query.append(("p", str(WINDOW_DAYS)))
    elif fetch.form == "fd_td" and fetch.window is not None:
        query += [("fd", fetch.window[0]), ("td", fetch.window[1])]
    return _request(fetch, "SendRequest", tuple(query), (("t", "token"), ("q", "query_id")))


def _get_statement(fetch: Fetch) -> Request:
    return _request(fetch, "GetStatement", (("v", "3"), ("q", fetch.reference)), (("t", "token"),))


def _request(fetch: Fetch, name: str, query: tuple[tuple[str, str], ...], secrets: tuple[tuple[str, str], ...]) -> Request:
    return Request(fetch.host, PATH + name, query, secrets, headers=(("User-Agent", _USER_AGENT),))


# --- replies


def _asked(fetch: Fetch, reply: Reply) -> _Step:
    """The reply to SendRequest."""
    if reply.failure:
        return _failed(fetch, reply, "ask")
    answer = replies.judge(reply)
    if isinstance(answer, Statement):
        raise error("unknown_reply")
    fetch = _noted(fetch, answer)
    if answer.code:
        return _refused(fetch, answer, "ask")
    if fetch.form == "fd_td" and fetch.window is None:
        return _again(_by_days(fetch))
    fetch = replace(fetch, phase="get", reference=answer.reference, host=answer.host or fetch.host, switched=False, polls=0, repeats=0)
    return fetch, Wait(FIRST_WAIT, "generate")


def _got(fetch: Fetch, reply: Reply) -> _Step:
    """The reply to GetStatement."""
    if reply.failure == "too_large":
        return _halved(fetch)
    if reply.failure == "timeout" and fetch.repeats < MAX_REPEATS:
        return _repeat(fetch)
    if reply.failure:
        return _failed(fetch, reply, "get")
    answer = replies.judge(reply)
    if isinstance(answer, Response):
        return _refused(_noted(fetch, answer), answer, "get") if answer.code else _fall_back(fetch, error("unknown_reply"))
    if not answer.complete:
        if fetch.repeats < MAX_REPEATS:
            return _repeat(fetch)
        raise error("cut_reply")
    return _arrived(replace(fetch, new_link=False), reply.body, answer)


def _noted(fetch: Fetch, answer: Response) -> Fetch:
    return replace(fetch, day=_text(answer.day)) if answer.day is not None else fetch


def _failed(fetch: Fetch, reply: Reply, phase: str) -> _Step:
    """Nothing came back: the other host once per request, then later."""
    if reply.failure == "connect" and not fetch.switched:
        other = HOSTS[1] if fetch.host == HOSTS[0] else HOSTS[0]
        return replace(fetch, phase=phase, host=other, switched=True), Wait(1, "pause")
    if reply.failure == "too_large":
        raise error("unknown_reply")
    raise error({"timeout": "timeout", "redirect": "redirect"}.get(reply.failure, "unreachable"))


def _refused(fetch: Fetch, answer: Response, phase: str) -> _Step:
    """An error code, at either request."""
    code = answer.code
    if code == "1019" and fetch.polls < MAX_POLLS:
        return replace(fetch, phase=phase, polls=fetch.polls + 1), Wait(POLL_WAIT, "generate")
    if code == "1021" and phase == "get" and fetch.repeats < MAX_REPEATS:
        return _repeat(fetch)
    if code in {"1017", "1021"} and phase == "get" and fetch.restarts < MAX_RESTARTS:
        return _again(replace(fetch, restarts=fetch.restarts + 1))
    if code == "1003" and fetch.form == "fd_td" and fetch.window is not None:
        return _not_there(fetch)
    return _fall_back(fetch, error(code, fetch.new_link, answer.text))


def _not_there(fetch: Fetch) -> _Step:
    """1003 for given days: the last one is not final yet, or the account has nothing so far back."""
    first, last = _days(fetch.window)
    recent = not fetch.day or last >= _day(fetch.day) - timedelta(days=10)
    if recent and fetch.moved < MAX_DAYS_BACK and last > first:
        return _again(replace(fetch, window=(_text(first), _text(last - timedelta(days=1))), moved=fetch.moved + 1))
    if not fetch.year and (fetch.rest or fetch.pages or not recent):
        return replace(fetch, phase="next"), Wait(POLL_WAIT, "pause")
    return _fall_back(fetch, error("1003", fetch.new_link))


def _fall_back(fetch: Fetch, trouble: BrokerError) -> _Step:
    """This form failed. Another one may still do, unless the trouble has nothing to do with the form.

    Raises:
        BrokerError: the trouble, when nothing is left to try.
    """
    if isinstance(trouble, RateLimited) or (isinstance(trouble, NeedsUser) and trouble.code != "1020"):
        raise trouble
    if fetch.year and fetch.spans and not fetch.settle:
        return _another_form(replace(fetch, spans={**fetch.spans, fetch.form: 0}))
    if not fetch.year and trouble.code in {"1019", "1020"} and not fetch.new_link:
        return _without_days(fetch, trouble)
    raise trouble


def _without_days(fetch: Fetch, trouble: BrokerError) -> _Step:
    """These days cannot be asked for as they are: perhaps the query's own period or the last 365 days hold them.

    Raises:
        BrokerError: the trouble, when both were tried.
    """
    tried = {**fetch.spans, fetch.form: 0}
    untried = [form for form in (fetch.memory.get("form"), "bare", "p") if form in {"bare", "p"} and form not in tried]
    if not untried:
        raise trouble
    return _again(replace(fetch, form=untried[0], spans=tried, memory={**fetch.memory, "fd_td": "no"}))


# --- statements


def _arrived(fetch: Fetch, body: bytes, statement: Statement) -> _Step:
    """A whole statement: does it span the days it was asked for?"""
    span = statement.span
    covers = span if statement.certain else None
    if fetch.year:
        enough = min(FULL_YEAR, int(fetch.memory.get("days", FULL_YEAR)) - 7)
        if span is None or fetch.settle or span.days >= max(enough, 2):
            return _keep(fetch, body, covers, {"form": fetch.form, "days": span.days if span else FULL_YEAR})
        return _short(fetch, body, span, covers)
    if span is None:
        return _keep(fetch, body, None, {})
    first, last = _days(fetch.window)
    ends_right = span.last >= last - timedelta(days=5)
    begins_late = first < span.first < span.last <= last
    if ends_right and (begins_late or span.first <= first + timedelta(days=5)):
        return _keep(fetch, body, covers, {})
    shared = (min(span.last, last) - max(span.first, first)).days + 1
    if fetch.form != "fd_td" and span.days == shared == 1:
        return _without_days(fetch, error("short_statement"))
    if fetch.form == "fd_td" or 2 * shared < (last - first).days + 1:
        return _without_days(fetch, error("window_ignored"))
    return _keep(fetch, body, covers, {})


def _keep(fetch: Fetch, body: bytes, covers: DateRange | None, learned: dict[str, Any]) -> _Step:
    fetch = replace(fetch, phase="next", pages=fetch.pages + 1, memory={**fetch.memory, **learned})
    if covers is not None:
        fetch = replace(fetch, rest=tuple(one for one in fetch.rest if not (covers.first <= _day(one[0]) and _day(one[1]) <= covers.last)))
    return fetch, Page(body, covers)


def _short(fetch: Fetch, body: bytes, span: DateRange, covers: DateRange | None) -> _Step:
    """A year was wanted and less came. When every form gives less, the longest is what there is: a new account, for example."""
    fetch = replace(fetch, spans={**fetch.spans, fetch.form: span.days}, day=_text(span.last + timedelta(days=1)))
    if len(fetch.spans) == len(_FORMS) and span.days == max(fetch.spans.values()):
        if span.days == 1:
            raise error("short_statement")
        best = next(form for form in _FORMS if fetch.spans[form] == span.days)
        return _keep(fetch, body, covers, {"form": best, "days": span.days})
    return _another_form(fetch)


def _another_form(fetch: Fetch) -> _Step:
    """Ask in the next form that was not tried; when none is left, in the one that gave most."""
    untried = [form for form in _FORMS if form not in fetch.spans]
    if untried:
        return _again(replace(fetch, form=untried[0], window=_year_to(fetch.day) if untried[0] == "fd_td" else None, moved=0))
    best = max(_FORMS, key=lambda form: fetch.spans[form])
    if fetch.spans[best] <= 1:
        raise error("short_statement")
    return _again(replace(fetch, form=best, window=_year_to(fetch.day) if best == "fd_td" else None, settle=True, moved=0))


def _halved(fetch: Fetch) -> _Step:
    """The statement is over the size cap: ask for its days in two halves, and never again for so many at once.

    Raises:
        BrokerError: a single day is over the cap, or the days are not known.
    """
    window = fetch.window or _year_to(fetch.day)
    if window is None or window[0] == window[1]:
        raise error("too_large")
    first, last = _days(window)
    chunk = ((last - first).days + 2) // 2
    memory = {**fetch.memory, "chunk": chunk} | ({"form": "fd_td"} if fetch.year else {})
    fetch = replace(fetch, memory=memory, form="fd_td", year=False, moved=0, spans={})
    windows = _windows(DateRange(first, last), fetch)
    return _again(replace(fetch, window=windows[0], rest=windows[1:] + fetch.rest))


def _by_days(fetch: Fetch) -> Fetch:
    """Remembered as answering to days alone; SendRequest has just told the service's day."""
    window = _year_to(fetch.day)
    if window is None:
        return replace(fetch, form="bare")
    if "chunk" not in fetch.memory:
        return replace(fetch, window=window)
    windows = _windows(DateRange(*_days(window)), fetch)
    return replace(fetch, window=windows[0], rest=windows[1:], year=False)


# --- moving on


def _again(fetch: Fetch) -> _Step:
    """Back to SendRequest, after a pause that keeps within ten requests a minute."""
    return replace(fetch, phase="ask", reference="", polls=0, repeats=0, switched=False), Wait(POLL_WAIT, "pause")


def _repeat(fetch: Fetch) -> _Step:
    """GetStatement once more with the same reference code."""
    return replace(fetch, phase="get", repeats=fetch.repeats + 1), Wait(POLL_WAIT, "pause")


def _next_window(fetch: Fetch) -> Fetch:
    fresh = replace(fetch, phase="ask", window=fetch.rest[0], rest=fetch.rest[1:], restarts=0, moved=0, reference="", polls=0, repeats=0)
    return replace(fresh, switched=False, spans={})


# --- days


def _windows(days: DateRange, fetch: Fetch) -> tuple[tuple[str, str], ...]:
    """The days in pieces that one request may ask for, newest first."""
    chunk = timedelta(days=max(1, min(WINDOW_DAYS, int(fetch.memory.get("chunk", WINDOW_DAYS)))))
    found = []
    last = days.last
    while last >= days.first:
        found.append((_text(max(days.first, last - chunk + timedelta(days=1))), _text(last)))
        last -= chunk
    return tuple(found)


def _year_to(day: str) -> tuple[str, str] | None:
    """The year that ends the day before the service's day; None when that is not known."""
    if not day:
        return None
    last = _day(day) - timedelta(days=1)
    return _text(last - timedelta(days=WINDOW_DAYS - 1)), _text(last)


def _days(window: tuple[str, str] | None) -> tuple[date, date]:
    assert window is not None
    return _day(window[0]), _day(window[1])


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def _text(day: date | None) -> str:
    return day.strftime("%Y%m%d") if day is not None else ""
