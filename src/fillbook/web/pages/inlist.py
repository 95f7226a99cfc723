"""The list that a trade was opened from: the way back to it, and the trades beside it there, so that one can be read after the other."""

from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.urls import reverse

from fillbook.performance.filters import Filter, TripStatus
from fillbook.storage.choosing import incomplete_in, trips_in
from fillbook.storage.models import RoundTripRow, User
from fillbook.storage.paging import Cursor, page_of
from fillbook.web.pages.scope import scope
from fillbook.web.pages.trades import Asked


@dataclass(frozen=True, slots=True)
class InList:
    """back: the list. before, after: the pages of the trades beside this one, "" at its ends and where the trade is not in it."""

    back: str
    before: str = ""
    after: str = ""


def in_list(request: HttpRequest, user: User, trip: RoundTripRow) -> InList:
    """What the query of a trade's address says, which is that of its list; without one, all trades, or its account's if not among those.

    Raises:
        Http404: the address names accounts, and none of them is the viewer's.
    """
    asked = Asked.read(request, user)
    if not request.GET and not _holds(asked, trip):
        status = TripStatus.OPEN if trip.is_open else TripStatus.CLOSED
        asked = replace(asked, about=scope(user, Filter(accounts=(str(trip.account_id),), status=status)))
    if not _holds(asked, trip):
        return InList(asked.url())
    beside = (_beside(asked, Cursor(trip.key, backwards, trip.account_id)) for backwards in (True, False))
    return InList(asked.url(), *beside)


def _holds(asked: Asked, trip: RoundTripRow) -> bool:
    if trip.account_id not in {account.pk for account in asked.about.accounts}:
        return False
    take = incomplete_in if asked.only else trips_in
    return take([trip.account], asked.about.chosen).filter(pk=trip.pk).exists()


def _beside(asked: Asked, cursor: Cursor) -> str:
    page = page_of(asked.about.accounts, asked.about.chosen, asked.order, cursor, size=1, only_incomplete=bool(asked.only))
    return asked.url(path=reverse("trade", args=[page.rows[0].key])) if page.rows else ""
