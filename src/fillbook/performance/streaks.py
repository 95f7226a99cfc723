"""Unbroken runs of winners and of losers, and the test of whether they come by chance."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple

from fillbook.performance.summary import Outcome

ENOUGH_RUNS: Final = 30
"""The test of runs needs more decided round trips than this."""


class Closing(NamedTuple):
    """A round trip as curves and runs need it, in closing order. at: the moment as a text, "" without a time of day; net: in 1e-8."""

    day: date
    at: str
    net: int


@dataclass(frozen=True, slots=True)
class Run:
    """Winners or losers in a row. first, last: days on which the first and the last of them closed. total: net P&L in 1e-8."""

    outcome: Outcome
    length: int
    first: date
    last: date
    total: int


@dataclass(frozen=True, slots=True)
class Streaks:
    """All runs in order. wins, losses: the longest, the earliest of equal ones; None without any. lengths: how many of each length."""

    runs: tuple[Run, ...]
    wins: Run | None
    losses: Run | None
    lengths: Mapping[Outcome, Mapping[int, int]]

    @property
    def current(self) -> Run | None:
        """The run that is going on."""
        return self.runs[-1] if self.runs else None


def streaks(closings: Iterable[Closing]) -> Streaks:
    """Runs in closing order. Break-even is skipped: it neither counts nor breaks, and is not in a run's total as it is nothing."""
    runs: list[Run] = []
    outcome, length, total = Outcome.EVEN, 0, 0
    first = last = date.min
    for day, _, net in closings:
        if not net:
            continue
        now = Outcome.WIN if net > 0 else Outcome.LOSS
        if now is not outcome:
            if length:
                runs.append(Run(outcome, length, first, last, total))
            outcome, length, total, first = now, 0, 0, day
        length, total, last = length + 1, total + net, day
    if length:
        runs.append(Run(outcome, length, first, last, total))
    counts = {one: Counter(run.length for run in runs if run.outcome is one) for one in (Outcome.WIN, Outcome.LOSS)}
    return Streaks(tuple(runs), _longest(runs, Outcome.WIN), _longest(runs, Outcome.LOSS), counts)


def z_score(nets: Sequence[int]) -> float | None:
    """z = (N (R - 0.5) - X) / sqrt(X (X - N) / (N - 1)), X = 2 W L, over the N round trips that were won or lost, R their runs.

    Below 0: wins follow wins and losses losses more often than by chance; above: they alternate; beyond 1.96 either way it is seldom
    chance. It says nothing about skill. None without 31 decided round trips or without both sides. Break-even is dropped.
    Source: the Wald-Wolfowitz runs test as traders use it (Vince, "The Mathematics of Money Management", 1992).
    """
    decided = [net > 0 for net in nets if net]
    n, wins = len(decided), sum(decided)
    x = 2 * wins * (n - wins)
    spread = x * (x - n)
    if n <= ENOUGH_RUNS or spread <= 0:
        return None
    runs = 1 + sum(one != other for one, other in pairwise(decided))
    return (n * (runs - 0.5) - x) / math.sqrt(spread / (n - 1))


def _longest(runs: Sequence[Run], outcome: Outcome) -> Run | None:
    return max((run for run in runs if run.outcome is outcome), key=lambda run: run.length, default=None)
