"""`fillbook restatements`: what later statements changed in an account's past: its facts and trades, before and after."""

import argparse
from typing import TYPE_CHECKING, Any

from fillbook.cli.choosing import add_one_account_argument, chosen_account
from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import Column, add_limit_argument, add_reading_arguments, moment, print_json, print_list, words
from fillbook.cli.numbers import counted
from fillbook.cli.stop import Stop

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from fillbook.storage.models import Restatement, User


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `restatements` takes."""
    add_one_account_argument(parser)
    parser.add_argument("--id", metavar="ID", help="only this one, with its facts and trades before and after")
    parser.add_argument("--run", dest="of_run", metavar="ID", help="what the statements of one run changed, in whichever account")
    add_limit_argument(parser)
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """List them, or tell of one."""
    open_database(options.data)
    from django.http import Http404

    from fillbook.storage.access import restatement_for
    from fillbook.storage.answers.restated import whole_restatement_answer
    from fillbook.storage.restated import restatements_of

    user = chosen_user(options.user)
    if options.of_run:
        return _list(options, _of_run(user, options.of_run))
    account = chosen_account(options.account, user)
    if options.id:
        try:
            whole = whole_restatement_answer(restatement_for(account, options.id))
        except Http404:
            raise Stop(f"Account {account.number} has no restatement {options.id}.", 2) from None
        print_json(whole) if options.json else _print(whole)
        return 0
    return _list(options, restatements_of(account))


def _of_run(user: "User", number: str) -> "QuerySet[Restatement]":
    from django.http import Http404

    from fillbook.storage.access import run_for
    from fillbook.storage.restated import restated_in

    try:
        return restated_in(run_for(user, number).pk)
    except Http404:
        raise Stop(f"There is no run {number} in this book; `fillbook runs` lists them.", 2) from None


def _list(options: argparse.Namespace, rows: "QuerySet[Restatement]") -> int:
    from fillbook.storage.answers.restated import restatements_answer

    found = restatements_answer(list(rows[: options.limit] if options.limit else rows))
    columns: list[Column] = [
        ("id", "id", words),
        ("stated_at", "written", moment),
        ("noted_at", "received", moment),
        ("facts", "facts", words),
        ("trades", "trades", words),
    ]
    return print_list(found, columns, "No later statement changed anything.", as_json=options.json, left=3)


def _print(whole: dict[str, Any]) -> None:
    print(f"Written {moment(whole['stated_at'])}, received {moment(whole['noted_at'])}")
    for fact in whole["fact_rows"]:
        instead = f", booked anew as {fact['replaced_by']}" if fact["replaced_by"] else ""
        print(f"\n{fact['instrument'] or fact['kind']} {fact['day']}: {fact['what']}{instead} ({fact['id']})")
        for field in fact["fields"]:
            print(f"  {field['name']}: {words(field['before'])} → {words(field['after'])}")
    hidden = whole["facts"] - len(whole["fact_rows"])
    if hidden:
        print(f"\nand {counted(hidden, 'fact')} more")
    for trade in whole["trade_rows"]:
        before, after = trade["before"] or {}, trade["after"] or {}
        named = before or after
        fate = ": gone" if not after else "" if before else ": new"
        print(f"\n{named['instrument']} {named['side']}, since {words(named['opened_on'])}{fate}")
        for fill in trade["fills"]:
            now = f"now in trade {fill['key']}" if fill["key"] else words(fill["what"] or "in no trade")
            print(f"  {fill['quantity']} at {fill['price']}, {fill['day']}: {now}")
        for name in before or after:
            if after and before.get(name) != after.get(name):
                print(f"  {name}: {words(before.get(name))} → {words(after.get(name))}")
