"""Fills that come back under other ids, also in the days at the end of a statement in which a missing row means nothing by itself."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fillbook.ledger.events import OptionEvent, OptionEventKind
from fillbook.ledger.execution import Execution
from fillbook.ledger.statement import AccountStatement
from fillbook.storage.hashes import ledger_hash
from fillbook.storage.models import BrokerAccount, OptionEventRow, RowState
from fillbook.storage.planning import Counts
from tests.storage.deliveries import day_of, days, deliver, ledger_of, only_account, person, says
from tests.trades.builders import ACCOUNT, STOCK, fill

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

EARLY, LATE = fill(1, 10, 20, day=20), fill(2, -10, 22, day=57)
"""One well inside the sixty days, one three days before their end."""


def under(number: int, row: Execution) -> Execution:
    """The same fill under another id."""
    return replace(row, execution_id=str(number))


def current(account: BrokerAccount) -> set[str]:
    return {row_id for row_id, (state, _) in ledger_of(account).items() if state == "current"}


def in_any_order(*statements: AccountStatement) -> list[set[str]]:
    """What is current after each order of the statements, each told once."""
    found: list[set[str]] = []
    hashes: list[str] = []
    for number, order in enumerate(permutations(statements)):
        owner = person(f"trader{number}")
        for statement in order:
            deliver(owner, statement)
        account = BrokerAccount.objects.get(owner=owner)
        found += [current(account)] if current(account) not in found else []
        hashes += [ledger_hash(account)] if ledger_hash(account) not in hashes else []
    assert len(hashes) == len(found)
    return found


def all_of(numbers: Sequence[int], *rows: Execution) -> list[Execution]:
    return [under(number, row) for number, row in zip(numbers, rows, strict=True)]


def test_every_fill_under_a_new_id_is_still_one_fill() -> None:
    owner = person()
    deliver(owner, says(EARLY, LATE, covers=days(0, 60)))
    written = deliver(owner, says(under(81, EARLY), under(82, LATE), covers=days(0, 60), written=1))
    assert written.counts == Counts(changed=2)
    assert written.accounts[0].instruments == frozenset({"101"})
    assert current(only_account()) == {"81", "82"}


def test_whatever_comes_first_it_is_the_same() -> None:
    old, again = says(EARLY, LATE, covers=days(0, 60)), says(LATE, covers=days(50, 60), written=1)
    new = says(under(81, EARLY), under(82, LATE), covers=days(0, 60), written=2)
    assert in_any_order(old, again, new) == [{"81", "82"}]


def test_old_ids_that_come_back_take_the_place_of_the_new_ones() -> None:
    rows = [fill(1, 10, 20, day=2), fill(2, 5, 21, day=30), fill(3, -15, 22, day=57)]
    old, new = says(*rows), says(*all_of([81, 82, 83], *rows), written=1)
    assert in_any_order(old, new, says(*rows, written=2)) == [{"1", "2", "3"}]


def test_a_third_set_of_ids_takes_the_place_of_both() -> None:
    new, third = says(under(82, LATE), written=1), says(under(92, LATE), written=2)
    assert in_any_order(says(LATE), new, third, says(under(82, LATE), written=3)) == [{"82"}]


def test_only_one_of_two_statements_is_of_the_day() -> None:
    assert in_any_order(says(LATE, covers=days(0, 40)), says(under(82, LATE), covers=days(50, 60), written=1)) == [{"82"}]


def test_a_price_that_is_corrected_after_the_new_id_changes_no_pair() -> None:
    new = under(82, LATE)
    assert in_any_order(says(LATE), says(new, written=1), says(replace(new, price=Decimal(23)), written=2)) == [{"82"}]
    account = BrokerAccount.objects.earliest("pk")
    assert {(name, ledger_of(account)[name]) for name in current(account)} == {("82", ("current", "23"))}


def test_equal_fills_in_any_order_stay_as_many_as_they_are() -> None:
    twin = under(3, LATE)
    new = says(under(82, LATE), under(83, LATE), written=2)
    assert in_any_order(says(LATE, twin), says(LATE, written=1), new) == [{"82", "83"}]


def test_one_of_two_equal_fills_that_is_missing_at_the_end_stays() -> None:
    assert in_any_order(says(LATE, under(3, LATE)), says(LATE, written=1)) == [{"2", "3"}]


def test_two_equal_fills_of_which_each_is_missing_once_stay_two() -> None:
    both, one, other = says(LATE, under(3, LATE)), says(LATE, written=1), says(under(3, LATE), written=2)
    assert in_any_order(both, one, other) == [{"2", "3"}]


def test_two_equal_fills_stay_two_though_the_second_comes_under_a_new_id_alone() -> None:
    both, one = says(LATE, under(3, LATE)), says(LATE, written=1)
    assert in_any_order(both, one, says(under(83, LATE), written=2)) == [{"2", "83"}]


def test_two_equal_fills_are_one_again_once_the_days_are_no_end_any_more() -> None:
    """The last statement ends ten days later, so that what it lacks is denied, and so is what was told of two before."""
    both, one = says(LATE, under(3, LATE)), says(LATE, written=1)
    assert in_any_order(both, one, says(under(3, LATE), covers=days(0, 70), written=2)) == [{"3"}]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sets(st.sampled_from([2, 3, 82]), min_size=1, max_size=2), min_size=3, max_size=5), st.randoms(use_true_random=False))
def test_as_many_equal_fills_are_real_as_any_statement_has(told: list[set[int]], chance: Random) -> None:
    """At the end of a period, where a missing row means nothing: the count by the fullest statement, the ids by the latest ones."""
    last = {number: when for when, numbers in enumerate(told) for number in sorted(numbers)}
    latest = sorted(last, key=lambda number: (last[number], number), reverse=True)
    expected = {str(number) for number in latest[: max(map(len, told))]}
    statements = [says(EARLY, *(under(number, LATE) for number in sorted(numbers)), written=when) for when, numbers in enumerate(told)]
    chance.shuffle(statements)
    with transaction.atomic():
        owner = person()
        for statement in statements:
            deliver(owner, statement)
        assert current(only_account()) - {"1"} == expected
        transaction.set_rollback(True)


def test_a_fill_of_two_alone_under_a_new_id_leaves_the_other() -> None:
    assert in_any_order(says(LATE, under(3, LATE)), says(under(82, LATE), under(3, LATE), written=1)) == [{"3", "82"}]


def test_events_without_ids_are_paired_as_well() -> None:
    event = OptionEvent(ACCOUNT, STOCK, OptionEventKind.EXPIRATION, day_of(57), Decimal(-1), trade_id="9")
    new = replace(event, trade_id="889")
    in_any_order(says(event), says(new, written=1), says(event, written=2))
    assert set(OptionEventRow.objects.filter(state=RowState.CURRENT).values_list("trade_id", flat=True)) == {"9"}


def test_one_more_equal_fill_brings_back_what_stood_for_it() -> None:
    """Told late, an old statement knows of two fills: the strongest two of four ids are believed."""
    first, second = says(under(9, LATE), written=1), says(under(82, LATE), written=2)
    assert in_any_order(first, second, says(LATE, under(3, LATE))) == [{"9", "82"}]


def test_equal_fills_stay_as_many_as_they_are() -> None:
    owner, twin = person(), under(3, LATE)
    deliver(owner, says(LATE, covers=days(0, 60)))
    deliver(owner, says(LATE, twin, covers=days(0, 60), written=1))
    assert current(only_account()) == {"2", "3"}
    deliver(owner, says(under(82, LATE), under(83, twin), covers=days(0, 60), written=2))
    assert current(only_account()) == {"82", "83"}


def test_a_fill_that_is_only_missing_at_the_end_stays_beside_another_one() -> None:
    owner = person()
    deliver(owner, says(LATE, covers=days(0, 60)))
    deliver(owner, says(fill(4, -10, 23, day=57), covers=days(0, 60), written=1))
    assert current(only_account()) == {"2", "4"}


def test_days_that_a_statement_does_not_cover_are_none_of_its_business() -> None:
    owner = person()
    deliver(owner, says(LATE, covers=days(50, 60)))
    deliver(owner, says(under(82, LATE), covers=days(0, 40), written=1))
    assert current(only_account()) == {"2", "82"}
