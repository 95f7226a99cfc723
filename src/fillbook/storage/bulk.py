"""Many rows at once: plain tuples into a table, by COPY on PostgreSQL and one prepared statement on SQLite.

Model instances cost more than the database itself when a statement has a hundred thousand rows.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from django.db import connection, models

from fillbook.storage.fields import ExactDecimalField

TOGETHER: Final = 5_000
"""Rows that are held in the database's own form at once."""

Convert = Callable[[Any], Any]


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows; the caller's transaction decides whether they stay.

    Args:
        model: whose table.
        names: fields in the order of a row's values; foreign keys as their `_id`. Every column but the primary key, defaults do not apply.
        rows: values as the model would hold them.

    Raises:
        AmountOutOfRange: a decimal does not fit; nothing of the statement is kept once the transaction ends.
    """
    columns = [_column(model, name) for name in names]
    missing = {field.column for field in model._meta.concrete_fields if not field.primary_key} - {field.column for field in columns}  # noqa: SLF001
    assert not missing, f"{model.__name__} lacks {missing}"
    converters = [(index, convert) for index, field in enumerate(columns) if (convert := _converter(field))]
    quote = connection.ops.quote_name
    target = f"{quote(model._meta.db_table)} ({', '.join(quote(field.column) for field in columns)})"  # noqa: SLF001 - Django's public door
    marks = ", ".join(["%s"] * len(columns))
    left = iter(rows)
    while part := [_converted(row, converters) for row in islice(left, TOGETHER)]:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {target} FROM STDIN") as copy:
                    for row in part:
                        copy.write_row(row)
            else:
                cursor.executemany(f"INSERT INTO {target} VALUES ({marks})", part)  # noqa: S608 - names of ours


def _column(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name.removesuffix("_id") if name.endswith("_id") and _is_key(model, name) else name)  # noqa: SLF001


def _is_key(model: type[models.Model], name: str) -> bool:
    return any(field.attname == name and field.is_relation for field in model._meta.concrete_fields)  # noqa: SLF001


def _converter(field: Any) -> Convert | None:
    """What turns a value into the database's own; None where it already is."""
    if isinstance(field, ExactDecimalField):
        return lambda value: None if value is None else field.text(value)
    if isinstance(field, models.JSONField):
        return json.dumps
    if connection.vendor == "sqlite":
        if isinstance(field, models.DateTimeField):
            return _datetime_text
        if isinstance(field, models.DateField):
            return lambda value: None if value is None else value.isoformat()
        return None
    return str if isinstance(field, models.CharField | models.TextField) else None  # psycopg would write an enum member's name


def _datetime_text(value: datetime | None) -> str | None:
    return None if value is None else str(value.astimezone(UTC).replace(tzinfo=None))


def _converted(row: Sequence[Any], converters: list[tuple[int, Convert]]) -> list[Any]:
    values = list(row)
    for index, convert in converters:
        values[index] = convert(values[index])
    return values
