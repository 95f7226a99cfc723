"""What the operator can set that is secret, each with its form: the mail server, and what brokers ask of an instance. Kept sealed.

`fillbook broker` and the operator's page show the forms and hand over what was typed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from types import MappingProxyType
from typing import Final

from fillbook.brokers.interface import FieldError
from fillbook.brokers.manifests import FormField, Manifest, SettingKind, manifest, manifests
from fillbook.storage import grantees
from fillbook.storage.operators import forget_values, open_values, seal_values
from fillbook.storage.services import BadSetting, config_of, save_settings
from fillbook.sync import clock
from fillbook.sync.sentences import message
from fillbook.vault import CannotOpen

MAIL: Final = "smtp"
_MOST: Final = 200
_LONGEST: Final = 4000
_HOST: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*|\[?[0-9A-Fa-f:.]+\]?")
_HERE: Final = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
_SECURITIES: Final = ("starttls", "tls", "none")


@dataclass(frozen=True, slots=True)
class OperatorForm:
    """One thing to set. name: as commands call it. optional: names of fields that may stay empty."""

    name: str
    title: str
    fields: tuple[FormField, ...]
    optional: frozenset[str] = frozenset()


_MAIL_FORM: Final = OperatorForm(
    MAIL,
    "Mail server",
    (
        FormField("host", "Server", "Its name, such as smtp.example.org.", secret=False, maxlength=_MOST),
        FormField("port", "Port", "587 with starttls, 465 with tls.", secret=False, inputmode="numeric", maxlength=5),
        FormField("security", "Encryption", "starttls, tls or none; none only for a server on this machine.", secret=False, maxlength=8),
        FormField("user", "User", "Leave it empty for a server that asks for none.", secret=False, maxlength=_MOST),
        FormField("password", "Password", "Sealed before it is stored, and never shown again.", maxlength=_MOST),
        FormField("sender", "Sender", "The address that mails come from, such as fillbook@example.org.", secret=False, maxlength=_MOST),
    ),
    frozenset({"user", "password"}),
)


def forms() -> Mapping[str, OperatorForm]:
    """Everything that can be set, by name: brokers by their id."""
    brokers = {broker.id: _broker_form(broker) for broker in manifests().values() if broker.settings}
    return MappingProxyType({_MAIL_FORM.name: _MAIL_FORM, **brokers})


def _broker_form(broker: Manifest) -> OperatorForm:
    fields = (
        FormField(one.name, one.label, one.help, secret=one.kind is SettingKind.SECRET, maxlength=_LONGEST) for one in broker.settings
    )
    return OperatorForm(broker.id, broker.name, tuple(fields), frozenset(one.name for one in broker.settings))


def login_form(name: str) -> OperatorForm | None:
    """What is asked for a login that is for a single claim, its user id apart; None where there are none."""
    if name == MAIL or not grantees.name_of(name):
        return None
    settings = [one for one in manifest(name).settings if one.of_login and one.kind is SettingKind.SECRET]
    fields = tuple(FormField(one.name, one.label, one.help, maxlength=_LONGEST) for one in settings)
    return OperatorForm(name, manifest(name).name, fields, frozenset(one.name for one in settings))


def form_of(name: str) -> OperatorForm:
    """One of them.

    Raises:
        KeyError: there is none of that name.
    """
    return forms()[name]


def present(name: str) -> dict[str, str] | None:
    """What is set and no secret; None when nothing is set or it can no longer be opened."""
    hidden = {field.name for field in form_of(name).fields if field.secret}
    try:
        if name != MAIL:
            return _present_of_broker(name)
        values = open_values(name)
    except CannotOpen:
        return None
    return None if values is None else {key: value for key, value in values.items() if key not in hidden}


def change(name: str, answer: Mapping[str, str]) -> tuple[FieldError, ...]:
    """Set something, the whole of it; an empty secret keeps the one there is. What is wrong with the answer; nothing is changed then."""
    form = form_of(name)
    if name != MAIL:
        return _change_broker(form, answer)
    given = {field.name: answer.get(field.name, "").strip() for field in form.fields}
    kept = _kept(name)
    values = {field.name: given[field.name] or (kept.get(field.name, "") if field.secret else "") for field in form.fields}
    missing = [field.name for field in form.fields if not values[field.name] and field.name not in form.optional]
    errors = [FieldError(field, message("empty")) for field in missing]
    errors += [FieldError(field.name, message("long")) for field in form.fields if len(values[field.name]) > field.maxlength]
    errors += [FieldError(field.name, message("lines")) for field in form.fields if not values[field.name].isprintable()]
    if not errors and name == MAIL:
        errors = _mail_errors(values)
    if not errors:
        seal_values(name, values)
    return tuple(errors)


def change_login(name: str, user_id: str, answer: Mapping[str, str]) -> tuple[FieldError, ...]:
    """Add a login for single claims, or give one a new password. What is wrong with the answer; nothing is changed then."""
    try:
        grantees.save(name, {**answer, grantees.name_of(name): user_id}, clock.now())
    except BadSetting as problem:
        return (FieldError(problem.name, str(problem)),)
    return ()


def remove(name: str) -> bool:
    """Forget what is set; whether there was anything."""
    form = form_of(name)
    if name == MAIL:
        return forget_values(name)
    was_set = present(name) is not None
    save_settings(name, {field.name: "" for field in form.fields}, clock.now())
    return was_set


def _present_of_broker(name: str) -> dict[str, str] | None:
    config = config_of(name)
    given = {one.name for one in manifest(name).settings if config.values.get(one.name, "") not in {"", one.default}}
    return dict(config.values) if config.secrets or given else None


def _change_broker(form: OperatorForm, answer: Mapping[str, str]) -> tuple[FieldError, ...]:
    secret = {field.name for field in form.fields if field.secret}
    given = {name: value for name, value in answer.items() if value.strip() or name not in secret}
    try:
        save_settings(form.name, given, clock.now())
    except BadSetting as problem:
        return (FieldError(problem.name, str(problem)),)
    return ()


def _kept(name: str) -> dict[str, str]:
    try:
        return open_values(name) or {}
    except CannotOpen:
        return {}


def _mail_errors(values: Mapping[str, str]) -> list[FieldError]:
    errors = []
    if not _HOST.fullmatch(values["host"]):
        errors.append(FieldError("host", message("no_host")))
    if not (values["port"].isascii() and values["port"].isdigit() and 0 < int(values["port"]) < 65536):
        errors.append(FieldError("port", message("no_port")))
    if values["security"] not in _SECURITIES:
        errors.append(FieldError("security", message("no_choice", choices=", ".join(_SECURITIES))))
    address = parseaddr(values["sender"])[1]
    if "@" not in address.strip("@") or any(letter.isspace() for letter in address):
        errors.append(FieldError("sender", message("no_address")))
    if values["password"] and not values["user"]:
        errors.append(FieldError("user", message("no_user")))
    if values["user"] and values["security"] == "none" and values["host"] not in _HERE:
        errors.append(FieldError("security", message("openly")))
    return errors
