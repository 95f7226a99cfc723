"""Fills and positions as JSON values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Q, QuerySet

from fillbook.ledger.numbers import plain
from fillbook.performance.filters import Filter
from fillbook.storage.answers.values import iso, number, rounded
from fillbook.storage.choosing import Accounts
from fillbook.storage.details import Position
from fillbook.storage.models import ExecutionRow, Origin, RowState

_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class Place:
    """After which execution a page begins: its trade date, its moment, its number."""

    day: date
    at: datetime
    pk: int

    @classmethod
    def of(cls, row: ExecutionRow) -> "Place":
        """Beside a row."""
        return cls(row.trade_date, row.ordered_at, row.pk)


def executions_of(
    accounts: Accounts, chosen: Filter, after: Place | None = None, size: int = _SIZE
) -> tuple[list[ExecutionRow], Place | None]:
    """(the latest executions, where the next page begins; None where there is none). Cancelled and withdrawn ones are left out.

    Of the filter the period (by trade date), the symbol and the asset class count. Each account is asked by itself, because then an index
    gives its days in order.
    """
    found: list[ExecutionRow] = []
    for account in accounts:
        rows = _chosen(ExecutionRow.objects.filter(account_id=account.pk, state=RowState.CURRENT), chosen, after)
        found += rows.select_related("account", "instrument").order_by("-trade_date", "-ordered_at", "-pk")[: size + 1]
    found.sort(key=lambda row: (row.trade_date, row.ordered_at, row.pk), reverse=True)
    kept = found[:size]
    return kept, Place.of(kept[-1]) if len(found) > size else None


def _chosen(rows: QuerySet[ExecutionRow], chosen: Filter, after: Place | None) -> QuerySet[ExecutionRow]:
    if chosen.first:
        rows = rows.filter(trade_date__gte=chosen.first)
    if chosen.last:
        rows = rows.filter(trade_date__lte=chosen.last)
    if chosen.symbol:
        rows = rows.filter(Q(instrument__symbol__iexact=chosen.symbol) | Q(instrument__underlying_symbol__iexact=chosen.symbol))
    if chosen.asset_class:
        rows = rows.filter(instrument__asset_class=chosen.asset_class)
    if after is None:
        return rows
    later = Q(trade_date=after.day) & (Q(ordered_at__lt=after.at) | Q(ordered_at=after.at, pk__lt=after.pk))
    return rows.filter(Q(trade_date__lt=after.day) | later, trade_date__lte=after.day)


def execution_answer(row: ExecutionRow) -> dict[str, Any]:
    """One fill as the broker reported it. Money in the instrument's currency, fees in fees_currency."""
    return {
        "execution_id": row.row_id,
        "account": row.account.number,
        "account_id": row.account_id,
        "kind": str(row.account.kind),
        "instrument": row.instrument.symbol,
        "underlying": row.instrument.underlying_symbol or None,
        "asset_class": row.instrument.asset_class,
        "currency": row.instrument.currency,
        "what": row.kind,
        "executed_at": iso(row.executed_at),
        "trade_date": iso(row.trade_date),
        "settle_date": iso(row.settle_date),
        "quantity": plain(row.quantity),
        "price": plain(row.price),
        "proceeds": plain(row.proceeds),
        "fees": plain(row.fees),
        "taxes": plain(row.taxes),
        "fees_currency": row.fees_currency or None,
        "rate_to_base": number(row.rate_to_base),
        "broker_realized_pnl": number(row.broker_realized_pnl),
        "venue": row.venue or None,
        "order_id": row.order_id or None,
        "automatic": row.automatic,
        "origin": Origin(row.origin).name.lower(),
    }


def positions_answer(positions: Sequence[Position]) -> list[dict[str, Any]]:
    """What is held. Money in the instrument's currency; mark, value and unrealized P&L are the broker's, of the day `as_of`."""
    return [_position(one) for one in positions]


def _position(one: Position) -> dict[str, Any]:
    stated = one.stated
    return {
        "account": one.account.number,
        "account_id": one.account.pk,
        "kind": str(one.account.kind),
        "instrument": one.instrument.symbol,
        "underlying": one.instrument.underlying_symbol or None,
        "asset_class": one.instrument.asset_class,
        "currency": one.instrument.currency,
        "quantity": plain(one.quantity),
        "cost": number(one.cost),
        "average_price": rounded(one.average),
        "lots": one.lots,
        "opened_on": iso(one.opened_on),
        "trade": one.trip_key or None,
        "realized_so_far": number(one.realized_so_far),
        "as_of": iso(stated.as_of) if stated else None,
        "broker_quantity": number(stated.quantity) if stated else None,
        "mark_price": number(stated.mark_price) if stated else None,
        "value": number(stated.value) if stated else None,
        "unrealized_pnl": number(stated.unrealized_pnl) if stated else None,
        "rate_to_base": number(stated.rate_to_base) if stated else None,
        "status": one.status or None,
        "reason": one.reason or None,
    }
