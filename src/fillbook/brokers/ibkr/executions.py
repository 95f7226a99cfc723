"""Rows of the section Trades become executions. This is the path that hundred thousands of rows take, so it does each thing once."""

from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Final, NamedTuple

from fillbook.brokers.ibkr import refusals
from fillbook.brokers.ibkr.accounts import AccountDraft, Drafts
from fillbook.brokers.ibkr.codes import CODES, LEVELS, SIDES, codes_of
from fillbook.brokers.ibkr.columns import INSTRUMENT
from fillbook.brokers.ibkr.formats import NOTHING, Dates, Numbers, in_new_york, rate_of, time_of
from fillbook.brokers.ibkr.instruments import InstrumentBook
from fillbook.brokers.ibkr.observed import Observed
from fillbook.ledger.execution import Effect, Execution, ExecutionKind
from fillbook.ledger.instrument import AssetClass, Instrument
from fillbook.ledger.making import maker
from fillbook.ledger.money import proceeds_of
from fillbook.ledger.numbers import ZERO, plain, stored

make_execution: Final = maker(Execution)
_WIDTH: Final = len(INSTRUMENT)
_OTHER_LEVELS: Final = frozenset({"ORDER", "CLOSED_LOT", "WASH_SALE", "SYMBOL_SUMMARY", "ASSET_SUMMARY", "TRADE_TRANSFERS"})
_EFFECTS: Final = {
    "O": Effect.OPENS, "C": Effect.CLOSES, "C;O": Effect.REVERSES, "O;C": Effect.REVERSES, "C,O": Effect.REVERSES, "": Effect.UNSAID,
    "-": Effect.UNSAID,
}  # fmt: skip
_CANCELS: Final = frozenset({"TradeCancel", "FracShareCancel"})
_CODES: Final = (
    (frozenset({"Ep"}), ExecutionKind.EXPIRY),
    (frozenset({"A"}), ExecutionKind.ASSIGNMENT),
    (frozenset({"Ex", "AEx", "MEx", "GEA"}), ExecutionKind.EXERCISE),
)
_TYPES: Final = {
    "": ExecutionKind.TRADE, "ExchTrade": ExecutionKind.TRADE, "DvpTrade": ExecutionKind.TRADE, "TradeCorrect": ExecutionKind.TRADE,
    "FracShare": ExecutionKind.FRACTION, "BookTrade": ExecutionKind.BOOK, "Assignment": ExecutionKind.ASSIGNMENT,
    "Exercise": ExecutionKind.EXERCISE, "Expiration": ExecutionKind.EXPIRY,
}  # fmt: skip
_BOOK: Final = ExecutionKind.BOOK
_BOOKED: Final = frozenset({ExecutionKind.EXPIRY, ExecutionKind.ASSIGNMENT, ExecutionKind.EXERCISE})
_OPTIONS: Final = frozenset({AssetClass.OPTION, AssetClass.FUTURE_OPTION})
_ONE: Final = Decimal(1)
_NONE: Final = frozenset({"0", *NOTHING})
"""How a query writes that there is no id."""
_WORD_LENGTH: Final = 64
_IDS_LENGTH: Final = 160
"""More than all ids of one row take together."""
LIMIT: Final = Decimal("1E20")
_SIGNS: Final = {"BUY": True, "SELL": False}


class Traits(NamedTuple):
    """What a row's codes say of it."""

    kind: ExecutionKind
    effect: Effect
    automatic: bool
    booked: bool
    """Expired, assigned or exercised."""


