"""Showing that an account is one's own: what to do, and a place to answer from one's own trades.

What stands here depends on when a claim began and on nothing else, so that nobody learns from it whether an account is granted, known or
somebody else's.
"""

from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fillbook.brokers.manifests import Manifest
from fillbook.storage import claims
from fillbook.storage.access import link_for
from fillbook.storage.models import AccountClaim, Link
from fillbook.sync import proving, service
from fillbook.sync.knowledge import Answer
from fillbook.sync.proof import Standing, Way
from fillbook.web import readable
from fillbook.web.brokerwords import said
from fillbook.web.forms import AnswerForm
from fillbook.web.language import gettext_lazy
from fillbook.web.pages.brokers import grantee_of, portal_of
from fillbook.web.viewer import viewer

_NTH: Final = {1: gettext_lazy("newest"), 2: gettext_lazy("2nd newest"), 3: gettext_lazy("3rd newest")}


@dataclass(frozen=True, slots=True)
class Claiming:
    """An open claim as its page shows it. pause: how long each state must last to be seen. ranks: places asked for, with their fields.
    own: the user id is nobody else's, so that granting it is all there is to do.
    """

    account: str
    grantee: str
    portal: str
    until: str
    pause: str
    tries: int
    form: AnswerForm
    link_id: str
    own: bool = False


def open_claim(link: Link) -> AccountClaim | None:
    """The link's claim while it is neither proven nor ended."""
    found = claims.claim_of(link)
    return found if found is not None and found.standing == Standing.OPEN else None


def proof_wanted(link: Link) -> bool:
    """Whether a grant alone does not do: the account has to be shown to be its owner's, too."""
    claim = open_claim(link)
    return claim is not None and claim.way != Way.GRANTEE


def claiming(link: Link, claim: AccountClaim, broker: Manifest, form: AnswerForm | None = None) -> Claiming:
    """What the page of an open claim shows."""
    minutes = 2 * proving.seconds_between(claim) // 60 + 1
    return Claiming(
        account=link.account,
        grantee=grantee_of(broker, link.endpoint, link.grantee),
        portal=portal_of(broker, link.endpoint),
        until=readable.until(claim.until, timezone.now()),
        pause=readable.plural(minutes, "minute"),
        tries=proving.tries_left(claim),
        form=form or AnswerForm([nth(rank) for rank in claim.ranks]),
        link_id=str(link.pk),
        own=claim.way == Way.GRANTEE,
    )


def nth(rank: int) -> str:
    """A place in a list that begins with the newest."""
    return _NTH.get(rank, _("%(rank)sth newest") % {"rank": rank})


@require_POST
def answer(request: HttpRequest, link_id: str) -> HttpResponse:
    """Answer from one's own trades; the next look compares."""
    user = viewer(request)
    link = link_for(user, link_id)
    claim = open_claim(link)
    form = AnswerForm([nth(rank) for rank in claim.ranks] if claim else [], request.POST)
    if claim is None:
        return redirect("link-progress", link.pk)
    if not form.is_valid():
        messages.error(request, _("Fill in day, quantity and price of all three trades. Nothing was compared and no try is spent."))
        return redirect("link-progress", link.pk)
    try:
        service.answer(user, link.pk, [Answer(row.day, abs(row.quantity), row.price) for row in form.rows])
    except service.Refused as refusal:
        messages.error(request, said(refusal.message))
    else:
        messages.success(request, _("Kept sealed. It is compared with the next look, and this page goes on if it is right."))
    return redirect("link-progress", link.pk)
