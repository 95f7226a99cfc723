"""Everything that the core can say has words."""

import re
from pathlib import Path

from fillbook.cli import words
from fillbook.ledger.statement import Severity
from fillbook.trades.bridge import LINES, ROUNDING
from fillbook.trades.completeness import Completeness
from fillbook.trades.reasons import SENTENCES, Reason
from fillbook.trades.reconcile import LineKind, Status
from fillbook.trades.records import Incomplete
from fillbook.trades.settings import AssignmentView, Grouping, MatchingMethod

TRADES = Path(__file__).parent.parent.parent / "src" / "fillbook" / "trades"


def test_every_code_has_words() -> None:
    assert set(words.BRIDGE) == {*LINES, ROUNDING}
    assert set(words.STATUS) == set(Status)
    assert set(words.INCOMPLETE) == set(Incomplete)
    assert set(words.SEVERITY_MARK) == set(Severity)
    assert set(words.COMPARED) == set(LineKind)
    assert set(words.COMPLETENESS) == set(Completeness)
    assert set(SENTENCES) == set(Reason)
    assert set(words.SETTINGS) == {*Grouping, *MatchingMethod, *AssignmentView}


def test_every_flag_that_matching_raises_has_words() -> None:
    raised = {code for path in TRADES.glob("*.py") for code in re.findall(r'\.flag\([^"]*?"(\w+)"', path.read_text("utf-8"))}
    assert len(raised) >= 3
    assert raised == set(words.FLAGS)
