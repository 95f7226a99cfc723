"""Noting what a later statement changes in what was known already: facts as its rows are written, trades as they are made again.

It is noted at once, because nothing else keeps it: a later statement may change the same fact again, and trades keep no versions.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final, NamedTuple

from django.db.models import QuerySet

from fillbook.journal.anchors import Booked, Bookings, anchor_of, replacement
from fillbook.ledger.execution import Execution, ExecutionKind
from fillbook.ledger.numbers import plain
from fillbook.ledger.statement import DateRange
from fillbook.storage.bulk import insert
from fillbook.storage.models import (
    BrokerAccount,
    ExecutionRow,
    FormerTrip,
    RawStatement,
    RestatedRow,
    RestatedTrip,
    RestatedWhat,
    Restatement,
    RoundTripRow,
    RowState,
    StatedRow,
    TripFillRow,
)
from fillbook.storage.records import EXECUTIONS, Fact, Kind, Stated, batches, columns, rows_of
from fillbook.storage.renumbering import Terms, terms_of, terms_of_row
from fillbook.storage.trip_figures import TripFigures, figures_of
from fillbook.trades.settings import Grouping

_OF_INSTRUMENT: Final = ("multiplier", "currency", "asset_class", "strike", "expiry", "right")
_NOTED: Final = ("kind", "what", "row_id", "replaced_by", "symbol", "day", "before_at", "fields")
_noted_values: Final = attrgetter(*_NOTED)
_SHOWN: Final = ("quantity", "price", "proceeds", "amount", "cash", "value", "fees", "taxes")


class Intent(NamedTuple):
    """What a statement is about to do to one kind of fact. stated: (fact, whether a stronger statement denies it) that will be written.

    supersede, withdraw: numbers of the rows that these end; restore: of those that are believed again without being stated. told: days that
    earlier statements told completely.
    """

    kind: Kind
    stated: Sequence[tuple[Stated, bool]]
    supersede: Collection[int]
    withdraw: Collection[int]
    told: Sequence[DateRange]
    restore: Collection[int] = ()


def note_rows(account: BrokerAccount, raw: RawStatement, stated_at: datetime, found: Sequence[RestatedRow]) -> None:
    """Keep what `changes_in` found."""
    if not found:
        return
    noted = _noted(account, raw, stated_at)
    Restatement.objects.filter(pk=noted.pk).update(rows=len(found))
    noted.row_changes.all().delete()
    insert(RestatedRow, ("restatement_id", *_NOTED), ([noted.pk, *_noted_values(one)] for one in found))


class TripWatch:
    """Compares an account's trades before and after they are made again because of a statement."""

    def __init__(self, account: BrokerAccount, statement_id: int, parts: Sequence[QuerySet[RoundTripRow]], after: Collection[str]) -> None:
        """Look at what is there. parts: the trades that will be made again. after: public ids of those that will be there."""
        self.account, self.statement_id = account, statement_id
        self.before = figures_of(parts)
        gone = [key for key in self.before if key not in after]
        self.fills_of_gone = _fills(account, gone)
        changed = RestatedRow.objects.filter(restatement__account=account, restatement__statement_id=statement_id, kind="executions")
        told = list(changed.values_list("row_id", "replaced_by", "what"))
        self.replaced = {name: heir for name, heir, _ in told}
        self.what = {name: what for name, _, what in told}
        self.names = {name for pair in self.replaced.items() for name in pair if name}
        self.touched = self._holding()

    def note(self, parts: Sequence[QuerySet[RoundTripRow]], after: Collection[str]) -> int:
        """Note what changed of trades that counted, or that hold a fact which the statement changed. after: public ids of those there are.

        Returns:
            How many trades are new, gone or different; one that has only another first fill, and so another id, is none.
        """
        if not self.before and not self.names:
            return len(after)
        now = figures_of(parts)
        heirs = self._heirs(set(now) - set(self.before))
        pairs = [(key, key if key in now else heirs.get(key, "")) for key in self.before]
        self._remember(heirs)
        different = [(key, heir) for key, heir in pairs if not _same(self.before[key], now.get(heir))]
        new = sorted(set(now) - {heir for _, heir in pairs})
        told = [(key, heir) for key, heir in different if self.before[key].counts or key in self.touched]
        holding = self._holding() if new else set()
        told += [("", key) for key in new if key in holding]
        self._write([(key, heir, self.before.get(key), now.get(heir)) for key, heir in told])
        return len(different) + len(new)

    def _write(self, told: Sequence[tuple[str, str, TripFigures | None, TripFigures | None]]) -> None:
        if not told:
            return
        raw = RawStatement.objects.defer("content").get(pk=self.statement_id)
        stated_at = raw.coverages.filter(account=self.account).values_list("stated_at", flat=True).first()
        noted = _noted(self.account, raw, stated_at or raw.received_at)
        found = [
            RestatedTrip(restatement=noted, key_before=key, key_after=heir, before=was and was.as_texts(), after=now and now.as_texts())
            for key, heir, was, now in told
        ]
        gone = [one for one in found if one.after is None]
        places = self._places([fill.execution_id for one in gone for fill in self.fills_of_gone.get(one.key_before, [])])
        for one in gone:
            one.fates = [self._fate(fill, places) for fill in self.fills_of_gone.get(one.key_before, [])]
        RestatedTrip.objects.bulk_create(found, batch_size=500)

    def _remember(self, heirs: Mapping[str, str]) -> None:
        """Where public ids of trades that are gone lead from now on."""
        by_closing = self.account.grouping != Grouping.FLAT_TO_FLAT
        made = []
        for key, fills in self.fills_of_gone.items():
            anchor = anchor_of([(fill.execution_id, fill.role) for fill in fills], by_closing=by_closing)
            made += [[self.account.pk, key, *anchor, heirs.get(key, "")]] if anchor is not None else []
        for part in batches([row[1] for row in made]):
            FormerTrip.objects.filter(account=self.account, key__in=part).delete()
        insert(FormerTrip, ("account_id", "key", "execution_id", "role", "heir"), made)

    def _places(self, names: Iterable[str]) -> dict[str, str]:
        """Id of a fill of a trade that is gone, or of what is told in its place -> public id of the trade that has it now."""
        wanted = sorted({name for one in names for name in (one, self.replaced.get(one, "")) if name})
        fills = TripFillRow.objects.filter(trip__account=self.account)
        parts = (fills.filter(execution_id__in=part).values_list("execution_id", "trip__key") for part in batches(wanted))
        return {name: key for part in parts for name, key in part}

    def _fate(self, fill: "_Fill", places: Mapping[str, str]) -> dict[str, str]:
        """What became of a fill, as `RestatedTrip` has it."""
        name = fill.execution_id
        key = places.get(name) or places.get(self.replaced.get(name, ""), "")
        texts = {"day": fill.day.isoformat(), "quantity": plain(fill.quantity), "price": plain(fill.price)}
        return {"id": name, **texts, "key": key, "what": str(self.what.get(name, ""))}

    def _holding(self) -> set[str]:
        """Public ids of the trades that hold a fill which the statement changed, as they are at present."""
        return {
            key
            for part in batches(sorted(self.names))
            for key in TripFillRow.objects.filter(execution_id__in=part, trip__account=self.account).values_list("trip__key", flat=True)
        }

    def _heirs(self, new: Collection[str]) -> dict[str, str]:
        """Public id of a trade that is gone -> that of a new one with a fill of it, or with one booked instead."""
        owner = {fill.execution_id: key for key, fills in _fills(self.account, new).items() for fill in fills}
        found: dict[str, str] = {}
        taken: set[str] = set()
        for key, fills in self.fills_of_gone.items():
            names = [fill.execution_id for fill in fills]
            heirs = [*names, *(self.replaced.get(name, "") for name in names)]
            heir = next((owner[name] for name in heirs if name in owner), "")
            if heir and heir not in taken:
                found[key] = heir
                taken.add(heir)
        return found


