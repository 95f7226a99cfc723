"""Runs and links as sync writes them. Short transactions, each of which may be done twice with the same result.

A run that its owner closed meanwhile (paused, unlinked, a new credential) takes no more notes: every function here then says so, and
whoever does the run stops. Who changes a link and its run locks the link first, as what its owner asks for does: the other way round the
two would wait for each other. For the same reason the account that links claim is locked before any of them, and claims after.
"""

import json
import logging
import traceback
import uuid
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models.functions import Coalesce

from fillbook.brokers import registry
from fillbook.brokers.interface import Credential, FetchState
from fillbook.brokers.manifests import manifest
from fillbook.ledger.statement import DateRange
from fillbook.storage import claims
from fillbook.storage.models import Link, LinkState, RunKind, RunState, SyncRun
from fillbook.storage.secrets import open_credential, seal_credential, vault
from fillbook.sync import clock, engine, gate, notices, slots
from fillbook.sync.policy import VALIDATING_FOR, Trouble
from fillbook.sync.sentences import message
from fillbook.sync.slots import Hours, Standing
from fillbook.vault import CannotOpen

log = logging.getLogger(__name__)

OPEN: Final = (RunState.QUEUED, RunState.RUNNING, RunState.WAITING)
SCHEDULED: Final = (LinkState.LINKED, LinkState.VALIDATING, LinkState.AWAITING_GRANT)
"""States of a link that is fetched by itself."""
WORKFLOW: Final = "run"
UPLOAD: Final = "upload"
STOPPED: Final = "stopped"
NOTHING_WRONG: Final = Trouble("", "", "")


class Fault(Exception):
    """An error that nobody foresaw; its text is for the user."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to do, settled when it begins.

    partition: what the broker limits by. unproven: this credential never worked. proves: its user has to show first that the account is
    theirs. looking: only to see whether the account may be read; nothing that comes is kept.
    """

    run_id: int
    link_id: str
    kind: str
    broker: str
    sandbox: bool
    partition: str
    unproven: bool
    memory: dict[str, Any]
    proves: bool = False
    looking: bool = False


def open_run(link: Link, kind: RunKind, job: str = "") -> SyncRun:
    """The link's one running run: the one there is, or a new one. It is done as soon as this transaction is committed.

    job: the id of a scheduled workflow, "" for one of its own.
    """
    job = job or f"{WORKFLOW}-{uuid.uuid4().hex}"
    with transaction.atomic():
        run = _running(link)
        if run is not None and run.kind == RunKind.CHECK and kind != RunKind.CHECK:
            close_runs(link, "overtaken", message("overtaken"))
            run = None
        if run is None:
            try:
                with transaction.atomic():
                    now = clock.now()
                    run = SyncRun.objects.create(owner_id=link.owner_id, link=link, kind=kind, workflow_id=job, created_at=now)
            except IntegrityError:  # somebody else was quicker
                run = _running(link)
                if run is None:
                    raise
        transaction.on_commit(partial(engine.enqueue, WORKFLOW, run.workflow_id, str(run.pk)))
    return run


def close_runs(link: Link, code: str, sentence: str) -> None:
    """End the link's running run, if there is one; its workflow finds out at its next step and stops."""
    locked(link.pk)
    error = _error(Trouble(STOPPED, code, sentence))
    SyncRun.objects.filter(link=link, state__in=OPEN).update(state=RunState.FAILED, finished_at=clock.now(), retry_at=None, **error)


def begin(run_id: int) -> dict[str, Any] | None:
    """The run's plan as JSON, None when there is nothing to do any more."""
    with transaction.atomic():
        run = SyncRun.objects.select_for_update(of=("self",)).select_related("link").filter(pk=run_id, state__in=OPEN).first()
        if run is None or run.link is None or (run.link.state in {LinkState.PAUSED, LinkState.UNLINKED} and run.kind != RunKind.CHECK):
            return None
        now = clock.now()
        SyncRun.objects.filter(pk=run_id).update(
            state=RunState.RUNNING, step="start", step_started_at=now, started_at=Coalesce("started_at", now), retry_at=None
        )
        link = run.link
        unproven = (link.linked_at is None or bool(link.sealed_candidate)) and not gate.is_watched(link)
        plan = Plan(run_id, str(link.pk), run.kind, link.broker, link.is_sandbox, _partition(link), unproven, dict(link.memory))
        return asdict(replace(plan, proves=gate.must_prove(link)))


def next_run_at(link: Link) -> datetime | None:
    """When the link is fetched by itself next, in UTC; now, when its turn has come; None while it is paused or waits for its user."""
    if link.state not in SCHEDULED:
        return None
    now = clock.now()
    if slots.due(standing(link), hours_of(link), now):
        return now
    return slots.upcoming(standing(link), hours_of(link), now).at


