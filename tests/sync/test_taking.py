"""A document is taken in once, however often it is begun."""

from pathlib import Path

import pytest

from fillbook.storage.derive import outdated_accounts
from fillbook.storage.models import Origin, RawStatement, RoundTripRow, RunKind, RunState, SyncRun, User
from fillbook.storage.raw import keep_raw, raw_chunks
from fillbook.sync import child, taking
from tests.sync.flex import TRIP, Fill, statement


class Killed(BaseException):
    """The process dies here."""


@pytest.fixture
def raw(home: Path, owner: User) -> RawStatement:
    assert home.exists()
    return keep_raw(owner, "ibkr", statement("U7000001"), Origin.UPLOADED)


@pytest.fixture
def run(owner: User, raw: RawStatement) -> SyncRun:
    return SyncRun.objects.create(owner=owner, raw=raw, kind=RunKind.UPLOAD, state=RunState.RUNNING)


def trips(owner: User) -> list[int]:
    return [int(row.realized_pnl or 0) for row in RoundTripRow.objects.filter(account__owner=owner)]


def test_killed_between_rows_and_trades_the_trades_come_with_the_second_try(
    owner: User, raw: RawStatement, run: SyncRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as crash:
        crash.setattr(taking, "catch_up", die)
        with pytest.raises(Killed):
            taking.take_in(run.pk, raw.pk)
    assert trips(owner) == []
    assert taking.take_in(run.pk, raw.pk) == {"next": "done"}
    assert trips(owner) == [98]
    assert taking.take_in(run.pk, raw.pk) == {"next": "done"}
    assert trips(owner) == [98]
    assert SyncRun.objects.get(pk=run.pk).rows_new == 2


def test_what_a_run_that_failed_left_unread_comes_with_the_next_one(owner: User, run: SyncRun, raw: RawStatement) -> None:
    """Its rows are written when the process that reads it runs out of memory; the next night's statement says nothing new."""
    assert taking.take_in(run.pk, raw.pk) == {"next": "done"}
    assert (trips(owner), outdated_accounts().exists()) == ([98], False)
    fills = (*TRIP, Fill(3, "BUY", 120, "20260601"), Fill(4, "SELL", 125, "20260602"))  # 10 x 5 and two dollars of commission: 48
    for made in ("20260927;020000", "20260928;020000"):
        raw = keep_raw(owner, "ibkr", statement("U7000001", fills=fills, made=made), Origin.UPLOADED)
        run = SyncRun.objects.create(owner=owner, raw=None, kind=RunKind.UPLOAD, state=RunState.RUNNING)
        if made.startswith("20260927"):
            taking._write(run.pk, raw, taking.parsed_by("ibkr", raw_chunks(raw)))
            SyncRun.objects.filter(pk=run.pk).update(state=RunState.FAILED)
            assert (trips(owner), outdated_accounts().count()) == ([98], 1)
    assert taking.take_in(run.pk, raw.pk) == {"next": "done"}
    assert (sorted(trips(owner)), outdated_accounts().exists()) == ([48, 98], False)
    assert SyncRun.objects.get(pk=run.pk).rows_new == 0


def test_killed_while_rows_are_written_none_of_them_stays(
    owner: User, raw: RawStatement, run: SyncRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as crash:
        crash.setattr(taking, "_count", die)
        with pytest.raises(Killed):
            taking.take_in(run.pk, raw.pk)
    assert RawStatement.objects.get(pk=raw.pk).accepted_at is None
    assert taking.take_in(run.pk, raw.pk) == {"next": "done"}
    assert SyncRun.objects.get(pk=run.pk).rows_new == 2
    assert trips(owner) == [98]


def test_a_closed_run_writes_nothing(owner: User, raw: RawStatement, run: SyncRun) -> None:
    SyncRun.objects.filter(pk=run.pk).update(state=RunState.FAILED)
    assert taking.take_in(run.pk, raw.pk) == {"next": "closed"}
    assert trips(owner) == []
    assert RawStatement.objects.get(pk=raw.pk).accepted_at is None


def test_a_reader_that_dies_takes_nobody_along(owner: User, raw: RawStatement, run: SyncRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "LARGE", 0)
    monkeypatch.setattr(child, "_command", lambda *_: ["/bin/sh", "-c", "kill -SEGV $$"])
    outcome = taking.take_in(run.pk, raw.pk)
    assert outcome["next"] == "trouble"
    assert (outcome["trouble"]["kind"], outcome["trouble"]["code"]) == ("OurFault", "reader_died")
    assert trips(owner) == []
