"""What the query doctor found, as pages show it: what is so and what it costs, then what to do in the portal's own words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

_TONES: Final = {"fatal": "bad", "warning": "warn", "note": "info"}
_ORDER: Final = ("fatal", "warning", "note")


@dataclass(frozen=True, slots=True)
class Found:
    """One finding. tone: bad, warn or info."""

    code: str
    tone: str
    message: str
    remedy: str


def read_findings(stored: Iterable[Mapping[str, Any]]) -> tuple[Found, ...]:
    """Findings as storage keeps them, the costliest first."""
    rows = sorted(stored, key=lambda row: _ORDER.index(row["severity"]))
    return tuple(Found(row["code"], _TONES[row["severity"]], row["message"], row.get("remedy", "")) for row in rows)
