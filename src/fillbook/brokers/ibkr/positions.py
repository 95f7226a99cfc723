"""Rows of the section Open Positions become the positions that the broker states."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from fillbook.brokers.ibkr import refusals
from fillbook.brokers.ibkr.accounts import Drafts, PositionRow
from fillbook.brokers.ibkr.executions import LIMIT, Unusable
from fillbook.brokers.ibkr.instruments import InstrumentBook
from fillbook.brokers.ibkr.rows import Row
from fillbook.ledger.figures import BrokerFigure, FigureKind
from fillbook.ledger.numbers import stored


def read_position(row: Row, instruments: InstrumentBook, drafts: Drafts) -> None:
    """Keep one row with its account; which rows count is known when all are read (`stated_positions`)."""
    draft = drafts.of(row.raw("accountId"))
    if draft is None:
        return
    instrument = instruments.find(row.described)
    quantity = row.number("position", "quantity")
    as_of = row.day("reportDate") or drafts.until
    if quantity is None or as_of is None:
        raise Unusable("Quantity" if quantity is None else "Report Date")
    model = row.text("model")
    cost = row.number("costBasisMoney")
    if cost is None and (unit_cost := row.number("costBasisPrice", "openPrice")) is not None:
        cost = stored(quantity * instrument.price_factor * unit_cost)
        if abs(cost) >= LIMIT:
            raise refusals.amount_too_large(row.place)
    figure = BrokerFigure(
        kind=FigureKind.POSITION,
        account=draft.account,
        instrument=instrument,
        as_of=as_of,
        quantity=quantity,
        cost_basis=None if model and not cost and quantity else cost,
        mark_price=row.number("markPrice"),
        value=row.number("positionValue"),
        unrealized_pnl=row.number("fifoPnlUnrealized"),
        rate_to_base=row.rate_to_base,
        place=row.place,
    )
    draft.positions.append(PositionRow(figure, row.text("levelOfDetail"), model, drafts.until, draft.statement))


def stated_positions(rows: list[PositionRow], last: date | None) -> tuple[BrokerFigure, ...]:
    """One figure per instrument.

    Of several statements of one account (breakout by day) the one that ends on `last` counts, even if it has no position; of two that
    end on the same day the later in the file. An account without a statement of its own has the latest rows that name it. Lots count only
    where no summary row is. Rows of several models,
    and lots, are added; a row that comes twice counts once.
    """
    last = last or max((row.until for row in rows if row.until is not None), default=None)
    newest = max((row.statement for row in rows if row.until == last), default=0)
    by_key: defaultdict[str, list[PositionRow]] = defaultdict(list)
    for row in rows:
        if row.until == last and row.statement == newest:
            by_key[row.figure.instrument.key].append(row)
    figures = []
    for same in by_key.values():
        summaries = [row for row in same if row.level != "LOT"]
        figures.append(_added(_distinct(summaries) if summaries else [row.figure for row in same]))
    return tuple(figures)


def _distinct(rows: list[PositionRow]) -> list[BrokerFigure]:
    kept = {(row.model, replace(row.figure, place=0)): row.figure for row in rows}
    return list(kept.values())


def _added(figures: list[BrokerFigure]) -> BrokerFigure:
    first = figures[0]
    if len(figures) == 1:
        return first
    return replace(
        first,
        quantity=sum((figure.quantity for figure in figures), Decimal(0)),
        cost_basis=_total(figure.cost_basis for figure in figures),
        value=_total(figure.value for figure in figures),
        unrealized_pnl=_total(figure.unrealized_pnl for figure in figures),
    )


def _total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, None when any part is unknown."""
    total = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total
