"""`fillbook resume LINK`: fetch a paused link again, and wait for it."""

import argparse

from fillbook.cli.database import add_book_arguments, chosen_user, open_database
from fillbook.cli.jobs import Hands
from fillbook.cli.links import chosen_links
from fillbook.cli.listing import print_json
from fillbook.cli.sync_command import add_wait_argument
from fillbook.cli.waiting import is_well, print_entry, wait_for


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `resume` takes."""
    parser.add_argument("link", metavar="LINK", help="a link's id, an account's number or a broker")
    add_wait_argument(parser)
    add_book_arguments(parser)
    parser.epilog = "Exit status: 0 done, 1 it did not work, has stopped or is not done yet, 2 there is no such link."


def run(options: argparse.Namespace) -> int:
    """Resume one link."""
    open_database(options.data)
    from fillbook.storage.access import link_for, run_for
    from fillbook.sync import service
    from fillbook.sync.answers import link_answer

    user = chosen_user(options.user)
    (link,) = chosen_links([options.link], user)
    begun, refused = None, ""
    with Hands() as hands:
        try:
            begun = service.resume(user, link.pk)
            wait_for([begun], options.wait, hands)
        except service.Refused as refusal:
            refused = refusal.message
    found = link_answer(link_for(user, link.pk), run_for(user, begun.pk) if begun else None, refused)
    if options.json:
        print_json(found)
    else:
        print_entry(found)
    return 0 if is_well(found) else 1
