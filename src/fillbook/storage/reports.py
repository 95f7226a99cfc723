"""What reports are made of, read from the columns of round trips and from kept totals. Every function takes accounts whose access was
checked and gives groups apart.

told: in which money (`performance.told`); where each trade is told in its own currency, a group is of the trades in that currency.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import compress, groupby, product
from operator import sub
from typing import Final, NamedTuple

from django.db.models import F

from fillbook.ledger.figures import FigureKind
from fillbook.ledger.numbers import EXACT
from fillbook.performance.columns import Places, Results, places_of, summaries_at
from fillbook.performance.crossing import OTHERS, Breakdown, Crossing, Margins, Part, broken_down, crossed, kept_values
from fillbook.performance.curves import Period
from fillbook.performance.distributions import Spread
from fillbook.performance.drawdowns import Fall, falls, recovery_factor
from fillbook.performance.facets import facet_of
from fillbook.performance.filters import Filter
from fillbook.performance.keys import NAMED, SAID, Key, Value
from fillbook.performance.moments import Moment
from fillbook.performance.ratios import Returns, daily_returns
from fillbook.performance.statistics import Sample
from fillbook.performance.streaks import Closings, Run, Streaks, streaks
from fillbook.performance.summary import Summary, from_e8
from fillbook.performance.told import USUAL, Told
from fillbook.storage import keytotals, queries
from fillbook.storage.choosing import Accounts
from fillbook.storage.columns import DAY, Columns, by
from fillbook.storage.models import BalanceRow, BrokerAccount, RoundTripRow
from fillbook.storage.packed import SCALE
from fillbook.storage.picking import marks_of, picked, ratings_of
from fillbook.storage.plans import results_in_r
from fillbook.storage.queries import Group
from fillbook.storage.remembered import remembered

_RESULTS: Final = ("net", "charges", "gain", "outlay", "after")
_OWN: Final = {"net": "own", "charges": "own_fees", "outlay": "own_outlay"}
"""Columns of the base currency, and the same in that of the instrument."""
_OF_PERCENT: Final = ("net", "charges", "gain", "outlay")
_CURVE: Final = (DAY, "moment", "net")
_SPREAD: Final = {Spread.PROFIT: "net", Spread.PERCENT: "gain", Spread.HELD: "seconds"}


def breakdown(accounts: Accounts, chosen: Filter, key: Key, *, told: Told = USUAL) -> dict[Group, Breakdown]:
    """What the round trips of each value came to. Those with several tags are in the part of each, in the whole once."""
    held = list(accounts)
    if told.own or key in SAID or not keytotals.answers(chosen):
        return remembered(_from_columns, held, chosen, key, told)
    return remembered(_from_sums, held, chosen, key, told) if key in NAMED else _from_sums(held, chosen, key, told)


def _from_sums(accounts: Sequence[BrokerAccount], chosen: Filter, key: Key, told: Told) -> dict[Group, Breakdown]:
    rs = _in_r(accounts)
    in_r = _r_by_value(accounts, chosen, key, rs, told=told) if rs else {}
    return {
        group: broken_down(key, [Part(value, one, *in_r.get((group, value), (0, 0))) for value, one in sums.items()], _whole(sums))
        for group, sums in _kept_sums(accounts, chosen, key, told=told).items()
    }


def _from_columns(accounts: Sequence[BrokerAccount], chosen: Filter, key: Key, told: Told) -> dict[Group, Breakdown]:
    found, rs = {}, _in_r(accounts)
    for group, columns in _counted(accounts, chosen, {*_RESULTS, *_named(key), *(("pk",) if rs else ())}, told=told).items():
        places, results = _places(accounts, columns, key), _results(columns)
        summaries = summaries_at(places, results)
        in_r = _summed_r(places, columns["pk"], rs) if rs else {}
        whole = _whole(summaries) if key is not Key.TAG or len(summaries) == 1 else results.summary
        parts = [Part(value, one, *in_r.get(value, (0, 0))) for value, one in summaries.items()]
        known = [rs[pk] for pk in columns["pk"] if pk in rs] if rs else []
        found[group] = broken_down(key, parts, whole, (len(known), sum(known)))
    return found


def crossing(
    accounts: Accounts, chosen: Filter, down: Key, across: Key, *, told: Told = USUAL, most: tuple[int, int] | None = None
) -> dict[Group, Crossing]:
    """What the round trips of each pair of values came to. most: where no round trip is in several cells, as many rows and columns at most,
    the rarest together (`OTHERS`).
    """
    return remembered(_crossing, list(accounts), chosen, down, across, told, most)


def _crossing(
    accounts: Sequence[BrokerAccount], chosen: Filter, down: Key, across: Key, told: Told, most: tuple[int, int] | None
) -> dict[Group, Crossing]:
    found = {}
    for group, columns in _counted(accounts, chosen, {*_RESULTS, *_named(down), *_named(across)}, told=told).items():
        places, results, margins = _pairs(accounts, columns, down, across), _results(columns), None
        if Key.TAG in (down, across):
            if sum(map(len, places.values())) > len(results.nets):  # some are in several cells
                rows, others = (summaries_at(_places(accounts, columns, key), results) for key in (down, across))
                margins = Margins(rows, others, results.summary)
        elif most is not None:
            places = _gathered(places, most)
        found[group] = crossed(down, across, summaries_at(places, results), margins)
    return found


def totals(accounts: Accounts, chosen: Filter, *, told: Told = USUAL) -> dict[Group, Summary]:
    """The summary of each group that has round trips."""
    held = list(accounts)
    if told == USUAL:
        return queries.summaries(held, chosen)
    if _kept(chosen, told=told):
        return {group: Summary.together(day.summary for day in days) for group, days in _kept_days(held, chosen, told=told).items()}
    return {group: _results(columns).summary for group, columns in _counted(held, chosen, _RESULTS, told=told).items()}


def days(accounts: Accounts, chosen: Filter, *, told: Told = USUAL) -> dict[Group, tuple[Period, ...]]:
    """Totals of each day on which a round trip closed, in order."""
    held = list(accounts)
    if _kept(chosen, told=told):
        return _kept_days(held, chosen, told=told)
    return {group: _by_day(columns) for group, columns in _counted(held, chosen, {*_RESULTS, DAY}, told=told, ordered=True).items()}


def closings(accounts: Accounts, chosen: Filter, *, told: Told = USUAL) -> dict[Group, Closings]:
    """Every round trip in closing order."""
    return {group: _curve(columns) for group, columns in _counted(list(accounts), chosen, _CURVE, told=told, ordered=True).items()}


class Fallen(NamedTuple):
    """trades: how many. falls: of their curve, in order; recovery: `recovery_factor`."""

    trades: int
    falls: tuple[Fall, ...]
    runs: Streaks
    recovery: Decimal | None


def fallen(accounts: Accounts, chosen: Filter, *, told: Told = USUAL) -> dict[Group, Fallen]:
    """Every fall of the curve, and the runs."""
    return remembered(_fallen, list(accounts), chosen, told)


def _fallen(accounts: Sequence[BrokerAccount], chosen: Filter, told: Told) -> dict[Group, Fallen]:
    found = {}
    for group, part in closings(accounts, chosen, told=told).items():
        every, runs = falls(part), told_apart(accounts, chosen, group, part, streaks(part), told=told)
        found[group] = Fallen(len(part), every, runs, recovery_factor(part, every))
    return found


def told_apart(
    accounts: Sequence[BrokerAccount], chosen: Filter, group: Group, closings: Closings, found: Streaks, *, told: Told = USUAL
) -> Streaks:
    """The same runs, their first and last moments told to the round trip where several closed in one: all of a day without times."""

    def exact(moment: Moment, place: int) -> Moment:
        around = [at for at in (place - 1, place + 1) if 0 <= at < len(closings)]
        if all(Moment.of(closings.days[at], closings.moments[at]) != moment for at in around):
            return moment
        first = next(at + 1 for at in range(place, -2, -1) if at < 0 or Moment.of(closings.days[at], closings.moments[at]) != moment)
        columns = _counted(accounts, chosen.between(moment, moment), {"opened", "key"}, told=told, ordered=True)[group]
        opened, key = (columns[name][place - first] for name in ("opened", "key"))
        return replace(moment, opened=Moment.of(moment.day, opened).at, key=key)

    def both(run: Run | None) -> Run | None:
        return run and replace(run, begins=exact(run.begins, run.places[0]), ends=exact(run.ends, run.places[1]))

    return replace(found, wins=both(found.wins), losses=both(found.losses), current=both(found.current))


def of_run(chosen: Filter, run: Run, told: Told = USUAL) -> Filter:
    """Of what a filter takes the round trips of a run; what came to nothing within it has no part in it. Before fees, and in the trades'
    own currency, an outcome need not be that of the list, and they stay.
    """
    return replace(chosen.between(run.begins, run.ends), outcome=chosen.outcome if told.gross or told.own else run.outcome)


def spread(accounts: Accounts, chosen: Filter, what: Spread, *, told: Told = USUAL) -> dict[Group, list[int]]:
    """The values to be distributed, of round trips that have one: never 0 for one that has none."""
    held = list(accounts)
    if what is not Spread.R:
        found = _counted(held, chosen, {_SPREAD[what]}, told=told)
        return {group: kept for group, columns in found.items() if (kept := _known(columns[_SPREAD[what]]))}
    rs = _in_r(held)
    picks = _counted(held, chosen, {"pk"}, told=told) if rs else {}
    return {group: kept for group, columns in picks.items() if (kept := _known(map(rs.get, columns["pk"])))}


def samples(accounts: Accounts, chosen: Filter, *, told: Told = USUAL) -> dict[Group, Sample]:
    """Everything that `performance.statistics` asks for, of each group."""
    held = list(accounts)
    kept = _kept(chosen, told=told)
    curves = _counted(held, chosen, _CURVE if kept else {*_CURVE, *_RESULTS}, told=told, ordered=True)
    by_day = _kept_days(held, chosen, told=told) if kept else {group: _by_day(columns) for group, columns in curves.items()}
    found = {}
    for group, columns in curves.items():
        own = [one for one in held if (one.kind, one.base_currency) == (group.kind, group.base_currency)]
        periods = by_day.get(group, ())
        summaries = [period.summary for period in periods]
        rs = results_in_r(own, chosen, group.currency, own=told.own)
        worth = queries.by_day(own, chosen).get(group, ()) if told.percent else periods
        returns = returns_of(own, chosen, worth) if group.is_base and not told.own else None
        found[group] = Sample.of(Summary.together(summaries), summaries, _curve(columns), rs, returns, told=told)
    return found


def reckoned(accounts: Accounts, chosen: Filter, *, told: Told = USUAL) -> dict[Group, Sample]:
    """The same with all figures reckoned, and without what they are reckoned from."""
    return remembered(_reckoned, list(accounts), chosen, told)


def _reckoned(accounts: Sequence[BrokerAccount], chosen: Filter, told: Told) -> dict[Group, Sample]:
    return {group: sample.reckoned() for group, sample in samples(accounts, chosen, told=told).items()}


def returns_of(accounts: Accounts, chosen: Filter, periods: Iterable[Period]) -> Returns | None:
    """Daily returns on what the broker says the accounts were worth, of the days on which it says so of every one; None without."""
    held = [account.pk for account in accounts]
    rows = BalanceRow.objects.filter(account_id__in=held, kind=FigureKind.NET_ASSET_VALUE)
    rows = rows.filter(currency=F("account__base_currency"))
    first, last = chosen.days
    if last:
        rows = rows.filter(as_of__lte=last)
    by_day: dict[date, list[Decimal]] = defaultdict(list)
    for day, amount in rows.values_list("as_of", "amount"):
        by_day[day].append(amount)
    worth = {day: sum(amounts, Decimal(0)) for day, amounts in by_day.items() if len(amounts) == len(held)}
    if first:
        before = [day for day in worth if day < first]
        worth = {day: amount for day, amount in worth.items() if day >= first or day == max(before)}
    return daily_returns({period.first: from_e8(period.summary.total) for period in periods}, worth)


def own_currency(accounts: Accounts, chosen: Filter) -> dict[Group, dict[str, tuple[Decimal, Decimal]]]:
    """By the instruments' currency: (net P&L, fees and taxes, - paid) in that currency itself, exactly."""
    found = {}
    for group, columns in picked(list(accounts), chosen, {by(Key.CURRENCY), "own_net", "own_charges"}).items():
        places = places_of(columns[by(Key.CURRENCY)])
        found[group] = {
            currency: (_exact(columns["own_net"], there), _exact(columns["own_charges"], there)) for currency, there in places.items()
        }
    return found


