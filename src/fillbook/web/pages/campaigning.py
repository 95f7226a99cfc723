"""What the trader says of campaigns: taken together, named, added to, taken apart, and each of it taken back."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fillbook.storage import campaigning
from fillbook.storage.campaigning import LONGEST_NAME, MOST_LEGS, BadCampaign
from fillbook.storage.models import User
from fillbook.storage.words import NothingToHoldOn
from fillbook.web.viewer import viewer


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
        messages.success(request, _("The trade stands by itself now. You can let it be proposed again on its page."))
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
    messages.success(request, _("Each of its trades stands by itself now. On their pages you can let them be proposed again."))
    return redirect("trade", key)


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
