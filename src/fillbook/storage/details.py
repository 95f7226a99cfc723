"""One thing seen closely: a round trip with its fills, what is held, what reconciles, how fresh it all is."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.db.models import F

from fillbook.ledger.instrument import AssetClass
from fillbook.ledger.numbers import EXACT, ZERO, exact
from fillbook.ledger.statement import DateRange
from fillbook.performance.filters import Filter, TripStatus
from fillbook.storage.choosing import MOVED_ON, Accounts, trips_in
from fillbook.storage.coverage import missing_days
from fillbook.storage.models import (
    AccountInstrument,
    AccountTotals,
    BrokerAccount,
    ClosedLotRow,
    CorporateActionRow,
    ExecutionRow,
    FlagRow,
    InstrumentRow,
    OpenLotRow,
    PositionRow,
    ReconciliationRow,
    RoundTripRow,
    RowState,
    SyncRun,
    TripFillRow,
    UnmatchedRow,
)
from fillbook.storage.positions import latest_positions, positions_of
from fillbook.storage.records import instrument_record
from fillbook.trades.reconcile import LineKind, Status
from fillbook.trades.records import Role, Side

_CENT: Final = Decimal("0.01")
_BONDS: Final = frozenset({AssetClass.BOND, AssetClass.BILL})
WORST: Final = (Status.DIFFERENT, Status.EXPLAINED, Status.UNSTATED, Status.INFERRED)
"""What a comparison says when the figures are not simply equal, the worst first."""


@dataclass(frozen=True, slots=True)
class TripDetail:
    """A round trip. executions, actions: by their id, for the fills they are; lines: comparisons with the broker, by execution id.

    stated: what the broker's latest positions say of what an open one still holds; None where they do not name it.
    """

    trip: RoundTripRow
    fills: list[TripFillRow]
    lots: list[ClosedLotRow]
    executions: dict[str, ExecutionRow]
    actions: dict[str, CorporateActionRow]
    lines: dict[str, ReconciliationRow]
    stated: PositionRow | None = None


def standing(detail: TripDetail) -> tuple[list[Decimal | None], bool]:
    """(what the trade stood at after each fill, whether what was held is valued at the fill's own price).

    That is the cash of its fills and the position at the last price, so it ends at the realized P&L; where it does not, because units came
    without a trade or a premium moved, what was realized so far is told instead, and nothing once a part of it is unknown. So it is where
    the first fill found units already held: their cash is in no fill, and the whole position would look like profit.
    """
    trip, factor = detail.trip, instrument_record(detail.trip.instrument).price_factor
    with exact():
        from_flat = all(fill.position_after == fill.quantity for fill in detail.fills[:1])
        if from_flat and all(fill.role in (Role.OPENS, Role.CLOSES) for fill in detail.fills):
            cash, marked = ZERO, []
            for fill in detail.fills:
                cash += fill.amount
                marked.append(cash + fill.position_after * fill.price * factor)
            if trip.is_open or (marked and trip.realized_pnl is not None and abs(marked[-1] - trip.realized_pnl) < _CENT):
                return list(marked), True
        realized: list[Decimal | None] = []
        total: Decimal | None = ZERO
        for fill in detail.fills:
            if fill.role == Role.CLOSES:
                total = None if total is None or fill.realized_pnl is None else total + fill.realized_pnl
            realized.append(total)
        return realized, False


@dataclass(frozen=True, slots=True)
class Position:
    """What an account holds of one instrument.

    quantity: ours, from its open lots, signed; cost: of them, None when unknown. stated: the broker's figure, None when it states no
    positions or not this one. status, reason: of the comparison. realized_so_far: by the round trip in progress, in its currency;
    put_in: its whole opening cost.
    """

    account: BrokerAccount
    instrument: InstrumentRow
    quantity: Decimal
    cost: Decimal | None
    lots: int
    opened_on: date | None
    stated: PositionRow | None
    status: str
    reason: str
    trip_key: str
    realized_so_far: Decimal | None
    put_in: Decimal | None = None

    @property
    def units(self) -> Decimal:
        """Ours; where we hold none, the broker's."""
        return self.quantity or (self.stated.quantity if self.stated else ZERO)

    @property
    def marked_cost(self) -> Decimal | None:
        """Cost of the units whose result the broker states: ours, or its own where it states others than we hold. None when unknown."""
        if self.stated is None or self.stated.quantity == self.quantity:
            return self.cost
        return self.stated.cost_basis

    @property
    def average(self) -> Decimal | None:
        """Cost per unit as a price, fees included; None where nothing is held or the cost is unknown."""
        if self.cost is None or not self.quantity:
            return None
        factor = self.instrument.multiplier / (100 if self.instrument.asset_class in _BONDS else 1)
        return EXACT.divide(self.cost, EXACT.multiply(self.quantity, factor)) if factor else None


@dataclass(frozen=True, slots=True)
class Freshness:
    """How fresh an account is. gaps: days between statements. run: the last one of its link."""

    account: BrokerAccount
    figures_to: date | None
    tracked_since: date | None
    last_success_at: datetime | None
    run: SyncRun | None
    gaps: tuple[DateRange, ...]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How an account compares with its broker: status -> number of fills, of positions; and what is left out of performance."""

    fills: dict[str, int]
    positions: dict[str, int]
    incomplete: int
    open: int
    unmatched: int
    flagged: int

    def unequal(self, *, unstated: bool = True) -> int:
        """Comparisons that are not simply equal. unstated: also where the broker gives no figure."""
        told = [status for status in WORST if unstated or status != Status.UNSTATED]
        return sum(counts.get(status, 0) for counts in (self.fills, self.positions) for status in told)

    @property
    def agrees(self) -> bool:
        """Whether nothing is different."""
        return not (self.fills.get("different") or self.positions.get("different"))


def trip_detail(trip: RoundTripRow) -> TripDetail:
    """Everything about one round trip whose access was checked."""
    fills = list(trip.fill_rows.order_by("number"))
    names = [fill.execution_id for fill in fills]
    current = {"account_id": trip.account_id, "row_id__in": names, "state": RowState.CURRENT}
    # the index that finds a row by its id is one of those not superseded, which SQLite has to be told
    executions = ExecutionRow.objects.filter(**current).exclude(state=RowState.SUPERSEDED).select_related("instrument")
    actions = CorporateActionRow.objects.filter(**current).exclude(state=RowState.SUPERSEDED).select_related("instrument")
    lines = ReconciliationRow.objects.filter(account_id=trip.account_id, kind="fill", ref__in=names)
    return TripDetail(
        trip=trip,
        fills=fills,
        lots=list(trip.lot_rows.order_by("number")),
        executions={row.row_id: row for row in executions},
        actions={row.row_id: row for row in actions},
        lines={row.ref: row for row in lines},
        stated=_stated(trip) if trip.is_open else None,
    )


def _stated(trip: RoundTripRow) -> PositionRow | None:
    coverage = latest_positions(trip.account)
    return next((row for row in positions_of(coverage) if row.instrument.key == trip.instrument_key), None) if coverage else None


def open_positions(accounts: Accounts) -> list[Position]:
    """What is held, and what the broker says is held, by account and symbol."""
    return [position for account in accounts for position in _positions(account)]


def positions_in(accounts: Accounts, chosen: Filter) -> list[Position]:
    """Those that hold something, by us or by the broker, and that a filter's symbol, asset class, side, tags and rating take.

    As for round trips; a position has no outcome and no period. It has the tags and the rating of its open trade.
    """
    held = (position for position in open_positions(accounts) if position.quantity or position.stated is not None)
    found = [position for position in held if _admits(chosen, position)]
    if not (chosen.tags or chosen.untagged or chosen.rating):
        return found
    meant = Filter(tags=chosen.tags, untagged=chosen.untagged, rating=chosen.rating, status=TripStatus.OPEN)
    tagged = set(trips_in(accounts, meant).values_list("account_id", "key"))
    return [position for position in found if (position.account.pk, position.trip_key) in tagged]


def _admits(chosen: Filter, position: Position) -> bool:
    what = position.instrument
    side = Side.LONG if position.units > 0 else Side.SHORT
    return (
        (not chosen.symbol or chosen.symbol in (what.symbol.upper(), what.underlying_symbol.upper()))
        and (chosen.asset_class is None or chosen.asset_class == what.asset_class)
        and (chosen.side is None or chosen.side is side)
    )


def _positions(account: BrokerAccount) -> list[Position]:
    lots: dict[str, list[OpenLotRow]] = defaultdict(list)
    for lot in OpenLotRow.objects.filter(account=account).order_by("instrument_key", "number"):
        lots[lot.instrument_key].append(lot)
    coverage = latest_positions(account)
    stated = {row.instrument.key: row for row in positions_of(coverage)} if coverage else {}
    lines = {row.ref: row for row in ReconciliationRow.objects.filter(account=account, kind="position")}
    trips = {row.instrument_key: row for row in RoundTripRow.objects.filter(account=account, is_open__in=[True])}
    keys = sorted({*lots, *lines})
    described = AccountInstrument.objects.filter(account=account, key__in=keys).select_related("instrument")
    names = {row.key: row.instrument for row in described}
    found = [_position(account, names[key], lots[key], stated.get(key), lines.get(key), trips.get(key)) for key in keys if key in names]
    return sorted(found, key=lambda position: (position.instrument.symbol, position.instrument.key))


def _position(
    account: BrokerAccount,
    instrument: InstrumentRow,
    lots: list[OpenLotRow],
    stated: PositionRow | None,
    line: ReconciliationRow | None,
    trip: RoundTripRow | None,
) -> Position:
    quantity = cost = ZERO
    known = True
    for lot in lots:
        quantity = EXACT.add(quantity, lot.quantity)
        known = known and lot.cost_basis is not None
        cost = EXACT.add(cost, lot.cost_basis or ZERO)
    return Position(
        account=account,
        instrument=instrument,
        quantity=quantity,
        cost=cost if known else None,
        lots=len(lots),
        opened_on=min((lot.opened_on for lot in lots if lot.opened_on), default=None),
        stated=stated,
        status=line.status if line else "",
        reason=line.reason if line else "",
        trip_key=trip.key if trip else "",
        realized_so_far=trip.realized_pnl if trip else None,
        put_in=trip.opening_cost if trip else None,
    )


def freshness(accounts: Accounts) -> list[Freshness]:
    """How fresh each account is."""
    found = []
    for account in accounts:
        run = SyncRun.objects.filter(link_id=account.link_id).order_by("-created_at").first() if account.link_id else None
        last = account.link.last_success_at if account.link else None
        gaps = tuple(missing_days(account))
        found.append(Freshness(account, account.figures_to, account.tracked_since, last, run, gaps))
    return found


def reconciled(account: BrokerAccount) -> Reconciled:
    """Counts of the comparison with the broker, as `fillbook check` gives them."""
    counts = compared(account)
    trips = RoundTripRow.objects.filter(account=account)
    closed = trips.filter(is_open=False)
    return Reconciled(
        fills=counts.get("fill", {}),
        positions=counts.get("position", {}),
        incomplete=closed.filter(~MOVED_ON, counts__in=[False]).exclude(incomplete=[]).count(),
        open=trips.filter(is_open__in=[True]).count(),
        unmatched=UnmatchedRow.objects.filter(account=account).values("execution_id").distinct().count(),
        flagged=FlagRow.objects.filter(account=account).values("instrument_key").distinct().count(),
    )


def compared(account: BrokerAccount) -> dict[str, dict[str, int]]:
    """Kind of comparison (fill, position) -> status -> how many, as they were counted when the account's trades were made."""
    totals = AccountTotals.objects.filter(account=account).first()
    return totals.checked if totals else {}


def differences(account: BrokerAccount, most: int, *, unstated: bool = True) -> list[ReconciliationRow]:
    """The worst comparisons that are not simply equal, then the latest. most: of them. unstated: also where the broker gives no figure."""
    found: list[ReconciliationRow] = []
    for status in WORST:
        if len(found) < most and (unstated or status != Status.UNSTATED):
            rows = ReconciliationRow.objects.filter(account=account, kind__in=list(LineKind), status=status)
            found += rows.select_related("instrument").order_by("kind", F("day").desc(nulls_last=True), "ref")[: most - len(found)]
    return found
