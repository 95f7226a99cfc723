"""An account's ledger out of the database, as if one statement had said it all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Q, QuerySet

from fillbook.ledger.figures import BrokerFigure, FigureKind
from fillbook.ledger.instrument import AssetClass, Instrument
from fillbook.ledger.numbers import EXACT, ZERO
from fillbook.ledger.statement import AccountStatement
from fillbook.storage.coverage import cash_since, covered_days
from fillbook.storage.daily import load_balances, load_rates
from fillbook.storage.models import (
    AccountInstrument,
    AccountKind,
    BrokerAccount,
    InstrumentRow,
    PositionRow,
    RowState,
    StatedRow,
    StatementCoverage,
)
from fillbook.storage.openings import load_openings
from fillbook.storage.positions import latest_positions, positions_of
from fillbook.storage.records import (
    ACTIONS,
    EXECUTIONS,
    KINDS,
    TRANSFERS,
    Kind,
    batches,
    described_as,
    instrument_record,
    record,
    rows_of,
)

_IDS: Final = frozenset({"trade_id", "order_id", "exec_id", "corrects", "corrects_trade"})


@dataclass(frozen=True, slots=True)
class Loaded:
    """An account's ledger.

    carried: contract ids whose position is not the broker's but was carried forward through later rows, because the latest statement states
    no positions; nothing can be proven by it.
    """

    statement: AccountStatement
    carried: frozenset[str] = frozenset()


def load_statement(account: BrokerAccount, instruments: Iterable[str] | None = None) -> Loaded:
    """All current facts of an account, or of some of its instruments.

    Args:
        account: whose access was checked.
        instruments: contract ids; None for all.

    Returns:
        The records as they were stated, under the latest names of their instruments; positions of the latest day that has any. It covers
        the last days without a gap: before a gap nobody knows what was bought, even when the account itself began earlier. Balances,
        rates and movements of cash that have to do with no instrument only with all instruments.
    """
    keys = None if instruments is None else sorted(set(instruments))
    describe = _Descriptions(account, keys)
    facts = {kind.statement_field: _facts(kind, account, keys, describe) for kind in KINDS}
    coverage = StatementCoverage.objects.filter(account=account)
    unbroken = covered_days(account)[-1:]
    stating = latest_positions(account)
    rows = [] if stating is None else [row for row in positions_of(stating) if keys is None or row.instrument.key in keys]
    figures = [_figure(account, row, describe) for row in rows]
    carried: frozenset[str] = frozenset()
    if stating is not None:
        figures, carried = _carry_forward(account, figures, stating, describe, keys)
    statement = AccountStatement(
        account=account.number,
        base_currency=account.base_currency or None,
        covers=unbroken[0] if unbroken else None,
        executions=tuple(facts["executions"]),
        corporate_actions=tuple(facts["corporate_actions"]),
        transfers=tuple(facts["transfers"]),
        option_events=tuple(facts["option_events"]),
        cash_movements=tuple(facts["cash_movements"]),
        cash_since=cash_since(account),
        balances=load_balances(account) if keys is None else (),
        rates=load_rates(account) if keys is None else (),
        broker_lots=tuple(facts["broker_lots"]),
        openings=load_openings(account, describe.latest),
        positions=tuple(figures),
        instruments=tuple(describe.latest.values()),
        alias=account.alias,
        states_positions=stating is not None,
        states_realized_pnl=coverage.filter(states_realized_pnl=True).exists(),
        states_transfers=coverage.filter(states_transfers=True).exists(),
        opened_on=account.opened_on,
        paper=account.kind == AccountKind.PAPER,
    )
    return Loaded(statement, carried)


class _Descriptions:
    """Instrument rows as records, each made once."""

    def __init__(self, account: BrokerAccount, keys: list[str] | None) -> None:
        named = AccountInstrument.objects.filter(account=account).select_related("instrument").order_by("key")
        wanted = named if keys is None else [row for part in batches(keys) for row in named.filter(key__in=part)]
        self.latest = {row.key: instrument_record(row.instrument) for row in wanted}
        self._known: dict[int, Instrument] = {}

    def read(self, rows: QuerySet[InstrumentRow]) -> None:
        """Make ready what rows refer to."""
        for row in rows:
            if row.pk not in self._known:
                instrument = instrument_record(row)
                self._known[row.pk] = described_as(instrument, self.latest.get(row.key, instrument))

    def __getitem__(self, pk: int) -> Instrument:
        return self._known[pk]


def _facts(kind: Kind, account: BrokerAccount, keys: list[str] | None, describe: _Descriptions) -> list[Any]:
    current = rows_of(kind, account).filter(state=RowState.CURRENT)
    parts: list[QuerySet[StatedRow]] = [current] if keys is None else [current.filter(instrument__key__in=part) for part in batches(keys)]
    names = ("instrument_id", "row_id", "place", *kind.columns)
    facts, known = [], dict[object, object]()
    shared = [
        index for index, name in enumerate(kind.names) if name not in _IDS
    ]  # one object for equal texts and days, as the parser has it
    for part in parts:
        describe.read(InstrumentRow.objects.filter(pk__in=part.values("instrument_id").distinct()))
        for instrument_id, row_id, place, *values in part.order_by("trade_date", "pk").values_list(*names).iterator(chunk_size=2000):
            instrument = None if instrument_id is None else describe[instrument_id]
            for index in shared:
                if type(value := values[index]) is str or type(value) is date:
                    values[index] = known.setdefault(value, value)
            facts.append(record(kind, account.number, instrument, row_id, place, dict(zip(kind.names, values, strict=True))))
    return facts


def _figure(account: BrokerAccount, row: PositionRow, describe: _Descriptions) -> BrokerFigure:
    instrument = instrument_record(row.instrument)
    return BrokerFigure(
        kind=FigureKind.POSITION,
        account=account.number,
        instrument=described_as(instrument, describe.latest.get(instrument.key, instrument)),
        as_of=row.as_of,
        quantity=row.quantity,
        cost_basis=row.cost_basis,
        mark_price=row.mark_price,
        value=row.value,
        unrealized_pnl=row.unrealized_pnl,
        rate_to_base=row.rate_to_base,
        place=row.place,
    )


def _carry_forward(
    account: BrokerAccount, figures: list[BrokerFigure], stating: StatementCoverage, describe: _Descriptions, keys: list[str] | None
) -> tuple[list[BrokerFigure], frozenset[str]]:
    """Positions after the last row. What was held before the history is walked back from them, so rows after their day must be in them.

    The rows of the statement with the positions are in them, whatever their dates say.
    """
    day = stating.positions_as_of
    assert day is not None
    wanted = None if keys is None else set(keys)
    later: dict[str, Decimal] = {}
    for kind in (EXECUTIONS, ACTIONS, TRANSFERS):
        rows = rows_of(kind, account).filter(state=RowState.CURRENT).exclude(raw_id=stating.raw_id)
        rows = rows.exclude(instrument__asset_class=AssetClass.FOREX).filter(_after(max(day, stating.last or day)))
        for key, quantity in rows.values_list("instrument__key", "quantity"):
            if wanted is None or key in wanted:
                later[key] = EXACT.add(later.get(key, ZERO), quantity)
    stated = {figure.instrument.key: figure.quantity for figure in figures}
    moved = {key: EXACT.add(stated.get(key, ZERO), quantity) for key, quantity in later.items()}
    kept = [figure for figure in figures if figure.instrument.key not in moved]
    carried = [BrokerFigure(FigureKind.POSITION, account.number, describe.latest[key], day, total) for key, total in moved.items() if total]
    return kept + carried, frozenset(moved)


def _after(day: date) -> Q:
    return Q(report_date__gt=day) | Q(report_date__isnull=True, trade_date__gt=day)
