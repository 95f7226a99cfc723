"""Amounts out of sight: with the switch on, a page keeps signs, percentages and shapes and says no amount and no quantity anywhere.

It is decided where numbers become text (`web.readable`) and where they become charts (`web.charts`), so that no page can forget it and
nothing stands in the source of a page that its reader does not see.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from django.http import HttpRequest, HttpResponse

from fillbook.storage.models import User

MASK: Final = "\u2022\u2022\u2022"
"""What stands for an amount."""
_hidden: ContextVar[bool] = ContextVar("amounts_hidden", default=False)


class Privacy:
    """Hides amounts on every page of a user who wants that."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the switch for this answer."""
        user = request.user
        token = _hidden.set(isinstance(user, User) and user.hides_money)
        try:
            return self._get_response(request)
        finally:
            _hidden.reset(token)


@contextmanager
def hidden_for(wanted: bool) -> Iterator[None]:
    """Hide amounts, or not, in what is made meanwhile, whatever the switch says."""
    token = _hidden.set(wanted)
    try:
        yield
    finally:
        _hidden.reset(token)


def amounts_hidden() -> bool:
    """Whether the page in the making may show no amount."""
    return _hidden.get()


def shape(values: Iterable[float]) -> list[float]:
    """Heights of a chart: as they are, or as parts of the largest when amounts are hidden."""
    found = list(values)
    if not amounts_hidden():
        return found
    largest = max((abs(value) for value in found), default=0.0)
    return [round(value / largest, 4) for value in found] if largest else found
