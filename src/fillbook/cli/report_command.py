"""`fillbook report`: the figures of performance from the database, by the filters of the pages."""

import argparse
import json
import sys

from fillbook.cli.choosing import add_filter_arguments, chosen_filter
from fillbook.cli.database import add_data_argument, add_user_argument, chosen_user, open_database
from fillbook.performance.filters import Filter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `report` takes."""
    add_filter_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    add_user_argument(parser)
    add_data_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Report on what the filter takes; the bridge only where whole accounts are meant, since it leads to their broker's figure."""
    open_database(options.data)
    from fillbook.storage import queries
    from fillbook.storage.answers.figures import bridge_answer
    from fillbook.storage.answers.summaries import figures_answer, group_answer, group_order
    from fillbook.storage.choosing import accounts_in

    user = chosen_user(options.user)
    chosen = chosen_filter(options, user)
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
