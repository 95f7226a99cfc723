"""Every fault script of the pretend broker, each played to a link that has worked: right state, few requests, data intact, others unharmed.

Waits are scaled and tries are fewer. As many as they really are, on both databases: `python3 run.py long faults`.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from fillbook.brokers.ibkr import protocol
from fillbook.sandbox.changes import RESTATED_BY
from fillbook.sandbox.faults import SCRIPTS
from fillbook.sync import clock, engine, policy, silence
from tests.sync import broker_faults
from tests.sync.broker_faults import NOW, UNDISTURBED, Outcome

TRIES, POLLS = 2, 3
PACE = engine.Pace(scale=broker_faults.SCALE, look_sandbox=0.05, look_runs=0.1, plan="")


@pytest.fixture(scope="module")
def outcomes(home: Path) -> Iterator[dict[str, Outcome]]:
    assert home.exists()
    with pytest.MonkeyPatch.context() as patch, broker_faults.broker() as server:
        patch.setattr(protocol, "MAX_POLLS", POLLS - 1)
        patch.setattr(policy, "MAX_TRIES", TRIES)
        patch.setattr(policy, "NOT_READY_FOR", policy.HOUR)  # a quarter, half an hour, and no whole one
        patch.setattr(clock, "now", lambda: NOW)
        patch.setattr(silence, "MANY", 1000)  # so many failing links are no failing broker
        engine.launch(pace=PACE)
        expected = broker_faults.expectations(TRIES, POLLS, slow_tries=3)
        found = broker_faults.play(server, expected, undisturbed=5)
        yield {outcome.name: outcome for outcome in found}
        engine.shutdown()


def test_every_fault_ends_as_it_should(outcomes: dict[str, Outcome]) -> None:
    assert len(outcomes) >= 40 + 5
    assert set(SCRIPTS) < set(outcomes)
    assert {name: outcome.wrong for name, outcome in outcomes.items() if outcome.wrong} == {}


def test_what_the_broker_corrects_moves_the_profit_by_so_much(outcomes: dict[str, Outcome]) -> None:
    """The last fill sold 10 at 59.21 for 1.25, which had cost 442.421: 592.10 - 1.25 - 442.421 = 148.429. Half a euro more each is 5."""
    assert Decimal("0.5") == RESTATED_BY
    assert {name: outcome.profit - outcome.before for name, outcome in outcomes.items() if outcome.profit != outcome.before} == {
        "restated-price": Decimal(5),
        "rebooked": Decimal(5),
        "cancelled": Decimal("-148.429"),
        "equal-fills": Decimal("296.858"),
    }


def test_the_others_were_not_disturbed(outcomes: dict[str, Outcome]) -> None:
    others = [outcome for name, outcome in outcomes.items() if name.startswith(UNDISTURBED)]
    assert [(outcome.wrong, outcome.sends, outcome.gets) for outcome in others] == [("", 1, 1)] * 5
