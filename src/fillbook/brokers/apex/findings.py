"""The findings of a document: a code with its parameters each, and the sentences of `sentences`, which pages say in other languages."""

from collections.abc import Mapping, Sequence
from typing import Final

from fillbook.brokers.apex.facts import Facts
from fillbook.brokers.apex.sentences import SENTENCES
from fillbook.brokers.rows import NotUnderstood
from fillbook.ledger.statement import Finding, Severity

_SHOWN: Final = 25
_PRIVATE: Final = frozenset({"accountTitle", "accountNumber"})
_LONGEST: Final = 200


def _finding(severity: Severity, code: str, params: Mapping[str, str]) -> Finding:
    return Finding(severity, code, SENTENCES.message(code, params), SENTENCES.remedy(code, params), params)


def not_understood(problem: NotUnderstood, fields: Mapping[str, str]) -> Finding:
    """A row that is left out, with all its fields, so that its owner can see what it is."""
    params = {name: text[:_LONGEST] for name, text in fields.items() if name not in _PRIVATE}
    said = "; ".join(f"{name} {text!r}" for name, text in params.items())[:1000] or "nothing"
    day = fields.get("tradeDate", "an unknown day")
    told = {"on": day, "why": problem.why, "value": problem.value, "said": said}
    return _finding(Severity.WARNING, "row_not_understood", {**params, **told})


def capped(found: Sequence[Finding]) -> list[Finding]:
    """The first of many, and how many more there are."""
    if len(found) <= _SHOWN:
        return list(found)
    return [*found[:_SHOWN], _finding(Severity.WARNING, "rows_not_understood", {"count": str(len(found) - _SHOWN)})]


def of_facts(facts: Facts) -> list[Finding]:
    """What is odd about rows that were understood."""
    told = []
    if facts.untold_net:
        first = facts.untold_net[0]
        count, symbol = str(len(facts.untold_net)), first.symbol or first.underlying
        params = {"count": count, "day": str(first.trade_date), "symbol": symbol}
        told.append(_finding(Severity.WARNING, "net_amount_disagrees", params))
    if facts.journals:
        told.append(_finding(Severity.NOTE, "journals", {"count": str(facts.journals)}))
    return told


def outside_hours(outside: int, total: int, zone: str, better: str) -> Finding:
    """Stamps that fit no session. better: a zone in which they would, "" for none."""
    code = "stamps_of_another_zone" if better else "stamps_outside_hours"
    return _finding(Severity.WARNING, code, {"outside": str(outside), "total": str(total), "zone": zone, "better": better})
