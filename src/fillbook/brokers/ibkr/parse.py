"""Read an Activity Flex statement: bytes in, one `ParsedStatement` out, or a refusal that names the place.

    flexml      bytes -> elements, one by one
    columns     which attributes a row is read from            formats     dates, times, numbers
    executions, events, positions, cash, rates, lots           rows -> facts, kept in `accounts`
    closing     what only the whole document tells             doctor      what it lacks, as findings

Pure: no file, no network, no clock. Memory holds the facts, not the document.
"""

from collections.abc import Callable, Iterable
from typing import Final

from fillbook.brokers.ibkr import refusals
from fillbook.brokers.ibkr.accounts import Drafts
from fillbook.brokers.ibkr.cash import CashReader
from fillbook.brokers.ibkr.closing import close_statements
from fillbook.brokers.ibkr.columns import LOT, TRADE, Layout
from fillbook.brokers.ibkr.dateorder import order_proved_by, order_that_fits
from fillbook.brokers.ibkr.doctor import examine, fingerprint
from fillbook.brokers.ibkr.events import EventReader
from fillbook.brokers.ibkr.executions import ExecutionReader, Unusable
from fillbook.brokers.ibkr.flexml import Element, read_elements
from fillbook.brokers.ibkr.formats import Dates, NotADate, NotANumber, Numbers, OrderUnknown
from fillbook.brokers.ibkr.header import Header
from fillbook.brokers.ibkr.instruments import InstrumentBook
from fillbook.brokers.ibkr.lots import LotReader
from fillbook.brokers.ibkr.observed import Observed
from fillbook.brokers.ibkr.positions import read_position
from fillbook.brokers.ibkr.rates import Rates
from fillbook.brokers.ibkr.rows import Row
from fillbook.brokers.ibkr.sniff import recognize
from fillbook.ledger.instrument import Instrument
from fillbook.ledger.numbers import exact
from fillbook.ledger.statement import ParsedStatement

__all__ = ["parse", "recognize"]

_SECTION_DEPTH: Final = 4
_VITAL: Final = {
    "Quantity": frozenset({"quantity"}),
    "Trade Date": frozenset({"dateTime", "tradeDate", "reportDate"}),
    "Trade Price": frozenset({"tradePrice", "tradeMoney", "proceeds", "cost"}),
}
_MANY: Final = 1000
"""Names of elements that are remembered; a statement has some fifty."""
_WAITING: Final = 20_000
"""Rows held back at most until a date proves the order of day and month."""


def parse(chunks: Iterable[bytes]) -> ParsedStatement:
    """Read one document.

    Args:
        chunks: its bytes in order, in pieces of any size.

    Raises:
        StatementUnreadable: the document is not a whole Activity Flex statement, or something in it cannot be understood safely.
    """
    reading = _Reading()
    with exact():
        for element in read_elements(chunks):
            reading.take(element)
        return reading.finish()


