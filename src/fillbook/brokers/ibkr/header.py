"""What stands above the rows: the query, each account's statement, and the account's own data. Names and addresses are not kept."""

import re
from collections.abc import Callable
from typing import Final

from fillbook.brokers.ibkr import refusals
from fillbook.brokers.ibkr.accounts import Drafts
from fillbook.brokers.ibkr.observed import Observed
from fillbook.brokers.ibkr.rows import Row
from fillbook.ledger.statement import DateRange

_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)


class Header:
    """Reads the elements around the sections. periods: what each statement calls its period, with its days; title: the query's name."""

    def __init__(self, drafts: Drafts, observed: Observed) -> None:
        self.title = ""
        self.query_type: str | None = None
        self.periods: list[tuple[str, DateRange | None]] = []
        self.messages: list[str] = []
        self._drafts, self._observed = drafts, observed
        self._announced = ""
        self.elements: Final[dict[str, Callable[[Row], None]]] = {
            "FlexQueryResponse": self._query,
            "FlexStatements": self._statements,
            "FlexStatement": self._statement,
            "AccountInformation": self._account,
            "Message": self._message,
        }

    def check_complete(self) -> None:
        """Raise when the document holds fewer statements than it announces, or none.

        Raises:
            StatementUnreadable: see above.
        """
        announced = int(self._announced) if self._announced.isdigit() else len(self.periods)
        if announced > len(self.periods):
            raise refusals.statement_count(self._announced, len(self.periods))
        if announced < len(self.periods):
            self._observed.first["statements"] = self._announced
            self._observed.count["statements"] = len(self.periods)
        if not self.periods:
            raise refusals.no_statement()

    def _query(self, row: Row) -> None:
        self.title = row.text("queryName")[:200]
        self.query_type = row.text("type") or None
        if self.query_type == "TCF":
            raise refusals.trade_confirmations()

    def _statements(self, row: Row) -> None:
        self._announced = row.text("count")[:20]

    def _statement(self, row: Row) -> None:
        first, last = row.day("fromDate"), row.day("toDate")
        covers = DateRange(first, last) if first is not None and last is not None and first <= last else None
        self._drafts.begin_statement(row.raw("accountId"), covers, row.moment("whenGenerated")[1])
        self.periods.append((row.text("period"), covers))
        own = self._drafts.of("")
        if own is not None and own.base_currency is None and _CURRENCY.fullmatch(row.text("baseCurrency")):
            own.base_currency = row.text("baseCurrency")
        if row.text("message", "Message"):
            self.messages.append(row.text("message", "Message")[:200])

    def _account(self, row: Row) -> None:
        draft = self._drafts.of(row.raw("accountId"))
        if draft is None:
            return
        if _CURRENCY.fullmatch(row.text("currency")):
            draft.base_currency = row.text("currency")
        draft.alias = row.text("acctAlias")[:100] or draft.alias
        draft.opened_on = row.day("dateFunded", "dateOpened") or draft.opened_on

    def _message(self, row: Row) -> None:
        words = row.text("message", "text", "description")
        if words:
            self.messages.append(words[:200])
