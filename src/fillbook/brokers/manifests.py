"""What each broker offers, as data: capabilities, link form, guide, promises, quality. Open to every package.

A broker is a folder with a `manifest.toml`; the folder's name is its id, kept as a plain string wherever a broker is referred to.
Nothing here runs a broker's code (`registry` finds that), so pages and commands may read it freely. The texts are English; the ids
beside them are what a translation hangs on.
"""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

_FILE: Final = "manifest.toml"


class Precision(StrEnum):
    """What a broker's times are worth."""

    EXACT = "exact"
    DATE = "date"
    MIXED = "mixed"


class DateMeaning(StrEnum):
    """Which day a row's date is."""

    TRADE = "trade"
    POSTING = "posting"


class Renewal(StrEnum):
    """What ends a link by itself."""

    NONE = "none"
    TOKEN_EXPIRY = "token_expiry"  # noqa: S105 - a kind of renewal, no password
    RECONSENT = "reconsent"


class LinkKind(StrEnum):
    """How a user links an account: by a form of ours, by being sent to the broker, or not at all, because files are all there is."""

    FORM = "form"
    REDIRECT = "redirect"
    UPLOAD = "upload"


class QualityLevel(StrEnum):
    """How far a connector is proven (docs/brokers): it reads statements, agrees with the broker's figures, or does so for everything."""

    PARSES = "parses"
    RECONCILES = "reconciles"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a broker can give.

    history_days: how far back a first fetch goes, None for whatever the broker has. window_days: longest range of one request, None
    without a limit. names_days: each request names its days, so that the first one asks for `history_days`. goes_back: earlier days than
    those can be asked for, window by window. time: precision of the time of a fill. date_means: which day a row's date is. positions:
    the broker states open positions. push: it tells us when something is new. renewal, renewal_days: what ends a link and after how many
    days at most. tells_open_close: rows say whether they open or close. stable_ids: rows have ids that stay. same_day: today's fills come
    today. several_accounts: one link can hold more than one account. zone: IANA zone of times without one, "" when they carry their own.
    """

    history_days: int | None
    window_days: int | None
    goes_back: bool
    time: Precision
    date_means: DateMeaning
    positions: bool
    push: bool
    renewal: Renewal
    renewal_days: int | None
    tells_open_close: bool
    stable_ids: bool
    same_day: bool
    several_accounts: bool
    zone: str
    names_days: bool = False


@dataclass(frozen=True, slots=True)
class FormField:
    """One input of a link form. secret: sealed and never shown again. inputmode, autocomplete, pattern, maxlength: HTML attributes."""

    name: str
    label: str
    help: str
    secret: bool = True
    inputmode: str = "text"
    autocomplete: str = "off"
    pattern: str = ""
    maxlength: int = 64


class SettingKind(StrEnum):
    """SECRET: sealed and never shown again. CHOICE: one of `choices`. HOST: the same, but any other host may be named, which marks the
    whole instance as a test instance.
    """

    TEXT = "text"
    SECRET = "secret"  # noqa: S105 - a kind of setting
    NUMBER = "number"
    CHOICE = "choice"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that the operator of the instance sets for a broker. default: what holds while nothing is set, "" for nothing. of_login:
    it belongs to one login at the broker, and the operator may set several; the one that is no secret is its user id.
    """

    name: str
    label: str
    help: str
    kind: SettingKind = SettingKind.TEXT
    choices: tuple[str, ...] = ()
    default: str = ""
    of_login: bool = False


