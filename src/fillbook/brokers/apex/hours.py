"""Whether stamps, read in a zone, fall into the hours in which stocks trade: the one test of a zone that nobody documents."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from fillbook.brokers.apex import findings
from fillbook.brokers.apex.reading import Reading
from fillbook.brokers.apex.row import TRADES, Activity
from fillbook.ledger.statement import Finding

ZONES: Final = ("America/New_York", "America/Chicago", "UTC")
_NEW_YORK: Final = ZoneInfo("America/New_York")
_OPEN, _CLOSE = time(9, 30), time(16, 0)
_FEW: Final = 5
_MOST: Final = 0.8
"""Fills outside the regular session exist; more than one in five does not fit."""


def check_hours(rows: Iterable[Activity], reading: Reading) -> list[Finding]:
    """A warning when the stamps of stocks' fills do not fit the zone they are read in, with the zone that fits, if there is one."""
    trades = [row for row in rows if row.kind == TRADES and not row.is_option and reading.phrase(row.text) is None]
    stamps = [row.at for row in trades if row.at is not None and not row.zoned]
    fits = _inside(stamps)
    if len(stamps) < _FEW or fits >= _MOST:
        return []
    better = [name for name in ZONES if name != reading.zone.key and _inside(_read_anew(stamps, reading.zone, ZoneInfo(name))) >= _MOST]
    return [findings.outside_hours(round((1 - fits) * len(stamps)), len(stamps), reading.zone.key, better[0] if better else "")]


def _inside(stamps: Sequence[datetime]) -> float:
    """The part of the moments that lie in New York's regular session."""
    inside = sum(1 for stamp in stamps if _OPEN <= stamp.astimezone(_NEW_YORK).time() <= _CLOSE)
    return inside / len(stamps) if stamps else 1.0


def _read_anew(stamps: Iterable[datetime], old: ZoneInfo, new: ZoneInfo) -> list[datetime]:
    """The same clock readings in another zone."""
    return [stamp.astimezone(old).replace(tzinfo=new) for stamp in stamps]
