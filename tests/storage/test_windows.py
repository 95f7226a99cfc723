"""A year fetched in pieces, overlapping, in any order and some of them twice, is the year fetched at once."""

import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta

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


Cut = tuple[int, int, bool]
"""A window: first and last day of the year, and whether it was written after the corrections."""

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
            found.append((first, last, corrected))
            reached = last
    return draw(st.permutations(found + draw(st.lists(st.sampled_from(found), max_size=2))))


def told(rows: list[Execution], first: int, last: int, corrected: bool) -> AccountStatement:
    """What the broker says of these days. Each night of the year it wrote one statement, and a year later another one."""
    window = days(first, last)
    mine = [replace(row, fees=row.fees - 1) if corrected and place % 3 == 0 else row for place, row in enumerate(rows)]
    mine = [row for row in mine if window.covers(row.trade_date)]
    return says(
        *mine, covers=window, written=1440 * (last + 365 * corrected), positions=(replace(held(STOCK, 1, last + 1), as_of=window.last),)
    )


@pytest.mark.both_databases
@pytest.mark.django_db
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fills, covers())
def test_any_order_and_any_overlap_give_one_ledger(made: list[tuple[int, object, int]], cuts: list[Cut]) -> None:
    rows = [fill(number, units, 20, instrument, day=day) for number, (day, instrument, units) in enumerate(made, 1)]  # type: ignore[arg-type]
    with transaction.atomic():
        at_once, in_pieces = person("at-once"), person("in-pieces")
        deliver(at_once, told(rows, 0, 364, True))
        for cut in cuts:
            deliver(in_pieces, told(rows, *cut))
        assert ledger_hash(BrokerAccount.objects.get(owner=in_pieces)) == ledger_hash(BrokerAccount.objects.get(owner=at_once))
        transaction.set_rollback(True)
