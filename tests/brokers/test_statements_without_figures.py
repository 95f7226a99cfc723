"""Golden statements of brokers that state no figures of their own: what each document means, and the round trips it makes."""

from pathlib import Path

import pytest

from fillbook.brokers import registry
from fillbook.cli.answer import read_file
from fillbook.trades.account import AccountBook
from tests.support import golden, trips
from tests.support.invariants import broken

BROKERS = ("apex", "tastytrade")
DOCUMENTS = [path for broker in BROKERS for path in golden.documents(broker)]
CASES = [(broker, name) for broker in BROKERS for name in trips.cases(broker)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_document_means_what_was_worked_out(document: Path) -> None:
    assert golden.render(document).splitlines() == golden.expected_path(document).read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("broker", "name"), CASES)
def test_round_trips_are_as_worked_out(broker: str, name: str) -> None:
    books = trips.books(broker, name)
    made = {"accounts": [trips.trips_of(book) for book in books]}
    assert trips.lines(made) == trips.lines(trips.expected(broker, name, "trips"))
    assert [sentence for book in books for sentence in broken(book)] == []


@pytest.mark.parametrize(("broker", "name"), CASES)
def test_check_finds_the_broker_by_the_file_alone_and_shows_the_same_profit(broker: str, name: str) -> None:
    (document,) = trips.documents(broker, name)
    found = registry.recognize(document.read_bytes()[:8192])
    assert found is not None
    assert found.broker == broker
    books: list[AccountBook] = trips.books(broker, name)
    (answer,) = read_file(document.name, (), books)["accounts"]
    (wanted,) = trips.expected(broker, name, "trips")["accounts"]
    assert answer["account"] == wanted["account"]
    assert {line["status"] for line in answer["differences"]} <= {"unstated"}


def test_no_statement_is_recognized_by_two_brokers() -> None:
    for path in [*DOCUMENTS, *golden.documents("ibkr")]:
        head = path.read_bytes()[:8192]
        assert sum(one.recognize(head) for one in registry.connectors().values()) <= 1, path.name
