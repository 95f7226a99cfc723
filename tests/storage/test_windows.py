"""A year fetched in pieces, overlapping, in any order and some of them twice, is the year fetched at once."""

import random
from datetime import date, datetime, time, timedelta

import pytest

from fillbook.brokers.ibkr.parse import parse
from fillbook.sandbox.calendar import is_open
from fillbook.sandbox.scenario import Scenario
from fillbook.sandbox.statement import Days, write
from fillbook.storage.derive import rebuild_account
from fillbook.storage.hashes import derived_hash, ledger_hash
from fillbook.storage.intake import write_statement
from fillbook.storage.models import BrokerAccount, EndpointKind, Origin, User
from fillbook.storage.raw import keep_raw, raw_chunks
from tests.storage.deliveries import BROKER, link_of, person

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
