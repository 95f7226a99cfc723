"""What the query doctor found, as pages show it: what is so and what it costs, then what to do in the portal's own words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from fillbook.storage.coverage import furthest_statements
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


def found_for(account: BrokerAccount) -> tuple[Found, ...]:
    """What the account's latest statement lacks."""
    latest = furthest_statements(account)[:1]
    return read_findings(latest[0].findings) if latest else ()


def doctor(account: BrokerAccount) -> Doctor:
    """The findings, with those marked that the query before the last change did not have.

    Two statements of one link with different fingerprints and other findings come from different queries; a fingerprint alone may differ
    because a section happened to be empty.
    """
    statements = furthest_statements(account)
    if not statements:
        return Doctor(())
    latest = statements[0]
    found = read_findings(latest.findings)
    codes = {one.code for one in found}
    since = latest.received_at
    for older in statements[1:]:
        if older.link_id != latest.link_id or not older.fingerprint:
            continue
        before = {row["code"] for row in older.findings}
        if older.fingerprint != latest.fingerprint and codes - before:
            return Doctor(tuple(replace(one, is_new=one.code not in before) for one in found), since)
        since = older.received_at
    return Doctor(found)
