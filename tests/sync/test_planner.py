"""Links are fetched by themselves: each once a day, spread over the hours, whatever becomes of the others."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from dbos import DBOS

from fillbook.brokers.interface import Endpoint
from fillbook.storage.models import Link, LinkState, RunKind, RunState, SyncRun, User
from fillbook.sync import clock, engine, planner, runs, service, workflow
from tests.sync.fault_server import Answer
from tests.sync.flex import TOKEN, TRIP, Fill, Flex, Script, refused, statement
from tests.sync.linked import linked
from tests.sync.waiting import ended, fresh, until

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
Queued = list[tuple[str, ...]]
SetTime = Callable[[datetime], None]


def evening(day: int, month: int = 9) -> datetime:
    """Six in the evening in New York in 2026: every link's slots of the day have passed."""
    return datetime(2026, month, day, 22, 0, tzinfo=UTC)


@pytest.fixture
def set_time(monkeypatch: pytest.MonkeyPatch) -> SetTime:
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.fixture
def queued(home: object, monkeypatch: pytest.MonkeyPatch) -> Queued:
    """Jobs are queued here and nobody does them."""
    assert home
    Link.objects.update(state=LinkState.PAUSED)
    jobs: Queued = []
    monkeypatch.setattr(engine, "enqueue", lambda *words: jobs.append(words))
    return jobs


def links(owner: User, count: int, **others: object) -> list[str]:
    """Ids of links that worked on the evening of Saturday 26 September, with figures to Friday."""
    known: dict[str, object] = {"state": LinkState.LINKED, "figures_to": date(2026, 9, 25)}
    known |= dict.fromkeys(("created_at", "linked_at", "last_success_at"), evening(26))
    made = [Link(owner=owner, broker="ibkr", endpoint=Endpoint.SANDBOX, **{**known, **others}) for _ in range(count)]
    return [str(link.pk) for link in Link.objects.bulk_create(made)]


def succeed(moment: datetime) -> None:
    """Every run that is open ends well."""
    going = SyncRun.objects.filter(state__in=runs.OPEN)
    Link.objects.filter(pk__in=going.values("link")).update(last_success_at=moment)
    going.update(state=RunState.DONE)


def test_two_hundred_links_run_once_a_day_spread_over_the_hours(owner: User, queued: Queued, set_time: SetTime) -> None:
    made = links(owner, 200)
    begun: Counter[int] = Counter()
    for step in range(26 * 4):
        moment = datetime(2026, 9, 27, 9, 55, tzinfo=UTC) + step * 15 * MINUTE
        set_time(moment)
        begun[moment.hour] += planner.begin_due()
        succeed(moment + MINUTE)
        assert planner.begin_due() == 0
    days = Counter(job.rpartition("-")[2] for _, job, _ in queued)
    assert sorted(job[:-3] for _, job, _ in queued if job.endswith("-27")) == sorted(f"sync-{key}-2026-09" for key in made)
    assert 0 < days["28"] < 100, "the first two hours of the next day"
    hours = {hour for hour, count in begun.items() if count}
    assert set(range(10, 16)) <= hours <= set(range(10, 17)), "six to noon in New York, and the look after"
    assert max(begun.values()) <= 100
    assert set(SyncRun.objects.filter(owner=owner).values_list("kind", flat=True)) == {RunKind.SCHEDULED}


def test_after_an_outage_each_is_caught_up_once_and_not_all_in_a_minute(owner: User, queued: Queued, set_time: SetTime) -> None:
    links(owner, 240)
    set_time(evening(30))
    assert [planner.begin_due() for _ in range(3)] == [200, 40, 0]
    succeed(evening(30))
    assert planner.begin_due() == 0
    assert len(queued) == 240


