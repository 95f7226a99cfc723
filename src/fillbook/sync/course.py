"""What a run asks for next, and what is so at its end, out of what the database knows.

The year or the night, then gaps that are left; or one earlier window after the other. `windows` decides, this module looks things up.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from django.db.models import Min

from fillbook.brokers.interface import FetchState
from fillbook.brokers.manifests import manifest
from fillbook.ledger.sentences import ENGLISH
from fillbook.ledger.statement import DateRange
from fillbook.storage.coverage import missing_days
from fillbook.storage.models import BrokerAccount, Link, PositionRow, RunKind
from fillbook.storage.records import KINDS, rows_of
from fillbook.storage.services import config_of
from fillbook.sync import clock, proving, runs, slots, windows
from fillbook.sync.policy import Trouble
from fillbook.sync.runs import Plan
from fillbook.sync.sentences import SENTENCES
from fillbook.sync.windows import OVERLAP, Found, Leg, Window

_SPEAKER: Final = replace(ENGLISH, day=lambda day: f"{day:%a} {day.day} {day:%b %Y}")
"""Notes tell the day of the week too."""


def next_leg(plan: Plan, done: Sequence[Leg]) -> Leg | None:
    """The next days to ask for, noted in the run; None when the run is at its end."""
    link = Link.objects.filter(pk=plan.link_id).first()
    if link is None:
        return None
    if plan.kind == RunKind.HISTORY:
        days = _earlier(link, done)
    elif done:
        days = _gap(link, done)
    else:
        days = _first(link, plan)
    if days is None and (done or plan.kind == RunKind.HISTORY):
        return None
    runs.note_days(plan.run_id, days)
    return windows.leg_of(days)


def finish(plan: Plan, memory: FetchState, done: Sequence[Leg]) -> bool:
    """The run fetched what there was: note it, with what its owner should know. False: it was closed."""
    link = Link.objects.filter(pk=plan.link_id).first()
    if link is None:
        return False
    if plan.kind == RunKind.HISTORY:
        first = _beginning(link)
        note = _said("nothing_before", broker=manifest(link.broker).name, day=first) if first else ""
        return runs.finish_history(plan.run_id, memory, first, note)
    reached = max((account.figures_to for account in _accounts(link) if account.figures_to), default=None)
    whole_year = any(windows.is_whole(leg) for leg in done)
    late, warning = _lateness(link, reached)
    note = " ".join([late, *(_missed(leg) for leg in done if leg["missed"])]).strip()
    if not runs.finish(plan.run_id, memory, whole_year, reached, note, warning):
        return False
    proving.own(link)
    return True


def _first(link: Link, plan: Plan) -> DateRange | None:
    now = clock.now()
    today = runs.hours_of(link).day_of(now)
    if plan.kind == RunKind.SCHEDULED and not plan.unproven:
        days = windows.nightly(link.figures_to, link.last_full_fetch_at, now, today)
        if days is not None:
            return days
    return _all_days(link, today)


def _all_days(link: Link, today: date) -> DateRange | None:
    """As far back as the broker's history goes, or as the operator wants; None where the broker knows that by itself."""
    can = manifest(link.broker).capabilities
    if not can.names_days:
        return None
    years = config_of(link.broker, link.endpoint).values.get("years", "")
    days = int(years) * 365 if years else can.history_days or 365
    last = slots.last_working_day(today)
    return DateRange(last - timedelta(days=max(days, 1) - 1), last)


def _gap(link: Link, done: Sequence[Leg]) -> DateRange | None:
    """A gap that is left after the whole year came; none in a short night, whose days join those before them."""
    asked = [windows.days_of(leg) for leg in done]
    if None not in asked:
        return None
    history = timedelta(days=manifest(link.broker).capabilities.history_days or 0)
    since = (link.linked_at or clock.now()).date() - history
    missing = [days for account in _accounts(link) for days in missing_days(account)]
    return windows.gap(missing, [days for days in asked if days], since)


def _earlier(link: Link, done: Sequence[Leg]) -> DateRange | None:
    accounts = _accounts(link)
    since = max((account.tracked_since for account in accounts if account.tracked_since), default=None)
    if since is None:
        return None
    asked = [Window(days, _found(accounts, leg, days)) for leg in done if (days := windows.days_of(leg))]
    opened = [account.opened_on for account in accounts if account.opened_on]
    opened_on = min(opened) if len(opened) == len(accounts) else None
    today = runs.hours_of(link).day_of(clock.now())
    return windows.earlier(asked, since, opened_on, today, manifest(link.broker).capabilities.window_days)


def _found(accounts: Sequence[BrokerAccount], leg: Leg, days: DateRange) -> Found:
    """What a window brought, apart from the days at its end that were covered before."""
    if not leg["pages"]:
        return Found.NOTHING
    own = (days.first, days.last - OVERLAP)
    held = PositionRow.objects.filter(account__in=accounts, as_of__range=(days.first, days.last)).exists()
    traded = any(rows_of(kind, account).filter(trade_date__range=own).exists() for kind in KINDS for account in accounts)
    return Found.ROWS if held or traded else Found.EMPTY


def _beginning(link: Link) -> date | None:
    """The first day of which anything is known, now that nothing earlier is to be had."""
    accounts = _accounts(link)
    since = min((account.tracked_since for account in accounts if account.tracked_since), default=None)
    if since is None:
        return None
    rows = [rows_of(kind, account).filter(trade_date__gte=since) for kind in KINDS for account in accounts]
    return min((day for part in rows if (day := part.aggregate(day=Min("trade_date"))["day"])), default=since)


def _lateness(link: Link, reached: date | None) -> tuple[str, Trouble | None]:
    """What to say of a statement that ends before the last working day, and of one that no holiday explains any more."""
    now = clock.now()
    today = runs.hours_of(link).day_of(now)
    missing = slots.missing_days(reached, today) if reached else 0
    if reached is None or not missing:
        return "", None
    next_slot = slots.upcoming(runs.standing(link, succeeded=now, figures_to=reached), runs.hours_of(link), now)
    note = _said("ends_and_asks_today" if next_slot.day == today else "ends_and_asks_tomorrow", day=reached)
    if missing < slots.LATE_DAYS:
        return note, None
    return note, Trouble("Late", "late", _said("late", broker=manifest(link.broker).name, day=reached, missing=missing))


def _missed(leg: Leg) -> str:
    days = windows.days_of(leg)
    return _said("days_missing", first=days.first, last=days.last, missed=leg["missed"]) if days else leg["missed"]


def _said(code: str, **params: object) -> str:
    return SENTENCES.message(code, {name: str(value) for name, value in params.items()}, _SPEAKER)


def _accounts(link: Link) -> list[BrokerAccount]:
    """Those that are followed."""
    return list(BrokerAccount.objects.filter(link=link, chosen=True).order_by("pk"))
