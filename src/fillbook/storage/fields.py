"""Exact decimals in both databases.

PostgreSQL has NUMERIC. SQLite has none, and Django's own field passes through a binary float there (1234567890.123456789012345678
comes back as 1234567890.12346), so the amount is kept as its shortest plain text. Text neither adds up nor sorts as a number:
`ExactSum` adds exactly, comparisons other than equality are refused, and pages sort by the 64-bit integer beside the amount.
"""

import sqlite3
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from fillbook.ledger.numbers import plain

_ST = TypeVar("_ST")
_GT = TypeVar("_GT")

if TYPE_CHECKING:
    _DecimalField = models.DecimalField
else:

    class _DecimalField(models.DecimalField):
        """Django's fields take no type arguments at run time."""

        def __class_getitem__(cls, _: object) -> type:
            return cls


CONTEXT = Context(prec=80, rounding=ROUND_HALF_EVEN)
_number = lru_cache(maxsize=4096)(Decimal)
"""Of text: a large account says the same quantities, fees and rates again and again, and one object is enough for all."""


class AmountOutOfRange(ValueError):
    """A number with more digits before the point than the database holds, or none at all (NaN, infinity)."""


class ExactDecimalField(_DecimalField[_ST, _GT]):
    """A finite decimal with up to 20 digits before the point and 18 after, the same in both databases.

    More than 18 decimals are rounded half to even, here and not in the database, so that both hold the same.

    Raises:
        AmountOutOfRange: on saving what does not fit.
    """

    _LOOKUPS: ClassVar = frozenset({"exact", "in", "isnull"})

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 38, "decimal_places": 18, **options})

    def get_internal_type(self) -> str:
        """A name of its own keeps Django's converter to float away."""
        return "ExactDecimalField"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "text" if connection.vendor == "sqlite" else f"numeric({self.max_digits}, {self.decimal_places})"

    def cast_db_type(self, connection: BaseDatabaseWrapper) -> str:
        return self.db_type(connection)

    def fit(self, value: Decimal | int) -> Decimal:
        """The number as it is stored."""
        number = Decimal(value)
        if not number.is_finite():
            raise AmountOutOfRange(f"{number} is not a number that can be stored.")
        assert self.max_digits is not None
        assert self.decimal_places is not None
        if number.adjusted() >= self.max_digits - self.decimal_places and number:
            raise AmountOutOfRange(f"{number:.3E} has more than {self.max_digits - self.decimal_places} digits before the point.")
        if -number.as_tuple().exponent <= self.decimal_places:  # type: ignore[operator]  # finite, so an integer
            return number
        rounded = number.quantize(Decimal(1).scaleb(-self.decimal_places), context=CONTEXT)
        return self.fit(rounded) if rounded.adjusted() > number.adjusted() else rounded

    def text(self, value: Decimal | int) -> str:
        """The number as plain text, the way SQLite keeps it. What plainly fits is written without further ado."""
        text = format(value, "f")
        whole, _, part = text.partition(".")
        if len(whole) > 20 or len(part) > 18 or not text[-1].isdigit():
            return plain(self.fit(value))
        if part:
            text = text.rstrip("0").rstrip(".")
        return "0" if text == "-0" else text

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:  # noqa: ARG002
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return self.text(value) if connection.vendor == "sqlite" else self.fit(value)

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        return self.get_db_prep_value(value, connection)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Decimal | None:  # noqa: ARG002
        if value is None:
            return None
        if isinstance(value, float | int) and connection.vendor == "sqlite":
            raise TypeError("An exact amount came back as a binary number: use ExactSum instead of Sum.")
        return _number(value) if connection.vendor == "sqlite" else _number(plain(value))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in self._LOOKUPS:
            raise FieldError(f"{self.name}: text does not compare as a number; use the 64-bit column beside it instead of __{lookup_name}.")
        return super().get_lookup(lookup_name)


class ExactSum(models.Aggregate):
    """The exact sum of an `ExactDecimalField`; None of no rows, as SUM."""

    function = "SUM"
    name = "ExactSum"

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """SQLite adds text up as floats, so an aggregate of ours adds it."""
        return super().as_sql(compiler, connection, function="exact_sum", **context)


class _ExactSum:
    """The aggregate as SQLite calls it."""

    def __init__(self) -> None:
        self.total: Decimal | None = None

    def step(self, value: str | None) -> None:
        if value is not None:
            self.total = CONTEXT.add(self.total or Decimal(0), Decimal(value))

    def finalize(self) -> str | None:
        return None if self.total is None else plain(self.total)


def _prepare(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if isinstance(connection.connection, sqlite3.Connection):
        connection.connection.create_aggregate("exact_sum", 1, _ExactSum)  # type: ignore[arg-type]


def register() -> None:
    """Teach every SQLite connection the exact sum."""
    connection_created.connect(_prepare, dispatch_uid="fillbook-exact-sum")
