"""The query doctor: every way to set a query wrong has a statement that shows it, and a sentence in the portal's words."""

import re

import pytest

from fillbook.brokers.ibkr.doctor import initials
from fillbook.brokers.ibkr.parse import parse
from fillbook.brokers.ibkr.portal import FIELDS, OPTION_FIELDS, SECTIONS
from fillbook.ledger.fingerprints import learned, query_changed
from fillbook.ledger.statement import Finding, Severity
from tests.brokers.ibkr.flex_statements import document, element, findings, statement, trade
from tests.support import golden

GOOD = (golden.STATEMENTS / "ibkr" / "all-sections.xml").read_text(encoding="utf-8")


def position(**changes: str) -> str:
    row = {
        "accountId": "U9000001", "currency": "USD", "symbol": "ACM", "conid": "9001", "reportDate": "20260918", "position": "10",
        "markPrice": "60", "costBasisMoney": "501", "levelOfDetail": "SUMMARY",
    }  # fmt: skip
    return element("OpenPosition", {**row, **changes})


def event(**changes: str) -> str:
    row = {
        "accountId": "U9000001", "assetCategory": "OPT", "symbol": "ACM", "conid": "9101", "date": "20260417",
        "transactionType": "Assignment", "quantity": "1", "tradeID": "1",
    }  # fmt: skip
    return f"<OptionEAE>{element('OptionEAE', {**row, **changes})}</OptionEAE>"


def test_a_query_by_the_guide_has_no_finding() -> None:
    assert findings(GOOD.encode()) == {}


def test_no_trades_in_a_whole_year_is_no_fault() -> None:
    assert findings(document(statement())) == {}


@pytest.mark.parametrize("tag", SECTIONS)
def test_a_missing_section_is_named_with_what_it_costs_and_where_to_click(tag: str) -> None:
    section = SECTIONS[tag]
    found = findings(document(statement(drop=[tag])))
    assert list(found) == [section.code]
    finding = found[section.code]
    assert finding.severity is Severity.WARNING
    assert finding.message == f"The query lacks the section {section.name}: {section.costs}."
    assert f"click the section {section.name}" in finding.remedy
    assert finding.remedy.startswith("In the portal open Performance & Statements > Flex Queries")
    assert (f"under Options tick {section.option}," in finding.remedy) == bool(section.option)


def test_the_guides_words_for_sections_and_options() -> None:
    assert [section.name for section in SECTIONS.values()] == [
        "Trades",
        "Open Positions",
        "Corporate Actions",
        "Option Exercises, Assignments and Expirations",
        "Financial Instrument Information",
        "Incoming/Outgoing Trade Transfers",
        "Account Information",
    ]
    assert {section.name: section.option for section in SECTIONS.values() if section.option} == {
        "Trades": "Executions",
        "Open Positions": "Summary",
        "Incoming/Outgoing Trade Transfers": "Trade Transfers",
    }


@pytest.mark.parametrize("field", FIELDS["Trade"])
def test_a_missing_field_of_trades_is_named(field: str) -> None:
    row = re.search(r"<Trade .*?/>", GOOD)
    assert row is not None
    without, cuts = re.subn(rf' {field}="[^"]*"', "", row[0])
    assert cuts == 1
    found = findings(GOOD.replace(row[0], without).encode())
    name, cost = FIELDS["Trade"][field]
    params = found["fields_missing"].params
    assert (params["section"], params["fields"], params["names"], params["costs"]) == ("Trades", field, name, cost)
    assert found["fields_missing"].message == f"The section Trades lacks {name}: {cost}."


def test_fields_of_options_are_asked_for_when_options_are_traded() -> None:
    rows = dict.fromkeys(OPTION_FIELDS)
    stock = findings(document(statement(trade(**rows))))
    assert "fields_missing" not in stock
    option = findings(document(statement(trade(assetCategory="OPT", symbol="ACM   260417C00012000", **rows))))
    assert option["fields_missing"].params["fields"].split() == list(OPTION_FIELDS)


def test_a_field_is_missed_only_when_no_row_has_it() -> None:
    assert "fields_missing" not in findings(document(statement(trade(transactionID=None), trade())))


def test_old_statements_have_their_time_in_a_field_of_its_own() -> None:
    found = findings(document(statement(trade(dateTime=None, tradeTime="093000"))))
    assert "fields_missing" not in found


@pytest.mark.parametrize(
    ("tag", "shown"),
    [("Order", "orders"), ("Lot", "closed lots"), ("SymbolSummary", "symbol summaries"), ("AssetSummary", "asset class summaries")],
)
def test_trades_without_executions(tag: str, shown: str) -> None:
    found = findings(document(statement(trade().replace("<Trade ", f"<{tag} "))))
    assert found["trades_not_executions"].params == {"shown": shown}
    assert "under Options tick Executions and nothing else" in found["trades_not_executions"].remedy
    both = findings(document(statement(trade(), trade().replace("<Trade ", f"<{tag} "))))
    assert "trades_not_executions" not in both
    if tag == "Lot":
        assert "trades_other_levels" not in both, "closed lots are read"
    else:
        assert both["trades_other_levels"].severity is Severity.NOTE


