"""`fillbook tokens`: personal tokens for the API: made, listed, revoked."""

import argparse
from typing import Any

from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import Column, add_reading_arguments, moment, print_json, print_table, words
from fillbook.cli.stop import Stop


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `tokens` takes."""
    parser.add_argument("--make", metavar="NAME", help="make one, which is shown this once")
    parser.add_argument("--scopes", metavar="SCOPE[,SCOPE…]", default="read", help="what it may do: read, words, sync (default read)")
    parser.add_argument("--days", type=int, metavar="N", default=90, help="how long it works (default 90, at most 366)")
    parser.add_argument("--revoke", metavar="ID", help="let one work no more")
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """List them, after making or revoking one where that is asked for."""
    open_database(options.data)
    from fillbook.storage.access import tokens_of
    from fillbook.storage.answers.tokens import token_answer
    from fillbook.storage.tokens import CannotMake, make_token

    user = chosen_user(options.user)
    if options.make is not None:
        try:
            token, text = make_token(user, options.make, [one for one in options.scopes.split(",") if one], options.days)
        except CannotMake as problem:
            raise Stop(str(problem), 2) from None
        if options.json:
            print_json(token_answer(token) | {"token": text})
        else:
            print(text)
        return 0
    if options.revoke is not None:
        _revoke(user, options.revoke)
    found = [token_answer(token) for token in tokens_of(user)]
    print_json({"items": found}) if options.json else _print(found)
    return 0


def _revoke(user: Any, number: str) -> None:
    from django.http import Http404

    from fillbook.storage.access import token_for
    from fillbook.storage.tokens import revoke

    try:
        revoke(token_for(user, number))
    except Http404:
        raise Stop(f"There is no token {number} in this book.", 2) from None


def _print(found: list[dict[str, Any]]) -> None:
    columns: list[Column] = [
        ("id", "id", words),
        ("name", "name", words),
        ("begins", "begins with", words),
        ("scopes", "may", _scopes),
        ("expires_at", "works until", moment),
        ("last_used_on", "last used", words),
    ]
    print_table(found, columns, "There is no token yet.", left=6)


def _scopes(scopes: list[str]) -> str:
    return ", ".join(scopes)
