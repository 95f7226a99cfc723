"""Pages for what went wrong: what happened, what it means for the reader's data, what to do."""

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.views.decorators.csrf import requires_csrf_token

_log = logging.getLogger(__name__)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - told to nobody
    """404: there is no such page, or it is somebody else's; nobody is told which."""
    return render(request, "errors/404.html", status=404)


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - told to nobody
    """403."""
    return render(request, "errors/403.html", status=403)


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - told to nobody
    """400: the request itself was malformed or too large."""
    return render(request, "errors/400.html", status=400)


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of the CSRF check: the form was too old, or did not come from us."""
    _log.warning("A form was refused: %s", reason)
    return render(request, "errors/csrf.html", status=403)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. The reference is in the log beside the error; the page tells nothing else.

    Neither user nor database is asked, for they may be what broke.
    """
    reference = secrets.token_hex(4)
    _log.error("Reference %s stands for the error above, at %s %s", reference, request.method, request.path)
    return HttpResponse(loader.get_template("errors/500.html").render({"reference": reference}), status=500)