def test_positions_by_lot_alone() -> None:
    lot = position(levelOfDetail="LOT")
    assert "positions_by_lot" in findings(document(statement(OpenPositions=lot + lot)))
    assert "positions_by_lot" not in findings(document(statement(OpenPositions=lot + position())))


@pytest.mark.parametrize("period", ["Last30CalendarDays", "LastMonth", "YearToDate", "LastBusinessDay", "LastQuarter"])
def test_a_period_shorter_than_a_year_is_told_with_its_real_days(period: str) -> None:
    header = {"fromDate": "20260818", "toDate": "20260918", "period": period}
    found = findings(document(statement(trade(), header=header)))
    assert found["period_short"].params == {"first": "2026-08-18", "last": "2026-09-18", "days": "32", "period": period}
    assert "set Period to Last 365 Days" in found["period_short"].remedy


def test_a_year_that_came_as_a_day() -> None:
    found = findings(document(statement(header={"fromDate": "20260918"})))
    assert (
        found["period_collapsed"].message
        == "The query asks for the last 365 days, but the statement covers 1 day (2026-09-18 to 2026-09-18)."
    )
    young = element("AccountInformation", {"accountId": "U9000001", "currency": "USD", "dateFunded": "20260918"})
    assert findings(document(statement(header={"fromDate": "20260918"}, drop=["AccountInformation"], extra=young))) == {}


def test_days_that_were_asked_for_are_no_fault() -> None:
    assert findings(document(statement(header={"fromDate": "20260911", "period": ""}))) == {}


def test_a_statement_that_ends_long_before_it_was_made() -> None:
    assert "stale" not in findings(document(statement(header={"whenGenerated": "20260922;031500"})))
    found = findings(document(statement(header={"whenGenerated": "20260923;031500"})))
    assert found["stale"].params == {"last": "2026-09-18", "generated": "2026-09-23"}


def test_statements_that_leave_days_uncovered() -> None:
    first = {"fromDate": "20250101", "toDate": "20250630", "period": ""}
    content = document(statement(header=first), statement(header={"period": ""}))
    assert findings(content)["days_missing"].params == {"gap": "2025-06-30 to 2025-09-19"}
    (account,) = parse([content]).accounts
    assert account.covers is not None
    assert str(account.covers.first) == "2025-09-19"
    whole = document(statement(header={"fromDate": "20240919", "toDate": "20250918", "period": ""}), statement(header={"period": ""}))
    assert "days_missing" not in findings(whole)


def test_breakout_by_day() -> None:
    days = [statement(header={"fromDate": day, "toDate": day, "period": ""}) for day in ("20260916", "20260917", "20260918")]
    assert findings(document(*days))["breakout_by_day"].params == {"statements": "3"}


def test_several_accounts_and_an_alias() -> None:
    second = statement(header={"accountId": "Retirement"})
    found = findings(document(statement(), second))
    assert found["several_accounts"].params == {"accounts": "Retirement, U9000001"}
    assert found["account_is_alias"].params == {"account": "Retirement"}


@pytest.mark.parametrize("account", ["U1234567", "DU123456", "F1234567", "I1234567", "DF123", "U7654321F"])
def test_account_numbers_are_no_aliases(account: str) -> None:
    assert findings(document(statement(header={"accountId": account}))) == {}


def test_a_document_that_names_no_account() -> None:
    content = document(statement(trade(accountId=""), header={"accountId": ""}, drop=["AccountInformation"]))
    assert "account_unnamed" in findings(content)
    assert parse([content]).accounts[0].account == "unknown"


def test_an_unknown_base_currency_matters_with_two_currencies() -> None:
    rows = [trade(fxRateToBase=""), trade(fxRateToBase="", currency="EUR", conid="2", transactionID="2")]
    assert "base_currency_unknown" in findings(document(statement(*rows, drop=["AccountInformation"])))
    assert "base_currency_unknown" not in findings(document(statement(rows[0], drop=["AccountInformation"])))


def test_models_without_figures() -> None:
    row = trade(model="Independent", openCloseIndicator="", cost="0")
    assert findings(document(statement(row)))["model_rows"].params == {"count": "1"}


def test_profit_and_loss_switched_off() -> None:
    sale = trade(transactionID="2", quantity="-10", buySell="SELL", proceeds="520", openCloseIndicator="C", cost="0")
    content = document(statement(trade(), sale))
    assert "set Profit and Loss to Default" in findings(content)["pnl_off"].remedy
    assert not parse([content]).accounts[0].states_realized_pnl


