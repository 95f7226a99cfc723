"""Everything made again from what brokers sent: the same when nothing changed, shown before it is accepted when something did."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings

from fillbook.ledger.statement import AccountStatement, Finding, ParsedStatement, Severity
from fillbook.storage.derive import rebuild_account
from fillbook.storage.hashes import derived_hash, ledger_hash
from fillbook.storage.intake import write_statement
from fillbook.storage.models import BrokerAccount, Link, Origin, RawStatement, RoundTripRow, StatementCoverage, User
from fillbook.storage.raw import keep_raw, note_unreadable
from fillbook.storage.replay import CannotReplay, Replayed, Unreadable, replay_account
from tests.storage.deliveries import BROKER, day_of, days, first, keep, link_of, only_account, person, says, second
from tests.storage.test_faults import Stopped, stopped_at
from tests.trades.builders import OTHER, STOCK, fill, held

pytestmark = pytest.mark.both_databases

YEAR = says(
    fill(1, 10, 20, day=15, fee=1),
    fill(2, -10, 25, day=20, fee=1),
    fill(3, 5, 9, OTHER, day=16),
    covers=days(0, 60),
    positions=(held(OTHER, 5, 45),),
    opened_on=day_of(0),
)
LATER = says(fill(4, -5, 11, OTHER, day=70), covers=days(50, 120), written=1, positions=())


@pytest.fixture(autouse=True)
def data_folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


class Parser:
    """What each document says, by its bytes; counts how often it was asked."""

    def __init__(self, *documents: AccountStatement) -> None:
        self.says = {repr((one,)).encode(): ParsedStatement((one,)) for one in documents}
        self.asked = 0

    def __call__(self, broker: str, chunks: Iterable[bytes]) -> ParsedStatement:
        assert broker == BROKER
        self.asked += 1
        content = b"".join(chunks)
        if content not in self.says:
            raise Unreadable("Line 1 is no statement.")
        return self.says[content]

    def reads_otherwise(self, document: AccountStatement, **fields: Any) -> None:
        """From now on every execution in a document has these fields."""
        rows = tuple(replace(row, **fields) for row in document.executions)
        self.says[repr((document,)).encode()] = ParsedStatement((replace(document, executions=rows),))


def import_all(owner: User, *documents: AccountStatement, link: Link | None = None) -> BrokerAccount:
    for document in documents:
        raw = keep(owner, document, link=link, origin=Origin.FETCHED if link else Origin.UPLOADED)
        for written in write_statement(raw, ParsedStatement((document,))).accounts:
            rebuild_account(written.account_id, written.instruments)
    return only_account()


def hashes(account: BrokerAccount) -> tuple[str, str]:
    return ledger_hash(account), derived_hash(account)


def always(_: Replayed) -> bool:
    return True


def everything() -> list[Any]:
    """All rows of all tables of ours but the instance's."""
    models = sorted(apps.get_app_config("storage").get_models(), key=lambda model: model.__name__)
    return [[model.__name__, *model._default_manager.order_by("pk").values_list()] for model in models]


@pytest.mark.django_db
def test_the_same_statements_give_the_same_account() -> None:
    account = import_all(person(), YEAR, LATER, second())
    before, noted = hashes(account), BrokerAccount.objects.values().get()
    found, stays = replay_account(account, Parser(YEAR, LATER, second()), always)
    assert (found.identical, stays, found.statements, found.facts, found.trips) == (True, True, 3, 0, ())
    assert hashes(account) == before == (found.ledger[1], found.derived[1])
    assert BrokerAccount.objects.values().get() == noted


@pytest.mark.django_db
def test_each_statement_is_parsed_once_and_another_account_stays_out_of_it() -> None:
    owner, other = person(), says(fill(9, 1, 5, day=3), account="U9000002")
    import_all(owner, YEAR)
    both = import_all_of_two(owner, other)
    parser = Parser(YEAR, LATER, other)
    before = hashes(both)
    found, _ = replay_account(BrokerAccount.objects.get(number="U9000001"), parser, always)
    assert (parser.asked, found.statements, hashes(both)) == (1, 1, before)


def import_all_of_two(owner: User, document: AccountStatement) -> BrokerAccount:
    raw = keep(owner, document)
    [written] = write_statement(raw, ParsedStatement((document,))).accounts
    rebuild_account(written.account_id)
    return BrokerAccount.objects.get(number=document.account)


@pytest.mark.django_db
def test_a_parser_that_reads_fees_otherwise_shows_the_trades_and_is_accepted() -> None:
    account = import_all(person(), YEAR, LATER)
    parser = Parser(YEAR, LATER)
    parser.reads_otherwise(YEAR, fees=Decimal("-1.5"))
    found, stays = replay_account(account, parser, always)
    assert (found.identical, stays, found.facts) == (False, True, 3)
    acme, zorg = found.trips
    assert acme.before is not None
    assert acme.after is not None
    assert zorg.before is not None
    assert zorg.after is not None
    assert (acme.before.symbol, acme.before.charges, acme.after.charges) == ("ACME", Decimal(-2), Decimal(-3))
    assert (acme.before.realized_pnl, acme.after.realized_pnl) == (Decimal(48), Decimal(47))
    assert (zorg.before.symbol, zorg.before.realized_pnl, zorg.after.realized_pnl) == ("ZORG", Decimal(10), Decimal("8.5"))
    assert RoundTripRow.objects.get(symbol="ACME").realized_pnl == Decimal(47)
    again, _ = replay_account(account, parser, always)
    assert again.identical


