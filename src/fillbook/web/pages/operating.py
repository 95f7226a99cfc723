"""What the operator of this instance sets for brokers, and disputes about accounts: who and when, nothing of the accounts themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from fillbook.brokers.interface import NO_CONFIG
from fillbook.brokers.manifests import Manifest, manifest, manifests
from fillbook.storage import claims, grantees
from fillbook.storage.models import BrokerService, EndpointKind, SecurityEvent
from fillbook.storage.services import BadSetting, config_of, save_settings
from fillbook.sync import proving
from fillbook.vault import CannotOpen
from fillbook.web.brokerwords import said
from fillbook.web.forms import SettingsForm
from fillbook.web.pages.linking import known_broker
from fillbook.web.viewer import recently_confirmed, viewer


@dataclass(frozen=True, slots=True)
class Disputed:
    """One claim in a dispute. number: of the account, all but its last three characters hidden."""

    id: int
    person: str
    number: str
    since: datetime | None
    fetches: bool


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@recently_confirmed
def broker(request: HttpRequest, broker_id: str) -> HttpResponse:
    """The settings of one broker, for the operator alone. Secrets are sealed and never shown again."""
    user, chosen = viewer(request), known_broker(broker_id)
    if not user.is_operator:
        return redirect("settings")
    if not chosen.settings:
        raise Http404(_("There is no such page."))
    try:
        config, lost = config_of(chosen.id), False
    except CannotOpen:
        config, lost = NO_CONFIG, True
    form = SettingsForm(chosen.settings, config, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            save_settings(chosen.id, form.changes, timezone.now())
        except BadSetting as problem:
            form.add_error(problem.name, said(str(problem)))
        else:
            SecurityEvent.objects.create(user=user, what="broker_settings_changed", detail={"broker": chosen.id})
            messages.success(request, _("Kept. Secrets are sealed; the next request logs in with what you set."))
            return redirect("settings-broker", chosen.id)
    return _page(request, chosen, form, _login_form(chosen), lost)


@sensitive_post_parameters()
@require_POST
@recently_confirmed
def login(request: HttpRequest, broker_id: str) -> HttpResponse:
    """Add, change or remove a login that is for single claims; for the operator alone."""
    user, chosen = viewer(request), known_broker(broker_id)
    if not user.is_operator:
        return redirect("settings")
    if not grantees.name_of(chosen.id):
        raise Http404("There is no such page.")
    if name := request.POST.get("remove", ""):
        if proving.retire(chosen.id, name):
            SecurityEvent.objects.create(user=user, what="broker_login_removed", detail={"broker": chosen.id})
            messages.success(request, _("Forgotten. Whoever used it is told, and grants access to another user id."))
        return redirect("settings-broker", chosen.id)
    form = _login_form(chosen, request.POST)
    if form.is_valid():
        try:
            grantees.save(chosen.id, form.changes, timezone.now())
        except BadSetting as problem:
            form.add_error(problem.name if problem.name in form.fields else None, said(str(problem)))
        else:
            SecurityEvent.objects.create(user=user, what="broker_login_set", detail={"broker": chosen.id})
            messages.success(request, _("Kept. The next claim to an account gets it."))
            return redirect("settings-broker", chosen.id)
    return _page(request, chosen, SettingsForm(chosen.settings, config_of(chosen.id)), form, lost=False)


def _login_form(chosen: Manifest, typed: Mapping[str, str] | None = None) -> SettingsForm:
    return SettingsForm([one for one in chosen.settings if one.of_login], None, typed, prefix="login")


def _page(request: HttpRequest, chosen: Manifest, form: SettingsForm, login_form: SettingsForm, lost: bool) -> HttpResponse:
    row = BrokerService.objects.filter(broker=chosen.id, endpoint=EndpointKind.LIVE, grantee="").first()
    context = {"broker": chosen, "form": form, "service": row, "lost": lost, "disputes": disputes(chosen.id)}
    if login_form.fields:
        context |= {"login_form": login_form, "logins": grantees.listed(chosen.id)}
    return render(request, "pages/settings_broker.html", context, status=422 if form.errors or login_form.errors else 200)


@require_POST
@recently_confirmed
def settle(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Decide a dispute for one of those who claim an account."""
    user = viewer(request)
    claim = next((one for one in claims.open_disputes() if one.pk == claim_id), None) if user.is_operator else None
    if claim is None:
        return redirect("settings")
    proving.settle(claim.pk)
    SecurityEvent.objects.create(user=user, what="account_dispute_settled", detail={"broker": claim.broker, "claim": claim.pk})
    messages.success(
        request, _("Decided: the account is %(email)s's. What others had of it is hidden from them.") % {"email": claim.owner.email}
    )
    return redirect("settings-broker", claim.broker)


def disputes(broker_id: str) -> list[list[Disputed]]:
    """Accounts of a broker about which people stand against each other."""
    by_account: dict[tuple[str, str], list[Disputed]] = {}
    for one in claims.open_disputes():
        if one.broker == broker_id:
            masked = "•" * (len(one.number) - 3) + one.number[-3:]
            shown = Disputed(one.pk, one.owner.email, masked, one.proven_at, one.standing == "frozen")
            by_account.setdefault((one.endpoint, one.number), []).append(shown)
    return list(by_account.values())


def offered() -> list[tuple[str, str, bool]]:
    """(id, name, whether anything is set) of each broker that the operator sets something for."""
    rows = BrokerService.objects.filter(endpoint=EndpointKind.LIVE).exclude(sealed_settings="")
    kept = set(rows.values_list("broker", flat=True))
    return [(one.id, manifest(one.id).name, one.id in kept) for one in manifests().values() if one.settings]
