"""Every golden statement becomes the ledger beside it, however its bytes are cut."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from fillbook.brokers.ibkr.parse import parse
from fillbook.brokers.interface import StatementUnreadable
from fillbook.ledger.money import amount
from tests.support import golden

DOCUMENTS = [path for path in golden.documents("ibkr") if golden.expected_path(path).exists()]
CONTRADICT = {"window-cost-disagrees"}
"""Statements whose rows contradict themselves on purpose."""
READ = [path for path in DOCUMENTS if '"refused"' not in golden.expected_path(path).read_text(encoding="utf-8")]


def name(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_becomes_the_ledger_beside_it(document: Path) -> None:
    assert golden.render(document) == golden.expected_path(document).read_text(encoding="utf-8")


@pytest.mark.parametrize("document", READ, ids=name)
def test_reads_the_same_in_pieces_of_any_size(document: Path) -> None:
    content = document.read_bytes()
    pieces = (content[start : start + 97] for start in range(0, len(content), 97))
    assert parse(pieces) == parse([content]) == parse([b"", content, b""])


@pytest.mark.parametrize("document", READ, ids=name)
def test_every_fact_leads_back_to_its_row(document: Path) -> None:
    content = document.read_bytes()
    for account in parse([content]).accounts:
        for fill in account.executions:
            assert content.startswith(b"<Trade ", fill.place)
        for action in account.corporate_actions:
            assert content.startswith(b"<CorporateAction ", action.place)
        for position in account.positions:
            assert content.startswith(b"<OpenPosition ", position.place)


def test_keeps_nothing_of_the_person() -> None:
    content = (golden.STATEMENTS / "ibkr" / "all-sections.xml").read_bytes()
    assert b'name="Test Owner"' in content
    assert "Owner" not in repr(parse([content]))


@pytest.mark.parametrize("document", READ, ids=name)
def test_a_statement_cut_anywhere_is_refused(document: Path) -> None:
    content = document.read_bytes().rstrip()
    for end in range(0, len(content), max(1, len(content) // 40)):
        with pytest.raises(StatementUnreadable):
            parse([content[:end]])


@pytest.mark.parametrize("document", [path for path in READ if path.stem not in CONTRADICT], ids=name)
def test_the_rows_pnl_follows_from_its_amounts_where_it_can(document: Path) -> None:
    """The statements are true to the broker's own identity, save where the broker breaks it: deliveries, cash settlement, cancels."""
    for account in parse([document.read_bytes()]).accounts:
        for fill in account.executions:
            if fill.broker_realized_pnl and fill.broker_cost is not None and fill.kind.value in {"trade", "fraction", "expiry"}:
                assert fill.broker_realized_pnl == amount(fill) + fill.broker_cost


def test_every_document_has_an_expectation() -> None:
    """Its ledger, or (of statements that show what trades make of it) its round trips."""
    for path in golden.documents("ibkr"):
        assert golden.expected_path(path).exists() or path.with_suffix(".trips.json").exists(), path.name


def test_the_list_of_cases_is_whole() -> None:
    wanted = (
        "partial-fills scaling short reversal expiry assigned-call split option-split several-accounts several-currencies "
        "dates-month-first dates-day-first dates-told-by-order dates-undecidable no-date-time trade-time breakout-by-day orders-and-lots "
        "positions-by-lot positions-both missing-fields unknown-names option-events thousands models cancel-and-rebook repeated-rows "
        "transfers corporate-actions asset-classes pnl-off all-sections"
    )
    assert {path.stem for path in DOCUMENTS} >= set(wanted.split())


def test_rows_of_one_instrument_share_it() -> None:
    document = golden.STATEMENTS / "ibkr" / "partial-fills.xml"
    fills = parse([document.read_bytes()]).accounts[0].executions
    assert len({id(fill.instrument) for fill in fills}) == 1
    assert fills[0].instrument.multiplier == Decimal(1)


def test_an_expectation_is_not_overwritten_unless_forced(tmp_path: Path) -> None:
    folder = tmp_path / "ibkr"
    folder.mkdir()
    document = folder / "short.xml"
    document.write_bytes((golden.STATEMENTS / "ibkr" / "short.xml").read_bytes())
    assert golden.generate([document], force=False) == 0
    expected = golden.expected_path(document)
    assert json.loads(expected.read_text(encoding="utf-8"))["accounts"][0]["account"] == "U9000001"
    expected.write_text("checked by hand", encoding="utf-8")
    assert golden.generate([document], force=False) == 1
    assert golden.compare([document]) == 1
    assert expected.read_text(encoding="utf-8") == "checked by hand"
    assert golden.generate([document], force=True) == 0
    assert golden.compare([document]) == 0