@pytest.mark.parametrize("state", [LinkState.PAUSED, LinkState.NEEDS_USER, LinkState.UNLINKED])
def test_what_waits_for_its_user_is_left_alone(owner: User, queued: Queued, set_time: SetTime, state: LinkState) -> None:
    (key,) = links(owner, 1, state=state)
    set_time(evening(28))
    assert planner.begin_due() == 0
    assert runs.next_run_at(Link.objects.get(pk=key)) is None


def test_a_link_that_never_worked_is_tried_again_as_a_first_run(owner: User, queued: Queued, set_time: SetTime) -> None:
    links(owner, 1, state=LinkState.VALIDATING, linked_at=None, last_success_at=None, figures_to=None)
    set_time(evening(28))
    assert planner.begin_due() == 1
    assert SyncRun.objects.get(owner=owner).kind == RunKind.FIRST


def test_a_link_whose_run_goes_on_is_not_due(owner: User, queued: Queued, set_time: SetTime) -> None:
    (key,) = links(owner, 1)
    run = service.sync_now(owner, key)
    set_time(evening(28))
    assert planner.begin_due() == 0
    SyncRun.objects.filter(pk=run.pk).update(state=RunState.FAILED)
    assert planner.begin_due() == 1


def test_pages_can_say_when_it_is_fetched_next(owner: User, queued: Queued, set_time: SetTime) -> None:
    (key,) = links(owner, 1)
    link = Link.objects.get(pk=key)
    set_time(evening(26))
    coming = runs.next_run_at(link)
    assert coming is not None
    assert datetime(2026, 9, 27, 10, tzinfo=UTC) <= coming < datetime(2026, 9, 27, 16, tzinfo=UTC)
    set_time(evening(27))
    assert runs.next_run_at(link) == evening(27), "it is due"


@pytest.fixture
def link(owner: User, flex: Flex, jobs: None) -> Link:
    """One that was linked on Saturday 26 September and has its year; the only one that is not paused."""
    assert flex.server.base
    Link.objects.update(state=LinkState.PAUSED)
    return linked(owner)


def night(link: Link) -> SyncRun:
    """The run that the planner begins now."""
    assert planner.begin_due() == 1
    return ended(SyncRun.objects.filter(link=link).latest("pk"))


def arrives(flex: Flex, first: str, last: str, *fills: Fill) -> None:
    flex.statements = [Answer(statement("U7000001", fills=fills, days=(first, last), made=f"{last};230000"))]


def test_a_night_brings_what_is_new_and_a_week_the_whole_year(link: Link, flex: Flex, set_time: SetTime) -> None:
    tuesday = runs.hours_of(link).moment(str(link.pk), date(2026, 9, 29))
    set_time(tuesday)
    arrives(flex, "20260918", "20260928", Fill(3, "BUY", 120, "20260928"))
    run = night(link)
    assert (run.state, run.kind, run.rows_new, run.note) == (RunState.DONE, RunKind.SCHEDULED, 1, "")
    assert run.workflow_id == f"sync-{link.pk}-2026-09-29"
    after = fresh(link)
    assert (after.figures_to, after.last_full_fetch_at, after.last_success_at) == (date(2026, 9, 28), link.last_full_fetch_at, tuesday)
    set_time(evening(29))
    assert planner.begin_due() == 0
    set_time(evening(3, month=10))
    arrives(flex, "20251003", "20261002", *TRIP[1:], Fill(3, "BUY", 120, "20260928"))
    assert night(link).state == RunState.DONE
    assert flex.asked == [("20260918", "20260928"), ("", "")]
    assert fresh(link).last_full_fetch_at == evening(3, month=10)


