"""Records of the ledger as rows and back: which field is which column, and the digest by which equal records are known."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import blake2b
from operator import attrgetter
from typing import Any, Final, TypeVar

from django.db import models

from fillbook.ledger.cash import CashKind, CashMovement
from fillbook.ledger.events import CorporateAction, CorporateActionKind, OptionEvent, OptionEventKind, Transfer
from fillbook.ledger.execution import Effect, Execution, ExecutionKind
from fillbook.ledger.figures import BrokerLot
from fillbook.ledger.instrument import AssetClass, Instrument, Right
from fillbook.ledger.numbers import plain
from fillbook.ledger.statement import AccountStatement
from fillbook.storage.models import (
    BrokerAccount,
    BrokerLotRow,
    CashMovementRow,
    CorporateActionRow,
    ExecutionRow,
    InstrumentRow,
    OptionEventRow,
    StatedRow,
    TransferRow,
)

T = TypeVar("T")
Fact = Execution | CorporateAction | Transfer | OptionEvent | CashMovement | BrokerLot

_NOT_COPIED: Final = frozenset({"account", "instrument", "place"})
_NONE: Final = "\0"
_APART: Final = "\x1f"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fact. names: fields that are columns. identity: the field that is `row_id`, "" when it is made up.

    statement_field: where a statement keeps such records. columns: in the order of `names`, and of the same name but for the fact's day,
    which all kinds keep in `trade_date`. enums: how texts become members again. values: a record's fields in the order of `names`. day: a
    record's day. limits: (index, most characters) of its texts. trades: trades are made of such rows, so they tell what an instrument is.
    """

    statement_field: str
    model: type[StatedRow]
    record: Callable[..., Fact]
    identity: str
    names: tuple[str, ...]
    columns: tuple[str, ...]
    enums: Mapping[str, type[StrEnum]]
    values: Callable[[Fact], tuple[Any, ...]]
    day: Callable[[Fact], date]
    limits: tuple[tuple[int, int], ...]
    trades: bool

    def facts(self, statement: AccountStatement) -> Sequence[Fact]:
        """The statement's records of this kind."""
        facts: Sequence[Fact] = getattr(statement, self.statement_field)
        return facts


def _limits(model: type[models.Model]) -> dict[str, int]:
    """Column -> most characters."""
    texts = [column for column in model._meta.get_fields() if isinstance(column, models.CharField)]  # noqa: SLF001 - Django's public door
    return {column.name: column.max_length for column in texts if column.max_length}


def _kind(
    statement_field: str,
    model: type[StatedRow],
    record: type[Fact],
    identity: str,
    enums: Mapping[str, type[StrEnum]] | None = None,
    day: str = "trade_date",
) -> Kind:
    names = tuple(field.name for field in fields(record) if field.name not in _NOT_COPIED and field.name != identity)
    columns = tuple("trade_date" if name == day else name for name in names)
    limits = _limits(model)
    texts = tuple((index, limits[name]) for index, name in enumerate(columns) if name in limits)
    trades = day == "trade_date"
    return Kind(statement_field, model, record, identity, names, columns, enums or {}, attrgetter(*names), attrgetter(day), texts, trades)


EXECUTIONS: Final = _kind("executions", ExecutionRow, Execution, "execution_id", {"kind": ExecutionKind, "effect": Effect})
ACTIONS: Final = _kind("corporate_actions", CorporateActionRow, CorporateAction, "leg_id", {"kind": CorporateActionKind})
TRANSFERS: Final = _kind("transfers", TransferRow, Transfer, "transfer_id")
OPTION_EVENTS: Final = _kind("option_events", OptionEventRow, OptionEvent, "", {"kind": OptionEventKind})
MOVEMENTS: Final = _kind("cash_movements", CashMovementRow, CashMovement, "movement_id", {"kind": CashKind}, "moved_on")
LOTS: Final = _kind("broker_lots", BrokerLotRow, BrokerLot, "lot_id", day="closed_on")
KINDS: Final = (EXECUTIONS, ACTIONS, TRANSFERS, OPTION_EVENTS, MOVEMENTS, LOTS)
_INSTRUMENT_LIMITS: Final = _limits(InstrumentRow)


@dataclass(frozen=True, slots=True)
class Stated:
    """One record with its identity and digest, ready to be compared with what is stored."""

    row_id: str
    digest: str
    fact: Fact


