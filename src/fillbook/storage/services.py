"""What the operator set for a broker, sealed as one row; and the sessions of its logins there. No clock: who calls says when it is.

One login is shared by all links; others may be there for single claims (`grantees`), each a row of its own beside it. A sandbox broker's
settings are those of its manifest; only its session is kept here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from fillbook.brokers.interface import CONFIG, SESSION, BrokerConfig
from fillbook.brokers.manifests import Manifest, Setting, SettingKind, manifest
from fillbook.storage.logs import keep_out_of_logs
from fillbook.storage.models import BrokerService, EndpointKind, Instance
from fillbook.storage.secrets import vault
from fillbook.storage.sentences import message

_LONGEST: Final = 4000


class BadSetting(ValueError):
    """A value that a setting cannot have; the text says why. name: of the setting."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True, slots=True)
class Login:
    """One login at a broker. grantee: as `BrokerService` has it."""

    broker: str
    endpoint: str
    grantee: str = ""


@dataclass(frozen=True, slots=True)
class SharedValues:
    """A session in use. login: its number. values: name of the secret, with its prefix -> value; none while nobody is logged in."""

    login: int
    values: Mapping[str, str]


def service(login: Login) -> BrokerService:
    """The row of a login, made when it is first asked for."""
    return BrokerService.objects.get_or_create(broker=login.broker, endpoint=login.endpoint, grantee=login.grantee)[0]


def config_of(broker_id: str, endpoint: str = EndpointKind.LIVE, grantee: str = "") -> BrokerConfig:
    """What the operator set, without the secrets.

    Raises:
        CannotOpen: the settings were sealed with a key that is gone.
    """
    offered, given = manifest(broker_id).settings, _settings(Login(broker_id, endpoint, grantee))
    open_ones = {one.name: given.get(one.name) or one.default for one in offered if one.kind is not SettingKind.SECRET}
    return BrokerConfig(open_ones, frozenset(one.name for one in offered if one.kind is SettingKind.SECRET and given.get(one.name)))


def config_secrets(broker_id: str, endpoint: str = EndpointKind.LIVE, grantee: str = "") -> dict[str, str]:
    """Every value that the operator set, by the name that a request refers to it with; for the moment of sending."""
    given = _settings(Login(broker_id, endpoint, grantee))
    for one in manifest(broker_id).settings:
        if one.kind is SettingKind.SECRET and one.name in given:
            keep_out_of_logs(given[one.name])
    return {f"{CONFIG}{name}": value for name, value in given.items()}


def save_settings(broker_id: str, changes: Mapping[str, str], now: datetime) -> BrokerConfig:
    """Set what is in `changes`, and forget what is empty in it. The session ends; the next request logs in anew.

    A host that is none of the broker's own marks this instance as a test instance, for good.

    Raises:
        BadSetting: a value that cannot be, or a name that there is not. Nothing was changed.
    """
    offered = manifest(broker_id)
    cleaned = checked(broker_id, changes)
    with transaction.atomic():
        kept = put_settings(Login(broker_id, EndpointKind.LIVE), cleaned, now)
        if _overridden(offered, kept):
            Instance.load()
            Instance.objects.update(is_test_instance=True)
    return config_of(broker_id)


def checked(broker_id: str, changes: Mapping[str, str]) -> dict[str, str]:
    """Values as they are kept.

    Raises:
        BadSetting: a value that cannot be, or a name that there is not.
    """
    offered = manifest(broker_id)
    return {name: _checked(offered, name, value) for name, value in changes.items()}


