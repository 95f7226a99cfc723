"""An account's book, made again from its ledger, and its comparison with the broker as the tables keep it."""

from fillbook.storage.derive import settings_of
from fillbook.storage.loading import load_statement
from fillbook.storage.models import BrokerAccount, ReconciliationRow
from fillbook.storage.overriding import overrides_of
from fillbook.storage.records import instrument_record
from fillbook.trades.account import AccountBook, read_account
from fillbook.trades.reasons import Reason
from fillbook.trades.reconcile import LineKind, ReconciliationLine, Status
from fillbook.trades.settings import MatchSettings


def load_book(account: BrokerAccount, settings: MatchSettings | None = None) -> AccountBook:
    """Read an account from its stored facts, under its own settings unless others are given; nothing is written.

    A position that no statement states, because rows came after the latest positions, stands in it as if the broker had stated it.
    """
    statement = load_statement(account).statement
    return read_account(statement, settings or settings_of(account), overrides_of(account, statement.executions))


def stored_lines(account: BrokerAccount) -> list[ReconciliationLine]:
    """Every comparison of a fill or position, by day and id; positions last."""
    rows = ReconciliationRow.objects.filter(account=account).select_related("instrument").order_by("kind", "day", "ref")
    return [_line(row) for row in rows]


def _line(row: ReconciliationRow) -> ReconciliationLine:
    instrument, status, reason = instrument_record(row.instrument), Status(row.status), Reason(row.reason)
    return ReconciliationLine(LineKind(row.kind), row.ref, instrument, row.ours, row.broker, status, reason, row.day)
