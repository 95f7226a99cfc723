"""From an activity to a fact of the ledger: fills, expiries and deliveries, corporate actions, transfers, money.

Signs come from the word of the action, because the sign of the portal's numbers is not known; where there is no word, from a minus sign;
for an option that ends, from what is held. Fees and commissions are charges: + in the portal, - in the ledger.
"""

from collections import defaultdict
from collections.abc import Hashable
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Final

from fillbook.brokers.apex.instruments import instrument_of
from fillbook.brokers.apex.reading import CONTRACT, MONEY, SHORT_SALE, Reading, Word
from fillbook.brokers.apex.row import Activity
from fillbook.brokers.rows import NotUnderstood
from fillbook.ledger.cash import CashKind, CashMovement
from fillbook.ledger.events import CorporateAction, CorporateActionKind, Transfer
from fillbook.ledger.execution import Effect, Execution, ExecutionKind
from fillbook.ledger.instrument import AssetClass, Instrument
from fillbook.ledger.money import proceeds_of
from fillbook.ledger.numbers import ZERO, decimals_of, plain

ENDS: Final = {Word.EXPIRY: ExecutionKind.EXPIRY, Word.ASSIGNMENT: ExecutionKind.ASSIGNMENT, Word.EXERCISE: ExecutionKind.EXERCISE}
ACTIONS: Final = {
    Word.SPLIT: CorporateActionKind.SPLIT,
    Word.REVERSE_SPLIT: CorporateActionKind.REVERSE_SPLIT,
    Word.SYMBOL_CHANGE: CorporateActionKind.IDENTIFIER_CHANGE,
    Word.MERGER: CorporateActionKind.MERGER,
    Word.SPIN_OFF: CorporateActionKind.SPIN_OFF,
    Word.STOCK_DIVIDEND: CorporateActionKind.STOCK_DIVIDEND,
}
_MONEY_KINDS: Final = {
    Word.DIVIDEND: CashKind.DIVIDEND,
    Word.IN_LIEU: CashKind.PAYMENT_IN_LIEU,
    Word.WITHHOLDING: CashKind.WITHHOLDING_TAX,
    Word.INTEREST: CashKind.INTEREST,
    Word.FEE: CashKind.FEE,
    Word.DEPOSIT: CashKind.DEPOSIT_WITHDRAWAL,
    Word.ADJUSTMENT: CashKind.OTHER,
}
_CENT: Final = Decimal("0.01")
_LAST_MOMENT: Final = time(23, 59, 59)


class Names:
    """Ids for rows that have none: the equal fields and how often they came before, so that two equal fills stay two."""

    def __init__(self) -> None:
        self._seen: dict[Hashable, int] = defaultdict(int)

    def name(self, row: Activity, instrument: str, *more: object) -> str:
        """The id of a row. Stamps are left out: nobody knows whether they stay."""
        amounts = [plain(each) if each is not None else "" for each in (row.quantity, row.price)]
        parts = [str(row.trade_date), row.trade_number or row.tag, row.action.upper(), instrument, *amounts, *map(str, more)]
        key = "|".join(parts)
        self._seen[key] += 1
        return f"{key}|{self._seen[key]}"


