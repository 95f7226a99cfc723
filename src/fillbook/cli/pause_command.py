"""`fillbook pause LINK`: fetch nothing of a link until it is resumed."""

import argparse

from fillbook.cli.database import add_book_arguments, chosen_user, open_database
from fillbook.cli.links import chosen_links
from fillbook.cli.listing import print_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `pause` takes."""
    parser.add_argument("link", metavar="LINK", help="a link's id, an account's number or a broker")
    add_book_arguments(parser)
    parser.epilog = "Exit status: 0 done, 2 there is no such link."


def run(options: argparse.Namespace) -> int:
    """Pause one link."""
    open_database(options.data)
    from fillbook.sync import service
    from fillbook.sync.answers import link_answer

    user = chosen_user(options.user)
    (link,) = chosen_links([options.link], user)
    paused = service.pause(user, link.pk)
    if options.json:
        print_json(link_answer(paused))
    else:
        print("Paused. What was fetched stays; nothing new comes until you resume.")
    return 0
