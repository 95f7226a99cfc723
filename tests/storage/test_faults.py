"""Stopped at any moment, done twice, done by two at once: the ledger is before or after, never between, and nothing is in it twice."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from fillbook.ledger.statement import ParsedStatement
from fillbook.storage.bulk import insert
from fillbook.storage.derive import rebuild_account
from fillbook.storage.hashes import derived_hash, ledger_hash
from fillbook.storage.intake import write_statement
from fillbook.storage.models import (
    AccountInstrument,
    BrokerAccount,
    ExecutionRow,
    InstrumentRow,
    PositionRow,
    RawStatement,
    RoundTripRow,
    StatementCoverage,
    TripFillRow,
    User,
)
from tests.storage.deliveries import deliver, first, keep, person, second

ROOT = Path(__file__).resolve().parents[2]
TABLES = (BrokerAccount, StatementCoverage, InstrumentRow, AccountInstrument, ExecutionRow, PositionRow, RoundTripRow, TripFillRow)


class Stopped(Exception):
    """The process ends here."""


@contextmanager
def stopped_at(number: int) -> Iterator[None]:
    """Let `number` statements through to the database and end at the next one."""
    count = 0

    def stop(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += 1
        if count > number:
            raise Stopped
        return execute(sql, params, many, context)

    with connection.execute_wrapper(stop):
        yield


def everything() -> list[Any]:
    """All rows of the tables that an import writes."""
    return [list(model._default_manager.order_by("pk").values_list()) for model in TABLES]


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_an_import_stopped_at_any_statement_leaves_all_as_it_was() -> None:
    owner = person()
    deliver(owner, first())
    account = BrokerAccount.objects.get()
    rebuild_account(account)
    raw, parsed = keep(owner, second()), ParsedStatement((second(),))
    before, stops = everything(), 0
    while True:
        try:
            with stopped_at(stops):
                write_statement(raw, parsed)
            break
        except Stopped:
            assert everything() == before, f"statement {stops}"
            assert RawStatement.objects.get(pk=raw.pk).accepted_at is None
            stops += 1
    assert stops > 20
    assert ledger_hash(account) == hash_of_an_undisturbed_run()


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_rebuild_stopped_at_any_statement_leaves_all_as_it_was() -> None:
    owner = person()
    deliver(owner, first())
    account = BrokerAccount.objects.get()
    rebuild_account(account)
    deliver(owner, second())
    before, stops = everything(), 0
    while True:
        try:
            with stopped_at(stops):
                rebuild_account(account, {"101", "102"})
            break
        except Stopped:
            assert everything() == before, f"statement {stops}"
            stops += 1
    assert stops > 20
    step_by_step = derived_hash(account)
    rebuild_account(account)
    assert derived_hash(account) == step_by_step


def hash_of_an_undisturbed_run() -> str:
    """The ledger of both statements, written without a stop by somebody else."""
    other = person("undisturbed")
    deliver(other, first())
    deliver(other, second())
    return ledger_hash(BrokerAccount.objects.get(owner=other))


def in_a_process(data: Path, url: str, *words: str) -> "subprocess.Popen[str]":
    """A process of its own with a database of its own, as workers are."""
    own = {"FILLBOOK_DATA": str(data), "FILLBOOK_DATABASE_URL": url}
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("FILLBOOK_", "DJANGO_"))}
    command = [sys.executable, "-m", "tests.storage.writer", *words]
    return subprocess.Popen(command, env={**surroundings, **own}, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(process: "subprocess.Popen[str]") -> str:
    """What it printed."""
    printed, complaints = process.communicate(timeout=120)
    assert process.returncode == 0, complaints
    return printed.strip()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    """Of an empty database; "" for a new file."""
    return str(request.getfixturevalue("postgres_url")) if request.param == "postgresql" else ""


def test_writers_at_the_same_time_write_once(tmp_path: Path, url: str) -> None:
    finished(in_a_process(tmp_path, url, "prepare"))
    for writer in [in_a_process(tmp_path, url, which) for which in ("first", "second", "second")]:
        finished(writer)
    rows, ledger, undisturbed, derived, derived_anew = finished(in_a_process(tmp_path, url, "report")).split("\n")
    assert rows == "1 2 3"
    assert ledger == undisturbed
    assert derived == derived_anew


@pytest.mark.both_databases
@pytest.mark.django_db
def test_everything_of_an_owner_can_be_deleted() -> None:
    owner, other = person(), person("other")
    for user in (owner, other):
        deliver(user, first())
        deliver(user, second())
        rebuild_account(BrokerAccount.objects.get(owner=user))
    kept = BrokerAccount.objects.get(owner=other)
    before = derived_hash(kept), ledger_hash(kept)
    BrokerAccount.objects.filter(owner=owner).delete()
    assert RawStatement.objects.filter(owner=owner).count() == 2
    owner.delete()
    assert set(RawStatement.objects.values_list("owner", flat=True)) == {other.pk}
    assert set(User.objects.values_list("pk", flat=True)) == {other.pk}
    assert (derived_hash(kept), ledger_hash(kept)) == before


@pytest.mark.both_databases
@pytest.mark.django_db
def test_a_user_with_all_they_have_is_deleted_at_once() -> None:
    owner = person()
    deliver(owner, first())
    rebuild_account(BrokerAccount.objects.get())
    owner.delete()
    for model in (BrokerAccount, ExecutionRow, RoundTripRow, RawStatement, StatementCoverage):
        assert not model._default_manager.exists()


@pytest.mark.django_db
def test_inserting_nothing_is_no_statement() -> None:
    with stopped_at(0):
        insert(TripFillRow, [field.attname for field in TripFillRow._meta.concrete_fields if not field.primary_key], [])
