"""What syncs did, in words: how a link stands, and each of its runs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fillbook.brokers.manifests import Manifest, manifest, manifests
from fillbook.storage.access import Viewer, link_for, runs_of
from fillbook.storage.models import Link, LinkState, RunKind, RunState, SyncRun
from fillbook.sync import runs, service
from fillbook.sync.notices import ends_on
from fillbook.web import readable
from fillbook.web.brokerwords import said
from fillbook.web.language import gettext_lazy
from fillbook.web.viewer import viewer

SIZE: Final = 25
_KINDS: Final = {
    RunKind.SCHEDULED: gettext_lazy("Nightly"),
    RunKind.MANUAL: gettext_lazy("Sync now"),
    RunKind.FIRST: gettext_lazy("First sync"),
    RunKind.TRIAL: gettext_lazy("New details tried"),
    RunKind.HISTORY: gettext_lazy("Earlier years"),
    RunKind.UPLOAD: gettext_lazy("Your file"),
}
_STATES: Final = {
    RunState.QUEUED: (gettext_lazy("Waiting to begin"), "clock", "info"),
    RunState.RUNNING: (gettext_lazy("Going on"), "refresh", "info"),
    RunState.WAITING: (gettext_lazy("Waiting to try again"), "clock", "warn"),
    RunState.DONE: (gettext_lazy("Done"), "equal", "good"),
    RunState.FAILED: (gettext_lazy("Did not work"), "warning", "bad"),
}
_STOPPED: Final = (gettext_lazy("Stopped"), "silent", "")
_UTC: Final = "UTC"


@dataclass(frozen=True, slots=True)
class Ran:
    """One run. state, icon, tone: its pill. brought: what came in. took: how long. notes: what its owner should know."""

    number: int
    began: datetime
    when: str
    kind: str
    state: str
    icon: str
    tone: str
    brought: str
    took: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a link stands.

    soon: the credential ends within a month. ends: the day, "" when it does not end by itself. again: where this is asked for anew while a
    run goes on, "" while none does.
    """

    url: str
    last: str
    brought: str
    next: str
    ends: str = ""
    soon: bool = False
    count: int = 0
    again: str = ""


@require_safe
def link_runs(request: HttpRequest, link_id: str) -> HttpResponse:
    """Every run of a link, the latest first."""
    user, now = viewer(request), timezone.now()
    link = link_for(user, link_id)
    page = Paginator(runs_of(user).filter(link=link), SIZE).get_page(request.GET.get("page"))
    broker = manifest(link.broker)
    context = {
        "link": link,
        "broker": broker.name,
        "zone": readable.zone_name(zone_of(broker)),
        "standing": standing(user, link, now),
        "paused": link.state == LinkState.PAUSED,
        "stopped": service.is_stopped(link),
        "runs": [ran(run, zone_of(broker)) for run in page],
        "page": page,
    }
    return render(request, "pages/link_runs.html", context)


_AT_ONCE: Final = timedelta(minutes=1)
"""What is due sooner is due now: the clock's own minute would be over when it is read."""


def standing(user: Viewer, link: Link, now: datetime) -> Standing:
    """When it was fetched last and what that brought, when it is fetched next, when its credential ends."""
    known = manifests().get(link.broker)
    last = runs_of(user).filter(link=link, state=RunState.DONE).exclude(kind=RunKind.HISTORY).first()
    ends = ends_on(link, known) if known else None
    going = runs_of(user).filter(link=link, state__in=runs.OPEN).exists()
    return Standing(
        url=reverse("link-runs", args=[link.pk]),
        last=readable.ago(link.last_success_at, now) if link.last_success_at else _("the first one goes on") if going else _("never yet"),
        brought=brought(last) if last else "",
        next=next_words(link, known, now),
        ends=readable.day(ends) if ends else "",
        soon=ends is not None and (ends - now.date()).days <= 30,
        count=runs_of(user).filter(link=link).count(),
        again=f"{reverse('link-progress', args=[link.pk])}?standing" if going else "",
    )


def next_words(link: Link, known: Manifest | None, now: datetime) -> str:
    """When the link is fetched by itself next: `tomorrow, 07:12 New York`."""
    if known is None:
        return _("never")
    if link.state == LinkState.PAUSED:
        return _("when you resume it")
    if link.state not in runs.SCHEDULED:
        return _("when you have done what it needs")
    at = runs.next_run_at(link)
    if at is None or at <= now + _AT_ONCE:
        return _("in a moment")
    zone = zone_of(known)
    days = (at.astimezone(ZoneInfo(zone)).date() - now.astimezone(ZoneInfo(zone)).date()).days
    day = {0: _("today"), 1: _("tomorrow")}.get(days) or readable.weekday(at.astimezone(ZoneInfo(zone)).date())
    return f"{day}, {readable.clock(at, zone, seconds=False)} {readable.zone_name(zone)}"


def ran(run: SyncRun, zone: str) -> Ran:
    """One run in words, times by the clock of a zone."""
    stopped = run.error_kind == runs.STOPPED
    state, icon, tone = _STOPPED if stopped else _STATES[RunState(run.state)]
    began = run.started_at or run.created_at
    return Ran(
        number=run.pk,
        began=began,
        when=readable.moment(began, zone),
        kind=_KINDS[RunKind(run.kind)],
        state=state,
        icon=icon,
        tone=tone,
        brought=brought(run) if run.state == RunState.DONE or _brought_rows(run) else "",
        took=readable.duration(run.finished_at - began) if run.finished_at and run.finished_at > began else "",
        notes=tuple(filter(None, (said(run.error_message), said(run.note)))),
    )


def _brought_rows(run: SyncRun) -> bool:
    return bool(run.rows_new or run.rows_changed or run.rows_withdrawn or run.rows_returned)


def brought(run: SyncRun) -> str:
    """What came in: `12 new rows, 1 changed, 2 dropped; 3 trades new or different; 1 trade restated`, which is one of the three."""
    counts = [
        (run.rows_new, readable.plural(run.rows_new, "new row")),
        (run.rows_changed, _("%(rows_changed)s changed") % {"rows_changed": readable.whole(run.rows_changed)}),
        (run.rows_returned, _("%(rows_returned)s there again") % {"rows_returned": readable.whole(run.rows_returned)}),
        (run.rows_withdrawn, _("%(rows_withdrawn)s dropped") % {"rows_withdrawn": readable.whole(run.rows_withdrawn)}),
    ]
    rows = ", ".join(words for count, words in counts if count) or _("nothing new")
    trades = (
        _("; %(trades_changed)s new or different") % {"trades_changed": readable.plural(run.trades_changed, "trade")}
        if run.trades_changed
        else ""
    )
    restated = (
        _("; %(trades_restated)s restated") % {"trades_restated": readable.plural(run.trades_restated, "trade")}
        if run.trades_restated
        else ""
    )
    return rows + trades + restated


def step_of(run: SyncRun, broker: Manifest) -> str:
    """What a run does at present."""
    return broker.steps.get(run.step) or service.STEPS.get(run.step) or service.STEPS["start"]


def zone_of(broker: Manifest) -> str:
    """The zone that times of its syncs are shown in."""
    return broker.capabilities.zone or _UTC
