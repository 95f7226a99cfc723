"""All tables of an account made again from its raw statements, and what that changes, before it is accepted.

The statements are read first, outside any transaction, into a file that no other process can see; then one transaction empties the
account's tables, writes every statement in the order in which it was received, and makes the trades. Whoever asked sees the difference
and says yes or no inside that transaction, so that an account is either as before or wholly made again, whatever stops the process.
The trader's own words hang on executions by the broker's ids, not on rows, and stay.
"""

import pickle
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import IO, Final

from django.apps import apps
from django.conf import settings
from django.db import models, transaction

import fillbook
from fillbook.ledger.statement import AccountStatement, ParsedStatement, Severity
from fillbook.storage.derive import rebuild_account
from fillbook.storage.hashes import derived_hash, ledger_hash, ledger_lines
from fillbook.storage.intake import replay_statement
from fillbook.storage.models import BrokerAccount, RawStatement, RoundTripRow, StatementCoverage
from fillbook.storage.raw import DamagedStatement, accept, note_parsed, raw_chunks
from fillbook.storage.trip_figures import TripChange, TripFigures, figures_of

Parse = Callable[[str, Iterable[bytes]], ParsedStatement]
"""(id of the broker, bytes of a document) -> what it says; raises `Unreadable`."""

_STATED_OF_ACCOUNT: Final = {"alias": "", "base_currency": "", "opened_on": None, "tracked_since": None, "figures_to": None}


class Unreadable(Exception):
    """The parser makes nothing of a document; the message is a sentence for its owner."""


class CannotReplay(Exception):
    """A kept statement can no longer be read. The message says which one and why; the account is as it was."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came out. facts: rows of the ledger that read differently, are new or gone. ledger, derived: hashes (before, after)."""

    account_id: int
    number: str
    statements: int
    ledger: tuple[str, str]
    derived: tuple[str, str]
    facts: int
    trips: tuple[TripChange, ...]

    @property
    def identical(self) -> bool:
        """Nothing of what the account says has changed."""
        return self.ledger[0] == self.ledger[1] and self.derived[0] == self.derived[1]

    @property
    def result(self) -> str:
        """One text for the difference, to accept that one and no other later."""
        return sha256(repr((self.ledger, self.derived)).encode()).hexdigest()


def replay_account(account: BrokerAccount, parse: Parse, may_stay: Callable[[Replayed], bool]) -> tuple[Replayed, bool]:
    """Make an account's tables again from what its broker sent.

    Args:
        account: whose access was checked.
        parse: the connectors' parsers.
        may_stay: asked once, inside the transaction, so it must answer at once; no leaves everything as it was.

    Returns:
        What came out, and whether it stays.

    Raises:
        CannotReplay: a statement whose rows are in the ledger can no longer be read.
    """
    with _Reader(account, parse) as reader:
        reader.read_all()
        with transaction.atomic():
            result = _replay(account.pk, reader)
            stays = may_stay(result)
            transaction.set_rollback(not stays)
    return result, stays


def _replay(account_id: int, reader: "_Reader") -> Replayed:
    account = BrokerAccount.objects.select_for_update().get(pk=account_id)
    raws = reader.read_all()  # those that a sync brought in meanwhile too: from here on nobody else writes to this account
    lines, before = set(ledger_lines(account)), _figures(account)
    ledger, derived = ledger_hash(account), derived_hash(account)
    for model in _tables():
        model._default_manager.filter(account=account).delete()  # noqa: SLF001 - Django's door to a model chosen at run time
    BrokerAccount.objects.filter(pk=account_id).update(**_STATED_OF_ACCOUNT)
    account.refresh_from_db()
    for raw in raws:
        for statement in reader.statements(raw):
            replay_statement(account, raw, statement)
    rebuild_account(account)
    account.refresh_from_db()
    after = _figures(account)
    keys = sorted({*before, *after}, key=lambda key: (_day(before.get(key) or after.get(key)), key))
    return Replayed(
        account_id=account_id,
        number=account.number,
        statements=len(raws),
        ledger=(ledger, ledger_hash(account)),
        derived=(derived, derived_hash(account)),
        facts=len({line.partition(",")[0] for line in lines ^ set(ledger_lines(account))}),
        trips=tuple(TripChange(key, before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)),
    )


