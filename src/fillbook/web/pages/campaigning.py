"""What the trader says of campaigns: taken together, named, added to, taken apart, and each of it taken back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fillbook.storage import campaign_changes, campaigning
from fillbook.storage.campaigning import LONGEST_NAME, MOST_LEGS, BadCampaign
from fillbook.storage.campaigns import campaign_of
from fillbook.storage.models import CampaignChange, RoundTripRow, User
from fillbook.storage.words import NothingToHoldOn
from fillbook.web import readable
from fillbook.web.pages.freshness import today_there
from fillbook.web.viewer import viewer


@dataclass(frozen=True, slots=True)
class Change:
    """A change that can be taken back. note: when it was made."""

    words: str
    note: str
    url: str


@require_POST
def together(request: HttpRequest, key: str) -> HttpResponse:
    """Take a trade and the one that is sent as one campaign."""
    return _made(request, key, lambda user: campaigning.gather(user, [key, request.POST.get("other", "")]).key)


@require_POST
def alone(request: HttpRequest, key: str) -> HttpResponse:
    """Let a trade stand by itself."""
    try:
        campaigning.take_out(viewer(request), key)
    except NothingToHoldOn:
        messages.error(request, _nothing())
    else:
        messages.success(request, _("The trade stands by itself now. Undo stands under Campaign."))
    return redirect("trade", key)


@require_POST
def put_back(request: HttpRequest, key: str) -> HttpResponse:
    """Let a trade be proposed again."""
    campaigning.put_back(viewer(request), key)
    messages.success(request, _("The trade is part of what is proposed again, if anything fits."))
    return redirect("trade", key)


@require_POST
def keep(request: HttpRequest, key: str) -> HttpResponse:
    """Name a campaign, which makes it the trader's own."""
    return _made(request, key, lambda user: campaigning.keep(user, key, request.POST.get("name", "")).key, "campaign")


@require_POST
def add(request: HttpRequest, key: str) -> HttpResponse:
    """Put the trade that is sent into a campaign."""
    return _made(request, key, lambda user: campaigning.add(user, key, request.POST.get("other", "")).key, "campaign")


@require_POST
def dissolve(request: HttpRequest, key: str) -> HttpResponse:
    """Let each leg stand by itself."""
    try:
        campaigning.dissolve(viewer(request), key)
    except NothingToHoldOn:
        messages.error(request, _nothing())
        return redirect("campaign", key)
    messages.success(request, _("Each of its trades stands by itself now. Undo stands under Campaign."))
    return redirect("trade", key)


@require_POST
def undo(request: HttpRequest, change_id: str) -> HttpResponse:
    """Take a change back; goes to the campaign that the trade it was about is in then, or to that trade."""
    trip = campaign_changes.undo(viewer(request), change_id)
    messages.success(request, _("Taken back; what belongs together is as it was."))
    if trip is None:
        return redirect("campaigns")
    row = campaign_of(trip)
    return redirect("campaign", row.key) if row else redirect("trade", trip.key)


def changes_view(trips: Sequence[RoundTripRow]) -> tuple[Change, ...]:
    """What can be taken back of what was said of trades."""
    return tuple(
        Change(
            change_words(change),
            _("changed %(day)s") % {"day": readable.day(today_there(change.made_at))},
            reverse("campaign-undo", args=[change.pk]),
        )
        for change in campaign_changes.changes_about(trips)
    )


def change_words(change: CampaignChange) -> str:
    """What was changed."""
    what = CampaignChange.What
    named = next((name for _pk, name in change.words["new"]["campaigns"] if name), "")
    if change.what == what.KEPT and named:
        return _("Kept as “%(name)s”") % {"name": named}
    return {
        what.TOGETHER.value: _("Taken together"),
        what.ADDED.value: _("One more trade added"),
        what.KEPT.value: _("Kept as yours"),
        what.ALONE.value: _("One trade taken out"),
        what.APART.value: _("Taken apart"),
        what.PROPOSED.value: _("Let be proposed again"),
    }[change.what]


def _made(request: HttpRequest, key: str, act: Callable[[User], str], otherwise: str = "trade") -> HttpResponse:
    user = viewer(request)
    try:
        return redirect("campaign", act(user))
    except BadCampaign:
        words = _("A campaign has from 2 to %(most)s trades of one account, and a name of up to %(longest)s characters.")
        messages.error(request, words % {"most": MOST_LEGS, "longest": LONGEST_NAME})
    except NothingToHoldOn:
        messages.error(request, _nothing())
    return redirect(otherwise, key)


def _nothing() -> str:
    return _("This trade has no fill of its own, so nothing can be said of it.")
