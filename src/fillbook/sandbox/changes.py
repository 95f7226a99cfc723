"""What a broker may do to a statement that it wrote before: leave something out, say it twice, correct it, number it anew.

Each change takes the bytes of a whole statement and returns other ones. It relies on how `statement` writes: one element a line.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from fillbook.ledger.numbers import exact, plain

RESTATED_BY: Final = Decimal("0.5")
"""How much higher a restated price is."""
DAYS_LEFT: Final = 30
"""How many days a shortened statement still covers."""
_TRADE: Final = b"<Trade "
_DAY: Final = re.compile(rb' (?:tradeDate|date|reportDate)="(\d{8})"')


def other_account(statement: bytes) -> bytes:
    """Every row belongs to an account with another number."""
    return statement.replace(b'accountId="U99000', b'accountId="U99777')


def fewer_days(statement: bytes) -> bytes:
    """It covers its last month alone, whatever was asked for."""
    last = re.search(rb' toDate="(\d{8})"', statement)
    assert last is not None
    first = (datetime.strptime(last[1].decode(), "%Y%m%d") - timedelta(days=DAYS_LEFT - 1)).strftime("%Y%m%d").encode()  # noqa: DTZ007 - a day
    kept = [line for line in statement.split(b"\n") if not _of_before(line, first)]
    return re.sub(rb' fromDate="\d{8}"', b' fromDate="' + first + b'"', b"\n".join(kept))


def without_trades(statement: bytes) -> bytes:
    """The section Trades is gone."""
    return re.sub(rb"<Trades>.*?</Trades>\n", b"", statement, flags=re.DOTALL)


def without_positions(statement: bytes) -> bytes:
    """The section Open Positions is gone."""
    return re.sub(rb"<OpenPositions>.*?</OpenPositions>\n", b"", statement, flags=re.DOTALL)


def repeated_rows(statement: bytes) -> bytes:
    """Each trade stands twice."""
    return _each_trade(statement, lambda row: [row, row])


def equal_fills(statement: bytes) -> bytes:
    """Two more fills that differ from the last one in their numbers alone."""
    return _last_fill(statement, lambda row: [row, *(_with(row, **_numbers(row, step)) for step in (1, 2))])


def cancelled(statement: bytes) -> bytes:
    """The last fill was cancelled, and nothing came in its place."""
    return _last_fill(statement, lambda row: [row, _cancel(row)])


def rebooked(statement: bytes) -> bytes:
    """The last fill was cancelled and booked anew under its old trade number, at a higher price; its commission stays with the original."""
    return _last_fill(statement, lambda row: [row, _cancel(row), _rebook(row)])


def restated_price(statement: bytes) -> bytes:
    """The last fill has a higher price than it had."""
    return _last_fill(statement, lambda row: [_dearer(row)])


def dropped_row(statement: bytes) -> bytes:
    """A trade from the middle is no longer there, with nothing said about it."""
    rows = [line for line in statement.split(b"\n") if line.startswith(_TRADE)]
    gone = rows[len(rows) // 2]
    return statement.replace(gone + b"\n", b"")


def renumbered(statement: bytes) -> bytes:
    """Every trade has new numbers."""
    return re.sub(rb' (transactionID|tradeID|ibExecID)="([^"]+)"', rb' \1="88\2"', statement)


CHANGES: Final[dict[str, Callable[[bytes], bytes]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        other_account, fewer_days, without_trades, without_positions, repeated_rows, equal_fills, cancelled, rebooked, restated_price,
        dropped_row, renumbered,
    )
}  # fmt: skip
"""Name -> change."""


def _of_before(line: bytes, first: bytes) -> bool:
    """Whether a row happened before a day; positions are of the last day."""
    day = None if line.startswith(b"<OpenPosition ") else _DAY.search(line)
    return day is not None and day[1] < first


def _each_trade(statement: bytes, become: Callable[[bytes], Sequence[bytes]]) -> bytes:
    lines = [become(line) if line.startswith(_TRADE) else [line] for line in statement.split(b"\n")]
    return b"\n".join(line for some in lines for line in some)


def _last_fill(statement: bytes, become: Callable[[bytes], Sequence[bytes]]) -> bytes:
    """Apply to the last sale or purchase of a stock on an exchange."""
    rows = [line for line in statement.split(b"\n") if line.startswith(_TRADE)]
    last = [row for row in rows if b' assetCategory="STK"' in row and b' transactionType="ExchTrade"' in row][-1]
    return _each_trade(statement, lambda row: become(row) if row == last else [row])


def _cancel(row: bytes) -> bytes:
    quantity, money, proceeds, cash = (_number(row, name) for name in ("quantity", "tradeMoney", "proceeds", "netCash"))
    commission = _number(row, "ibCommission")
    return _with(
        row,
        transactionType="TradeCancel",
        notes="Ca",
        buySell=f"{_text(row, 'buySell')} (Ca.)",
        exchange="--",
        quantity=-quantity,
        tradeMoney=-money,
        proceeds=-proceeds,
        netCash=-(cash - commission),
        ibCommission=Decimal(0),
        cost=-_number(row, "cost"),
        fifoPnlRealized=-_number(row, "fifoPnlRealized"),
        tradeID="",
        origTradeID=_text(row, "tradeID"),
        origTransactionID=_text(row, "transactionID"),
        ibExecID="",
        transactionID=str(int(_text(row, "transactionID")) + 500),
    )


def _rebook(row: bytes) -> bytes:
    free = _with(row, netCash=_number(row, "netCash") - _number(row, "ibCommission"), ibCommission=Decimal(0))
    return _with(_dearer(free), transactionID=str(int(_text(row, "transactionID")) + 501))


def _dearer(row: bytes) -> bytes:
    """The same fill at a higher price, with everything that follows from it."""
    more = RESTATED_BY * _number(row, "quantity")
    realized = _number(row, "fifoPnlRealized")
    return _with(
        row,
        tradePrice=_number(row, "tradePrice") + RESTATED_BY,
        tradeMoney=_number(row, "tradeMoney") + more,
        proceeds=_number(row, "proceeds") - more,
        netCash=_number(row, "netCash") - more,
        fifoPnlRealized=realized - more if realized else realized,
    )


def _numbers(row: bytes, step: int) -> dict[str, str]:
    """Those of another fill of the same order."""
    return {name: str(int(_text(row, name)) + 600 + step) for name in ("transactionID", "tradeID")} | {"ibExecID": f"0000beef.{step}.01"}


def _text(row: bytes, name: str) -> str:
    found = re.search(rb' %s="([^"]*)"' % name.encode(), row)
    assert found is not None, name
    return found[1].decode()


def _number(row: bytes, name: str) -> Decimal:
    return Decimal(_text(row, name))


def _with(row: bytes, **values: str | Decimal) -> bytes:
    """The row with other attributes."""
    with exact():
        for name, value in values.items():
            text = plain(value) if isinstance(value, Decimal) else value
            row = re.sub(rb' %s="[^"]*"' % name.encode(), b' %s="%s"' % (name.encode(), text.encode()), row, count=1)
    return row
