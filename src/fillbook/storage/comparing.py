"""Our figures beside the broker's, line by line: closing fills, positions and fees, chosen by status and symbol, a page at a time.

Fills and positions were compared when the account was read (`ReconciliationRow`). A fee is compared here: what the broker charged on a
row, and what of it the round trips count.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from fillbook.ledger.execution import ExecutionKind
from fillbook.ledger.instrument import AssetClass
from fillbook.ledger.numbers import EXACT, ZERO
from fillbook.storage.fields import ExactSum
from fillbook.storage.models import (
    BrokerAccount,
    ClosedLotRow,
    CorporateActionRow,
    ExecutionRow,
    InstrumentRow,
    OpenLotRow,
    PositionRow,
    ReconciliationRow,
    RoundTripRow,
    RowState,
    StatedRow,
    TripFillRow,
    UnmatchedRow,
)
from fillbook.storage.positions import latest_positions, positions_of
from fillbook.storage.records import batches
from fillbook.trades.reasons import Reason
from fillbook.trades.reconcile import LineKind, Status, same_money
from fillbook.trades.records import Role

WORST_FIRST: Final = (Status.DIFFERENT, Status.EXPLAINED, Status.UNSTATED, Status.INFERRED, Status.EQUAL)
_RANK: Final = {str(status): at for at, status in enumerate(WORST_FIRST)}
_MOST_SOURCES: Final = 12
_TRADED: Final = (Role.OPENS, Role.CLOSES)


FEE_MOVED: Final = "fee_moved"
"""Why a delivery's charges are not its row's: those of the exercised option came with its premium."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which lines. status: "" for all. symbol: of the instrument or its underlying, "" for all."""

    kind: LineKind = LineKind.FILL
    status: str = ""
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One line. ref: execution id, or contract id of a position. ours, broker: money in the instrument's currency, units of a position.

    difference: ours - broker; None where either is.
    """

    kind: LineKind
    ref: str
    instrument: InstrumentRow
    day: date | None
    ours: Decimal | None
    broker: Decimal | None
    status: str
    reason: str

    @property
    def difference(self) -> Decimal | None:
        return None if self.ours is None or self.broker is None else EXACT.subtract(self.ours, self.broker)


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    """A page of lines. counts: of each status under the symbol, whatever status is chosen. number: of this page, from 1."""

    rows: list[Comparison]
    counts: dict[str, int]
    total: int
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands among the others: the worst first, then the latest, then by symbol and ref."""

    status: str
    day: date | None
    symbol: str
    ref: str

    @classmethod
    def of(cls, line: Comparison) -> "Place":
        """A line's."""
        return cls(line.status, line.day, line.instrument.symbol, line.ref)

    @property
    def rank(self) -> tuple[int, int, str, str]:
        return _RANK[self.status], -(self.day or date.min).toordinal(), self.symbol, self.ref


@dataclass(frozen=True, slots=True)
class Opened:
    """What stands behind a line: the round trips it is in, the lots it closed or holds, its parts in trades, the rows it was read from."""

    line: Comparison
    trips: list[RoundTripRow]
    closed: list[ClosedLotRow]
    held: list[OpenLotRow]
    parts: list[TripFillRow]
    sources: list[StatedRow | PositionRow]


def comparisons(account: BrokerAccount, chosen: Chosen, number: int = 1, size: int = 100) -> ComparisonPage:
    """A page of an account's lines, the worst first, then the latest; a page beyond the last is the last."""
    if chosen.kind is LineKind.FEE:
        return _page_of(_fees(account, chosen.symbol), chosen.status, number, size)
    lines = _named(ReconciliationRow.objects.filter(account=account, kind=chosen.kind), chosen.symbol)
    counts = {row["status"]: row["n"] for row in lines.order_by().values("status").annotate(n=Count("pk"))}
    total = sum(counts.values()) if not chosen.status else counts.get(chosen.status, 0)
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    rows = _rows(_parts(lines, chosen.status), (number - 1) * size, size)
    return ComparisonPage([_line(row) for row in rows], counts, total, number, pages)


def counts_of(account: BrokerAccount, symbol: str = "") -> dict[LineKind, dict[str, int]]:
    """Kind of comparison -> status -> how many, of an account or of one symbol (of an instrument or its underlying, in capitals) in it."""
    return {kind: comparisons(account, Chosen(kind, "", symbol), size=1).counts for kind in LineKind}


