"""Golden statements from bytes to figures: parsed, matched, measured, and set beside the broker's own totals."""

import xml.etree.ElementTree as ET
from collections import defaultdict
from decimal import Decimal
from functools import cache

import pytest

from fillbook.cli.answer import read_file
from fillbook.ledger.numbers import exact, plain
from fillbook.trades.account import AccountBook
from fillbook.trades.reconcile import CENT, LineKind, Status
from tests.support import trips
from tests.support.invariants import broken

CASES = trips.cases("ibkr")
SINGLE = [name for name in CASES if len(trips.documents("ibkr", name)) == 1]


@cache
def books(name: str) -> list[AccountBook]:
    return trips.books("ibkr", name)


@pytest.mark.parametrize("name", CASES)
def test_round_trips_and_performance_are_as_worked_out(name: str) -> None:
    made = {"accounts": [trips.trips_of(book) for book in books(name)]}
    assert trips.lines(made) == trips.lines(trips.expected("ibkr", name, "trips"))


@pytest.mark.parametrize("name", CASES)
def test_the_brokers_figures_stand_beside_ours_as_worked_out(name: str) -> None:
    made = {"accounts": [trips.figures_of(book) for book in books(name)]}
    assert trips.lines(made) == trips.lines(trips.expected("ibkr", name, "figures"))


@pytest.mark.parametrize("name", CASES)
def test_the_bridge_adds_up_and_the_listed_lines_account_for_every_difference(name: str) -> None:
    assert [sentence for book in books(name) for sentence in broken(book)] == []


@pytest.mark.parametrize("name", CASES)
def test_check_answers_with_what_was_worked_out(name: str) -> None:
    """The JSON of `fillbook check` has the figures that the expectation has, and lists every fill that is not equal or inferred."""
    answers = {account["account"]: account for account in read_file(name, (), books(name))["accounts"]}
    for wanted in trips.expected("ibkr", name, "figures")["accounts"]:
        answer = answers[wanted["account"]]
        for sums in ("realized_pnl", "broker_realized_pnl", "corporate_action_pnl"):
            assert {currency: text for currency, text in answer[sums].items() if text != "0"} == wanted.get(sums, {})
        listed = [line["id"] for line in answer["differences"] if line["kind"] == "fill"]
        fills = wanted.get("fills", [])
        assert listed == [
            fill["id"] for fill in fills if fill["status"] not in ("equal", "inferred") or fill.get("reason") == "cancel_chain"
        ]


@pytest.mark.parametrize("name", CASES)
def test_an_equal_position_costs_what_the_broker_says(name: str) -> None:
    """Unless the expectation shows both costs: then the reason stands in the document."""
    told = {
        (account["account"], fact["instrument"])
        for account in trips.expected("ibkr", name, "figures")["accounts"]
        for fact in account.get("positions", [])
        if "our_cost" in fact
    }
    for book in books(name):
        figures = {figure.instrument.key: figure for figure in book.statement.positions}
        for line in book.lines:
            if line.kind is LineKind.POSITION and line.status in (Status.EQUAL, Status.INFERRED):
                cost = figures[line.id].cost_basis
                ours = [lot.cost_basis for lot in book.match.open_lots if lot.instrument.key == line.id]
                if (book.statement.account, line.instrument.symbol) not in told:
                    assert cost is not None
                    assert abs(sum(each for each in ours if each is not None) - cost) <= CENT


@pytest.mark.parametrize("name", SINGLE)
def test_the_expected_sums_are_those_of_the_document(name: str) -> None:
    """Read once more without the parser: the plain sum of the column in the section Trades."""
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    (document,) = trips.documents("ibkr", name)
    for row in ET.parse(document).getroot().iter("Trade"):
        stated = row.get("fifoPnlRealized", "0").replace(",", "")
        with exact():
            sums[row.get("accountId", "")][row.get("currency", "")] += Decimal(stated)
    for account in trips.expected("ibkr", name, "figures")["accounts"]:
        found = {currency: plain(amount) for currency, amount in sums[account["account"]].items() if amount}
        assert found == account.get("broker_realized_pnl", {})
