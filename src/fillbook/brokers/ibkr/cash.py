"""Rows of Cash Transactions, Cash Report, Change in NAV and Net Asset Value (NAV) in Base: money without trades, and its balances.

None of these sections is in the guide's query. They add facts and figures to accounts that other sections make.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from fillbook.brokers.ibkr import refusals
from fillbook.brokers.ibkr.accounts import AccountDraft, Drafts
from fillbook.brokers.ibkr.executions import LIMIT, Unusable
from fillbook.brokers.ibkr.instruments import InstrumentBook
from fillbook.brokers.ibkr.observed import Observed
from fillbook.brokers.ibkr.rows import Row
from fillbook.ledger.cash import CashKind, CashMovement
from fillbook.ledger.figures import BrokerBalance, FigureKind
from fillbook.ledger.instrument import Instrument
from fillbook.ledger.numbers import plain

_KINDS: Final = {
    "Dividends": CashKind.DIVIDEND,
    "Payment In Lieu Of Dividends": CashKind.PAYMENT_IN_LIEU,
    "Withholding Tax": CashKind.WITHHOLDING_TAX,
    "871(m) Withholding": CashKind.WITHHOLDING_TAX,
    "Broker Interest Paid": CashKind.INTEREST,
    "Broker Interest Received": CashKind.INTEREST,
    "Bond Interest": CashKind.INTEREST,
    "Bond Interest Paid": CashKind.INTEREST,
    "Bond Interest Received": CashKind.INTEREST,
    "Other Fees": CashKind.FEE,
    "Advisor Fees": CashKind.FEE,
    "Broker Fees": CashKind.FEE,
    "Client Fees": CashKind.FEE,
    "Commission Adjustments": CashKind.FEE,
    "Deposits/Withdrawals": CashKind.DEPOSIT_WITHDRAWAL,
    "Deposits & Withdrawals": CashKind.DEPOSIT_WITHDRAWAL,
    "Cash Receipts": CashKind.DEPOSIT_WITHDRAWAL,
}
_OF_SECURITIES: Final = frozenset({CashKind.DIVIDEND, CashKind.PAYMENT_IN_LIEU, CashKind.WITHHOLDING_TAX, CashKind.INTEREST})
"""Movements whose sentence tells of a security or of a month's interest, and of no person."""
_USER: Final = re.compile(r"^\S+:")
"""Fees for data and software begin with the name of the user who ordered them: `j***7:NYSE (NETWORK A) FOR JUL 2026`."""
_ALL: Final = "BASE_SUMMARY"
_DAY: Final = timedelta(days=1)