def _noted(account: BrokerAccount, raw: RawStatement, stated_at: datetime) -> Restatement:
    return Restatement.objects.get_or_create(account=account, statement=raw, defaults={"stated_at": stated_at})[0]


class _Fill(NamedTuple):
    """A fill of a trade."""

    execution_id: str
    role: str
    day: date
    quantity: Decimal
    price: Decimal


_FILL: Final = ("execution_id", "role", "trade_date", "quantity", "price")


def _fills(account: BrokerAccount, keys: Collection[str]) -> dict[str, list[_Fill]]:
    found: dict[str, list[_Fill]] = defaultdict(list)
    for part in batches(sorted(keys)):
        fills = TripFillRow.objects.filter(trip__account=account, trip__key__in=part).order_by("trip_id", "number")
        for key, *values in fills.values_list("trip__key", *_FILL):
            if values[0]:
                found[key].append(_Fill(*values))
    return found


def _same(was: TripFigures, now: TripFigures | None) -> bool:
    """What a comparison with the broker says is no figure of the trade."""
    return now is not None and was == replace(now, reconciliation=was.reconciliation)


def changes_in(account: BrokerAccount, intent: Intent) -> list[RestatedRow]:
    """The facts that a statement changes, takes back, brings back or adds to days told before; asked before its rows are written."""
    ended = _rows(account, intent.kind, {*intent.supersede, *intent.withdraw})
    known = {row.row_id for row in ended}
    new = [entry for entry, denied in intent.stated if not denied and entry.row_id not in known]
    stated = {entry.row_id: entry for entry, denied in intent.stated if not denied}
    found = [one for row in ended if (one := _change(intent.kind, row, stated.get(row.row_id))) is not None]
    back = {one.row_id for one in found if one.what == RestatedWhat.RETURNED}
    free = {entry.row_id: entry for entry in [*new, *(stated[name] for name in sorted(back) if name in stated)]}
    _find_heirs(intent.kind, found, ended, free)
    taken = {one.replaced_by for one in found}
    found = [one for one in found if one.what != RestatedWhat.RETURNED or one.row_id not in taken]
    new = [entry for entry in new if entry.row_id not in taken]
    if intent.kind is EXECUTIONS:
        found += _cancelled(account, new)
        taken = {one.replaced_by for one in found}
    return found + _restored(account, intent) + _added(intent, [entry for entry in new if entry.row_id not in taken])


