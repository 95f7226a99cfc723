"""`fillbook campaigns`: round trips that belong together, each once."""

import argparse
import sys

from fillbook.cli.choosing import add_filter_arguments, chosen_filter
from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import Column, add_limit_argument, add_reading_arguments, amount, print_json, print_table, words
from fillbook.cli.stop import Stop


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `campaigns` takes."""
    parser.add_argument("--key", metavar="KEY", help="only this one, by the key of its first leg")
    add_filter_arguments(parser)
    add_limit_argument(parser)
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """List them."""
    open_database(options.data)
    from django.http import Http404

    from fillbook.storage.access import campaign_for
    from fillbook.storage.answers.campaigns import campaigns_page, whole_campaign_answer
    from fillbook.storage.choosing import accounts_in

    user = chosen_user(options.user)
    if options.key:
        try:
            found = [whole_campaign_answer(campaign_for(user, options.key))]
        except Http404:
            raise Stop(f"There is no campaign {options.key} in this book.", 2) from None
    else:
        chosen = chosen_filter(options, user)
        page = campaigns_page(accounts_in(user, chosen), chosen, size=options.limit or sys.maxsize)
        found = page[0] if page else []
    if options.json:
        print_json(found[0] if options.key else {"items": found})
        return 0
    for one in found:
        one["called"] = one["name"] or f"{one['underlying']} {str(one['shape']).replace('_', ' ')}"
        one["count"] = len(one["legs"])
    columns: list[Column] = [
        ("called", "campaign", words),
        ("opened_on", "opened", words),
        ("closed_on", "closed", words),
        ("count", "legs", words),
        ("rolls", "rolls", words),
        ("net", "profit", amount),
        ("currency", "in", words),
    ]
    print_table(found, columns, "No campaign fits.", left=3)
    return 0
