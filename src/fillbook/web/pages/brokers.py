"""Brokers as a user chooses among them: what each can give, in words made from its manifest."""

from dataclasses import dataclass
from typing import Final

from fillbook.brokers.manifests import LinkKind, Manifest, Precision, QualityLevel, Renewal
from fillbook.storage.models import EndpointKind, Instance
from fillbook.storage.services import config_of
from fillbook.vault import CannotOpen

LEVELS: Final = {
    QualityLevel.PARSES: ("Reads", "Reads this broker's statements."),
    QualityLevel.RECONCILES: ("Reconciles", "Every fill and position is compared with the broker's own figures."),
    QualityLevel.COMPLETE: ("Complete", "Compared to the cent in every asset class, corporate actions included."),
}
_GRANTEE: Final = "username"
"""The setting of the operator's that names the login which accounts are granted to."""
_TIMES: Final = {Precision.EXACT: "To the second", Precision.DATE: "Day only", Precision.MIXED: "Some to the second"}
_CLASSES: Final = {
    "stock": "stocks",
    "option": "options",
    "future": "futures",
    "future_option": "options on futures",
    "forex": "currencies",
    "cfd": "CFDs",
    "bond": "bonds",
    "bill": "bills",
    "warrant": "warrants",
    "structured": "structured products",
    "fund": "funds",
    "crypto": "crypto",
    "commodity": "metals",
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
        classes=", ".join(_CLASSES.get(name, name) for name in manifest.asset_classes),
        capabilities=capabilities(manifest),
        by_redirect=manifest.link is LinkKind.REDIRECT,
        by_upload=manifest.link is LinkKind.UPLOAD,
    )


def capabilities(manifest: Manifest) -> tuple[Capability, ...]:
    """The rows of the capability table, the same for every broker and in the same order."""
    can, files_alone = manifest.capabilities, manifest.link is LinkKind.UPLOAD
    news = "With each file" if files_alone else "During the day" if can.same_day else "The next morning"
    return (
        Capability("History at the start", "All there is" if can.history_days is None else _days(can.history_days)),
        Capability("Time of each fill", _TIMES[can.time], good=can.time is Precision.EXACT),
        Capability("New trades", news),
        Capability("Open positions to check against", "Yes" if can.positions else "No", good=can.positions),
        Capability("Several accounts in one link", "Yes" if can.several_accounts else "No", good=can.several_accounts),
        Capability("The link lasts", "No link, files alone" if files_alone else _lasts(can.renewal, can.renewal_days)),
    )


def by_grant(manifest: Manifest) -> bool:
    """Whether one links by granting access to a login of the operator's."""
    return any(setting.name == _GRANTEE for setting in manifest.settings)


def grantee_of(manifest: Manifest, endpoint: str) -> str:
    """The user id that access is granted to; "" where the operator has set none."""
    if not by_grant(manifest):
        return ""
    try:
        return config_of(manifest.id, endpoint).values.get(_GRANTEE, "")
    except CannotOpen:
        return ""


def can_log_in(manifest: Manifest, endpoint: str) -> bool:
    """Whether the operator has set what a link needs: the user id, and a password or a session for it."""
    try:
        config = config_of(manifest.id, endpoint)
    except CannotOpen:
        return False
    return endpoint == EndpointKind.SANDBOX or bool(config.values.get(_GRANTEE) and config.secrets)


def portal_of(manifest: Manifest, endpoint: str) -> str:
    """Where one acts at the broker; "" where the sandbox broker has no such page or does not run."""
    if endpoint != EndpointKind.SANDBOX:
        return manifest.portal
    base = Instance.load().sandbox_url
    return f"{base}{manifest.sandbox_portal}" if base and manifest.sandbox_portal else ""


def _days(days: int) -> str:
    years, rest = divmod(days, 365)
    if rest:
        return f"{days} days"
    return "One year" if years == 1 else f"{years} years"


def _lasts(renewal: Renewal, days: int | None) -> str:
    if renewal is Renewal.NONE or days is None:
        return "Until you end it"
    return f"Up to {_days(days).lower()}, then renew it"
