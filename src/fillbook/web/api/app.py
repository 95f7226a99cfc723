"""The API put together: its operations, its description, its addresses under /api/v1/."""

import copy
from functools import lru_cache
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.urls.resolvers import RoutePattern
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

import fillbook
from fillbook.web.api.declaring import door, strict
from fillbook.web.api.etags import NotModified, not_modified, tagged
from fillbook.web.api.problems import answer, install, missing
from fillbook.web.api.routes import accounts, campaigns, figures, history, links, notices, reports, trades, words

DESCRIPTION: Final = """What the pages of this Fillbook show, as JSON, for whoever holds a personal token.

Money, prices and quantities are decimal texts, exact as computed; the currency stands beside them. A positive number means the account has
more of it afterwards. Times have their zone; days are the broker's own trade dates. What does not exist or is not known is null, never 0.

Lists come in pages: send `next` as `cursor`. Every read has an ETag: send it as `If-None-Match`, and what has not changed is answered with
304 and no body. Every failure has the shape of `ProblemAnswer`. Each read names the command of `fillbook` that gives the same (`x-cli`)."""


def _same(_request: HttpRequest, same: Any) -> HttpResponse:
    return not_modified(same.etag)


api = NinjaAPI(
    title="Fillbook",
    version=fillbook.__version__,
    description=DESCRIPTION,
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
)
install(api)
api.add_exception_handler(NotModified, _same)
api.add_decorator(strict, mode="view")
for part in (accounts, history, links, notices, trades, campaigns, figures, reports, words):
    api.add_router("", part.router)


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """The API in OpenAPI 3.1. Parameters that may be left out are never null, so no schema of one says so."""
    found: dict[str, Any] = copy.deepcopy(dict(api.get_openapi_schema(path_prefix="/api/v1/")))
    for operations in found["paths"].values():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                parameter["schema"] = _not_null(parameter["schema"])
            operation["responses"] = {str(status): part for status, part in operation["responses"].items()}
    return found


def _not_null(schema: dict[str, Any]) -> dict[str, Any]:
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) != 1 or len(kinds) == len(schema["anyOf"]):
        return schema
    plain: dict[str, Any] = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    plain.update(kinds[0])
    return plain


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The description, for programs: it tells nothing of anybody, so anybody may read it."""
    return tagged(request, JsonResponse(description()))


def unknown(request: HttpRequest, rest: str) -> HttpResponse:  # noqa: ARG001 - told to nobody
    """There is no such address."""
    return answer(missing())


def _addresses() -> list[URLPattern]:
    """Those of the operations. Several of one path share the first one's view, which tells them apart by method."""
    found = []
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and isinstance(pattern.pattern, RoutePattern) and pattern.name != "api-root":
            found.append(URLPattern(pattern.pattern, door(pattern.callback), pattern.default_args, pattern.name))
    return found


urlpatterns = [path("openapi.json", door(openapi), name="openapi"), *_addresses(), path("<path:rest>", door(unknown), name="unknown")]
app_name = "api"
