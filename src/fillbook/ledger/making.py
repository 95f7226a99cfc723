"""Frozen records at the price of plain ones, for those who make them by the hundred thousand.

A frozen dataclass sets each field through `object.__setattr__`, which for an execution's fields costs five times as much as plain
assignment and was a sixth of the time that a large statement took to read. A maker assigns the fields of a plain class of the same layout
and then lets the object be what it is: a record like any other, as frozen as any other.
"""

from collections.abc import Callable
from dataclasses import MISSING, field, fields, make_dataclass
from typing import Any, TypeVar

Record = TypeVar("Record")


def maker(record: type[Record]) -> Callable[..., Record]:
    """A constructor of `record` with its arguments and defaults; `record` is a frozen dataclass with slots and without `__post_init__`."""
    assert not hasattr(record, "__post_init__"), "what a record does after its fields are set would be left out"

    def become(made: Any) -> None:
        made.__class__ = record

    columns = [
        (each.name, each.type, field(default=each.default) if each.default is not MISSING else field())
        for each in fields(record)  # type: ignore[arg-type]
    ]
    plain: Callable[..., Record] = make_dataclass(
        f"_Plain{record.__name__}", columns, namespace={"__post_init__": become}, slots=True, eq=False, repr=False
    )
    return plain