def test_a_statement_that_does_not_move_is_asked_for_again_and_then_told(link: Link, flex: Flex, set_time: SetTime) -> None:
    set_time(evening(28))
    arrives(flex, "20260918", "20260925")
    assert night(link).note == ""
    slot = SyncRun.objects.filter(link=link).latest("pk").workflow_id
    assert slot == f"sync-{link.pk}-2026-09-28"
    first = runs.hours_of(link).moment(str(link.pk), date(2026, 9, 29))
    set_time(first)
    assert night(link).note == "The statement ends on Fri 25 Sep 2026; nothing newer was there yet. Fillbook asks again later today."
    assert planner.begin_due() == 0
    assert runs.next_run_at(fresh(link)) == first + 3 * HOUR
    set_time(evening(29))
    run = night(link)
    assert run.workflow_id == f"sync-{link.pk}-2026-09-29-3"
    assert run.note.endswith("Fillbook asks again tomorrow.")
    assert fresh(link).error_code == ""
    set_time(evening(2, month=10))
    night(link)
    told = fresh(link)
    assert (told.state, told.error_kind, told.error_code) == (LinkState.LINKED, "Late", "late")
    assert "still end on Fri 25 Sep 2026, although 4 working days have passed" in told.error_message
    set_time(evening(3, month=10))
    arrives(flex, "20260918", "20261002")
    assert night(link).note == ""
    assert fresh(link).error_code == ""


def test_a_long_outage_leaves_no_gap(link: Link, flex: Flex, set_time: SetTime) -> None:
    """Off from 26 September 2026 to the end of 2027: the year begins on 1 January 2027, and the days before it are asked for."""
    set_time(datetime(2028, 1, 1, 22, tzinfo=UTC))
    year = Answer(statement("U7000001", fills=(), days=("20270101", "20271231")))
    gap = Answer(statement("U7000001", fills=(Fill(3, "BUY", 120, "20261102"),), days=("20260919", "20270107")))
    flex.statements = [year, gap]
    run = night(link)
    assert (run.state, run.rows_new, run.note) == (RunState.DONE, 1, "")
    assert flex.asked == [("", ""), ("20260919", "20270107")]


def test_a_gap_that_cannot_be_had_is_told_and_does_no_harm(link: Link, flex: Flex, set_time: SetTime) -> None:
    set_time(datetime(2028, 1, 1, 22, tzinfo=UTC))
    flex.statements = [Answer(statement("U7000001", fills=(), days=("20270101", "20271231")))]
    run = night(link)
    assert run.state == RunState.DONE
    assert run.note.startswith("The days from Sat 19 Sep 2026 to Thu 7 Jan 2027 are still missing: Interactive Brokers sent other days")
    assert fresh(link).state == LinkState.LINKED


def test_a_link_that_fails_delays_no_other(link: Link, flex: Flex, set_time: SetTime) -> None:
    tokens = [f"71370519138420592881100{digit}" for digit in range(2, 6)]
    owners = [linked(User.objects.create_user(f"{token}@example.org"), token=token).owner for token in tokens]
    flex.of_token[TOKEN] = Script([refused(1018)])
    arrives(flex, "20260918", "20260928")
    set_time(datetime(2026, 9, 29, 16, tzinfo=UTC))
    engine.plan("* * * * * *")
    try:
        others = SyncRun.objects.filter(kind=RunKind.SCHEDULED, owner__in=owners)
        until(lambda: others.filter(state=RunState.DONE).count() == len(owners))
        ticks = len(DBOS.list_workflows(name=workflow.PLAN))
        until(lambda: len(DBOS.list_workflows(name=workflow.PLAN, status="SUCCESS")) >= ticks + 2)
    finally:
        DBOS.delete_schedule(workflow.PLAN)
    assert others.filter(state=RunState.DONE).count() == others.count() == len(owners)
    assert SyncRun.objects.get(kind=RunKind.SCHEDULED, link=link).state != RunState.DONE


def test_the_books_of_what_ended_are_dropped(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    job = ended(service.sync_now(link.owner, link.pk)).workflow_id
    until(lambda: engine.known([job]) == {job: True})
    engine.forget_finished()
    assert engine.known([job])
    monkeypatch.setattr(engine, "KEEP_FINISHED", timedelta(0))
    engine.forget_finished()
    assert engine.known([job]) == {}
