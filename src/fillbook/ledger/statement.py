"""What one document of a broker says, record by record: the narrow waist between `brokers` and everything else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from fillbook.ledger.cash import CashMovement, ConversionRate
from fillbook.ledger.events import CorporateAction, OptionEvent, Transfer
from fillbook.ledger.execution import Execution
from fillbook.ledger.figures import BrokerBalance, BrokerFigure, BrokerLot
from fillbook.ledger.instrument import Instrument
from fillbook.ledger.opening import OpeningBalance

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


class Severity(StrEnum):
    """How much a finding costs: `FATAL` the statement cannot be used, `WARNING` something is missing, `NOTE` good to know."""

    FATAL = "fatal"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a statement lacks or says oddly.

    code and params are the stable form that a page translates; message and remedy are the English sentences made of them:
    what is so and what it costs, then what to do, in the words of the broker's own portal. of_query: it stays until the owner changes the
    query, and has nothing to do with the days or the trades.
    """

    severity: Severity
    code: str
    message: str
    remedy: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    of_query: bool = False


@dataclass(frozen=True, slots=True)
class DateRange:
    """Whole days, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Number of days covered."""
        return (self.last - self.first).days + 1

    def covers(self, day: date) -> bool:
        """Whether `day` lies inside."""
        return self.first <= day <= self.last

    def reaches(self, later: "DateRange") -> bool:
        """Whether nothing but a weekend, if anything, lies between the end of this and the start of `later`."""
        following = self.last + _DAY
        while following.weekday() >= _SATURDAY:
            following += _DAY
        return later.first <= following


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """Everything one document says about one account, statements of one account merged.

    covers: the days that the document covers completely, None when it does not say.
    states_executions: the document has all fills of the days it covers, so that one missing from it is denied.
    states_positions: the document has a positions section (so that an instrument missing from it is flat on `covers.last`).
    states_realized_pnl: the document gives the broker's realized P&L per fill. states_transfers: it has a transfers section.
    paper: an account that trades with pretend money. unusable_rows: rows of fills that lack what makes a fill, left out of executions.
    cash_movements: money that moved without a trade. cash_since: the first day from which the document lists all of it, None when it
    does not. balances: cash and net asset value, on whatever days they are stated. rates: to the base currency, of the currencies in
    which the account has rows. broker_lots: what the broker says each fill closed. openings: what the owner states, of no document.
    """

    account: str
    base_currency: str | None
    covers: DateRange | None
    executions: tuple[Execution, ...] = ()
    corporate_actions: tuple[CorporateAction, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    option_events: tuple[OptionEvent, ...] = ()
    positions: tuple[BrokerFigure, ...] = ()
    instruments: tuple[Instrument, ...] = ()
    alias: str = ""
    generated_at: datetime | None = None
    states_executions: bool = True
    states_positions: bool = False
    states_realized_pnl: bool = False
    states_transfers: bool = False
    opened_on: date | None = None
    paper: bool = False
    unusable_rows: int = 0
    cash_movements: tuple[CashMovement, ...] = ()
    cash_since: date | None = None
    balances: tuple[BrokerBalance, ...] = ()
    rates: tuple[ConversionRate, ...] = ()
    broker_lots: tuple[BrokerLot, ...] = ()
    openings: tuple[OpeningBalance, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedStatement:
    """One document, read. fingerprint: which sections and fields it holds, so that a changed query is noticed."""

    accounts: tuple[AccountStatement, ...]
    findings: tuple[Finding, ...] = ()
    fingerprint: str = ""
    title: str = ""