def _exact(units: Sequence[int], places: Sequence[int]) -> Decimal:
    return Decimal(sum(units[place] for place in places)).scaleb(-SCALE, context=EXACT)


def _kept(chosen: Filter, *, told: Told) -> bool:
    """Whether totals are kept ready, day by day."""
    if told.own or told.percent:
        return False
    return keytotals.answers(chosen) if told.gross else facet_of(chosen) is not None


def _kept_days(accounts: list[BrokerAccount], chosen: Filter, *, told: Told) -> dict[Group, tuple[Period, ...]]:
    return keytotals.days_before_fees(accounts, chosen.first, chosen.last) if told.gross else queries.by_day(accounts, chosen)


def _counted(
    accounts: Sequence[BrokerAccount], chosen: Filter, names: Collection[str], *, told: Told, ordered: bool = False
) -> dict[Group, Columns]:
    """The columns of each group, their money as it is told; when gross, of round trips whose fees and taxes are known."""
    read = {*names, *(("net", "charges") if told.gross else ()), *(_OF_PERCENT if told.percent else ())} - {"after"}
    if told.own:
        found = picked(accounts, chosen, {_OWN.get(name, name) for name in read}, money=by(Key.CURRENCY), ordered=ordered)
        found = {group: columns | {name: columns[own] for name, own in _OWN.items() if own in columns} for group, columns in found.items()}
    else:
        found = picked(accounts, chosen, read, ordered=ordered)
    if told.percent:
        return {group: gained for group, columns in found.items() if (gained := _in_percent(columns))["net"]}
    if not told.gross:
        return {group: columns | {"after": columns.get("net", [])} for group, columns in found.items()}
    return {group: before for group, columns in found.items() if (before := _before_fees(columns))["net"]}


