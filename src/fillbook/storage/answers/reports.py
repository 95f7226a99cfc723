"""Reports as JSON values: by a key, by two keys crossed, every further figure, distributions; each by group of what may be added up.

Every function takes accounts whose access was checked. gross: by results before fees and taxes; gains in percent stay after fees.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from heapq import nsmallest
from typing import Any, Final, TypeVar

from fillbook.ledger.numbers import EXACT
from fillbook.performance.crossing import OTHERS, limited
from fillbook.performance.distributions import Bar, Histogram, Spread, spread_of
from fillbook.performance.drawdowns import Fall, falls, recovery_factor
from fillbook.performance.filters import Filter
from fillbook.performance.keys import Key, Value, narrowed
from fillbook.performance.statistics import Figure, statistics
from fillbook.performance.streaks import Run, streaks
from fillbook.performance.told import USUAL, Told
from fillbook.storage import reports
from fillbook.storage.answers.summaries import group_answer, group_order, summary_answer
from fillbook.storage.answers.values import iso, rounded, units
from fillbook.storage.models import BrokerAccount
from fillbook.storage.queries import Group
from fillbook.storage.remembered import remembered
from fillbook.storage.report_files import pairs_by_group
from fillbook.storage.report_sheet import run_rows

T = TypeVar("T")
MOST_PLACES: Final = 60
"""As many rows, and as many columns, as a crossing gives; the others are told together."""
MOST_FALLS: Final = 50


def breakdown_answer(accounts: Sequence[BrokerAccount], chosen: Filter, key: Key, *, told: Told = USUAL) -> list[dict[str, Any]]:
    """What the round trips of each value of a key came to. overlaps: some are in several parts, as tags may be."""
    return [
        group_answer(group)
        | {
            "overlaps": found.overlaps,
            "total": summary_answer(found.whole, gross=told.gross),
            "parts": [
                _place(part.value, within(chosen, group, told), key)
                | summary_answer(part.summary, gross=told.gross)
                | {"in_r": part.r_count, "mean_r": rounded(part.mean_r)}
                for part in found.parts
            ],
        }
        for group, found in _ordered(reports.breakdown(accounts, chosen, key, told=told))
    ]


def within(chosen: Filter, group: Group, told: Told) -> Filter:
    """What of a filter's round trips is in a group: all, or where each is told in its own currency, those in this one."""
    return replace(chosen, traded=group.currency) if told.own else chosen


def crossing_answer(
    accounts: Sequence[BrokerAccount], chosen: Filter, down: Key, across: Key, *, told: Told = USUAL
) -> list[dict[str, Any]]:
    """What the round trips of each pair of values came to; the row or column `others` holds what has none of its own."""
    found = []
    for group, whole in _ordered(reports.crossing(accounts, chosen, down, across, told=told, most=(MOST_PLACES, MOST_PLACES))):
        grid = limited(whole, MOST_PLACES, MOST_PLACES)
        cells = [
            {"row": _written(row), "column": _written(column)} | summary_answer(grid.cells[row, column], gross=told.gross)
            for row in grid.rows
            for column in grid.columns
            if (row, column) in grid.cells
        ]
        rows, columns = [_written(row) for row in grid.rows], [_written(column) for column in grid.columns]
        found.append(group_answer(group) | {"rows": rows, "columns": columns, "cells": cells})
    return found


def statistics_answer(accounts: Sequence[BrokerAccount], chosen: Filter, *, told: Told = USUAL) -> list[dict[str, Any]]:
    """Every further figure with what it rests on, the deepest falls of the curve, and the longest runs."""
    return remembered(_statistics, accounts, chosen, told)


def _statistics(accounts: Sequence[BrokerAccount], chosen: Filter, told: Told) -> list[dict[str, Any]]:
    found = []
    for group, sample in _ordered(reports.samples(accounts, chosen, told=told)):
        own = within(chosen, group, told)
        counted = streaks(sample.closings)
        runs = reports.told_apart(accounts, chosen, group, sample.closings, counted, told=told)
        every = falls(sample.closings)
        deepest = nsmallest(MOST_FALLS, every, key=lambda fall: (fall.depth, fall.began_on))
        longest = {name: _run(getattr(runs, name), own, told) for name in ("wins", "losses", "current")} | {"lengths": run_rows(runs)}
        figures = [_figure(figure) for figure in statistics(replace(sample, runs=counted))]
        fallen = {"drawdowns": [_fall(fall, own) for fall in deepest], "recovery_factor": rounded(recovery_factor(sample.closings, every))}
        found.append(group_answer(group) | {"figures": figures, "streaks": longest} | fallen)
    return found


