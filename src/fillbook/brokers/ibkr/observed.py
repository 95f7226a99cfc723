"""What was noticed while a document was read: the evidence that the doctor makes findings of."""

from collections import Counter, defaultdict
from typing import Final

_MANY: Final = 1000


class Observed:
    """Counts and names, no rows.

    sections: tags of the sections of any statement. rows: elements by tag. fields: attributes met by tag. levels: levels of detail by
    tag. unknown: values without a meaning to us, by field. count: how often each oddity occurred; first: where it did first.
    """

    def __init__(self) -> None:
        self.sections: set[str] = set()
        self.rows: Counter[str] = Counter()
        self.fields: defaultdict[str, set[str]] = defaultdict(set)
        self.levels: defaultdict[str, set[str]] = defaultdict(set)
        self.unknown: defaultdict[str, set[str]] = defaultdict(set)
        self.count: Counter[str] = Counter()
        self.first: dict[str, str] = {}
        self.unusable: Counter[tuple[str, str]] = Counter()

    def met(self, tag: str, names: list[str]) -> None:
        """A row with these attributes. What a hostile document invents is forgotten beyond a thousand names."""
        fields = self.fields[tag]
        if len(self.fields) <= _MANY and len(fields) <= _MANY:
            fields.update(names)

    def odd(self, what: str, example: str) -> None:
        """One more of this oddity."""
        self.count[what] += 1
        self.first.setdefault(what, example[:80])

    def strange(self, field: str, value: str) -> None:
        """A value that we have no meaning for; a few of each field are kept."""
        if len(self.unknown[field]) < 20:
            self.unknown[field].add(value[:40])