def _before_fees(columns: Columns) -> Columns:
    if None in columns["charges"]:
        known = [charge is not None for charge in columns["charges"]]
        columns = {name: list(compress(values, known)) for name, values in columns.items()}
    return columns | {"net": list(map(sub, columns["net"], columns["charges"])), "after": columns["net"]}


def _in_percent(columns: Columns) -> Columns:
    """Of those whose cost is known: the gain as P&L, and fees and taxes by the same cost, both in percent."""
    known = [gain is not None for gain in columns["gain"]]
    columns = columns if all(known) else {name: list(compress(values, known)) for name, values in columns.items()}
    paid = zip(columns["charges"], columns["outlay"], strict=True)
    charges = [round(100 * charge / outlay) if charge is not None and outlay else None for charge, outlay in paid]
    return columns | {"net": [100 * gain for gain in columns["gain"]], "charges": charges, "after": columns["net"]}


def _results(columns: Columns) -> Results:
    return Results(*(columns[name] for name in _RESULTS))


def _curve(columns: Columns) -> Closings:
    return Closings(*(columns[name] for name in _CURVE))


def _by_day(columns: Columns) -> tuple[Period, ...]:
    results, found, begins = _results(columns), [], 0
    for day, part in groupby(columns[DAY]):
        ends = begins + sum(1 for _ in part)
        found.append(Period(day, results.between(begins, ends).summary))
        begins = ends
    return tuple(found)


