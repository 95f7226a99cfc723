"""Settings: how pages look, how one signs in, and the key that opens the sealed secrets."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings as instance_settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fillbook.storage import keyfile
from fillbook.storage.access import notices_of, tokens_of
from fillbook.storage.models import Instance, SecurityEvent, User
from fillbook.sync import mail
from fillbook.web.forms import BROWSER, LookForm
from fillbook.web.language import gettext_lazy
from fillbook.web.pages.operating import offered
from fillbook.web.viewer import recently_confirmed, viewer


@dataclass(frozen=True, slots=True)
class Choice:
    """One way a page can look. note: what speaks for it."""

    value: str
    name: str
    icon: str = ""
    note: str = ""


THEMES: Final = (
    Choice(User.Theme.SYSTEM, gettext_lazy("As your system"), "system"),
    Choice(User.Theme.LIGHT, gettext_lazy("Light"), "sun"),
    Choice(User.Theme.DARK, gettext_lazy("Dark"), "moon"),
)
COLOURS: Final = (
    Choice(
        User.GainColours.TEAL_VERMILION,
        gettext_lazy("Teal and vermilion"),
        note=gettext_lazy("Everybody can tell them apart, red-green blind readers included."),
    ),
    Choice(User.GainColours.GREEN_RED, gettext_lazy("Green and red"), note=gettext_lazy("Green for gains, red for losses.")),
    Choice(
        User.GainColours.RED_GREEN, gettext_lazy("Red and green"), note=gettext_lazy("Red for gains, green for losses, as in East Asia.")
    ),
)


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Everything that can be set, with its present state."""
    user = viewer(request)
    kinds = list(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    return render(
        request,
        "pages/settings.html",
        {
            "themes": THEMES,
            "colours": COLOURS,
            "sample": (Decimal("412.80"), Decimal("-96.15")),
            "languages": [(BROWSER, _("As your browser")), *instance_settings.LANGUAGES],
            "language": user.locale or BROWSER,
            "app_is_on": Authenticator.Type.TOTP in kinds,
            "passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
            "sessions": len(UserSession.objects.purge_and_list(user)),
            "key_exported_at": Instance.load().key_exported_at,
            "tokens": tokens_of(user).count(),
            "mail_is_set": mail.is_set(),
            "unread": notices_of(user).filter(read_at=None).count(),
            "may_export": user.is_operator and not instance_settings.VAULT_KEYS,
            "key_is_elsewhere": bool(instance_settings.VAULT_KEYS),
            "brokers": offered() if user.is_operator else [],
        },
    )


@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Change theme, gain colours, language or whether amounts are shown; what is not sent stays; goes back to the page it came from."""
    user = viewer(request)
    form = LookForm(request.POST)
    if form.is_valid():
        user.theme = form.cleaned_data["theme"] or user.theme
        user.gain_colours = form.cleaned_data["gain_colours"] or user.gain_colours
        if form.cleaned_data["locale"]:
            user.locale = "" if form.cleaned_data["locale"] == BROWSER else form.cleaned_data["locale"]
        user.hides_money = form.cleaned_data["amounts"] == "hidden" if form.cleaned_data["amounts"] else user.hides_money
        user.save(update_fields=["theme", "gain_colours", "locale", "hides_money"])
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(target if safe else "settings")


@require_POST
def wants_mail(request: HttpRequest) -> HttpResponse:
    """Whether the viewer's notices are mailed too."""
    user = viewer(request)
    user.wants_mail = request.POST.get("wants_mail") == "1"
    user.save(update_fields=["wants_mail"])
    messages.success(
        request, _("Notices are mailed to you.") if user.wants_mail else _("Notices stay on the pages; nothing is mailed to you.")
    )
    return redirect("settings")


@require_http_methods(["GET", "HEAD", "POST"])
@recently_confirmed
def key(request: HttpRequest) -> HttpResponse:
    """Offer the vault key for safe keeping; a POST shows it or sends it as a file.

    Whoever holds it and the database can read brokers' tokens, so only the operator sees it, after confirming their password.
    """
    user = viewer(request)
    if not user.is_operator:
        return redirect("settings")
    if instance_settings.VAULT_KEYS:
        return render(request, "pages/key.html", {"elsewhere": True})
    if request.method != "POST":
        return render(request, "pages/key.html", {"first": "first" in request.GET})
    text = keyfile.read(instance_settings.VAULT_KEY_FILE)
    Instance.objects.filter(pk=1).update(key_exported_at=timezone.now())
    SecurityEvent.objects.create(user=user, what="vault_key_exported")
    if request.POST.get("as") == "file":
        return HttpResponse(
            text + "\n",
            content_type="application/octet-stream",
            headers={"Content-Disposition": 'attachment; filename="fillbook-vault.key"'},
        )
    messages.success(request, _("Keep this key apart from the backups of your database."))
    return render(request, "pages/key.html", {"key": text, "first": "first" in request.POST})
