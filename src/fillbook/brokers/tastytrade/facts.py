"""From a row to a fact of the ledger. The action says whether a fill opens or closes; without one, an option leaves whatever is held."""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from fillbook.brokers.rows import NotUnderstood
from fillbook.brokers.tastytrade.instruments import instrument_of
from fillbook.brokers.tastytrade.row import DELIVERY, MONEY, TRADE, Entry, order_within_day
from fillbook.ledger.cash import CashKind, CashMovement
from fillbook.ledger.events import CorporateAction, CorporateActionKind, Transfer
from fillbook.ledger.execution import Effect, Execution, ExecutionKind
from fillbook.ledger.instrument import AssetClass, Instrument
from fillbook.ledger.numbers import plain

ENDS: Final = {"Expiration": ExecutionKind.EXPIRY, "Assignment": ExecutionKind.ASSIGNMENT, "Exercise": ExecutionKind.EXERCISE}
ACTIONS: Final = {
    "Reverse Split": CorporateActionKind.REVERSE_SPLIT,
    "Forward Split": CorporateActionKind.SPLIT,
    "Stock Split": CorporateActionKind.SPLIT,
    "Symbol Change": CorporateActionKind.IDENTIFIER_CHANGE,
    "Stock Merger": CorporateActionKind.MERGER,
}
_SIDES: Final = frozenset({"Buy to Open", "Buy to Close", "Sell to Open", "Sell to Close"})
_CASH_KINDS: Final = {
    "Credit Interest": CashKind.INTEREST,
    "Debit Interest": CashKind.INTEREST,
    "Fully Paid Stock Lending Income": CashKind.INTEREST,
    "Fee": CashKind.FEE,
    "Balance Adjustment": CashKind.FEE,
}
_MICROSECOND: Final = timedelta(microseconds=1)
_OPTIONS: Final = frozenset({AssetClass.OPTION, AssetClass.FUTURE_OPTION})


