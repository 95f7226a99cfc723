"""`fillbook rebuild`: make all tables again from what brokers sent, and show which trades change before they do."""

import argparse
import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from fillbook.cli import rebuild_page
from fillbook.cli.database import add_data_argument, open_database
from fillbook.cli.stop import Stop
from fillbook.sync.aside import step_aside

if TYPE_CHECKING:
    from fillbook.ledger.statement import ParsedStatement
    from fillbook.storage.models import BrokerAccount
    from fillbook.storage.replay import Replayed

DONE, NOT_ACCEPTED = 0, 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `rebuild` takes."""
    parser.add_argument("--account", metavar="N", help="only this account, by number or id (default: every account of everybody)")
    parser.add_argument("--yes", action="store_true", help="accept whatever changes, without asking")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else; changes stay only with --yes")
    add_data_argument(parser)
    parser.epilog = "Exit status: 0 done, 1 something would change and was not accepted, or a statement can no longer be read."


def run(options: argparse.Namespace) -> int:
    """Each account in a transaction of its own; what was accepted before a stop stays."""
    step_aside()
    open_database(options.data)
    accounts = _accounts(options.account)
    entries, status = [], DONE
    for account in accounts:
        result, accepted = _rebuild(account, yes=options.yes, ask=not options.json)
        entries.append(rebuild_page.entry(account, result, accepted=accepted))
        status = max(status, DONE if accepted else NOT_ACCEPTED)
    if options.json:
        json.dump({"accounts": entries}, sys.stdout, ensure_ascii=False)
        print()
    elif not accounts:
        print("There is no account yet.")
    return status


def _accounts(name: str | None) -> list["BrokerAccount"]:
    from fillbook.storage.replay import accounts_to_replay

    accounts = accounts_to_replay()
    if name is None:
        return accounts
    chosen = [account for account in accounts if name in (account.number, str(account.pk))]
    if not chosen:
        raise Stop(f"There is no account {name}; the accounts are: {', '.join(account.number for account in accounts) or 'none yet'}.", 2)
    return chosen


def _rebuild(account: "BrokerAccount", *, yes: bool, ask: bool) -> tuple["Replayed", bool]:
    """One account. The question is asked outside the transaction, so that nobody waits for the answer; only what was shown is accepted."""
    from fillbook.storage.replay import CannotReplay, replay_account

    if ask:
        print(f"Reading the statements of account {account.number} again ...", file=sys.stderr, flush=True)
    try:
        result, accepted = replay_account(account, _parse, lambda found: found.identical or yes)
        if ask:
            rebuild_page.show(account, result)
        while not accepted and ask and _agrees():
            shown = result
            result, accepted = replay_account(account, _parse, _the_same_as(shown))
            if not accepted:
                print("Meanwhile something else changed in this account. Now it is:")
                rebuild_page.show(account, result)
    except CannotReplay as problem:
        raise Stop(f"{problem} Account {account.number} is as it was.") from None
    if ask:
        print(rebuild_page.ending(result, accepted=accepted))
    return result, accepted


def _the_same_as(shown: "Replayed") -> "Any":
    return lambda found: found.identical or found.result == shown.result


def _agrees() -> bool:
    """Whether somebody at the terminal says yes; nobody there means no."""
    if not sys.stdin.isatty():
        return False
    return input("Accept these changes? [y/N] ").strip().lower() in ("y", "yes")


def _parse(broker: str, chunks: Iterable[bytes]) -> "ParsedStatement":
    from fillbook.brokers.interface import StatementUnreadable
    from fillbook.storage.replay import Unreadable
    from fillbook.sync.taking import parsed_by

    try:
        return parsed_by(broker, chunks)
    except StatementUnreadable as problem:
        raise Unreadable(f"{problem} {problem.remedy}".strip()) from None