def rows_of(kind: Kind, account: BrokerAccount) -> models.QuerySet[StatedRow]:
    """All versions of an account's facts of one kind."""
    return kind.model._default_manager.filter(account=account)  # noqa: SLF001 - Django's door to a model chosen at run time


def batches(items: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    """Parts small enough for one SQL statement."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def stated(kind: Kind, facts: Iterable[Fact]) -> list[Stated]:
    """Identify records. Where the broker gives no id, equal records are told apart by their number among equals."""
    seen: Counter[str] = Counter()
    result = []
    for fact in facts:
        digest = _digest(kind, fact)
        if kind.identity:
            row_id = _short(getattr(fact, kind.identity))
        else:
            seen[digest] += 1
            row_id = f"{digest}:{seen[digest]}"
        result.append(Stated(row_id, digest, fact))
    return result


def columns(kind: Kind, fact: Fact) -> list[Any]:
    """The values of a record's own columns, in the order of `kind.names`."""
    values = list(kind.values(fact))
    for index, limit in kind.limits:
        text = values[index]
        if len(text) > limit or "\0" in text:
            values[index] = _clip(text, limit)
    return values


def record(kind: Kind, account: str, instrument: Instrument | None, row_id: str, place: int, values: Mapping[str, Any]) -> Fact:
    """A record again, as it was stated."""
    given = {**values, **{name: member(values[name]) for name, member in kind.enums.items()}}
    if kind.identity:
        given[kind.identity] = row_id
    return kind.record(account=account, instrument=instrument, place=place, **given)


def instrument_digest(instrument: Instrument) -> str:
    """Of the whole description."""
    return _hash([getattr(instrument, field.name) for field in fields(Instrument)])


def instrument_columns(instrument: Instrument) -> dict[str, Any]:
    """The values of an instrument's columns."""
    limits = _INSTRUMENT_LIMITS
    values = {field.name: getattr(instrument, field.name) for field in fields(Instrument)}
    values["right"] = instrument.right or ""
    return {name: _clip(value, limits[name]) if name in limits else value for name, value in values.items()}


def instrument_record(row: InstrumentRow) -> Instrument:
    """The description again."""
    values = {field.name: getattr(row, field.name) for field in fields(Instrument)}
    values["asset_class"] = AssetClass(row.asset_class)
    values["right"] = Right(row.right) if row.right else None
    return Instrument(**values)


def described_as(instrument: Instrument, latest: Instrument) -> Instrument:
    """An instrument under its latest name: what money depends on stays as the row was stated with."""
    return replace(
        latest,
        asset_class=instrument.asset_class,
        currency=instrument.currency,
        multiplier=instrument.multiplier,
        strike=instrument.strike,
        expiry=instrument.expiry,
        right=instrument.right,
    )


def key_of(fact: Fact) -> str:
    """Contract id of what a fact is about, "" for money that has to do with no instrument."""
    return fact.instrument.key if fact.instrument is not None else ""


def _digest(kind: Kind, fact: Fact) -> str:
    """Of everything a record says, and of what its money depends on; a mere new name of the instrument changes no record.

    Rows that trades are not made of describe their instruments sparsely, and their money depends on nothing but themselves.
    """
    about = _MONEY(fact.instrument) if kind.trades else (key_of(fact),)
    return _hash((*about, *kind.values(fact)))


_MONEY: Final = attrgetter("key", "asset_class", "currency", "multiplier", "strike", "expiry", "right")
_WRITTEN: Final[dict[type, Callable[[Any], str]]] = {
    str: str,
    type(None): lambda _: _NONE,
    Decimal: plain,
    datetime: lambda value: repr(value.timestamp()),
    date: date.isoformat,
}


def _hash(values: Iterable[object]) -> str:
    text = _APART.join([_WRITTEN.get(type(value), str)(value) for value in values])
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _clip(text: str, limit: int) -> str:
    """PostgreSQL refuses longer texts and NUL where SQLite would take them."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return text.replace("\0", "") if "\0" in text else text


def _short(identity: str) -> str:
    """An id that fits its column and stays unique."""
    if len(identity) <= 200 and "\0" not in identity:
        return identity
    return f"{_clip(identity, 150)}{blake2b(identity.encode(), digest_size=16).hexdigest()}"
