"""Every date and time format that a Flex query can be set to, decided per file."""

from datetime import UTC, date, datetime

import pytest

from fillbook.brokers.ibkr.formats import Dates, DayOrder, NotADate, OrderUnknown
from fillbook.brokers.ibkr.parse import parse
from fillbook.brokers.interface import StatementUnreadable
from fillbook.ledger.statement import DateRange
from tests.brokers.ibkr.flex_statements import HEADER, document, fill, findings, read, statement, trade

# the 21st: above 12, so that slashes prove their order
DAY_FORMS = {
    "yyyyMMdd": "20260521", "yyyy-MM-dd": "2026-05-21", "MM/dd/yyyy": "05/21/2026", "MM/dd/yy": "05/21/26", "dd/MM/yyyy": "21/05/2026",
    "dd/MM/yy": "21/05/26", "dd-MMM-yy": "21-MAY-26",
}  # fmt: skip
TIMES = {"HHmmss": "133005", "HH:mm:ss": "13:30:05"}
SEPARATORS = {"semicolon": ";", "comma": ",", "space": " ", "comma and space": ", ", "none": ""}


@pytest.mark.parametrize("time", TIMES.values(), ids=TIMES)
@pytest.mark.parametrize("separator", SEPARATORS.values(), ids=SEPARATORS)
@pytest.mark.parametrize("day", DAY_FORMS.values(), ids=DAY_FORMS)
def test_every_choice_of_formats_gives_the_same_instant(day: str, separator: str, time: str) -> None:
    dates = Dates()
    wanted = (date(2026, 5, 21), datetime(2026, 5, 21, 17, 30, 5, tzinfo=UTC))  # New York keeps summer time: 4 hours behind
    assert dates.moment(day + separator + time) == wanted
    assert dates.moment(day + separator + time) == wanted, "and again, from memory"
    assert dates.days[day] == date(2026, 5, 21)


@pytest.mark.parametrize("day", DAY_FORMS.values(), ids=DAY_FORMS)
@pytest.mark.parametrize(("zone", "hour"), [("EST", 18), ("EDT", 17), ("UTC", 13), ("CET", 12), ("AEST", 3), ("edt", 17), ("CDT", 18)])
def test_a_named_zone_is_honoured(day: str, zone: str, hour: int) -> None:
    assert Dates().moment(f"{day};133005 {zone}") == (date(2026, 5, 21), datetime(2026, 5, 21, hour, 30, 5, tzinfo=UTC))


def test_an_unknown_zone_is_read_as_new_york_and_reported() -> None:
    row = trade(dateTime="20260302;100000 XYZT")
    content = document(statement(row))
    assert parse([content]).accounts[0].executions[0].executed_at == datetime(2026, 3, 2, 15, tzinfo=UTC)
    assert findings(content)["time_zone_unknown"].params == {"zones": "XYZT"}


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("20260308;013000", datetime(2026, 3, 8, 6, 30, tzinfo=UTC)),  # before the clocks go forward at 2:00
        ("20260308;033000", datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        ("20261101;003000", datetime(2026, 11, 1, 4, 30, tzinfo=UTC)),
        ("20261101;013000", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),  # comes twice: the first
        ("20261101;193000", datetime(2026, 11, 2, 0, 30, tzinfo=UTC)),
        ("20261102;193000", datetime(2026, 11, 3, 0, 30, tzinfo=UTC)),
    ],
)
def test_days_on_which_the_clocks_change(text: str, instant: datetime) -> None:
    dates = Dates()
    dates.moment("20260601;193000")
    assert dates.moment(text)[1] == dates.moment(text)[1] == instant


def test_a_date_without_time_has_no_instant() -> None:
    assert Dates().moment("20260521") == (date(2026, 5, 21), None)
    assert fill(dateTime="20260302").executed_at is None
    assert fill(dateTime="20260302").ordered_at == datetime(2026, 3, 2, 5, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "-", "--", "N/A", "MULTI", " "])
def test_nothing_is_nothing(text: str) -> None:
    assert Dates().moment(text) == (None, None)
    assert Dates().days[text] is None


