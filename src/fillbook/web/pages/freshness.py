"""How fresh a page is, and what needs its reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fillbook.brokers.manifests import manifests
from fillbook.ledger.exchanges import DEFAULT_ZONE
from fillbook.ledger.statement import Finding
from fillbook.performance.filters import Filter
from fillbook.storage.access import Viewer, links_of, notices_of, runs_of
from fillbook.storage.coverage import origins_of
from fillbook.storage.details import compared
from fillbook.storage.doctor import grave_findings
from fillbook.storage.models import BrokerAccount, Link, LinkState, Notice, NoticeKind, Origin, RunState
from fillbook.storage.twins import TWIN
from fillbook.sync.runs import next_run_at
from fillbook.sync.telling import told as told_of
from fillbook.web import readable
from fillbook.web.brokerwords import said
from fillbook.web.pages.bridge import lines_url
from fillbook.web.pages.claiming import proof_wanted
from fillbook.web.pages.filterbar import address
from fillbook.web.pages.findings import read_finding
from fillbook.web.pages.syncs import next_words

_SATURDAY: Final = 5
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_LATE: Final = 2
_MOST_NOTICES: Final = 5


@dataclass(frozen=True, slots=True)
class Freshness:
    """words: one sentence. running: a sync goes on, at `url`. stale: a working day or more behind. uploaded: rows from files count, and
    with only_uploaded nothing else does.
    """

    words: str
    running: bool = False
    url: str = ""
    stale: bool = False
    uploaded: bool = False
    only_uploaded: bool = False


@dataclass(frozen=True, slots=True)
class Attention:
    """One thing that needs the reader. tone: bad, warn or info. away: where a notice is put away, "" for what is so until it is mended."""

    tone: str
    text: str
    url: str = ""
    action: str = ""
    away: str = ""


def today_there(now: datetime) -> date:
    """The day it is where most markets of ours are."""
    return now.astimezone(ZoneInfo(DEFAULT_ZONE)).date()


def freshness(viewer: Viewer, accounts: Sequence[BrokerAccount], now: datetime) -> Freshness | None:
    """How far the figures of these accounts reach, and when more comes; None without accounts."""
    if not accounts:
        return None
    links = {account.link_id for account in accounts if account.link_id}
    run = runs_of(viewer).filter(link__in=links, state__in=[RunState.QUEUED, RunState.RUNNING]).first()
    fetched = [account.figures_to for account in accounts if account.figures_to and account.link_id]
    first = min(fetched, default=None)
    words = _reach(accounts)
    asked = [link for link in links_of(viewer).filter(pk__in=links) if link.broker in manifests()] if links else []
    if asked:
        soonest = min(asked, key=lambda link: next_run_at(link) or _NEVER)
        words += _("; next %(when)s") % {"when": next_words(soonest, manifests()[soonest.broker], now)}
    origins = origins_of(accounts)
    sandbox = any(account.kind == "sandbox" for account in accounts)
    return Freshness(
        words=f"{words}.",
        running=run is not None,
        url=reverse("link-progress", args=[run.link_id]) if run and run.link_id else "",
        stale=first is not None and not sandbox and _working_days(first, today_there(now)) > _LATE,
        uploaded=Origin.UPLOADED in origins,
        only_uploaded=origins == {Origin.UPLOADED},
    )


def _reach(accounts: Sequence[BrokerAccount]) -> str:
    """How far the figures go, without a full stop: to the latest day, and which account ends before that."""
    reached = sorted((account.figures_to, account.alias or account.number) for account in accounts if account.figures_to)
    if not reached:
        return _("No figures yet")
    latest = reached[-1][0]
    words = _("Figures to %(day)s") % {"day": readable.weekday(latest, with_year=True)}
    late = [(day, name) for day, name in reached if day < latest]
    if not late:
        return words
    if len(late) == 1:
        return _("%(words)s, of %(account)s to %(day)s") % {"words": words, "account": late[0][1], "day": readable.day(late[0][0])}
    return _("%(words)s, of %(count)s to an earlier day, %(account)s to %(day)s") % {
        "words": words,
        "count": readable.plural(len(late), "account"),
        "account": late[0][1],
        "day": readable.day(late[0][0]),
    }


def needing(viewer: Viewer) -> list[Attention]:
    """Links that wait for the reader: for an answer, for a grant, or for proof that the account is theirs."""
    found = []
    for link in links_of(viewer).filter(state__in=[LinkState.NEEDS_USER, LinkState.AWAITING_GRANT]):
        name, stopped = link.name or _("A link"), link.state == LinkState.NEEDS_USER
        if stopped:
            text = f"{name}: {said(link.error_message)}"
        elif proof_wanted(link):
            text = _("%(link)s waits until you show that account %(account)s is yours.") % {"link": name, "account": link.account}
        else:
            text = _("%(link)s waits until you grant access to account %(account)s.") % {"link": name, "account": link.account}
        found.append(Attention("bad" if stopped else "warn", text, reverse("link-progress", args=[link.pk]), _("See what to do")))
    return sorted(found, key=lambda one: one.tone != "bad")


def unread(viewer: Viewer, link: Link | None = None) -> list[Attention]:
    """Notices that nobody has put away, of one link or of all; a link that stopped is told as long as it stands still."""
    waiting = notices_of(viewer).filter(read_at=None).exclude(kind=NoticeKind.LINK_STOPPED)
    mine = waiting.filter(link=link) if link else waiting
    return [_of_notice(notice) for notice in mine[:_MOST_NOTICES]]


def _of_notice(notice: Notice) -> Attention:
    words = told_of(notice)
    return Attention(words.tone, words.text, words.path, words.action, reverse("notice-away", args=[notice.pk]))


def _working_days(first: date, last: date) -> int:
    """Working days after `first` up to `last`."""
    return sum(1 for step in range(1, (last - first).days + 1) if (first + timedelta(days=step)).weekday() < _SATURDAY)


def attention(viewer: Viewer, accounts: Sequence[BrokerAccount]) -> tuple[Attention, ...]:
    """What needs the reader, the gravest first."""
    found = [*needing(viewer), *unread(viewer)]
    different = sum(counts.get("different", 0) for account in accounts for counts in compared(account).values())
    if different:
        sentence = ngettext("%(figures)s of ours differs from your broker's.", "%(figures)s of ours differ from your broker's.", different)
        text = sentence % {"figures": readable.plural(different, "figure")}
        url = lines_url(accounts[0], "fills", "different") if len(accounts) == 1 else reverse("accounts")
        found.append(Attention("warn", text, url, _("See each")))
    return (*found, *_twins(accounts), *_lacking(accounts))


def _twins(accounts: Sequence[BrokerAccount]) -> list[Attention]:
    """Accounts that seem to be one from two sources; each pair once, the action showing the one that is fetched."""
    own, told, found = {str(account.pk): account for account in accounts}, set(), []
    for account in accounts if len(accounts) > 1 else ():
        for key in compared(account).get(TWIN, {}):
            pair = frozenset({str(account.pk), key})
            if key not in own or pair in told:
                continue
            told.add(pair)
            kept, other = sorted((account, own[key]), key=lambda one: one.link_id is None)
            names = {"kept": kept.alias or kept.number, "other": other.alias or other.number}
            text = _("%(kept)s and %(other)s hold the same fills: they seem to be one account from two sources, whose trades count twice.")
            advice = _("Show one of them alone, and save that as the view that pages begin with.")
            url = address(reverse("dashboard"), Filter(accounts=(str(kept.pk),)))
            found.append(Attention("warn", f"{text % names} {advice}", url, _("Show %(kept)s alone") % names))
    return found


def _lacking(accounts: Sequence[BrokerAccount]) -> list[Attention]:
    """What the doctor finds: the costliest of each account in words, and how many more there are. Accounts of one statement say it once."""
    found = []
    told = grave_findings(accounts)
    told_already: list[tuple[Finding, ...]] = []
    for account in accounts:
        lacking = told.get(account.pk, ())
        if not lacking or lacking in told_already:
            continue
        told_already.append(lacking)
        first, more = read_finding(lacking[0], account.broker).message, len(lacking) - 1
        if len(accounts) > 1:
            first = f"{account.alias or account.number}: {first}"
        rest = ngettext("%(words)s And %(more)s more thing.", "%(words)s And %(more)s more things.", more)
        text = rest % {"words": first, "more": readable.whole(more)} if more else first
        found.append(Attention("warn", text, f"{reverse('account', args=[account.pk])}#doctor", _("See what to do")))
    return found
