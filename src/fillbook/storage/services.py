"""What the operator set for a broker, sealed as one row; and the session that its links share. No clock: who calls says when it is.

A sandbox broker's settings are those of its manifest; only its session is kept here.
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

_LONGEST: Final = 4000


class BadSetting(ValueError):
    """A value that a setting cannot have; the text says why. name: of the setting."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True, slots=True)
class SharedValues:
    """A session in use. login: its number. values: name of the secret, with its prefix -> value; none while nobody is logged in."""

    login: int
    values: Mapping[str, str]


def service(broker_id: str, endpoint: str) -> BrokerService:
    """The row of a broker at an endpoint, made when it is first asked for."""
    return BrokerService.objects.get_or_create(broker=broker_id, endpoint=endpoint)[0]


def config_of(broker_id: str, endpoint: str = EndpointKind.LIVE) -> BrokerConfig:
    """What the operator set, without the secrets.

    Raises:
        CannotOpen: the settings were sealed with a key that is gone.
    """
    offered, given = manifest(broker_id).settings, _settings(broker_id, endpoint)
    open_ones = {one.name: given.get(one.name) or one.default for one in offered if one.kind is not SettingKind.SECRET}
    return BrokerConfig(open_ones, frozenset(one.name for one in offered if one.kind is SettingKind.SECRET and given.get(one.name)))


def config_secrets(broker_id: str, endpoint: str = EndpointKind.LIVE) -> dict[str, str]:
    """Every value that the operator set, by the name that a request refers to it with; for the moment of sending."""
    given = _settings(broker_id, endpoint)
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
    cleaned = {name: _checked(offered, name, value) for name, value in changes.items()}
    with transaction.atomic():
        row = BrokerService.objects.select_for_update().get(pk=service(broker_id, EndpointKind.LIVE).pk)
        kept = _opened(row.sealed_settings, row.settings_aad) | cleaned
        row.sealed_settings = vault().seal(json.dumps({name: value for name, value in kept.items() if value}), row.settings_aad)
        row.settings_changed_at = now
        row.sealed_session, row.session_since, row.login = "", None, row.login + 1
        row.failures, row.next_login_at, row.error_code, row.error_message, row.error_at = 0, None, "", "", None
        row.save()
        if _overridden(offered, kept):
            Instance.load()
            Instance.objects.update(is_test_instance=True)
    return config_of(broker_id)


def session_of(broker_id: str, endpoint: str) -> SharedValues:
    """The session in use, for the moment of sending."""
    row = service(broker_id, endpoint)
    return SharedValues(row.login, _named(_opened(row.sealed_session, row.session_aad)))


def begin_login(broker_id: str, endpoint: str, seen: int, now: datetime, until: datetime) -> SharedValues | datetime | None:
    """Become the one who logs in.

    Args:
        broker_id: the broker.
        endpoint: where.
        seen: number of the session that has ended.
        now: the moment.
        until: when somebody else may, should this process die.

    Returns:
        None: the caller is the one. A session: somebody else has logged in meanwhile. A moment: nobody may before that.
    """
    with transaction.atomic():
        row = BrokerService.objects.select_for_update().get(pk=service(broker_id, endpoint).pk)
        if row.login > seen and row.sealed_session:
            return SharedValues(row.login, _named(_opened(row.sealed_session, row.session_aad)))
        held = max((moment for moment in (row.next_login_at, row.logging_in_until) if moment and moment > now), default=None)
        if held is not None:
            return held
        row.logging_in_until = until
        row.save(update_fields=["logging_in_until"])
    return None


def end_login(broker_id: str, endpoint: str, values: Mapping[str, str], now: datetime, next_at: datetime) -> SharedValues:
    """Keep a new session, and let nobody log in before `next_at`."""
    with transaction.atomic():
        row = BrokerService.objects.select_for_update().get(pk=service(broker_id, endpoint).pk)
        row.sealed_session = vault().seal(json.dumps(dict(values)), row.session_aad)
        row.session_since, row.login = now, row.login + 1
        row.logging_in_until, row.failures, row.next_login_at = None, 0, next_at
        row.error_code, row.error_message, row.error_at = "", "", None
        row.save()
    return SharedValues(row.login, _named(values))


def fail_login(broker_id: str, endpoint: str, code: str, message: str, now: datetime, next_at: datetime, *, refused: bool) -> None:
    """Note why a login failed, and let nobody try before `next_at`. refused: the broker did not accept it."""
    with transaction.atomic():
        row = BrokerService.objects.select_for_update().get(pk=service(broker_id, endpoint).pk)
        row.logging_in_until, row.failures, row.next_login_at = None, row.failures + refused, next_at
        row.error_code, row.error_message, row.error_at = code[:40], message, now
        row.save()


def _settings(broker_id: str, endpoint: str) -> dict[str, str]:
    if endpoint == EndpointKind.SANDBOX:
        return dict(manifest(broker_id).sandbox_settings)
    row = BrokerService.objects.filter(broker=broker_id, endpoint=endpoint).first()
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
        raise BadSetting(name, f"{offered.name} has no setting called {name}.") from None
    value = value.strip()
    problem = _problem(setting, value) if value else ""
    if problem:
        raise BadSetting(name, problem)
    return value


def _problem(setting: Setting, value: str) -> str:
    if len(value) > _LONGEST or not value.isprintable():
        return f"{setting.label} has characters that cannot be, or is too long."
    if setting.kind is SettingKind.CHOICE and value not in setting.choices:
        return f"{setting.label} is one of {', '.join(setting.choices)}."
    if setting.kind is SettingKind.NUMBER and not (value.isascii() and value.isdigit()):
        return f"{setting.label} is a whole number."
    if setting.kind is SettingKind.HOST and not _is_host(value):
        return f"{setting.label} is the name of a computer, without https:// and path."
    return ""


def _is_host(value: str) -> bool:
    labels = value.split(".")
    return len(labels) > 1 and all(part.isascii() and part.replace("-", "").isalnum() and part == part.lower() for part in labels)