def hours_of(link: Link) -> Hours:
    """When the link's broker has new data."""
    return Hours.of(manifest(link.broker))


def standing(link: Link, **other: Any) -> Standing:
    """What decides whether the link is due; `other`: in place of what it has."""
    known = {"succeeded": link.last_success_at, "figures_to": link.figures_to}
    return Standing(str(link.pk), link.created_at, **{**known, **other})


def credential(link: Link) -> dict[str, str]:
    """The secrets to fetch with: those of the candidate while there is one."""
    return dict(open_candidate(link).secrets) if link.sealed_candidate else open_credential(link)


def seal_candidate(link: Link, candidate: Credential) -> None:
    """Put a new credential beside the one in use; the link is not saved."""
    plain = json.dumps({"secrets": dict(candidate.secrets), "rate_secret": candidate.rate_secret})
    link.sealed_candidate = vault().seal(plain, link.candidate_aad)


def open_candidate(link: Link) -> Credential:
    """The credential that is being tried."""
    return Credential(**json.loads(vault().open(link.sealed_candidate, link.candidate_aad)))


def is_open(run_id: int) -> bool:
    """Whether nobody closed the run."""
    return SyncRun.objects.filter(pk=run_id, state__in=OPEN).exists()


def going_on(numbers: list[int]) -> list[SyncRun]:
    """Those of some runs that have not ended, oldest first."""
    return list(SyncRun.objects.filter(pk__in=numbers, state__in=OPEN).select_related("link").order_by("pk"))


def note_step(run_id: int, step: str) -> bool:
    """Say what the run does now. False: it was closed."""
    now = clock.now()
    return _note(run_id, state=RunState.RUNNING, step=step, step_started_at=now, retry_at=None)


def note_days(run_id: int, days: DateRange | None) -> bool:
    """Say which days the run asks for now; None for whatever the broker gives by itself. False: it was closed."""
    return _note(run_id, asks_first=days and days.first, asks_last=days and days.last)


def note_wait(run_id: int, trouble: Trouble, seconds: float, validating: bool, grant: bool = False) -> bool:
    """Say that the run sleeps because of a trouble, and until when. False: it was closed."""
    now = clock.now()
    with transaction.atomic():
        link = link_of(run_id)
        waits = {"state": RunState.WAITING, "step": "wait", "step_started_at": now, "retry_at": now + timedelta(seconds=seconds)}
        if not _note(run_id, **waits, **_error(trouble)) or link is None:
            return False
        link.error_kind, link.error_code, link.error_message, link.error_at = trouble.kind, trouble.code, trouble.message, now
        if grant:
            link.state = LinkState.AWAITING_GRANT
        if validating:
            link.validating_until = link.validating_until or now + timedelta(seconds=VALIDATING_FOR)
            if link.state == LinkState.NEEDS_USER:
                link.state = LinkState.VALIDATING
        link.save()
    return True


def finish(run_id: int, memory: FetchState, whole_year: bool, figures_to: date | None, note: str, warning: Trouble | None) -> bool:
    """The run fetched everything: the credential works. False: it was closed.

    Args:
        run_id: the run.
        memory: what the connector learned.
        whole_year: not only the last days were fetched.
        figures_to: last day of the link's figures.
        note: what the owner should know of this run, "" for nothing.
        warning: what the owner should know of the link, None for nothing.
    """
    now = clock.now()
    with transaction.atomic():
        link = link_of(run_id)
        if not _end_well(run_id, note) or link is None:
            return False
        renewed = bool(link.sealed_candidate)
        if renewed:
            candidate = open_candidate(link)
            seal_credential(link, candidate.secrets, candidate.rate_secret)
            link.sealed_candidate = ""
        link.state = LinkState.LINKED
        link.linked_at = link.linked_at or now
        link.last_success_at = now
        link.last_full_fetch_at = now if whole_year else link.last_full_fetch_at
        link.figures_to = figures_to
        link.memory = dict(memory)
        link.validating_until = link.alarm_sent_at = None
        error = _error(warning or NOTHING_WRONG)
        link.error_kind, link.error_code, link.error_message = error["error_kind"], error["error_code"], error["error_message"]
        link.error_at = now if warning else None
        link.save()
        notices.works(link, renewed, late=warning is not None)
        notices.history(link, run_id)
    return True


def finish_history(run_id: int, memory: FetchState, nothing_before: date | None, note: str) -> bool:
    """The run fetched all earlier years that there are. Says nothing of the present. False: it was closed."""
    with transaction.atomic():
        link = link_of(run_id)
        if not _end_well(run_id, note) or link is None:
            return False
        link.nothing_before = nothing_before
        link.memory = dict(memory)
        link.save()
        notices.history(link, run_id)
    return True


