"""A breakdown by one key, and two keys crossed: summaries of the parts, which add up to the whole."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, NamedTuple

from fillbook.ledger.numbers import EXACT
from fillbook.performance.keys import Key, Value, in_their_order
from fillbook.performance.summary import Summary

OTHERS: Final = "\0others"
"""The value under which a crossing keeps together what has no row or column of its own; no symbol is called so."""


Place = tuple[Value, Value]
"""A row's value and a column's."""


@dataclass(frozen=True, slots=True)
class Part:
    """The round trips of one value. r_count: those with a result in R; r_total: the sum of these, in units of 1e-8."""

    value: Value
    summary: Summary
    r_count: int = 0
    r_total: int = 0

    @property
    def mean_r(self) -> Decimal | None:
        """Average result in R over the round trips that have one; None where none has."""
        return EXACT.divide(Decimal(self.r_total).scaleb(-8, context=EXACT), Decimal(self.r_count)) if self.r_count else None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """parts: in the order of their values. all: all round trips, each once. overlaps: some round trips are in several parts."""

    key: Key
    parts: tuple[Part, ...]
    all: Part

    @property
    def whole(self) -> Summary:
        """What all round trips came to, each once."""
        return self.all.summary

    @property
    def overlaps(self) -> bool:
        """Whether the parts add up to more than the whole, as tags may."""
        return sum(part.summary.n for part in self.parts) > self.whole.n

    @property
    def unknown(self) -> Part | None:
        """Those without a value."""
        return next((part for part in self.parts if part.value is None), None)


class Margins(NamedTuple):
    """What stands around a grid: the round trips of each row and of each column, and all of them, each once."""

    rows: Mapping[Value, Summary]
    columns: Mapping[Value, Summary]
    whole: Summary


@dataclass(frozen=True, slots=True)
class Crossing:
    """Round trips by two keys. rows, columns: values that occur, in order; cells: those (row, column) that have round trips.

    margins: the cells together, but for tags, of which a round trip may have several and so be in several cells.
    """

    down: Key
    across: Key
    rows: tuple[Value, ...]
    columns: tuple[Value, ...]
    cells: Mapping[tuple[Value, Value], Summary]
    margins: Margins


def broken_down(key: Key, parts: Iterable[Part], whole: Summary, in_r: tuple[int, int] | None = None) -> Breakdown:
    """Parts in the order of their values. in_r: how many of all have a result in R, and the sum in 1e-8; None: as the parts together."""
    found = {part.value: part for part in parts}
    if in_r is None:
        in_r = sum(part.r_count for part in found.values()), sum(part.r_total for part in found.values())
    return Breakdown(key, tuple(found[value] for value in in_their_order(found)), Part(None, whole, *in_r))


def crossed(down: Key, across: Key, cells: Mapping[tuple[Value, Value], Summary], margins: Margins | None = None) -> Crossing:
    """Cells as a grid. margins: None where no round trip is in several cells."""
    rows, columns = {row for row, _ in cells}, {column for _, column in cells}
    if margins is None:
        whole = Summary.together(cells.values())
        by_row, by_column = (_together((place[side], part) for place, part in cells.items()) for side in (0, 1))
        margins = Margins(by_row, by_column, whole)
    return Crossing(down, across, tuple(in_their_order(rows)), tuple(in_their_order(columns)), dict(cells), margins)


def limited(whole: Crossing, rows: int, columns: int) -> Crossing:
    """At most so many rows and columns: those with the most round trips, and the rest together as `OTHERS`, last."""
    if len(whole.rows) <= rows and len(whole.columns) <= columns:
        return replace(whole, rows=_last(whole.rows), columns=_last(whole.columns))
    kept_rows, kept_columns = kept_values({place: part.n for place, part in whole.cells.items()}, rows, columns)
    cells: dict[Place, list[Summary]] = defaultdict(list)
    for (row, column), part in whole.cells.items():
        cells[row if row in kept_rows else OTHERS, column if column in kept_columns else OTHERS].append(part)
    found = {place: Summary.together(parts) for place, parts in cells.items()}
    names = {place[0] for place in found}, {place[1] for place in found}
    margins = Margins(
        _together((row if row in kept_rows else OTHERS, part) for row, part in whole.margins.rows.items()),
        _together((column if column in kept_columns else OTHERS, part) for column, part in whole.margins.columns.items()),
        whole.margins.whole,
    )
    return Crossing(whole.down, whole.across, _last(names[0]), _last(names[1]), found, margins)


def _together(parts: Iterable[tuple[Value, Summary]]) -> dict[Value, Summary]:
    """Summaries of equal values merged."""
    found: dict[Value, list[Summary]] = defaultdict(list)
    for value, part in parts:
        found[value].append(part)
    return {value: Summary.together(some) for value, some in found.items()}


def kept_values(counts: Mapping[Place, int], rows: int, columns: int) -> tuple[set[Value], set[Value]]:
    """The rows and the columns that keep a place of their own when there are at most so many. counts: round trips at each place."""
    return _most(counts, 0, rows), _most(counts, 1, columns)


def _most(counts: Mapping[Place, int], side: int, most: int) -> set[Value]:
    sums: dict[Value, int] = defaultdict(int)
    for place, count in counts.items():
        sums[place[side]] += count
    if len(sums) <= most:
        return set(sums)
    return set(sorted(sums, key=lambda value: (-sums[value], str(value)))[: most - 1])


def _last(values: Iterable[Value]) -> tuple[Value, ...]:
    known = set(values)
    others = (OTHERS,) if OTHERS in known else ()
    return (*in_their_order(known - {OTHERS}), *others)
