"""How complete an account is: a mark on every instrument, what is missing of it and why, and the one thing to do about it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fillbook.performance.filters import Filter
from fillbook.storage.access import account_for
from fillbook.storage.describing import latest_descriptions
from fillbook.storage.marks import instrument_marks
from fillbook.storage.models import BrokerAccount, InstrumentRow
from fillbook.sync import service
from fillbook.trades.completeness import Cause, Completeness, Mark, judge_account
from fillbook.web import readable
from fillbook.web.language import gettext_lazy
from fillbook.web.pages.accounts import name_of as account_name
from fillbook.web.pages.filterbar import address
from fillbook.web.pages.findings import doctor
from fillbook.web.pages.freshness import freshness
from fillbook.web.pages.rows import described, name_of
from fillbook.web.pages.wording import COMPLETE
from fillbook.web.viewer import viewer

_WORST_FIRST: Final = tuple(reversed(Completeness))
_OLDER: Final = frozenset({Cause.BEFORE_HISTORY, Cause.DELIVERED, Cause.CANCELLED_ELSEWHERE, Cause.UNDETERMINED})
_STATABLE: Final = frozenset({Cause.BEFORE_HISTORY, Cause.UNDETERMINED, Cause.STATED})
"""Causes that the owner can settle by saying what was held."""
_LACKING: Final = {
    Cause.CORPORATE_ACTION: ("corporate_actions_missing", gettext_lazy("Tick Corporate Actions")),
    Cause.TRANSFERRED: ("trade_transfers_missing", gettext_lazy("Tick the transfers section")),
    Cause.POSITION_MOVED: ("trade_transfers_missing", gettext_lazy("Tick the transfers section")),
}
"""Cause -> what the query may lack that would settle it, by the code of the finding, and what to do then."""


@dataclass(frozen=True, slots=True)
class Step:
    """The one thing to do. post: by a form."""

    name: str
    url: str
    post: bool = False


@dataclass(frozen=True, slots=True)
class Whole:
    """One instrument with its mark. trades_url: everything of it, incomplete trades included. state_url: to say what was held before."""

    symbol: str
    detail: str
    description: str
    status: str
    units: str
    cause: str
    confirmed: bool
    trades_url: str
    step: Step | None
    state_url: str


@dataclass(frozen=True, slots=True)
class MarkChoice:
    """A mark to filter by, with how many instruments have it."""

    name: str
    url: str
    current: bool
    count: int
    icon: str
    tone: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Ways:
    """What can be done about a gap in this account."""

    account: BrokerAccount
    goes_back: bool
    lacks: frozenset[str]

    @classmethod
    def of(cls, account: BrokerAccount) -> "Ways":
        link = account.link
        return cls(account, link is not None and service.can_go_back(link), frozenset(one.code for one in doctor(account).findings))

    def step(self, mark: Mark) -> Step | None:
        """The likeliest to help; nothing for what is complete."""
        here = reverse("account", args=[self.account.pk])
        if mark.cause is None:
            return None
        code, words = _LACKING.get(mark.cause, ("", ""))
        if code in self.lacks:
            return Step(words, f"{here}#doctor")
        if mark.cause in _OLDER and self.goes_back and self.account.link_id:
            return Step(_("Go further back"), reverse("link-back", args=[self.account.link_id]), post=True)
        if mark.cause is Cause.CORPORATE_ACTION:
            return Step(_("Report it"), f"{here}#wrong")
        return Step(_("Upload an older statement"), reverse("upload"))


@require_safe
def completeness(request: HttpRequest, account_id: int) -> HttpResponse:
    """Every instrument of the account, the worst first, or those with the mark that the address names."""
    user, now = viewer(request), timezone.now()
    account = account_for(user, account_id)
    marks = instrument_marks(account)
    wanted = request.GET.get("mark", "")
    chosen = Completeness(wanted) if wanted in list(Completeness) else None
    names, ways = latest_descriptions(account, marks), Ways.of(account)
    shown = [key for key in marks if key in names and (chosen is None or marks[key].status is chosen)]
    shown.sort(key=lambda key: (_WORST_FIRST.index(marks[key].status), names[key].symbol, key))
    context = {
        "account": account,
        "name": account_name(account),
        "fresh": freshness(user, [account], now),
        "sandbox_data": account.kind == "sandbox",
        "whole": judge_account(marks.values()),
        "words": account_words(marks.values()),
        "choices": _choices(request.path, marks.values(), chosen),
        "rows": [_row(names[key], marks[key], ways) for key in shown],
        "chosen": chosen,
    }
    return render(request, "pages/completeness.html", context)


def account_words(marks: Iterable[Mark]) -> str:
    """The account's mark in a sentence."""
    whole = judge_account(marks)
    if not whole.total:
        return _("Nothing was traded or held yet.")
    sentence = _("All is found of %(complete)s of %(total)s") % {
        "complete": readable.whole(whole.complete),
        "total": readable.plural(whole.total, "instrument"),
    }
    if whole.stated:
        sentence += _("; of %(stated)s the cost of what you held before is what you stated") % {"stated": readable.whole(whole.stated)}
    if whole.inferred:
        sentence += _("; of %(inferred)s the cost of what you held before comes from your broker's own figures") % {
            "inferred": readable.whole(whole.inferred)
        }
    if whole.missing:
        sentence += _("; of %(missing)s something is missing") % {"missing": readable.whole(whole.missing)}
    confirmed = "" if whole.confirmed else _(" Your broker's positions do not confirm all of them.")
    return f"{sentence}.{confirmed}"


def _choices(path: str, marks: Iterable[Mark], chosen: Completeness | None) -> list[MarkChoice]:
    counts = Counter(mark.status for mark in marks)
    found = [MarkChoice(_("All"), path, chosen is None, sum(counts.values()), "", "", "")]
    for status in _WORST_FIRST:
        if counts[status] or chosen is status:
            words = COMPLETE[status]
            found.append(
                MarkChoice(words.name, f"{path}?mark={status}", chosen is status, counts[status], words.icon, words.tone, words.text)
            )
    return found


def _row(instrument: InstrumentRow, mark: Mark, ways: Ways) -> Whole:
    symbol, detail = name_of(instrument)
    traded = Filter(accounts=(str(ways.account.pk),), symbol=instrument.symbol.upper(), include_incomplete=True)
    return Whole(
        symbol=symbol,
        detail=detail,
        description=described(instrument),
        status=mark.status,
        units=readable.quantity(mark.quantity) if mark.quantity else "",
        cause=_(mark.sentence) if mark.sentence else "",
        confirmed=mark.confirmed,
        trades_url=address(reverse("trades"), traded),
        step=ways.step(mark) if mark.status is Completeness.MISSING or ways.goes_back else None,
        state_url=_state_url(ways.account, instrument, mark),
    )


def _state_url(account: BrokerAccount, instrument: InstrumentRow, mark: Mark) -> str:
    """Where to state what was held of it before; "" where that would not help."""
    if mark.cause not in _STATABLE:
        return ""
    return f"{reverse('openings', args=[account.pk])}?{urlencode({'instrument': instrument.key})}"