@dataclass(frozen=True, slots=True)
class GuideStep:
    """One thing to do at the broker.

    where: the path of menus, outermost first. text: what to do. ticks: what to select, in the portal's words. option: what to leave
    selected under the portal's "Options", "" where it has none. tip: advice of ours. why: what the data are for.
    """

    id: str
    title: str
    text: str
    where: tuple[str, ...] = ()
    ticks: tuple[str, ...] = ()
    option: str = ""
    tip: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class GuidePart:
    """A chapter of the guide; its result is what the user carries to the next one."""

    id: str
    title: str
    intro: str
    result: str
    steps: tuple[GuideStep, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """One sentence about safety, shown beside the form."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Exemption:
    """A rule of the quality level that the connector is excused from, and why."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Quality:
    """How far the connector is proven."""

    level: QualityLevel
    exemptions: tuple[Exemption, ...] = ()


@dataclass(frozen=True, slots=True)
class UploadKind:
    """A kind of file that the user may already have. suffixes: with the dot, lower case. media_types: what a file dialog offers."""

    id: str
    label: str
    suffixes: tuple[str, ...]
    media_types: tuple[str, ...]
    help: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """One broker as data.

    order: place in lists, small first. portal: the page where the guide begins. limits: what a user should know beforehand, one
    sentence each. steps: code of a `Send` or `Wait` -> what is shown meanwhile. sandbox: form answers that the sandbox broker takes,
    empty when there is none. settings: what the operator sets; sandbox_settings: what holds in their place for the sandbox broker;
    sandbox_portal: path of the page where one acts at the sandbox broker by hand, "" when there is none.
    ready_from, ready_until: hours of the day in `capabilities.zone` between which new data appear.
    """

    id: str
    name: str
    short_name: str
    order: int
    summary: str
    portal: str
    docs: str
    link: LinkKind
    ready_from: int
    ready_until: int
    asset_classes: tuple[str, ...]
    capabilities: Capabilities
    form: tuple[FormField, ...]
    guide: tuple[GuidePart, ...]
    promises: tuple[Promise, ...]
    limits: tuple[str, ...]
    uploads: tuple[UploadKind, ...]
    quality: Quality
    steps: Mapping[str, str]
    sandbox: Mapping[str, str]
    settings: tuple[Setting, ...]
    sandbox_settings: Mapping[str, str]
    sandbox_portal: str = ""

    def setting(self, name: str) -> Setting:
        """The operator's setting of that name.

        Raises:
            KeyError: there is none.
        """
        for setting in self.settings:
            if setting.name == name:
                return setting
        raise KeyError(name)

    def field(self, name: str) -> FormField:
        """The form field of that name.

        Raises:
            KeyError: the form has none.
        """
        for field in self.form:
            if field.name == name:
                return field
        raise KeyError(name)


@functools.cache
def manifests() -> Mapping[str, Manifest]:
    """Every broker there is, by id, in the order of lists."""
    found = [
        _manifest(folder.name, tomllib.loads((folder / _FILE).read_text("utf-8")))
        for folder in resources.files("fillbook.brokers").iterdir()
        if (folder / _FILE).is_file()
    ]
    return MappingProxyType({one.id: one for one in sorted(found, key=lambda one: (one.order, one.id))})


def manifest(broker_id: str) -> Manifest:
    """One broker.

    Raises:
        KeyError: there is no such broker.
    """
    return manifests()[broker_id]


def _manifest(folder: str, data: dict[str, Any]) -> Manifest:
    """Build from the file's tables; a missing or unknown key raises at once, because the file is ours."""
    guide = tuple(_part(part) for part in data.pop("guide", []))
    form = tuple(FormField(**field) for field in data.pop("form", []))
    promises = tuple(Promise(**promise) for promise in data.pop("promises", []))
    uploads = tuple(UploadKind(**_tuples(upload)) for upload in data.pop("uploads", []))
    return Manifest(
        id=folder,
        link=LinkKind(data.pop("link")),
        asset_classes=tuple(data.pop("asset_classes")),
        limits=tuple(data.pop("limits", [])),
        capabilities=_capabilities(data.pop("capabilities")),
        quality=_quality(data.pop("quality")),
        steps=MappingProxyType(data.pop("steps", {})),
        sandbox=MappingProxyType(data.pop("sandbox", {})),
        settings=tuple(_setting(setting) for setting in data.pop("settings", [])),
        sandbox_settings=MappingProxyType(data.pop("sandbox_settings", {})),
        form=form,
        guide=guide,
        promises=promises,
        uploads=uploads,
        **data,
    )


def _capabilities(table: dict[str, Any]) -> Capabilities:
    return Capabilities(
        history_days=table.pop("history_days", None),
        window_days=table.pop("window_days", None),
        renewal_days=table.pop("renewal_days", None),
        time=Precision(table.pop("time")),
        date_means=DateMeaning(table.pop("date_means")),
        renewal=Renewal(table.pop("renewal")),
        **table,
    )


def _quality(table: dict[str, Any]) -> Quality:
    return Quality(QualityLevel(table["level"]), tuple(Exemption(**one) for one in table.get("exemptions", [])))


def _setting(table: dict[str, Any]) -> Setting:
    return Setting(kind=SettingKind(table.pop("kind", "text")), **_tuples(table))


def _part(table: dict[str, Any]) -> GuidePart:
    return GuidePart(steps=tuple(GuideStep(**_tuples(step)) for step in table.pop("steps")), **table)


def _tuples(table: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
