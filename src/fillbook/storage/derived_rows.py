"""What matching made, as tuples for the derived tables."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

from fillbook.ledger.execution import Execution
from fillbook.ledger.instrument import Instrument
from fillbook.performance.intraday import Place
from fillbook.performance.results import base_cost
from fillbook.performance.summary import gain_e8, gain_of, outcome_of, to_e8
from fillbook.storage.slots import columns_of
from fillbook.trades.bridge import BridgeLine, broker_totals, build_bridge, own_totals
from fillbook.trades.reasons import Reason
from fillbook.trades.reconcile import ReconciliationLine, Status
from fillbook.trades.records import ClosedLot, Flag, Lot, MatchResult, RoundTrip, TripFill, Unmatched

TRIP: Final = (
    "account_id instrument_id key instrument_key symbol underlying asset_class currency side is_open counts opened_at opened_on "
    "closed_at closed_on day quantity open_quantity entry_price exit_price gross_pnl charges realized_pnl base_pnl base_charges "
    "opening_cost result_currency result_cost net_e8 fees_e8 gain_e8 outcome holding_seconds fills basis incomplete flagged reconciliation "
    "clock session day_number after r_e8 rating"
).split()
FILL: Final = (
    "trip_id number execution_id role ordered_at executed_at trade_date quantity price charges amount position_after realized_pnl"
).split()
CLOSED_LOT: Final = (
    "trip_id number quantity cost_basis proceeds charges realized_pnl basis opened_by opened_at opened_on closed_by closed_at closed_on "
    "rate_to_base by_action"
).split()
OPEN_LOT: Final = (
    "account_id instrument_id instrument_key number quantity cost_basis charges basis opened_by opened_at opened_on incomplete"
).split()
UNMATCHED: Final = (
    "account_id instrument_id instrument_key execution_id trade_date quantity proceeds undetermined broker_realized_pnl rate_to_base"
).split()
FLAG: Final = "account_id instrument_id instrument_key reason flagged_row ours broker".split()
LINE: Final = "account_id instrument_id instrument_key kind ref ours broker status reason day".split()
MARK: Final = ("realized_pnl", "charges", "quantity", "open_quantity", "closed_on", "fills", "counts", "symbol", "entry_price")

_FILL_VALUES: Final = attrgetter(*FILL[2:])
_CLOSED_LOT_VALUES: Final = attrgetter(*CLOSED_LOT[2:])
_FIRST_TOO_LARGE: Final = Decimal("1E+20")
_WORST_FIRST: Final = (Status.DIFFERENT, Status.EXPLAINED, Status.UNSTATED, Status.INFERRED, Status.EQUAL)

Pks = Mapping[str, int]
"""Contract id -> primary key of the description that pages show."""


def fits(record: Any) -> bool:
    """Whether every amount in a record, and in the tuples within it, has a place in the database."""
    values = record if isinstance(record, tuple) else [getattr(record, name) for name in _names(type(record))]
    for value in values:
        if isinstance(value, Decimal):
            if not -_FIRST_TOO_LARGE < value < _FIRST_TOO_LARGE:
                return False
        elif isinstance(value, tuple) and not fits(value):
            return False
    return True


def _names(kind: type) -> tuple[str, ...]:
    """A record's fields; looked up once, because there are many records."""
    if kind not in _NAMES:
        _NAMES[kind] = tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
    return _NAMES[kind]


_NAMES: Final[dict[type, tuple[str, ...]]] = {}


def distinct(keys: Iterable[str]) -> list[str]:
    """Public ids, the second and later of equal ones numbered: two trades under one id would stop an account from being read at all."""
    seen: Counter[str] = Counter()
    result = []
    for key in keys:
        seen[key] += 1
        result.append(key if seen[key] == 1 else f"{key}-{seen[key]}")
    return result


def trip_row(account_id: int, base_currency: str, key: str, trip: RoundTrip, pks: Pks, status: str, place: Place | None) -> list[Any]:
    """One round trip under its public id. place: in its day."""
    instrument = trip.instrument
    held = trip.closed_at - trip.opened_at if trip.closed_at and trip.opened_at else None
    day = trip.opened_on if trip.is_open else trip.closed_on
    return [
        account_id,
        pks[instrument.key],
        key,
        *_searched(instrument),
        instrument.asset_class,
        instrument.currency,
        trip.side,
        trip.is_open,
        trip.counts,
        trip.opened_at,
        trip.opened_on,
        trip.closed_at,
        trip.closed_on,
        day,
        trip.quantity,
        trip.open_quantity,
        trip.entry_price,
        trip.exit_price,
        trip.gross_pnl,
        trip.charges,
        trip.realized_pnl,
        trip.base_pnl,
        trip.base_charges,
        trip.opening_cost,
        *_result(trip, base_currency),
        None if held is None else int(held.total_seconds()),
        len(trip.fills),
        trip.basis,
        sorted(trip.incomplete),
        trip.flagged,
        status,
        *columns_of(trip, place),
        None,  # its result in R and its rating, which hang on the words of its owner
        None,
    ]


