"""Findings with their sentences: what is so, what it costs, what to do. Codes are stable; pages translate them by code and parameters."""

from collections.abc import Sequence
from typing import Final

from fillbook.brokers.tastytrade.table import Line
from fillbook.ledger.statement import Finding, Severity

_SHOWN: Final = 25
_LONGEST: Final = 200


def not_understood(line: Line, why: str) -> Finding:
    """A row that is left out, with all its cells."""
    params = {name: text.strip()[:_LONGEST] for name, text in line.cells.items() if text.strip()}
    listed = "; ".join(f"{name} {text!r}" for name, text in params.items())
    return Finding(
        Severity.WARNING,
        "row_not_understood",
        f"Line {line.number} was left out because {why}. It says: {listed[:1000]}.",
        "The file is kept. Once Fillbook knows what the line means, reading the files again takes it in.",
        {"line": str(line.number), **params},
    )


def capped(found: Sequence[Finding]) -> list[Finding]:
    """The first of many, and how many more there are."""
    if len(found) <= _SHOWN:
        return list(found)
    more = len(found) - _SHOWN
    message = f"{more:,} more lines were left out because they were not understood."
    return [*found[:_SHOWN], Finding(Severity.WARNING, "rows_not_understood", message, "", {"count": str(more)})]


def unnamed() -> Finding:
    """Nothing in the file tells whose account it is."""
    return Finding(
        Severity.NOTE,
        "account_unnamed",
        "The file does not say which account it is of, so all such files of yours are kept as one account.",
        "If you have several accounts at tastytrade, upload the files of one of them only.",
    )


def old_form() -> Finding:
    """The form until 2021: no zone, no seconds, and other identities than today's form."""
    return Finding(
        Severity.NOTE,
        "old_form",
        "This is the form in which tastytrade wrote its history until 2021. Its times are by the clock of whoever downloaded it, so they "
        "are left out, and its account is kept apart from that of newer files.",
        "Download the same years again: today's form has exact times and belongs together with newer files.",
    )