class Facts:
    """Facts of one account, in the order of the activities.

    held: units of each contract, as far as this document tells. untold_net: fills whose net amount does not follow from their price.
    journals: rows between cash and margin, which are no facts.
    """

    def __init__(self, account: str, reading: Reading) -> None:
        self.account = account
        self.reading = reading
        self.executions: list[Execution] = []
        self.actions: list[CorporateAction] = []
        self.transfers: list[Transfer] = []
        self.movements: list[CashMovement] = []
        self.untold_net: list[Activity] = []
        self.journals = 0
        self.held: dict[str, Decimal] = defaultdict(Decimal)
        self._names = Names()

    def fill(self, row: Activity) -> None:
        """A row of trades: a fill, or the shares that an exercise or assignment moved."""
        instrument = instrument_of(row, self.reading)
        if row.quantity is None or row.price is None:
            raise NotUnderstood("it has no quantity or no price")
        quantity = self._signed(row, None)
        word = self.reading.phrase(row.text)
        delivered = word in {Word.ASSIGNMENT, Word.EXERCISE} and instrument.asset_class is AssetClass.STOCK
        kind = ENDS[word] if delivered and word else ExecutionKind.TRADE
        self._execute(row, instrument, quantity, row.price, kind)

    def end(self, row: Activity, word: Word) -> None:
        """An option that expired or was exercised or assigned: it leaves at 0, whatever it cost."""
        instrument = instrument_of(row, self.reading)
        if instrument.asset_class is not AssetClass.OPTION:
            raise NotUnderstood("it ends something that is no option")
        if row.quantity is None:
            raise NotUnderstood("it has no quantity")
        self._execute(row, instrument, self._signed(row, instrument), ZERO, ENDS[word])

    def act(self, row: Activity, word: Word) -> None:
        """One leg of a corporate action."""
        instrument = instrument_of(row, self.reading)
        if row.quantity is None:
            raise NotUnderstood("it has no quantity")
        quantity = self._signed(row, None)
        kind = ACTIONS[word]
        at = self._ordered(row, last=False)
        contract = f"{instrument.right} {instrument.expiry}" if instrument.right else ""
        shared = row.tag or row.trade_number or f"{at:%H%M%S} {contract}"
        leg = CorporateAction(
            account=self.account,
            instrument=instrument,
            leg_id=self._names.name(row, instrument.key, kind),
            action_id=f"{row.trade_date} {kind} {shared}",
            kind=kind,
            ordered_at=at,
            trade_date=row.trade_date,
            quantity=quantity,
            description=row.fields.get("description", "")[:200],
            rate_to_base=_rate(row),
            place=row.place,
        )
        self.actions.append(leg)
        self.held[instrument.key] += quantity

    def transfer(self, row: Activity) -> None:
        """Units that came from another broker or went there: nothing tells what they cost."""
        instrument = instrument_of(row, self.reading)
        if row.quantity is None:
            raise NotUnderstood("it has no quantity")
        quantity = self._signed(row, None)
        moved = Transfer(
            account=self.account,
            instrument=instrument,
            transfer_id=self._names.name(row, instrument.key, "transfer"),
            ordered_at=self._ordered(row, last=False),
            trade_date=row.trade_date,
            quantity=quantity,
            broker_type="ACATS",
            place=row.place,
        )
        self.transfers.append(moved)
        self.held[instrument.key] += quantity

    def money(self, row: Activity) -> None:
        """Money without a trade. Receipts are positive in the portal; a direction, where there is one, is believed more."""
        word = self.reading.phrase(row.text, MONEY)
        if word is Word.JOURNAL:
            self.journals += 1
            return
        if row.net is None:
            raise NotUnderstood("it has no amount")
        amount = {"INCOMING": abs(row.net), "OUTGOING": -abs(row.net)}.get(row.direction, row.net)
        kind = _MONEY_KINDS.get(word, CashKind.OTHER) if word else CashKind.OTHER
        paid_by = instrument_of(row, self.reading) if row.symbol and not row.is_option else None
        personal = kind in {CashKind.DEPOSIT_WITHDRAWAL, CashKind.OTHER}
        self.movements.append(
            CashMovement(
                account=self.account,
                instrument=paid_by,
                movement_id=self._names.name(row, row.symbol, kind, plain(amount), row.fields.get("description", "")),
                kind=kind,
                moved_on=row.trade_date,
                currency=row.currency,
                amount=amount,
                value_date=row.settle_date,
                rate_to_base=_rate(row),
                broker_type=row.kind,
                description="" if personal else row.fields.get("description", "")[:200],
                place=row.place,
            )
        )

    def _execute(self, row: Activity, instrument: Instrument, quantity: Decimal, price: Decimal, kind: ExecutionKind) -> None:
        charged = row.fees + row.commissions
        last = kind is not ExecutionKind.TRADE
        at = row.at if row.at is not None and _same_day(row, self.reading) else None
        self.executions.append(
            Execution(
                account=self.account,
                instrument=instrument,
                execution_id=self._names.name(row, instrument.key, kind),
                ordered_at=self._ordered(row, last=last),
                trade_date=row.trade_date,
                quantity=quantity,
                price=price,
                proceeds=self._proceeds(row, instrument, quantity, price, charged),
                fees=-charged,
                fees_currency=row.currency,
                executed_at=at,
                report_date=row.trade_date,
                settle_date=row.settle_date,
                kind=kind,
                effect=self._effect(row, instrument, quantity, kind),
                rate_to_base=_rate(row),
                trade_id=row.trade_number,
                codes=row.trailer.replace("\n", " ")[:80],
                place=row.place,
            )
        )
        self.held[instrument.key] += quantity

    def _proceeds(self, row: Activity, instrument: Instrument, quantity: Decimal, price: Decimal, charged: Decimal) -> Decimal:
        """Quantity x price x multiplier; to the cent what the net amount says, where the two agree as closely as a rounded price can."""
        computed = proceeds_of(instrument, quantity, price)
        if not row.net or not price:
            return computed
        stated = abs(row.net) + charged if computed > 0 else -(abs(row.net) - charged)
        slack = abs(quantity) * instrument.multiplier * Decimal(1).scaleb(-decimals_of(price)) + _CENT
        if abs(stated - computed) <= slack:
            return stated
        self.untold_net.append(row)
        return computed

    def _effect(self, row: Activity, instrument: Instrument, quantity: Decimal, kind: ExecutionKind) -> Effect:
        """Options by the line of their contract; stocks by account type and trailer. What is not said stays unsaid."""
        if kind is not ExecutionKind.TRADE:
            return Effect.CLOSES if instrument.asset_class is AssetClass.OPTION else Effect.UNSAID
        if instrument.asset_class is AssetClass.OPTION:
            said = self.reading.phrase(row.text, CONTRACT)
            return {Word.OPENS: Effect.OPENS, Word.CLOSES: Effect.CLOSES}.get(said, Effect.UNSAID) if said else Effect.UNSAID
        lines = {line.strip().upper() for line in row.trailer.splitlines()}
        short = self.reading.code(row.account_type) is Word.SHORT or bool(lines & set(SHORT_SALE))
        if short:
            return Effect.OPENS if quantity < 0 else Effect.CLOSES
        return Effect.UNSAID

    def _signed(self, row: Activity, ending: Instrument | None) -> Decimal:
        """The quantity with its sign. ending: an option that leaves, whose sign follows from what is held."""
        quantity = row.quantity or ZERO
        word = self.reading.code(row.action) if row.action else None
        if word is Word.BUY or word is Word.SELL:
            return abs(quantity) if word is Word.BUY else -abs(quantity)
        if row.action:
            raise NotUnderstood("the word %(value)s of its action is not known", repr(row.action))
        if quantity < 0 or row.direction == "OUTGOING":
            return -abs(quantity)
        if row.direction == "INCOMING":
            return quantity
        held = self.held[ending.key] if ending else ZERO
        if not held:
            raise NotUnderstood("nothing in it says whether units came or went")
        return quantity if held < 0 else -quantity

    def _ordered(self, row: Activity, *, last: bool) -> datetime:
        """The stamp where it is of the trade date; else the first moment of that day, or its last."""
        if row.at is not None and _same_day(row, self.reading):
            return row.at
        moment = _LAST_MOMENT if last else time(0)
        return datetime.combine(row.trade_date, moment, self.reading.zone).astimezone(UTC)


def _same_day(row: Activity, reading: Reading) -> bool:
    """Whether the stamp is of the trade date, so that it can be the moment of the fill and not of its booking."""
    return row.at is not None and row.at.astimezone(reading.zone).date() == row.trade_date


def _rate(row: Activity) -> Decimal | None:
    return Decimal(1) if row.currency == "USD" else None
