"""`fillbook report` beyond its first page: breakdowns, figures with intervals, spreads, falls, comparisons, and the HTML file."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from fillbook.cli.stop import Stop
from fillbook.performance.distributions import Spread
from fillbook.performance.filters import Filter, turned
from fillbook.performance.keys import Key
from fillbook.performance.told import Told

if TYPE_CHECKING:
    from fillbook.storage.models import User

Row = dict[str, Any]


def is_detailed(options: argparse.Namespace) -> bool:
    """Whether one of these is asked for."""
    return any((options.by, options.cross, options.figures, options.spread, options.falls, options.runs, options.compare is not None))


def told_in(options: argparse.Namespace) -> Told:
    """In which money."""
    return Told(gross=options.gross, own=options.own)


def run_detailed(options: argparse.Namespace, user: "User", chosen: Filter) -> int:
    """Print or write it."""
    if options.html is not None:
        return _write_html(options, user, chosen)
    if options.cross and not options.by:
        raise Stop("--cross needs --by: the two keys are crossed.", 2)
    rows = _rows(options, user, chosen)
    if options.csv:
        from fillbook.storage.report_sheet import csv_lines

        sys.stdout.writelines(csv_lines(rows))
    elif options.json:
        json.dump({"filter": chosen.parameters(), "gross": options.gross, "own": options.own, "rows": rows}, sys.stdout, ensure_ascii=False)
        print()
    else:
        _print(options, user, chosen, rows)
    return 0


def _rows(options: argparse.Namespace, user: "User", chosen: Filter) -> list[Row]:
    from fillbook.storage import report_files as files
    from fillbook.storage.choosing import accounts_in

    accounts = accounts_in(user, chosen)
    if options.compare is not None:
        other = _other(options)
        return files.rows_compared(accounts, chosen, accounts_in(user, other), other, told=told_in(options))
    if options.cross:
        return files.rows_crossed(accounts, chosen, Key(options.by), Key(options.cross), told=told_in(options))
    if options.by:
        return files.rows_by(accounts, chosen, Key(options.by), told=told_in(options))
    if options.spread:
        return files.rows_of_spread(accounts, chosen, Spread(options.spread), told=told_in(options))
    what = "figures" if options.figures else "falls" if options.falls else "runs"
    return files.PLAIN[what](accounts, chosen, told=told_in(options))


def _other(options: argparse.Namespace) -> Filter:
    """The second filter; every condition of it has to be understood."""
    asked = parse_qs(options.compare.removeprefix("?"))
    if ends := turned(asked):
        first, last = ends
        raise Stop(f"--compare: from={first} is after to={last}; write from={last}&to={first} for that period.", 2)
    other = Filter.from_query(asked)
    unknown = sorted(set(asked) - set(other.parameters()))
    if unknown or (options.compare.strip("? ") and not asked):
        raise Stop(
            f"--compare {options.compare}: {', '.join(unknown) or 'it'} means nothing here; write it as the address of a page does.", 2
        )
    return other


def _print(options: argparse.Namespace, user: "User", chosen: Filter, rows: list[Row]) -> None:
    from fillbook.cli import report_by_page as page
    from fillbook.storage.access import accounts_of

    if options.compare is not None:
        page.print_pairs(rows, chosen.to_query(), _other(options).to_query())
    elif options.by:
        page.print_breakdown(rows, {str(account.pk): account.number for account in accounts_of(user)})
    elif options.figures:
        page.print_figures(rows)
    else:
        page.print_plain(rows)


def _write_html(options: argparse.Namespace, user: "User", chosen: Filter) -> int:
    """The file that the overview offers, asked for at its own address."""
    from django.test import RequestFactory
    from django.urls import resolve, reverse
    from django.utils import translation

    if options.html.exists() and not options.html.is_file():
        raise Stop(f"{options.html} is no file.", 2)
    others = {"basis": "gross" if options.gross else "", "in": "own" if options.own else "", "private": "1" if options.private else ""}
    request = RequestFactory().get(reverse("report-html"), chosen.parameters() | {name: value for name, value in others.items() if value})
    request.user = user
    with translation.override(user.locale or "en"):
        answer = resolve(request.path).func(request)
    try:
        options.html.write_bytes(answer.content)
    except OSError as problem:
        raise Stop(f"{options.html} cannot be written: {problem.strerror}.") from None
    print(f"{options.html} holds the report; it opens in any browser, without a connection.")
    return 0
