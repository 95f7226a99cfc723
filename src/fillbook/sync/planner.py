"""Once a minute: begin the runs of links whose time has come. Done twice, or by several processes, it begins each once.

What comes due together after an outage is begun in parts, the longest overdue first, so that no broker is stormed.
"""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from fillbook.brokers.manifests import manifests
from fillbook.storage import claims
from fillbook.storage.models import Link, RunKind, SyncRun
from fillbook.storage.records import batches
from fillbook.sync import clock, runs, slots
from fillbook.sync.slots import Hours, Slot, Standing

AT_ONCE: Final = 200


def begin_due() -> int:
    """Open the runs of links that are due; returns how many."""
    found = _due(clock.now())
    jobs = [slot.job(key) for slot, key in found]
    begun = {job for part in batches(jobs) for job in SyncRun.objects.filter(workflow_id__in=part).values_list("workflow_id", flat=True)}
    return sum(_begin(key, slot) for slot, key in [one for one in found if one[0].job(one[1]) not in begun][:AT_ONCE])


def begin_checks() -> int:
    """Begin the nightly look at the grant of accounts that people here have shown to be theirs and that are not fetched; how many."""
    if not claims.is_shared():
        return 0
    hours, now, found = {name: Hours.of(broker) for name, broker in manifests().items()}, clock.now(), []
    for claim in claims.not_fetched(runs.SCHEDULED):
        key = str(claim.link_id)
        at = Standing(key, claim.began_at, claim.looked_at, now.date())  # one look a night: whether any days are missing is no matter
        slot = slots.due(at, hours[claim.broker], now)
        if slot is not None:
            found.append((slot.at, f"check-{slot.job(key)}", claim.link))
    return sum(_check(link, job) for _, job, link in sorted(found, key=lambda one: one[:2])[:AT_ONCE])


def _check(link: Link | None, job: str) -> bool:
    with transaction.atomic():
        if link is None or SyncRun.objects.filter(workflow_id=job).exists():
            return False
        return runs.open_run(link, RunKind.CHECK, job).workflow_id == job


def _due(now: datetime) -> list[tuple[Slot, str]]:
    """Slots with the ids of their links, the longest overdue first."""
    hours = {name: Hours.of(broker) for name, broker in manifests().items()}
    running = SyncRun.objects.filter(link=OuterRef("pk"), state__in=runs.OPEN)
    links = Link.objects.filter(~Exists(running), state__in=runs.SCHEDULED, broker__in=hours)
    found = []
    names = ("pk", "broker", "created_at", "last_success_at", "figures_to")
    for pk, broker, since, succeeded, figures_to in links.values_list(*names).iterator(chunk_size=2000):
        slot = slots.due(Standing(str(pk), since, succeeded, figures_to), hours[broker], now)
        if slot is not None:
            found.append((slot, str(pk)))
    return sorted(found, key=lambda one: one[0].at)


def _begin(key: str, slot: Slot) -> bool:
    """Open one run, unless somebody else was quicker or the link is no longer fetched by itself."""
    with transaction.atomic():
        link = runs.locked(key)
        if link is None or link.state not in runs.SCHEDULED or SyncRun.objects.filter(workflow_id=slot.job(key)).exists():
            return False
        run = runs.open_run(link, RunKind.SCHEDULED if link.linked_at else RunKind.FIRST, slot.job(key))
        return run.workflow_id == slot.job(key)