def comparisons_after(account: BrokerAccount, chosen: Chosen, after: Place | None, size: int) -> tuple[list[Comparison], Place | None]:
    """(the lines that come after a place in the order of `comparisons`, where the next ones begin; None where there are none).

    What a sync adds or takes away meanwhile shifts nothing, and the line that stood there need not be there any more.
    """
    if chosen.kind is LineKind.FEE:
        fees = sorted(_fees(account, chosen.symbol), key=lambda line: Place.of(line).rank)
        fees = [line for line in fees if not chosen.status or line.status == chosen.status]
        found = [line for line in fees if after is None or Place.of(line).rank > after.rank][: size + 1]
    else:
        lines = _named(ReconciliationRow.objects.filter(account=account, kind=chosen.kind), chosen.symbol)
        found = [_line(row) for row in _rows(_parts(lines, chosen.status, after), 0, size + 1)]
    kept = found[:size]
    return kept, Place.of(kept[-1]) if len(found) > size else None


def _parts(lines: QuerySet[ReconciliationRow], status: str, after: Place | None = None) -> Iterator[QuerySet[ReconciliationRow]]:
    """The lines in order, part after part: of each status those with a day, the latest first, then those without.

    An index holds each part in this order but for the lines of one day, so that a page is read without all that come after it.
    """
    for one in WORST_FIRST[_RANK[after.status] if after else 0 :]:
        if status in ("", one):
            place = after if after and after.status == one else None
            known, unknown = (lines.filter(status=one, day__isnull=missing) for missing in (False, True))
            if place is None or place.day is not None:
                yield _in_turn(known.filter(_later(place)) if place else known)
            yield _in_turn(unknown.filter(_tie(place)) if place and place.day is None else unknown)


def _in_turn(part: QuerySet[ReconciliationRow]) -> QuerySet[ReconciliationRow]:
    return part.order_by("-day", "instrument__symbol", "ref").select_related("instrument")


def _later(place: Place) -> Q:
    return Q(day__lte=place.day) & (Q(day__lt=place.day) | _tie(place))


def _tie(place: Place) -> Q:
    return Q(instrument__symbol__gt=place.symbol) | Q(instrument__symbol=place.symbol, ref__gt=place.ref)


def _rows(parts: Iterable[QuerySet[ReconciliationRow]], start: int, size: int) -> list[ReconciliationRow]:
    """So many rows from one of them on."""
    found: list[ReconciliationRow] = []
    for part in parts:
        found += part[start : start + size - len(found)]
        if len(found) == size:
            break
        start = 0 if found or not start else max(0, start - part.count())
    return found


def open_line(account: BrokerAccount, kind: str, ref: str) -> Opened:
    """One line with everything behind it.

    Raises:
        Http404: the account has no such line.
    """
    if kind == LineKind.POSITION:
        return _open_position(account, ref)
    found = _fee_of(account, ref) if kind == LineKind.FEE else _stated(account, kind, ref)
    parts = list(TripFillRow.objects.filter(trip__account=account, execution_id=ref).order_by("trip_id", "number"))
    trips = RoundTripRow.objects.filter(pk__in={part.trip_id for part in parts}).select_related("instrument", "account")
    closed = list(ClosedLotRow.objects.filter(trip__account=account, closed_by=ref).order_by("trip_id", "number"))
    names = [ref, *dict.fromkeys(lot.opened_by for lot in closed if lot.opened_by)]
    return Opened(found, list(trips), closed if kind == LineKind.FILL else [], [], parts, list(_sources(account, names)))


def _open_position(account: BrokerAccount, ref: str) -> Opened:
    line = _stated(account, LineKind.POSITION, ref)
    held = list(OpenLotRow.objects.filter(account=account, instrument_key=ref).order_by("number"))
    trips = RoundTripRow.objects.filter(account=account, instrument_key=ref, is_open=True).select_related("instrument", "account")
    stating = latest_positions(account)
    stated = [row for row in positions_of(stating) if row.instrument.key == ref] if stating else []
    names = list(dict.fromkeys(lot.opened_by for lot in held if lot.opened_by))
    return Opened(line, list(trips), [], held, [], [*stated, *_sources(account, names)])


def _stated(account: BrokerAccount, kind: str, ref: str) -> Comparison:
    row = ReconciliationRow.objects.filter(account=account, kind=kind, ref=ref).select_related("instrument").first()
    if row is None:
        raise Http404("There is no such page.")
    return _line(row)


def _sources(account: BrokerAccount, names: Sequence[str]) -> Iterable[StatedRow]:
    """The rows of these ids in their order, the first dozen."""
    found: dict[str, StatedRow] = {}
    for model in (CorporateActionRow, ExecutionRow):
        rows = model.objects.filter(account=account, state=RowState.CURRENT, row_id__in=names[:_MOST_SOURCES])
        found.update((row.row_id, row) for row in rows.select_related("instrument"))
    return [found[name] for name in names[:_MOST_SOURCES] if name in found]


