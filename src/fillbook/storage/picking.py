"""What a filter takes, as columns: the same round trips as `choosing.trips_in`, read from what is kept a month at a time.

A test holds the two against each other.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import chain, compress
from operator import or_
from typing import Any, Final

from fillbook.performance.breakdowns import Dimension, Slot
from fillbook.performance.filters import Filter, TripStatus
from fillbook.performance.intraday import HOURS
from fillbook.performance.keys import Key
from fillbook.performance.moments import Moment
from fillbook.storage.choosing import trips_in
from fillbook.storage.columns import DAY, Columns, by, kept_pieces, made_pieces, unpacked
from fillbook.storage.models import BrokerAccount, RoundTripRow, TripMark
from fillbook.storage.queries import Group

_ORDER: Final = (DAY, "moment", "opened", "key")
_NEVER: Final = 1 << 63
Condition = tuple[tuple[str, Callable[[Any], bool]], ...]
"""Columns, each with what its value is asked; one yes is enough."""


def picked(
    accounts: Sequence[BrokerAccount], chosen: Filter, names: Collection[str], *, money: str = "money", ordered: bool = False
) -> dict[Group, Columns]:
    """The columns of each group's round trips whose result is known; without the groups that have none.

    money: the column of currencies by which groups are apart. ordered: those of several accounts in one closing order; else account after
    account.
    """
    conditions = list(_conditions(accounts, chosen)) if _are_kept(chosen) else []
    wanted = {*names, money, *(name for condition in conditions for name, _ in condition)}
    wanted |= {DAY} if any(chosen.days) else set()
    wanted |= {"moment", *(("opened", "key") if _parts_a_moment(chosen) else ())} if chosen.is_interval else set()
    wanted |= {*_ORDER} if ordered and len(accounts) > 1 else set()
    kinds = {account.pk: (account.kind, account.base_currency) for account in accounts}
    found: dict[Group, list[Columns]] = {}
    for account_id, columns in _read(accounts, chosen, wanted).items():
        taken = _taken(columns, chosen, conditions)
        one = _alike(taken[money])
        for currency in taken[money][:1] if one else dict.fromkeys(taken[money]):
            part = taken if one else _only(taken, map(currency.__eq__, taken[money]))
            found.setdefault(Group(*kinds[account_id], currency), []).append(part)
    return {group: _together(parts, ordered=ordered) for group, parts in found.items()}


def marks_of(accounts: Sequence[BrokerAccount]) -> dict[int, list[str]]:
    """Number of a round trip -> keys of its tags, each once; those without any are not in it."""
    marks = TripMark.objects.filter(word__account_id__in=[account.pk for account in accounts])
    found: dict[int, list[str]] = {}
    for pk, tag in marks.values_list("trip_id", "word__tag__key").distinct():
        found.setdefault(pk, []).append(tag)
    return found


def ratings_of(accounts: Sequence[BrokerAccount]) -> dict[int, int]:
    """Number of a round trip -> its rating; those without one are not in it."""
    rated = RoundTripRow.objects.filter(account_id__in=[account.pk for account in accounts], rating__isnull=False)
    return {pk: rating for pk, rating in rated.values_list("pk", "rating") if rating is not None}


def _read(accounts: Sequence[BrokerAccount], chosen: Filter, names: Collection[str]) -> dict[int, Columns]:
    """What is kept of the filter's months; what is not among it is made here."""
    if _are_kept(chosen):
        return unpacked(kept_pieces(accounts, names, *chosen.days), names)
    known = ((account, trips_in([account], chosen).filter(net_e8__isnull=False, day__isnull=False)) for account in accounts)
    return unpacked(chain.from_iterable(made_pieces(account, trips, names) for account, trips in known), names)


def _are_kept(chosen: Filter) -> bool:
    """Whether all that a filter may take is kept: open round trips and incomplete ones are not."""
    return chosen.status is TripStatus.CLOSED and not chosen.include_incomplete


