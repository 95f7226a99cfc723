"""`fillbook sync [LINK…]`: fetch now and wait for it, by the process that does the jobs, else by this one."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from fillbook.cli.database import add_book_arguments, chosen_user, open_database
from fillbook.cli.jobs import Hands
from fillbook.cli.links import chosen_links
from fillbook.cli.stop import Stop
from fillbook.cli.waiting import WAIT, is_well, print_entry, wait_for

if TYPE_CHECKING:
    from fillbook.storage.models import SyncRun


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `sync` takes."""
    parser.add_argument("links", nargs="*", metavar="LINK", help="a link's id, an account's number or a broker; all links without one")
    parser.add_argument("--status", action="store_true", help="only say how each link stands, and fetch nothing")
    parser.add_argument("--back", action="store_true", help="fetch earlier years, as far back as the broker has them")
    add_wait_argument(parser)
    add_book_arguments(parser)
    parser.epilog = "Exit status: 0 all done, 1 one did not work or is not done yet, 2 there is no such link."


def add_wait_argument(parser: argparse.ArgumentParser) -> None:
    """How long to wait for what was begun."""
    parser.add_argument("--wait", type=float, default=WAIT, metavar="MINUTES", help=f"how long to wait (default {WAIT}); it goes on after")


def run(options: argparse.Namespace) -> int:
    """Begin a run for each link, or watch the one that goes on; wait; say what came in."""
    open_database(options.data)
    from fillbook.storage.access import links_of, runs_of
    from fillbook.sync import service
    from fillbook.sync.answers import link_answer

    user = chosen_user(options.user)
    links = chosen_links(options.links, user)
    if not links:
        raise Stop("There is no link in this book yet. Make one with `fillbook link`, or on the page Accounts.")
    begun: dict[object, SyncRun] = {}
    refused: dict[object, str] = {}
    if not options.status:
        with Hands() as hands:
            for link in links:
                try:
                    begun[link.pk] = (service.go_back if options.back else service.sync_now)(user, link.pk)
                except service.Refused as refusal:
                    refused[link.pk] = refusal.message
            wait_for(list(begun.values()), options.wait, hands)
    runs = runs_of(user).in_bulk([run.pk for run in begun.values()])
    now = links_of(user).in_bulk([link.pk for link in links])
    found = [
        link_answer(now.get(link.pk, link), runs[begun[link.pk].pk] if link.pk in begun else None, refused.get(link.pk, ""))
        for link in links
    ]
    if options.json:
        json.dump({"links": found}, sys.stdout, ensure_ascii=False)
        print()
    else:
        for one in found:
            print_entry(one)
    return 0 if options.status or all(map(is_well, found)) else 1
