"""Lists that come in pages as one goes through them, and become tables where pandas or polars is installed."""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import fields
from decimal import Decimal
from typing import Any, Generic, TypeVar

from fillbook.client.records import Record

R = TypeVar("R", bound=Record)


class Listing(Generic[R]):
    """Records in order. Going through it asks for one page after another; each time it is gone through, it asks anew."""

    def __init__(self, record: type[R], rows: Callable[[], Iterator[dict[str, Any]]]) -> None:
        self._record = record
        self._rows = rows

    def __iter__(self) -> Iterator[R]:
        """One record after another."""
        return (self._record.read(row) for row in self._rows())

    def first(self) -> R | None:
        """The first one; None where there is none."""
        return next(iter(self), None)

    def all(self) -> list[R]:
        """All of them."""
        return list(self)

    def columns(self, *, exact: bool = False) -> dict[str, list[Any]]:
        """Name of a field -> its value in each record. exact: numbers as `Decimal`; else as floats, which is what tables count with."""
        names = [field.name for field in fields(self._record) if field.name != "raw"]
        records = self.all()
        return {name: [_cell(getattr(record, name), exact) for record in records] for name in names}

    def to_pandas(self, *, exact: bool = False) -> Any:
        """A `pandas.DataFrame`; pandas has to be installed. exact: as in `columns`."""
        return _library("pandas").DataFrame(self.columns(exact=exact))

    def to_polars(self, *, exact: bool = False) -> Any:
        """A `polars.DataFrame`; polars has to be installed. exact: as in `columns`."""
        columns = self.columns(exact=exact)
        return _library("polars").DataFrame(columns, strict=False, infer_schema_length=None)


def _cell(value: Any, exact: bool) -> Any:
    return float(value) if isinstance(value, Decimal) and not exact else value


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        raise ModuleNotFoundError(f"Install {name} to get a table: pip install {name}", name=name) from None
