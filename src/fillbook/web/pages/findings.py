"""What the query doctor found, as pages show it: what is so and what it costs, then what to do in the portal's own words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fillbook.ledger.statement import Finding, Severity
from fillbook.storage.doctor import diagnose
from fillbook.storage.models import BrokerAccount
from fillbook.web.brokerwords import finding_in_words

_TONES: Final = {"fatal": "bad", "warning": "warn", "note": "info"}
_ORDER: Final = ("fatal", "warning", "note")


@dataclass(frozen=True, slots=True)
class Found:
    """One finding. tone: bad, warn or info. is_new: the query lacks it only since it was last changed. lang: "" for the page's own."""

    code: str
    tone: str
    message: str
    remedy: str
    is_new: bool = False
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Doctor:
    """What an account's latest statement shows of its query. changed_at: when the query was first seen to be another, None if never."""

    findings: tuple[Found, ...]
    changed_at: datetime | None = None


def read_findings(stored: Iterable[Mapping[str, Any]], broker: str) -> tuple[Found, ...]:
    """Findings as storage keeps them, the costliest first."""
    rows = sorted(stored, key=lambda row: _ORDER.index(row["severity"]))
    return tuple(read_finding(Finding(**{**row, "severity": Severity(row["severity"])}), broker) for row in rows)


def read_finding(one: Finding, broker: str, *, is_new: bool = False) -> Found:
    """A finding in the reader's words. broker: id of the one whose document it is about."""
    message, remedy, lang = finding_in_words(one, broker)
    return Found(one.code, _TONES[one.severity.value], message, remedy, is_new, lang)


def doctor(account: BrokerAccount) -> Doctor:
    """The findings, with those marked that the query before the last change did not have."""
    told = diagnose(account)
    return Doctor(tuple(read_finding(one, account.broker, is_new=one.message in told.new) for one in told.findings), told.changed_at)