def test_a_message_of_the_broker_is_passed_on() -> None:
    words = "Realized P/L is not ready and has been disabled for this statement."
    found = findings(document(statement(extra=element("Message", {"message": words}))))
    assert found["broker_message"].params == {"words": words}


def test_rows_that_cannot_be_used_are_counted_with_their_place() -> None:
    content = document(statement(trade(), trade(quantity=""), trade(dateTime="", tradeDate="", reportDate="")))
    found = parse([content]).findings
    assert [finding.params["fields"] for finding in found if finding.code == "rows_unusable"] == ["Quantity", "Date/Time and Trade Date"]
    assert next(f for f in found if f.code == "rows_unusable").params["place"] == str(
        content.index(b"<Trade ", content.index(b"<Trade ") + 1)
    )
    (account,) = parse([content]).accounts
    assert (len(account.executions), account.unusable_rows) == (1, 2)


def test_a_sign_that_contradicts_the_side() -> None:
    found = findings(document(statement(trade(buySell="SELL"))))
    assert found["sign_contradicts_side"].params == {"count": "1", "example": "ACM 10"}


def test_fees_in_a_third_currency() -> None:
    found = findings(document(statement(trade(ibCommissionCurrency="CHF"))))
    assert found["fees_currency"].params == {"count": "1", "example": "ACM CHF"}


def test_an_option_event_without_its_trade() -> None:
    found = findings(document(statement(trade(), OptionEAE=event())))
    assert found["option_events_without_trade"].params == {"count": "1", "example": "ACM"}
    assert "option_events_without_trade" not in findings(document(statement(trade(tradeID="1"), OptionEAE=event())))
    assert "option_events_without_trade" not in findings(document(statement(trade(), OptionEAE=event(transactionType="Buy"))))


@pytest.mark.parametrize(("given", "code", "params"), [(None, "query_type_unsaid", {}), ("Type", "query_type", {"type": "Type"})])
def test_a_document_of_another_type_is_read_with_a_remark(given: str | None, code: str, params: dict[str, str]) -> None:
    assert findings(document(statement(), query_type=given))[code].params == params


def test_more_statements_than_announced() -> None:
    found = findings(document(statement(), statement(), count="1"))
    assert found["statement_count"].params == {"announced": "1", "found": "2"}


def test_what_we_do_not_know_is_told_once() -> None:
    extra = "<FxPositions><FxPosition currency='USD'/></FxPositions><CashReport><CashReportCurrency currency='USD'/></CashReport>"
    rows = [trade(transactionID=str(number), fresh="1", transactionType="Moon") for number in range(5)]
    found = findings(document(statement(*rows, extra=extra)))
    assert found["sections_not_read"].params == {"sections": "FxPositions"}
    assert found["fields_unknown"].params == {"fields": "Trade.fresh"}
    assert found["values_unknown"].params == {"field": "transactionType", "values": "'Moon'"}
    assert {finding.severity for finding in found.values()} == {Severity.NOTE}


def test_every_finding_has_a_sentence_and_the_grave_ones_a_remedy() -> None:
    seen: dict[str, Finding] = {}
    for path in golden.documents("ibkr"):
        if path.stem != "dates-undecidable":
            seen.update((finding.code, finding) for finding in parse([path.read_bytes()]).findings)
    assert seen
    for finding in seen.values():
        assert finding.message.endswith(".")
        assert finding.remedy or finding.severity is Severity.NOTE
        assert finding.severity is not Severity.FATAL


def fingerprint(content: bytes) -> str:
    return parse([content]).fingerprint


def test_the_fingerprint_tells_a_changed_query() -> None:
    before = fingerprint(document(statement(trade())))
    assert fingerprint(document(statement(trade(quantity="5"), trade(transactionID="2")))) == before
    assert len(before) <= 128
    assert len({initials(tag) for tag in SECTIONS}) == len(SECTIONS)
    for changed in (
        statement(trade(notes=None)),
        statement(trade(), drop=["OpenPositions"]),
        statement(trade(), extra="<CashReport></CashReport>"),
    ):
        now = fingerprint(document(changed))
        assert now != before
        assert query_changed(before, now)


def test_a_section_that_is_empty_today_changes_nothing() -> None:
    full, quiet = fingerprint(document(statement(trade(), OpenPositions=position()))), fingerprint(document(statement()))
    assert full != quiet
    assert not query_changed(full, quiet)
    assert not query_changed(quiet, full)


def test_the_sample_without_findings_is_the_guides_query() -> None:
    assert (golden.STATEMENTS / "ibkr" / "all-sections.ledger.json").read_text(encoding="utf-8").count("findings") == 0