def _known(values: Iterable[int | None]) -> list[int]:
    return [value for value in values if value is not None]


def _named(key: Key) -> tuple[str]:
    """The column of a key's values; what the trader says is looked up by the number of the round trip."""
    return ("pk",) if key in SAID else (by(key),)


def _places(accounts: Sequence[BrokerAccount], columns: Columns, key: Key) -> dict[Value, list[int]]:
    """Where the round trips of each value stand."""
    if key is not Key.TAG:
        return places_of(_single(accounts, columns, key))
    tagged, count = _tagged(accounts, columns), len(columns["pk"])
    found: dict[Value, list[int]] = {None: untagged} if (untagged := [place for place in range(count) if place not in tagged]) else {}
    for place, tags in tagged.items():
        for tag in tags:
            found.setdefault(tag, []).append(place)
    return found


def _pairs(accounts: Sequence[BrokerAccount], columns: Columns, down: Key, across: Key) -> dict[tuple[Value, Value], list[int]]:
    """The same of pairs: of each two tags of a round trip, either way round."""
    if Key.TAG not in (down, across):
        return places_of(zip(_single(accounts, columns, down), _single(accounts, columns, across), strict=True))
    tagged, sides = _tagged(accounts, columns), [None if key is Key.TAG else _single(accounts, columns, key) for key in (down, across)]
    found: dict[tuple[Value, Value], list[int]] = {}
    alone = next((side for side in sides if side is not None), None)
    for value, places in (places_of(alone) if alone is not None else {None: range(len(columns["pk"]))}).items():
        if untagged := [place for place in places if place not in tagged] if tagged else list(places):
            found[None if down is Key.TAG else value, None if across is Key.TAG else value] = untagged
    for place, tags in tagged.items():
        rows, others = ([*tags] if side is None else [side[place]] for side in sides)
        for pair in product(rows, others):
            found.setdefault(pair, []).append(place)
    return found


