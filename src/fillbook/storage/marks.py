"""How complete each instrument of an account is, from the tables: the same marks as `trades.completeness` finds in a book."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Exists, OuterRef

from fillbook.ledger.instrument import AssetClass
from fillbook.ledger.numbers import EXACT, ZERO
from fillbook.storage.models import (
    AccountInstrument,
    BrokerAccount,
    ClosedLotRow,
    FlagRow,
    InstrumentRow,
    OpenLotRow,
    PositionRow,
    ReconciliationRow,
    RoundTripRow,
    RowState,
    TripFillRow,
    UnmatchedRow,
)
from fillbook.storage.positions import latest_positions, positions_of
from fillbook.storage.records import ACTIONS, EXECUTIONS, TRANSFERS, rows_of
from fillbook.trades.completeness import KNOWN, MOVES, TRADED, AccountMark, Cause, Gap, Mark, cause_of, judge, judge_account, position_gap
from fillbook.trades.reconcile import LineKind, Status
from fillbook.trades.records import Basis

Gaps = defaultdict[str, list[Gap]]
"""Contract id -> gaps."""


def instrument_marks(account: BrokerAccount) -> dict[str, Mark]:
    """Contract id -> mark, for every instrument of which the account has a row or a position; currencies are none."""
    gaps: Gaps = defaultdict(list)
    doubtful = _held(account, gaps)
    _closed(account, gaps, doubtful)
    _left_over(account, gaps)
    unconfirmed = _positions(account, gaps)
    stating = latest_positions(account)
    keys = _instruments(account, [] if stating is None else positions_of(stating))
    return {key: judge(gaps[key], stating is not None and key not in unconfirmed) for key in sorted(keys)}


def account_mark(account: BrokerAccount) -> AccountMark:
    """The account's mark."""
    return judge_account(instrument_marks(account).values())


def _held(account: BrokerAccount, gaps: Gaps) -> set[str]:
    """Open lots whose cost no row tells; returns the instruments of those that their owner does not tell either."""
    doubtful: set[str] = set()
    lots = OpenLotRow.objects.filter(account=account).exclude(basis=Basis.EXECUTIONS)
    for key, quantity, cost, reason, basis in lots.values_list("instrument_key", "quantity", "cost_basis", "incomplete", "basis"):
        gaps[key].append(Gap(cause_of([reason], basis), abs(quantity), cost is not None))
        if basis not in KNOWN:
            doubtful.add(key)
    return doubtful


def _closed(account: BrokerAccount, gaps: Gaps, held: set[str]) -> None:
    """Closed lots whose cost no row tells, and incomplete round trips without such lots."""
    told: set[int] = set()
    others = ClosedLotRow.objects.filter(trip__account=account).exclude(trip__basis=Basis.EXECUTIONS)  # few, and by an index of their own
    lots = others.exclude(basis=Basis.EXECUTIONS)
    names = ("trip_id", "trip__instrument_key", "trip__incomplete", "quantity", "realized_pnl", "basis")
    for trip, key, reasons, quantity, pnl, basis in lots.values_list(*names):
        if basis not in KNOWN:
            told.add(trip)
        gaps[key].append(Gap(cause_of(reasons, basis), abs(quantity), pnl is not None))
    for trip in RoundTripRow.objects.filter(account=account, counts__in=[False]).exclude(incomplete=[]):
        if trip.pk not in told and not (trip.is_open and trip.instrument_key in held):
            cause = cause_of(trip.incomplete)
            gaps[trip.instrument_key].append(Gap(cause, _moved(trip) if cause in MOVES else trip.quantity, known=False))


def _moved(trip: RoundTripRow) -> Decimal:
    """Units that came or went without a trade."""
    total = ZERO
    for quantity in TripFillRow.objects.filter(trip=trip).exclude(role__in=TRADED).values_list("quantity", flat=True):
        total = EXACT.add(total, abs(quantity))
    return total


def _left_over(account: BrokerAccount, gaps: Gaps) -> None:
    """Quantities without their other side, and instruments that an action left in doubt."""
    left = UnmatchedRow.objects.filter(account=account)
    for key, quantity, undetermined in left.values_list("instrument_key", "quantity", "undetermined"):
        gaps[key].append(Gap(Cause.UNDETERMINED if undetermined else Cause.BEFORE_HISTORY, abs(quantity), known=False))
    for key, broker in FlagRow.objects.filter(account=account).values_list("instrument_key", "broker"):
        gaps[key].append(Gap(Cause.CORPORATE_ACTION, abs(broker or ZERO), known=False))


def _positions(account: BrokerAccount, gaps: Gaps) -> set[str]:
    """Positions that are not the broker's; returns the instruments of which it states none."""
    unconfirmed: set[str] = set()
    lines = ReconciliationRow.objects.filter(account=account, kind=LineKind.POSITION)
    for key, status, reason, ours, broker in lines.values_list("ref", "status", "reason", "ours", "broker"):
        if status in (Status.EXPLAINED, Status.DIFFERENT):
            gaps[key].append(position_gap(reason, ours, broker))
        elif status == Status.UNSTATED:
            unconfirmed.add(key)
    return unconfirmed


def _instruments(account: BrokerAccount, stated: Iterable[PositionRow]) -> set[str]:
    """Contract ids. Each instrument is asked for one row of its own, because an account has few instruments and any number of rows."""
    found = {row.instrument.key for row in stated if row.instrument.asset_class != AssetClass.FOREX}
    named = AccountInstrument.objects.filter(account=account).values("key")
    described = InstrumentRow.objects.filter(broker=account.broker, key__in=named).exclude(asset_class=AssetClass.FOREX)
    for kind in (EXECUTIONS, ACTIONS, TRANSFERS):
        rows = rows_of(kind, account).filter(state=RowState.CURRENT, instrument=OuterRef("pk"))
        if kind is TRANSFERS:
            rows = rows.exclude(quantity=ZERO)
        found.update(described.filter(Exists(rows)).values_list("key", flat=True))
    return found
