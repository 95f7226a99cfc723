"""What the query doctor found, as pages show it: what is so and what it costs, then what to do in the portal's own words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fillbook.storage.doctor import diagnose
from fillbook.storage.models import BrokerAccount

_TONES: Final = {"fatal": "bad", "warning": "warn", "note": "info"}
_ORDER: Final = ("fatal", "warning", "note")


@dataclass(frozen=True, slots=True)
class Found:
    """One finding. tone: bad, warn or info. is_new: the query lacks it only since it was last changed."""

    code: str
    tone: str
    message: str
    remedy: str
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Doctor:
    """What an account's latest statement shows of its query. changed_at: when the query was first seen to be another, None if never."""

    findings: tuple[Found, ...]
    changed_at: datetime | None = None


def read_findings(stored: Iterable[Mapping[str, Any]]) -> tuple[Found, ...]:
    """Findings as storage keeps them, the costliest first."""
    rows = sorted(stored, key=lambda row: _ORDER.index(row["severity"]))
    return tuple(Found(row["code"], _TONES[row["severity"]], row["message"], row.get("remedy", "")) for row in rows)


def doctor(account: BrokerAccount) -> Doctor:
    """The findings, with those marked that the query before the last change did not have."""
    told = diagnose(account)
    found = tuple(Found(one.code, _TONES[one.severity.value], one.message, one.remedy, one.message in told.new) for one in told.findings)
    return Doctor(found, told.changed_at)
