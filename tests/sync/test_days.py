"""Four hundred days of a link: it begins with a year and ends with the history of 765 days, and no run tells anything twice.

Here the instance is off for some days now and then; every single night is lived through by `python3 run.py long days`.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from fillbook.brokers.interface import Endpoint, Reply, Request
from fillbook.ledger.statement import DateRange
from fillbook.sandbox.flex import FlexService
from fillbook.sandbox.messages import Asked
from fillbook.sandbox.rows import SECOND, Fill
from fillbook.sandbox.scenario import Scenario
from fillbook.sandbox.statement import Days, write
from fillbook.storage.coverage import covered_days
from fillbook.storage.hashes import derived_hash, ledger_hash
from fillbook.storage.models import BrokerAccount, ExecutionRow, Instance, Link, LinkState, Origin, RunKind, RunState, SyncRun, User
from fillbook.storage.raw import keep_raw
from fillbook.sync import clock, course, engine, exchange, planner, runs, service, taking, transport
from fillbook.sync.exchange import Outcome
from fillbook.sync.runs import Plan

NEW_YORK = ZoneInfo("America/New_York")
BEGINNING = datetime(2025, 8, 8, 18, 0, tzinfo=UTC)
"""A Friday, two in the afternoon in New York; statements go up to Thursday."""
DAYS = 400
QUERY = "100005"


class World:
    """What time it is, and a broker that knows it and is asked without a network.

    asked: the days of every SendRequest, ("", "") for the query's own.
    """

    def __init__(self) -> None:
        self.now = BEGINNING
        self.scenario = Scenario()
        self.service = FlexService(self.scenario, lambda: self.now.astimezone(NEW_YORK), generation_seconds=0, monotonic=self._later)
        self.asked: list[tuple[str, str]] = []
        self._seconds = 0.0

    def begin(self, patch: pytest.MonkeyPatch) -> "World":
        """From now on sync lives in it, and nothing is done by itself."""
        Instance.load()
        Instance.objects.update(sandbox_url="http://127.0.0.1:1")
        patch.setattr(clock, "now", lambda: self.now)
        patch.setattr(transport, "send", self.send)
        patch.setattr(engine, "enqueue", lambda *_: None)
        return self

    def _later(self) -> float:
        """Nobody is ever too quick: a minute passes whenever somebody looks."""
        self._seconds += 61
        return self._seconds

    async def send(self, request: Request, secrets: Mapping[str, str], *_: object) -> Reply:
        query = {**dict(request.query), **{name: secrets[key] for name, key in request.secrets}}
        assert urlsplit(f"https://x/?{urlencode(query)}").query
        if request.path.endswith("SendRequest"):
            self.asked.append((query.get("fd", ""), query.get("td", "")))
        headers = {name.lower(): value for name, value in request.headers}
        return Reply(200, self.service.answer(Asked("GET", request.path, query, headers)).body)


@pytest.fixture
def world(home: object, monkeypatch: pytest.MonkeyPatch) -> World:
    assert home
    return World().begin(monkeypatch)


def do(run: SyncRun) -> SyncRun:
    """The run, step by step as its workflow does it, without the waits."""
    found = runs.begin(run.pk)
    assert found is not None
    plan, done = Plan(**found), list[Any]()
    while (leg := course.next_leg(plan, done)) is not None:
        outcome: Outcome = exchange.opening(plan, leg)
        while outcome["next"] != "done":
            state = outcome["state"]
            if outcome["next"] == "send":
                outcome = asyncio.run(exchange.exchange(plan, state, outcome["request"]))
                continue
            if outcome["next"] == "page":
                assert taking.take_in(plan.run_id, outcome["raw"]) == {"next": "done"}
            else:
                assert outcome["next"] == "wait", outcome
            outcome = exchange.onward(plan, state)
        leg["pages"] = 1
        done.append(leg)
        plan = Plan(**{**found, "memory": outcome["state"]["memory"], "unproven": False})
    assert course.finish(plan, plan.memory, done)
    return SyncRun.objects.get(pk=run.pk)


def test_four_hundred_days_give_765_days_of_history(owner: User, world: World) -> None:
    link = service.begin_link(owner, "ibkr", Endpoint.SANDBOX, {"token": "97120251107001", "query_id": QUERY}).link
    assert link is not None
    world.service.play("97120251107001", ())
    assert do(SyncRun.objects.get(link=link)).state == RunState.DONE
    account = BrokerAccount.objects.get(link=link)
    assert [days.days for days in covered_days(account)] == [365]

    told: Counter[str] = Counter()
    for step in steps():
        world.now += timedelta(days=step)
        assert planner.begin_due() == 1
        run = do(SyncRun.objects.get(link=link, state=RunState.QUEUED))
        assert (run.kind, run.state, run.rows_changed, run.rows_withdrawn) == (RunKind.SCHEDULED, RunState.DONE, 0, 0)
        told["new"] += run.rows_new
        assert planner.begin_due() == 0

    last = date(2026, 9, 11)
    assert world.now.date() == date(2026, 9, 12)
    history = DateRange(date(2024, 8, 8), last)
    assert history.days == 365 + DAYS == 765
    assert covered_days(account) == [history]
    assert Link.objects.get(pk=link.pk).state == LinkState.LINKED
    rows = [row for row in world.scenario.rows(history.first, history.last) if row.account == SECOND and isinstance(row, Fill)]
    assert ExecutionRow.objects.filter(account=account).count() == len(rows)
    assert told["new"] == sum(1 for row in rows if row.trade_date > date(2025, 8, 7))
    assert books(account) == books(at_once(world, history))


def steps() -> list[int]:
    """Days from run to run, four hundred together."""
    if os.environ.get("FILLBOOK_TEST_EVERY_NIGHT"):
        return [1] * DAYS
    chance, found = random.Random(400), list[int]()
    while sum(found) < DAYS:
        found.append(min(chance.choice((1, 1, 2, 8, 20, 40)), DAYS - sum(found)))
    return found


def books(account: BrokerAccount) -> tuple[str, str]:
    return ledger_hash(account), derived_hash(account)


def at_once(world: World, history: DateRange) -> BrokerAccount:
    """Somebody else's account, out of one statement of all these days, such as no broker gives."""
    owner = User.objects.create_user(f"{uuid4().hex}@example.org")
    link = Link.objects.create(owner=owner, broker="ibkr", endpoint=Endpoint.SANDBOX, state=LinkState.LINKED)
    run = SyncRun.objects.create(owner=owner, link=link, kind=RunKind.FIRST, state=RunState.RUNNING)
    generated = world.now.astimezone(NEW_YORK).replace(tzinfo=None)
    content = write(world.scenario, Days(history.first, history.last, ""), generated, accounts=(SECOND,))
    assert taking.take_in_here(run.pk, keep_raw(owner, "ibkr", content, Origin.FETCHED, link).pk) == {"next": "done"}
    return BrokerAccount.objects.get(link=link)
