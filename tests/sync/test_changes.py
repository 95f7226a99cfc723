"""A query that was changed in the portal is told once, in the note of the run that noticed it."""

import hashlib
import re
import uuid
from pathlib import Path

import pytest

from fillbook.storage.doctor import diagnose
from fillbook.storage.models import BrokerAccount, Link, LinkState, Notice, Origin, RawStatement, RunKind, RunState, SyncRun, User
from fillbook.storage.raw import keep_raw
from fillbook.sync import runs, taking, telling
from tests.sync.flex import TRIP, statement

NIGHT = ("20260918", "20260925")
SECTION = rb"<OpenPositions></OpenPositions>"


@pytest.fixture
def link(home: Path, owner: User) -> Link:
    assert home.exists()
    return Link.objects.create(owner=owner, broker="ibkr", state=LinkState.LINKED)


@pytest.fixture
def number() -> str:
    """An account of its own for each test: the database is one for the file."""
    return f"U{uuid.uuid4().int % 10**7:07}"


def sha(content: bytes) -> str:
    """Of a statement without the section."""
    return hashlib.sha256(content.replace(SECTION, b"")).hexdigest()


def note_of(link: Link, content: bytes) -> str:
    """Take a fetched statement in, as a run of its own; what its owner is told of it."""
    run = SyncRun.objects.create(owner=link.owner, link=link, kind=RunKind.SCHEDULED, state=RunState.RUNNING)
    raw = keep_raw(link.owner, "ibkr", content, Origin.FETCHED, link)
    assert taking.take_in(run.pk, raw.pk) == {"next": "done"}
    assert runs.finish(run.pk, {}, whole_year=True, figures_to=None, note="A day is missing.", warning=None)
    return SyncRun.objects.get(pk=run.pk).note.replace("A day is missing.", "").strip()


def test_a_section_that_is_gone_is_told_once_and_so_is_its_return(link: Link, number: str) -> None:
    first, made = statement(number), ["20260927;020000", "20260928;020000", "20260929;020000", "20260930;020000"]
    year = [statement(number, made=moment) for moment in made]
    assert note_of(link, first) == "", "the first statement is no change"
    assert note_of(link, year[0]) == ""
    told = note_of(link, year[1].replace(SECTION, b""))
    assert told.startswith(
        "Your query has changed since the last statement. The query lacks the section Open Positions: positions cannot be"
    )
    assert told.endswith("The account's page says what to do.")
    assert note_of(link, year[2].replace(SECTION, b"")) == "", "told once"
    notice = Notice.objects.get(link=link)
    assert (notice.kind, notice.account and notice.account.number) == ("query_changed", number)
    assert "The query lacks the section Open Positions: positions cannot" in telling.told(notice).text
    assert "Open Positions" not in telling.told(notice).mail
    found = diagnose(BrokerAccount.objects.get(number=number))
    assert found.changed_at == RawStatement.objects.get(link=link, sha256=sha(year[1])).received_at
    assert [message.split(":")[0] for message in found.new] == ["The query lacks the section Open Positions"]
    assert note_of(link, year[3]).endswith("Something that was missing is there now.")
    assert Notice.objects.get(link=link).read_at is not None, "what it says is true no more"


def test_a_quiet_night_hides_no_change_of_fields(link: Link, number: str) -> None:
    """Without a row nothing is known of a section's fields: what they were is known from the statements before."""
    assert note_of(link, statement(number)) == ""
    assert note_of(link, statement(number, fills=(), made="20260927;020000", days=NIGHT)) == ""
    less = re.sub(rb' fxRateToBase="1"', b"", statement(number, fills=TRIP, made="20260928;020000"))
    told = note_of(link, less)
    assert "FX Rate To Base" in told
    assert "profits in other currencies cannot be added up in the base currency" in told


def test_a_change_that_costs_nothing_is_told_as_such(link: Link, number: str) -> None:
    more = statement(number, made="20260927;020000").replace(SECTION, SECTION + b"<InterestAccruals></InterestAccruals>")
    assert note_of(link, statement(number)) == ""
    assert note_of(link, more) == (
        "The sections or fields of your query have changed since the last statement. Nothing is missing that was there before."
    )


def test_an_upload_says_nothing_of_a_link(link: Link, number: str) -> None:
    assert note_of(link, statement(number)) == ""
    run = SyncRun.objects.create(owner=link.owner, kind=RunKind.UPLOAD, state=RunState.RUNNING)
    other = statement(number, made="20260927;020000").replace(SECTION, b"")
    assert taking.take_in(run.pk, keep_raw(link.owner, "ibkr", other, Origin.UPLOADED).pk) == {"next": "done"}
    assert SyncRun.objects.get(pk=run.pk).note == ""
    assert RawStatement.objects.get(link=None, owner=link.owner).findings
