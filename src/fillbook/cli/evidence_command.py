"""`fillbook evidence`: a redacted file for who looks into a figure that seems wrong."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fillbook.cli.choosing import add_one_account_argument, chosen_account
from fillbook.cli.database import add_book_arguments, chosen_user, open_database
from fillbook.cli.numbers import counted
from fillbook.cli.stop import Stop

if TYPE_CHECKING:
    from fillbook.storage.models import BrokerAccount, User

STANDARD_OUTPUT: Final = Path("-")
ROWS: Final = ("executions", "corporate_actions", "transfers", "option_events", "positions")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `evidence` takes."""
    add_one_account_argument(parser)
    parser.add_argument("--trade", metavar="KEY", help="only what one round trip rests on (`fillbook trades --json` tells its key)")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="where to (default: a name of its own; - for standard output)")
    parser.add_argument("--force", action="store_true", help="overwrite the file if there is one")
    add_book_arguments(parser, "print what was saved as one JSON object")
    parser.epilog = "The file holds rows, lots and both figures; no name, no token, and of the account's number only its end."


def run(options: argparse.Namespace) -> int:
    """Collect and save."""
    open_database(options.data)
    from fillbook.storage.evidence import evidence_of
    from fillbook.trades.evidence import redacted

    account, instruments = _meant(options, chosen_user(options.user))
    found = evidence_of(account, instruments)
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    if options.output == STANDARD_OUTPUT:
        sys.stdout.write(text)
        return 0
    name = "-".join(filter(None, ("fillbook-evidence", redacted(account.number).strip("*"), options.trade)))
    path = options.output or Path(f"{name}.json")
    _save(path, text, force=options.force)
    rows = sum(len(found[section]) for section in ROWS)
    if options.json:
        print(json.dumps({"file": str(path), "account": found["account"], "rows": rows}, ensure_ascii=False))
    else:
        print(f"{path}: {counted(rows, 'row')} of account {found['account']}. Look through it before you send it to anybody.")
    return 0


def _meant(options: argparse.Namespace, user: "User") -> "tuple[BrokerAccount, list[str] | None]":
    """The account, and the contract id of the round trip where one is named."""
    from fillbook.storage.access import trips_of

    if options.trade is None:
        return chosen_account(options.account, user), None
    trips = trips_of(user).filter(key=options.trade)
    if options.account is not None:
        trips = trips.filter(account=chosen_account(options.account, user))
    trip = trips.order_by("account__kind", "account_id").first()
    if trip is None:
        where = f"Account {options.account}" if options.account else "This book"
        raise Stop(f"{where} has no round trip {options.trade}; `fillbook trades --json` lists their keys.", 2)
    return trip.account, [trip.instrument_key]


def _save(path: Path, text: str, *, force: bool) -> None:
    """Write a file that only its owner may read, over another one only when forced."""
    try:
        if force:
            path.unlink(missing_ok=True)
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(text, encoding="utf-8")
    except FileExistsError:
        raise Stop(f"{path} exists; name another file with -o, or overwrite it with --force.") from None
    except OSError as problem:
        raise Stop(f"{path} cannot be written: {problem.strerror or problem}.") from None
