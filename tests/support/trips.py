"""Golden round trips: what a golden statement must come to, beside it in two files that are worked out by hand.

`NAME.trips.json`     round trips, what is still held, what is left over, and the performance they make.
`NAME.figures.json`   what the broker states (sums, each closing fill, each position), ours beside it, the verdict, and the bridge.

One fact a line; a field that has its ordinary value is left out (basis `executions`, nothing incomplete, no reason). A line `why`
holds the reasoning and is not compared; longer sums stand in a comment of the document. `documents` names the statements of a case
that needs several: they are merged as the database would.

There is no command that writes these files: an expectation that was copied from the program proves nothing.
"""

import importlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from fillbook.ledger.figures import BrokerFigure
from fillbook.ledger.numbers import ZERO, plain
from fillbook.ledger.statement import AccountStatement, DateRange, ParsedStatement
from fillbook.performance import metrics
from fillbook.performance.results import results_in, summarize
from fillbook.trades.account import AccountBook, read_account
from fillbook.trades.reconcile import LineKind, ReconciliationLine
from fillbook.trades.records import Basis, Lot, RoundTrip
from tests.support.golden import STATEMENTS

Facts = dict[str, Any]
"""One account's facts, as they stand in a file."""


def cases(broker: str) -> list[str]:
    """Names of the broker's cases."""
    return sorted(path.name.removesuffix(".trips.json") for path in (STATEMENTS / broker).glob("*.trips.json"))


def documents(broker: str, name: str) -> list[Path]:
    """The statements of a case, oldest first."""
    names = expected(broker, name, "trips").get("documents", [f"{name}.xml"])
    return [STATEMENTS / broker / each for each in names]


def expected(broker: str, name: str, what: str) -> dict[str, Any]:
    """The hand-written expectation. what: `trips` or `figures`."""
    content: dict[str, Any] = json.loads((STATEMENTS / broker / f"{name}.{what}.json").read_text(encoding="utf-8"))
    return content


def books(broker: str, name: str) -> list[AccountBook]:
    """The case's statements read, merged by account and matched."""
    return [read_account(statement) for statement in merged(parsed(path) for path in documents(broker, name))]


def parsed(document: Path) -> ParsedStatement:
    """One document through the parser of its folder's broker."""
    result: ParsedStatement = importlib.import_module(f"fillbook.brokers.{document.parent.name}.parse").parse([document.read_bytes()])
    return result


def merged(statements: Iterable[ParsedStatement]) -> list[AccountStatement]:
    """Statements, oldest first, as one for each account: each row once under its id (the later wins), the latest positions."""
    accounts: dict[str, AccountStatement] = {}
    for statement in statements:
        for account in statement.accounts:
            known = accounts.get(account.account)
            accounts[account.account] = account if known is None else _merge(known, account)
    return [accounts[name] for name in sorted(accounts)]


def _merge(older: AccountStatement, newer: AccountStatement) -> AccountStatement:
    days = [span for span in (older.covers, newer.covers) if span is not None]
    return replace(
        newer,
        base_currency=newer.base_currency or older.base_currency,
        covers=DateRange(min(span.first for span in days), max(span.last for span in days)) if days else None,
        executions=_by_id((*older.executions, *newer.executions), "execution_id"),
        corporate_actions=_by_id((*older.corporate_actions, *newer.corporate_actions), "leg_id"),
        transfers=_by_id((*older.transfers, *newer.transfers), "transfer_id"),
        option_events=tuple(dict.fromkeys((*older.option_events, *newer.option_events))),
        positions=newer.positions if newer.states_positions else older.positions,
        instruments=_by_id((*older.instruments, *newer.instruments), "key"),
        states_positions=newer.states_positions or older.states_positions,
        states_realized_pnl=newer.states_realized_pnl or older.states_realized_pnl,
        states_transfers=newer.states_transfers or older.states_transfers,
        opened_on=newer.opened_on or older.opened_on,
    )


def _by_id(rows: Iterable[Any], name: str) -> tuple[Any, ...]:
    return tuple({getattr(row, name): row for row in rows}.values())


def lines(content: dict[str, Any]) -> list[str]:
    """An expectation, or what was made, as one line a fact, so that a failing test shows the facts that differ."""
    result = []
    for account in content["accounts"]:
        for name, facts in account.items():
            if name not in ("account", "why"):
                each = facts if isinstance(facts, list) else [facts]
                result += [f"{account['account']} {name} {json.dumps(fact, sort_keys=True)}" for fact in _without_why(each)]
    return sorted(result)


def _without_why(facts: list[Any]) -> list[Any]:
    return [{key: value for key, value in fact.items() if key != "why"} if isinstance(fact, dict) else fact for fact in facts]


def trips_of(book: AccountBook) -> Facts:
    """An account's round trips and lots, what is left over, and the performance of those that count."""
    match = book.match
    facts: Facts = {"account": book.statement.account}
    _put(facts, "round_trips", [_trip(trip) for trip in match.round_trips])
    _put(facts, "open_trips", [_trip(trip) for trip in match.open_trips])
    _put(facts, "open_lots", [_lot(lot) for lot in match.open_lots])
    _put(facts, "unmatched", [_unmatched(left.execution.execution_id, left.quantity, left.undetermined) for left in match.unmatched])
    flags = [(flag.instrument.symbol, flag.reason, flag.row_id, _number(flag.ours), _number(flag.broker)) for flag in match.flags]
    _put(facts, "flags", [dict(zip(("instrument", "reason", "id", "ours", "broker"), flag, strict=True)) for flag in flags])
    _put(facts, "performance", _performance(book))
    return facts


