"""One step of a fetch, as JSON in and JSON out: what the job library keeps of it holds neither a secret nor a document.

state, request -> send it, ask the connector what is next -> outcome
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final, Literal, TypedDict

from fillbook.brokers import registry
from fillbook.brokers.interface import Action, BrokerError, Done, FetchState, OurFault, Page, Reply, Request, Send, Transient, Wait
from fillbook.storage.models import Instance, Link, Origin, SyncRun
from fillbook.storage.raw import keep_raw
from fillbook.storage.services import config_of
from fillbook.sync import engine, proving, runs, session, silence
from fillbook.sync.engine import database_work
from fillbook.sync.keys import ELSEWHERE
from fillbook.sync.policy import Trouble
from fillbook.sync.runs import OPEN, Plan
from fillbook.sync.sentences import message
from fillbook.sync.session import Means
from fillbook.sync.windows import Leg, days_of
from fillbook.vault import CannotOpen


class Outcome(TypedDict, total=False):
    """What comes next.

    next: send (request), wait (seconds), page (raw: id of the kept document), done, trouble, closed (the owner stopped the run).
    step: what a person is told meanwhile. state: what the connector is asked with then. pages: how many came.
    """

    next: Literal["send", "wait", "page", "done", "trouble", "closed"]
    state: FetchState
    step: str
    request: dict[str, Any]
    seconds: int
    raw: int
    pages: int
    trouble: dict[str, Any]


_SETTINGS_LOST: Final = Trouble("OurFault", "settings_lost", message("settings_lost"))
_CREDENTIAL_LOST: Final = Trouble("NeedsUser", "credential_lost", message("credential_lost"))


def trouble(record: Trouble) -> Outcome:
    """A trouble as an outcome."""
    return {"next": "trouble", "trouble": asdict(record)}


def opening(plan: Plan, leg: Leg) -> Outcome:
    """The first step of a leg."""
    link = Link.objects.filter(pk=plan.link_id).first()
    if link is None:
        return {"next": "closed"}
    try:
        config = config_of(plan.broker, link.endpoint, link.grantee)
        state = registry.connector(plan.broker).start(days_of(leg), plan.unproven, plan.memory, config, link.account)
    except BrokerError as error:
        return trouble(Trouble.of(error))
    except CannotOpen as problem:
        return trouble(_unopened(problem, _SETTINGS_LOST))
    return onward(plan, state)


def onward(plan: Plan, state: FetchState) -> Outcome:
    """The step after a wait or a page."""
    return _guarded(plan, state, None)


async def exchange(plan: Plan, state: FetchState, request: Mapping[str, Any]) -> Outcome:
    """Send one request and say what comes next. Secrets are opened for the moment of sending."""
    try:
        means = await _means(plan)
    except BrokerError as error:
        return trouble(Trouble.of(error))
    except CannotOpen as problem:
        return trouble(await database_work(_unopened)(problem, _CREDENTIAL_LOST))
    if means is None:
        return {"next": "closed"}
    try:
        reply = await session.send(_request(request), means)
    except BrokerError as error:
        return trouble(Trouble.of(error))
    except CannotOpen as problem:
        return trouble(await database_work(_unopened)(problem, _SETTINGS_LOST))
    return await _keeping(plan, state, reply)


def _unopened(problem: CannotOpen, lost: Trouble) -> Trouble:
    """What to make of a secret that cannot be opened here: nothing, while somebody may have its key."""
    return lost if engine.lost_keys().is_lost(problem) else ELSEWHERE


@database_work
def _means(plan: Plan) -> Means | None:
    """What the run's requests are made with; None when the run was closed.

    Raises:
        Transient: nobody can be asked at present.
    """
    run = SyncRun.objects.select_related("link").filter(pk=plan.run_id, state__in=OPEN).first()
    if run is None or run.link is None:
        return None
    silence.admit(plan)
    sandbox = _sandbox() if plan.sandbox else None
    return Means(registry.connector(plan.broker), run.link.endpoint, runs.credential(run.link), sandbox, run.link.grantee)


def _sandbox() -> str:
    address = Instance.load().sandbox_url
    if not address:
        raise Transient("sandbox_off", message("sandbox_off"), 60)
    return address


@database_work
def _keeping(plan: Plan, state: FetchState, reply: Reply) -> Outcome:
    silence.note(plan, reply)
    return _guarded(plan, state, reply)


def _guarded(plan: Plan, state: FetchState, reply: Reply | None) -> Outcome:
    """Ask the connector, and note in the run what it wants, so that a person sees it."""
    try:
        outcome = _outcome(plan, *registry.connector(plan.broker).advance(state, reply))
    except BrokerError as error:
        return trouble(Trouble.of(error))
    if plan.looking and not runs.is_open(plan.run_id):
        return {"next": "closed"}
    if "step" in outcome and not plan.looking and not runs.note_step(plan.run_id, outcome["step"]):
        return {"next": "closed"}
    return outcome


def _outcome(plan: Plan, state: FetchState, action: Action) -> Outcome:
    match action:
        case Send(request, step):
            return {"next": "send", "state": state, "step": step, "request": asdict(request)}
        case Wait(seconds, step):
            return {"next": "wait", "state": state, "step": step, "seconds": seconds}
        case Page(content) if plan.looking:
            proving.saw_page(plan.run_id, content)
            return {"next": "done", "state": state}
        case Page(content):
            link = Link.objects.select_related("owner").filter(pk=plan.link_id).first()
            if link is None:
                return {"next": "closed"}
            return {"next": "page", "state": state, "raw": keep_raw(link.owner, plan.broker, content, Origin.FETCHED, link).pk}
        case Done():
            return {"next": "done", "state": state}
    raise OurFault("unknown_action", message("unknown_action"))


_PAIRS: Final = ("query", "secrets", "headers", "header_secrets", "cookie_secrets", "body_secrets")


def _request(stored: Mapping[str, Any]) -> Request:
    """A request that went through JSON: pairs came back as lists."""
    pairs = {name: tuple((key, value) for key, value in stored.get(name, ())) for name in _PAIRS}
    return Request(**{**stored, **pairs, "takes_cookies": tuple(stored.get("takes_cookies", ()))})
