"""What a rebuild found, as lines and as JSON."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from fillbook.cli import numbers
from fillbook.cli.numbers import counted
from fillbook.ledger.numbers import plain

if TYPE_CHECKING:
    from fillbook.storage.models import BrokerAccount
    from fillbook.storage.replay import Replayed
    from fillbook.storage.trip_figures import TripChange, TripFigures

NAMES: Final = {
    "symbol": "symbol",
    "side": "side",
    "currency": "currency",
    "opened_on": "opened",
    "closed_on": "closed",
    "is_open": "still open",
    "quantity": "quantity",
    "open_quantity": "still held",
    "realized_pnl": "profit",
    "charges": "fees",
    "base_pnl": "profit in base currency",
    "fills": "fills",
    "counts": "counted",
    "reconciliation": "against the broker's figure",
}
SIGNED: Final = frozenset({"realized_pnl", "charges", "base_pnl"})


def show(account: "BrokerAccount", result: "Replayed") -> None:
    """The account, and each trade that changes with its figures before and after."""
    kind = "" if account.kind == "real" else f" ({account.kind})"
    print(f"Account {account.number}{kind}: {counted(result.statements, 'statement')} read again.")
    if result.identical:
        return
    facts = counted(result.facts, "stored fact reads", "stored facts read")
    trips = counted(len(result.trips), "round trip changes", "round trips change") if result.trips else "no round trip changes"
    print(f"  {facts} differently; {trips}.")
    for change in result.trips:
        for line in _lines(change):
            print(f"    {line}")


def ending(result: "Replayed", *, accepted: bool) -> str:
    """What became of it."""
    if result.identical:
        return "  Everything is the same as before."
    return "  Accepted." if accepted else "  Nothing was changed. To accept, run this in a terminal and say yes, or add --yes."


def entry(account: "BrokerAccount", result: "Replayed", *, accepted: bool) -> dict[str, Any]:
    """One account in the JSON."""
    return {
        "account": result.number,
        "kind": account.kind,
        "statements": result.statements,
        "identical": result.identical,
        "accepted": accepted,
        "facts_changed": result.facts,
        "ledger_hash": {"before": result.ledger[0], "after": result.ledger[1]},
        "derived_hash": {"before": result.derived[0], "after": result.derived[1]},
        "trades": [{"key": one.key, "before": _json(one.before), "after": _json(one.after)} for one in result.trips],
    }


def _json(figures: "TripFigures | None") -> dict[str, Any] | None:
    return None if figures is None else {"fees" if name == "charges" else name: _plain(getattr(figures, name)) for name in NAMES}


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if isinstance(value, date) else value


def _lines(change: "TripChange") -> list[str]:
    named = change.before or change.after
    assert named is not None
    title = f"{named.symbol} {named.side}, {numbers.day(named.opened_on)} to {'now' if named.is_open else numbers.day(named.closed_on)}"
    if change.before is None or change.after is None:
        return [f"{title}: {'new' if change.before is None else 'gone'}, profit {numbers.money(named.realized_pnl)} {named.currency}"]
    different = [name for name in NAMES if getattr(change.before, name) != getattr(change.after, name)]
    return [title] + [f"  {NAMES[name]}: {_said(change.before, name)} → {_said(change.after, name)}" for name in different]


def _said(figures: "TripFigures", name: str) -> str:
    value = getattr(figures, name)
    if name in SIGNED:
        return numbers.money(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return numbers.quantity(value)
    return numbers.day(value) if value is None or isinstance(value, date) else str(value) or numbers.DASH
