"""What the dashboard, the curve, the calendar, a day and the parts of a day come to, as JSON values, each by group of what may be added up.

Every function takes accounts whose access was checked.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from fillbook.ledger.numbers import plain
from fillbook.performance.breakdowns import Dimension, Parts, Slot, by_hour, by_weekday
from fillbook.performance.calendar import month_of
from fillbook.performance.curves import CurveDay, coarser, curve_days
from fillbook.performance.day import Realized, day_curve
from fillbook.performance.filters import Filter, TripStatus, previous_period
from fillbook.performance.multiples import multiples
from fillbook.performance.summary import Summary
from fillbook.storage import queries
from fillbook.storage.answers.summaries import brief_answer, group_answer, group_order, multiples_answer, summary_answer
from fillbook.storage.answers.values import iso, number, rounded, units
from fillbook.storage.choosing import Accounts
from fillbook.storage.daybook import DayRecord, between, day_records, summed, with_period_before
from fillbook.storage.days import DayFill, days_beside, fills_of
from fillbook.storage.intraday import slots, untimed
from fillbook.storage.models import BrokerAccount, ExecutionRow
from fillbook.storage.plans import results_in_r
from fillbook.storage.queries import Group
from fillbook.trades.bridge import BridgeLine

T = TypeVar("T")


def dashboard_answer(accounts: Sequence[BrokerAccount], chosen: Filter) -> list[dict[str, Any]]:
    """The figures of the dashboard, each group beside the same figures of the period before where the filter has both ends."""
    before = previous_period(chosen)
    found = []
    for group, records in _ordered(day_records(accounts, with_period_before(chosen))):
        within = between(records, chosen.first, chosen.last)
        if not within:
            continue
        summary = summed(within)
        same = [one for one in accounts if (one.kind, one.base_currency) == (group.kind, group.base_currency)]
        entry = group_answer(group) | summary_answer(summary) | {"weighted_gain_percent": rounded(summary.weighted_gain)}
        entry["max_drawdown"] = units(min(day.drawdown for day in _curve(within)))
        entry["in_r"] = multiples_answer(multiples(results_in_r(same, chosen, group.currency)))
        entry["previous"] = _previous(before, records) if before else None
        found.append(entry)
    return found


def resting_answer(accounts: Accounts, chosen: Filter) -> dict[str, Any]:
    """What the figures under a filter leave out, and what they rest on: round trips some of whose openings are unknown, or were stated."""
    every, known = queries.incomplete_count(accounts, chosen) if chosen.status is TripStatus.CLOSED else (0, 0)
    counted = known if chosen.include_incomplete else 0
    return {
        "incomplete": {"round_trips": every, "counted": counted, "countable": known},
        "stated": queries.stated_count(accounts, chosen),
    }


def curve_answer(accounts: Accounts, chosen: Filter, *, whole: bool = True) -> list[dict[str, Any]]:
    """The closed-trade curve. whole: a point for each day on which something closed; else at most about 400 of them."""
    found = []
    for group, records in _ordered(day_records(accounts, chosen)):
        days = _curve(records)
        step, points = ("day", days) if whole else coarser(days)
        found.append(group_answer(group) | {"step": str(step), "points": [_point(point) for point in points]})
    return found


def calendar_answer(accounts: Accounts, chosen: Filter) -> list[dict[str, Any]]:
    """The days of the filter's period on which something closed, the weeks of each month, the months, and all together."""
    found = []
    for group, days in _ordered(queries.by_day(accounts, chosen)):
        months = [month_of(first, days) for first in sorted({day.first.replace(day=1) for day in days})]
        weeks = [week for month in months for week in month.weeks if week.summary is not None]
        found.append(
            group_answer(group)
            | {
                "days": [{"day": iso(day.first)} | brief_answer(day.summary) for day in days],
                "weeks": [_week([day.day for day in week.days if day.inside], week.summary) for week in weeks],
                "months": [{"month": f"{month.first:%Y-%m}"} | brief_answer(month.summary or Summary()) for month in months],
                "total": brief_answer(Summary.together(day.summary for day in days)),
            }
        )
    return found


def day_answer(accounts: Sequence[BrokerAccount], day: date, chosen: Filter) -> dict[str, Any]:
    """A trading day fill by fill, and what closed on it: accounts of each kind and base currency by themselves, apart from those what has
    no rate to the base currency, or of accounts that state none, currency by currency.
    """
    on = replace(chosen, first=day, last=day)
    closed = queries.summaries(accounts, on)
    kept: dict[tuple[str, str], list[BrokerAccount]] = defaultdict(list)
    for account in accounts:
        kept[account.kind, account.base_currency].append(account)
    before, after = days_beside(accounts, day)
    groups = {*closed, *(group for (kind, base), own in kept.items() for group in _day_groups(kind, base, own, on))}
    parts = [_day_part(group, kept[group.kind, group.base_currency], day, on, closed) for group in sorted(groups, key=group_order)]
    shown = [part for part in parts if part["fills"] or part["closed"]["round_trips"]]
    return {"day": iso(day), "before": iso(before), "after": iso(after), "groups": shown}


