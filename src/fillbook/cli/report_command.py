"""`fillbook report`: the figures of performance from the database, by the filters of the pages."""

import argparse
import json
import sys
from pathlib import Path

from fillbook.cli.choosing import add_filter_arguments, chosen_filter
from fillbook.cli.database import add_book_arguments, chosen_user, open_database
from fillbook.cli.report_rows import is_detailed, run_detailed
from fillbook.cli.stop import Stop
from fillbook.performance.distributions import Spread
from fillbook.performance.filters import Filter
from fillbook.performance.keys import Key


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `report` takes."""
    add_filter_arguments(parser)
    group = parser.add_argument_group("report")
    group.add_argument("--by", choices=[key.value for key in Key], help="break the round trips down by this")
    group.add_argument("--cross", choices=[key.value for key in Key], help="with --by: and by this as well, pair by pair")
    group.add_argument("--figures", action="store_true", help="every figure with its interval and what it rests on")
    group.add_argument("--spread", choices=[what.value for what in Spread], help="how results are spread")
    group.add_argument("--falls", action="store_true", help="every fall of the curve below its high")
    group.add_argument("--runs", action="store_true", help="how many runs of wins and of losses of each length there were")
    group.add_argument("--compare", metavar="QUERY", help="beside another filter, written as in an address: 'side=short&from=2026-01-01'")
    group.add_argument("--gross", action="store_true", help="count results before fees and taxes")
    group.add_argument("--own", action="store_true", help="tell each round trip in the currency it was made in, nothing converted")
    group.add_argument("--html", type=Path, metavar="FILE", help="write all of it to one HTML file that opens without a connection")
    group.add_argument("--private", action="store_true", help="with --html: leave every amount out")
    parser.add_argument("--csv", action="store_true", help="print such a report as CSV and nothing else")
    add_book_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Report on what the filter takes; the bridge only where whole accounts are meant, since it leads to their broker's figure."""
    open_database(options.data)
    from fillbook.storage import queries
    from fillbook.storage.answers.figures import bridge_answer
    from fillbook.storage.answers.summaries import figures_answer, group_answer, group_order
    from fillbook.storage.choosing import accounts_in

    user = chosen_user(options.user)
    chosen = chosen_filter(options, user)
    if options.html is not None or is_detailed(options):
        return run_detailed(options, user, chosen)
    if options.csv or options.gross or options.own:
        raise Stop("--csv, --gross and --own go with a report: --by KEY, --figures, --spread, --falls, --runs, --compare or --html.", 2)
    accounts = accounts_in(user, chosen)
    found = dict(sorted(queries.results(accounts, chosen).items(), key=lambda item: group_order(item[0])))
    whole = Filter(accounts=chosen.accounts, currency=chosen.currency) == chosen
    bridge = queries.bridge(accounts) if whole else {}
    stated = queries.stated_count(accounts, chosen)
    if options.json:
        groups = [group_answer(group) | figures_answer(results) for group, results in found.items()]
        json.dump(
            {"filter": chosen.parameters(), "groups": groups, "bridge": bridge_answer(bridge), "stated": stated},
            sys.stdout,
            ensure_ascii=False,
        )
        print()
    else:
        from fillbook.cli.report_page import print_report

        print_report(chosen, found, bridge, stated)
    return 0
