"""Who may see what: the only way to a private row.

Everything private belongs to an account, a link or a statement, and each of these to one owner. A row of somebody else's and a row that
does not exist are told apart by nothing: both raise the same `Http404`.
"""

from typing import Final, TypeVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet
from django.db.models.functions import Lower
from django.http import Http404

from fillbook.storage.former import formerly
from fillbook.storage.models import (
    ApiToken,
    BrokerAccount,
    CampaignRow,
    Link,
    LinkState,
    Note,
    Notice,
    RawStatement,
    Restatement,
    RoundTripRow,
    RunKind,
    SavedView,
    SyncRun,
    Tag,
    TripOverride,
    User,
)

Viewer = User | AnonymousUser
"""Who asks. Nobody who is not signed in owns anything."""

M = TypeVar("M", bound=Model)
_LONGEST_NUMBER: Final = 18


def accounts_of(viewer: Viewer) -> QuerySet[BrokerAccount]:
    """The viewer's accounts, in a fixed order."""
    return _owned(BrokerAccount.objects.filter(hidden=False).select_related("link"), viewer).order_by("kind", "broker", "number", "pk")


def account_for(viewer: Viewer, account_id: int | str) -> BrokerAccount:
    """One account of the viewer's.

    Raises:
        Http404: there is none with this id, or it is somebody else's.
    """
    return _one(accounts_of(viewer), _number(account_id))


def links_of(viewer: Viewer) -> QuerySet[Link]:
    """The viewer's links, oldest first; unlinked ones are gone."""
    return _owned(Link.objects.all(), viewer).exclude(state=LinkState.UNLINKED).order_by("created_at", "pk")


def link_for(viewer: Viewer, link_id: UUID | str) -> Link:
    """One link of the viewer's; raises `Http404` as `account_for`."""
    try:
        key = link_id if isinstance(link_id, UUID) else UUID(link_id)
    except ValueError:
        key = None
    return _one(links_of(viewer), key)


def trips_of(viewer: Viewer) -> QuerySet[RoundTripRow]:
    """All round trips of the viewer's accounts."""
    if not viewer.is_authenticated:
        return RoundTripRow.objects.none()
    return RoundTripRow.objects.filter(account__owner=viewer, account__hidden=False).select_related("account", "instrument")


def trip_for(viewer: Viewer, key: str) -> RoundTripRow:
    """One round trip by its public id, or by one that it had before its fills were numbered anew; raises `Http404` as `account_for`.

    The id is made of the account's number; where the viewer has one number twice (as a real and as a sandbox account), the real one's.
    """
    found = trips_of(viewer).filter(key=key).order_by("account__kind", "account_id").first() or _formerly(viewer, key)
    if found is None:
        raise _missing()
    return found


def _formerly(viewer: Viewer, key: str) -> RoundTripRow | None:
    """The round trip that a former public id leads to."""
    found = formerly(key, accounts_of(viewer).values_list("pk", flat=True))
    return None if found is None else trips_of(viewer).filter(pk=found.pk).first()


def campaign_for(viewer: Viewer, key: str) -> CampaignRow:
    """One campaign of the viewer's by the public id of its first leg, or else of any leg; raises `Http404` as `account_for`.

    An earlier leg that is added gives a campaign another key, and what was kept of it leads there still.
    """
    mine = (
        CampaignRow.objects.filter(account__owner=viewer, account__hidden=False) if viewer.is_authenticated else CampaignRow.objects.none()
    )
    ordered = mine.select_related("account", "own").order_by("account__kind", "account_id")
    found = ordered.filter(key=key).first() or ordered.filter(trips__trip__key=key).first()
    if found is None and (trip := _formerly(viewer, key)) is not None:
        found = ordered.filter(trips__trip=trip).first()
    if found is None:
        raise _missing()
    return found


