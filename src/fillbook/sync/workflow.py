"""One durable workflow per run: fetch, keep, read, write, pair, prove.

Each request is a workflow of its own on a queue that keeps the broker's limit for the token; each wait is durable; what a step returns
is kept, so a run that was killed goes on where it was. Steps may be done twice: none of them does harm the second time.
"""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any, Final, ParamSpec, TypeVar

from dbos import DBOS, PortableWorkflowError, SetEnqueueOptions

from fillbook.storage.models import RunKind, SyncRun
from fillbook.sync import clock, course, engine, exchange, mail, notices, planner, proving, runs, taking
from fillbook.sync.engine import database_work
from fillbook.sync.exchange import Outcome
from fillbook.sync.policy import WITHDRAWN, Decision, Follow, Loss, Trouble, decide, final, lost
from fillbook.sync.runs import Plan
from fillbook.sync.sentences import message
from fillbook.sync.windows import Leg

P = ParamSpec("P")
R = TypeVar("R")

REQUEST: Final = "request"
PLAN: Final = "plan"
_JUST_NOW: Final = timedelta(minutes=1)
"""A run so young may be about to be queued."""


@DBOS.workflow(name=runs.WORKFLOW)
async def run(run_id: str) -> str:
    """Do one run of a link; returns how it ended."""
    return await _to_the_end(int(run_id), _fetch_until_done(int(run_id)))


@DBOS.workflow(name=REQUEST)
async def request(plan: dict[str, Any], state: dict[str, Any], wanted: dict[str, Any]) -> Outcome:
    """Make one request of a run and say what comes next."""
    return await DBOS.run_step_async({"name": "exchange"}, _safely("exchange", exchange.exchange), Plan(**plan), state, wanted)


@DBOS.workflow(name=runs.UPLOAD)
async def upload(run_id: str, raw_id: str) -> str:
    """Write an accepted upload into the ledger; returns how it ended."""
    return await _to_the_end(int(run_id), _take_in_upload(int(run_id), int(raw_id)))


@DBOS.workflow(name=PLAN)
async def plan(_scheduled_at: object, _context: object) -> None:
    """What is done every minute, by whichever process is first."""
    await _step("plan", every_minute)
    await _step("mail", mail.send_due)


def every_minute() -> None:
    """Begin what is due; go on with what was left lying; remind of what ends; once an hour forget what is old."""
    planner.begin_due()
    planner.begin_checks()
    engine.adopt()
    pick_up_stranded(_JUST_NOW)
    notices.remind()
    if clock.now().minute == 0:
        engine.forget_finished()


def pick_up_stranded(older_than: timedelta = timedelta(0)) -> None:
    """Bring runs and jobs in step: a run whose job was never queued is queued, one whose job ended badly is closed."""
    made = clock.now() - older_than
    stranded = list(SyncRun.objects.filter(state__in=runs.OPEN, created_at__lte=made).exclude(workflow_id=""))
    known = engine.known([row.workflow_id for row in stranded])
    for row in stranded:
        ended = known.get(row.workflow_id)
        if ended is None:
            document = [str(row.raw_id)] if row.link_id is None else []
            engine.enqueue(runs.UPLOAD if document else runs.WORKFLOW, row.workflow_id, str(row.pk), *document)
        elif ended:
            runs.fail(row.pk, Trouble(runs.STOPPED, "lost", message("lost")), needs_user=False)


async def _to_the_end(run_id: int, work: Coroutine[Any, Any, str]) -> str:
    """Whatever happens, the run's row says how it ended."""
    try:
        return await work
    except Exception as error:  # noqa: BLE001 - a run that nobody closes would stop its link for ever
        known = isinstance(error, runs.Fault | PortableWorkflowError)
        return await _stop(run_id, Trouble("OurFault", "fault", str(error)) if known else runs.fault(error, "workflow"), needs_user=False)


async def _fetch_until_done(run_id: int) -> str:
    """Every leg of the run, one after the other."""
    found = await _step("begin", runs.begin, run_id)
    if found is None:
        return "closed"
    plan, done = Plan(**found), list[Leg]()
    if plan.kind == RunKind.CHECK:
        return await _check(plan)
    if plan.proves and (ended := await _prove(plan)) != "proven":
        return ended
    while (leg := await _step("next_leg", course.next_leg, plan, done)) is not None:
        outcome, follow = await _leg_until_done(plan, leg)
        if outcome["next"] == "closed":
            return "closed"
        if outcome["next"] == "trouble":
            trouble = Trouble(**outcome["trouble"])
            match lost(trouble, follow, history=plan.kind == RunKind.HISTORY, first=not done):
                case Loss.LINK:
                    return await _stop(run_id, final(trouble, plan.unproven), needs_user=True)
                case Loss.RUN:
                    return await _stop(run_id, trouble, needs_user=False)
                case Loss.LEG:
                    leg["missed"] = trouble.message
        else:
            plan = replace(plan, memory=outcome["state"].get("memory", plan.memory), unproven=False)
            leg["pages"] = outcome["pages"]
        done.append(leg)
    await _step("finish", course.finish, plan, plan.memory, done)
    return "done"


