"""`fillbook check FILE…`: parse, match, compare with the broker's own figures, print. No database, no network."""

import argparse
import gc
import json
import sys
import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from fillbook.cli import answer, statements
from fillbook.cli.progress import Progress
from fillbook.trades.account import AccountBook, read_account
from fillbook.trades.reconcile import Status

NOTHING_DIFFERENT: Final = 0
SOMETHING_DIFFERENT: Final = 1
UNREADABLE: Final = 2
OUR_FAULT: Final = "Fillbook failed on this file, which is a fault of ours; please report it with the lines on standard error."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `check` takes."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a statement, or a folder for all its .xml and .csv files")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--all", action="store_true", help="list every difference, not only the first few for each reason")
    parser.epilog = "Exit status: 0 nothing differs, 1 something differs, 2 a file could not be read."


def run(options: argparse.Namespace) -> int:
    """Check each file in turn; returns the highest of their exit statuses."""
    gc.freeze()  # what is made here holds no cycles, and looking for them costs a third of the time
    gc.disable()
    files = statements.expand(options.files)
    return _as_json(files) if options.json else _on_paper(files, every=options.all)


@dataclass(frozen=True, slots=True)
class _Checked:
    """One file: either why it could not be read, or what it says and the books made of it."""

    path: Path
    found: statements.Read | statements.Unread
    books: tuple[AccountBook, ...] = ()

    @property
    def different(self) -> int:
        return sum(1 for book in self.books for line in book.lines if line.status is Status.DIFFERENT)

    @property
    def status(self) -> int:
        if isinstance(self.found, statements.Unread):
            return UNREADABLE
        return SOMETHING_DIFFERENT if self.different else NOTHING_DIFFERENT


def _check(path: Path, progress: Progress) -> _Checked:
    try:
        found = statements.read(path, progress)
        return _Checked(path, found, () if isinstance(found, statements.Unread) else _books(found))
    except Exception:  # noqa: BLE001 - one file that brings us down must not cost the answers about the others; nothing is hidden
        traceback.print_exc()
        return _Checked(path, statements.Unread(OUR_FAULT))


def _books(found: statements.Read) -> tuple[AccountBook, ...]:
    """The accounts of a file; without the bridge where the file states no profit that it could lead to."""
    books = (read_account(account) for account in found.parsed.accounts)
    return tuple(book if book.statement.states_realized_pnl else replace(book, bridge=()) for book in books)


def _as_json(files: list[Path]) -> int:
    progress, status = Progress(), NOTHING_DIFFERENT
    sys.stdout.write('{"files": [')
    for index, path in enumerate(files):
        checked = _check(path, progress)
        status = max(status, checked.status)
        sys.stdout.write(",\n" if index else "\n")
        json.dump(_entry(checked), sys.stdout, ensure_ascii=False)
    sys.stdout.write("\n]}\n")
    return status


def _entry(checked: _Checked) -> dict[str, object]:
    if isinstance(checked.found, statements.Unread):
        return answer.unread_file(str(checked.path), checked.found.error)
    findings = [*checked.found.parsed.findings, *(finding for book in checked.books for finding in book.findings)]
    return answer.read_file(str(checked.path), findings, checked.books)


def _on_paper(files: list[Path], every: bool) -> int:
    from fillbook.cli import check_page
    from fillbook.cli.paper import sheet

    console, progress = sheet(), Progress()
    status = unread = different = 0
    for path in files:
        checked = _check(path, progress)
        if isinstance(checked.found, statements.Unread):
            check_page.print_unread(console, str(path), checked.found.error)
        else:
            check_page.print_file(console, path.name, checked.found.parsed.title, checked.books, checked.found.parsed.findings, every)
        status, unread, different = max(status, checked.status), unread + (checked.status == UNREADABLE), different + checked.different
    if len(files) > 1:
        check_page.print_summary(console, len(files) - unread, unread, different)
    return status