def _day_groups(kind: str, base: str, accounts: Sequence[BrokerAccount], on: Filter) -> set[Group]:
    """The group of a base currency; where none is stated, of each currency that was traded on the day of a filter."""
    if base or on.first is None:
        return {Group(kind, base, base)}
    return {Group(kind, base, fill.row.instrument.currency) for fill in fills_of(accounts, on.first, on)}


def intraday_answer(accounts: Accounts, chosen: Filter) -> dict[str, Any]:
    """Results by where in the day round trips were opened; and how many have no time of day."""
    held = list(accounts)
    return {
        "groups": [group_answer(group) | {"parts": _parts(found)} for group, found in _ordered(slots(held, chosen))],
        "untimed": [{"account": one.account.number, "round_trips": one.count, "of": one.of} for one in untimed(held, chosen)],
    }


def bridge_answer(bridge: Mapping[str, Iterable[BridgeLine]]) -> dict[str, list[dict[str, str]]]:
    """Kind of account -> the lines of the bridge, currency by currency; all but the last line of a currency add up to that."""
    return {kind: [bridge_line(step) for step in lines] for kind, lines in bridge.items()}


def bridge_line(step: BridgeLine) -> dict[str, str]:
    """One line."""
    return {"line": step.line, "currency": step.currency, "amount": plain(step.amount)}


def _ordered(found: Mapping[Group, T]) -> list[tuple[Group, T]]:
    return sorted(found.items(), key=lambda item: group_order(item[0]))


def _curve(records: Iterable[DayRecord]) -> tuple[CurveDay, ...]:
    return curve_days((one.day, one.summary.n, one.path) for one in records)


def _point(point: CurveDay) -> dict[str, Any]:
    return {
        "first": iso(point.first),
        "last": iso(point.last),
        "round_trips": point.trades,
        "gain": units(point.gain),
        "equity": units(point.equity),
        "drawdown": units(point.drawdown),
    }


def _previous(before: Filter, records: Sequence[DayRecord]) -> dict[str, Any]:
    return {"from": iso(before.first), "to": iso(before.last)} | summary_answer(summed(between(records, before.first, before.last)))


def _week(days: Sequence[date], summary: Summary | None) -> dict[str, Any]:
    return {"first": iso(days[0]), "last": iso(days[-1])} | brief_answer(summary or Summary())


def _day_part(
    group: Group, accounts: Sequence[BrokerAccount], day: date, chosen: Filter, closed: Mapping[Group, Summary]
) -> dict[str, Any]:
    fills = fills_of(accounts, day, chosen, "" if group.is_base else group.currency)
    running = day_curve([Realized(_at(fill), fill.realized) for fill in fills])
    entry: dict[str, Any] = group_answer(group)
    entry["closed"] = brief_answer(closed.get(group, Summary()))
    entry["realized"] = plain(running[-1]) if running else "0"
    entry["fills"] = [_day_fill(fill, plain(total)) for fill, total in zip(fills, running, strict=True)]
    return entry


def _day_fill(fill: DayFill, total: str) -> dict[str, Any]:
    row = fill.row
    traded = row if isinstance(row, ExecutionRow) else None
    return {
        "account": fill.account.number,
        "execution_id": row.row_id,
        "instrument": row.instrument.symbol,
        "what": str(row.kind),
        "executed_at": iso(_at(fill)),
        "quantity": plain(row.quantity),
        "price": plain(traded.price) if traded else None,
        "currency": row.instrument.currency,
        "realized": number(fill.realized),
        "fees": number(fill.charges),
        "running": total,
        "unknown": fill.unknown,
        "trades": list(dict.fromkeys(part.trip.key for part in fill.parts)),
    }


def _at(fill: DayFill) -> Any:
    return fill.row.executed_at if isinstance(fill.row, ExecutionRow) else None


def _parts(found: Mapping[Dimension, Parts]) -> list[dict[str, Any]]:
    clock = found.get(Dimension.CLOCK, {})
    every: dict[Dimension, Parts] = {**found, Dimension.HOUR: by_hour(clock), Dimension.WEEKDAY: by_weekday(clock)}
    return [
        {"dimension": str(dimension), "number": slot, "slot": str(Slot(dimension, slot))} | brief_answer(summary)
        for dimension in Dimension
        for slot, summary in every.get(dimension, {}).items()
    ]