def put_settings(login: Login, changes: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Set values of one login, and forget those that are empty; its session ends. What is set now. Inside the caller's transaction."""
    row = BrokerService.objects.select_for_update().get(pk=service(login).pk)
    kept = {name: value for name, value in {**_opened(row.sealed_settings, row.settings_aad), **changes}.items() if value}
    row.sealed_settings = vault().seal(json.dumps(kept), row.settings_aad) if kept else ""
    row.settings_changed_at = now
    row.sealed_session, row.session_since, row.login = "", None, row.login + 1
    row.failures, row.next_login_at, row.error_code, row.error_message, row.error_at = 0, None, "", "", None
    row.save()
    return kept


def session_of(login: Login) -> SharedValues:
    """The session in use, for the moment of sending."""
    row = service(login)
    return SharedValues(row.login, _named(_opened(row.sealed_session, row.session_aad)))


def begin_login(login: Login, seen: int, now: datetime, until: datetime) -> SharedValues | datetime | None:
    """Become the one who logs in.

    Args:
        login: which one.
        seen: number of the session that has ended.
        now: the moment.
        until: when somebody else may, should this process die.

    Returns:
        None: the caller is the one. A session: somebody else has logged in meanwhile. A moment: nobody may before that.
    """
    with transaction.atomic():
        row = BrokerService.objects.select_for_update().get(pk=service(login).pk)
        if row.login > seen and row.sealed_session:
            return SharedValues(row.login, _named(_opened(row.sealed_session, row.session_aad)))
        held = max((moment for moment in (row.next_login_at, row.logging_in_until) if moment and moment > now), default=None)
        if held is not None:
            return held
        row.logging_in_until = until
        row.save(update_fields=["logging_in_until"])
    return None


def end_login(login: Login, values: Mapping[str, str], now: datetime, next_at: datetime) -> SharedValues:
    """Keep a new session, and let nobody log in before `next_at`."""
    with transaction.atomic():
        row = BrokerService.objects.select_for_update().get(pk=service(login).pk)
        row.sealed_session = vault().seal(json.dumps(dict(values)), row.session_aad)
        row.session_since, row.login = now, row.login + 1
        row.logging_in_until, row.failures, row.next_login_at = None, 0, next_at
        row.error_code, row.error_message, row.error_at = "", "", None
        row.save()
    return SharedValues(row.login, _named(values))


def fail_login(login: Login, code: str, message: str, now: datetime, next_at: datetime, *, refused: bool) -> None:
    """Note why a login failed, and let nobody try before `next_at`. refused: the broker did not accept it."""
    with transaction.atomic():
        row = BrokerService.objects.select_for_update().get(pk=service(login).pk)
        row.logging_in_until, row.failures, row.next_login_at = None, row.failures + refused, next_at
        row.error_code, row.error_message, row.error_at = code[:40], message, now
        row.save()


def _settings(login: Login) -> dict[str, str]:
    """What holds for a login: all that is set, with name and password of a claim's own in place of the shared ones."""
    if login.endpoint == EndpointKind.SANDBOX:
        shared = dict(manifest(login.broker).sandbox_settings)
    else:
        shared = _kept(Login(login.broker, login.endpoint))
    if not login.grantee:
        return shared
    of_login = {one.name for one in manifest(login.broker).settings if one.of_login}
    return {name: value for name, value in shared.items() if name not in of_login} | _kept(login)


def _kept(login: Login) -> dict[str, str]:
    row = BrokerService.objects.filter(broker=login.broker, endpoint=login.endpoint, grantee=login.grantee).first()
    return _opened(row.sealed_settings, row.settings_aad) if row else {}


def _opened(sealed: str, aad: str) -> dict[str, str]:
    values: dict[str, str] = json.loads(vault().open(sealed, aad)) if sealed else {}
    return values


def _named(values: Mapping[str, str]) -> dict[str, str]:
    for value in values.values():
        keep_out_of_logs(value)
    return {f"{SESSION}{name}": value for name, value in values.items()}


def _overridden(offered: Manifest, given: Mapping[str, str]) -> bool:
    """Whether a host was set that is none of the broker's own."""
    hosts = (one for one in offered.settings if one.kind is SettingKind.HOST)
    return any(given.get(one.name, "") not in {"", *one.choices} for one in hosts)


def _checked(offered: Manifest, name: str, value: str) -> str:
    try:
        setting = offered.setting(name)
    except KeyError:
        raise BadSetting(name, message("no_setting", broker=offered.name, name=name)) from None
    value = value.strip()
    problem = _problem(setting, value) if value else ""
    if problem:
        raise BadSetting(name, problem)
    return value


def _problem(setting: Setting, value: str) -> str:
    if len(value) > _LONGEST or not value.isprintable():
        return message("setting_signs", label=setting.label)
    if setting.kind is SettingKind.CHOICE and value not in setting.choices:
        return message("setting_choice", label=setting.label, choices=", ".join(setting.choices))
    if setting.kind is SettingKind.NUMBER and not (value.isascii() and value.isdigit()):
        return message("setting_number", label=setting.label)
    if setting.kind is SettingKind.HOST and not _is_host(value):
        return message("setting_host", label=setting.label)
    return ""


def _is_host(value: str) -> bool:
    labels = value.split(".")
    return len(labels) > 1 and all(part.isascii() and part.replace("-", "").isalnum() and part == part.lower() for part in labels)
