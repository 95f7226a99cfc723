"""Fillbook as an app on a phone: what a browser needs to install it, its worker, and a page that says what is still missing for that."""

from dataclasses import dataclass
from typing import Final

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fillbook.sync import mail
from fillbook.web.viewer import viewer

_ICONS: Final = (
    ("img/icon-192.png", "192x192", "any"),
    ("img/icon-512.png", "512x512", "any"),
    ("img/icon-mask-512.png", "512x512", "maskable"),
)

_PORT: Final = "8470"
"""Where Fillbook listens unless told otherwise; behind a proxy a request does not say it."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing a phone needs. good: this instance has it. text: what is so, or what to do. url: where, "" for nowhere here."""

    title: str
    good: bool
    text: str
    url: str = ""
    action: str = ""


@require_safe
@login_not_required
def manifest(request: HttpRequest) -> HttpResponse:
    """What a browser needs to install Fillbook."""
    places = (("dashboard", _("Dashboard")), ("trades", _("Trades")), ("calendar", _("Calendar")))
    said = {
        "id": "/",
        "name": "Fillbook",
        "short_name": "Fillbook",
        "description": _("The book of your fills: round trips and how well you trade."),
        "lang": request.LANGUAGE_CODE if hasattr(request, "LANGUAGE_CODE") else "en",
        "start_url": reverse("dashboard"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f6f3",
        "theme_color": "#2148c0",
        "icons": [{"src": static(name), "sizes": sizes, "type": "image/png", "purpose": purpose} for name, sizes, purpose in _ICONS],
        "shortcuts": [{"name": name, "url": reverse(place)} for place, name in places],
    }
    return JsonResponse(said, content_type="application/manifest+json")


@require_safe
@login_not_required
def worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the same for everybody
    """The service worker, at the top so that all pages are within its scope."""
    name = staticfiles_storage.stored_name("js/worker.js") if hasattr(staticfiles_storage, "stored_name") else "js/worker.js"
    if staticfiles_storage.exists(name):
        with staticfiles_storage.open(name) as file:
            script = file.read()
    else:
        script = _source()
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


def _source() -> bytes:
    """The worker as it stands in the sources, where static files were not collected."""
    found = finders.find("js/worker.js")
    assert isinstance(found, str)
    with open(found, "rb") as file:  # noqa: PTH123 - a path of the finder's
        return file.read()


@require_safe
@login_not_required
def offline(request: HttpRequest) -> HttpResponse:
    """What an installed app shows without a connection; nothing private is in it."""
    return render(request, "pages/offline.html")


@require_safe
def phone(request: HttpRequest) -> HttpResponse:
    """How to reach this instance from a phone, and what it still lacks."""
    user = viewer(request)
    passkeys = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists()
    checks = [_address(request), _https(request), _passkey(has_one=passkeys)]
    if user.is_operator:
        checks.append(_mail())
    context = {
        "checks": checks,
        "ready": all(check.good for check in checks[:2]),
        "address": request.build_absolute_uri("/"),
        "port": _PORT if request.is_secure() else request.META.get("SERVER_PORT", _PORT),
        "keeps": user.keeps_dashboard,
    }
    return render(request, "pages/phone.html", context)


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Turn the copy of the dashboard on this person's devices on or off."""
    user = viewer(request)
    user.keeps_dashboard = request.POST.get("keeps") == "1"
    user.save(update_fields=["keeps_dashboard"])
    if user.keeps_dashboard:
        messages.success(request, _("The last dashboard is kept on each device on which you open it, until you sign out there."))
    else:
        messages.success(request, _("No dashboard is kept any more; a copy goes when the dashboard is next opened."))
    return redirect("phone")


def _address(request: HttpRequest) -> Check:
    host = request.get_host().rsplit(":", 1)[0]
    if host in settings.LOCAL_HOSTS:
        text = _("You see this under %(host)s, which only this computer reaches. Give the instance a name that your phone reaches.")
        return Check(_("An address that your phone reaches"), good=False, text=text % {"host": host})
    return Check(_("An address that your phone reaches"), good=True, text=request.get_host())


def _https(request: HttpRequest) -> Check:
    if request.is_secure():
        return Check(_("HTTPS"), good=True, text=_("The connection is encrypted, so browsers offer to install it."))
    return Check(_("HTTPS"), good=False, text=_("Browsers install an app, and keep it for use without a connection, over HTTPS alone."))


def _passkey(*, has_one: bool) -> Check:
    if has_one:
        return Check(_("A passkey"), good=True, text=_("You sign in with your finger or face."))
    text = _("With one you sign in on the phone with your finger or face instead of a password.")
    return Check(_("A passkey"), good=False, text=text, url=reverse("mfa_list_webauthn"), action=_("Add one"))


def _mail() -> Check:
    if mail.is_set():
        return Check(_("Notices by mail"), good=True, text=_("A mail server is set."))
    text = _("Without a mail server you learn on the pages alone that a link needs you.")
    return Check(_("Notices by mail"), good=False, text=text, url=reverse("settings-mail"), action=_("Set one"))