def _end_well(run_id: int, note: str) -> bool:
    """note: comes behind what was noted on the way."""
    before = SyncRun.objects.filter(pk=run_id).values_list("note", flat=True).first()
    note = f"{before or ''} {note}".strip()
    ended = {"state": RunState.DONE, "step": "", "step_started_at": None, "finished_at": clock.now(), "retry_at": None}
    return _note(run_id, **ended, asks_first=None, asks_last=None, note=note, **_error(NOTHING_WRONG))


def finish_upload(run_id: int) -> bool:
    """The accepted file is in the ledger. False: the run was closed."""
    return _end_well(run_id, "")


def finish_check(run_id: int) -> bool:
    """Somebody has looked whether an account may still be read; the link is as it was. False: the run was closed."""
    return _end_well(run_id, "")


def fail(run_id: int, trouble: Trouble, needs_user: bool) -> bool:
    """End the run with a trouble. needs_user: the link stops too, unless a credential that works is still there. False: it was closed."""
    now = clock.now()
    with transaction.atomic():
        link = link_of(run_id)
        if not _note(run_id, state=RunState.FAILED, finished_at=now, retry_at=None, **_error(trouble)):
            return False
        if link is None or SyncRun.objects.filter(pk=run_id, kind=RunKind.CHECK).exists():
            return True
        kept_one_works = needs_user and bool(link.sealed_candidate) and link.state == LinkState.LINKED
        if kept_one_works:
            _forget_trouble_of(run_id, link)
        else:
            link.error_kind, link.error_code, link.error_message, link.error_at = trouble.kind, trouble.code, trouble.message, now
        if needs_user:
            link.sealed_candidate, link.validating_until = "", None
            if not kept_one_works:
                link.state = LinkState.NEEDS_USER
                link.alarm_sent_at = link.alarm_sent_at or now
                notices.stopped(link, trouble, link.alarm_sent_at)
        link.save()
    return True


def _forget_trouble_of(run_id: int, link: Link) -> None:
    """What a run that tried something new noted of the link while it waited is no trouble of the link itself, which works."""
    began = SyncRun.objects.values_list("created_at", flat=True).get(pk=run_id)
    if link.error_at is not None and link.error_at >= began:
        link.error_kind = link.error_code = link.error_message = ""
        link.error_at = None


def fault(error: BaseException, where: str) -> Trouble:
    """The record of an error that nobody foresaw: a reference for the user, the place for the operator, its text for nobody.

    The text may quote a row or a secret, so it is left out of the log too.
    """
    reference = uuid.uuid4().hex[:8]
    frames = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)[-6:]]
    log.error("Fault %s in %s: %s at %s", reference, where, type(error).__name__, " > ".join(frames))
    return Trouble("OurFault", "fault", message("fault", reference=reference))


def _running(link: Link) -> SyncRun | None:
    return SyncRun.objects.filter(link=link, state__in=OPEN).first()


def locked(link_id: Any) -> Link | None:
    """A link, locked against whoever else changes it; rows that name it may be written meanwhile. The account it claims comes first."""
    link = Link.objects.only("broker", "endpoint", "account").filter(pk=link_id).first()
    if link is not None and link.account:
        claims.lock_account(link.broker, link.endpoint, link.account)
    return Link.objects.select_for_update(no_key=True).filter(pk=link_id).first()


def link_of(run_id: int) -> Link | None:
    """The run's link, locked; None for an upload."""
    return locked(SyncRun.objects.filter(pk=run_id).values_list("link", flat=True).first())


def _note(run_id: int, **values: Any) -> bool:
    return SyncRun.objects.filter(pk=run_id, state__in=OPEN).update(**values) == 1


def _error(trouble: Trouble) -> dict[str, str]:
    return {"error_kind": trouble.kind[:20], "error_code": trouble.code[:40], "error_message": trouble.message}


def _partition(link: Link) -> str:
    """What the broker limits by: the login that the link is read with, or the link's own token."""
    if registry.connector(link.broker).session is not None:
        return f"{link.broker}/{link.endpoint}" + (f"/{link.grantee}" if link.grantee else "")
    if not link.sealed_candidate:
        return link.rate_key
    try:
        candidate = open_candidate(link)
    except CannotOpen:
        return link.rate_key  # the request says why it cannot be made
    trial = Link(pk=link.pk, broker=link.broker)
    seal_credential(trial, candidate.secrets, candidate.rate_secret)
    return trial.rate_key