async def _prove(plan: Plan) -> str:
    """Look until the link's user has shown that the account is theirs: "proven"; how the run ended otherwise."""
    looking = replace(plan, looking=True, unproven=True)
    while (look := await _step("next_look", proving.next_look, plan.run_id))["next"] == "look":
        if look["wait"]:
            await DBOS.sleep_async(engine.pace().seconds(look["wait"], sandbox=plan.sandbox))
        outcome = await _look(looking, look["leg"])
        await _step("note_look", proving.note_look, plan.run_id, outcome["next"], outcome.get("trouble", {}).get("kind", ""))
    if look["next"] == "stop":
        return await _stop(plan.run_id, Trouble(**look["trouble"]), needs_user=True)
    return str(look["next"])


async def _look(looking: Plan, leg: Leg) -> Outcome:
    """Ask for a few days and keep nothing of them."""
    outcome: Outcome = await _step("open", exchange.opening, looking, leg)
    while outcome["next"] in {"send", "wait"}:
        if outcome["next"] == "send":
            outcome = await _send(looking, outcome["state"], outcome["request"])
        else:
            await DBOS.sleep_async(engine.pace().seconds(outcome["seconds"], sandbox=looking.sandbox))
            outcome = await _step("onward", exchange.onward, looking, outcome["state"])
    return outcome


async def _check(plan: Plan) -> str:
    """Look once whether an account that is not fetched at present may still be read."""
    leg = await _step("days_to_check", proving.days_to_check, plan.run_id)
    if leg is None:
        return "closed"
    outcome = await _look(replace(plan, looking=True, unproven=False), leg)
    await _step("checked", proving.checked, plan.run_id, outcome["next"], outcome.get("trouble"))
    return "done"


async def _leg_until_done(plan: Plan, leg: Leg) -> tuple[Outcome, Follow]:
    """One leg, tried again as long as that makes sense: "done", "closed" or the last trouble with what follows from it."""
    tries = waited = 0
    while True:
        outcome = await _fetch(plan, leg)
        if outcome["next"] != "trouble":
            return outcome, Follow.AGAIN
        trouble = Trouble(**outcome["trouble"])
        tries += 1
        decision = decide(trouble, tries, waited, plan.unproven, f"run {plan.run_id}")
        if decision.follow is not Follow.AGAIN:
            return outcome, decision.follow
        if not await _sleep_over(plan, trouble, decision):
            return {"next": "closed"}, Follow.AGAIN
        waited += decision.seconds


async def _take_in_upload(run_id: int, raw_id: int) -> str:
    outcome = await _take_in(run_id, raw_id)
    if outcome["next"] == "trouble":
        return await _stop(run_id, Trouble(**outcome["trouble"]), needs_user=False)
    await _step("finish", runs.finish_upload, run_id)
    return str(outcome["next"])


async def _fetch(plan: Plan, leg: Leg) -> Outcome:
    """One try at a leg: "done" with the number of pages, "closed" or a trouble."""
    pages = 0
    outcome: Outcome = await _step("open", exchange.opening, plan, leg)
    while outcome["next"] in {"send", "wait", "page"}:
        state = outcome["state"]
        if outcome["next"] == "send":
            outcome = await _send(plan, state, outcome["request"])
            continue
        if outcome["next"] == "wait":
            await DBOS.sleep_async(engine.pace().seconds(outcome["seconds"], sandbox=plan.sandbox))
        else:
            taken = await _take_in(plan.run_id, outcome["raw"])
            if taken["next"] != "done":
                return taken
            pages += 1
        outcome = await _step("onward", exchange.onward, plan, state)
    return {**outcome, "pages": pages}


async def _send(plan: Plan, state: Any, wanted: dict[str, Any]) -> Outcome:
    """Queue one request and wait for what came of it."""
    queue = engine.SANDBOX if plan.sandbox else engine.LIVE
    with SetEnqueueOptions(queue_partition_key=plan.partition):
        handle = await DBOS.enqueue_workflow_async(queue, request, asdict(plan), dict(state), wanted)
    await engine.has_ended(handle.get_workflow_id(), sandbox=plan.sandbox)
    return await handle.get_result()


async def _take_in(run_id: int, raw_id: int) -> Outcome:
    """A kept document into the ledger; a large one by one of the few threads for what takes long."""

    async def take_in(run_id: int, raw_id: int) -> Outcome:
        large = await database_work(taking.is_large)(raw_id)
        return await database_work(taking.take_in, long=large)(run_id, raw_id)

    return await DBOS.run_step_async({"name": "take_in"}, _safely("take_in", take_in), run_id, raw_id)


async def _sleep_over(plan: Plan, trouble: Trouble, decision: Decision) -> bool:
    """Sleep until the next try. False: the run was closed."""
    seconds = engine.pace().seconds(decision.seconds, sandbox=plan.sandbox)
    if not await _step("note_wait", runs.note_wait, plan.run_id, trouble, seconds, decision.validating, decision.grant):
        return False
    await DBOS.sleep_async(seconds)
    return True


async def _stop(run_id: int, trouble: Trouble, needs_user: bool) -> str:
    await _step("fail", runs.fail, run_id, trouble, needs_user)
    if trouble.code == WITHDRAWN:
        await _step("grant_gone", proving.grant_gone, run_id)
    return "failed"


async def _step(name: str, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Any:
    """A step that uses the database; its result comes back as JSON values."""
    return await DBOS.run_step_async({"name": name}, _safely(name, database_work(function)), *args, **kwargs)


def _safely(name: str, function: Callable[P, Awaitable[R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """What nobody foresaw leaves a step as a `Fault`, whose text may be stored and shown."""

    async def step(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the job library would store and log its text
            raise runs.Fault(runs.fault(error, name).message) from None

    return step
