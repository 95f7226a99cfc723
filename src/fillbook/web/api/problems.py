"""Every answer that is no success has one shape: what is wrong, where, and what to do."""

import logging
import secrets
from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import Field, NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from fillbook.web.api.wording import nothing_at, refusal_of

_log = logging.getLogger(__name__)

TITLES: Final = {
    "bad_request": "The request cannot be read.",
    "unauthorized": "There is no valid token with this request.",
    "forbidden": "This token may not do that.",
    "not_found": "There is no such thing here.",
    "method_not_allowed": "This address cannot be asked in this way.",
    "conflict": "This cannot be done at present.",
    "changed": "This is not as it was read.",
    "invalid": "A value cannot be used.",
    "too_many": "Too many requests with tokens that do not work.",
    "server_error": "Something went wrong on our side.",
}
STATUS: Final = {
    "bad_request": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "changed": 412,
    "invalid": 422,
    "too_many": 429,
    "server_error": 500,
}

_ARGUMENTS: Final = frozenset({"asked", "paging", "listing", "detail", "kind", "data"})
"""What operations call the parameters that they take together."""


class Where(Schema):
    """One value that cannot be used."""

    field: str = Field(description="Name of the parameter or of the field of the body, such as `from` or `plan.stop`.")
    detail: str = Field(description="Why it cannot be used.")


class ProblemAnswer(Schema):
    """What is wrong, where, and what to do."""

    type: str = Field(description="A code that does not change.", examples=["invalid"])
    title: str = Field(description="The same in a sentence.")
    detail: str = Field(description="What is wrong with this request.")
    where: list[Where] = Field(description="The values that are meant; empty where none is.")
    remedy: str = Field(description="What to do about it.")


class Problem(Exception):
    """An answer that is no success."""

    def __init__(
        self, kind: str, detail: str, remedy: str = "", where: list[tuple[str, str]] | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.remedy = remedy
        self.where = where or []
        self.headers = headers or {}


def missing(request: HttpRequest | None = None) -> Problem:
    """For what is not there, and alike for what is somebody else's. request: whose address names it."""
    match = getattr(request, "resolver_match", None)
    parts = match.kwargs if match else {}
    detail, remedy = nothing_at(parts)
    return Problem("not_found", detail, remedy, [(name, "Nothing of yours has it.") for name in parts] if len(parts) == 1 else [])


def refuse(field: str, detail: str, remedy: str = "Change it and ask again.") -> Problem:
    """For one value that cannot be used."""
    return Problem("invalid", f"{field}: {detail}", remedy, [(field, detail)])


def gone(field: str, detail: str, remedy: str) -> Problem:
    """For a value that names something which is not there."""
    return Problem("not_found", f"{field}: {detail}", remedy, [(field, detail)])


def answer(problem: Problem) -> HttpResponse:
    """The problem as an answer."""
    body = {
        "type": problem.kind,
        "title": TITLES[problem.kind],
        "detail": problem.detail,
        "where": [{"field": field, "detail": detail} for field, detail in problem.where],
        "remedy": problem.remedy,
    }
    headers = {"Cache-Control": "no-store", **problem.headers}
    return JsonResponse(body, status=STATUS[problem.kind], headers=headers, json_dumps_params={"ensure_ascii": False})


def install(api: NinjaAPI) -> None:
    """Let everything that goes wrong within an operation end in this shape."""
    api.add_exception_handler(Problem, lambda _request, problem: answer(problem))  # type: ignore[arg-type]
    api.add_exception_handler(Http404, lambda request, _error: answer(missing(request)))
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, _refused)
    for kind in (SuspiciousOperation, RequestDataTooBig):
        api.add_exception_handler(kind, lambda _request, _error: unreadable())
    api.add_exception_handler(Exception, _our_fault)


def not_allowed(allowed: str) -> HttpResponse:
    """405. What can be read can be asked for its headers alone, too."""
    methods = set(allowed.split(", "))
    allowed = ", ".join(sorted(methods | {"HEAD"} if "GET" in methods else methods))
    return answer(Problem("method_not_allowed", f"It can be asked with {allowed}.", "See the reference.", headers={"Allow": allowed}))


def unreadable() -> HttpResponse:
    """400."""
    return answer(Problem("bad_request", "The request is malformed or too large.", "Send JSON as the reference shows it."))


def _invalid(_request: HttpRequest, error: Any) -> HttpResponse:
    where = [(field, refusal_of(field, one)) for one in error.errors for field in [_name(one["loc"])]]
    detail = " ".join(f"{field}: {words}" for field, words in where)
    return answer(Problem("invalid", detail[:2000], "Change what is named; the API reference tells of each value.", where[:50]))


def _name(place: tuple[str | int, ...]) -> str:
    """`query.asked.from` is `from`: where the framework found it is nothing to the reader."""
    parts = [str(part) for part in place[1:]]
    if parts and parts[0] in _ARGUMENTS:
        parts = parts[1:]
    return ".".join(parts) or str(place[0])


def _refused(_request: HttpRequest, error: Any) -> HttpResponse:
    return answer(Problem("bad_request", str(error.message)[:200], "Send JSON as the reference shows it."))


def _our_fault(request: HttpRequest, error: Any) -> HttpResponse:
    """The reference is in the log beside the error; the answer tells nothing else."""
    reference = secrets.token_hex(4)
    _log.error("Reference %s stands for the error at %s %s", reference, request.method, request.path, exc_info=error)
    return answer(Problem("server_error", f"The log names it as {reference}.", "Try again; tell whoever runs this Fillbook if it stays."))
