"""A thousand mutated statements through all of `check`, and a real-looking one cut short: a sample of `python3 run.py long fuzz`."""

import random

import pytest

from fillbook.brokers.ibkr.parse import parse
from fillbook.brokers.interface import StatementUnreadable
from tests.support import fuzzing
from tests.support.mutations import MUTATORS, Mutator

DOCUMENTS = fuzzing.originals()


def test_a_thousand_mutated_statements_are_taken_well() -> None:
    figures = fuzzing.hunt(0, 1000)
    assert figures.shortfalls == [], "`python3 run.py long fuzz --count 1 --seed SEED` runs one of them"
    assert figures.read + figures.refused == 1000
    assert figures.read > 300, "mutations should leave most documents readable, or they reach the parser alone"
    assert figures.refused > 100
    assert len(figures.refusals) > 5


def test_a_seed_is_one_statement() -> None:
    assert fuzzing.document_of(42, DOCUMENTS) == fuzzing.document_of(42, DOCUMENTS)
    assert fuzzing.document_of(42, DOCUMENTS) != fuzzing.document_of(43, DOCUMENTS)


@pytest.mark.parametrize("mutator", dict.fromkeys(MUTATORS), ids=lambda mutator: mutator.__name__)
def test_each_mutator_changes_documents(mutator: Mutator) -> None:
    dice = random.Random(7)
    changed = [mutator(content, dice) != content for _, content in DOCUMENTS[:20]]
    assert sum(changed) >= 5


def test_each_kind_of_trouble_costs_its_seed_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(fuzzing.TROUBLE, "exception@1 memory@2 slow@3 died@4")
    figures = fuzzing.hunt(0, 6, 1)
    assert [(shortfall.seed, shortfall.what) for shortfall in figures.shortfalls] == [
        (1, "exception"),
        (2, "memory"),
        (3, "slow"),
        (4, "died"),
    ]


def test_a_statement_cut_short_is_refused() -> None:
    _, content = DOCUMENTS[-2]
    whole = len(content.rstrip())
    ends = {*range(0, whole, 499), *range(whole - 60, whole)}
    for end in sorted(ends):
        with pytest.raises(StatementUnreadable):
            parse([content[:end]])
    assert parse([content[:whole]]).accounts
