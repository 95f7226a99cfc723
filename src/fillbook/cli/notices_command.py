"""`fillbook notices`: what you were told of your links, the latest first; put away what you have read."""

import argparse

from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import Column, add_limit_argument, add_reading_arguments, moment, print_list, words
from fillbook.cli.stop import Stop


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `notices` takes."""
    parser.add_argument("--unread", action="store_true", help="only those that were not put away")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--away", metavar="ID", help="put this one away")
    what.add_argument("--all-away", action="store_true", help="put all of them away")
    add_limit_argument(parser)
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Put away what is asked for, then list."""
    open_database(options.data)
    from django.http import Http404
    from django.utils import timezone

    from fillbook.storage.access import notice_for, notices_of
    from fillbook.storage.notices import put_away
    from fillbook.sync.answers import notice_answer

    user = chosen_user(options.user)
    notices = notices_of(user)
    try:
        if options.all_away:
            put_away(notices, timezone.now())
        elif options.away:
            put_away(notices.filter(pk=notice_for(user, options.away).pk), timezone.now())
    except Http404:
        raise Stop(f"There is no notice {options.away} in this book.", 2) from None
    if options.unread:
        notices = notices.filter(read_at=None)
    found = [notice_answer(one) for one in (notices[: options.limit] if options.limit else notices)]
    columns: list[Column] = [
        ("id", "id", words),
        ("created_at", "told", moment),
        ("title", "what", words),
        ("read_at", "put away", moment),
        ("page", "page", words),
    ]
    return print_list(found, columns, "There is nothing to tell.", as_json=options.json, left=5)
