"""What single rows say: kinds, effects, ids, fees, figures, and what stands in for fields that a query lacks."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from fillbook.brokers.ibkr.parse import parse
from fillbook.ledger.execution import Effect, ExecutionKind
from fillbook.ledger.instrument import AssetClass, Right
from fillbook.ledger.statement import AccountStatement, DateRange
from tests.brokers.ibkr.flex_statements import document, element, fill, read, statement, trade


def one(content: bytes) -> AccountStatement:
    (account,) = parse([content]).accounts
    return account


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, ExecutionKind.TRADE),
        ({"notes": "P;IA"}, ExecutionKind.TRADE),
        ({"notes": "Ep", "transactionType": "BookTrade"}, ExecutionKind.EXPIRY),
        ({"notes": "A", "transactionType": "BookTrade"}, ExecutionKind.ASSIGNMENT),
        ({"notes": "P;A;", "transactionType": ""}, ExecutionKind.ASSIGNMENT),
        ({"notes": "Ex"}, ExecutionKind.EXERCISE),
        ({"notes": "MEx"}, ExecutionKind.EXERCISE),
        ({"notes": "GEA"}, ExecutionKind.EXERCISE),
        ({"notes": "A,P"}, ExecutionKind.ASSIGNMENT),
        ({"transactionType": "BookTrade"}, ExecutionKind.BOOK),
        ({"transactionType": "FracShare"}, ExecutionKind.FRACTION),
        ({"transactionType": "FracShareCancel"}, ExecutionKind.CANCEL),
        ({"transactionType": "TradeCancel"}, ExecutionKind.CANCEL),
        ({"notes": "Ca"}, ExecutionKind.CANCEL),
        ({"buySell": "BUY (Ca.)"}, ExecutionKind.CANCEL),
        ({"notes": "Ca;Ep", "transactionType": "TradeCancel"}, ExecutionKind.CANCEL),
        ({"transactionType": "TradeCorrect"}, ExecutionKind.TRADE),
        ({"transactionType": None, "notes": None}, ExecutionKind.TRADE),
    ],
)
def test_the_kind_of_a_row(changes: dict[str, str | None], kind: ExecutionKind) -> None:
    assert fill(**changes).kind is kind


@pytest.mark.parametrize(
    ("indicator", "effect"),
    [
        ("O", Effect.OPENS), ("C", Effect.CLOSES), ("C;O", Effect.REVERSES), ("O;C", Effect.REVERSES), ("", Effect.UNSAID),
        ("-", Effect.UNSAID), (None, Effect.UNSAID), ("?", Effect.UNSAID),
    ],
)  # fmt: skip
def test_whether_a_row_opens_or_closes(indicator: str | None, effect: Effect) -> None:
    assert fill(openCloseIndicator=indicator).effect is effect


def test_a_conversion_by_the_broker_is_automatic() -> None:
    assert fill(notes="AFx;P", assetCategory="CASH").automatic
    assert not fill(notes="P", assetCategory="CASH").automatic


@pytest.mark.parametrize(
    ("category", "asset_class"),
    [
        ("STK", AssetClass.STOCK), ("OPT", AssetClass.OPTION), ("FUT", AssetClass.FUTURE), ("FOP", AssetClass.FUTURE_OPTION),
        ("CASH", AssetClass.FOREX), ("CFD", AssetClass.CFD), ("FXCFD", AssetClass.CFD), ("BOND", AssetClass.BOND),
        ("BILL", AssetClass.BILL),
        ("WAR", AssetClass.WARRANT), ("IOPT", AssetClass.STRUCTURED), ("FUND", AssetClass.FUND), ("CRYPTO", AssetClass.CRYPTO),
        ("CMDTY", AssetClass.COMMODITY), ("FSFOP", AssetClass.FUTURE_OPTION), ("FSOPT", AssetClass.OPTION), ("ETF", AssetClass.STOCK),
        ("MOON", AssetClass.OTHER),
    ],
)  # fmt: skip
def test_asset_classes(category: str, asset_class: AssetClass) -> None:
    assert fill(assetCategory=category).instrument.asset_class is asset_class


def test_a_missing_asset_class_is_guessed_from_the_other_fields() -> None:
    assert fill(assetCategory=None).instrument.asset_class is AssetClass.STOCK
    assert fill(assetCategory=None, symbol="EUR.USD").instrument.asset_class is AssetClass.FOREX
    assert fill(assetCategory=None, symbol="ESZ6", expiry="20261218").instrument.asset_class is AssetClass.FUTURE
    option = fill(assetCategory=None, symbol="ACM   260417C00012500").instrument
    assert option.asset_class is AssetClass.OPTION
    assert (option.strike, option.expiry, option.right) == (Decimal("12.5"), date(2026, 4, 17), Right.CALL)


def test_instruments_without_a_contract_id_are_keyed_by_what_describes_them() -> None:
    assert fill(conid=None).instrument.key == "~ACM"
    by_fields = fill(conid="", assetCategory="OPT", symbol="ACM", strike="12.50", expiry="20260417", putCall="C").instrument
    assert by_fields.key == "~ACM|2026-04-17|12.5|call"
    assert fill(conid="0", assetCategory="FUT", symbol="ESZ6", expiry="20261218").instrument.key == "~ESZ6|2026-12-18"


def test_a_missing_multiplier() -> None:
    assert fill(multiplier=None).instrument.multiplier == 1
    assert fill(multiplier=None, assetCategory="FUT").instrument.multiplier == 1
    assert fill(multiplier=None, assetCategory="OPT").instrument.multiplier == 100


def test_the_instruments_section_stands_in_for_missing_fields() -> None:
    info = element("SecurityInfo", {"conid": "9001", "symbol": "ES", "assetCategory": "FUT", "multiplier": "50", "currency": "EUR"})
    row = trade(assetCategory=None, multiplier=None, currency=None, proceeds=None, ibCommissionCurrency=None, quantity="2", tradePrice="10")
    (execution,) = one(document(statement(row, SecuritiesInfo=info))).executions
    assert execution.instrument.asset_class is AssetClass.FUTURE
    assert (execution.instrument.currency, execution.fees_currency) == ("EUR", "EUR")
    assert execution.proceeds == -1000  # 2 x 10 x 50


def test_a_missing_currency_is_the_accounts() -> None:
    assert fill(currency=None).instrument.currency == "USD"


def test_details_of_an_instrument_come_from_wherever_they_stand() -> None:
    info = element("SecurityInfo", {"conid": "9001", "symbol": "ACME", "isin": "US0090010011", "listingExchange": "NYSE"})
    (instrument,) = one(document(statement(trade(isin=None, listingExchange=None), SecuritiesInfo=info))).instruments
    assert (instrument.symbol, instrument.isin, instrument.exchange) == ("ACME", "US0090010011", "NYSE")
    assert (instrument.currency, instrument.asset_class) == ("USD", AssetClass.STOCK)


def test_ids_that_mean_nothing_are_none() -> None:
    execution = fill(origTransactionID="0", origTradeID="", ibExecID="--", ibOrderID="0", exchange="--")
    assert (execution.corrects, execution.corrects_trade, execution.exec_id, execution.order_id, execution.venue) == ("", "", "", "", "")
    cancel = fill(transactionType="TradeCancel", origTransactionID="70000001", origTradeID="5000001", transactionID="7")
    assert (cancel.corrects, cancel.corrects_trade) == ("70000001", "5000001")


def test_a_row_without_ids_keeps_its_name_from_statement_to_statement() -> None:
    plain_row = {"transactionID": "", "tradeID": ""}
    alone = fill(**plain_row)
    twice = read(trade(**plain_row), trade(**plain_row)).accounts[0].executions
    assert [execution.execution_id[-2:] for execution in twice] == ["-1", "-2"]
    assert twice[0].execution_id == alone.execution_id
    assert fill(**plain_row, tradePrice="50.00", quantity="10.0").execution_id == alone.execution_id
    assert fill(**plain_row, tradePrice="50.01").execution_id != alone.execution_id


def test_equal_rows_without_ids_in_two_statements_of_an_account_are_the_same_rows() -> None:
    rows = statement(trade(transactionID="", tradeID=""), trade(transactionID="", tradeID=""))
    assert len(one(document(rows, rows)).executions) == 2


def test_a_repeated_trade_number_makes_a_repeated_row() -> None:
    assert len(read(trade(transactionID=""), trade(transactionID="")).accounts[0].executions) == 1


def test_fees_in_base_currency_get_the_rate_of_the_day() -> None:
    execution = fill(currency="JPY", ibCommissionCurrency="USD", fxRateToBase="0.0064", ibCommission="-2")
    assert (execution.fees, execution.fees_currency, execution.fees_rate) == (Decimal(-2), "USD", Decimal("156.25"))
    third = fill(currency="JPY", ibCommissionCurrency="USD", fxRateToBase="0.0067")
    assert third.fees_rate == Decimal("149.253731343283582090")  # 1 / 0.0067, half-even at 18 decimals
    assert fill(ibCommissionCurrency="").fees_currency == "USD"


@pytest.mark.parametrize("text", ["0", "-1", ""])
def test_a_rate_that_no_currency_has_is_none(text: str) -> None:
    # a profit of 18 EUR is not worth 0, nor a loss of 18: what it is worth is not known
    execution = fill(currency="EUR", fxRateToBase=text, ibCommissionCurrency="USD")
    assert execution.rate_to_base is None
    assert execution.fees_rate == 1
    position = element("OpenPosition", {"conid": "9001", "position": "10", "reportDate": "20260918", "fxRateToBase": text})
    assert [figure.rate_to_base for figure in one(document(statement(OpenPositions=position))).positions] == [None]


def test_the_base_currency_is_the_one_with_rate_one() -> None:
    rows = [trade(), trade(transactionID="2", currency="EUR", conid="2", fxRateToBase="1.1")]
    assert one(document(statement(*rows, drop=["AccountInformation"]))).base_currency == "USD"
    both = [trade(), trade(transactionID="2", currency="EUR", conid="2")]
    assert one(document(statement(*both, drop=["AccountInformation"]))).base_currency is None


def test_option_events_give_the_realized_pnl_of_a_query_without_it() -> None:
    event = element(
        "OptionEAE",
        {
            "symbol": "X",
            "conid": "9001",
            "date": "20260302",
            "transactionType": "Expiration",
            "realizedPnl": "-1,302.5",
            "tradeID": "5000001",
        },
    )
    rows = [trade(fifoPnlRealized=None), trade(fifoPnlRealized=None, transactionID="2", tradeID="5000002")]
    account = one(document(statement(*rows, OptionEAE=f"<OptionEAE>{event}</OptionEAE>")))
    assert [execution.broker_realized_pnl for execution in account.executions] == [Decimal("-1302.5"), None]
    assert account.states_realized_pnl


def test_a_query_without_any_realized_pnl() -> None:
    account = one(document(statement(trade(fifoPnlRealized=None))))
    assert account.executions[0].broker_realized_pnl is None
    assert not account.states_realized_pnl


def test_zeros_are_figures_while_nothing_closes() -> None:
    assert fill().broker_realized_pnl == 0


@pytest.mark.parametrize(
    ("changes", "pnl", "cost"),
    [
        ({"model": "", "cost": "0"}, 0, 0),
        ({"model": "M", "cost": "0"}, None, None),
        ({"model": "M", "cost": "501"}, None, None),  # as if it opened: -(proceeds + fees + taxes)
        ({"model": "M", "cost": "480"}, None, 480),
        ({"model": "M", "cost": "480", "fifoPnlRealized": "7"}, 7, 480),
        ({"model": "--", "cost": "0"}, 0, 0),
    ],
)
def test_a_models_zero_is_no_figure(changes: dict[str, str], pnl: int | None, cost: int | None) -> None:
    execution = fill(**changes)
    assert (execution.broker_realized_pnl, execution.broker_cost) == (pnl, cost)


def test_the_settlement_price_stands_on_options_that_ended() -> None:
    ended = {"assetCategory": "OPT", "notes": "Ex", "closePrice": "16.25"}
    assert fill(**ended).settlement_price == Decimal("16.25")
    assert fill(**{**ended, "notes": ""}).settlement_price is None
    assert fill(**{**ended, "assetCategory": "STK"}).settlement_price is None


def test_book_trades_without_a_time_are_booked_at_twenty_past_four() -> None:
    expiry = fill(dateTime="20260417", tradeDate="20260417", notes="Ep", assetCategory="OPT")
    assert expiry.executed_at is None
    assert expiry.ordered_at == datetime(2026, 4, 17, 20, 20, tzinfo=UTC)


def test_rows_beside_executions_are_left_alone() -> None:
    rows = [
        trade(transactionID=str(n), levelOfDetail=level)
        for n, level in enumerate(["ORDER", "CLOSED_LOT", "SYMBOL_SUMMARY", "EXECUTION", ""])
    ]
    assert [execution.execution_id for execution in read(*rows).accounts[0].executions] == ["3", "4"]


def test_a_row_without_account_belongs_to_the_statements() -> None:
    assert fill(accountId=None).account == "U9000001"
    assert read(trade(accountId="-")).accounts[0].executions == ()


def test_an_account_that_only_rows_name_states_no_positions() -> None:
    position = element(
        "OpenPosition", {"conid": "9001", "symbol": "ACM", "position": "5", "reportDate": "20260918", "accountId": "U9000002"}
    )
    first, second = parse([document(statement(trade(), OpenPositions=position))]).accounts
    assert (first.states_positions, first.positions) == (True, ())
    assert not second.states_positions
    assert second.positions[0].quantity == 5
    assert second.covers is None


def test_the_last_day_counts_even_when_nothing_is_held() -> None:
    held = element("OpenPosition", {"conid": "9001", "symbol": "ACM", "position": "5", "reportDate": "20260917", "accountId": "U9000001"})
    days = [{"fromDate": day, "toDate": day, "period": ""} for day in ("20260917", "20260918")]
    account = one(document(statement(header=days[0], OpenPositions=held), statement(header=days[1])))
    assert account.positions == ()
    assert account.states_positions


def test_cost_of_a_position_from_its_price() -> None:
    row = {"conid": "9001", "symbol": "X", "assetCategory": "OPT", "multiplier": "100", "position": "-2", "costBasisPrice": "1.25"}
    (position,) = one(document(statement(OpenPositions=element("OpenPosition", row)))).positions
    assert position.cost_basis == -250
    assert position.as_of == date(2026, 9, 18)


def test_paper_accounts_and_their_opening() -> None:
    info = element("AccountInformation", {"accountId": "DU123456", "currency": "USD", "dateOpened": "20200102", "dateFunded": "20200105"})
    account = one(document(statement(header={"accountId": "DU123456"}, drop=["AccountInformation"], extra=info)))
    assert account.paper
    assert account.opened_on == date(2020, 1, 5)
    assert not one(document(statement())).paper


def test_only_weekends_may_lie_between_covered_days() -> None:
    # the broker has a statement for every weekday, holidays too: what stands on a day left out is nobody's to take back
    friday = {"fromDate": "20260102", "toDate": "20260109"}
    monday, tuesday = {"fromDate": "20260112", "toDate": "20260131"}, {"fromDate": "20260113", "toDate": "20260131"}
    whole = document(statement(header=friday), statement(header=monday))
    holed = document(statement(header=friday), statement(header=tuesday))
    assert one(whole).covers == DateRange(date(2026, 1, 2), date(2026, 1, 31))
    assert one(holed).covers == DateRange(date(2026, 1, 13), date(2026, 1, 31))


def test_a_row_that_a_later_statement_of_the_file_restates_is_one_row_as_said_last() -> None:
    first, again = statement(trade(fxRateToBase="0.9", currency="EUR")), statement(trade(fxRateToBase="0.91", currency="EUR"))
    (account,) = parse([document(first, again)]).accounts
    assert [(row.execution_id, row.rate_to_base) for row in account.executions] == [("70000001", Decimal("0.91"))]


def test_positions_of_two_statements_that_end_on_one_day_are_not_added() -> None:
    def position(mark: str) -> str:
        return element("OpenPosition", {"conid": "9001", "symbol": "ACM", "assetCategory": "STK", "position": "10", "markPrice": mark})

    pages = [statement(trade(), OpenPositions=position(mark)) for mark in ("50", "51")]
    (account,) = parse([document(*pages)]).accounts
    assert [(figure.quantity, figure.mark_price) for figure in account.positions] == [(Decimal(10), Decimal(51))]


def test_a_document_without_fills_to_read_denies_none() -> None:
    def states(*pages: str) -> bool:
        (account,) = parse([document(*pages)]).accounts
        return account.states_executions

    assert states(statement())
    assert states(statement(trade()))
    assert not states(statement(drop=("Trades",)))
    assert not states(statement(element("Order", {"symbol": "ACM", "levelOfDetail": "ORDER"})))
    assert not states(statement(trade(), trade(quantity="", transactionID="7")))