class Unusable(Exception):
    """A row that lacks what makes a fill: a quantity, any date, or a price that nothing else gives."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class ExecutionReader:
    """Turns the picked values of one row (`columns.TRADE`) into an execution of its account."""

    def __init__(self, numbers: Numbers, dates: Dates, instruments: InstrumentBook, drafts: Drafts, observed: Observed) -> None:
        self._numbers, self._dates, self._instruments, self._drafts, self._observed = numbers, dates, instruments, drafts, observed
        self._traits, self._shared = _TraitsBook(observed), _Shared()

    def take(self, values: tuple[str, ...], place: int) -> None:
        """Read one row.

        Raises:
            OrderUnknown, NotADate, NotANumber, Unusable: nothing of the row was kept.
        """
        (
            account, model, rate, level, row_type, notes, side, indicator, moment, trade_day, trade_time, report_day, settle_day, amount,
            price_text, money, proceeds_text, fees_text, fees_currency, taxes_text, accrued, cost_text, pnl_text, close, row_id, trade_id,
            order_id, exec_id, orig_row, orig_trade, venue,
        ) = values[_WIDTH:]  # fmt: skip
        draft = self._drafts.of(account)
        if draft is None or level in _OTHER_LEVELS:
            return
        if level not in LEVELS:
            self._observed.strange("levelOfDetail", level)
        instrument = self._instruments.find(values[:_WIDTH])
        numbers, days, shared = self._numbers, self._dates.days, self._shared
        stamp_day, executed_at = self._dates.moment(moment)
        report_date, settle_date = days[report_day], days[settle_day]
        trade_date = days[trade_day] or stamp_day or report_date
        quantity = numbers[amount]
        if trade_date is None or not quantity:
            raise Unusable("Quantity" if trade_date else "Date/Time and Trade Date")
        kind, effect, automatic, booked = self._traits[row_type, notes, side, indicator]
        fees, taxes, cost, pnl = numbers[fees_text] or ZERO, numbers[taxes_text] or ZERO, numbers[cost_text], numbers[pnl_text]
        price, proceeds = numbers[price_text], numbers[proceeds_text]
        if price is None or proceeds is None:
            opening_cost = None if cost is None or effect is Effect.CLOSES else cost + fees + taxes
            price, proceeds = completed(instrument, quantity, price, numbers[money], proceeds, opening_cost, place)
        if model and model not in NOTHING and not pnl:
            pnl, cost = None, model_cost(cost, proceeds + fees + taxes)
            if not indicator:
                self._observed.odd("model_zero", row_id)
        trade_id, exec_id = "" if trade_id in _NONE else trade_id, "" if exec_id in _NONE else exec_id
        if len(row_id) + len(trade_id) + len(exec_id) + len(order_id) + len(orig_row) + len(orig_trade) > _IDS_LENGTH:
            raise refusals.id_too_long(max(row_id, trade_id, exec_id, order_id, orig_row, orig_trade, key=len))
        if row_id in _NONE:
            row_id = composite_id(draft, (instrument.key, trade_id, side, plain(quantity), plain(price), moment or trade_day, exec_id))
        if executed_at is None:
            executed_at = self._old_time(trade_date, trade_time)
        if side in _SIGNS and _SIGNS[side] is not (quantity > 0):
            self._observed.odd("sign_contradicts_side", f"{instrument.symbol} {amount}")
        execution = make_execution(
            draft.account, instrument, row_id, executed_at or draft.order_without_time(stamp_day or trade_date, kind, row_id), trade_date,
            quantity, price, proceeds, fees, taxes, shared[fees_currency] or instrument.currency, _ONE, numbers[accrued] or ZERO,
            executed_at, report_date, settle_date, kind, effect, rate_of(numbers[rate]), pnl, cost,
            numbers[close] if (booked or kind is _BOOK) and instrument.asset_class in _OPTIONS else None, trade_id,
            "" if order_id in _NONE else order_id, exec_id, "" if orig_row in _NONE else orig_row,
            "" if orig_trade in _NONE else orig_trade, shared[model], shared[venue], shared[notes], automatic, place,
        )  # fmt: skip
        draft.add(execution)

    def _old_time(self, trade_date: date, text: str) -> datetime | None:
        """Statements before about 2016 give the time of day apart from the date."""
        return None if text.strip() in NOTHING else in_new_york(trade_date, time_of(text.strip()))


class _Shared(dict[str, str]):
    """One string object for equal texts; "" for those that mean nothing."""

    def __missing__(self, text: str) -> str:
        self[text] = "" if text.strip() in NOTHING else text[:_WORD_LENGTH]
        return self[text]


class _TraitsBook(dict[tuple[str, str, str, str], Traits]):
    """What (transaction type, notes, side, open/close indicator) say, worked out once for each combination."""

    def __init__(self, observed: Observed) -> None:
        super().__init__()
        self._observed = observed

    def __missing__(self, key: tuple[str, str, str, str]) -> Traits:
        """Codes are looked at before the row's type: a book trade is an expiry because its notes say Ep."""
        row_type, notes, side, indicator = key
        codes = codes_of(notes)
        for code in codes - CODES:
            self._observed.strange("notes", code)
        if side not in SIDES:
            self._observed.strange("buySell", side)
        effect = _EFFECTS.get(indicator.strip())
        if effect is None:
            self._observed.strange("openCloseIndicator", indicator)
            effect = Effect.UNSAID
        kind = _TYPES.get(row_type)
        if kind is None and row_type not in _CANCELS:
            self._observed.strange("transactionType", row_type)
        kind = next((told for names, told in _CODES if codes & names), kind or ExecutionKind.TRADE)
        if row_type in _CANCELS or "Ca" in codes or side.endswith("(Ca.)"):
            kind = ExecutionKind.CANCEL
        self[key] = Traits(kind, effect, "AFx" in codes, kind in _BOOKED)
        return self[key]


def composite_id(draft: AccountDraft, facts: tuple[str, ...]) -> str:
    """An id for a row without a Transaction ID, made of its fields.

    The last fact is the Execution ID, the second the Trade ID; a row with neither gets its number among the equal rows too.
    """
    base = "~" + blake2b("|".join(facts).encode(), digest_size=10).hexdigest()
    return base if facts[1] or facts[-1] else f"{base}-{draft.occurrence(base)}"


def model_cost(cost: Decimal | None, amount: Decimal) -> Decimal | None:
    """The cost of a model's row that has no P&L: zero, and what it would cost had it opened, are written there without meaning it."""
    return None if not cost or cost == -amount else cost


def completed(
    instrument: Instrument,
    quantity: Decimal,
    price: Decimal | None,
    money: Decimal | None,
    proceeds: Decimal | None,
    opening_cost: Decimal | None,
    place: int,
) -> tuple[Decimal, Decimal]:
    """(price, proceeds) of a row that lacks one or both.

    The price comes from the trade money, the proceeds or, of an opening, what it cost before charges (+ bought).

    Raises:
        Unusable: the row has none of them.
        StatementUnreadable: the row is worth more than any account can hold.
    """
    if price is None:
        money = -proceeds if money is None and proceeds is not None else money
        money = opening_cost if money is None else money
        if money is None:
            raise Unusable("Trade Price")
        price = stored(money / (quantity * instrument.price_factor))
    if proceeds is None:
        proceeds = stored(proceeds_of(instrument, quantity, price))
    if abs(price) >= LIMIT or abs(proceeds) >= LIMIT:
        raise refusals.amount_too_large(place)
    return price, proceeds
