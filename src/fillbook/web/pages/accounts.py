"""The accounts: the state of each link, how fresh each account is, and what can be done about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fillbook.brokers.manifests import manifests
from fillbook.performance.filters import Filter
from fillbook.storage import queries
from fillbook.storage.access import Viewer, accounts_of, links_of, runs_of
from fillbook.storage.details import Freshness, freshness, reconciled
from fillbook.storage.models import BrokerAccount, Link, LinkState, RunState, SyncRun
from fillbook.web import readable
from fillbook.web.brokerwords import said
from fillbook.web.language import gettext_lazy
from fillbook.web.pages.bridge import Count, counts_of
from fillbook.web.pages.claiming import proof_wanted
from fillbook.web.pages.filterbar import address
from fillbook.web.pages.freshness import unread
from fillbook.web.pages.links import DELETE_WORD
from fillbook.web.pages.syncs import Standing, standing, step_of
from fillbook.web.pages.wording import KINDS
from fillbook.web.viewer import viewer

OPEN = (RunState.QUEUED, RunState.RUNNING, RunState.WAITING)


@dataclass(frozen=True, slots=True)
class State:
    """A link's state as a pill: a word, an icon and a tone."""

    word: str
    icon: str
    tone: str


STATES = {
    LinkState.LINKED: State(gettext_lazy("Linked"), "equal", "good"),
    LinkState.VALIDATING: State(gettext_lazy("Still validating"), "clock", "warn"),
    LinkState.AWAITING_GRANT: State(gettext_lazy("Waiting for your grant"), "clock", "warn"),
    LinkState.PAUSED: State(gettext_lazy("Paused"), "pause", ""),
    LinkState.NEEDS_USER: State(gettext_lazy("Needs you"), "warning", "bad"),
    LinkState.UNLINKED: State(gettext_lazy("Unlinked"), "silent", ""),
}
FETCHING = State(gettext_lazy("Fetching"), "refresh", "info")
PROVING = State(gettext_lazy("Show that it is yours"), "clock", "warn")
FROM_FILES = State(gettext_lazy("From files"), "file", "own")


@dataclass(frozen=True, slots=True)
class AccountCard:
    """One account in the list. gaps: days between statements, as words."""

    id: int
    name: str
    number: str
    kind: str
    currency: str
    chosen: bool
    tracked: str
    figures_to: str
    gaps: tuple[str, ...]
    trades: int
    trades_url: str
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class LinkCard:
    """A link with its accounts; `link` None for accounts known from files alone. step: what its run does at present."""

    link: Link | None
    name: str
    state: State
    sandbox: bool
    sentence: str
    synced: str
    accounts: tuple[AccountCard, ...]
    standing: Standing | None = None
    step: str = ""
    is_paused: bool = False
    needs_user: bool = False
    is_running: bool = False


@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """All links and accounts of the viewer."""
    user, now = viewer(request), timezone.now()
    cards = link_cards(user, now)
    if not cards:
        return redirect("welcome")
    return render(request, "pages/accounts.html", {"cards": cards, "word": DELETE_WORD, "attention": unread(user)})


def link_cards(user: Viewer, now: datetime) -> tuple[LinkCard, ...]:
    """A card for each link, and one for accounts without."""
    fresh = freshness(accounts_of(user))
    by_link: dict[object, list[Freshness]] = {}
    for one in fresh:
        by_link.setdefault(one.account.link_id, []).append(one)
    cards = [_card(user, link, runs_of(user).filter(link=link).first(), by_link.get(link.pk, []), now) for link in links_of(user)]
    if loose := by_link.get(None):
        sentence = _("These come from files you uploaded, or their link was ended with the trades kept. Nothing new is fetched.")
        cards.append(LinkCard(None, _("Without a link"), FROM_FILES, False, sentence, "", tuple(map(account_card, loose))))
    return tuple(cards)


def _card(user: Viewer, link: Link, run: SyncRun | None, fresh: Iterable[Freshness], now: datetime) -> LinkCard:
    running = run is not None and run.state in OPEN
    known = manifests().get(link.broker)
    return LinkCard(
        link=link,
        name=known.name if known else link.name,
        state=FETCHING if running and run and run.state != RunState.WAITING else state_of(link),
        sandbox=link.is_sandbox,
        sentence=said(link.error_message),
        synced=_("Last sync %(last_success_at)s") % {"last_success_at": readable.ago(link.last_success_at, now)}
        if link.last_success_at
        else _("Never synced yet"),
        accounts=tuple(map(account_card, fresh)),
        is_paused=link.state == LinkState.PAUSED,
        needs_user=link.state == LinkState.NEEDS_USER,
        is_running=running,
        standing=standing(user, link, now),
        step=step_of(run, known) if running and run and known else "",
    )


def state_of(link: Link) -> State:
    """Of a link at rest."""
    if link.state == LinkState.AWAITING_GRANT and proof_wanted(link):
        return PROVING
    return STATES[LinkState(link.state)]


def account_card(fresh: Freshness) -> AccountCard:
    """One account with its counts."""
    account = fresh.account
    chosen = Filter(accounts=(str(account.pk),))
    summaries = queries.summaries([account], chosen)
    return AccountCard(
        id=account.pk,
        name=name_of(account),
        number=account.number,
        kind=KINDS[account.kind] if account.kind != "real" else "",
        currency=account.base_currency,
        chosen=account.chosen,
        tracked=_("Tracked since %(tracked_since)s") % {"tracked_since": readable.day(fresh.tracked_since)}
        if fresh.tracked_since
        else _("Not tracked yet"),
        figures_to=_("figures to %(figures_to)s") % {"figures_to": readable.day(fresh.figures_to)}
        if fresh.figures_to
        else _("no figures yet"),
        gaps=tuple(readable.days(gap.first, gap.last) for gap in fresh.gaps),
        trades=sum(summary.n for summary in summaries.values()),
        trades_url=address(reverse("trades"), chosen),
        counts=counts_of([reconciled(account)], "fills", account),
    )


def name_of(account: BrokerAccount) -> str:
    """What its owner calls it, else its number."""
    return account.alias or account.number
