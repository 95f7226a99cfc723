"""Findings with their sentences: what is so, what it costs, what to do. Codes are stable; pages translate them by code and parameters."""

from collections.abc import Mapping, Sequence
from typing import Final

from fillbook.brokers.apex.facts import Facts
from fillbook.ledger.statement import Finding, Severity

_SHOWN: Final = 25
_PRIVATE: Final = frozenset({"accountTitle", "accountNumber"})
_LONGEST: Final = 200


def not_understood(why: str, fields: Mapping[str, str]) -> Finding:
    """A row that is left out, with all its fields, so that its owner can see what it is."""
    params = {name: text[:_LONGEST] for name, text in fields.items() if name not in _PRIVATE}
    listed = "; ".join(f"{name} {text!r}" for name, text in params.items())
    return Finding(
        Severity.WARNING,
        "row_not_understood",
        f"A row of {fields.get('tradeDate', 'an unknown day')} was left out because {why}. It says: {listed[:1000] or 'nothing'}.",
        "The row is kept. Once Fillbook knows what it means, reading the documents again takes it in; nothing has to be fetched anew.",
        params,
    )


def capped(found: Sequence[Finding]) -> list[Finding]:
    """The first of many, and how many more there are."""
    if len(found) <= _SHOWN:
        return list(found)
    more = len(found) - _SHOWN
    message = f"{more:,} more rows were left out because they were not understood."
    return [*found[:_SHOWN], Finding(Severity.WARNING, "rows_not_understood", message, "", {"count": str(more)})]


def of_facts(facts: Facts) -> list[Finding]:
    """What is odd about rows that were understood."""
    told = []
    if facts.untold_net:
        first = facts.untold_net[0]
        params = {"count": str(len(facts.untold_net)), "day": str(first.trade_date), "symbol": first.symbol or first.underlying}
        message = (
            f"The net amount of {params['count']} fills (the first: {params['symbol']} on {params['day']}) does not follow from quantity, "
            "price and charges. Quantity and price were used."
        )
        told.append(Finding(Severity.WARNING, "net_amount_disagrees", message, "Compare these fills with your confirmations.", params))
    if facts.journals:
        message = f"{facts.journals} rows move something between cash and margin inside the account; they are no trades and were left out."
        told.append(Finding(Severity.NOTE, "journals", message, "", {"count": str(facts.journals)}))
    return told


def outside_hours(outside: int, total: int, zone: str, better: str) -> Finding:
    """Stamps that fit no session."""
    fits = f" Read as {better} they fit." if better else ""
    return Finding(
        Severity.WARNING,
        "stamps_outside_hours",
        f"{outside} of {total} fills lie outside the trading hours when their times are read as {zone}.{fits} Times of day may be wrong.",
        "The operator of this site can set the zone of the times for this broker and then read the documents again.",
        {"outside": str(outside), "total": str(total), "zone": zone, "better": better},
    )
