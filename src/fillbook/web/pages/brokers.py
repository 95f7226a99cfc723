"""Brokers as a user chooses among them: what each can give, in words made from its manifest."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from fillbook.brokers.manifests import LinkKind, Manifest, Precision, QualityLevel, Renewal
from fillbook.storage import grantees
from fillbook.storage.models import EndpointKind, Instance
from fillbook.storage.services import config_of
from fillbook.vault import CannotOpen
from fillbook.web import readable
from fillbook.web.language import gettext_lazy

LEVELS: Final = {
    QualityLevel.PARSES: (gettext_lazy("Reads"), gettext_lazy("Reads this broker's statements.")),
    QualityLevel.RECONCILES: (
        gettext_lazy("Reconciles"),
        gettext_lazy("Every fill and position is compared with the broker's own figures."),
    ),
    QualityLevel.COMPLETE: (
        gettext_lazy("Complete"),
        gettext_lazy("Compared to the cent in every asset class, corporate actions included."),
    ),
}
_A_YEAR: Final = 365
_TIMES: Final = {
    Precision.EXACT: gettext_lazy("To the second"),
    Precision.DATE: gettext_lazy("Day only"),
    Precision.MIXED: gettext_lazy("Some to the second"),
}
_CLASSES: Final = {
    "stock": gettext_lazy("stocks"),
    "option": gettext_lazy("options"),
    "future": gettext_lazy("futures"),
    "future_option": gettext_lazy("options on futures"),
    "forex": gettext_lazy("currencies"),
    "cfd": gettext_lazy("CFDs"),
    "bond": gettext_lazy("bonds"),
    "bill": gettext_lazy("bills"),
    "warrant": gettext_lazy("warrants"),
    "structured": gettext_lazy("structured products"),
    "fund": gettext_lazy("funds"),
    "crypto": gettext_lazy("crypto"),
    "commodity": gettext_lazy("metals"),
}


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing a broker can or cannot do. good: None where it is neither."""

    name: str
    value: str
    good: bool | None = None


@dataclass(frozen=True, slots=True)
class BrokerCard:
    """A broker in a list."""

    id: str
    name: str
    summary: str
    level: str
    level_words: str
    classes: str
    capabilities: tuple[Capability, ...]
    by_redirect: bool
    by_upload: bool


def card(manifest: Manifest) -> BrokerCard:
    """A broker as a list shows it."""
    level, words = LEVELS[manifest.quality.level]
    return BrokerCard(
        id=manifest.id,
        name=manifest.name,
        summary=manifest.summary,
        level=level,
        level_words=words,
        classes=", ".join(str(_CLASSES.get(name, name)) for name in manifest.asset_classes),
        capabilities=capabilities(manifest),
        by_redirect=manifest.link is LinkKind.REDIRECT,
        by_upload=manifest.link is LinkKind.UPLOAD,
    )


def capabilities(manifest: Manifest) -> tuple[Capability, ...]:
    """The rows of the capability table, the same for every broker and in the same order."""
    can, files_alone = manifest.capabilities, manifest.link is LinkKind.UPLOAD
    news = _("With each file") if files_alone else _("During the day") if can.same_day else _("The next morning")
    return (
        Capability(_("History at the start"), _("All there is") if can.history_days is None else _days(can.history_days)),
        Capability(_("Time of each fill"), _TIMES[can.time], good=can.time is Precision.EXACT),
        Capability(_("New trades"), news),
        Capability(_("Open positions to check against"), _("Yes") if can.positions else _("No"), good=can.positions),
        Capability(_("Several accounts in one link"), _("Yes") if can.several_accounts else _("No"), good=can.several_accounts),
        Capability(_("The link lasts"), _("No link, files alone") if files_alone else _lasts(can.renewal, can.renewal_days)),
    )


def by_grant(manifest: Manifest) -> bool:
    """Whether one links by granting access to a login of the operator's."""
    return bool(grantees.name_of(manifest.id))


def grantee_of(manifest: Manifest, endpoint: str, grantee: str = "") -> str:
    """The user id that access is granted to; "" where the operator has set none. grantee: a link's own."""
    if grantee or not by_grant(manifest):
        return grantee
    try:
        return config_of(manifest.id, endpoint).values.get(grantees.name_of(manifest.id), "")
    except CannotOpen:
        return ""


def can_log_in(manifest: Manifest, endpoint: str) -> bool:
    """Whether the operator has set what a link needs: the user id, and a password or a session for it."""
    try:
        config = config_of(manifest.id, endpoint)
    except CannotOpen:
        return False
    return endpoint == EndpointKind.SANDBOX or bool(config.values.get(grantees.name_of(manifest.id)) and config.secrets)


def portal_of(manifest: Manifest, endpoint: str) -> str:
    """Where one acts at the broker; "" where the sandbox broker has no such page or does not run."""
    if endpoint != EndpointKind.SANDBOX:
        return manifest.portal
    base = Instance.load().sandbox_url
    return f"{base}{manifest.sandbox_portal}" if base and manifest.sandbox_portal else ""


def _days(days: int) -> str:
    years, rest = divmod(days, _A_YEAR)
    if rest:
        return readable.plural(days, "day")
    return _("One year") if years == 1 else readable.plural(years, "year")


def _lasts(renewal: Renewal, days: int | None) -> str:
    if renewal is Renewal.NONE or days is None:
        return _("Until you end it")
    if days == _A_YEAR:
        return _("Up to one year, then renew it")
    return _("Up to %(days)s, then renew it") % {"days": _days(days)}
