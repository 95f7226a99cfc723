"""Which ratings of the trader's own are meant, as it stands in an address: `4`, `4-5`, or `none` for what was never rated.

A rating is 1 (worst) to 5. What has none is a group of its own and never counts as 0.
"""

import re
from dataclasses import dataclass
from typing import Final

WORST: Final = 1
BEST: Final = 5
_NONE: Final = "none"
_WRITTEN: Final = re.compile(rf"([{WORST}-{BEST}])(?:-([{WORST}-{BEST}]))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Rated:
    """Ratings from least to most, both included; None and None for round trips that have no rating."""

    least: int | None
    most: int | None

    @classmethod
    def read(cls, text: str) -> "Rated | None":
        """From an address: `4`, `4-5` (at least 4), `1-5` (rated at all), `none`. None for what cannot be understood."""
        if text == _NONE:
            return cls(None, None)
        found = _WRITTEN.fullmatch(text)
        if found is None:
            return None
        ends = sorted(int(end) for end in found.groups(found[1]))
        return cls(ends[0], ends[1])

    @property
    def values(self) -> tuple[int | None, ...]:
        """Each rating that is meant, None for no rating."""
        return (None,) if self.least is None or self.most is None else tuple(range(self.least, self.most + 1))

    def __str__(self) -> str:
        if self.least is None:
            return _NONE
        return str(self.least) if self.least == self.most else f"{self.least}-{self.most}"
