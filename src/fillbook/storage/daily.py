"""Figures of days, cash balances, net asset values and conversion rates: of each day that of the strongest statement.

They are compared by how much a statement is believed, and by the figure itself between statements that are believed equally, so that
overlapping statements in any order leave the same figures.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Final

from fillbook.ledger.cash import ConversionRate
from fillbook.ledger.figures import BrokerBalance, FigureKind
from fillbook.ledger.numbers import plain
from fillbook.ledger.statement import AccountStatement
from fillbook.storage.bulk import insert
from fillbook.storage.models import BalanceRow, BrokerAccount, DailyRow, RateRow, RawStatement
from fillbook.storage.records import batches

_STATED: Final = ("account_id", "raw_id", "place", "origin", "stated_at")


@dataclass(frozen=True, slots=True)
class _Series:
    """One kind of figure. keys: what tells one from another, the day among them. values: what a statement says of it."""

    statement_field: str
    model: type[DailyRow]
    day: str
    keys: tuple[str, ...]
    values: tuple[str, ...]

    @property
    def key_of(self) -> Callable[[Any], tuple[Any, ...]]:
        return attrgetter(*self.keys)

    def said(self, record: Any) -> tuple[str, ...]:
        """A record's values as texts, which compare alike in both databases."""
        found = [getattr(record, name) for name in self.values]
        return tuple("" if value is None else plain(value) for value in found)

    def of(self, account: BrokerAccount) -> Any:
        """An account's rows in order of their keys."""
        return self.model._default_manager.filter(account=account).order_by(*self.keys)  # noqa: SLF001 - Django's door to such a model


BALANCES: Final = _Series("balances", BalanceRow, "as_of", ("kind", "currency", "as_of"), ("amount", "settled"))
RATES: Final = _Series("rates", RateRow, "day", ("currency", "base", "day"), ("rate",))


def write_daily(account: BrokerAccount, raw: RawStatement, statement: AccountStatement, origin: int, stated_at: datetime) -> None:
    """Keep a statement's figures where no stronger statement has given them."""
    for series in (BALANCES, RATES):
        records = getattr(statement, series.statement_field)
        if records:
            _write(series, account, raw, records, (origin, stated_at))


def daily_lines(account: BrokerAccount) -> list[str]:
    """All of an account's figures of days, for its hash."""
    lines = []
    for series in (BALANCES, RATES):
        for row in series.of(account):
            key = " ".join(str(part) for part in series.key_of(row))
            lines.append(f"{series.statement_field} {(key, *series.said(row))}")
    return lines


def load_balances(account: BrokerAccount) -> tuple[BrokerBalance, ...]:
    """As they were stated."""
    return tuple(
        BrokerBalance(FigureKind(row.kind), account.number, row.as_of, row.currency, row.amount, row.settled, row.place)
        for row in BALANCES.of(account)
    )


def load_rates(account: BrokerAccount) -> tuple[ConversionRate, ...]:
    """As they were stated."""
    return tuple(ConversionRate(account.number, row.currency, row.base, row.day, row.rate, row.place) for row in RATES.of(account))


def _write(series: _Series, account: BrokerAccount, raw: RawStatement, records: Sequence[Any], strength: tuple[int, datetime]) -> None:
    days: list[date] = [getattr(record, series.day) for record in records]
    known = {series.key_of(row): row for row in series.of(account).filter(**{f"{series.day}__range": (min(days), max(days))})}
    new, gone, repeated = [], [], []
    for record in records:
        row = known.get(series.key_of(record))
        if row is None:
            new.append(record)
            continue
        mine, theirs = (strength, series.said(record)), ((row.origin, row.stated_at), series.said(row))
        if mine > theirs and mine[1] == theirs[1] and row.origin == strength[0]:
            repeated.append(row.pk)
        elif mine > theirs:
            gone.append(row.pk)
            new.append(record)
    rows = series.model._default_manager.filter(account=account)  # noqa: SLF001 - as above
    for part in batches(gone):
        rows.filter(pk__in=part).delete()
    for part in batches(repeated):
        rows.filter(pk__in=part).update(stated_at=strength[1])
    insert(series.model, (*_STATED, *series.keys, *series.values), _rows(series, account, raw, new, strength))


def _rows(
    series: _Series, account: BrokerAccount, raw: RawStatement, records: Iterable[Any], strength: tuple[int, datetime]
) -> Iterable[list[Any]]:
    for record in records:
        values = [getattr(record, name) for name in (*series.keys, *series.values)]
        yield [account.pk, raw.pk, record.place, *strength, *values]