class _Reading:
    """One document being read."""

    def __init__(self) -> None:
        self._numbers, self._dates, self._observed = Numbers(), Dates(), Observed()
        self._drafts = Drafts(self._observed)
        self._instruments = InstrumentBook(self._numbers, self._dates, self._observed)
        self._header = Header(self._drafts, self._observed)
        self._described: dict[str, Instrument] = {}
        trades = ExecutionReader(self._numbers, self._dates, self._instruments, self._drafts, self._observed)
        lots = LotReader(self._numbers, self._dates, self._instruments, self._drafts)
        self._many: dict[str, tuple[Layout, Callable[[tuple[str, ...], int], None]]] = {
            "Trade": (Layout(TRADE), trades.take),
            "Lot": (Layout(LOT), lots.take),
        }
        self._rates = Rates(self._drafts)
        self._few: dict[str, Callable[[Row], None]] = {
            **EventReader(self._instruments, self._drafts, self._observed).sections,
            **self._header.elements,
            **CashReader(self._instruments, self._drafts, self._observed).sections,
            "ConversionRate": self._rates.take,
            "OpenPosition": lambda row: read_position(row, self._instruments, self._drafts),
            "SecurityInfo": self._describe,
        }
        self._waiting: list[Element] = []

    def take(self, element: Element) -> None:
        """Read one element, or hold it back while the order of day and month is unknown."""
        if not self._waiting:
            try:
                self._read(element)
            except OrderUnknown:
                self._waiting.append(element)
            return
        self._waiting.append(element)
        self._dates.order = order_proved_by(element[1])
        if self._dates.order is not None or len(self._waiting) > _WAITING:
            self._read_waiting()

    def finish(self) -> ParsedStatement:
        """The document is whole: settle what only its end tells."""
        if self._waiting:
            self._read_waiting()
        self._header.check_complete()
        self._check_fills()
        accounts = close_statements(self._drafts, self._described, self._rates, self._observed)
        findings = examine(accounts, self._header, self._dates, self._observed)
        return ParsedStatement(accounts, findings, fingerprint(self._observed), self._header.title)

    def _check_fills(self) -> None:
        """Raise when the query lacks what every row of the section Trades needs.

        Raises:
            StatementUnreadable: its rows have no field that can tell a quantity, a day or a price, or are trade confirmations.
        """
        fields = self._observed.fields["Trade"]
        if "TradeConfirms" in self._observed.sections and "Trades" not in self._observed.sections:
            raise refusals.trade_confirmations()
        lacking = [name for name, sources in _VITAL.items() if not fields & sources]
        if self._observed.rows["Trade"] and lacking:
            raise refusals.trades_without(lacking)

    def _read_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        if self._dates.order is None:
            self._dates.order = next((order for _, attributes, _, _ in waiting if (order := order_proved_by(attributes))), None)
        if self._dates.order is None:
            self._dates.order = order_that_fits(waiting)
        for element in waiting:
            self._read(element)

    def _read(self, element: Element) -> None:
        tag, attributes, place, _ = element
        try:
            many = self._many.get(tag)
            if many is not None:
                layout, take = many
                names = attributes[::2]
                if names != layout.names and layout.learn(names):
                    self._observed.met(tag, names)
                attributes.append("")
                values = layout.pick(attributes)
                attributes.pop()
                take(values, place)
            else:
                self._read_other(element)
            if attributes and (tag in self._observed.rows or len(self._observed.rows) < _MANY):
                self._observed.rows[tag] += 1
        except Unusable as lack:
            self._observed.rows[tag] += 1
            self._observed.unusable[tag, lack.field] += 1
            self._drafts.leave_out(Row(tag, attributes, place, self._numbers, self._dates).raw("accountId"), fill=tag == "Trade")
            self._observed.first.setdefault(f"unusable {tag} {lack.field}", str(place))
        except NotANumber as error:
            raise refusals.bad_number(str(error), tag, _name_of(str(error), attributes), place) from None
        except NotADate as error:
            raise refusals.bad_date(str(error), tag, _name_of(str(error), attributes), place) from None

    def _read_other(self, element: Element) -> None:
        tag, attributes, place, depth = element
        if depth == _SECTION_DEPTH and len(self._observed.sections) < _MANY:
            self._observed.sections.add(tag)
        read = self._few.get(tag)
        if read is None or not (attributes or tag == "FlexStatement"):
            return
        self._observed.met(tag, attributes[::2])
        row = Row(tag, attributes, place, self._numbers, self._dates)
        self._observed.levels[tag].add(row.text("levelOfDetail")[:20])
        read(row)

    def _describe(self, row: Row) -> None:
        instrument = self._instruments.find(row.described)
        self._described[instrument.key] = instrument


def _name_of(value: str, attributes: list[str]) -> str:
    """The attribute that holds a value which could not be read."""
    return next((attributes[index - 1] for index in range(1, len(attributes), 2) if attributes[index].strip() == value.strip()), "a value")
