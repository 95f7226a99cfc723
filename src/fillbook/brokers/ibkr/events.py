"""Rows of Corporate Actions, Option Exercises/Assignments/Expirations, Trade Transfers and Transfers."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Final

from fillbook.brokers.ibkr.accounts import Drafts, new_york
from fillbook.brokers.ibkr.actions import kind_said_by, name_said_by, parent_said_by, ratio_said_by
from fillbook.brokers.ibkr.codes import CODES, TRANSFER_TYPES, codes_of
from fillbook.brokers.ibkr.executions import Unusable
from fillbook.brokers.ibkr.formats import time_of
from fillbook.brokers.ibkr.instruments import InstrumentBook
from fillbook.brokers.ibkr.observed import Observed
from fillbook.brokers.ibkr.rows import Row
from fillbook.ledger.events import CorporateAction, CorporateActionKind, OptionEvent, OptionEventKind, Transfer
from fillbook.ledger.instrument import AssetClass, Instrument
from fillbook.ledger.numbers import ZERO, plain

_KINDS: Final = {
    "FS": CorporateActionKind.SPLIT, "FI": CorporateActionKind.SPLIT, "CS": CorporateActionKind.SPLIT,
    "RS": CorporateActionKind.REVERSE_SPLIT, "CC": CorporateActionKind.REVERSE_SPLIT,
    "IC": CorporateActionKind.IDENTIFIER_CHANGE,
    "SD": CorporateActionKind.STOCK_DIVIDEND, "HI": CorporateActionKind.STOCK_DIVIDEND, "HD": CorporateActionKind.STOCK_DIVIDEND,
    "SO": CorporateActionKind.SPIN_OFF, "CO": CorporateActionKind.SPIN_OFF,
    "TC": CorporateActionKind.MERGER, "BC": CorporateActionKind.MERGER,
    "TO": CorporateActionKind.TENDER, "TI": CorporateActionKind.TENDER,
    "RI": CorporateActionKind.RIGHTS_ISSUE, "DI": CorporateActionKind.RIGHTS_ISSUE,
    "SR": CorporateActionKind.SUBSCRIPTION, "OR": CorporateActionKind.SUBSCRIPTION, "PI": CorporateActionKind.SUBSCRIPTION,
    "DW": CorporateActionKind.DELISTING, "ED": CorporateActionKind.DELISTING,
    "BM": CorporateActionKind.MATURITY, "TM": CorporateActionKind.MATURITY,
    "CD": CorporateActionKind.CASH_DIVIDEND, "CH": CorporateActionKind.CASH_DIVIDEND, "CP": CorporateActionKind.CASH_DIVIDEND,
    "CA": CorporateActionKind.CASH_DIVIDEND,
}  # fmt: skip
_HELD: Final = frozenset({"GV", "PV", "FA", "CI", "CT"})
"""Types that are known and whose effect on lots is not: `OTHER` without a remark."""

_BOOKED_AT: Final = timedelta(hours=20, minutes=25)
_BOOKED_EARLIER: Final = {
    CorporateActionKind.TENDER: timedelta(hours=19, minutes=45),
    CorporateActionKind.RIGHTS_ISSUE: timedelta(hours=19, minutes=45),
    CorporateActionKind.STOCK_DIVIDEND: timedelta(hours=20, minutes=20),
}
_LEAVES_AT: Final = timedelta(hours=20, minutes=30)
"""What leaves the account without a trade leaves after all else of that day; what comes in is there when the day begins."""

_OPTION_EVENTS: Final = {
    "Expiration": OptionEventKind.EXPIRATION, "Assignment": OptionEventKind.ASSIGNMENT, "Exercise": OptionEventKind.EXERCISE,
    "Cash Settlement": OptionEventKind.CASH_SETTLEMENT, "Buy": OptionEventKind.STOCK_LEG, "Sell": OptionEventKind.STOCK_LEG,
}  # fmt: skip
_LAST_NAMES: Final = re.compile(r"\s*\([^()]*\)\s*$")


class EventReader:
    """Turns rows into facts other than fills, each kept with its account."""

    def __init__(self, instruments: InstrumentBook, drafts: Drafts, observed: Observed) -> None:
        self._instruments, self._drafts, self._observed = instruments, drafts, observed
        self.sections: Final[dict[str, Callable[[Row], None]]] = {
            "CorporateAction": self.corporate_action,
            "OptionEAE": self.option_event,
            "TradeTransfer": self.trade_transfer,
            "Transfer": self.transfer,
        }

    def corporate_action(self, row: Row) -> None:
        """One leg. Its sentence stands in `actionDescription` or, in most statements, in `description`."""
        draft = self._drafts.of(row.raw("accountId"))
        if draft is None:
            return
        sentence = row.text("actionDescription", "description")
        broker_type = row.text("type")
        kind = self._action_kind(broker_type, sentence)
        instrument = self._instruments.find(row.described_as(name_said_by(sentence)))
        stamp_day, instant = row.moment("dateTime")
        report_date = row.day("reportDate", "date")
        day = stamp_day or report_date
        if day is None:
            raise Unusable("Date/Time and Report Date")
        amount = row.number("amount")
        action_id = row.id("actionID") or _composite_id(_LAST_NAMES.sub("", sentence), day.isoformat(), broker_type)
        quantity = row.number("quantity") or ZERO
        ratio = ratio_said_by(sentence, kind, instrument)
        draft.add_action(
            CorporateAction(
                account=draft.account,
                instrument=instrument,
                leg_id=row.id("transactionID") or draft.made_id(action_id, instrument.key, plain(quantity), row.text("code")),
                action_id=action_id,
                kind=kind,
                ordered_at=instant or _effective(day, kind, stamped=stamp_day is not None),
                trade_date=day,
                quantity=quantity,
                proceeds=row.number("proceeds") or (-amount if amount is not None else ZERO),
                value=row.number("value") or ZERO,
                report_date=report_date,
                broker_realized_pnl=row.number("fifoPnlRealized"),
                rate_to_base=row.rate_to_base,
                ratio_new=ratio[0] if ratio is not None else None,
                ratio_old=ratio[1] if ratio is not None else None,
                parent=parent_said_by(sentence, instrument),
                broker_type=broker_type[:40],
                description=sentence,
                reverses="Ca" in self._codes(row),
                place=row.place,
            ),
            summary=row.text("levelOfDetail") == "SUMMARY",
        )

    def _action_kind(self, broker_type: str, sentence: str) -> CorporateActionKind:
        known = _KINDS.get(broker_type)
        if known is None and broker_type not in _HELD:
            known = kind_said_by(sentence)
            if broker_type and known is None:
                self._observed.strange("type of CorporateAction", broker_type)
        return known or CorporateActionKind.OTHER

    def option_event(self, row: Row) -> None:
        """An annotation of an execution; the section's container has the rows' tag and no attributes."""
        draft = self._drafts.of(row.raw("accountId"))
        if draft is None:
            return
        day = row.day("date", "tradeDate", "dateTime")
        if day is None:
            raise Unusable("Date")
        said = row.text("transactionType", "type")
        if said not in _OPTION_EVENTS:
            self._observed.strange("transactionType of OptionEAE", said)
        event = OptionEvent(
            account=draft.account,
            instrument=self._instruments.find(row.described),
            kind=_OPTION_EVENTS.get(said, OptionEventKind.OTHER),
            trade_date=day,
            quantity=row.number("quantity") or ZERO,
            trade_id=row.id("tradeID"),
            broker_realized_pnl=row.number("realizedPnl"),
            broker_cost=row.number("costBasis"),
            place=row.place,
        )
        draft.add_option_event(event)

    def trade_transfer(self, row: Row) -> None:
        """A trade made at another broker and settled here. Its charges are those of both brokers."""
        draft = self._drafts.of(row.raw("accountId"))
        if draft is None:
            return
        day = row.day("tradeDate", "dateTime", "reportDate")
        quantity = row.number("quantity")
        if day is None or quantity is None:
            raise Unusable("Trade Date" if day is None else "Quantity")
        instrument = self._instruments.find(row.described)
        if row.text("deliveredReceived") == "Delivered":
            quantity = -abs(quantity)
        paid_away = (row.number("awayBrokerCommission") or ZERO) + (row.number("regulatoryFee") or ZERO)
        draft.add_transfer(
            Transfer(
                account=draft.account,
                instrument=instrument,
                transfer_id=row.id("tradeID", "transactionID")
                or draft.made_id("DVP", instrument.key, day.isoformat(), plain(quantity), row.raw("tradePrice")),
                ordered_at=self._arrival(day, row, quantity),
                trade_date=day,
                quantity=quantity,
                value=row.number("tradeMoney") or ZERO,
                cash=row.number("proceeds") or ZERO,
                price=row.number("tradePrice", "netTradePrice"),
                fees=(row.number("ibCommission") or ZERO) + (row.number("taxes") or ZERO) - abs(paid_away),
                report_date=row.day("reportDate"),
                broker_type=row.text("transactionType")[:40] or "DvpTrade",
                other_party=row.text("brokerName")[:100],
                place=row.place,
            )
        )

    def transfer(self, row: Row) -> None:
        """A position or cash moved in or out. A cancelled one keeps its direction and has the opposite sign.

        A Transfer Price is no price that was paid: the row stays without one, so that nothing is bought or sold by it.
        """
        draft = self._drafts.of(row.raw("accountId"))
        if draft is None:
            return
        day = row.day("date", "dateTime", "reportDate")
        if day is None:
            raise Unusable("Date")
        reverses = "Ca" in self._codes(row)
        if row.text("type") not in TRANSFER_TYPES:
            self._observed.strange("type of Transfer", row.text("type"))
        quantity = row.number("quantity") or ZERO
        if not reverses and row.text("direction") in ("IN", "OUT"):
            quantity = abs(quantity) if row.text("direction") == "IN" else -abs(quantity)
        instrument = self._instruments.find(row.described) if row.text("symbol", "conid", "isin") else cash(row.text("currency"))
        moved = row.number("cashTransfer") or ZERO
        draft.add_transfer(
            Transfer(
                account=draft.account,
                instrument=instrument,
                transfer_id=row.id("transactionID")
                or draft.made_id(row.text("type"), instrument.key, day.isoformat(), plain(quantity), plain(moved), row.text("account")),
                ordered_at=self._arrival(day, row, quantity),
                trade_date=day,
                quantity=quantity,
                value=row.number("positionAmount") or ZERO,
                cash=moved,
                report_date=row.day("reportDate"),
                broker_type=row.text("type")[:40],
                other_party=row.text("account", "deliveringBroker")[:100],
                reverses=reverses,
                place=row.place,
            )
        )

    def _codes(self, row: Row) -> frozenset[str]:
        """The row's codes; those that mean nothing to us are told."""
        codes = codes_of(row.text("code"))
        for code in codes - CODES:
            self._observed.strange(f"code of {row.tag}", code)
        return codes

    def _arrival(self, day: date, row: Row, quantity: Decimal) -> datetime:
        """The instant that orders a transfer; without a time of day, what comes in precedes the day's fills, what leaves follows."""
        instant = row.moment("dateTime")[1]
        midnight = new_york(day, timedelta())
        if instant is None and row.text("tradeTime"):
            return new_york(day, time_of(row.text("tradeTime")))
        if instant is not None and instant != midnight:
            return instant
        return midnight if quantity >= 0 else new_york(day, _LEAVES_AT)


def _effective(day: date, kind: CorporateActionKind, *, stamped: bool) -> datetime:
    """The instant that orders an action without a time of day.

    stamped: `day` is the action's own. Else it is that of its report: what is booked in the evening is reported on the next day, the first
    that trades in new units.
    """
    if not stamped and kind not in _BOOKED_EARLIER:
        return new_york(day - timedelta(days=1), _BOOKED_AT)
    return new_york(day, _BOOKED_EARLIER.get(kind, _BOOKED_AT))


def cash(currency: str) -> Instrument:
    """What a transfer of money alone moves."""
    return Instrument(key=f"~cash:{currency}", symbol=currency, asset_class=AssetClass.OTHER, currency=currency[:12])


def _composite_id(*facts: str) -> str:
    """An id for an action whose query lacks the Action ID, made of what its legs share."""
    return "~" + blake2b("|".join(facts).encode(), digest_size=10).hexdigest()
