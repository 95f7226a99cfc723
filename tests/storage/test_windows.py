"""A year fetched in pieces, overlapping, in any order and some of them twice, is the year fetched at once."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fillbook.brokers.ibkr.parse import parse
from fillbook.ledger.execution import Execution
from fillbook.ledger.statement import AccountStatement
from fillbook.sandbox.calendar import is_open
from fillbook.sandbox.scenario import Scenario
from fillbook.sandbox.statement import Days, write
from fillbook.storage.derive import rebuild_account
from fillbook.storage.hashes import derived_hash, ledger_hash
from fillbook.storage.intake import write_statement
from fillbook.storage.models import BrokerAccount, EndpointKind, Origin, User
from fillbook.storage.raw import keep_raw, raw_chunks
from tests.storage.deliveries import BROKER, days, deliver, link_of, person, says
from tests.trades.builders import OTHER, STOCK, fill, held

LAST = date(2026, 11, 20)
FIRST = LAST - timedelta(days=364)
SCENARIO = Scenario()


def fetch(owner: User, windows: list[tuple[date, date]]) -> None:
    """Fetch windows one after the other, each on the morning after its last day, as sync would."""
    link = link_of(owner, EndpointKind.SANDBOX)
    for first, last in windows:
        content = write(SCENARIO, Days(first, last, ""), datetime.combine(last + timedelta(days=1), time(6, 5)))
        raw = keep_raw(owner, BROKER, content, Origin.FETCHED, link)
        for written in write_statement(raw, parse(raw_chunks(raw))).accounts:
            rebuild_account(written.account_id, written.instruments)


def books(owner: User) -> list[tuple[str, str, str]]:
    """(number, ledger, derived) of each account."""
    accounts = BrokerAccount.objects.filter(owner=owner).order_by("number")
    return [(account.number, ledger_hash(account), derived_hash(account)) for account in accounts]


def trading_day(day: date) -> date:
    """This day, or the last one before it on which markets were open."""
    while not is_open(day):
        day -= timedelta(days=1)
    return day


def pieces(seed: int) -> list[tuple[date, date]]:
    """Windows that cover the year with at least a week of overlap, shuffled, two of them twice."""
    chance = random.Random(seed)
    found, start = [], FIRST
    while True:
        end = trading_day(min(LAST, start + timedelta(days=chance.randint(30, 120))))
        found.append((start, end))
        if end == LAST:
            break
        start = trading_day(end - timedelta(days=chance.randint(7, 20)))
    found += chance.sample(found, min(2, len(found)))
    chance.shuffle(found)
    return found


@pytest.mark.both_databases
@pytest.mark.django_db
def test_a_year_in_pieces_is_the_year() -> None:
    at_once = person("at-once")
    fetch(at_once, [(FIRST, LAST)])
    expected = books(at_once)
    assert len(expected) == 2
    for seed in (1, 2):
        owner = person(f"pieces-{seed}")
        fetch(owner, pieces(seed))
        assert books(owner) == expected


Cut = tuple[int, int, bool, bool]
"""A window: first and last day of the year, whether it was written after the corrections, and whether with every row under another id."""

fills = st.lists(st.tuples(st.integers(0, 364), st.sampled_from([STOCK, OTHER]), st.integers(-9, 9).filter(bool)), min_size=1, max_size=10)
"""Day, contract and units; two may be equal."""


@st.composite
def covers(draw: st.DrawFn) -> list[Cut]:
    """The year twice, before and after the corrections, each time in windows that touch or overlap; in any order, some of them again."""
    found: list[Cut] = []
    for corrected in (False, True):
        reached = -1
        while reached < 364:
            first = draw(st.integers(max(0, reached - 40), reached + 1))
            last = draw(st.integers(max(first, reached + 1), 364))
            last = 364 if len([cut for cut in found if cut[2] is corrected]) == 3 else last
            found.append((first, last, corrected, draw(st.booleans())))
            reached = last
    return draw(st.permutations(found + draw(st.lists(st.sampled_from(found), max_size=2))))


def told(rows: list[Execution], first: int, last: int, corrected: bool, renumbered: bool) -> AccountStatement:
    """What the broker says of these days: it wrote a statement each night of the year, and others a year later, some with other ids."""
    window = days(first, last)
    mine = [replace(row, fees=row.fees - 1) if corrected and place % 3 == 0 else row for place, row in enumerate(rows)]
    mine = [replace(row, execution_id=f"88{row.execution_id}") if renumbered else row for row in mine if window.covers(row.trade_date)]
    night = 1440 * (last + 365 * corrected) + 720 * renumbered
    return says(*mine, covers=window, written=night, positions=(replace(held(STOCK, 1, last + 1), as_of=window.last),))


def ledger_of_all(name: str, statements: list[AccountStatement]) -> str:
    owner = person(name)
    for statement in statements:
        deliver(owner, statement)
    return ledger_hash(BrokerAccount.objects.get(owner=owner))


@pytest.mark.both_databases
@pytest.mark.django_db
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fills, covers(), st.booleans())
def test_any_order_and_any_overlap_give_one_ledger(made: list[tuple[int, object, int]], cuts: list[Cut], renumbered: bool) -> None:
    """At last the broker writes the whole year, under the ids of the first year or under others."""
    rows = [fill(number, units, 20, instrument, day=day) for number, (day, instrument, units) in enumerate(made, 1)]  # type: ignore[arg-type]
    last = replace(told(rows, 0, 364, True, renumbered), generated_at=datetime(2028, 6, 1, tzinfo=UTC))
    some = [told(rows, *cut) for cut in cuts]
    half = len(some) // 2
    with transaction.atomic():
        at_once = ledger_of_all("at-once", [last])
        assert ledger_of_all("in-pieces", [*some[:half], last, *some[half:]]) == at_once
        assert ledger_of_all("forwards", some) == ledger_of_all("backwards", some[::-1])
        transaction.set_rollback(True)