def compared_answer(
    accounts: Sequence[BrokerAccount], chosen: Filter, others: Sequence[BrokerAccount], beside: Filter, *, told: Told = USUAL
) -> list[dict[str, Any]]:
    """Every figure of two choices of round trips side by side. others: the accounts of the second choice, whose access was checked."""
    return [
        group_answer(group) | {"figures": rows} for group, rows in _ordered(pairs_by_group(accounts, chosen, others, beside, told=told))
    ]


def distribution_answer(accounts: Sequence[BrokerAccount], chosen: Filter, what: Spread, *, told: Told = USUAL) -> list[dict[str, Any]]:
    """How results are spread, in bars with round edges, holding times in their classes; an end of None is open."""
    found = []
    for group, values in _ordered(reports.spread(accounts, chosen, what, told=told)):
        spread = spread_of(what, values)
        if spread is not None:
            found.append(group_answer(group) | _histogram(spread, what))
    return found


def _ordered(found: Mapping[Group, T]) -> list[tuple[Group, T]]:
    return sorted(found.items(), key=lambda item: group_order(item[0]))


def _place(value: Value, chosen: Filter, key: Key) -> dict[str, Any]:
    """A value, and the filter that takes its round trips; None where no filter says that."""
    own = narrowed(chosen, key, value)
    return {"value": _written(value), "filter": None if own is None else own.to_query()}


def _written(value: Value) -> str | None:
    return "others" if value == OTHERS else None if value is None else str(value)


def _figure(figure: Figure) -> dict[str, Any]:
    low, high = figure.within or (None, None)
    return {
        "name": figure.name,
        "unit": figure.unit.value,
        "value": rounded(figure.value),
        "n": figure.n,
        "of_days": figure.of_days,
        "few": figure.few,
        "low": rounded(low),
        "high": rounded(high),
        "error": rounded(figure.error),
        "absent": figure.absent.value or None,
    }


def _fall(fall: Fall, chosen: Filter) -> dict[str, Any]:
    return {
        "depth": units(fall.depth),
        "peak_on": iso(fall.peak_on),
        "began_on": iso(fall.began_on),
        "trough_on": iso(fall.trough_on),
        "recovered_on": iso(fall.recovered_on),
        "days": fall.days,
        "days_down": fall.days_down,
        "round_trips": fall.trades,
        "filter": chosen.between(fall.begins, fall.ends).to_query(),
        "filter_down": chosen.between(fall.begins, fall.lowest).to_query(),
    }


def _run(run: Run | None, chosen: Filter, told: Told) -> dict[str, Any] | None:
    if run is None:
        return None
    days = {"first": iso(run.first), "last": iso(run.last)}
    of_it = reports.of_run(chosen, run, told).to_query()
    return {"outcome": run.outcome.value, "length": run.length} | days | {"profit": units(run.total), "filter": of_it}


def _histogram(found: Histogram, what: Spread) -> dict[str, Any]:
    return {
        "n": found.n,
        "mean": _in_unit(found.mean, what),
        "median": _in_unit(found.median, what),
        "bars": [_bar(bar, what) for bar in found.bars],
    }


def _bar(bar: Bar, what: Spread) -> dict[str, Any]:
    return {"from": _edge(bar.least, what), "to": _edge(bar.most, what), "round_trips": bar.count}


def _edge(value: int | None, what: Spread) -> str | None:
    return None if value is None else _in_unit(Decimal(value), what)


def _in_unit(value: Decimal, what: Spread) -> str | None:
    """Seconds as they are, but for digits that no mean of them has; all else is kept in units of 1e-8, gains as fractions."""
    if what is Spread.HELD:
        return rounded(value)
    return rounded(value.scaleb(-6 if what is Spread.PERCENT else -8, context=EXACT))
