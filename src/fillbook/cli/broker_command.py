"""`fillbook broker`: what the operator sets for everybody here and is secret, such as the mail server that notices go out by."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from fillbook.cli.asking import ask
from fillbook.cli.database import add_data_argument, open_database
from fillbook.cli.stop import Stop

if TYPE_CHECKING:
    from fillbook.sync.operators import OperatorForm


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `broker` takes."""
    parser.add_argument("do", choices=["list", "set", "remove", "test", "settle"], help="what to do")
    parser.add_argument("name", nargs="?", metavar="NAME", help="what to set, such as smtp; with settle: the number of a claim in the list")
    parser.add_argument("--login", metavar="USER", help="with set and remove: one login at the broker that is for a single claim")
    parser.add_argument("--to", metavar="EMAIL", help="where a test message goes (default: the operator's address)")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    add_data_argument(parser)
    parser.epilog = "`set` asks for each value; without a terminal it reads them from standard input, one NAME=VALUE a line."


def run(options: argparse.Namespace) -> int:
    """Show, set, try or remove one of the operator's settings."""
    open_database(options.data)
    from fillbook.sync import operators

    if options.do == "settle":
        return _settle(options.name or "")
    known = ", ".join(operators.forms())
    if options.do != "list" and options.name not in operators.forms():
        raise Stop(f"Name what to {options.do}: {known}.", 2)
    done = {"set": _set, "remove": _remove, "test": _test}.get(options.do)
    sentence = done(options) if done else ""
    states = {name: operators.present(name) for name in operators.forms()}
    if options.json:
        json.dump({"settings": states, "logins": _logins(), "disputes": _disputes()}, sys.stdout, ensure_ascii=False)
        print()
    elif sentence:
        print(sentence)
    else:
        for name, values in states.items():
            print(f"{name}  {'not set' if values is None else ', '.join(f'{key} {value}' for key, value in values.items() if value)}")
        for one in _logins():
            held = one["user"] or ("given to somebody who is gone" if one["given"] else "free")
            print(f"login: {one['login']} at {one['broker']}, {held}" + (f" ({one['error']})" if one["error"] else ""))
        for one in _disputes():
            print(f"dispute: claim {one['n']} of {one['user']} to {one['broker']} account …{one['account']}, shown on {one['since']}")
    return 0


def _set(options: argparse.Namespace) -> str:
    from fillbook.sync import operators

    form = _login_form(options) if options.login else operators.form_of(options.name)
    answer = ask(form.fields, form.optional)
    errors = operators.change_login(form.name, options.login, answer) if options.login else operators.change(form.name, answer)
    if errors:
        raise Stop(" ".join(f"{error.field}: {error.message}" for error in errors) + " Nothing was changed.")
    if options.login:
        return f"{form.title}: saved. The next claim to an account gets {options.login}."
    return f"{form.title}: saved. See that it works with `fillbook broker test {options.name}`."


def _remove(options: argparse.Namespace) -> str:
    from fillbook.sync import operators, proving

    if options.login:
        _login_form(options)
        return "Forgotten. Whoever used it is told." if proving.retire(options.name, options.login) else "There is no such login."
    return "Forgotten." if operators.remove(options.name) else "Nothing was set."


def _login_form(options: argparse.Namespace) -> "OperatorForm":
    from fillbook.sync import operators

    form = operators.login_form(options.name)
    if form is None:
        raise Stop(f"{options.name} has no logins for single claims.", 2)
    return form


def _test(options: argparse.Namespace) -> str:
    from fillbook.storage.notices import operators as people
    from fillbook.sync.mail import MailRefused, send_test
    from fillbook.sync.operators import MAIL

    if options.name != MAIL:
        raise Stop(f"Only {MAIL} can be tried.", 2)
    first = people().first()
    recipient = options.to or (first.email if first else "")
    if not recipient:
        raise Stop("Say where the message should go: --to EMAIL.", 2)
    try:
        send_test(recipient)
    except MailRefused as problem:
        raise Stop(str(problem)) from None
    return f"A test message is on its way to {recipient}."


def _logins() -> list[dict[str, Any]]:
    """Logins that are for single claims, with whom each was given to."""
    from fillbook.storage.grantees import listed
    from fillbook.sync import operators

    return [
        {"broker": name, "login": one.name, "given": one.given, "user": one.person, "error": one.error}
        for name in operators.forms()
        if operators.login_form(name)
        for one in listed(name)
    ]


def _disputes() -> list[dict[str, Any]]:
    """Claims that stand against each other about an account; of the account the last three characters."""
    from fillbook.storage.claims import open_disputes

    return [
        {
            "n": one.pk,
            "user": one.owner.email,
            "broker": one.broker,
            "account": one.number[-3:],
            "since": one.proven_at and one.proven_at.date().isoformat(),
        }
        for one in open_disputes()
    ]


def _settle(number: str) -> int:
    """Decide a dispute: the account belongs to whom this claim is; what others had of it is hidden from them."""
    from fillbook.sync import proving

    found = next((one for one in _disputes() if str(one["n"]) == number), None)
    if found is None:
        raise Stop("Give the number of a claim in a dispute that `fillbook broker list` shows.", 2)
    proving.settle(found["n"])
    print(f"Decided: the account is {found['user']}'s.")
    return 0
