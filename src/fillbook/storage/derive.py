"""From the ledger to round trips: load, match, write. The derived tables are dropped and made again, whole or for some instruments."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Model, QuerySet
from django.utils import timezone

from fillbook.ledger.statement import Severity
from fillbook.performance.facets import Traits, facets_of
from fillbook.performance.summary import FIELDS
from fillbook.storage import derived_rows as rows
from fillbook.storage.bulk import insert
from fillbook.storage.campaigns import regroup
from fillbook.storage.choosing import in_order
from fillbook.storage.columns import write_columns
from fillbook.storage.connections import connected
from fillbook.storage.daybook import SUMMED, Closing, counted, day_of, share_days
from fillbook.storage.hanging import hang
from fillbook.storage.loading import Loaded, load_statement
from fillbook.storage.models import (
    AccountInstrument,
    AccountTotals,
    BridgeRow,
    BrokerAccount,
    ClosedLotRow,
    DayTotals,
    FindingRow,
    FlagRow,
    OpenLotRow,
    ReconciliationRow,
    RoundTripRow,
    TripFillRow,
    UnmatchedRow,
)
from fillbook.storage.overriding import overrides_of
from fillbook.storage.records import batches
from fillbook.storage.restating import TripWatch
from fillbook.storage.slots import Placing, write_totals
from fillbook.storage.twins import TWIN, twins_of
from fillbook.storage.unread import UNREAD, unread_of
from fillbook.trades.account import AccountBook, read_account
from fillbook.trades.findings import OUT_OF_RANGE, found
from fillbook.trades.reconcile import LineKind
from fillbook.trades.records import RoundTrip
from fillbook.trades.settings import AssignmentView, Grouping, MatchingMethod, MatchSettings

RULES: Final = "16"
"""Changes when the same ledger gives other trades or totals, so that accounts derived by older rules are read again."""

_BY_INSTRUMENT: Final = (OpenLotRow, UnmatchedRow, FlagRow, ReconciliationRow, BridgeRow, FindingRow)
_DAY: Final = ("account_id", "facet", "day", "currency", *FIELDS, "high", "low", "fall")


def rebuild_account(account: BrokerAccount | int, instruments: Collection[str] | None = None, because_of: int | None = None) -> int:
    """Read an account's trades again and write what came out, in one transaction.

    Args:
        account: the account, or its id.
        instruments: contract ids whose facts changed; those connected with them are read too, and those that an earlier change left
            unread. None for all.
        because_of: number of the statement that changed them; what that makes of trades which counted before is noted.

    Returns:
        How many round trips are new, gone or different.
    """
    account_id = account if isinstance(account, int) else account.pk
    with transaction.atomic():
        owner = BrokerAccount.objects.select_for_update().get(pk=account_id)
        waiting = unread_of(owner)
        keys = None if instruments is None or waiting is None else connected(owner, {*instruments, *waiting})
        loaded = load_statement(owner, keys)
        book = read_account(loaded.statement, settings_of(owner), overrides_of(owner, loaded.statement.executions))
        changed = _Writer(owner, loaded, book, keys, because_of).write()
        hang(owner)
        regroup(owner, keys)
        totals = {
            "rebuilt_at": timezone.now(),
            "round_trips": RoundTripRow.objects.filter(account=owner, is_open=False).count(),
            "checked": _checked(owner) | {TWIN: twins_of(owner)},
        }
        if keys is None:
            totals |= {"rules": RULES, "executions": len(loaded.statement.executions)}
        AccountTotals.objects.update_or_create(account=owner, defaults=totals)
    return changed


def catch_up(account_id: int, instruments: Collection[str] | None, because_of: int | None = None) -> int:
    """`rebuild_account` after a statement was written: nothing is done where neither it nor an earlier one left anything to read."""
    if instruments is not None and not instruments and unread_of(account_id) == frozenset():
        return 0
    return rebuild_account(account_id, instruments, because_of)


def _checked(account: BrokerAccount) -> dict[str, dict[str, int]]:
    """Kind of comparison -> status -> how many: counted once, because a page counts them each time it is opened."""
    found: dict[str, dict[str, int]] = {"fill": {}, "position": {}}
    for row in ReconciliationRow.objects.filter(account=account).values("kind", "status").annotate(n=Count("pk")):
        found[row["kind"]][row["status"]] = row["n"]
    return found


def settings_of(account: BrokerAccount) -> MatchSettings:
    """How the account's owner wants its fills read."""
    return MatchSettings(
        method=MatchingMethod(account.matching),
        grouping=Grouping(account.grouping),
        assignment=AssignmentView(account.assignment),
        base_currency=account.base_currency or None,
        forex=account.counts_forex,
    )


