"""How far a run is, in words: named steps, what is so, what happens next, and the one thing to do if there is one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from fillbook.brokers.interface import NeedsUser
from fillbook.brokers.manifests import Manifest
from fillbook.storage.models import Link, LinkState, RunKind, RunState, SyncRun
from fillbook.sync import proving, service
from fillbook.web import readable
from fillbook.web.brokerwords import said
from fillbook.web.language import gettext_lazy
from fillbook.web.pages.brokers import grantee_of, portal_of

_PAUSE: Final = "pause"
_OURS: Final = ("read", "match")
_BEFORE: Final = ("", "start")
_TOLD: Final = frozenset({RunState.QUEUED, RunState.RUNNING, RunState.FAILED})
"""States whose steps say something; one that waits stands at none."""
_OPEN: Final = frozenset({RunState.QUEUED, RunState.RUNNING, RunState.WAITING})


class Mark(StrEnum):
    """Where a step stands."""

    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """One named step. note: how long it has taken so far, on the present one."""

    name: str
    mark: Mark
    note: str = ""


@dataclass(frozen=True, slots=True)
class Next:
    """The one thing to do. post: by a form rather than a link. away: at the broker, in a window of its own."""

    name: str
    url: str
    post: bool = False
    away: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """What is so, what it means for the data, what happens next. tone: good, bad, warn or plain."""

    title: str
    tone: str
    sentences: tuple[str, ...]
    action: Next | None = None


_PROVING: Final = Words(
    gettext_lazy("Show that this account is yours"),
    "warn",
    (
        gettext_lazy("Several people use this site. Nothing of an account is fetched before somebody has shown that it is theirs."),
        gettext_lazy(
            "Fillbook looks at the broker by itself, and this page goes on once the account is yours. Until then it says the same "
            "whatever a look has shown, so that nobody can find out here who has which account."
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Progress:
    """A run as the page shows it. url: where its state is asked for. polls: something still goes on. pace: how often it is asked for."""

    words: Words
    broker: str
    url: str
    steps: tuple[Step, ...] = ()
    polls: bool = False
    pace: str = "1500ms"
    sandbox: bool = False
    elapsed: str = ""


def link_progress(link: Link, run: SyncRun | None, broker: Manifest, now: datetime, claimed: bool = False) -> Progress:
    """The state of a link with its latest run. claimed: its user has still to show that the account is theirs."""
    if claimed:
        url = f"{reverse('link-progress', args=[link.pk])}?proving"
        return Progress(_PROVING, broker.name, url, polls=True, pace="5s", sandbox=link.is_sandbox)
    going = run is not None and run.state in _OPEN
    waits = run is not None and run.state == RunState.WAITING
    told = run is not None and run.state in _TOLD and link.state != LinkState.PAUSED
    return Progress(
        words=words_of(link, run, broker, now),
        broker=broker.name,
        url=reverse("link-progress", args=[link.pk]),
        steps=steps_of(run, broker, now) if run is not None and told else (),
        polls=going,
        pace="20s" if waits else "1500ms",
        sandbox=link.is_sandbox,
        elapsed=_passed(run.started_at or run.created_at, now) if run is not None and going and not waits else "",
    )


def upload_progress(run: SyncRun, now: datetime) -> Progress:
    """The state of an accepted file."""
    going = run.state in _OPEN
    at = _OURS.index(run.step) if run.step in _OURS else 0
    marks = [Mark.DONE if index < at else Mark.NOW if index == at else Mark.AHEAD for index in range(len(_OURS))]
    if run.state == RunState.DONE:
        words = Words(_("In your book"), "good", (_arrived(run),), Next(_("See how you trade"), reverse("dashboard")))
    elif run.state == RunState.FAILED:
        words = Words(
            _("It was not taken in"),
            "bad",
            (said(run.error_message), _("Nothing was changed.")),
            Next(_("Choose another file"), reverse("upload")),
        )
    else:
        words = Words(_("Taking your file in"), "plain", (_("You may leave this page; it goes on by itself."),))
    return Progress(
        words=words,
        broker=_("Your file"),
        url=reverse("upload-progress", args=[run.pk]),
        steps=tuple(Step(_(service.STEPS[code]), mark) for code, mark in zip(_OURS, marks, strict=True)) if going else (),
        polls=going,
        elapsed=_passed(run.started_at or run.created_at, now) if going else "",
    )


def words_of(link: Link, run: SyncRun | None, broker: Manifest, now: datetime) -> Words:
    """The state of a link in sentences, with the one thing to do if there is one."""
    retry = Next(_("Sync now"), reverse("link-sync", args=[link.pk]), post=True)
    if run is not None and run.state == RunState.WAITING:
        return _awaiting_grant(link, run, broker, now) if link.state == LinkState.AWAITING_GRANT else _waiting(link, run, now)
    if run is not None and run.state in _OPEN:
        return _going(run, broker)
    if link.state == LinkState.PAUSED:
        resume = Next(_("Resume"), reverse("link-resume", args=[link.pk]), post=True)
        return Words(_("Paused"), "plain", (_("Nothing is fetched until you resume. What was fetched stays."),), resume)
    if link.state == LinkState.NEEDS_USER:
        mend = Next(_("Replace what you entered"), reverse("link-replace", args=[link.pk]))
        if link.error_code == proving.DISPUTED.code:
            mend = Next(_("Give this link up"), reverse("link-unlink", args=[link.pk]))
        elif link.account:
            mend = Next(_("Look again"), reverse("link-sync", args=[link.pk]), post=True)
        return Words(_("One thing for you to do"), "bad", (said(link.error_message), _("What was fetched before stays as it is.")), mend)
    if run is not None and run.state == RunState.FAILED and run.error_kind == NeedsUser.__name__ and run.kind != RunKind.HISTORY:
        again = Next(_("Enter it again"), reverse("link-replace", args=[link.pk]))
        kept = _("What linked it before is still in use, and your history stays as it is.")
        return Words(_("What you entered was not taken"), "bad", (said(run.error_message), kept), again)
    if run is not None and run.state == RunState.FAILED:
        sentences = (said(run.error_message), _("Nothing was lost. We try again with the next nightly sync."))
        return Words(_("It did not work this time"), "warn", sentences, retry)
    if link.linked_at is None:
        return Words(_("Not linked yet"), "warn", (_("Nothing was fetched so far."),), retry)
    onward = Next(_("See how you trade"), reverse("dashboard"))
    if run is not None and run.kind == RunKind.HISTORY:
        return Words(_("As far back as it goes"), "good", (_arrived(run), said(run.note)), onward)
    noted = said(run.note) if run is not None else ""
    return Words(
        _("Linked"),
        "good",
        (_arrived(run), noted, _("From now on %(name)s is asked by itself, once a day.") % {"name": broker.name}),
        onward,
    )


def _going(run: SyncRun, broker: Manifest) -> Words:
    leave = _("You may leave this page; it goes on by itself.")
    if run.kind != RunKind.HISTORY:
        return Words(_("Fetching from %(name)s") % {"name": broker.name}, "plain", (leave,))
    days = _("Now %(asks_first)s. ") % {"asks_first": readable.days(run.asks_first, run.asks_last)} if run.asks_first else ""
    return Words(
        _("Going further back"), "plain", (_("%(days)sIt ends where %(name)s has no more.") % {"days": days, "name": broker.name}, leave)
    )


def _waiting(link: Link, run: SyncRun, now: datetime) -> Words:
    again = (
        _("We try again %(retry_at)s.") % {"retry_at": readable.until(run.retry_at, now)} if run.retry_at else _("We try again shortly.")
    )
    if link.validating_until is not None and link.linked_at is None:
        end = _("If it still does not work %(validating_until)s, we tell you what to check.") % {
            "validating_until": readable.until(link.validating_until, now)
        }
        kept = _("What you entered is kept sealed; you need not do anything.")
        return Words(_("Still validating"), "warn", (said(run.error_message), again, end, kept))
    return Words(_("Waiting to try again"), "warn", (said(run.error_message), again, _("Nothing was lost.")))


def _awaiting_grant(link: Link, run: SyncRun, broker: Manifest, now: datetime) -> Words:
    grantee = grantee_of(broker, link.endpoint, link.grantee)
    whom = _("Grant %(grantee)s access to account %(account)s.") % {"grantee": grantee, "account": link.account} if grantee else ""
    again = (
        _("Fillbook looks again %(retry_at)s, by itself.") % {"retry_at": readable.until(run.retry_at, now)}
        if run.retry_at
        else _("Fillbook looks again by itself.")
    )
    alone = _(
        "You are the only one who uses this site, so the grant is all it takes: there is nobody to prove to that the account is yours."
    )
    portal = portal_of(broker, link.endpoint)
    there = Next(_("Open the portal"), portal, away=True) if portal else None
    return Words(_("Waiting for your grant"), "warn", (said(run.error_message), whom, again, alone), there)


def _arrived(run: SyncRun | None) -> str:
    if run is None or not run.rows_new:
        return _("Everything the broker sent was known already.")
    return _("%(rows_new)s came in.") % {"rows_new": readable.plural(run.rows_new, "row")}


def steps_of(run: SyncRun, broker: Manifest, now: datetime) -> tuple[Step, ...]:
    """The broker's own steps, then ours, each with where it stands."""
    codes = [*(code for code in broker.steps if code != _PAUSE), *_OURS]
    if run.step in codes:
        at = codes.index(run.step)
    else:
        at = 0 if run.step in _BEFORE else 1
    steps = []
    for index, code in enumerate(codes):
        name = broker.steps.get(code) or _(service.STEPS[code])
        if index != at:
            steps.append(Step(name, Mark.DONE if index < at else Mark.AHEAD))
        elif run.state == RunState.FAILED:
            return (*steps, Step(name, Mark.FAILED))
        else:
            steps.append(Step(name, Mark.NOW, _passed(run.step_started_at or run.created_at, now)))
    return tuple(steps)


def _passed(start: datetime, now: datetime) -> str:
    return readable.duration(max(now - start, timedelta()))
