"""The section Conversion Rates: what each currency was worth day by day, and the rows whose own rate it stands in for.

The section names no account: rates are facts of the document, and each account takes those to its base currency.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Protocol, TypeVar

from fillbook.brokers.ibkr.accounts import AccountDraft, Drafts
from fillbook.brokers.ibkr.executions import LIMIT, Unusable
from fillbook.brokers.ibkr.rows import Row
from fillbook.ledger.cash import CashMovement, ConversionRate
from fillbook.ledger.events import CorporateAction
from fillbook.ledger.execution import Execution
from fillbook.ledger.figures import BrokerFigure
from fillbook.ledger.numbers import ZERO, stored

_ONE: Final = Decimal(1)
_CLOSED_DAYS: Final = 7
"""No market is closed longer: an older rate says nothing of a day without one."""
Rated = TypeVar("Rated", Execution, CorporateAction)


class _Stated(Protocol):
    """What both fills and corporate actions tell of their days."""

    @property
    def report_date(self) -> date | None: ...
    @property
    def trade_date(self) -> date: ...


class Rates:
    """The document's rates by (currency, other currency) and day, each with the byte offset of its row."""

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts
        self._by_pair: defaultdict[tuple[str, str], dict[date, tuple[Decimal, int]]] = defaultdict(dict)

    def take(self, row: Row) -> None:
        """One row. A rate of nothing is none."""
        day, rate = row.day("reportDate") or self._drafts.until, row.number("rate")
        pair = row.text("fromCurrency")[:12], row.text("toCurrency")[:12]
        if day is None or rate is None or not all(pair):
            raise Unusable("Rate" if rate is None else "Date, From Currency or To Currency")
        if rate > ZERO:
            self._by_pair[pair][day] = (rate, row.place)

    @property
    def stated(self) -> bool:
        """Whether the document has any."""
        return bool(self._by_pair)

    @property
    def only_base(self) -> str | None:
        """The one currency that all rates lead to, which is the base currency of the document's accounts; None when there are several."""
        bases = {base for _, base in self._by_pair}
        return bases.pop() if len(bases) == 1 else None

    def on(self, day: date, currency: str, base: str | None) -> Decimal | None:
        """Units of `base` for one of `currency` at the end of a day; on a day without a rate, that of the last day with one."""
        if base is None or currency == base:
            return _ONE if currency == base else None
        known = self._by_pair.get((currency, base))
        if known is None:
            return None
        for before in range(_CLOSED_DAYS + 1):
            found = known.get(day - timedelta(days=before))
            if found is not None:
                return found[0]
        return None

    def complete(self, draft: AccountDraft) -> None:
        """Give the account's rows the rates that their own section lacks."""
        if not self.stated or draft.base_currency is None:
            return
        self._complete(draft.fills, draft.base_currency)
        for actions in (draft.actions, draft.summaries):
            self._complete(actions, draft.base_currency)
        for movements in (draft.movements, draft.movement_sums):
            for key, movement in movements.items():
                if movement.rate_to_base is None:
                    movements[key] = self._rated_movement(movement, draft.base_currency)
        draft.positions = [replace(row, figure=self._rated_figure(row.figure, draft.base_currency)) for row in draft.positions]

    def fees_rate(self, fill: Execution, base: str | None) -> Decimal | None:
        """What turns the fees of a fill into its instrument's currency, by way of the base currency; None where a rate is missing."""
        day = _day_of(fill)
        fees, own = self.on(day, fill.fees_currency, base), fill.rate_to_base or self.on(day, fill.instrument.currency, base)
        if not fees or not own:
            return None
        rate = fees / own
        return stored(rate) if rate < LIMIT else None

    def of(self, draft: AccountDraft, currencies: Iterable[str]) -> tuple[ConversionRate, ...]:
        """The rates of these currencies to the account's base currency, by currency and day."""
        base = draft.base_currency
        if base is None:
            return ()
        return tuple(
            ConversionRate(draft.account, currency, base, day, rate, place)
            for currency in sorted({*currencies} - {base})
            for day, (rate, place) in sorted(self._by_pair.get((currency, base), {}).items())
        )

    def _complete(self, rows: dict[str, Rated], base: str) -> None:
        for key, row in rows.items():
            if row.rate_to_base is None:
                rate = self.on(_day_of(row), row.instrument.currency, base)
                if rate is not None:
                    rows[key] = replace(row, rate_to_base=rate)

    def _rated_movement(self, movement: CashMovement, base: str) -> CashMovement:
        return replace(movement, rate_to_base=self.on(movement.moved_on, movement.currency, base))

    def _rated_figure(self, figure: BrokerFigure, base: str) -> BrokerFigure:
        if figure.rate_to_base is not None:
            return figure
        return replace(figure, rate_to_base=self.on(figure.as_of, figure.instrument.currency, base))


def _day_of(row: _Stated) -> date:
    """The day whose rate the broker uses: that of the report, not of the trade."""
    return row.report_date or row.trade_date