def outdated_accounts() -> QuerySet[BrokerAccount]:
    """Accounts whose trades were read by other rules than these, or never, or not since their facts changed."""
    read = AccountTotals.objects.filter(rules=RULES).exclude(checked__has_key=UNREAD)
    return BrokerAccount.objects.exclude(pk__in=read.values("account_id"))


class _Writer:
    """Replaces the derived rows of an account, or of some of its instruments."""

    def __init__(
        self, account: BrokerAccount, loaded: Loaded, book: AccountBook, keys: frozenset[str] | None, because_of: int | None
    ) -> None:
        self.account = account
        self.loaded = loaded
        self.book = book
        self.keys = keys
        self.because_of = because_of
        self.pks = dict(AccountInstrument.objects.filter(account=account).values_list("key", "instrument_id"))
        self.placing = Placing(account, self._mine(RoundTripRow), keys)
        self.findings = [(str(finding.params.get("id", "")), finding) for finding in book.findings]

    def write(self) -> int:
        """Everything; returns how many round trips changed."""
        trips = self._fitting(self.book.match.round_trips) + self._fitting(self.book.match.open_trips)
        watch = self._watch(trips) if self.because_of is not None else None
        before = self._marks() if watch is None else {}
        days = self._drop()
        after = self._write_trips(trips)
        if watch is None:
            changed = sum(1 for key in {*before, *after} if before.get(key) != after.get(key))
        else:
            changed = watch.note(self._mine(RoundTripRow), after)
        self._write_lots()
        self._write_lines()
        self._write_bridge()
        self._write_findings()
        self._write_days(days, trips)
        return changed

    def _watch(self, trips: list[RoundTrip]) -> TripWatch:
        assert self.because_of is not None
        return TripWatch(self.account, self.because_of, self._mine(RoundTripRow), set(rows.distinct(trip.key for trip in trips)))

    def _mine(self, model: type[Model]) -> list[QuerySet[Any]]:
        """The rows of the instruments that are replaced, in as many parts as SQL can name them in."""
        found = model._default_manager.filter(account=self.account)  # noqa: SLF001 - Django's door to a model chosen at run time
        return [found] if self.keys is None else [found.filter(instrument_key__in=part) for part in batches(sorted(self.keys))]

    def _marks(self) -> dict[str, tuple[Any, ...]]:
        return {key: tuple(mark) for part in self._mine(RoundTripRow) for key, *mark in part.values_list("key", *rows.MARK)}

    def _drop(self) -> set[date]:
        """Delete what is replaced; the days whose totals it was in."""
        days: set[date] = set()
        for part in self._mine(RoundTripRow):
            days.update(day for day in part.values_list("closed_on", flat=True).distinct() if day)
            TripFillRow.objects.filter(trip__in=part).delete()
            ClosedLotRow.objects.filter(trip__in=part).delete()
            part.delete()
        for model in _BY_INSTRUMENT:
            for part in self._mine(model):
                part.delete()
        return days

    def _fitting(self, trips: Iterable[RoundTrip]) -> list[RoundTrip]:
        """Trips whose amounts the database can hold; a finding for each of the others."""
        kept = []
        for trip in trips:
            if rows.fits(trip):
                kept.append(trip)
            else:
                first = trip.fills[0].execution_id if trip.fills else ""
                params = {"id": first, "symbol": trip.instrument.symbol}
                self.findings.append((first, found(Severity.WARNING, OUT_OF_RANGE, params)))
        return kept

    def _write_trips(self, trips: list[RoundTrip]) -> dict[str, tuple[Any, ...]]:
        by_fill = {line.id: line for line in self.book.lines if line.kind is LineKind.FILL}
        base, pk = self.account.base_currency, self.account.pk
        keys = rows.distinct(trip.key for trip in trips)
        pairs = list(zip(keys, trips, strict=True))
        places = self.placing.of(pairs)
        made = [rows.trip_row(pk, base, key, trip, self.pks, rows.worst_status(trip, by_fill), places.get(key)) for key, trip in pairs]
        insert(RoundTripRow, rows.TRIP, made)
        ids = {key: pk for part in self._mine(RoundTripRow) for key, pk in part.values_list("key", "pk")}
        fills = (rows.fill_row(ids[key], number, fill) for key, trip in pairs for number, fill in enumerate(trip.fills, 1))
        insert(TripFillRow, rows.FILL, fills)
        lots = (rows.closed_lot_row(ids[key], number, lot) for key, trip in pairs for number, lot in enumerate(trip.closed_lots, 1))
        insert(ClosedLotRow, rows.CLOSED_LOT, lots)
        return {key: rows.trip_mark(row) for key, row in zip(keys, made, strict=True)}

    def _write_lots(self) -> None:
        result, pk = self.book.match, self.account.pk
        insert(OpenLotRow, rows.OPEN_LOT, rows.open_lot_rows(pk, filter(rows.fits, result.open_lots), self.pks))
        insert(UnmatchedRow, rows.UNMATCHED, (rows.unmatched_row(pk, left, self.pks) for left in result.unmatched))
        insert(FlagRow, rows.FLAG, (rows.flag_row(pk, flag, self.pks) for flag in result.flags if rows.fits(flag)))

    def _write_lines(self) -> None:
        lines = filter(rows.fits, self.book.lines)
        insert(ReconciliationRow, rows.LINE, (rows.line_row(self.account.pk, line, self.pks, self.loaded.carried) for line in lines))

    def _write_bridge(self) -> None:
        """One bridge per instrument: they add up to the account's, and each can be replaced alone."""
        lines = rows.bridges(self.loaded.statement.executions, self.book.match)
        made = [[self.account.pk, key, line.line, line.currency, line.amount] for key, line in lines if line.amount and rows.fits(line)]
        insert(BridgeRow, ("account_id", "instrument_key", "line", "currency", "amount"), made)

    def _write_findings(self) -> None:
        key_of = {row.execution_id: row.instrument.key for row in self.loaded.statement.executions}
        keys = [key_of.get(name) or item.params.get("instrument", "") for name, item in self.findings]
        made = [
            [self.account.pk, key, item.severity, item.code, item.message, item.remedy, dict(item.params)]
            for key, (_, item) in zip(keys, self.findings, strict=True)
        ]
        insert(FindingRow, ("account_id", "instrument_key", "severity", "code", "message", "remedy", "params"), made)

    def _write_days(self, days: set[date], trips: list[RoundTrip]) -> None:
        write_days(
            self.account, None if self.keys is None else days | self.placing.moved | {trip.closed_on for trip in trips if trip.closed_on}
        )


