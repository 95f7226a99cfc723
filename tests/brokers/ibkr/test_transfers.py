"""The section Transfers: units that come and go without a trade."""

from fillbook.brokers.ibkr.parse import parse
from fillbook.ledger.statement import AccountStatement
from fillbook.trades.account import read_account
from tests.brokers.ibkr.flex_statements import document, element, statement, trade

OUT = {
    "accountId": "U9000001", "currency": "USD", "assetCategory": "STK", "symbol": "ACM", "conid": "9001", "type": "FOP", "direction": "OUT",
    "date": "20260303", "dateTime": "20260303", "quantity": "-4", "transferPrice": "0", "cashTransfer": "0", "transactionID": "",
}  # fmt: skip


def moved(*rows: str) -> AccountStatement:
    (account,) = parse([document(statement(trade(), extra=f"<Transfers>{''.join(rows)}</Transfers>"))]).accounts
    return account


def test_equal_transfers_without_ids_stay_two() -> None:
    out = element("Transfer", OUT)
    twice = moved(out, out).transfers
    assert [transfer.quantity for transfer in twice] == [-4, -4]
    assert twice[0].transfer_id == moved(out).transfers[0].transfer_id != twice[1].transfer_id


def test_a_transfer_taken_back_and_made_again_leaves_once() -> None:
    out, back = element("Transfer", OUT), element("Transfer", {**OUT, "quantity": "4", "code": "Ca"})
    assert sum(lot.quantity for lot in read_account(moved(out, back, out)).match.open_lots) == 6  # 10 bought, 4 left


def test_a_transfer_sells_nothing_even_where_it_states_a_price() -> None:
    # 10 bought at 50; that they are worth 60 when they leave is nobody's profit
    account = moved(element("Transfer", {**OUT, "quantity": "-10", "transferPrice": "60"}))
    (trip,) = read_account(account).match.round_trips
    assert trip.realized_pnl == 0
    assert not trip.counts
    assert account.transfers[0].price is None