@pytest.mark.django_db
def test_declined_it_leaves_every_row_as_it_was() -> None:
    account = import_all(person(), YEAR, LATER)
    parser, before = Parser(YEAR, LATER), everything()
    parser.reads_otherwise(YEAR, price=Decimal(21), proceeds=Decimal(-210))
    found, stays = replay_account(account, parser, lambda result: result.identical)
    assert (found.identical, stays) == (False, False)
    assert len(found.trips) == 2
    assert everything() == before


@pytest.mark.django_db
def test_only_the_difference_that_was_shown_is_accepted_later() -> None:
    account = import_all(person(), YEAR)
    parser = Parser(YEAR, LATER)
    parser.reads_otherwise(YEAR, fees=Decimal(-2))
    shown, _ = replay_account(account, parser, lambda _: False)
    same, stays = replay_account(account, parser, lambda result: result.result == shown.result)
    assert (same.result, stays) == (shown.result, True)
    parser.reads_otherwise(YEAR, fees=Decimal(-3))
    _, stays = replay_account(account, parser, lambda result: result.result == shown.result)
    assert not stays


@pytest.mark.django_db
def test_a_trade_that_a_parser_no_longer_finds_is_gone_and_a_new_one_is_new() -> None:
    account = import_all(person(), YEAR)
    parser = Parser(YEAR)
    moved = replace(YEAR, executions=tuple(row for row in YEAR.executions if row.instrument is STOCK), positions=())
    parser.says[repr((YEAR,)).encode()] = ParsedStatement((moved,))
    found, _ = replay_account(account, parser, lambda _: False)
    [gone] = found.trips
    assert gone.before is not None
    assert (gone.before.symbol, gone.before.is_open, gone.after) == ("ZORG", True, None)


@pytest.mark.django_db
def test_a_statement_that_can_no_longer_be_read_stops_it() -> None:
    account = import_all(person(), YEAR, LATER)
    before = everything()
    with pytest.raises(CannotReplay, match=r"Statement \d+ \(received on .*\) can no longer be read: Line 1 is no statement\."):
        replay_account(account, Parser(YEAR), always)
    fatal = Parser(YEAR, LATER)
    fatal.says[repr((LATER,)).encode()] = ParsedStatement((LATER,), (Finding(Severity.FATAL, "x", "It breaks off."),))
    with pytest.raises(CannotReplay, match=r"It breaks off\."):
        replay_account(account, fatal, always)
    RawStatement.objects.filter(coverages__last=day_of(120)).update(content=b"rotten")
    with pytest.raises(CannotReplay, match=r"can no longer be read"):
        replay_account(account, Parser(YEAR, LATER), always)
    assert [rows for rows in everything() if rows[0] != "RawStatement"] == [rows for rows in before if rows[0] != "RawStatement"]


@pytest.mark.django_db
def test_what_an_older_parser_could_not_read_is_read_now() -> None:
    owner = person()
    link = link_of(owner)
    account = import_all(owner, YEAR, link=link)
    raw = keep(owner, LATER, origin=Origin.FETCHED, link=link)
    note_unreadable(raw, "It has a section that is not known.")
    hopeless = keep_raw(owner, BROKER, b"<html>", Origin.FETCHED, link)
    note_unreadable(hopeless, "This is a web page.")
    found, _ = replay_account(account, Parser(YEAR, LATER), always)
    assert (found.statements, found.facts) == (2, 2)  # the sale, and the position that is no longer held
    raw.refresh_from_db()
    hopeless.refresh_from_db()
    assert (raw.accepted_at is None, raw.unreadable) == (False, "")
    assert (hopeless.accepted_at, hopeless.unreadable) == (None, "This is a web page.")
    assert StatementCoverage.objects.filter(account=account).count() == 2


@pytest.mark.django_db
def test_a_statement_that_comes_in_meanwhile_is_not_lost() -> None:
    owner = person()
    account = import_all(owner, YEAR)
    parser = Meanwhile(YEAR, LATER, do=lambda: import_all(owner, LATER))
    found, _ = replay_account(account, parser, always)
    assert (found.identical, found.statements) == (True, 2)


class Meanwhile(Parser):
    """Something happens while the first document is read."""

    def __init__(self, *documents: AccountStatement, do: Any) -> None:
        super().__init__(*documents)
        self.do = do

    def __call__(self, broker: str, chunks: Iterable[bytes]) -> ParsedStatement:
        found = super().__call__(broker, chunks)
        if self.asked == 1:
            self.do()
        return found


def sampled(most: int) -> Iterator[int]:
    """Every statement at the beginning, every third after it."""
    yield from (number for number in range(most) if number < 20 or number % 3 == 0)


@pytest.mark.django_db(transaction=True)
def test_stopped_at_any_statement_it_leaves_before_or_after() -> None:
    account = import_all(person(), first(), second())
    parser = Parser(first(), second())
    parser.reads_otherwise(second(), fees=Decimal(-1))
    before, stops = everything(), 0
    for number in sampled(1000):
        try:
            with stopped_at(number):
                replay_account(account, parser, always)
            break
        except Stopped:
            assert everything() == before, f"statement {number}"
            stops += 1
    assert stops > 25
    again, _ = replay_account(account, parser, always)
    assert again.identical