def _tables() -> list[type[models.Model]]:
    """Tables of what statements say of an account: those whose rows name the statement, and the names of its instruments."""
    found = []
    for model in apps.get_app_config("storage").get_models():
        names = {field.name for field in model._meta.concrete_fields}  # noqa: SLF001 - Django's public door
        if "account" in names and ("raw" in names or model.__module__.endswith(".ledger")):
            found.append(model)
    return found


def _figures(account: BrokerAccount) -> dict[str, TripFigures]:
    return figures_of(RoundTripRow.objects.filter(account=account))


def _day(figures: TripFigures | None) -> date:
    assert figures is not None
    return figures.opened_on or figures.closed_on or date.min


class _Reader:
    """Reads an account's statements, each once, and keeps what they say in a file without a name."""

    def __init__(self, account: BrokerAccount, parse: Parse) -> None:
        self._account = account
        self._parse = parse
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=settings.DATA_DIR)  # noqa: SIM115 - closed by __exit__
        self._places: dict[int, int] = {}
        self._parsed: dict[int, ParsedStatement] = {}
        self._hopeless: set[int] = set()

    def __enter__(self) -> "_Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read_all(self) -> list[RawStatement]:
        """The account's statements in the order they came in; what was not read yet is read now.

        Beside those whose rows are in the ledger they are documents of the account's link that an older parser could not read.
        """
        covered = set(StatementCoverage.objects.filter(account=self._account).values_list("raw_id", flat=True))
        hoped: set[int] = set()
        if self._account.link_id is not None:
            unread = RawStatement.objects.filter(link_id=self._account.link_id, accepted_at__isnull=True).exclude(unreadable="")
            hoped = set(unread.values_list("pk", flat=True))
        raws = []
        for pk in sorted(covered | hoped):
            if pk not in self._places and pk not in self._hopeless:
                self._read(pk, needed=pk in covered)
            if pk in self._places:
                raws.append(RawStatement.objects.defer("content").get(pk=pk))
        return raws

    def statements(self, raw: RawStatement) -> list[AccountStatement]:
        """What a statement says of this account; notes down what the parser said of it as a whole."""
        parsed = self._parsed[raw.pk]
        note_parsed(raw, parsed.findings, parsed.fingerprint, parsed.title, fillbook.__version__)
        if raw.accepted_at is None:
            accept(raw)
        self._file.seek(self._places[raw.pk])
        found: list[AccountStatement] = pickle.load(self._file)  # noqa: S301 - written by this process into a file without a name
        return found

    def _read(self, pk: int, *, needed: bool) -> None:
        raw = RawStatement.objects.get(pk=pk)
        parsed = self._parsed_or_none(raw, needed=needed)
        ours = [] if parsed is None else [one for one in parsed.accounts if one.account == self._account.number]
        if parsed is None or (not ours and not needed):
            self._hopeless.add(pk)
            return
        self._places[pk] = self._file.seek(0, 2)
        pickle.dump(ours, self._file)
        self._parsed[pk] = ParsedStatement((), parsed.findings, parsed.fingerprint, parsed.title)

    def _parsed_or_none(self, raw: RawStatement, *, needed: bool) -> ParsedStatement | None:
        """What the parser makes of a document; None for one that was never readable and still is not."""
        why = ""
        try:
            parsed = self._parse(raw.broker, raw_chunks(raw))
            why = next((finding.message for finding in parsed.findings if finding.severity is Severity.FATAL), "")
        except (Unreadable, DamagedStatement) as problem:
            parsed, why = ParsedStatement(()), str(problem)
        if why and needed:
            raise CannotReplay(f"Statement {raw.pk} ({_name(raw)}) can no longer be read: {why}")
        return None if why else parsed


def _name(raw: RawStatement) -> str:
    return raw.file_name or f"received on {raw.received_at:%Y-%m-%d %H:%M} UTC"


def accounts_to_replay() -> list[BrokerAccount]:
    """Every account of the instance, whoever owns it: its operator makes the tables again, and is shown no more than what changed."""
    return list(BrokerAccount.objects.order_by("pk"))