def statements_of(viewer: Viewer) -> QuerySet[RawStatement]:
    """The viewer's statements, newest first, without their bytes."""
    return _owned(RawStatement.objects.exclude(coverages__account__hidden=True).defer("content"), viewer).order_by("-received_at", "-pk")


def statement_for(viewer: Viewer, statement_id: int | str) -> RawStatement:
    """One statement of the viewer's; raises `Http404` as `account_for`."""
    return _one(statements_of(viewer), _number(statement_id))


def runs_of(viewer: Viewer) -> QuerySet[SyncRun]:
    """The viewer's sync runs, newest first; looks that fetch nothing are none of theirs."""
    return _owned(SyncRun.objects.exclude(kind=RunKind.CHECK).select_related("link"), viewer).order_by("-created_at", "-pk")


def run_for(viewer: Viewer, run_id: int | str) -> SyncRun:
    """One sync run of the viewer's; raises `Http404` as `account_for`."""
    return _one(runs_of(viewer), _number(run_id))


def restatement_for(account: BrokerAccount, number: int | str) -> Restatement:
    """One restatement of an account whose access was checked; raises `Http404` as `account_for`."""
    found = Restatement.objects.filter(account=account).select_related("statement").defer("statement__content")
    return _one(found, _number(number))


def note_for(viewer: Viewer, note_id: int | str) -> Note:
    """One note of the viewer's; raises `Http404` as `account_for`."""
    return _one(_owned(Note.objects.select_related("account"), viewer), _number(note_id))


def tag_for(viewer: Viewer, tag_id: int | str) -> Tag:
    """One tag of the viewer's; raises `Http404` as `account_for`."""
    return _one(_owned(Tag.objects.all(), viewer), _number(tag_id))


def notices_of(viewer: Viewer) -> QuerySet[Notice]:
    """What the viewer was told, newest first."""
    return _owned(Notice.objects.select_related("link", "account"), viewer).order_by("-created_at", "-pk")


def notice_for(viewer: Viewer, notice_id: int | str) -> Notice:
    """One notice of the viewer's; raises `Http404` as `account_for`."""
    return _one(notices_of(viewer), _number(notice_id))


def views_of(viewer: Viewer) -> QuerySet[SavedView]:
    """The viewer's saved views, by name."""
    return _owned(SavedView.objects.all(), viewer).order_by(Lower("name"), "pk")


def view_for(viewer: Viewer, view_id: int | str) -> SavedView:
    """One saved view of the viewer's; raises `Http404` as `account_for`."""
    return _one(views_of(viewer), _number(view_id))


def tokens_of(viewer: Viewer) -> QuerySet[ApiToken]:
    """The viewer's tokens for the API, newest first."""
    return _owned(ApiToken.objects.all(), viewer).order_by("-created_at", "-pk")


def token_for(viewer: Viewer, token_id: int | str) -> ApiToken:
    """One token of the viewer's; raises `Http404` as `account_for`."""
    return _one(tokens_of(viewer), _number(token_id))


def override_for(viewer: Viewer, override_id: int | str) -> TripOverride:
    """One cut or join of the viewer's; raises `Http404` as `account_for`."""
    mine = TripOverride.objects.filter(account__owner=viewer) if viewer.is_authenticated else TripOverride.objects.none()
    return _one(mine, _number(override_id))


def _owned(rows: QuerySet[M], viewer: Viewer) -> QuerySet[M]:
    return rows.filter(owner=viewer) if viewer.is_authenticated else rows.none()


def _number(text: int | str) -> int | None:
    """A row's number as a URL writes it; None for anything else, huge numbers included."""
    if isinstance(text, str):
        if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
            return None
        text = int(text)
    return text if 0 < text < 2**63 else None


def _one(rows: QuerySet[M], key: int | UUID | None) -> M:
    found = None if key is None else rows.filter(pk=key).first()
    if found is None:
        raise _missing()
    return found


def _missing() -> Http404:
    return Http404("There is no such page.")
