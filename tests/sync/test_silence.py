"""A broker that answers nobody is asked by one link at a time; its first answer lets all of them ask again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from fillbook.brokers.interface import Reply, Transient
from fillbook.storage.models import BrokerSilence, LinkState, RunState, User
from fillbook.sync import clock, service, silence
from fillbook.sync.runs import Plan
from tests.sync.conftest import START
from tests.sync.fault_server import Answer
from tests.sync.flex import Flex, statement
from tests.sync.linked import linked
from tests.sync.waiting import ended, fresh

NOTHING = Reply(0, failure="connect")
PLAN = Plan(1, "link-1", "scheduled", "ibkr", sandbox=False, partition="p", unproven=False, memory={})


@pytest.fixture
def plans(home: object) -> list[Plan]:
    """Seven links of one broker."""
    assert home
    BrokerSilence.objects.all().delete()
    return [replace(PLAN, link_id=f"link-{number}") for number in range(7)]


@pytest.fixture
def set_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    return lambda second: monkeypatch.setattr(clock, "now", lambda: START + timedelta(seconds=second))


def may_ask(plan: Plan) -> bool:
    try:
        silence.admit(plan)
    except Transient:
        return False
    return True


def test_one_link_in_trouble_stops_nobody(plans: list[Plan]) -> None:
    for _ in range(20):
        silence.note(plans[0], NOTHING)
    assert all(map(may_ask, plans))


@pytest.mark.parametrize("reply", [NOTHING, Reply(0, failure="timeout"), Reply(503)])
def test_five_links_without_an_answer_make_it_one_at_a_time(plans: list[Plan], set_time: Callable[[int], None], reply: Reply) -> None:
    set_time(0)
    for plan in plans[:5]:
        assert may_ask(plan)
        silence.note(plan, reply)
    assert not any(map(may_ask, plans)), "it was asked just now"
    set_time(61)
    assert [may_ask(plan) for plan in plans] == [True] + [False] * 6
    assert may_ask(plans[0]), "who was killed while asking asks again"
    silence.note(plans[0], reply)
    set_time(100)
    assert not any(map(may_ask, plans))
    set_time(130)
    assert [may_ask(plan) for plan in reversed(plans)] == [True] + [False] * 6
    silence.note(plans[6], Reply(200, b"hello"))
    assert all(map(may_ask, plans))


def test_who_asks_and_never_comes_back_blocks_the_others_for_twenty_minutes(plans: list[Plan], set_time: Callable[[int], None]) -> None:
    set_time(0)
    for plan in plans[:5]:
        silence.note(plan, NOTHING)
    set_time(61)
    assert may_ask(plans[0])
    set_time(61 + 20 * 60)
    assert may_ask(plans[1])


def test_other_brokers_and_the_sandbox_go_on(plans: list[Plan], set_time: Callable[[int], None]) -> None:
    set_time(0)
    for plan in plans[:5]:
        silence.note(plan, NOTHING)
    assert may_ask(replace(PLAN, sandbox=True))
    assert may_ask(replace(PLAN, broker="another"))


@pytest.mark.usefixtures("jobs")
def test_a_silent_broker_is_left_alone_until_it_answers(owner: User, flex: Flex) -> None:
    link = linked(owner)
    flex.statements = [Answer(statement("U7000001", made="20260927;020000"))]
    others = [f"link-{number}" for number in range(silence.MANY)]
    BrokerSilence.objects.all().delete()
    BrokerSilence.objects.create(broker="ibkr", endpoint="sandbox", links=others, asked_until=clock.now() + timedelta(hours=1))
    run = ended(service.sync_now(owner, link.pk))
    assert (run.state, run.error_code, flex.seen) == (RunState.FAILED, "broker_silent", [])
    assert run.error_message == "Interactive Brokers does not answer at present. It is asked again and again for all links, yours included."
    assert fresh(link).state == LinkState.LINKED
    BrokerSilence.objects.update(asked_until=None)
    assert ended(service.sync_now(owner, link.pk)).state == RunState.DONE
    assert not BrokerSilence.objects.exists()
