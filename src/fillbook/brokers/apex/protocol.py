"""One fetch of an account's activities, without any I/O: windows asked for one after the other, oldest first.

start -> (Send -> Page)* -> Done. A window whose answer is too large to take is parted in two.
"""

from datetime import date, timedelta
from typing import Any, Final

from fillbook.brokers.apex.envelope import seal
from fillbook.brokers.apex.login import COOKIE, host_of
from fillbook.brokers.apex.replies import AGENT, ORIGIN, rows_of
from fillbook.brokers.apex.sentences import ERRORS
from fillbook.brokers.interface import NOTHING, SESSION, Action, BrokerConfig, Done, FetchState, OurFault, Page, Reply, Request, Send
from fillbook.ledger.statement import DateRange

LONGEST: Final = 365
"""Days of one window. The portal takes two years; half of that keeps an answer small."""
KINDS: Final = ("TRADES", "MONEY_MOVEMENTS", "POSITION_ADJUSTMENTS")
_DAY: Final = timedelta(days=1)
_SMALLEST: Final = 14


def start(window: DateRange | None, new_link: bool, memory: FetchState, config: BrokerConfig, account: str) -> FetchState:
    """Plan the windows of a fetch; the state names the account, which is no secret, and no login."""
    if not account:
        raise OurFault.of(ERRORS, "no_account")
    if window is None:
        raise OurFault.of(ERRORS, "no_days")
    parts = [[str(part.first), str(part.last)] for part in _parts(window)]
    return {"account": account, "host": host_of(config), "new": new_link, "todo": parts, "asked": None, "memory": dict(memory or NOTHING)}


def advance(state: FetchState, reply: Reply | None) -> tuple[FetchState, Action]:
    """One step; `reply` answers the last `Send`."""
    todo: list[list[str]] = [list(part) for part in state["todo"]]
    if reply is not None and state["asked"]:
        asked = _days(state["asked"])
        if reply.failure == "too_large" and asked.days > _SMALLEST:
            middle = asked.first + timedelta(days=asked.days // 2)
            halves = [[str(asked.first), str(middle)], [str(middle + _DAY), str(asked.last)]]
            return _send({**state, "todo": [*halves, *todo]})
        page = Page(seal(state["account"], asked, rows_of(reply, new_link=state["new"])), asked)
        return {**state, "asked": None, "new": False}, page
    if not todo:
        return state, Done()
    return _send(state)


def _send(state: FetchState) -> tuple[FetchState, Action]:
    first, *rest = state["todo"]
    query = [("startDate", first[0]), ("endDate", first[1]), *(("activityType", kind) for kind in KINDS)]
    request = Request(
        host=state["host"],
        path=f"/activities-provider/api/v1/activities/{state['account']}",
        query=tuple(query),
        headers=(AGENT, *ORIGIN),
        cookie_secrets=((COOKIE, f"{SESSION}cookie"),),
    )
    return {**state, "todo": rest, "asked": first}, Send(request, "activities")


def _days(part: Any) -> DateRange:
    return DateRange(date.fromisoformat(part[0]), date.fromisoformat(part[1]))


def _parts(window: DateRange) -> list[DateRange]:
    """Windows of at most a year, oldest first."""
    parts, first = [], window.first
    while first <= window.last:
        last = min(first + timedelta(days=LONGEST - 1), window.last)
        parts.append(DateRange(first, last))
        first = last + _DAY
    return parts
