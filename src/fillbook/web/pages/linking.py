"""Linking a broker: choose one, follow its guide, hand over what it asks for, watch the first statement arrive."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fillbook.brokers.interface import Endpoint
from fillbook.brokers.manifests import LinkKind, Manifest
from fillbook.performance.filters import Filter
from fillbook.storage import grantees
from fillbook.storage.access import accounts_of, link_for, runs_of
from fillbook.storage.choosing import trips_in
from fillbook.storage.claims import is_shared
from fillbook.storage.models import AccountKind
from fillbook.storage.restated import restated_in
from fillbook.sync import runs, service
from fillbook.web.brokerwords import broker_in_words, brokers_in_words, said
from fillbook.web.forms import LinkForm
from fillbook.web.pages.brokers import by_grant, can_log_in, capabilities, card, grantee_of, portal_of
from fillbook.web.pages.claiming import claiming, open_claim
from fillbook.web.pages.evidence import contact
from fillbook.web.pages.freshness import unread
from fillbook.web.pages.progress import link_progress
from fillbook.web.pages.restated import lines
from fillbook.web.pages.syncs import standing
from fillbook.web.viewer import is_partial, recently_confirmed, vary_on_partial, viewer


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """All brokers there are, with what each can give."""
    return render(request, "pages/link_choose.html", {"brokers": [card(one) for one in brokers_in_words()]})


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@recently_confirmed
def broker(request: HttpRequest, broker_id: str) -> HttpResponse:
    """Guide, promises and form of one broker. What is typed goes to the broker for a trial and is kept sealed."""
    return _begin(request, known_broker(broker_id), Endpoint.LIVE)


@require_http_methods(["GET", "HEAD", "POST"])
@recently_confirmed
def practise(request: HttpRequest, broker_id: str) -> HttpResponse:
    """The same page with the sandbox broker's own portal, to go the whole way by hand; for brokers that have one."""
    chosen = known_broker(broker_id)
    if not chosen.sandbox_portal:
        raise Http404(_("There is no such page."))
    return _begin(request, chosen, Endpoint.SANDBOX)


def _begin(request: HttpRequest, chosen: Manifest, endpoint: Endpoint) -> HttpResponse:
    if chosen.link is LinkKind.UPLOAD:
        return redirect("upload")
    form = LinkForm(chosen, request.POST or None)
    if request.method == "POST" and form.is_valid():
        outcome = service.begin_link(viewer(request), chosen.id, endpoint, form.cleaned_data)
        if outcome.link and not outcome.errors:
            for note in outcome.notes:
                messages.info(request, said(note))
            return redirect("link-progress", outcome.link.pk)
        form.refuse(outcome.errors)
    return _guide(request, chosen, form, renew=False, endpoint=endpoint)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@recently_confirmed
def replace(request: HttpRequest, link_id: str) -> HttpResponse:
    """The same page for a link that gets a new credential; the old one stays until the new one has worked."""
    link = link_for(viewer(request), link_id)
    chosen = known_broker(link.broker)
    form = LinkForm(chosen, request.POST or None, renew=True)
    if request.method == "POST" and form.is_valid():
        outcome = service.replace_credential(viewer(request), link.pk, form.cleaned_data)
        if not outcome.errors:
            return redirect("link-progress", link.pk)
        form.refuse(outcome.errors)
    return _guide(request, chosen, form, renew=True, endpoint=link.endpoint, grantee=link.grantee)


def _guide(
    request: HttpRequest, chosen: Manifest, form: LinkForm, renew: bool, endpoint: str = Endpoint.LIVE, grantee: str = ""
) -> HttpResponse:
    granted, alone = by_grant(chosen), not is_shared()
    own = granted and not alone and not renew and grantees.offers(viewer(request), chosen.id, endpoint)
    context = {
        "broker": chosen,
        "form": form,
        "capabilities": capabilities(chosen),
        "renew": renew,
        "portal": portal_of(chosen, endpoint),
        "practice": endpoint == Endpoint.SANDBOX and bool(chosen.sandbox_portal),
        "pretend": endpoint == Endpoint.SANDBOX and not chosen.sandbox_portal,
        "by_grant": granted,
        "grantee": grantee_of(chosen, endpoint, grantee),
        "own_grantee": own,
        "ready": not granted or own or can_log_in(chosen, endpoint),
        "contact": contact(),
        "alone": alone,
    }
    return render(request, "pages/link_broker.html", context, status=422 if form.errors else 200)


@require_safe
def progress(request: HttpRequest, link_id: str) -> HttpResponse:
    """How far a link is; the page asks for its middle again every other second while something goes on.

    While its account is still to be proven, nothing here depends on what a look has shown.
    """
    link = link_for(viewer(request), link_id)
    run = runs_of(viewer(request)).filter(link=link).first()
    if run is not None and run.state not in runs.OPEN:
        link = link_for(viewer(request), link_id)  # as the run left it, had it gone on when the link was read
    now, chosen, claim = timezone.now(), known_broker(link.broker), open_claim(link)
    brought = lines(list(restated_in(run.pk))) if run and claim is None else []
    if is_partial(request) and "standing" in request.GET:
        if claim is not None:
            return vary_on_partial(HttpResponse(status=204))
        standing_now = {"standing": standing(viewer(request), link, now)}
        return vary_on_partial(render(request, "components/standing.html", standing_now))
    shown = link_progress(link, run, chosen, now, claimed=claim is not None)
    context: dict[str, object] = {"progress": shown, "restated": brought}
    if is_partial(request):
        if claim is None and not shown.polls:
            context["standing_too"] = standing(viewer(request), link, now)
        response = render(request, "pages/_progress.html", context)
        if claim is None and "proving" in request.GET:
            response.headers["HX-Refresh"] = "true"
        return vary_on_partial(response)
    if claim is not None:
        context["claiming"] = claiming(link, claim, chosen)
    else:
        context |= {"standing": standing(viewer(request), link, now), "attention": unread(viewer(request), link)}
    return vary_on_partial(render(request, "pages/link_progress.html", context))


@require_POST
def start_sandbox(request: HttpRequest) -> HttpResponse:
    """Link the practice broker."""
    try:
        outcome = service.start_sandbox(viewer(request))
    except service.Refused as refusal:
        messages.error(request, said(refusal.message))
        return redirect("welcome")
    assert outcome.link is not None
    return redirect("link-progress", outcome.link.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def remove_sandbox(request: HttpRequest) -> HttpResponse:
    """Ask first; then take the practice broker and everything that came from it away."""
    if request.method != "POST":
        pretend = accounts_of(viewer(request)).filter(kind=AccountKind.SANDBOX)
        return render(request, "pages/sandbox_remove.html", {"trades": trips_in(pretend, Filter(include_incomplete=True)).count()})
    service.remove_sandbox(viewer(request))
    messages.success(request, _("The sandbox is gone, with everything that came from it."))
    return redirect("dashboard")


def known_broker(broker_id: str) -> Manifest:
    """A broker by its id, its texts in the reader's language; raises `Http404` for any other text."""
    try:
        return broker_in_words(broker_id)
    except KeyError:
        raise Http404(_("There is no such broker.")) from None
