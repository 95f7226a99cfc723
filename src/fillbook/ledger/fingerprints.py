"""Which sections and fields a statement holds, as a short text: how a query that its owner changed is noticed.

`T:1f0c33 OP:- +:9e02d4`: a name for each section with a digest of its fields, `-` where the section has no row and its fields are
unknown. A section that is not selected is not there. Statements of brokers without queries have no fingerprint.
"""

from collections.abc import Iterable
from typing import Final

UNKNOWN: Final = "-"


def query_changed(before: str, now: str) -> bool:
    """Whether two fingerprints are of different queries; a section without rows in one of them proves nothing."""
    old, new = _parts(before), _parts(now)
    if old.keys() != new.keys():
        return True
    return any(old[name] != new[name] and UNKNOWN not in (old[name], new[name]) for name in old)


def learned(newest_first: Iterable[str]) -> tuple[str, int]:
    """(what statements of one query tell together, how many of them are of that query), beginning with the newest.

    A night in which nothing was traded knows nothing of the fields of trades; the statements before it do.
    """
    known, count = "", 0
    for fingerprint in newest_first:
        if known and query_changed(fingerprint, known):
            break
        parts = _parts(fingerprint)
        parts.update((name, digest) for name, digest in _parts(known).items() if digest != UNKNOWN)
        known, count = " ".join(f"{name}:{digest}" for name, digest in parts.items()), count + 1
    return known, count


def _parts(fingerprint: str) -> dict[str, str]:
    return dict(part.split(":", 1) for part in fingerprint.split() if ":" in part)