def _restored(account: BrokerAccount, intent: Intent) -> list[RestatedRow]:
    found = []
    for row in _rows(account, intent.kind, intent.restore):
        values = _row_values(intent.kind, row)
        fields: dict[str, list[Any]] = {name: [None, values[name]] for name in _SHOWN if name in values}
        found.append(_noted_row(intent.kind, row, RestatedWhat.RETURNED, fields))
    return found


def _rows(account: BrokerAccount, kind: Kind, numbers: Iterable[int]) -> list[StatedRow]:
    """Rows by day."""
    rows = rows_of(kind, account).select_related("instrument")
    found = [row for part in batches(sorted(numbers)) for row in rows.filter(pk__in=part)]
    return sorted(found, key=lambda row: (row.trade_date, row.pk))


def _find_heirs(kind: Kind, found: Sequence[RestatedRow], ended: Sequence[StatedRow], free: dict[str, Stated]) -> None:
    """A fact that is dropped while one in its place is new, or there again, has only another id, and whatever else differs.

    free: id -> facts that are new or there again; those that are taken are removed.
    """
    if all(one.what != RestatedWhat.DROPPED for one in found):
        return
    rows = {row.row_id: row for row in ended}
    equal: dict[Terms, list[Stated]] = defaultdict(list)
    for entry in free.values():
        equal[terms_of(kind, entry.fact)].append(entry)
    alike = _alike(free.values())
    for one in found:
        row = rows[one.row_id]
        if one.what != RestatedWhat.DROPPED:
            continue
        same = equal[terms_of_row(kind, row)]
        while same and same[0].row_id not in free:
            same.pop(0)
        heir = same.pop(0) if same else _booked_instead(row, alike, free)
        if heir is None:
            continue
        del free[heir.row_id]
        before, after = _row_values(kind, row), _fact_values(kind, heir.fact)
        one.what, one.replaced_by = RestatedWhat.CHANGED, heir.row_id
        named = {"id": [one.row_id, heir.row_id]} if kind.identity else {}
        one.fields = named | {name: [value, after[name]] for name, value in before.items() if value != after[name]}


def _alike(some: Iterable[Stated]) -> dict[bool, Bookings]:
    """Executions, those that cancel apart from the others: one is never in the place of the other."""
    facts = [entry.fact for entry in some if isinstance(entry.fact, Execution)]
    return {cancels: Bookings(_booked(fact) for fact in facts if _cancels(fact) is cancels) for cancels in (False, True)}


def _cancels(fact: Fact) -> bool:
    return isinstance(fact, Execution) and fact.kind is ExecutionKind.CANCEL


def _booked_instead(row: StatedRow, alike: Mapping[bool, Bookings], free: Mapping[str, Stated]) -> Stated | None:
    """What was booked in the place of a fill."""
    if not isinstance(row, ExecutionRow):
        return None
    gone = _booked_row(row)
    near = alike[row.kind == ExecutionKind.CANCEL].near(gone)
    return free.get(replacement(gone, (one for one in near if one.execution_id in free)))


def _change(kind: Kind, row: StatedRow, entry: Stated | None) -> RestatedRow | None:
    """One fact's change; None when it says the same as before. entry: what it says now, None for nothing."""
    was_there = row.state == RowState.CURRENT
    before = _row_values(kind, row)
    after = {} if entry is None else _fact_values(kind, entry.fact)
    if was_there and entry is not None:
        differing = {name: [value, after[name]] for name, value in before.items() if value != after[name]}
        return _noted_row(kind, row, RestatedWhat.CHANGED, differing) if differing else None
    if was_there:
        return _noted_row(kind, row, RestatedWhat.DROPPED, {name: [before[name], None] for name in _SHOWN if name in before})
    if entry is not None:
        return _noted_row(kind, row, RestatedWhat.RETURNED, {name: [None, after[name]] for name in _SHOWN if name in after})
    return None


