"""`fillbook doctor`: what a statement, or the latest one of a stored account, lacks; what that costs, and where to change it."""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fillbook.cli import answer, statements
from fillbook.cli.choosing import chosen_accounts
from fillbook.cli.database import add_book_arguments, chosen_user, open_database
from fillbook.cli.progress import Progress
from fillbook.cli.stop import Stop
from fillbook.ledger.statement import Finding, Severity
from fillbook.trades.account import read_account

if TYPE_CHECKING:
    from fillbook.storage.doctor import Diagnosis
    from fillbook.storage.models import BrokerAccount, Link

NOTHING_LACKING, SOMETHING_LACKING, UNREADABLE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Examined:
    """One file, account or link. name: what it is called; title: of the query; error: why there is nothing to find, or what stopped it.

    facts: its part of the JSON. new: messages of what it lacks only since the query was changed. incomplete: of an account, how many
    instruments have an opening or a closing that no statement holds.
    """

    name: str
    facts: dict[str, Any]
    findings: tuple[Finding, ...] = ()
    title: str = ""
    error: str = ""
    new: frozenset[str] = frozenset()
    incomplete: int = 0

    @property
    def status(self) -> int:
        """Its exit status."""
        if self.error:
            return UNREADABLE
        lacks = self.incomplete or any(finding.severity is not Severity.NOTE for finding in self.findings)
        return SOMETHING_LACKING if lacks else NOTHING_LACKING


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `doctor` takes."""
    parser.add_argument("files", nargs="*", metavar="FILE", help="a statement, or a folder of them; without one, the stored accounts")
    parser.add_argument("--account", metavar="ID[,ID…]", help="only these stored accounts, by number or by id")
    add_book_arguments(parser)
    parser.epilog = "Exit status: 0 nothing is lacking, 1 something is, 2 a file could not be read or a link does not work."


def run(options: argparse.Namespace) -> int:
    """Examine files without a database, or what the database has of each account."""
    if options.files and options.account:
        raise Stop("Name files or accounts, not both.", 2)
    parts = {"files": _files(options.files)} if options.files else _stored(options)
    if options.json:
        json.dump({name: [_entry(one) for one in found] for name, found in parts.items()}, sys.stdout, ensure_ascii=False)
        print()
    else:
        _print([one for found in parts.values() for one in found])
    return max((one.status for found in parts.values() for one in found), default=NOTHING_LACKING)


def _files(names: Iterable[str]) -> list[Examined]:
    progress, examined = Progress(), []
    for path in statements.expand(names):
        found, facts = statements.read(path, progress), {"file": str(path)}
        if isinstance(found, statements.Unread):
            examined.append(Examined(path.name, facts, error=found.error))
            continue
        books = [read_account(account) for account in found.parsed.accounts]
        findings = (*found.parsed.findings, *(finding for book in books for finding in book.findings))
        examined.append(Examined(path.name, facts, findings, found.parsed.title))
    return examined


def _stored(options: argparse.Namespace) -> dict[str, list[Examined]]:
    """Each account, then each link that has brought none yet."""
    open_database(options.data)
    from fillbook.storage.access import links_of
    from fillbook.storage.doctor import diagnose

    user = chosen_user(options.user)
    accounts = chosen_accounts(options.account, user)
    found = [_account(account, diagnose(account)) for account in accounts]
    if options.account:
        return {"accounts": found}
    linked = {account.link_id for account in accounts}
    return {"accounts": found, "links": [_link(link) for link in links_of(user) if link.pk not in linked and link.state != "unlinked"]}


def _account(account: "BrokerAccount", told: "Diagnosis") -> Examined:
    from fillbook.storage.answers.accounts import doctor_facts

    facts = doctor_facts(account, told)
    title, error = told.statement.title if told.statement else "", account.link.error_message if account.link else ""
    return Examined(f"Account {account.number}", facts, told.findings, title, error, told.new, facts["incomplete"])


def _link(link: "Link") -> Examined:
    facts = {"link": str(link.pk), "broker": link.broker, "state": str(link.state)}
    return Examined(f"Link {link.name or link.broker}", facts, error=link.error_message or "Nothing was fetched so far.")


def _entry(one: Examined) -> dict[str, Any]:
    findings = [answer.finding_entry(finding) | ({"new": finding.message in one.new} if one.new else {}) for finding in one.findings]
    return one.facts | {"ok": not one.error, "error": one.error or None, "title": one.title or None, "findings": findings}


def _print(examined: Sequence[Examined]) -> None:
    from fillbook.cli.doctor_page import print_examined
    from fillbook.cli.paper import sheet

    console = sheet()
    for one in examined:
        print_examined(console, one.name, one.title, one.error, one.findings, one.new, one.incomplete)
    if not examined:
        console.print("There is no account in this book yet: link one, or name a file.")
