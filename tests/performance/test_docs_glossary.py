"""The glossary's names are the code's names, and each idea has one word."""

import importlib
import re
from pathlib import Path

import pytest

from fillbook.ledger.statement import Severity
from fillbook.trades.records import Basis

PAGE = (Path(__file__).parent.parent.parent / "docs" / "glossary.md").read_text()
NAMES = sorted(set(re.findall(r"`((?:ledger|trades|performance)(?:\.\w+){2})` \|$", PAGE, re.MULTILINE)))


@pytest.mark.parametrize("path", NAMES)
def test_the_name_exists(path: str) -> None:
    module, name = f"fillbook.{path}".rsplit(".", 1)
    assert hasattr(importlib.import_module(module), name)


def test_no_term_is_explained_twice_in_one_table() -> None:
    for table in PAGE.split("\n## ")[1:]:
        terms = re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)[2:]
        assert len(terms) == len(set(terms)) > 1


def test_values_named_are_the_codes_values() -> None:
    assert [value.value for value in Severity] == ["fatal", "warning", "note"]
    assert "own executions, stated by the user, inferred from the broker, unknown" in PAGE
    assert [value.value for value in Basis] == ["executions", "stated", "inferred", "unknown"]
