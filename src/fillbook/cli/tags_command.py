"""`fillbook tags`: the trader's tags, with how many round trips have each; and one put on, taken off, renamed, coloured or deleted."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from fillbook.cli.database import add_book_arguments, chosen_user, open_database
from fillbook.cli.numbers import counted
from fillbook.cli.saying import saying
from fillbook.cli.stop import Stop
from fillbook.journal.tags import Hue, key_of

if TYPE_CHECKING:
    from fillbook.storage.models import Tag, User


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `tags` takes."""
    change = parser.add_argument_group("change, then list")
    one = change.add_mutually_exclusive_group()
    one.add_argument("--put", metavar="TAG", help="put this tag on the round trips that --trade names; a new name makes a tag")
    one.add_argument("--drop", metavar="TAG", help="take this tag off them")
    one.add_argument("--change", metavar="TAG", help="give this tag the --name or the --hue that is said")
    one.add_argument("--delete", metavar="TAG", help="delete this tag, from every round trip; trades stay as they are")
    change.add_argument("--trade", nargs="+", metavar="KEY", default=[], help="round trips, by their keys")
    change.add_argument("--name", metavar="NAME", help="the new name; that of another tag makes both one")
    change.add_argument("--hue", choices=[hue.value for hue in Hue], help="the new colour; with --put that of a new tag")
    add_book_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """List them by name."""
    open_database(options.data)
    from fillbook.storage.words import tags_of, trips_with

    user = chosen_user(options.user)
    with saying():
        _change(options, user)
    tags = [(tag, trips_with(tag)) for tag in tags_of(user)]
    if options.json:
        from fillbook.storage.answers.words import counted_tag_answer

        json.dump({"tags": [counted_tag_answer(tag) for tag, _ in tags]}, sys.stdout, ensure_ascii=False)
        print()
        return 0
    for tag, count in tags:
        print(f"{tag.name}  {counted(count, 'round trip')}")
    if not tags:
        print("There is no tag yet.")
    return 0


def _change(options: argparse.Namespace, user: "User") -> None:
    from django.db import transaction

    from fillbook.storage import words

    if bool(options.trade) != (options.put is not None or options.drop is not None):
        raise Stop("--put TAG and --drop TAG go with --trade KEY; `fillbook trades --json` has the keys.", 2)
    said = options.name is not None or (options.hue is not None and options.put is None)
    if said != (options.change is not None):
        raise Stop("--change TAG goes with --name NAME, --hue HUE or both.", 2)
    with transaction.atomic():  # on all of these trades or on none
        for key in options.trade:
            if options.put is not None:
                words.add_tag(user, key, options.put, Hue(options.hue) if options.hue else None)
            else:
                words.drop_tag(user, key, _tag(user, options.drop).pk)
    if options.change is not None:
        tag = _tag(user, options.change)
        words.change_tag(tag, tag.name if options.name is None else options.name, options.hue or tag.hue)
    if options.delete is not None:
        _tag(user, options.delete).delete()


def _tag(user: "User", name: str) -> "Tag":
    from fillbook.storage.words import tags_of

    wanted = key_of(" ".join(name.split()))
    found = next((tag for tag in tags_of(user) if key_of(tag.name) == wanted), None)
    if found is None:
        raise Stop(f"There is no tag {name} in this book; `fillbook tags` lists them.", 2)
    return found
