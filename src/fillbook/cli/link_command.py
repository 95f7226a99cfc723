"""`fillbook link [BROKER]`: link a broker as the page does: ask for what it needs, try it, keep it once a statement has come."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from fillbook.cli.asking import ask
from fillbook.cli.database import add_book_arguments, chosen_user, open_database
from fillbook.cli.jobs import Hands
from fillbook.cli.links import chosen_links
from fillbook.cli.stop import Stop
from fillbook.cli.sync_command import add_wait_argument
from fillbook.cli.waiting import is_well, print_entry, wait_for

if TYPE_CHECKING:
    from fillbook.brokers.manifests import Manifest
    from fillbook.storage.models import User
    from fillbook.sync.service import LinkOutcome

VARIABLE: Final = "FILLBOOK_" + "LINK_"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `link` takes."""
    parser.add_argument("broker", nargs="?", metavar="BROKER", help="which broker; without it, those there are")
    parser.add_argument("--replace", metavar="LINK", help="give this link a new token; the old one stays until the new one has worked")
    parser.add_argument("--sandbox", action="store_true", help="link the practice broker of this machine")
    add_wait_argument(parser)
    add_book_arguments(parser)
    parser.epilog = (
        f"Secrets are typed unseen, taken from {VARIABLE}NAME variables, or read from standard input, one NAME=VALUE a line. "
        "Exit status: 0 linked, 1 not (yet), 2 no such broker or link, or a value that cannot be."
    )


def run(options: argparse.Namespace) -> int:
    """Ask, try, wait, say what came."""
    open_database(options.data)
    from fillbook.storage.access import link_for, run_for
    from fillbook.sync.answers import link_answer

    user = chosen_user(options.user)
    begin = _replacing(options, user) if options.replace else _beginning(options, user)
    with Hands() as hands:
        outcome = begin()
        if outcome.errors:
            raise Stop(" ".join(f"{error.field}: {error.message}" for error in outcome.errors) + " Nothing was sent.", 2)
        assert outcome.link is not None
        assert outcome.run is not None
        for note in outcome.notes:
            print(note, file=sys.stderr)
        wait_for([outcome.run], options.wait, hands)
    found = link_answer(link_for(user, outcome.link.pk), run_for(user, outcome.run.pk))
    if options.json:
        json.dump(found, sys.stdout, ensure_ascii=False)
        print()
    else:
        print_entry(found)
        if options.replace and not is_well(found) and found["state"] == "linked" and found["run"]["state"] == "failed":
            print("  What linked it before still works and is used; the history stays as it is.")
    return 0 if is_well(found) else 1


def _beginning(options: argparse.Namespace, user: "User") -> "Callable[[], LinkOutcome]":
    """Ask for what a new link needs; what makes it."""
    from fillbook.brokers.interface import Endpoint
    from fillbook.sync import service

    broker = _broker(options.broker, sandbox=options.sandbox)
    if options.sandbox:
        unused = sorted(name for name in os.environ if name.startswith(VARIABLE))
        if unused:
            print(f"{', '.join(unused)} not used: the practice broker has what it needs.", file=sys.stderr)
        return partial(service.begin_link, user, broker.id, Endpoint.SANDBOX, broker.sandbox)
    return partial(service.begin_link, user, broker.id, Endpoint.LIVE, ask(broker.form, variable=VARIABLE))


def _replacing(options: argparse.Namespace, user: "User") -> "Callable[[], LinkOutcome]":
    """Ask for what a link shall have instead; what puts it there."""
    from fillbook.sync import service

    (link,) = chosen_links([options.replace], user)
    form = _broker(link.broker, sandbox=False).form
    return partial(service.replace_credential, user, link.pk, ask(form, {field.name for field in form}, VARIABLE))


def _broker(name: str | None, *, sandbox: bool) -> "Manifest":
    from fillbook.brokers.manifests import LinkKind, manifests

    offered = [one for one in manifests().values() if (one.sandbox if sandbox else one.link is LinkKind.FORM)]
    found = [one for one in offered if name is None or name.lower() in (one.id.lower(), one.name.lower(), one.short_name.lower())]
    if len(found) == 1 or (found and name is None and sandbox):
        return found[0]
    known = ", ".join(f"{one.id} ({one.name})" for one in offered)
    raise Stop(f"{f'There is no broker {name} to link here' if name else 'Say which broker to link'}: {known}.", 2)
