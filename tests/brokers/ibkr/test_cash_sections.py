"""Sections beside the guide's: what their rows say, what stands in for missing fields, and that they make no account by themselves."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from fillbook.brokers.ibkr.parse import parse
from fillbook.brokers.interface import StatementUnreadable
from fillbook.ledger.cash import CashKind, CashMovement
from fillbook.ledger.figures import BrokerBalance, BrokerLot, FigureKind
from fillbook.ledger.statement import AccountStatement, Severity
from tests.brokers.ibkr.flex_statements import TRADE, document, element, findings, statement, trade
from tests.support import golden

CASH = {
    "accountId": "U9000001", "currency": "USD", "fxRateToBase": "1", "assetCategory": "STK", "symbol": "ACM", "conid": "9001",
    "description": "ACM(US0090010011) CASH DIVIDEND USD 0.24 PER SHARE (Ordinary Dividend)", "dateTime": "20260310;202000",
    "settleDate": "20260310", "reportDate": "20260310", "amount": "24", "type": "Dividends", "transactionID": "90000001",
    "levelOfDetail": "DETAIL",
}  # fmt: skip
LOT = {
    **{name: TRADE[name] for name in ("accountId", "currency", "symbol", "conid", "assetCategory", "multiplier")},
    "dateTime": "20260302;100000", "tradeDate": "20260302", "quantity": "10", "cost": "480", "fifoPnlRealized": "19",
    "transactionID": "60000001", "openDateTime": "20240115;100000", "levelOfDetail": "CLOSED_LOT",
}  # fmt: skip


def cash(**changes: str | None) -> str:
    return element("CashTransaction", {name: value for name, value in {**CASH, **changes}.items() if value is not None})


def lot(**changes: str | None) -> str:
    return element("Lot", {name: value for name, value in {**LOT, **changes}.items() if value is not None})


def rate(day: str, currency: str, amount: str, base: str = "USD") -> str:
    return element("ConversionRate", {"reportDate": day, "fromCurrency": currency, "toCurrency": base, "rate": amount})


def account_of(*trades: str, **sections: str) -> AccountStatement:
    (account,) = parse([content(*trades, **sections)]).accounts
    return account


def content(*trades: str, **sections: str) -> bytes:
    extra = "".join(f"<{tag}>{rows}</{tag}>" for tag, rows in sections.items())
    return document(statement(*trades, extra=extra))


def movements(*rows: str) -> tuple[CashMovement, ...]:
    return account_of(CashTransactions="".join(rows)).cash_movements


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Dividends", CashKind.DIVIDEND),
        ("Payment In Lieu Of Dividends", CashKind.PAYMENT_IN_LIEU),
        ("Withholding Tax", CashKind.WITHHOLDING_TAX),
        ("Broker Interest Paid", CashKind.INTEREST),
        ("Broker Interest Received", CashKind.INTEREST),
        ("Bond Interest Paid", CashKind.INTEREST),
        ("Bond Interest Received", CashKind.INTEREST),
        ("Other Fees", CashKind.FEE),
        ("Commission Adjustments", CashKind.FEE),
        ("Deposits/Withdrawals", CashKind.DEPOSIT_WITHDRAWAL),
        ("Deposits & Withdrawals", CashKind.DEPOSIT_WITHDRAWAL),
        ("", CashKind.OTHER),
    ],
)
def test_the_kind_of_a_movement(said: str, kind: CashKind) -> None:
    (movement,) = movements(cash(type=said))
    assert (movement.kind, movement.broker_type) == (kind, said)


def test_a_movement_of_an_unknown_type_is_kept_and_told() -> None:
    found = findings(content(CashTransactions=cash(type="Moon Rent")))
    assert found["values_unknown"].params == {"field": "type of CashTransaction", "values": "'Moon Rent'"}


def test_every_field_of_a_movement_may_be_missing_but_its_amount_and_a_day() -> None:
    (bare,) = movements(element("CashTransaction", {"amount": "-1.5", "dateTime": "20260310"}))
    assert (bare.account, bare.instrument, bare.currency, bare.kind) == ("U9000001", None, "USD", CashKind.OTHER)
    assert (bare.moved_on, bare.value_date, bare.moved_at) == (date(2026, 3, 10), date(2026, 3, 10), None)
    (settled,) = movements(cash(reportDate=None, dateTime=None, settleDate="20260312"))
    assert (settled.moved_on, settled.value_date) == (date(2026, 3, 12), None)
    for lacking in ({"amount": ""}, {"reportDate": "", "settleDate": "", "dateTime": ""}):
        found = findings(content(CashTransactions=cash(**lacking)))
        assert found["rows_unusable"].params["section"] == "Cash Transactions"
        assert found["rows_unusable"].severity is Severity.WARNING


def test_a_correction_counts_from_the_day_it_was_booked_and_bears_the_day_of_what_it_corrects() -> None:
    (movement,) = movements(cash(type="Withholding Tax", amount="3.6", reportDate="20260615"))
    assert movement.moved_on == date(2026, 6, 15)
    assert movement.value_date == date(2026, 3, 10)
    assert movement.moved_at == datetime(2026, 3, 11, 0, 20, tzinfo=UTC)


def test_a_movement_is_told_apart_by_its_id_and_counted_once() -> None:
    assert len(movements(cash(), cash())) == 1
    assert [row.movement_id for row in movements(cash(), cash(amount="25"))] == ["90000001", "90000001~2"]
    first, second = movements(cash(transactionID=""), cash(transactionID=""))
    assert first.movement_id.removesuffix("-1") == second.movement_id.removesuffix("-2")


def test_equal_movements_without_ids_in_a_second_statement_are_the_same() -> None:
    rows = f"<CashTransactions>{cash(transactionID='')}{cash(transactionID='')}</CashTransactions>"
    (account,) = parse([document(statement(extra=rows), statement(extra=rows))]).accounts
    assert len(account.cash_movements) == 2


def test_sums_count_only_where_no_movement_is_listed() -> None:
    total = cash(levelOfDetail="SUMMARY", transactionID="", amount="30")
    assert [row.amount for row in movements(total, cash())] == [24]
    assert [row.amount for row in movements(total)] == [30]


def test_the_instrument_of_a_movement_is_the_one_that_is_traded() -> None:
    (row,) = account_of(trade(), CashTransactions=cash(assetCategory="")).cash_movements
    assert row.instrument is not None
    assert (row.instrument.key, row.instrument.description, row.instrument.exchange) == ("9001", "ACME CORP", "NASDAQ")
    info = element("SecurityInfo", {"conid": "9001", "symbol": "ACM", "description": "ACME CORP", "currency": "USD"})
    (told,) = parse([document(statement(extra=f"<CashTransactions>{cash()}</CashTransactions>", SecuritiesInfo=info))]).accounts
    assert told.cash_movements[0].instrument is not None
    assert told.cash_movements[0].instrument.description == "ACME CORP"
    assert told.instruments == ()


@pytest.mark.parametrize(
    ("said", "sentence", "kept"),
    [
        ("Deposits/Withdrawals", "DISBURSEMENT INITIATED BY Test Owner", ""),
        ("Advisor Fees", "ADVISORY FEE Test Owner", ""),
        ("Cash Receipts", "Test Owner", ""),
        ("Moon Rent", "RENT OF Test Owner", ""),
        ("Other Fees", "t***9:NYSE (NETWORK A) FOR APR 2026", "NYSE (NETWORK A) FOR APR 2026"),
        ("Broker Interest Paid", "USD DEBIT INT FOR APR-2026", "USD DEBIT INT FOR APR-2026"),
    ],
)
def test_a_sentence_that_may_name_a_person_is_not_kept(said: str, sentence: str, kept: str) -> None:
    row = cash(type=said, description=sentence, conid="", symbol="", clientReference="Transfer to U9000009")
    (movement,) = movements(row)
    assert movement.description == kept
    assert "U9000009" not in repr(movement)


def test_nothing_of_the_person_is_kept_of_the_golden_statement() -> None:
    raw = (golden.STATEMENTS / "ibkr" / "cash-transactions.xml").read_bytes()
    assert raw.count(b"Test Owner") == 4
    assert "Owner" not in repr(parse([raw]))


def test_cash_is_stated_from_the_first_day_of_a_statement_with_the_section() -> None:
    assert account_of(CashTransactions="").cash_since == date(2025, 9, 19)
    assert account_of(trade()).cash_since is None


def balances(rows: str, tag: str = "CashReport") -> tuple[BrokerBalance, ...]:
    return account_of(**{tag: rows}).balances


def cash_report(**values: str) -> str:
    return element("CashReportCurrency", {"accountId": "U9000001", "currency": "USD", "toDate": "20260918", **values})


def test_balances_of_models_are_added() -> None:
    rows = cash_report(model="A", endingCash="10", endingSettledCash="4") + cash_report(model="B", endingCash="-3", endingSettledCash="1")
    (balance,) = balances(rows)
    assert (balance.amount, balance.settled) == (Decimal(7), Decimal(5))
    (unsettled,) = balances(cash_report(model="A", endingCash="10", endingSettledCash="4") + cash_report(model="B", endingCash="-3"))
    assert (unsettled.amount, unsettled.settled) == (Decimal(7), None)


def test_a_day_that_one_statement_ends_with_and_the_next_begins_after_has_one_balance() -> None:
    def on(day: str, start: str, end: str) -> str:
        row = cash_report(fromDate=day, toDate=day, startingCash=start, endingCash=end, endingSettledCash=end)
        return statement(extra=f"<CashReport>{row}</CashReport>", header={"fromDate": day, "toDate": day})

    (account,) = parse([document(on("20260901", "5", "6"), on("20260902", "6", "8"))]).accounts
    assert [row.as_of.day for row in account.balances] == [31, 1, 2]
    assert [row.amount for row in account.balances] == [5, 6, 8]
    assert [row.settled for row in account.balances] == [None, Decimal(6), Decimal(8)]


def test_a_balance_without_an_amount_is_none() -> None:
    assert balances(cash_report(commissions="-1")) == ()
    assert findings(content(CashReport=cash_report(commissions="-1"))) == {}


def test_a_sum_of_balances_that_no_account_can_hold_refuses_the_document() -> None:
    rows = "".join(cash_report(model=str(number), endingCash="99999999999999999999") for number in range(2))
    with pytest.raises(StatementUnreadable) as refused:
        balances(rows)
    assert refused.value.code == "amount_too_large"


def test_net_asset_value_is_in_the_base_currency_whether_the_row_says_so_or_not() -> None:
    row = element("EquitySummaryByReportDateInBase", {"accountId": "U9000001", "reportDate": "20260901", "total": "5.5"})
    (value,) = balances(row, "EquitySummaryInBase")
    assert (value.kind, value.currency, value.as_of, value.amount) == (
        FigureKind.NET_ASSET_VALUE,
        "USD",
        date(2026, 9, 1),
        Decimal("5.5"),
    )


def test_rows_about_money_make_no_account() -> None:
    stray = cash(accountId="U9000007") + cash(accountId="-") + cash()
    raw = content(CashTransactions=stray)
    (account,) = parse([raw]).accounts
    assert [row.movement_id for row in account.cash_movements] == ["90000001"]
    assert findings(raw)["accounts_without_statement"].params == {"count": "1", "example": "U9000007"}


def test_rows_about_money_may_come_before_the_account_they_belong_to() -> None:
    early = f"<CashTransactions>{cash(accountId='U9000002')}</CashTransactions>"
    body = statement(extra=early), statement(trade(accountId="U9000002"), header={"accountId": "U9000002"})
    first, second = parse([document(*body)]).accounts
    assert (first.cash_movements, second.account) == ((), "U9000002")
    assert [row.account for row in second.cash_movements] == ["U9000002"]


def test_rates_are_kept_for_the_currencies_of_the_accounts_rows() -> None:
    rows = rate("20260302", "EUR", "1.1") + rate("20260302", "JPY", "0.007") + rate("20260302", "EUR", "150", "JPY")
    account = account_of(trade(currency="EUR", fxRateToBase="1.09"), ConversionRates=rows)
    assert [(row.currency, row.base, row.rate) for row in account.rates] == [("EUR", "USD", Decimal("1.1"))]
    assert account.executions[0].rate_to_base == Decimal("1.09"), "a row's own rate is believed"


@pytest.mark.parametrize(
    ("report_day", "found"),
    [("20260302", "1.1"), ("20260308", "1.1"), ("20260309", "1.1"), ("20260310", None), ("20260301", None)],
)
def test_a_rate_stands_in_for_a_missing_one_until_the_next_should_have_come(report_day: str, found: str | None) -> None:
    raw = trade(currency="EUR", fxRateToBase=None, reportDate=report_day, dateTime="20260302;100000", tradeDate="20260302")
    account = account_of(raw, ConversionRates=rate("20260302", "EUR", "1.1"))
    assert account.executions[0].rate_to_base == (None if found is None else Decimal(found))


def test_rates_complete_movements_and_corporate_actions_too() -> None:
    action = element(
        "CorporateAction",
        {
            "accountId": "U9000001", "currency": "EUR", "symbol": "ACM", "conid": "9001", "dateTime": "20260302;202500", "quantity": "0",
            "proceeds": "5", "type": "CD", "description": "ACM(US0090010011) CASH DIVIDEND", "transactionID": "1",
        },
    )  # fmt: skip
    extra = f"<CashTransactions>{cash(currency='EUR', fxRateToBase='', reportDate='20260302')}</CashTransactions>"
    extra += f"<ConversionRates>{rate('20260302', 'EUR', '1.1')}</ConversionRates>"
    (account,) = parse([document(statement(extra=extra, CorporateActions=action))]).accounts
    assert account.corporate_actions[0].rate_to_base == account.cash_movements[0].rate_to_base == Decimal("1.1")


def test_a_rate_that_is_nothing_is_left_out() -> None:
    account = account_of(trade(currency="EUR", fxRateToBase=""), ConversionRates=rate("20260302", "EUR", "0"))
    assert (account.rates, account.executions[0].rate_to_base) == ((), None)
    found = findings(content(ConversionRates=rate("20260302", "EUR", "")))
    assert found["rows_unusable"].params["section"] == "Conversion Rates"


def test_fees_in_a_third_currency_are_turned_by_way_of_the_base_currency() -> None:
    rows = rate("20260302", "EUR", "1.2") + rate("20260302", "CHF", "1.08")
    raw = content(trade(currency="EUR", fxRateToBase="1.2", ibCommissionCurrency="CHF"), ConversionRates=rows)
    (account,) = parse([raw]).accounts
    assert account.executions[0].fees_rate == Decimal("0.9")
    assert "fees_currency" not in findings(raw)


def lots(*rows: str) -> tuple[BrokerLot, ...]:
    return account_of("".join(rows)).broker_lots


def test_a_lot_belongs_to_the_fill_before_it() -> None:
    sale = {"quantity": "-10", "buySell": "SELL", "openCloseIndicator": "C"}
    first, second = trade(transactionID="1", **sale), trade(transactionID="2", **sale)
    assert [row.closed_by for row in lots(first, lot(), second, lot(transactionID="60000002"))] == ["1", "2"]
    assert [row.closed_by for row in lots(lot(), first)] == ["1"], "the only one that can be"
    assert [row.closed_by for row in lots(lot(), first, second)] == [""], "two can be"
    assert [row.closed_by for row in lots(first, lot(quantity="-10"))] == [""], "a sale closes nothing short"
    assert [row.closed_by for row in lots(first, lot(dateTime="20260302;100001"))] == [""]


def test_what_a_lot_says() -> None:
    (row,) = lots(lot())
    assert (row.quantity, row.cost_basis, row.realized_pnl) == (Decimal(10), Decimal(480), Decimal(19))
    assert (row.opened_by, row.opened_on, row.opened_at) == ("60000001", date(2024, 1, 15), datetime(2024, 1, 15, 15, tzinfo=UTC))
    assert row.instrument.key == "9001"
    (bare,) = lots(lot(transactionID="", openDateTime=None, fifoPnlRealized=None, levelOfDetail=None))
    assert (bare.opened_by, bare.opened_on, bare.opened_at, bare.realized_pnl) == ("", None, None, None)
    assert findings(content(lot(cost="")))["rows_unusable"].params["section"] == "Trades (Closed Lots)"


def test_lots_are_no_fills_and_make_no_account() -> None:
    raw = content(trade(), lot(accountId="U9000008"), lot(levelOfDetail="EXECUTION"))
    (account,) = parse([raw]).accounts
    assert len(account.executions) == 1
    assert account.broker_lots == ()


def test_every_row_leads_back_to_its_bytes() -> None:
    for name, tag in (
        ("cash-transactions", b"<CashTransaction "), ("cash-report", b"<CashReportCurrency "), ("conversion-rates", b"<ConversionRate "),
        ("closed-lots", b"<Lot "),
    ):  # fmt: skip
        raw = (golden.STATEMENTS / "ibkr" / f"{name}.xml").read_bytes()
        (account,) = parse([raw]).accounts
        places = [row.place for row in account.cash_movements] + [row.place for row in account.balances]
        places += [row.place for row in account.rates] + [row.place for row in account.broker_lots]
        assert places
        assert all(raw.startswith(tag, place) for place in places)