class CashReader:
    """Turns rows into movements and balances, each kept with its account."""

    def __init__(self, instruments: InstrumentBook, drafts: Drafts, observed: Observed) -> None:
        self._instruments, self._drafts, self._observed = instruments, drafts, observed
        self.sections: Final[dict[str, Callable[[Row], None]]] = {
            "CashTransaction": self.movement,
            "CashReportCurrency": self.balance,
            "ChangeInNAV": self.change_of_value,
            "EquitySummaryByReportDateInBase": self.value,
        }

    def movement(self, row: Row) -> None:
        """One movement of cash. It is in the balance from its report date on; its date/time is that of what it is for."""
        draft = self._drafts.mentioned(row.raw("accountId"))
        if draft is None:
            return
        amount = row.number("amount")
        value_date, moved_at = row.moment("dateTime")
        moved_on = row.day("reportDate", "settleDate") or value_date or row.day("date")
        if moved_on is None or amount is None:
            raise Unusable("Amount" if amount is None else "Report Date and Date/Time")
        broker_type = row.text("type")
        kind = _KINDS.get(broker_type, CashKind.OTHER)
        if broker_type not in _KINDS:
            self._observed.strange("type of CashTransaction", broker_type)
        instrument = self._instruments.find(row.described_without("description")) if row.text("conid", "symbol", "isin") else None
        name = instrument.key if instrument is not None else ""
        made_of = (name, broker_type, moved_on.isoformat(), plain(amount), row.text("currency"), row.text("description"))
        draft.add_movement(
            CashMovement(
                account=draft.account,
                instrument=instrument,
                movement_id=row.id("transactionID") or draft.made_id(*made_of),
                kind=kind,
                moved_on=moved_on,
                currency=row.text("currency")[:12],
                amount=amount,
                value_date=value_date,
                moved_at=moved_at,
                rate_to_base=row.rate_to_base,
                broker_type=broker_type[:40],
                description=_said(kind, broker_type, instrument, row.text("description")),
                place=row.place,
            ),
            summary=row.text("levelOfDetail") == "SUMMARY",
        )

    def balance(self, row: Row) -> None:
        """Cash of one currency, or of all in the base currency, at the start and the end of the period."""
        draft = self._drafts.mentioned(row.raw("accountId"))
        if draft is None:
            return
        in_base = row.text("currency") == _ALL or row.text("levelOfDetail") == "BaseCurrency"
        kind = FigureKind.CASH_IN_BASE if in_base else FigureKind.CASH
        currency = "" if in_base else row.text("currency")[:12]
        settled = row.number("endingSettledCash")
        self._keep(draft, row, kind, currency, (row.number("startingCash"), row.number("endingCash")), settled)

    def change_of_value(self, row: Row) -> None:
        """Net asset value at the start and the end of the period."""
        draft = self._drafts.mentioned(row.raw("accountId"))
        if draft is not None:
            values = row.number("startingValue"), row.number("endingValue")
            self._keep(draft, row, FigureKind.NET_ASSET_VALUE, row.text("currency")[:12], values)

    def value(self, row: Row) -> None:
        """Net asset value at the end of one day."""
        draft = self._drafts.mentioned(row.raw("accountId"))
        if draft is not None:
            self._keep(draft, row, FigureKind.NET_ASSET_VALUE, row.text("currency")[:12], (None, row.number("total")))

    def _keep(
        self,
        draft: AccountDraft,
        row: Row,
        kind: FigureKind,
        currency: str,
        amounts: tuple[Decimal | None, Decimal | None],
        settled: Decimal | None = None,
    ) -> None:
        """Keep what a period starts and ends with, as far as the row tells."""
        first, last = row.day("fromDate"), row.day("toDate", "reportDate") or self._drafts.until
        start, end = amounts
        model = row.text("model")
        if end is not None and last is not None:
            draft.add_balance(BrokerBalance(kind, draft.account, last, currency, end, settled, row.place), model, starts=False)
        if start is not None and first is not None:
            draft.add_balance(BrokerBalance(kind, draft.account, first - _DAY, currency, start, None, row.place), model, starts=True)


def stated_balances(draft: AccountDraft) -> tuple[BrokerBalance, ...]:
    """One balance for each kind, currency and day: models added up, totals in the account's base currency.

    Raises:
        StatementUnreadable: a sum is larger than any account can hold.
    """
    sums: dict[tuple[FigureKind, str, date], BrokerBalance] = {}
    for (kind, currency, day), models in draft.balances.items():
        if kind is not FigureKind.CASH:
            currency = currency or draft.base_currency or ""  # noqa: PLW2901 - the base currency is known at the end only
        first, *others = models.values()
        amount = sum((each.amount for each in others), first.amount)
        settled = first.settled
        for each in others:
            settled = None if settled is None or each.settled is None else settled + each.settled
        if max(abs(amount), abs(settled or amount)) >= LIMIT:
            raise refusals.amount_too_large(first.place)
        sums[kind, currency, day] = BrokerBalance(kind, draft.account, day, currency, amount, settled, first.place)
    return tuple(sums[key] for key in sorted(sums, key=lambda key: (key[0].value, key[1], key[2])))


def _said(kind: CashKind, broker_type: str, instrument: Instrument | None, sentence: str) -> str:
    """The broker's sentence without people: who sent money, who ordered data and who advises is nobody's business here."""
    if kind is CashKind.DEPOSIT_WITHDRAWAL or broker_type in ("Advisor Fees", "Client Fees"):
        return ""
    if kind in _OF_SECURITIES or instrument is not None:
        return sentence
    return _USER.sub("", sentence).strip() if kind is CashKind.FEE else ""
