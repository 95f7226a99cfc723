"""A statement that the user already has: choose the file, look at what it would change, then say yes or no."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fillbook.storage.access import run_for
from fillbook.storage.restated import restated_in
from fillbook.sync import uploads
from fillbook.web.brokerwords import brokers_in_words, said
from fillbook.web.pages.findings import read_findings
from fillbook.web.pages.linking import known_broker
from fillbook.web.pages.progress import upload_progress
from fillbook.web.pages.restated import lines
from fillbook.web.viewer import is_partial, vary_on_partial, viewer


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file and look into it. Nothing of it is in the ledger before its owner says so."""
    error = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            error = _("Choose a file first.")
        else:
            preview = uploads.preview_upload(viewer(request), file.name or "", file.chunks())
            if preview.preview_id is not None:
                return redirect("upload-preview", preview.preview_id)
            error = said(preview.error)
    brokers = [one for one in brokers_in_words() if one.uploads]
    kinds = [kind for one in brokers for kind in one.uploads]
    accepts = ",".join(sorted({suffix for kind in kinds for suffix in kind.suffixes}))
    context = {
        "brokers": brokers,
        "accepts": accepts,
        "error": error,
        "limit": settings.UPLOAD_LIMIT,
    }
    return render(request, "pages/upload.html", context, status=422 if error else 200)


@require_safe
def preview(request: HttpRequest, statement_id: str) -> HttpResponse:
    """What accepting the file would change, account by account."""
    found = uploads.look_again(viewer(request), statement_id)
    context = {
        "preview": found,
        "broker": known_broker(found.broker) if found.broker else None,
        "findings": read_findings(found.findings, found.broker),
    }
    return render(request, "pages/upload_preview.html", context)


@require_POST
def accept(request: HttpRequest, statement_id: str) -> HttpResponse:
    """Write the file into the ledger."""
    run = uploads.accept_upload(viewer(request), statement_id)
    return redirect("upload-progress", run.pk)


@require_POST
def discard(request: HttpRequest, statement_id: str) -> HttpResponse:
    """Forget the file."""
    uploads.discard_upload(viewer(request), statement_id)
    messages.success(request, _("Discarded. Nothing was changed."))
    return redirect("upload")


@require_safe
def progress(request: HttpRequest, run_id: str) -> HttpResponse:
    """How far the writing is."""
    run = run_for(viewer(request), run_id)
    context = {"progress": upload_progress(run, timezone.now()), "restated": lines(list(restated_in(run.pk)))}
    template = "pages/_progress.html" if is_partial(request) else "pages/link_progress.html"
    return vary_on_partial(render(request, template, context))
