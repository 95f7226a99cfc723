"""`fillbook unlink LINK`: end a link and erase its credential; keep its trades, or delete everything that came from it."""

import argparse
import json
import sys

from fillbook.cli.database import add_book_arguments, chosen_user, open_database
from fillbook.cli.deleting import ask_before_deleting
from fillbook.cli.links import chosen_links


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `unlink` takes."""
    parser.add_argument("link", metavar="LINK", help="a link's id, an account's number or a broker")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--keep", action="store_true", help="keep the accounts with their trades; nothing new is fetched")
    what.add_argument("--delete", action="store_true", help="delete every row and document that came from it")
    parser.add_argument("--yes", action="store_true", help="delete without asking")
    add_book_arguments(parser)
    parser.epilog = "The token is erased here; end it at the broker too. Exit status: 0 done, 1 not, 2 there is no such link."


def run(options: argparse.Namespace) -> int:
    """End one link."""
    open_database(options.data)
    from fillbook.storage.access import accounts_of
    from fillbook.sync import service

    user = chosen_user(options.user)
    (link,) = chosen_links([options.link], user)
    numbers = sorted(accounts_of(user).filter(link=link).values_list("number", flat=True))
    if options.delete and not options.yes:
        ask_before_deleting(f"trade and statement of {link.name} ({', '.join(numbers) or 'no account yet'})")
    service.unlink(user, link.pk, keep=options.keep)
    if options.json:
        json.dump({"link": str(link.pk), "accounts": numbers, "kept": options.keep}, sys.stdout, ensure_ascii=False)
        print()
    else:
        kept = "Unlinked. The trades stay; the token is erased."
        print(kept if options.keep else "Unlinked, and everything that came from it is deleted.")
    return 0
