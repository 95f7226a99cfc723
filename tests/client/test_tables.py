"""Lists as tables: the same kinds of columns whatever is missing, exact where that is asked for, and nothing lost on the way."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from fillbook.client import Fill, Listing, Run, Trade

FILL: dict[str, Any] = {
    "number": 1,
    "execution_id": "7",
    "role": "closes",
    "executed_at": "2026-01-05T15:30:00Z",
    "trade_date": "2026-01-05",
    "quantity": "-10",
    "price": "0.1",
    "fees": "-1",
    "amount": "1",
    "position_after": "0",
    "realized_pnl": "0.123456789012345678",
    "broker_realized_pnl": None,
    "standing": None,
    "status": None,
    "reason": None,
    "has_row": False,
}
LATER = {**FILL, "number": 2, "executed_at": None, "realized_pnl": None}


def fills(*rows: dict[str, Any]) -> Listing[Fill]:
    return Listing(Fill, lambda: iter(rows))


@pytest.mark.parametrize("rows", [(), (FILL,), (LATER,), (FILL, LATER)], ids=["none", "one", "missing", "both"])
def test_a_column_is_of_one_kind_however_much_is_missing(rows: tuple[dict[str, Any], ...]) -> None:
    frame = fills(*rows).to_pandas()
    told = {name: str(frame[name].dtype) for name in ("number", "executed_at", "trade_date", "price", "realized_pnl", "status")}
    assert told == {
        "number": "int64",
        "executed_at": "datetime64[us, UTC]",
        "trade_date": "datetime64[us]",
        "price": "float64",
        "realized_pnl": "float64",
        "status": "string",
    }
    table = fills(*rows).to_polars()
    assert (table.schema["executed_at"], table.schema["trade_date"]) == (pl.Datetime("us", "UTC"), pl.Date)
    assert (table.schema["number"], table.schema["price"], table.schema["status"]) == (pl.Int64, pl.Float64, pl.String)
    assert len(frame) == len(table) == len(rows)


def test_exact_tables_lose_no_digit() -> None:
    listing = fills(FILL, LATER)
    assert listing.to_pandas(exact=True)["realized_pnl"].tolist() == [Decimal("0.123456789012345678"), None]
    table = listing.to_polars(exact=True)
    assert table["realized_pnl"].to_list() == [Decimal("0.123456789012345678"), None]
    assert (table.schema["realized_pnl"], table.schema["price"]) == (pl.Decimal(38, 18), pl.Decimal(38, 1))
    assert table["price"].sum() == Decimal("0.2")


def test_days_and_moments_are_such() -> None:
    frame = fills(FILL, LATER).to_pandas()
    moments = frame["executed_at"]
    assert (moments[0].to_pydatetime(), moments.isna().tolist()) == (datetime(2026, 1, 5, 15, 30, tzinfo=UTC), [False, True])
    assert frame["trade_date"].dt.day.tolist() == [5, 5]
    first = fills(FILL).to_polars().row(0, named=True)
    assert (first["executed_at"], first["trade_date"]) == (datetime(2026, 1, 5, 15, 30, tzinfo=UTC), date(2026, 1, 5))


def test_texts_in_lists_and_parts_stay_what_they_are() -> None:
    row = dict.fromkeys(("gross_pnl", "r", "holding_seconds")) | {"tags": ["late", "big"], "incomplete": [], "quantity": "3"}
    frame = Listing(Trade, lambda: iter([row])).to_pandas()
    assert (frame["tags"][0], str(frame["holding_seconds"].dtype)) == (["late", "big"], "Int64")
    assert Listing(Trade, lambda: iter([row])).to_polars().schema["incomplete"] == pl.List(pl.String)
    run = {"began_at": "2026-01-05T15:30:00Z", "rows": {"new": 3, "known": 0}, "error": None}
    assert Listing(Run, lambda: iter([run])).to_polars()["rows"][0] == {"new": 3, "known": 0}


def test_a_list_says_what_can_be_done_with_it() -> None:
    some, none = fills(FILL, LATER), fills()
    assert (bool(some), bool(none), some.count(), none.count()) == (True, False, 2, 0)
    assert repr(some).startswith("<Fill records")
    with pytest.raises(TypeError, match="len"):
        len(some)  # type: ignore[arg-type]
