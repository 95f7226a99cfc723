"""The findings of a file: a code with its parameters each, and the sentences of `sentences`, which pages say in other languages."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from fillbook.brokers.rows import NotUnderstood
from fillbook.brokers.tastytrade.sentences import SENTENCES
from fillbook.brokers.tastytrade.table import Line
from fillbook.ledger.statement import Finding, Severity

_SHOWN: Final = 25
_LONGEST: Final = 200
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def _finding(severity: Severity, code: str, params: Mapping[str, str] = NOTHING) -> Finding:
    return Finding(severity, code, SENTENCES.message(code, params), SENTENCES.remedy(code, params), params)


def not_understood(line: Line, problem: NotUnderstood) -> Finding:
    """A row that is left out, with all its cells."""
    cells = {name: text.strip()[:_LONGEST] for name, text in line.cells.items() if text.strip()}
    said = "; ".join(f"{name} {text!r}" for name, text in cells.items())[:1000]
    params = {"line": str(line.number), **cells, "why": problem.why, "value": problem.value, "said": said}
    return _finding(Severity.WARNING, "row_not_understood", params)


def capped(found: Sequence[Finding]) -> list[Finding]:
    """The first of many, and how many more there are."""
    if len(found) <= _SHOWN:
        return list(found)
    return [*found[:_SHOWN], _finding(Severity.WARNING, "rows_not_understood", {"count": str(len(found) - _SHOWN)})]


def unnamed() -> Finding:
    """Nothing in the file tells whose account it is."""
    return _finding(Severity.NOTE, "account_unnamed")


def old_form() -> Finding:
    """The form until 2021: no zone, no seconds, and other identities than today's form."""
    return _finding(Severity.NOTE, "old_form")