def _named(rows: QuerySet[ReconciliationRow], symbol: str) -> QuerySet[ReconciliationRow]:
    return rows.filter(_is(symbol)) if symbol else rows


def _is(symbol: str) -> Q:
    return Q(instrument__symbol__iexact=symbol) | Q(instrument__underlying_symbol__iexact=symbol)


def _line(row: ReconciliationRow) -> Comparison:
    return Comparison(LineKind(row.kind), row.ref, row.instrument, row.day, row.ours, row.broker, row.status, row.reason)


def _page_of(lines: list[Comparison], status: str, number: int, size: int) -> ComparisonPage:
    counts = Counter(line.status for line in lines)
    wanted = [line for line in lines if not status or line.status == status]
    wanted.sort(key=lambda line: Place.of(line).rank)
    pages = max(1, -(-len(wanted) // size))
    number = min(max(1, number), pages)
    return ComparisonPage(wanted[(number - 1) * size : number * size], dict(counts), len(wanted), number, pages)


_FEE_FIELDS: Final = (
    "row_id",
    "instrument_id",
    "instrument__key",
    "instrument__asset_class",
    "trade_date",
    "kind",
    "fees",
    "taxes",
    "fees_rate",
)


def _charged(account: BrokerAccount) -> QuerySet[ExecutionRow]:
    """Rows on which the broker charged or gave back something."""
    return ExecutionRow.objects.filter(account=account, state=RowState.CURRENT).exclude(fees=ZERO, taxes=ZERO)


def _fees(account: BrokerAccount, symbol: str) -> list[Comparison]:
    """Every charge of the broker's beside what the round trips count of it."""
    rows = _charged(account)
    if symbol:
        rows = rows.filter(_is(symbol))
    found = list(rows.values(*_FEE_FIELDS))
    parts = TripFillRow.objects.filter(trip__account=account)
    ours = dict(parts.filter(role__in=_TRADED).values_list("execution_id").annotate(total=ExactSum("charges")).order_by())
    odd = _Odd.of(account)
    instruments: dict[int, InstrumentRow] = {}
    for part in batches(sorted({row["instrument_id"] for row in found})):
        instruments.update(InstrumentRow.objects.in_bulk(part))
    return [_fee(row, instruments[row["instrument_id"]], ours.get(row["row_id"]), odd) for row in found]


def _fee_of(account: BrokerAccount, ref: str) -> Comparison:
    row = _charged(account).filter(row_id=ref).values(*_FEE_FIELDS).first()
    if row is None:
        raise Http404("There is no such page.")
    parts = TripFillRow.objects.filter(trip__account=account, execution_id=ref, role__in=_TRADED)
    ours = parts.aggregate(total=ExactSum("charges"))["total"]
    return _fee(row, InstrumentRow.objects.get(pk=row["instrument_id"]), ours, _Odd.of(account))


@dataclass(frozen=True, slots=True)
class _Odd:
    """What explains a charge. chained: contract ids of which something was taken back. left_over: execution ids without other side."""

    chained: frozenset[str]
    left_over: frozenset[str]

    @classmethod
    def of(cls, account: BrokerAccount) -> "_Odd":
        lines = ReconciliationRow.objects.filter(account=account, kind=LineKind.FILL, reason=Reason.CANCEL_CHAIN)
        cancels = ExecutionRow.objects.filter(account=account, state=RowState.CURRENT, kind=ExecutionKind.CANCEL)
        left = UnmatchedRow.objects.filter(account=account)
        chained = {*lines.values_list("instrument_key", flat=True), *cancels.values_list("instrument__key", flat=True)}
        return cls(frozenset(chained), frozenset(left.values_list("execution_id", flat=True)))


def _fee(row: dict[str, Any], instrument: InstrumentRow, ours: Decimal | None, odd: _Odd) -> Comparison:
    broker = EXACT.add(EXACT.multiply(row["fees"], row["fees_rate"]), row["taxes"])
    status, reason = Status.EXPLAINED, ""
    if ours is not None and same_money(ours, broker):
        status = Status.EQUAL
    elif row["instrument__key"] in odd.chained:
        reason = Reason.CANCEL_CHAIN
    elif instrument.asset_class == AssetClass.FOREX:
        reason = Reason.FOREX
    elif row["row_id"] in odd.left_over:
        reason = Reason.NO_OPENING
    elif row["kind"] in (ExecutionKind.EXERCISE, ExecutionKind.ASSIGNMENT):
        reason = FEE_MOVED
    else:
        status = Status.DIFFERENT
    return Comparison(LineKind.FEE, row["row_id"], instrument, row["trade_date"], ours, broker, status, reason)