def _single(accounts: Sequence[BrokerAccount], columns: Columns, key: Key) -> list[Value]:
    """Each round trip's value of a key of which it has one at most."""
    return list(map(ratings_of(accounts).get, columns["pk"])) if key is Key.RATING else columns[by(key)]


def _tagged(accounts: Sequence[BrokerAccount], columns: Columns) -> dict[int, list[str]]:
    """Where those stand that have tags, and which: most have none."""
    marks = marks_of(accounts)
    return {place: marks[pk] for place, pk in enumerate(columns["pk"]) if pk in marks} if marks else {}


def _gathered(places: dict[tuple[Value, Value], list[int]], most: tuple[int, int]) -> dict[tuple[Value, Value], list[int]]:
    """The places of so many rows and columns, the rarest together."""
    found: dict[tuple[Value, Value], list[int]] = defaultdict(list)
    rows, columns = kept_values({pair: len(there) for pair, there in places.items()}, *most)
    if all(row in rows and column in columns for row, column in places):
        return places
    for (row, column), there in places.items():
        found[row if row in rows else OTHERS, column if column in columns else OTHERS] += there
    return found


def _in_r(accounts: Sequence[BrokerAccount]) -> dict[int, int]:
    """Number of a round trip -> its result in R in 1e-8, of those that have one."""
    planned = RoundTripRow.objects.filter(account_id__in=[account.pk for account in accounts], r_e8__isnull=False)
    return {pk: r for pk, r in planned.values_list("pk", "r_e8") if r is not None}


def _kept_sums(accounts: Sequence[BrokerAccount], chosen: Filter, key: Key, *, told: Told) -> dict[Group, dict[Value, Summary]]:
    """What the round trips of each value came to: kept sums of whole months, and the columns of those of which a part is taken."""
    whole, edges = keytotals.whole_months(chosen)
    found = keytotals.kept_sums(accounts, key, whole.first, whole.last, gross=told.gross) if whole else {}
    for edge in edges:
        for group, columns in _counted(accounts, edge, {*_RESULTS, by(key)}, told=told).items():
            for value, summary in summaries_at(places_of(columns[by(key)]), _results(columns)).items():
                found.setdefault(group, {}).setdefault(value, []).append(summary)
    return {group: {value: Summary.together(parts) for value, parts in sums.items()} for group, sums in found.items() if sums}


def _whole(summaries: Mapping[Value, Summary]) -> Summary:
    return Summary.together(summaries.values())


def _r_by_value(
    accounts: Sequence[BrokerAccount], chosen: Filter, key: Key, rs: Mapping[int, int], *, told: Told
) -> dict[tuple[Group, Value], tuple[int, int]]:
    """The same by group and value, of the columns that this takes and no more."""
    found = {}
    for group, columns in _counted(accounts, chosen, {"pk", by(key)}, told=told).items():
        for value, one in _summed_r(places_of(columns[by(key)]), columns["pk"], rs).items():
            found[group, value] = one
    return found


def _summed_r(places: Places[Value], pks: Sequence[int], rs: Mapping[int, int]) -> dict[Value, tuple[int, int]]:
    """(round trips with a result in R, its sum in 1e-8) of each value."""
    found = {}
    for value, there in places.items():
        known = [rs[pk] for pk in (pks[place] for place in there) if pk in rs]
        found[value] = len(known), sum(known)
    return found
