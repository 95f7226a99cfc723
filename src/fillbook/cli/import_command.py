"""`fillbook import FILE…`: store statements in the database, as an upload on the page does."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fillbook
from fillbook.cli import statements
from fillbook.cli.database import add_book_arguments, chosen_user, open_database
from fillbook.cli.numbers import counted
from fillbook.cli.progress import Progress
from fillbook.cli.stop import Stop
from fillbook.cli.waiting_files import print_waiting
from fillbook.sync.aside import step_aside

if TYPE_CHECKING:
    from fillbook.storage.intake import AccountPreview
    from fillbook.storage.models import User
    from fillbook.storage.planning import Counts

STORED, UNREADABLE = 0, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `import` takes."""
    parser.add_argument("files", nargs="*", metavar="FILE", help="a statement, or a folder for all its .xml and .csv files")
    parser.add_argument("--dry-run", action="store_true", help="say what would be new, known or changed, and store nothing")
    parser.add_argument(
        "--waiting",
        nargs="?",
        const="",
        metavar="ID",
        help="what was chosen on the page and waits for your yes; of one, what it would change",
    )
    add_book_arguments(parser)
    parser.epilog = "The same statement again, or an overlapping one, changes nothing. Exit status: 0 done, 2 a file could not be read."


def run(options: argparse.Namespace) -> int:
    """Store each file in turn; those that cannot be read are named and passed over."""
    step_aside()
    open_database(options.data)
    user = chosen_user(options.user)
    if options.waiting is not None:
        return print_waiting(user, options.waiting, as_json=options.json)
    if not options.files:
        raise Stop("Name a file, or ask with --waiting for what was chosen on the page.", 2)
    entries = [_store(user, path, dry_run=options.dry_run) for path in statements.expand(options.files)]
    if options.json:
        json.dump({"files": entries}, sys.stdout, ensure_ascii=False)
        print()
    else:
        for entry in entries:
            _print(entry)
    return STORED if all(entry["ok"] for entry in entries) else UNREADABLE


def _store(user: "User", path: Path, *, dry_run: bool) -> dict[str, Any]:
    """One file. Returns its entry of the JSON."""
    from django.db import transaction

    from fillbook.storage.derive import catch_up
    from fillbook.storage.intake import preview_statement, write_statement
    from fillbook.storage.models import Origin
    from fillbook.storage.raw import discard, keep_raw

    found = statements.read(path, Progress())
    if isinstance(found, statements.Unread):
        return _refused(path, found.error)
    raw = keep_raw(user, found.broker, _chunks(path), Origin.UPLOADED, file_name=path.name)
    preview = preview_statement(user, found.broker, found.parsed, raw)
    if preview.fatal or dry_run:
        discard(raw)
    if preview.fatal:
        return _refused(path, " ".join(preview.fatal))
    changed = 0
    if not dry_run:
        with transaction.atomic():  # rows without their trades would be known to the next import, which would leave it at that
            for account in write_statement(raw, found.parsed, fillbook.__version__).accounts:
                changed += catch_up(account.account_id, account.instruments, raw.pk)
    accounts = [_account(account) for account in preview.accounts]
    return {"file": str(path), "ok": True, "error": None, "stored": not dry_run, "trades_changed": changed, "accounts": accounts}


def _refused(path: Path, error: str) -> dict[str, Any]:
    return {"file": str(path), "ok": False, "error": error, "stored": False, "trades_changed": 0, "accounts": []}


def _account(account: "AccountPreview") -> dict[str, Any]:
    return {
        "account": account.number,
        "kind": str(account.kind),
        "from": account.covers.first.isoformat() if account.covers else None,
        "to": account.covers.last.isoformat() if account.covers else None,
        "left_out": account.skipped,
        "rows": _counts(account.counts),
        "executions": _counts(account.executions),
    }


def _counts(counts: "Counts") -> dict[str, int]:
    return asdict(counts)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(statements.CHUNK):
            yield chunk


def _print(entry: dict[str, Any]) -> None:
    print(entry["file"])
    if not entry["ok"]:
        print(f"  × {entry['error']}")
        return
    for account in entry["accounts"]:
        period = f", {account['from']} to {account['to']}" if account["from"] else ""
        kind = "" if account["kind"] == "real" else f" ({account['kind']})"
        print(f"  Account {account['account']}{kind}{period}")
        told = " · ".join(f"{count:,} {name}" for name, count in account["rows"].items() if count) or "no rows"
        print("    left out, because you do not follow this account" if account["left_out"] else f"    {told}")
    print(f"  {counted(entry['trades_changed'], 'round trip')} new or different" if entry["stored"] else "  Nothing was stored.")
