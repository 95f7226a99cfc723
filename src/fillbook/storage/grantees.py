"""Logins at a broker that the operator made for single claims, each with a user id of its own that only one person is ever told.

That an account is granted to such a user id is therefore that person's doing, and nobody else's. What somebody granted to it may hold
long after they are gone, so it is never given to a second person: a user id that was removed is remembered without its password.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from fillbook.brokers.manifests import SettingKind, manifest
from fillbook.storage.models import BrokerService, EndpointKind, Link, LinkState, User
from fillbook.storage.sentences import message
from fillbook.storage.services import BadSetting, Login, checked, config_of, put_settings

MOST: Final = 5
"""User ids that one person is given at a broker; whoever claims more accounts than that shows it in another way."""
_LONGEST: Final = 64


@dataclass(frozen=True, slots=True)
class Grantee:
    """One of them. person: e-mail address of whom it was given to, "" for nobody or for somebody who is gone. error: why its last login
    failed, for the operator.
    """

    name: str
    given: bool
    person: str
    error: str
    changed_at: datetime | None


def name_of(broker_id: str) -> str:
    """The setting that names a login, "" where a broker's links share none."""
    settings = manifest(broker_id).settings
    return next((one.name for one in settings if one.of_login and one.kind is not SettingKind.SECRET), "")


def save(broker_id: str, changes: Mapping[str, str], now: datetime, endpoint: str = EndpointKind.LIVE) -> str:
    """Add a login for single claims, or change one: what is empty among its secrets stays as it is. Its user id.

    Raises:
        BadSetting: a value that cannot be. Nothing was changed.
    """
    called = name_of(broker_id)
    known = {one.name: one for one in manifest(broker_id).settings if one.of_login}
    given = {name: value for name, value in checked(broker_id, changes).items() if value}
    name = given.get(called, "")
    if not name or len(name) > _LONGEST or any(char.isspace() for char in name):
        raise BadSetting(called, message("user_id_form", most=_LONGEST))
    if name == config_of(broker_id, endpoint).values.get(called):
        raise BadSetting(called, message("user_id_shared"))
    for other in given.keys() - known.keys():
        raise BadSetting(other, message("not_of_login"))
    rows = _rows(broker_id, endpoint).filter(grantee=name)
    if len(given) == 1 and not rows.exists():
        raise BadSetting(called, message("no_password"))
    with transaction.atomic():
        put_settings(Login(broker_id, endpoint, name), given, now)
    return name


def listed(broker_id: str, endpoint: str = EndpointKind.LIVE) -> list[Grantee]:
    """Those that are set, oldest first."""
    rows = list(_rows(broker_id, endpoint).order_by("pk"))
    people = dict(User.objects.filter(pk__in=[row.given_to for row in rows if row.given_to]).values_list("pk", "email"))
    return [
        Grantee(row.grantee, row.given_to is not None, people.get(row.given_to or 0, ""), row.error_message, row.settings_changed_at)
        for row in rows
    ]


def remove(broker_id: str, name: str, endpoint: str = EndpointKind.LIVE) -> bool:
    """Forget a login; its user id goes to nobody any more unless nobody ever had it. Whether there was one."""
    rows = _rows(broker_id, endpoint).filter(grantee=name)
    if rows.filter(given_to=None).delete()[0]:
        return True
    return rows.update(sealed_settings="", sealed_session="", session_since=None, error_code="", error_message="", error_at=None) > 0


def links_of(broker_id: str, name: str, endpoint: str = EndpointKind.LIVE) -> list[Link]:
    """Links that are read with a login."""
    links = Link.objects.filter(broker=broker_id, endpoint=endpoint, grantee=name).exclude(state=LinkState.UNLINKED)
    return list(links.exclude(grantee="").select_related("owner").order_by("created_at", "pk"))


def offers(owner: User, broker_id: str, endpoint: str) -> bool:
    """Whether `give` has one for this person, as things stand."""
    return bool(_own(owner, broker_id, endpoint) or _new(owner, broker_id, endpoint))


def give(link: Link) -> str:
    """The user id for a link's claim: the one it has, else one that its owner had before, else one that nobody ever had; "" for none.

    Inside the caller's transaction.
    """
    owner = link.owner
    if link.grantee and _rows(link.broker, link.endpoint).filter(grantee=link.grantee, given_to=owner.pk).exists():
        return link.grantee
    if own := _own(owner, link.broker, link.endpoint):
        return own[0].grantee
    for row in _new(owner, link.broker, link.endpoint):
        if BrokerService.objects.filter(pk=row.pk, given_to=None).update(given_to=owner.pk):
            return row.grantee
    return ""


def _rows(broker_id: str, endpoint: str) -> QuerySet[BrokerService]:
    return BrokerService.objects.filter(broker=broker_id, endpoint=endpoint).exclude(grantee="").exclude(sealed_settings="")


def _own(owner: User, broker_id: str, endpoint: str) -> list[BrokerService]:
    """Those that this person has and none of their links uses."""
    used = Link.objects.filter(owner=owner, broker=broker_id, endpoint=endpoint).exclude(state=LinkState.UNLINKED).values("grantee")
    return list(_rows(broker_id, endpoint).filter(given_to=owner.pk, failures=0).exclude(grantee__in=used).order_by("pk"))


def _new(owner: User, broker_id: str, endpoint: str) -> list[BrokerService]:
    """Those that nobody ever had, unless this person has enough. One whose login was refused is not offered."""
    rows = _rows(broker_id, endpoint)
    if rows.filter(given_to=owner.pk).count() >= MOST:
        return []
    return list(rows.filter(given_to=None, failures=0).order_by("pk"))