def write_days(account: BrokerAccount, days: Collection[date] | None = None) -> None:
    """Sum up again the days in which something was or is, all when None; from the table, because other instruments closed on them too."""
    totals = DayTotals.objects.filter(account=account)
    closed = counted(RoundTripRow.objects.filter(account=account))
    parts = [(totals, closed)]
    if days is not None:
        parts = [(totals.filter(day__in=part), closed.filter(closed_on__in=part)) for part in batches(sorted(days))]
    for old, trip_rows in parts:
        old.delete()
        insert(DayTotals, _DAY, sorted(_day_rows(account.pk, trip_rows), key=itemgetter(1)))  # a facet's rows lie together on the disk
    share_days(account, days)
    months = None if days is None else {day.replace(day=1) for day in days}
    write_totals(account, closed, months)
    write_columns(account, closed, months)


def _day_rows(account_id: int, trips: QuerySet[RoundTripRow]) -> Iterator[list[Any]]:
    """What closed on each day in each facet and currency, and how its running sum went."""
    ordered = in_order(trips).values_list("closed_on", "closed_at", "result_currency", *SUMMED, *Traits._fields)
    for day, rows_of_day in groupby(ordered.iterator(chunk_size=5000), key=itemgetter(0)):
        parts: dict[tuple[str, str], list[Closing]] = defaultdict(list)
        for _, at, currency, net, fees, gain, cost, *traits in rows_of_day:
            for facet in facets_of(Traits(*traits)):
                parts[facet, currency].append((at, (net, fees, gain, cost)))
        for (facet, currency), part in parts.items():
            summary, path = day_of(part)
            yield [account_id, facet, day, currency, *(getattr(summary, name) for name in FIELDS), path.high, path.low, path.fall]
