"""How an operation is declared: its name, its scope, its answer, and the command that gives the same."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from ninja import Router

from fillbook.storage.tokens import Scope
from fillbook.web.api.etags import tagged
from fillbook.web.api.holding import held
from fillbook.web.api.problems import Problem, ProblemAnswer, answer, not_allowed, unreadable
from fillbook.web.api.tokens import Token

F = TypeVar("F", bound=Callable[..., Any])
Run = Callable[..., HttpResponseBase]

_FAILS: Final = {400: ProblemAnswer, 401: ProblemAnswer, 403: ProblemAnswer, 404: ProblemAnswer, 422: ProblemAnswer, 429: ProblemAnswer}


def read(router: Router, path: str, found: Any, *, name: str, twin: str, exclude_unset: bool = False) -> Callable[[F], F]:
    """A GET. found: the schema of the answer. twin: the command with which a terminal reads the same."""
    return router.get(
        path,
        response={200: found, 304: None, **_FAILS},
        auth=Token(Scope.READ),
        operation_id=name,
        url_name=name,
        exclude_unset=exclude_unset,
        by_alias=True,
        openapi_extra={"x-cli": twin, "x-scope": Scope.READ.value},
    )


def write(
    router: Router, method: str, path: str, found: Any, *, name: str, status: int = 200, scope: Scope = Scope.WORDS
) -> Callable[[F], F]:
    """A PUT, POST or DELETE. found: the schema of the answer, None for none. status: of success."""
    operation = router.api_operation(
        [method],
        path,
        response={status: found, **_FAILS, 409: ProblemAnswer, 412: ProblemAnswer},
        auth=Token(scope),
        operation_id=name,
        url_name=name,
        openapi_extra={"x-scope": scope.value},
    )
    return lambda run: operation(held(run))


def strict(run: Run) -> Run:
    """Refuse a parameter that the operation does not have, or one given twice: either would silently answer for something else."""
    operation: Any = run.__self__  # type: ignore[attr-defined]
    known = {
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in getattr(model, "__ninja_flatten_map__", ())
    }

    @wraps(run)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        unknown = sorted(set(request.GET) - known)
        twice = sorted(name for name, values in request.GET.lists() if len(values) > 1)
        if unknown:
            where = [(name[:60], "There is no such parameter.") for name in unknown[:10]]
            remedy = f"The parameters are: {', '.join(sorted(known))}." if known else "It takes none."
            told = ", ".join(name for name, _ in where)
            return answer(Problem("invalid", f"This address has no parameter {told}.", remedy, where))
        if twice:
            where = [(name, "It is given more than once.") for name in twice]
            told = f"{', '.join(twice)}: given more than once."
            return answer(Problem("invalid", told, "Write several accounts, tags or bands with commas.", where))
        return run(request, *args, **kwargs)

    return checked


def door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """An operation as an address: open to whoever has a token, with an ETag, and with problems of the one shape."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        method = request.method
        try:
            request.method = "GET" if method == "HEAD" else method  # the server leaves the body out
            response = view(request, *args, **kwargs)
        except SuspiciousOperation:  # more parameters than anybody has
            response = unreadable()
        finally:
            request.method = method
        if isinstance(response, HttpResponseNotAllowed):
            return not_allowed(response.headers["Allow"])
        return tagged(request, response)

    opened.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie opens anything here
    opened.login_required = False  # type: ignore[attr-defined]  # a token does
    return opened
