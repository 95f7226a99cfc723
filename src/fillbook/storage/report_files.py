"""Every report by its name as plain rows, of all groups: what a page's download, the command and the API give."""

from collections.abc import Callable
from typing import Final

from fillbook.journal.shapes import CampaignKey
from fillbook.performance.compare import compared
from fillbook.performance.distributions import Spread, spread_of
from fillbook.performance.drawdowns import falls
from fillbook.performance.filters import Filter
from fillbook.performance.keys import Key
from fillbook.performance.statistics import Sample, statistics
from fillbook.performance.streaks import streaks
from fillbook.performance.summary import Summary
from fillbook.performance.told import USUAL, Told
from fillbook.storage import reports
from fillbook.storage.campaign_reports import campaign_report
from fillbook.storage.choosing import Accounts
from fillbook.storage.queries import Group
from fillbook.storage.report_sheet import (
    Row,
    breakdown_rows,
    campaign_rows,
    crossing_rows,
    fall_rows,
    figure_rows,
    group_row,
    histogram_rows,
    pair_rows,
    run_rows,
)


def rows_by(accounts: Accounts, chosen: Filter, key: Key, *, told: Told = USUAL) -> list[Row]:
    """A breakdown by one key."""
    return _with_group({group: breakdown_rows(one) for group, one in reports.breakdown(accounts, chosen, key, told=told).items()})


def rows_crossed(accounts: Accounts, chosen: Filter, down: Key, across: Key, *, told: Told = USUAL) -> list[Row]:
    """Two keys crossed."""
    return _with_group({group: crossing_rows(one) for group, one in reports.crossing(accounts, chosen, down, across, told=told).items()})


def rows_of_spread(accounts: Accounts, chosen: Filter, what: Spread, *, told: Told = USUAL) -> list[Row]:
    """A distribution."""
    found = reports.spread(accounts, chosen, what, told=told)
    return _with_group({group: histogram_rows(what, spread_of(what, values)) for group, values in found.items()})


def rows_of_figures(accounts: Accounts, chosen: Filter, *, told: Told = USUAL) -> list[Row]:
    """Every figure."""
    return _with_group({group: figure_rows(statistics(one)) for group, one in reports.reckoned(accounts, chosen, told=told).items()})


def rows_of_falls(accounts: Accounts, chosen: Filter, *, told: Told = USUAL) -> list[Row]:
    """Every fall of the curve."""
    return _with_group({group: fall_rows(falls(part)) for group, part in reports.closings(accounts, chosen, told=told).items()})


def rows_of_runs(accounts: Accounts, chosen: Filter, *, told: Told = USUAL) -> list[Row]:
    """How many runs of wins and of losses of each length there were."""
    return _with_group({group: run_rows(streaks(part)) for group, part in reports.closings(accounts, chosen, told=told).items()})


def rows_of_campaigns(accounts: Accounts, chosen: Filter, by: CampaignKey) -> list[Row]:
    """Campaigns, each once, and the trades that are in none."""
    return _with_group({group: campaign_rows(one, by) for group, one in campaign_report(accounts, chosen, by).items()})


def rows_compared(first: Accounts, chosen: Filter, second: Accounts, other: Filter, *, told: Told = USUAL) -> list[Row]:
    """Two choices side by side."""
    return _with_group(pairs_by_group(first, chosen, second, other, told=told))


def pairs_by_group(first: Accounts, chosen: Filter, second: Accounts, other: Filter, *, told: Told = USUAL) -> dict[Group, list[Row]]:
    """Two choices side by side, by what may be added up; a group that is on one side alone has nothing on the other."""
    mine, theirs = reports.reckoned(first, chosen, told=told), reports.reckoned(second, other, told=told)
    empty = Sample(Summary())
    return {group: pair_rows(compared(mine.get(group, empty), theirs.get(group, empty))) for group in {*mine, *theirs}}


def _with_group(found: dict[Group, list[Row]]) -> list[Row]:
    return [group_row(group) | row for group in sorted(found) for row in found[group]]


PLAIN: Final[dict[str, Callable[..., list[Row]]]] = {"figures": rows_of_figures, "falls": rows_of_falls, "runs": rows_of_runs}
"""Reports that need no more than a filter."""
