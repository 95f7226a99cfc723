"""Unbroken runs of winners and of losers, and the test of whether they come by chance."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import compress
from typing import Final

from fillbook.performance.moments import Moment
from fillbook.performance.summary import Outcome

ENOUGH_RUNS: Final = 30
"""The test of runs needs more decided round trips than this."""


@dataclass(frozen=True, slots=True)
class Closings:
    """Round trips as curves and runs need them, in closing order: three columns of one length, since a report goes through all of them.

    days: on which they closed. moments: when, in microseconds since 1970, None without a time of day. nets: net P&L in 1e-8.
    """

    days: Sequence[date] = ()
    moments: Sequence[int | None] = ()
    nets: Sequence[int] = ()

    def __len__(self) -> int:
        return len(self.nets)


NOTHING: Final = Closings()


@dataclass(frozen=True, slots=True)
class Run:
    """Winners or losers in a row. first, last: days on which the first and the last of them closed. total: net P&L in 1e-8.

    places: where the first and the last of them stand among all round trips. begins, ends: their moments. Some of those moments may be of
    other runs, as several round trips that close in one instant need not end alike (`storage.reports.told_apart` sees to it).
    """

    outcome: Outcome
    length: int
    first: date
    last: date
    total: int
    places: tuple[int, int]
    begins: Moment
    ends: Moment


@dataclass(frozen=True, slots=True)
class Streaks:
    """wins, losses: the longest run of each, the earliest of equal ones. current: the one that is going on. Each None without any.

    lengths: how many runs of each length there were. z: their `z_score`.
    """

    wins: Run | None
    losses: Run | None
    current: Run | None
    lengths: Mapping[Outcome, Mapping[int, int]]
    z: float | None


_WON, _LOST = b"\1", b"\0"
_MARKS: Final = {Outcome.WIN: _WON, Outcome.LOSS: _LOST}


def streaks(closings: Closings) -> Streaks:
    """Runs in closing order. Break-even is skipped: it neither counts nor breaks, and is not in a run's total as it is nothing."""
    decided: Sequence[int] = closings.nets
    decided_at: Sequence[int] = range(len(closings))
    if 0 in decided:
        decided, decided_at = list(filter(None, decided)), list(compress(decided_at, decided))
    marks = _marks(decided)
    lengths = {outcome: _lengths(marks, outcome) for outcome in _MARKS}

    def run(outcome: Outcome, length: int, begins: int) -> Run:
        places = decided_at[begins], decided_at[begins + length - 1]
        first, last = (Moment.of(closings.days[place], closings.moments[place]) for place in places)
        return Run(outcome, length, first.day, last.day, sum(decided[begins : begins + length]), places, first, last)

    def longest(outcome: Outcome) -> Run | None:
        length = max(lengths[outcome], default=0)
        return run(outcome, length, marks.find(_MARKS[outcome] * length)) if length else None

    current = None
    if marks:
        outcome = Outcome.WIN if marks.endswith(_WON) else Outcome.LOSS
        length = len(marks) - len(marks.rstrip(_MARKS[outcome]))
        current = run(outcome, length, len(marks) - length)
    return Streaks(longest(Outcome.WIN), longest(Outcome.LOSS), current, lengths, _z(marks))


def _marks(decided: Sequence[int]) -> bytes:
    """A byte for each round trip that was won or lost: 100,000 of them are looked through in no time."""
    return bytes([net > 0 for net in decided])


def _lengths(marks: bytes, outcome: Outcome) -> Counter[int]:
    other = _LOST if outcome is Outcome.WIN else _WON
    found = Counter(map(len, marks.split(other)))
    del found[0]
    return found


def z_score(nets: Sequence[int]) -> float | None:
    """z = (N (R - 0.5) - X) / sqrt(X (X - N) / (N - 1)), X = 2 W L, over the N round trips that were won or lost, R their runs.

    Below 0: wins follow wins and losses losses more often than by chance; above: they alternate; beyond 1.96 either way it is seldom
    chance. It says nothing about skill. None without 31 decided round trips or without both sides. Break-even is dropped.
    Source: the Wald-Wolfowitz runs test as traders use it (Vince, "The Mathematics of Money Management", 1992).
    """
    return _z(_marks(list(filter(None, nets))))


def _z(marks: bytes) -> float | None:
    n, wins = len(marks), marks.count(_WON)
    x = 2 * wins * (n - wins)
    spread = x * (x - n)
    if n <= ENOUGH_RUNS or spread <= 0:
        return None
    runs = 1 + marks.count(_WON + _LOST) + marks.count(_LOST + _WON)
    return (n * (runs - 0.5) - x) / math.sqrt(spread / (n - 1))