def _conditions(accounts: Sequence[BrokerAccount], chosen: Filter) -> Iterator[Condition]:
    """What the filter says beside accounts and period."""
    yield ((by(Key.CLASS), chosen.asset_class.value.__eq__),) if chosen.asset_class else (("forex", (0).__eq__),)
    if chosen.symbol:
        yield (by(Key.SYMBOL), chosen.symbol.__eq__), (by(Key.UNDERLYING), chosen.symbol.__eq__)
    named = (
        (by(Key.SIDE), chosen.side and chosen.side.value),
        ("outcome", chosen.outcome and chosen.outcome.value),
        (by(Key.SYMBOL), chosen.ticker),
        (by(Key.UNDERLYING), chosen.underlying),
        (by(Key.CURRENCY), chosen.traded),
    )
    yield from (((name, value.__eq__),) for name, value in named if value)
    yield from (((by(Key(band.banded.value)), _is(band.number)),) for band in chosen.bands)
    yield from _of_slot(chosen.slot) if chosen.slot else ()
    if chosen.rating:
        ratings, meant = ratings_of(accounts), frozenset(chosen.rating.values)
        yield (("pk", lambda pk: ratings.get(pk) in meant),)
    if chosen.tags or chosen.untagged:
        marks = marks_of(accounts)
        yield from ((("pk", {pk for pk, tags in marks.items() if tag in tags}.__contains__),) for tag in chosen.tags)
        if chosen.untagged:
            yield (("pk", lambda pk: pk not in marks),)


def _of_slot(slot: Slot) -> Iterator[Condition]:
    """Of a part of the day; CLOCK is weekday and hour."""
    if slot.dimension is Dimension.CLOCK:
        yield ((by(Key.WEEKDAY), _is(slot.number // HOURS)),)
        yield ((by(Key.HOUR), _is(slot.number % HOURS)),)
    else:
        yield ((by(Key(slot.dimension.value)), _is(slot.number)),)


def _is(number: int | None) -> Callable[[Any], bool]:
    """Of None, a number's own `__eq__` would say neither yes nor no."""
    return frozenset((number,)).__contains__


def _taken(columns: Columns, chosen: Filter, conditions: Sequence[Condition]) -> Columns:
    if days := columns.get(DAY):
        first, last = chosen.days
        begins = bisect_left(days, first) if first else 0
        ends = bisect_right(days, last) if last else len(days)
        if chosen.is_interval:
            begins, ends = _interval(columns, chosen, begins, ends)
        if ends - begins < len(days):
            columns = {name: values[begins:ends] for name, values in columns.items()}
    for condition in conditions:
        if all(_alike(columns[name]) and (not columns[name] or asked(columns[name][0])) for name, asked in condition):
            continue
        answers = [map(asked, columns[name]) for name, asked in condition]
        kept = bytes(answers[0] if len(answers) == 1 else map(or_, *answers))
        if 0 in kept:
            columns = _only(columns, kept)
    return columns


def _interval(columns: Columns, chosen: Filter, begins: int, ends: int) -> tuple[int, int]:
    """Of places that are in order where an interval of moments begins, and where it has ended."""
    parts = _parts_a_moment(chosen)

    def place(index: int) -> tuple[Any, ...]:
        moment = Moment.of(columns[DAY][index], columns["moment"][index])
        if not parts:
            return moment.lower
        opened = Moment.of(moment.day, columns["opened"][index]).at
        return replace(moment, opened=opened, key=columns["key"][index]).lower

    there = range(begins, ends)
    first = begins + bisect_left(there, chosen.closed_from.lower, key=place) if chosen.closed_from else begins
    last = begins + bisect_right(there, chosen.closed_to.upper, key=place) if chosen.closed_to else ends
    return first, max(first, last)


def _parts_a_moment(chosen: Filter) -> bool:
    return any(moment and moment.key for moment in (chosen.closed_from, chosen.closed_to))


def _alike(values: Sequence[Any]) -> bool:
    """Whether there is one value alone, which is told in no time of numbers below 256 and of names."""
    return not values or values.count(values[0]) == len(values)


def _only(columns: Columns, kept: Any) -> Columns:
    """Of every column what `kept` says yes to."""
    kept = bytes(kept)
    return {name: list(compress(values, kept)) for name, values in columns.items()}


def _together(parts: Sequence[Columns], *, ordered: bool) -> Columns:
    if len(parts) == 1:
        return parts[0]
    joined = {name: list(chain.from_iterable(part[name] for part in parts)) for name in parts[0]}
    if not ordered:
        return joined
    days, moments, opened, keys = (joined[name] for name in _ORDER)
    marks = [(day, _at(moment), _at(begun), key) for day, moment, begun, key in zip(days, moments, opened, keys, strict=True)]
    places = sorted(range(len(marks)), key=marks.__getitem__)
    return {name: [values[place] for place in places] for name, values in joined.items()}


def _at(moment: int | None) -> int:
    """What has no time of day comes last."""
    return _NEVER if moment is None else moment