def test_positions_that_moved_unseen_ask_for_the_section_that_would_tell() -> None:
    bought = trade()
    found = findings(document(statement(bought, OpenPositions=position(position="4"))))
    assert found["transfers_unseen"].params == {"count": "1", "example": "ACM"}
    assert found["transfers_unseen"].severity is Severity.NOTE
    assert "click the section Transfers, click Select All" in found["transfers_unseen"].remedy
    ticked = statement(bought, OpenPositions=position(position="4"), extra="<Transfers />")
    assert "transfers_unseen" not in findings(document(ticked))


SALE = {"transactionID": "70000002", "dateTime": "20260303;100000", "quantity": "-4", "buySell": "SELL"}


@pytest.mark.parametrize(
    ("rows", "held", "moved"),
    [
        ([{}], "10", False),
        ([{}], "14", False),  # 4 more, from before
        ([{}], "4", True),  # a purchase that opens while 6 are owed
        ([SALE | {"openCloseIndicator": "C"}], "0", False),  # 4 from before
        ([SALE | {"openCloseIndicator": "C"}], "-4", False),  # the rows add up to the position
        ([SALE | {"openCloseIndicator": "C"}], "-1", True),  # closes 3 and more
        ([SALE | {"openCloseIndicator": "O"}], "-4", False),
        ([SALE | {"openCloseIndicator": "O"}], "0", True),  # opens a short position while 4 are held
        ([{}, SALE | {"openCloseIndicator": "C"}], "6", False),
        ([{}, SALE | {"openCloseIndicator": "C"}], "1", True),
        ([{"openCloseIndicator": ""}], "4", False),  # the row does not say
        ([{"model": "Independent"}], "4", False),
        ([{"assetCategory": "CASH", "symbol": "EUR.USD"}], "4", False),
        ([{"transactionType": "BookTrade"}], "4", False),
    ],
)
def test_a_position_moved_where_a_fill_contradicts_it(rows: list[dict[str, str | None]], held: str, moved: bool) -> None:
    content = document(statement(*(trade(**row) for row in rows), OpenPositions=position(position=held)))
    assert ("transfers_unseen" in findings(content)) is moved


def test_nothing_is_said_of_movements_without_positions_or_beside_corporate_actions() -> None:
    bought, less = trade(), position(position="4")
    assert "transfers_unseen" not in findings(document(statement(bought, drop=["OpenPositions"])))
    action = (
        "<CorporateAction accountId='U9000001' conid='9001' symbol='ACM' dateTime='20260303' quantity='-6' type='ZZ' transactionID='8' />"
    )
    assert "transfers_unseen" not in findings(document(statement(bought, OpenPositions=less, CorporateActions=action)))


def test_fees_in_an_unknown_currency_ask_for_the_section_with_rates() -> None:
    found = findings(document(statement(trade(ibCommissionCurrency="CHF"))))
    assert "click the section Conversion Rates" in found["fees_currency"].remedy


def test_what_the_query_was_is_learned_from_several_statements() -> None:
    newest_first = ["T:- OP:11 +:aa", "T:22 OP:- +:aa", "T:33 OP:44 +:bb", "T:22 OP:11 +:aa"]
    assert learned(newest_first) == ("T:22 OP:11 +:aa", 2), "the third is of another query, and what is before it says nothing"
    assert learned([]) == ("", 0)


def test_codes_and_words_that_mean_nothing_to_us_are_kept_and_told() -> None:
    row = trade(notes="P;ZZ;", buySell="LEND", levelOfDetail="NEW_LEVEL")
    action = element("CorporateAction", {"accountId": "U9000001", "symbol": "ACM", "type": "FS", "dateTime": "20260302", "code": "QQ"})
    moved = element("Transfer", {"accountId": "U9000001", "symbol": "ACM", "date": "20260302", "type": "BEAMED", "quantity": "1"})
    content = document(statement(row, CorporateActions=action, extra=f"<Transfers>{moved}</Transfers>"))
    parsed = parse([content])
    told = {found.params["field"]: found.message for found in parsed.findings if found.code == "values_unknown"}
    assert {field: message.partition(": ")[2] for field, message in told.items()} == {
        "notes": "'ZZ'.", "buySell": "'LEND'.", "levelOfDetail": "'NEW_LEVEL'.", "code of CorporateAction": "'QQ'.",
        "type of Transfer": "'BEAMED'.",
    }  # fmt: skip
    (execution,) = parsed.accounts[0].executions
    assert execution.codes == "P;ZZ;"
    assert len(parsed.accounts[0].transfers) == 1


@pytest.mark.parametrize("notes", ["", "P;IA", "A", "Ex;P", "AFx", "Ca", "LI", "P;", "C,P", "RI", "GEA"])
def test_the_brokers_codes_are_known(notes: str) -> None:
    assert "values_unknown" not in findings(document(statement(trade(notes=notes))))