class Facts:
    """Facts of one account; rows are taken oldest first. units: of futures by product. delivered: (moment, underlying) -> why."""

    def __init__(self, account: str, units: Mapping[str, Decimal], entries: list[Entry]) -> None:
        self.account = account
        self.executions: list[Execution] = []
        self.actions: list[CorporateAction] = []
        self.transfers: list[Transfer] = []
        self.movements: list[CashMovement] = []
        self._units = units
        self._held: dict[str, Decimal] = defaultdict(Decimal)
        self._names: dict[Hashable, int] = defaultdict(int)
        self._moments: dict[datetime, int] = defaultdict(int)
        self._delivered = {
            (moment_of(entry), entry.option[1]): ENDS[entry.sub]
            for entry in entries
            if entry.option and entry.sub in {"Assignment", "Exercise"}
        }
        self._dividends = {(entry.day, entry.symbol) for entry in entries if entry.kind == MONEY and entry.value > 0 and entry.symbol}

    def take(self, entry: Entry) -> None:
        """Make a fact of a row.

        Raises:
            NotUnderstood: nobody knows what it means.
        """
        if entry.kind == MONEY:
            self._move_money(entry)
        elif entry.kind == TRADE:
            self._fill(entry, ExecutionKind.TRADE)
        elif entry.kind != DELIVERY:
            raise NotUnderstood("its type %(value)s is not known", repr(entry.kind))
        elif entry.sub in ENDS or entry.sub.startswith("Cash Settled"):
            self._end(entry)
        elif entry.sub in ACTIONS:
            self._act(entry)
        elif entry.sub == "ACAT":
            self._transfer(entry)
        elif entry.sub in _SIDES:
            self._fill(entry, self._delivered.get((moment_of(entry), entry.symbol), ExecutionKind.TRADE))
        else:
            raise NotUnderstood("its kind %(value)s is not known", repr(entry.sub))

    def _fill(self, entry: Entry, kind: ExecutionKind) -> None:
        instrument = instrument_of(entry, self._units)
        if entry.buys is None or entry.opens is None or not entry.quantity:
            raise NotUnderstood("it does not say whether it buys or sells, opens or closes, or how much")
        effect = Effect.OPENS if entry.opens else Effect.CLOSES
        self._execute(entry, instrument, entry.quantity if entry.buys else -entry.quantity, kind, effect)

    def _end(self, entry: Entry) -> None:
        """An option leaves: at 0, or settled in cash. What it delivers is a row of its own."""
        instrument = instrument_of(entry, self._units)
        if instrument.asset_class not in _OPTIONS:
            raise NotUnderstood("it ends something that is no option")
        held = self._held[instrument.key]
        buys = entry.buys if entry.buys is not None else (held < 0 if held else None)
        if buys is None:
            raise NotUnderstood("it does not say whether the option was held or written, and the file does not hold its opening")
        kind = ExecutionKind.TRADE if entry.value else ENDS.get(entry.sub, ExecutionKind.EXPIRY)
        self._execute(entry, instrument, entry.quantity if buys else -entry.quantity, kind, Effect.CLOSES)

    def _execute(self, entry: Entry, instrument: Instrument, quantity: Decimal, kind: ExecutionKind, effect: Effect) -> None:
        at = moment_of(entry)
        ordered_at = at
        if kind is ExecutionKind.TRADE:  # an option and what it delivers keep one moment
            ordered_at += self._moments[at] * _MICROSECOND
            self._moments[at] += 1
        price = entry.price
        if price is None:
            price = abs(entry.value) / entry.quantity / instrument.multiplier
        elif instrument.asset_class is AssetClass.FUTURE_OPTION:
            price = price * entry.multiplier / instrument.multiplier
        self.executions.append(
            Execution(
                account=self.account,
                instrument=instrument,
                execution_id=self._name(entry, instrument.key),
                ordered_at=ordered_at,
                trade_date=entry.day,
                quantity=quantity,
                price=price,
                proceeds=entry.value,
                fees=entry.fees,
                fees_currency=entry.currency,
                executed_at=entry.at,
                report_date=entry.day,
                kind=kind,
                effect=effect,
                rate_to_base=Decimal(1),
                order_id=entry.line["Order #"],
                place=entry.line.place,
            )
        )
        self._held[instrument.key] += quantity

    def _act(self, entry: Entry) -> None:
        """One leg of a pair; the two legs are of one moment and have opposite values, which are no money."""
        instrument = instrument_of(entry, self._units)
        if entry.buys is None:
            raise NotUnderstood("it does not say whether units come or go")
        quantity = entry.quantity if entry.buys else -entry.quantity
        at, kind = moment_of(entry), ACTIONS[entry.sub]
        contract = f"{instrument.right} {instrument.expiry}" if instrument.right else "stock"
        self.actions.append(
            CorporateAction(
                account=self.account,
                instrument=instrument,
                leg_id=self._name(entry, instrument.key),
                action_id=f"{at:%Y-%m-%d %H:%M:%S} {kind} {contract} {plain(abs(entry.value))}",
                kind=kind,
                ordered_at=at,
                trade_date=entry.day,
                quantity=quantity,
                report_date=entry.day,
                rate_to_base=Decimal(1),
                broker_type=entry.sub,
                description=entry.text[:200],
                place=entry.line.place,
            )
        )
        self._held[instrument.key] += quantity

    def _transfer(self, entry: Entry) -> None:
        instrument = instrument_of(entry, self._units)
        if entry.buys is None:
            raise NotUnderstood("it does not say whether units come or go")
        quantity = entry.quantity if entry.buys else -entry.quantity
        moved = Transfer(
            account=self.account,
            instrument=instrument,
            transfer_id=self._name(entry, instrument.key),
            ordered_at=moment_of(entry),
            trade_date=entry.day,
            quantity=quantity,
            report_date=entry.day,
            broker_type="ACAT",
            place=entry.line.place,
        )
        self.transfers.append(moved)
        self._held[instrument.key] += quantity

    def _move_money(self, entry: Entry) -> None:
        kind = self._why(entry)
        personal = kind is CashKind.DEPOSIT_WITHDRAWAL
        named = entry.symbol and not entry.option
        paid_by = Instrument(f"~{entry.symbol}", entry.symbol, AssetClass.STOCK, entry.currency) if named else None
        self.movements.append(
            CashMovement(
                account=self.account,
                instrument=paid_by,
                movement_id=self._name(entry, entry.text),
                kind=kind,
                moved_on=entry.day,
                currency=entry.currency,
                amount=entry.value + entry.fees,
                moved_at=entry.at,
                rate_to_base=Decimal(1),
                broker_type=entry.sub,
                description="" if personal else entry.text[:200],
                place=entry.line.place,
            )
        )

    def _why(self, entry: Entry) -> CashKind:
        """Taxes come as a second, negative dividend; interest and dividends of old also as deposits and withdrawals."""
        if entry.sub in _CASH_KINDS:
            return _CASH_KINDS[entry.sub]
        if entry.sub == "Dividend" or (entry.symbol and entry.sub in {"Deposit", "Withdrawal"}):
            if entry.value >= 0:
                return CashKind.DIVIDEND
            return CashKind.WITHHOLDING_TAX if (entry.day, entry.symbol) in self._dividends else CashKind.PAYMENT_IN_LIEU
        if "INTEREST" in entry.text or " THRU " in entry.text:
            return CashKind.INTEREST
        return CashKind.DEPOSIT_WITHDRAWAL if entry.sub in {"Deposit", "Withdrawal", "Transfer"} else CashKind.OTHER

    def _name(self, entry: Entry, about: str) -> str:
        """The equal fields of a row and how often they came before, so that two equal fills stay two."""
        when = entry.at.isoformat() if entry.at else entry.line["Date/Time"].lstrip("0")
        side = "" if entry.buys is None else "buy" if entry.buys else "sell"
        opens = "" if entry.opens is None else "open" if entry.opens else "close"
        parts = (when, entry.kind, side, opens, about, plain(entry.quantity), plain(entry.value), entry.line["Order #"])
        key = "|".join(parts)
        self._names[key] += 1
        return f"{key}|{self._names[key]}"


def moment_of(entry: Entry) -> datetime:
    """What orders a row: its moment, or in the old form its clock reading as if it were universal time."""
    if entry.at is not None:
        return entry.at
    day, clock = order_within_day(entry)
    return datetime.combine(day, time(0), UTC) + clock
