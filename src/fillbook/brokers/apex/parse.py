"""Read a kept answer of the portal: bytes in, one `ParsedStatement` out.

    envelope      bytes -> account, days, rows            row          a row -> `Activity`
    reading       what words, signs and stamps mean       instruments  what is traded
    facts         `Activity` -> facts of the ledger       findings: what is odd

Pure: no file, no network, no clock. A row that is not understood becomes a finding with all its fields; the others go on.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from fillbook.brokers.apex import findings
from fillbook.brokers.apex.envelope import Envelope, recognize, unseal
from fillbook.brokers.apex.facts import ACTIONS, ENDS, Facts
from fillbook.brokers.apex.hours import check_hours
from fillbook.brokers.apex.reading import Reading, Word
from fillbook.brokers.apex.row import MONEY, POSITIONS, TRADES, Activity, portal_row, shown
from fillbook.brokers.interface import NO_CONFIG, BrokerConfig
from fillbook.brokers.rows import NotUnderstood
from fillbook.ledger.numbers import exact
from fillbook.ledger.pairs import in_place
from fillbook.ledger.statement import AccountStatement, Finding, ParsedStatement

__all__ = ["parse", "recognize"]

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def parse(chunks: Iterable[bytes], config: BrokerConfig = NO_CONFIG) -> ParsedStatement:
    """Read one document.

    Args:
        chunks: its bytes in order.
        config: the operator's words and zone.

    Raises:
        StatementUnreadable: it is no answer of the portal that Fillbook kept.
    """
    kept = unseal(b"".join(chunks))
    reading = Reading.of(config)
    with exact():
        rows, odd = _rows(kept, reading)
        facts = Facts(kept.account, reading)
        left_out = [(row, why) for row in sorted(rows, key=_in_order) if (why := _problem(facts, row))]
        odd += [findings.not_understood(why, row.fields) for row, why in left_out]
        statement = AccountStatement(
            account=kept.account,
            base_currency="USD",
            covers=kept.days,
            executions=tuple(facts.executions),
            corporate_actions=tuple(in_place(facts.actions)),
            transfers=tuple(facts.transfers),
            states_transfers=True,
            cash_movements=tuple(facts.movements),
            cash_since=kept.days.first,
            unusable_rows=sum(row.kind == TRADES for row, _ in left_out),
        )
        told = [*findings.capped(odd), *findings.of_facts(facts), *check_hours(rows, reading)]
    return ParsedStatement((statement,), tuple(told), _fields_met(kept.rows))


def _rows(kept: Envelope, reading: Reading) -> tuple[list[Activity], list[Finding]]:
    """The rows that are activities of the account, and a finding for each other one."""
    rows, odd = [], []
    for raw, place in zip(kept.rows, kept.places, strict=True):
        try:
            row = portal_row(raw, place, reading.zone)
        except NotUnderstood as why:
            odd.append(findings.not_understood(why, shown(raw) if isinstance(raw, dict) else {"row": str(raw)}))
            continue
        if row.account in {"", kept.account}:
            rows.append(row)
        else:
            odd.append(findings.not_understood(NotUnderstood("it is of another account"), row.fields))
    return rows, odd


def _problem(facts: Facts, row: Activity) -> NotUnderstood | None:
    """Make a fact of a row, or say why that cannot be done."""
    try:
        _take(facts, row)
    except NotUnderstood as why:
        return why
    return None


def _in_order(row: Activity) -> tuple[object, ...]:
    """As they happened, so that what is held is known when an option ends; equal rows in an order that does not depend on the answer's."""
    return (row.trade_date, row.at or _LONG_AGO, row.kind != TRADES, row.trade_number, sorted(row.fields.items()))


def _take(facts: Facts, row: Activity) -> None:
    word = facts.reading.phrase(row.text)
    if word is Word.JOURNAL and row.kind != MONEY:
        facts.journals += 1
    elif row.kind == TRADES:
        facts.fill(row)
    elif row.kind == MONEY:
        facts.money(row)
    elif row.kind != POSITIONS:
        raise NotUnderstood("its kind %(value)s is not known", repr(row.kind)) if row.kind else NotUnderstood("it has no kind")
    elif word in ENDS:
        facts.end(row, word)
    elif word in ACTIONS:
        facts.act(row, word)
    elif word is Word.TRANSFER:
        facts.transfer(row)
    else:
        raise NotUnderstood("nothing in it says why the position changed")


def _fields_met(rows: list[object]) -> str:
    """Which fields the rows have, so that a changed answer is noticed."""
    return " ".join(sorted({str(name) for row in rows if isinstance(row, dict) for name in row}))
