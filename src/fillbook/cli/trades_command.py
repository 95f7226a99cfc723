"""`fillbook trades`: round trips from the database, by the filters of the pages."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Final

from fillbook.cli.choosing import add_filter_arguments, chosen_filter
from fillbook.cli.database import add_book_arguments, chosen_user, open_database
from fillbook.cli.listing import add_limit_argument
from fillbook.cli.stop import Stop
from fillbook.performance.filters import TripStatus

if TYPE_CHECKING:
    from fillbook.performance.filters import Filter
    from fillbook.storage.choosing import Accounts, Sort

SORTS: Final = tuple("day opened symbol side kind quantity entry exit held fills gross fees gain profit r rating account".split())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `trades` takes."""
    add_filter_arguments(parser)
    parser.add_argument("--sort", choices=SORTS, default="day", help="what to order by, greatest first (default day)")
    parser.add_argument("--only-incomplete", action="store_true", help="closed ones some of whose openings are unknown, and no others")
    parser.add_argument("--ascending", action="store_true", help="least first")
    add_limit_argument(parser)
    parser.add_argument("--csv", action="store_true", help="print every one as CSV, as the page's download has them")
    add_book_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """List what the filter takes."""
    open_database(options.data)
    from fillbook.storage.choosing import Sort, accounts_in
    from fillbook.storage.queries import trips_page

    user = chosen_user(options.user)
    chosen = chosen_filter(options, user)
    if options.only_incomplete and chosen.status is TripStatus.OPEN:
        raise Stop("--only-incomplete goes with closed round trips.", 2)
    accounts, only = accounts_in(user, chosen), options.only_incomplete
    if options.csv:
        return _csv(accounts, chosen, Sort(options.sort), descending=not options.ascending, only=only)
    size = options.limit or sys.maxsize
    page = trips_page(accounts, chosen, Sort(options.sort), descending=not options.ascending, size=size, only_incomplete=only)
    if options.json:
        from fillbook.storage.answers.trips import trips_answer

        json.dump({"filter": chosen.parameters(), "total": page.total, "trips": trips_answer(page.rows)}, sys.stdout, ensure_ascii=False)
        print()
    else:
        from fillbook.cli.trades_page import print_trips

        print_trips(page.rows, page.total)
    return 0


def _csv(accounts: "Accounts", chosen: "Filter", sort: "Sort", *, descending: bool, only: bool) -> int:
    """The lines of the file, written as they are read."""
    from fillbook.storage.paging import Order, every_row
    from fillbook.storage.sheet import lines

    sys.stdout.writelines(lines(every_row(accounts, chosen, Order(sort, descending), only_incomplete=only)))
    return 0
