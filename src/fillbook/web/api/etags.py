"""Answers that did not change are not sent again: `If-None-Match` with the ETag of the last answer gives 304.

An ETag is the hash of the answer's bytes. Figures that are made of round trips alone get theirs from what round trips are made of
(`storage.state`) and the address, so that an answer that did not change is not even computed.
"""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags

import fillbook
from fillbook.storage.state import state_of
from fillbook.web.api.tokens import asker


class NotModified(Exception):
    """The asker has this answer already."""

    def __init__(self, etag: str) -> None:
        super().__init__(etag)
        self.etag = etag


def by_state(request: HttpRequest) -> None:
    """Give an answer that the round trips alone decide its ETag, before anything is read for it.

    What changes meanwhile is then told under the ETag of what was before, and asked for once more; the other way round the old answer
    would keep the new ETag, and never be asked for again.

    Raises:
        NotModified: the asker has it.
    """
    query = "&".join(sorted(f"{name}={value}" for name, values in request.GET.lists() for value in values))
    parts = (fillbook.__version__, state_of(asker(request)), request.path, query)
    etag = _quoted(hashlib.sha256("\0".join(parts).encode()).hexdigest())
    if etag in _asked(request):
        raise NotModified(etag)
    known: Any = request
    known.etag = etag


def tagged(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """An answer with its ETag, or 304 where the asker has it."""
    if response.status_code != 200 or request.method not in ("GET", "HEAD"):
        response.headers.setdefault("Cache-Control", "no-store")
        return response
    etag = getattr(request, "etag", "") or _quoted(hashlib.sha256(response.content).hexdigest())
    if {"*", etag} & _asked(request):
        return not_modified(etag)
    response.headers["ETag"] = etag
    return _private(response)


def not_modified(etag: str) -> HttpResponse:
    """304."""
    return _private(HttpResponseNotModified(headers={"ETag": etag}))


def _private(response: HttpResponse) -> HttpResponse:
    """Kept by the asker alone, and asked about each time."""
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _quoted(digest: str) -> str:
    return f'"{digest[:40]}"'


def _asked(request: HttpRequest) -> set[str]:
    """The ETags that the asker has answers of; * for any."""
    return {one.removeprefix("W/") for one in parse_etags(request.headers.get("If-None-Match", ""))}