def _searched(instrument: Instrument) -> tuple[str, str, str]:
    return instrument.key, instrument.symbol.upper()[:120], instrument.underlying_symbol.upper()[:120]


def _result(trip: RoundTrip, base_currency: str) -> list[Any]:
    """(currency, cost, net, fees, gain, outcome) as `performance.results.results_in` has them."""
    in_base = bool(base_currency) and trip.base_pnl is not None and trip.base_charges is not None
    net, charges = (trip.base_pnl, trip.base_charges) if in_base else (trip.realized_pnl, trip.charges)
    cost = base_cost(trip) if in_base else trip.opening_cost
    return [
        base_currency if in_base else trip.instrument.currency,
        cost,
        _units(net),
        _units(charges),
        gain_e8(gain_of(trip)),
        "" if net is None or trip.moved_on else outcome_of(net),
    ]


def _units(amount: Decimal | None) -> int | None:
    """In 1e-8; None also for what no 64 bits hold, which then is in no total."""
    try:
        return None if amount is None else to_e8(amount)
    except OverflowError:
        return None


def fill_row(trip_id: int, number: int, fill: TripFill) -> list[Any]:
    """One fill of a round trip."""
    return [trip_id, number, *_FILL_VALUES(fill)]


def closed_lot_row(trip_id: int, number: int, lot: ClosedLot) -> list[Any]:
    """One closed lot of a round trip."""
    return [trip_id, number, *_CLOSED_LOT_VALUES(lot)]


def open_lot_rows(account_id: int, lots: Iterable[Lot], pks: Pks) -> Iterator[list[Any]]:
    """Open lots, numbered within their instrument."""
    numbers: dict[str, int] = {}
    for lot in lots:
        key = lot.instrument.key
        numbers[key] = numbers.get(key, 0) + 1
        facts = [getattr(lot, name) for name in OPEN_LOT[4:-1]]
        yield [account_id, pks[key], key, numbers[key], *facts, lot.incomplete or ""]


def unmatched_row(account_id: int, left: Unmatched, pks: Pks) -> list[Any]:
    """A quantity left over."""
    row = left.execution
    return [
        account_id,
        pks[row.instrument.key],
        row.instrument.key,
        row.execution_id,
        row.trade_date,
        left.quantity,
        row.proceeds,
        left.undetermined,
        row.broker_realized_pnl,
        row.rate_to_base,
    ]


def flag_row(account_id: int, flag: Flag, pks: Pks) -> list[Any]:
    """An instrument that cannot be trusted."""
    return [account_id, pks[flag.instrument.key], flag.instrument.key, flag.reason, flag.row_id, flag.ours, flag.broker]


def line_row(account_id: int, line: ReconciliationLine, pks: Pks, carried: frozenset[str]) -> list[Any]:
    """A comparison. A position that was carried forward is no figure of the broker's."""
    key = line.instrument.key
    status, reason, broker = line.status, line.reason, line.broker
    if line.kind == "position" and key in carried:
        status, reason, broker = Status.UNSTATED, Reason.NO_POSITIONS, None
    return [account_id, pks[key], key, line.kind, line.id, line.ours, broker, status, reason, line.trade_date]


def worst_status(trip: RoundTrip, by_fill: Mapping[str, ReconciliationLine]) -> str:
    """The least happy comparison among a round trip's fills; "" when none was compared."""
    found = {by_fill[fill.execution_id].status for fill in trip.fills if fill.execution_id in by_fill}
    return next((str(status) for status in _WORST_FIRST if status in found), "")


def trip_mark(row: Sequence[Any]) -> tuple[Any, ...]:
    """By what a round trip counts as changed."""
    values = dict(zip(TRIP, row, strict=True))
    return tuple(values[name] for name in MARK)


def bridges(executions: Iterable[Execution], result: MatchResult) -> Iterator[tuple[str, BridgeLine]]:
    """(contract id, line): the bridge of each instrument; every line is a sum, so together they are the account's."""
    stated: dict[str, list[Execution]] = defaultdict(list)
    for row in executions:
        stated[row.instrument.key].append(row)
    closed, still_open = _by_key(result.round_trips), _by_key(result.open_trips)
    for key in sorted({*stated, *closed, *still_open}):
        own = own_totals(MatchResult(tuple(closed.get(key, ())), tuple(still_open.get(key, ())), (), ()))
        for line in build_bridge(own, broker_totals(stated.get(key, ()))):
            yield key, line


def _by_key(trips: Iterable[RoundTrip]) -> dict[str, list[RoundTrip]]:
    found: dict[str, list[RoundTrip]] = defaultdict(list)
    for trip in trips:
        found[trip.instrument.key].append(trip)
    return found
