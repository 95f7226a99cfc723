"""Writes that are held to what was read: with `If-Match` they are done only while their address still answers with that ETag."""

from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any, Final, TypeVar, cast

from django.http import HttpRequest
from django.urls import resolve
from django.utils.http import parse_etags

from fillbook.storage.people import alone
from fillbook.web.api.problems import Problem
from fillbook.web.api.tokens import asker

F = TypeVar("F", bound=Callable[..., Any])
_CONDITIONS: Final = ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH")


def held(run: F) -> F:
    """Look and write at once, so that of two programs that read the same only one writes."""

    @wraps(run)
    def looked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        wanted = request.headers.get("If-Match")
        if wanted is None:
            return run(request, *args, **kwargs)
        with alone(asker(request)):
            etag = _etag_now(request)
            if not etag or not {"*", etag} & set(parse_etags(wanted)):
                raise Problem("changed", "This address does not answer with that ETag (any more).", "Read it again, then decide again.")
            return run(request, *args, **kwargs)

    return cast("F", looked)


def _etag_now(request: HttpRequest) -> str:
    """Of what the address answers with when it is read; "" where nothing can be read, or there is nothing."""
    as_read = copy(request)
    as_read.method = "GET"
    as_read.META = {name: value for name, value in request.META.items() if name not in _CONDITIONS}
    vars(as_read).pop("headers", None)  # made of what stands in META, and kept
    view, args, kwargs = resolve(request.path_info)
    return str(view(as_read, *args, **kwargs).headers.get("ETag", ""))
