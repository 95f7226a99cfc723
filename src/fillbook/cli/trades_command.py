"""`fillbook trades`: round trips from the database, by the filters of the pages."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any, Final

from fillbook.cli.choosing import add_filter_arguments, chosen_filter
from fillbook.cli.database import add_data_argument, add_user_argument, chosen_user, open_database
from fillbook.ledger.numbers import plain
from fillbook.performance.summary import from_e8

if TYPE_CHECKING:
    from decimal import Decimal

    from fillbook.performance.filters import Filter
    from fillbook.storage.choosing import Accounts, Sort
    from fillbook.storage.models import RoundTripRow

SORTS: Final = tuple("day opened symbol side kind quantity entry exit held fills gross fees gain profit account".split())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `trades` takes."""
    add_filter_arguments(parser)
    parser.add_argument("--sort", choices=SORTS, default="day", help="what to order by, greatest first (default day)")
    parser.add_argument("--ascending", action="store_true", help="least first")
    parser.add_argument("--limit", type=_limit, default=50, metavar="N", help="list at most so many (default 50; 0 for all)")
    parser.add_argument("--csv", action="store_true", help="print every one as CSV, as the page's download has them")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    add_user_argument(parser)
    add_data_argument(parser)


def run(options: argparse.Namespace) -> int:
    """List what the filter takes."""
    open_database(options.data)
    from fillbook.storage.choosing import Sort, accounts_in
    from fillbook.storage.queries import trips_page

    user = chosen_user(options.user)
    chosen = chosen_filter(options, user)
    if options.csv:
        return _csv(accounts_in(user, chosen), chosen, Sort(options.sort), descending=not options.ascending)
    size = options.limit or sys.maxsize
    page = trips_page(accounts_in(user, chosen), chosen, Sort(options.sort), descending=not options.ascending, size=size)
    if options.json:
        trips = [_trip(row) for row in page.rows]
        json.dump({"filter": chosen.parameters(), "total": page.total, "trips": trips}, sys.stdout, ensure_ascii=False)
        print()
    else:
        from fillbook.cli.trades_page import print_trips

        print_trips(page.rows, page.total)
    return 0


def _csv(accounts: "Accounts", chosen: "Filter", sort: "Sort", *, descending: bool) -> int:
    """The lines of the file, written as they are read."""
    from fillbook.storage.paging import Order, every_row
    from fillbook.storage.sheet import lines

    sys.stdout.writelines(lines(every_row(accounts, chosen, Order(sort, descending))))
    return 0


def _limit(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    raise argparse.ArgumentTypeError("a limit is a whole number, 0 for all")


def _trip(row: "RoundTripRow") -> dict[str, Any]:
    """One round trip. net: in result_currency (the base currency, or the instrument's own without a rate); other money in currency."""
    return {
        "key": row.key,
        "account": row.account.number,
        "kind": row.account.kind,
        "instrument": row.instrument.symbol,
        "asset_class": row.asset_class,
        "side": row.side,
        "status": "open" if row.is_open else "closed",
        "quantity": plain(row.quantity),
        "open_quantity": plain(row.open_quantity),
        "opened_at": _moment(row.opened_at),
        "opened_on": _moment(row.opened_on),
        "closed_at": _moment(row.closed_at),
        "closed_on": _moment(row.closed_on),
        "currency": row.currency,
        "entry_price": _number(row.entry_price),
        "exit_price": _number(row.exit_price),
        "gross_pnl": _number(row.gross_pnl),
        "fees": plain(row.charges),
        "realized_pnl": _number(row.realized_pnl),
        "opening_cost": _number(row.opening_cost),
        "gain_percent": None if row.gain_e8 is None else plain(from_e8(row.gain_e8 * 100)),
        "result_currency": row.result_currency,
        "net": None if row.net_e8 is None else plain(from_e8(row.net_e8)),
        "holding_seconds": row.holding_seconds,
        "fills": row.fills,
        "basis": row.basis,
        "incomplete": row.incomplete,
        "reconciliation": row.reconciliation or None,
    }


def _number(value: "Decimal | None") -> str | None:
    return None if value is None else plain(value)


def _moment(value: Any) -> str | None:
    return None if value is None else str(value.isoformat())
