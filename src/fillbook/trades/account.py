"""One account read whole: its statement in, its book of trades out."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fillbook.ledger.execution import Execution, ExecutionKind
from fillbook.ledger.figures import BrokerFigure
from fillbook.ledger.money import amount as amount_of
from fillbook.ledger.numbers import exact, plain
from fillbook.ledger.order import LedgerRow, total_order
from fillbook.ledger.statement import AccountStatement, Finding, Severity
from fillbook.trades.actions import without_reversed
from fillbook.trades.bridge import BridgeLine, Sums, broker_totals, build_bridge, own_totals
from fillbook.trades.corrections import drop_reversed, resolve_cancels
from fillbook.trades.findings import DISAGREES, found
from fillbook.trades.grouping import regroup
from fillbook.trades.matching import match
from fillbook.trades.openings import Opening, cost_from_positions, infer_opening, name_opening, settle_opening
from fillbook.trades.overrides import Overrides, apply_overrides
from fillbook.trades.reconcile import CENT, ReconciliationLine, reconcile_fills, reconcile_positions
from fillbook.trades.records import Basis, Lot, MatchResult, RoundTrip
from fillbook.trades.settings import Grouping, MatchSettings
from fillbook.trades.stated import with_stated
from fillbook.trades.trips import TripBuilder
from fillbook.trades.witness import witness_of


@dataclass(frozen=True, slots=True)
class AccountBook:
    """What one account's rows amount to.

    match: round trips and lots (open lots with the cost that the broker's positions leave for them). lines: the reconciliation.
    bridge: from profit to the broker's figure. realized_pnl, broker_realized_pnl: per currency, at the level of fills;
    corporate_action_pnl: the broker's figure on corporate action rows.
    """

    statement: AccountStatement
    match: MatchResult
    lines: tuple[ReconciliationLine, ...]
    bridge: tuple[BridgeLine, ...]
    realized_pnl: Sums
    broker_realized_pnl: Sums
    corporate_action_pnl: Sums
    findings: tuple[Finding, ...] = ()


def read_account(statement: AccountStatement, settings: MatchSettings | None = None, overrides: Overrides | None = None) -> AccountBook:
    """Match and reconcile one account.

    Args:
        statement: everything known of the account, rows in any order, each transaction once.
        settings: how fills become trades; the statement's base currency fills in a missing one.
        overrides: where the trader cut trades or joined them.

    Figures are always compared under the broker's own settings (`MatchSettings.as_broker`), whatever the trader prefers to look at.
    """
    settings = settings or MatchSettings()
    if settings.base_currency is None:
        settings = replace(settings, base_currency=statement.base_currency)
    with exact():
        actions = without_reversed(sorted(statement.corporate_actions, key=total_order))
        others: list[LedgerRow] = [*actions, *drop_reversed(statement.transfers)]
        ordered: list[LedgerRow] = sorted([*statement.executions, *others], key=total_order)
        executions = [row for row in ordered if isinstance(row, Execution)]
        counted, chains = resolve_cancels(executions)
        rows = _counted_rows(ordered, counted) if chains else ordered
        positions = statement.positions
        inferred = infer_opening(rows, positions, statement.states_positions, _funded_inside(statement))
        opening, not_taken = with_stated(inferred, statement.openings)
        as_broker = _matched(rows, opening, settings.as_broker, positions)
        lines = reconcile_fills(executions, counted, chains, as_broker, witness_of(statement))
        lines += reconcile_positions(as_broker.open_lots, positions, statement.states_positions, as_broker)
        result = as_broker
        if (settings.method, settings.assignment) != (settings.as_broker.method, settings.as_broker.assignment):
            named = _matched(rows, name_opening(opening), settings.as_broker, positions)
            result = _matched(rows, settle_opening(opening, named), settings, positions)
        if overrides is not None and settings.grouping is Grouping.FLAT_TO_FLAT:
            result = apply_overrides(result, overrides, settings.base_currency)
        result = regroup(result, settings.grouping, settings.base_currency)
        own, broker = own_totals(result), broker_totals(executions)
        return AccountBook(
            statement=statement,
            match=result,
            lines=tuple(lines),
            bridge=build_bridge(own, broker),
            realized_pnl=own.fills,
            broker_realized_pnl=broker.realized,
            corporate_action_pnl=_action_pnl(statement),
            findings=(*not_taken, *_cost_disagreements(counted, as_broker)),
        )


def _matched(rows: Sequence[LedgerRow], opening: Opening, settings: MatchSettings, positions: Sequence[BrokerFigure]) -> MatchResult:
    """Match, and give what is left of older holdings the cost that the broker's positions leave for it."""
    result = match(rows, opening, settings)
    lots = cost_from_positions(result.open_lots, positions)
    held: dict[str, list[Lot]] = defaultdict(list)
    for lot in lots:
        held[lot.instrument.key].append(lot)
    learned = {lot.instrument.key for lot in result.open_lots if lot.cost_basis is None}
    trips = [
        _with_lots(trip, held[trip.instrument.key], settings) if trip.instrument.key in learned else trip for trip in result.open_trips
    ]
    return replace(result, open_lots=lots, open_trips=tuple(trips))


def _with_lots(trip: RoundTrip, lots: list[Lot], settings: MatchSettings) -> RoundTrip:
    return TripBuilder.resumed(trip).build(tuple(lots), settings.base_currency)


def _counted_rows(ordered: Sequence[LedgerRow], counted: Sequence[Execution]) -> list[LedgerRow]:
    """All rows in order, without the executions that a cancellation took out and with rebooks in their corrected form."""
    kept = {row.execution_id: row for row in counted}
    rows = [kept.get(row.execution_id) if isinstance(row, Execution) else row for row in ordered]
    return [row for row in rows if row is not None]


def _funded_inside(statement: AccountStatement) -> bool:
    """Whether the statement reaches back to the account's first day, so that nothing was held before it."""
    return statement.opened_on is not None and statement.covers is not None and statement.opened_on >= statement.covers.first


def _action_pnl(statement: AccountStatement) -> Sums:
    sums: Sums = {}
    for row in statement.corporate_actions:
        if row.broker_realized_pnl is not None:
            sums[row.instrument.currency] = sums.get(row.instrument.currency, Decimal(0)) + row.broker_realized_pnl
    return sums


def _cost_disagreements(executions: Sequence[Execution], result: MatchResult) -> list[Finding]:
    """Rows whose cost and realized P&L do not fit together, where we had to rely on one of them."""
    doubtful = [trip for trip in (*result.round_trips, *result.open_trips) if trip.basis is not Basis.EXECUTIONS]
    inferred = {lot.closed_by for trip in doubtful for lot in trip.closed_lots if lot.basis is Basis.INFERRED}
    if not inferred:
        return []
    findings = []
    for row in executions:
        pnl, cost = row.broker_realized_pnl, row.broker_cost
        plain_fill = row.kind in (ExecutionKind.TRADE, ExecutionKind.EXPIRY)
        if row.execution_id not in inferred or pnl is None or not cost or not plain_fill:
            continue
        apart = amount_of(row) + cost - pnl
        if abs(apart) > CENT:
            params = {"id": row.execution_id, "symbol": row.instrument.symbol, "cost": plain(cost), "pnl": plain(pnl)}
            findings.append(found(Severity.NOTE, DISAGREES, params))
    return findings