@pytest.mark.parametrize(
    "text",
    [
        "20261321", "20260230", "2026-5-21", "21.05.2026", "5/21", "today", "20260521;250000", "20260521;126000", "20260521;12000",
        "20260521;120060", "13/13/2026", "00/05/2026", "21-MOI-26", "2026O521", "２０２６０５２１",
        "00010101", "99991231", "20260521;;120000",
        "1747800000",
    ],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(NotADate):
        Dates().moment(text)


def test_a_bad_date_names_element_attribute_and_place() -> None:
    content = document(statement(trade(tradeDate="21.05.2026")))
    with pytest.raises(StatementUnreadable) as refused:
        parse([content])
    place = content.index(b"<Trade ")
    assert refused.value.code == "bad_date"
    assert refused.value.place == place
    assert refused.value.message == f"tradeDate='21.05.2026' of <Trade> at byte {place} is no date that a Flex query writes."
    assert "Date Format to yyyyMMdd" in refused.value.remedy


def test_slashes_wait_until_a_value_proves_the_order() -> None:
    dates = Dates()
    with pytest.raises(OrderUnknown):
        dates.moment("05/07/2018")
    dates.order = DayOrder.DAY_FIRST
    assert dates.days["05/07/2018"] == date(2018, 7, 5)
    dates.order = DayOrder.MONTH_FIRST
    assert dates.moment("05/08/2018;100000")[0] == date(2018, 5, 8)


def slashed(*days: str, **header: str) -> bytes:
    """A statement whose dates all have slashes; `days` are trade dates."""
    rows = [trade(transactionID=str(number), dateTime=f"{day};100000", tradeDate=day, reportDate=day) for number, day in enumerate(days, 1)]
    return document(statement(*rows, header={"period": "", "whenGenerated": "", **header}))


def trade_dates(content: bytes) -> list[date]:
    return [execution.trade_date for execution in parse([content]).accounts[0].executions]


def test_the_last_row_may_decide_for_the_first() -> None:
    span = {"fromDate": "01/02/2026", "toDate": "12/03/2026"}
    assert trade_dates(slashed("02/03/2026", "04/05/2026", "21/05/2026", **span)) == [date(2026, 3, 2), date(2026, 5, 4), date(2026, 5, 21)]
    assert trade_dates(slashed("02/03/2026", "04/05/2026", "05/21/2026", **span)) == [date(2026, 2, 3), date(2026, 4, 5), date(2026, 5, 21)]


def test_a_date_that_contradicts_the_others_is_refused() -> None:
    with pytest.raises(StatementUnreadable) as refused:
        parse([slashed("21/05/2026", "05/22/2026", fromDate="01/02/2026", toDate="12/12/2026")])
    assert refused.value.code == "dates_contradict"


@pytest.mark.parametrize(
    ("header", "days", "wanted"),
    [
        # ends before it starts when read with the month first
        ({"fromDate": "05/01/2026", "toDate": "04/02/2026"}, ("06/01/2026",), date(2026, 1, 6)),
        # ends after it was made when read with the day first
        ({"fromDate": "01/02/2026", "toDate": "03/04/2026", "whenGenerated": "03/05/2026;031500"}, ("02/03/2026",), None),
        # made within a week of its end only when read with the month first
        ({"fromDate": "01/02/2026", "toDate": "03/04/2026", "whenGenerated": "03/05/2026;031500", "period": "YearToDate"}, ("02/03/2026",),
         date(2026, 2, 3)),
        # 365 days only when read with the day first
        ({"fromDate": "05/07/2025", "toDate": "04/07/2026", "period": "Last365CalendarDays"}, ("02/03/2026",), date(2026, 3, 2)),
        # one business day is one day
        ({"fromDate": "05/07/2025", "toDate": "05/07/2025", "period": "LastBusinessDay"}, ("05/07/2025",), None),
        # the trade lies within the period only when read with the month first
        ({"fromDate": "02/01/2026", "toDate": "03/02/2026"}, ("02/09/2026",), date(2026, 2, 9)),
    ],
)  # fmt: skip
def test_what_must_be_so_decides_where_no_field_does(header: dict[str, str], days: tuple[str, ...], wanted: date | None) -> None:
    if wanted is not None:
        assert trade_dates(slashed(*days, **header)) == [wanted]
        return
    with pytest.raises(StatementUnreadable) as refused:
        parse([slashed(*days, **header)])
    assert refused.value.code == "dates_undecidable"


def test_an_options_symbol_decides() -> None:
    row = trade(
        assetCategory="OPT", symbol="ACM   260805C00012000", expiry="05/08/2026", dateTime="02/03/2026;100000", tradeDate="02/03/2026",
        reportDate="02/03/2026",
    )  # fmt: skip
    header = {"fromDate": "01/02/2026", "toDate": "04/05/2026", "period": "", "whenGenerated": ""}
    (execution,) = parse([document(statement(row, header=header))]).accounts[0].executions
    assert execution.instrument.expiry == date(2026, 8, 5)
    assert execution.trade_date == date(2026, 3, 2)


def test_an_options_name_decides() -> None:
    """At many exchanges an option's symbol holds no date; its name does."""
    row = trade(
        assetCategory="FOP", symbol="XE2N6 C4800", description="XE 05AUG26 4800 C", expiry="05/08/2026", dateTime="02/03/2026;100000",
        tradeDate="02/03/2026", reportDate="02/03/2026",
    )  # fmt: skip
    header = {"fromDate": "01/02/2026", "toDate": "04/05/2026", "period": "", "whenGenerated": ""}
    assert parse([document(statement(row, header=header))]).accounts[0].executions[0].trade_date == date(2026, 3, 2)


@pytest.mark.parametrize(("first", "last", "made"), [("06/08/25", "06/07/26", "06/08/26"), ("08/06/25", "07/06/26", "08/06/26")])
@pytest.mark.parametrize("time", ["031500", "03:15:00"])
@pytest.mark.parametrize("separator", [";", ""])
def test_a_time_right_behind_a_short_year_hides_nothing(first: str, last: str, made: str, time: str, separator: str) -> None:
    header = {"fromDate": first, "toDate": last, "whenGenerated": made + separator + time}
    row = trade(dateTime=f"03/02/26{separator}{time}", tradeDate="", reportDate="")
    (account,) = parse([document(statement(row, header=header))]).accounts
    assert account.covers == DateRange(date(2025, 6, 8), date(2026, 6, 7)), "365 days, made the day after, in one order only"


def test_a_reference_of_the_traders_own_decides_nothing() -> None:
    row = trade(dateTime="02/03/2026;100000", tradeDate="02/03/2026", reportDate="02/03/2026", orderReference="21/05/2026")
    with pytest.raises(StatementUnreadable) as refused:
        parse([document(statement(row, header={"fromDate": "", "toDate": "", "whenGenerated": "", "period": ""}))])
    assert refused.value.code == "dates_undecidable"


def test_the_order_that_was_found_is_told() -> None:
    content = slashed("21/05/2026", fromDate="01/02/2026", toDate="12/12/2026")
    assert findings(content)["date_order_inferred"].params == {"order": "day first"}


def test_the_trade_date_is_the_brokers_not_the_clocks() -> None:
    """A future sold on Sunday evening belongs to Monday."""
    evening = fill(assetCategory="FUT", dateTime="20260301;180500", tradeDate="20260302")
    assert evening.trade_date == date(2026, 3, 2)
    assert evening.executed_at == datetime(2026, 3, 1, 23, 5, tzinfo=UTC)


def test_rows_of_one_day_without_times_keep_the_documents_order_when_ids_are_missing() -> None:
    rows = [trade(dateTime="20260302", transactionID="", tradeID=str(number)) for number in (9, 1, 5)]
    fills = read(*rows).accounts[0].executions
    assert [execution.trade_id for execution in sorted(fills, key=lambda each: each.ordered_at)] == ["9", "1", "5"]
    assert all(execution.executed_at is None for execution in fills)


def test_the_header_of_the_samples_is_in_new_york() -> None:
    assert HEADER["whenGenerated"] == "20260919;031500"
    assert read(trade()).accounts[0].generated_at == datetime(2026, 9, 19, 7, 15, tzinfo=UTC)
