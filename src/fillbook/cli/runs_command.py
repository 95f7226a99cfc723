"""`fillbook runs`: what the syncs of your links did, the latest first."""

import argparse

from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.links import chosen_links
from fillbook.cli.listing import Column, add_limit_argument, add_reading_arguments, moment, print_json, print_table, words
from fillbook.cli.stop import Stop


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `runs` takes."""
    parser.add_argument("--link", metavar="LINK", help="only those of one link: its id, an account's number or a broker")
    parser.add_argument("--id", metavar="ID", help="only this one")
    add_limit_argument(parser)
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """List them."""
    open_database(options.data)
    from django.http import Http404

    from fillbook.storage.access import run_for, runs_of
    from fillbook.sync.answers import run_answer

    user = chosen_user(options.user)
    if options.id:
        try:
            found = [run_answer(run_for(user, options.id))]
        except Http404:
            raise Stop(f"There is no run {options.id} in this book.", 2) from None
    else:
        runs = runs_of(user).order_by("-pk")
        if options.link:
            runs = runs.filter(link__in=chosen_links([options.link], user))
        found = [run_answer(one) for one in (runs[: options.limit] if options.limit else runs)]
    if options.json:
        print_json(found[0] if options.id else {"items": found})
        return 0
    for one in found:
        one["brought"] = one["rows"]["new"] + one["rows"]["changed"] + one["rows"]["withdrawn"] + one["rows"]["returned"]
        one["said"] = (one["error"] or {}).get("message") or one["note"]
    columns: list[Column] = [
        ("id", "run", words),
        ("kind", "kind", words),
        ("state", "state", words),
        ("began_at", "began", moment),
        ("brought", "rows", words),
        ("trades_changed", "new or different trades", words),
        ("trades_restated", "restated", words),
    ]
    print_table(found, columns, "Nothing has run yet.", left=4)
    for one in found:
        if one["said"]:
            print(f"{one['id']}: {one['said']}")
    return 0