def _noted_row(kind: Kind, row: StatedRow, what: RestatedWhat, fields: dict[str, list[Any]], replaced_by: str = "") -> RestatedRow:
    return RestatedRow(
        kind=kind.statement_field,
        what=what,
        row_id=row.row_id,
        replaced_by=replaced_by,
        symbol=row.instrument.symbol if row.instrument_id else "",
        day=row.trade_date,
        before_at=row.stated_at,
        fields=fields,
    )


def _cancelled(account: BrokerAccount, new: Sequence[Stated]) -> list[RestatedRow]:
    """Known executions that new rows cancel, with what was booked instead."""
    cancels = [entry.fact for entry in new if isinstance(entry.fact, Execution) and _cancels(entry.fact)]
    if not cancels:
        return []
    rebooks = {entry.fact.execution_id: entry.fact for entry in new if isinstance(entry.fact, Execution)}
    alike = _alike(new)[False]
    found = []
    for row in _originals(account, cancels):
        gone = _booked_row(row)
        heir = replacement(gone, alike.near(gone))
        fields = {name: [value, None] for name, value in _row_values(EXECUTIONS, row).items() if name in _SHOWN}
        if heir:
            after = _fact_values(EXECUTIONS, rebooks[heir])
            fields = {name: [value, after[name]] for name, (value, _) in fields.items() if value != after[name]}
        found.append(_noted_row(EXECUTIONS, row, RestatedWhat.CANCELLED, fields, heir))
    return found


def _originals(account: BrokerAccount, cancels: Sequence[Execution]) -> Iterator[ExecutionRow]:
    """The execution that each cancellation names, else one with its trade number, else one alike at its instant; of opposite quantity."""
    rows = ExecutionRow.objects.filter(account=account, state=RowState.CURRENT).exclude(kind=ExecutionKind.CANCEL)
    ways: tuple[tuple[str, Callable[[Execution], str | datetime]], ...] = (
        ("row_id", attrgetter("corrects")),
        ("trade_id", attrgetter("corrects_trade")),
        ("ordered_at", attrgetter("ordered_at")),
    )
    known: dict[tuple[str, str | datetime, str], list[ExecutionRow]] = defaultdict(list)
    for name, wanted in ways:
        for part in batches(list({value for cancel in cancels if (value := wanted(cancel))})):
            for row in rows.filter(**{f"{name}__in": part}).select_related("instrument").order_by("-pk"):
                known[name, getattr(row, name), row.instrument.key].append(row)
    for cancel in cancels:
        near = (row for name, wanted in ways for row in known.get((name, wanted(cancel), cancel.instrument.key), ()))
        original = next((row for row in near if row.quantity == -cancel.quantity and row.row_id != cancel.execution_id), None)
        if original is not None:
            yield original


def _added(intent: Intent, new: Sequence[Stated]) -> list[RestatedRow]:
    """New facts on days that were told completely before; cancellations are told with what they cancel."""
    found = []
    for entry in new if intent.told else ():
        fact, day = entry.fact, intent.kind.day(entry.fact)
        if _cancels(fact) or not any(days.covers(day) for days in intent.told):
            continue
        values = _fact_values(intent.kind, fact)
        fields = {name: [None, values[name]] for name in _SHOWN if name in values}
        symbol = fact.instrument.symbol if fact.instrument is not None else ""
        kind, added = intent.kind.statement_field, RestatedWhat.ADDED
        found.append(RestatedRow(kind=kind, what=added, row_id=entry.row_id, symbol=symbol[:120], day=day, fields=fields))
    return found


def _row_values(kind: Kind, row: StatedRow) -> dict[str, Any]:
    values = {name: _text(getattr(row, name)) for name in kind.columns}
    return values | _instrument_values(kind, row.instrument if row.instrument_id else None)


def _fact_values(kind: Kind, fact: Fact) -> dict[str, Any]:
    values = dict(zip(kind.columns, map(_text, columns(kind, fact)), strict=True))
    return values | _instrument_values(kind, fact.instrument)


def _instrument_values(kind: Kind, instrument: Any) -> dict[str, Any]:
    """What a fact's money depends on."""
    if not kind.trades or instrument is None:
        return {}
    return {f"instrument_{name}": _text(getattr(instrument, name) or "") for name in _OF_INSTRUMENT}


def _text(value: object) -> object:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool) else str(value)


def _booked(fact: Execution) -> Booked:
    return Booked(fact.execution_id, fact.instrument.key, fact.trade_id, fact.ordered_at, fact.quantity, fact.price)


def _booked_row(row: ExecutionRow) -> Booked:
    return Booked(row.row_id, row.instrument.key, row.trade_id, row.ordered_at, row.quantity, row.price)
