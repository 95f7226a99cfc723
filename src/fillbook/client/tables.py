"""Lists that come in pages as one goes through them, and become tables where pandas or polars is installed."""

import importlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import UnionType
from typing import Any, Final, Generic, TypeVar, Union, get_args, get_origin

from fillbook.client.records import Record, kinds_of

_PANDAS: Final = {
    (int, False): "int64",
    (int, True): "Int64",
    (bool, False): "bool",
    (bool, True): "boolean",
    (str, False): "string",
    (str, True): "string",
    (Decimal, False): "float64",
    (Decimal, True): "float64",
    (datetime, False): "datetime64[us, UTC]",
    (datetime, True): "datetime64[us, UTC]",
    (date, False): "datetime64[us]",
    (date, True): "datetime64[us]",
}
"""(kind of value, whether it can be missing) -> dtype; everything else stays an object."""
_MISSING: Final = {"int64": "Int64", "bool": "boolean"}
_DIGITS: Final = 38
"""As many as a decimal of polars holds."""

R = TypeVar("R", bound=Record)


class Listing(Generic[R]):
    """Records in order. Going through it asks for one page after another; each time it is gone through, it asks anew.

    It has no length before it was gone through: `count()` does that, `all()` gives a list to keep. It is true where there is a first one.
    """

    def __init__(self, record: type[R], rows: Callable[[], Iterator[dict[str, Any]]]) -> None:
        self._record = record
        self._rows = rows

    def __iter__(self) -> Iterator[R]:
        """One record after another."""
        return (self._record.read(row) for row in self._rows())

    def __bool__(self) -> bool:
        """Whether there is one."""
        return self.first() is not None

    def __repr__(self) -> str:
        """What it is of, and what can be done with it; nothing is asked for."""
        return f"<{self._record.__name__} records: go through them, or ask .first(), .count(), .all(), .to_pandas(), .to_polars()>"

    def first(self) -> R | None:
        """The first one; None where there is none."""
        return next(iter(self), None)

    def all(self) -> list[R]:
        """All of them."""
        return list(self)

    def count(self) -> int:
        """How many there are; all of them are asked for."""
        return sum(1 for _ in self._rows())

    def columns(self, *, exact: bool = False) -> dict[str, list[Any]]:
        """Name of a field -> its value in each record. exact: numbers as `Decimal`; else as floats, which is what tables count with."""
        records = self.all()
        return {name: [_cell(getattr(record, name), exact) for record in records] for name in self._kinds()}

    def to_pandas(self, *, exact: bool = False) -> Any:
        """A `pandas.DataFrame`; pandas has to be installed.

        Days and moments are datetime64, moments in UTC; numbers that can be missing are NaN or <NA>; texts are `string`. exact: as in
        `columns`, so that money is a column of `Decimal` objects.
        """
        pandas, columns = _library("pandas"), self.columns(exact=exact)
        kinds = {name: _PANDAS.get(kind, "object") for name, kind in self._kinds().items()}
        if exact:
            kinds.update((name, "object") for name, (kind, _) in self._kinds().items() if kind is Decimal)
        return pandas.DataFrame({name: _series(pandas, values, kinds[name]) for name, values in columns.items()})

    def to_polars(self, *, exact: bool = False) -> Any:
        """A `polars.DataFrame`; polars has to be installed.

        Days are Date, moments Datetime in UTC, each column of one kind however many of its values are missing. exact: as in `columns`, as
        Decimal columns with the places of their longest number.
        """
        polars, columns = _library("polars"), self.columns(exact=exact)
        kinds = {
            int: polars.Int64,
            bool: polars.Boolean,
            str: polars.String,
            datetime: polars.Datetime("us", "UTC"),
            date: polars.Date,
            list[str]: polars.List(polars.String),
        }
        schema = {name: kinds[kind] for name, (kind, _) in self._kinds().items() if kind in kinds}
        for name in (name for name, (kind, _) in self._kinds().items() if kind is Decimal):
            schema[name] = polars.Decimal(_DIGITS, _places(columns[name])) if exact else polars.Float64
        return polars.DataFrame(columns, schema_overrides=schema, infer_schema_length=None)

    def _kinds(self) -> dict[str, tuple[Any, bool]]:
        """Name of a field -> kind of its value, and whether it can be missing."""
        return {name: _kind(annotation) for name, annotation in kinds_of(self._record).items() if name != "raw"}


def _kind(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) not in (Union, UnionType):
        return annotation, False
    return next(one for one in get_args(annotation) if one is not type(None)), True


def _series(pandas: Any, values: Sequence[Any], kind: str) -> Any:
    if kind.startswith("datetime"):
        return pandas.to_datetime(pandas.Series(values, dtype="object"), utc="UTC" in kind).astype(kind)
    if None in values:  # of a field too that an older server does not answer with
        kind = _MISSING.get(kind, kind)
    return pandas.Series(values, dtype=kind)


def _places(values: Sequence[Decimal | None]) -> int:
    """Digits after the point of the longest one."""
    exponents = (value.as_tuple().exponent for value in values if value is not None)
    return max((-exponent for exponent in exponents if isinstance(exponent, int) and exponent < 0), default=0)


def _cell(value: Any, exact: bool) -> Any:
    return float(value) if isinstance(value, Decimal) and not exact else value


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        raise ModuleNotFoundError(f"Install {name} to get a table: pip install {name}", name=name) from None
