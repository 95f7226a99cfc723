"""Read a transaction history: bytes in, one `ParsedStatement` out.

    table        bytes -> rows of named cells, in any of four forms        row      a row -> `Entry`
    instruments  what is traded                                            facts    `Entry` -> facts of the ledger

Pure: no file, no network, no clock. A row that is not understood becomes a finding with all its cells; the others go on.
"""

from collections.abc import Iterable

from fillbook.brokers.interface import NO_CONFIG, BrokerConfig, StatementUnreadable
from fillbook.brokers.rows import NotUnderstood
from fillbook.brokers.tastytrade import findings
from fillbook.brokers.tastytrade.facts import Facts, moment_of
from fillbook.brokers.tastytrade.instruments import units_of_futures
from fillbook.brokers.tastytrade.row import TRADE, Entry, legacy, modern
from fillbook.brokers.tastytrade.sentences import ERRORS
from fillbook.brokers.tastytrade.table import Line, Table, read_table, recognize
from fillbook.ledger.numbers import exact
from fillbook.ledger.pairs import in_place
from fillbook.ledger.statement import AccountStatement, DateRange, Finding, ParsedStatement

__all__ = ["parse", "recognize"]

UNNAMED = "tastytrade"
"""The account of files that name none."""


def parse(chunks: Iterable[bytes], config: BrokerConfig = NO_CONFIG) -> ParsedStatement:  # noqa: ARG001 - nothing to set
    """Read one file.

    Raises:
        StatementUnreadable: it is no transaction history, damaged, or holds no row that can be read.
    """
    table = read_table(b"".join(chunks))
    with exact():
        entries, odd = _entries(table)
        if not entries:
            raise StatementUnreadable.of(ERRORS, "nothing_in_it")
        facts = Facts(_account(table), units_of_futures(entries), entries)
        left_out = [(entry, why) for entry in sorted(entries, key=_oldest_first) if (why := _problem(facts, entry))]
        odd += [findings.not_understood(entry.line, why) for entry, why in left_out]
        days = [entry.day for entry in entries]
        statement = AccountStatement(
            account=facts.account,
            base_currency="USD",
            covers=DateRange(min(days), max(days)),
            executions=tuple(facts.executions),
            corporate_actions=tuple(in_place(facts.actions)),
            transfers=tuple(facts.transfers),
            states_executions=False,
            unusable_rows=sum(entry.kind == TRADE for entry, _ in left_out),
            cash_movements=tuple(facts.movements),
        )
    told = [*findings.capped(odd), findings.unnamed() if facts.account == UNNAMED else findings.old_form()]
    return ParsedStatement((statement,), tuple(told), " ".join(table.columns), "tastytrade transaction history")


def _entries(table: Table) -> tuple[list[Entry], list[Finding]]:
    entries, odd = [], []
    for line in table.lines:
        try:
            entries.append(legacy(line) if table.legacy else modern(line))
        except NotUnderstood as why:
            odd.append(findings.not_understood(line, why))
    return entries, odd


def _problem(facts: Facts, entry: Entry) -> NotUnderstood | None:
    """Make a fact of a row, or say why that cannot be done."""
    try:
        facts.take(entry)
    except NotUnderstood as why:
        return why
    return None


def _oldest_first(entry: Entry) -> tuple[object, ...]:
    """Files are written newest first, so of one moment the lower row happened before the upper one."""
    return (moment_of(entry), -entry.line.number)


def _account(table: Table) -> str:
    """The old form has the last digits of the account; the others say nothing of it."""
    named: list[Line] = [line for line in table.lines if line["Account Reference"]]
    return named[0]["Account Reference"] if named else UNNAMED
