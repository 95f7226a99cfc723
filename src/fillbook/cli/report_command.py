"""`fillbook report`: the figures of performance from the database, by the filters of the pages."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from fillbook.cli.choosing import add_filter_arguments, chosen_filter
from fillbook.cli.database import add_data_argument, add_user_argument, chosen_user, open_database
from fillbook.cli.figures import figures_json
from fillbook.ledger.numbers import plain
from fillbook.performance.filters import Filter

if TYPE_CHECKING:
    from fillbook.storage.queries import Group


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
    from fillbook.storage.choosing import accounts_in

    user = chosen_user(options.user)
    chosen = chosen_filter(options, user)
    accounts = accounts_in(user, chosen)
    found = dict(sorted(queries.results(accounts, chosen).items(), key=lambda item: group_order(item[0])))
    whole = Filter(accounts=chosen.accounts, currency=chosen.currency) == chosen
    bridge = queries.bridge(accounts) if whole else {}
    stated = queries.stated_count(accounts, chosen)
    if options.json:
        groups = [_group(group) | figures_json(results) for group, results in found.items()]
        steps = {kind: [_step(step) for step in lines] for kind, lines in bridge.items()}
        json.dump({"filter": chosen.parameters(), "groups": groups, "bridge": steps, "stated": stated}, sys.stdout, ensure_ascii=False)
        print()
    else:
        from fillbook.cli.report_page import print_report

        print_report(chosen, found, bridge, stated)
    return 0


def group_order(group: "Group") -> tuple[object, ...]:
    """Real money first, then by base currency; what has no rate to it last."""
    return (("real", "paper", "sandbox").index(group.kind), group.base_currency, not group.is_base, group.currency)


def _group(group: "Group") -> dict[str, Any]:
    return {"kind": group.kind, "base_currency": group.base_currency or None, "currency": group.currency}


def _step(step: Any) -> dict[str, str]:
    return {"line": step.line, "currency": step.currency, "amount": plain(step.amount)}