def figures_of(book: AccountBook) -> Facts:
    """The broker's figures of an account, ours beside them, and the bridge without its empty steps."""
    facts: Facts = {"account": book.statement.account}
    _put(facts, "realized_pnl", _sums(book.realized_pnl))
    _put(facts, "broker_realized_pnl", _sums(book.broker_realized_pnl))
    _put(facts, "corporate_action_pnl", _sums(book.corporate_action_pnl))
    _put(facts, "fills", [_fill_line(line) for line in book.lines if line.kind is LineKind.FILL])
    positions = {figure.instrument.key: figure for figure in book.statement.positions}
    stated = [line for line in book.lines if line.kind is LineKind.POSITION]
    _put(facts, "positions", [_position_line(line, positions.get(line.id), book.match.open_lots) for line in stated])
    bridge: dict[str, Facts] = defaultdict(dict)
    for step in book.bridge:
        if step.amount:
            bridge[step.currency][step.line] = plain(step.amount)
    _put(facts, "bridge", dict(bridge))
    _put(facts, "findings", [finding.code for finding in book.findings])
    return facts


def _put(facts: Facts, name: str, value: Any) -> None:
    if value:
        facts[name] = value


def _number(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _sums(sums: dict[str, Decimal]) -> Facts:
    """Currencies with an amount: a sum of nothing but zeros says as much as none."""
    return {currency: plain(amount) for currency, amount in sorted(sums.items()) if amount}


def _trip(trip: RoundTrip) -> Facts:
    facts: Facts = {"instrument": trip.instrument.symbol, "side": trip.side.value}
    facts |= {"opened": None if trip.opened_on is None else trip.opened_on.isoformat()}
    if trip.is_open:
        facts["open"] = plain(trip.open_quantity)
    else:
        facts["closed"] = None if trip.closed_on is None else trip.closed_on.isoformat()
    facts |= {"quantity": plain(trip.quantity), "entry": _number(trip.entry_price), "exit": _number(trip.exit_price)}
    facts |= {"fees": plain(trip.charges), "pnl": _number(trip.realized_pnl), "cost": _number(trip.opening_cost)}
    if trip.basis is not Basis.EXECUTIONS:
        facts["basis"] = trip.basis.value
    if trip.incomplete:
        facts["incomplete"] = sorted(trip.incomplete)
    facts["fills"] = [fill.execution_id for fill in trip.fills]
    return facts


def _lot(lot: Lot) -> Facts:
    facts: Facts = {"instrument": lot.instrument.symbol, "quantity": plain(lot.quantity), "cost": _number(lot.cost_basis)}
    if lot.basis is not Basis.EXECUTIONS:
        facts["basis"] = lot.basis.value
    if lot.opened_by:
        facts["opened_by"] = lot.opened_by
    return facts


def _unmatched(name: str, quantity: Decimal, undetermined: bool) -> Facts:
    return {"id": name, "quantity": plain(quantity), **({"undetermined": True} if undetermined else {})}


def _performance(book: AccountBook) -> Facts:
    """The numbers a trader reads first, by the currency of their money; of the round trips that count by default."""
    found = results_in(book.statement.base_currency, [trip for trip in book.match.round_trips if trip.counts])
    facts: Facts = {}
    for currency, results in found.items():
        summary = summarize(results)
        facts[currency] = {
            "trades": metrics.number_of_trades(summary),
            "winners": metrics.winners(summary),
            "losers": metrics.losers(summary),
            "profit": plain(metrics.profit(summary)),
            "fees": plain(metrics.fees(summary)),
            "gain_percent": _rounded(metrics.average_gain_percent(summary)),
        }
    return facts


def _rounded(percent: Decimal | None) -> str | None:
    """To four decimals: enough to see a wrong divisor, few enough to work out by hand."""
    return None if percent is None else plain(percent.quantize(Decimal("0.0001")))


def _fill_line(line: ReconciliationLine) -> Facts:
    facts: Facts = {"id": line.id, "broker": _number(line.broker), "ours": _number(line.ours), "status": line.status.value}
    _put(facts, "reason", line.reason.value)
    return facts


def _position_line(line: ReconciliationLine, figure: BrokerFigure | None, lots: Iterable[Lot]) -> Facts:
    """cost: the broker's. our_cost stands beside it where it is another."""
    costs = [lot.cost_basis for lot in lots if lot.instrument.key == line.id]
    known = [cost for cost in costs if cost is not None]
    ours = sum(known, ZERO) if costs and len(known) == len(costs) else None
    cost = None if figure is None else figure.cost_basis
    facts: Facts = {"instrument": line.instrument.symbol, "broker": _number(line.broker), "ours": _number(line.ours)}
    facts |= {"cost": _number(cost), "status": line.status.value}
    if ours != cost:
        facts["our_cost"] = _number(ours)
    _put(facts, "reason", line.reason.value)
    return facts
