"""The pretend history: the same for ever, every kind of event in any year, and its figures true."""

import re
from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from time import monotonic

import pytest

from fillbook.brokers.ibkr.parse import parse
from fillbook.ledger.execution import Effect, ExecutionKind
from fillbook.ledger.instrument import AssetClass
from fillbook.ledger.statement import AccountStatement, ParsedStatement, Severity
from fillbook.sandbox.calendar import is_open, monthly_expiry, next_open
from fillbook.sandbox.listings import DAY_TRADED, REIT, TRIMMED, UNTOUCHED, isin_check_digit
from fillbook.sandbox.market import EPOCH
from fillbook.sandbox.rows import MAIN, SECOND, Fill, Kind
from fillbook.sandbox.scenario import Scenario, last_final_day
from fillbook.sandbox.statement import Days, write
from fillbook.trades.account import AccountBook, read_account
from fillbook.trades.reconcile import LineKind, Status
from fillbook.trades.records import Side

D = Decimal
LASTS = [date(2024, 2, 5), date(2025, 6, 3), date(2025, 12, 31), date(2026, 5, 15), date(2026, 11, 20), date(2028, 7, 14)]
"""Ends of years to look at: near year's ends, between an assignment and its sale, on a third Friday."""
SCENARIO = Scenario()


def year_to(last: date, scenario: Scenario = SCENARIO) -> bytes:
    return write(scenario, Days(last - timedelta(days=364), last, "Last365CalendarDays"), morning_after(last))


def morning_after(last: date) -> datetime:
    return datetime.combine(last + timedelta(days=1), time(6, 5, 12))


@cache
def parsed(last: date) -> ParsedStatement:
    return parse([year_to(last)])


@cache
def book(last: date, account: str = MAIN) -> AccountBook:
    return read_account(statement(last, account))


def statement(last: date, account: str = MAIN) -> AccountStatement:
    return next(one for one in parsed(last).accounts if one.account == account)


# --- the same for ever


def test_same_seed_same_bytes() -> None:
    assert year_to(LASTS[1], Scenario()) == year_to(LASTS[1], Scenario())
    assert year_to(LASTS[1], Scenario(1)) != year_to(LASTS[1], Scenario(2))


def test_history_asked_for_day_by_day_is_the_same_as_at_once() -> None:
    slow, day = Scenario(), EPOCH
    last = EPOCH + timedelta(days=200)
    while day <= last:
        slow.rows(day, day)
        slow.holdings(day)
        day += timedelta(days=1)
    assert slow.rows(EPOCH, last) == Scenario().rows(EPOCH, last)


def test_later_statement_repeats_the_rows_of_an_earlier_one() -> None:
    first, second = LASTS[4], next_open(LASTS[4])
    begin = second - timedelta(days=364)
    earlier = [row for row in SCENARIO.rows(first - timedelta(days=364), first) if row.trade_date >= begin]
    later = SCENARIO.rows(begin, second)
    assert [row for row in later if row.report_date <= first] == earlier
    assert len(later) > len(earlier)


def test_window_holds_what_was_traded_in_it_and_reported_by_its_end() -> None:
    friday = monthly_expiry(2026, 2)
    on_friday = SCENARIO.rows(friday - timedelta(days=20), friday)
    by_monday = SCENARIO.rows(friday - timedelta(days=20), next_open(friday))
    assert not [row for row in on_friday if isinstance(row, Fill) and row.kind is Kind.DELIVERED]
    assert [row for row in by_monday if isinstance(row, Fill) and row.kind is Kind.DELIVERED]


def test_any_window_adds_up_to_the_positions_at_its_end() -> None:
    first, last = date(2025, 3, 3), date(2025, 9, 19)
    for account, key, before in [(one.account, one.listing.conid, one.quantity) for one in SCENARIO.holdings(first - timedelta(days=1))]:
        rows = [row for row in SCENARIO.rows(first - timedelta(days=7), last) if row.account == account and row.listing.conid == key]
        moved = sum((row.quantity for row in rows if row.report_date >= first), D(0))
        after = {(one.account, one.listing.conid): one.quantity for one in SCENARIO.holdings(last)}
        assert before + moved == after.get((account, key), D(0)), key


def test_row_numbers_grow_with_time_within_each_contract() -> None:
    fills = [row for row in SCENARIO.rows(EPOCH, LASTS[4]) if isinstance(row, Fill)]
    assert len({row.number for row in fills}) == len(fills)
    contracts: dict[tuple[str, str], list[Fill]] = {}
    for row in fills:
        contracts.setdefault((row.account, row.listing.conid), []).append(row)
    for rows in contracts.values():
        assert all(one.when <= two.when and one.number < two.number for one, two in pairwise(rows))


# --- what a year shows


@pytest.mark.parametrize("last", LASTS)
def test_every_kind_of_event_is_in_any_year(last: date) -> None:
    one = statement(last)
    rows = one.executions
    assert {row.kind for row in rows} >= {ExecutionKind.TRADE, ExecutionKind.EXPIRY, ExecutionKind.ASSIGNMENT}
    assert {row.effect for row in rows} >= {Effect.OPENS, Effect.CLOSES, Effect.REVERSES}
    kinds = {AssetClass.STOCK, AssetClass.OPTION, AssetClass.FUTURE, AssetClass.FOREX}
    assert {row.instrument.asset_class for row in rows} == kinds
    assert {row.instrument.currency for row in rows if row.instrument.asset_class is AssetClass.STOCK} >= {"USD", "EUR"}
    assert any(row.automatic for row in rows)
    assert any(row.quantity != row.quantity.to_integral_value() for row in rows if row.instrument.symbol == "EVRX")
    assert any(row.instrument.sub_class == "REIT" for row in rows)
    assert len(one.corporate_actions) >= 1
    assert len(one.option_events) >= 12
    seconds = Counter((row.instrument.key, row.executed_at) for row in rows)
    assert max(seconds.values()) >= 2


@pytest.mark.parametrize("last", LASTS)
def test_calls_and_puts_are_assigned_and_expire(last: date) -> None:
    options = [row for row in SCENARIO.rows(last - timedelta(days=364), last) if isinstance(row, Fill) and row.listing.category == "OPT"]
    assigned = {row.listing.right for row in options if row.kind is Kind.DELIVERED and row.quantity > 0}
    assert assigned == {"P", "C"}
    worthless = {"short" if row.quantity > 0 else "long" for row in options if row.kind is Kind.EXPIRED}
    assert worthless == {"short", "long"}


@pytest.mark.parametrize("last", LASTS)
def test_a_year_has_a_believable_size(last: date) -> None:
    assert 280 <= sum(len(one.executions) for one in parsed(last).accounts) <= 460
    assert 8 <= len(statement(last, SECOND).executions) <= 80
    assert len(statement(last).positions) >= 3


@pytest.mark.parametrize("last", LASTS)
def test_old_positions_are_partly_sold_or_untouched(last: date) -> None:
    one = statement(last)
    held = {figure.instrument.symbol: figure.quantity for figure in one.positions}
    for listing, sold in ((TRIMMED, True), (UNTOUCHED, False)):
        rows = [row for row in one.executions if row.instrument.symbol == listing.symbol]
        assert bool(rows) == sold
        assert all(row.quantity < 0 for row in rows)
        assert held[listing.symbol] > 0


def test_split_happens_while_the_stock_is_held() -> None:
    (split, *_) = statement(LASTS[4]).corporate_actions
    assert (split.ratio_new, split.ratio_old) == (D(2), D(1))
    rows = [row for row in statement(LASTS[4]).executions if row.instrument.key == split.instrument.key]
    before = sum((row.quantity for row in rows if row.ordered_at < split.ordered_at), D(0))
    assert before == split.quantity > 0
    assert sum((row.quantity for row in rows), D(0)) + split.quantity == 0


@pytest.mark.parametrize("last", LASTS)
def test_the_trader_is_believable(last: date) -> None:
    trips = [trip for trip in book(last).match.round_trips if trip.counts and trip.base_pnl is not None]
    results = [trip.base_pnl for trip in trips if trip.base_pnl]
    wins = [one for one in results if one > 0]
    assert len(trips) >= 70
    assert D("0.40") <= D(len(wins)) / len(results) <= D("0.60")
    assert D(-4000) < sum(results) < D(20_000)
    assert {trip.side for trip in trips} == {Side.LONG, Side.SHORT}


def test_prices_stay_in_the_world_for_decades() -> None:
    for listing in (*DAY_TRADED, REIT):
        for year in range(2024, 2050, 5):
            price = SCENARIO.market.price(listing, next_open(date(year, 6, 1)))
            assert D(5) < price < D(100_000), listing.symbol


def test_times_lie_in_exchange_hours_of_new_york() -> None:
    for row in SCENARIO.rows(EPOCH, LASTS[4]):
        if isinstance(row, Fill) and row.kind is Kind.TRADE:
            opens, closes = row.listing.session
            assert opens <= row.when.hour * 60 + row.when.minute < closes, row
        assert is_open(row.trade_date)
        assert is_open(row.report_date)


# --- true figures


@pytest.mark.parametrize("last", LASTS)
@pytest.mark.parametrize("account", [MAIN, SECOND])
def test_our_matching_agrees_with_the_pretend_broker_to_the_cent(last: date, account: str) -> None:
    lines = book(last, account).lines
    assert {line.status for line in lines} <= {Status.EQUAL, Status.INFERRED}
    inferred = [line for line in lines if line.status is Status.INFERRED]
    equal = [line for line in lines if line.status is Status.EQUAL and line.kind is LineKind.FILL]
    assert len(equal) >= 3 * len([line for line in inferred if line.kind is LineKind.FILL]) or account == SECOND
    old = {line.instrument.symbol for line in inferred if line.kind is LineKind.POSITION}
    assert old >= ({TRIMMED.symbol, UNTOUCHED.symbol} if account == MAIN else set())


def test_since_the_first_day_nothing_is_inferred() -> None:
    last = LASTS[4]
    whole = parse([write(SCENARIO, Days(EPOCH, last, ""), morning_after(last))])
    for one in whole.accounts:
        assert {line.status for line in read_account(one).lines} == {Status.EQUAL}


def test_realized_is_proceeds_and_charges_and_cost() -> None:
    for row in SCENARIO.rows(EPOCH, LASTS[4]):
        if isinstance(row, Fill) and row.kind in {Kind.TRADE, Kind.EXPIRED}:
            assert abs(row.amount + row.cost - row.realized) <= D("0.000001"), row


def test_reading_it_finds_nothing_missing() -> None:
    for last in LASTS:
        assert [finding for finding in parsed(last).findings if finding.severity is not Severity.NOTE] == []


# --- how it is written


def test_values_are_escaped() -> None:
    body = year_to(LASTS[4])
    assert b"HOLTON INDUSTRIES &amp; CO" in body
    assert not re.search(rb"&(?!amp;|lt;|quot;)", body)


def test_sections_and_attributes_are_those_of_the_real_service() -> None:
    body = year_to(LASTS[4]).decode()
    assert re.findall(r"\n<([A-Z]\w+)(?: /)?>", body.partition("</FlexStatement>")[0]) == [
        "OpenPositions",
        "Trades",
        "OptionEAE",
        "TradeTransfers",
        "CorporateActions",
        "SecuritiesInfo",
    ]
    head = 'accountId="U9900001" fromDate="20251121" toDate="20261120" period="Last365CalendarDays" whenGenerated="20261121;060512">'
    assert f"<FlexStatement {head}" in body
    trade = re.search(r"<Trade [^>]*>", body)
    assert trade is not None
    assert len(re.findall(r' \w+="', trade[0])) == 85, "as many as statements of 2025 have"


def test_isins_have_their_check_digit() -> None:
    assert isin_check_digit("US037833100") == "5"
    assert isin_check_digit("DE000716460") == "0"
    assert all(isin_check_digit(one.isin[:11]) == one.isin[11] for one in DAY_TRADED)


def test_holidays_are_kept() -> None:
    closed = [date(2026, 1, 1), date(2026, 4, 3), date(2026, 7, 3), date(2026, 11, 26), date(2027, 12, 24), date(2026, 11, 21)]
    assert [day for day in closed if is_open(day)] == []
    assert is_open(date(2026, 11, 27))
    assert monthly_expiry(2025, 4) == date(2025, 4, 17)
    assert last_final_day(date(2026, 9, 28)) == date(2026, 9, 25)


def test_a_statement_is_quick() -> None:
    """Below a second on a quiet machine; the bound leaves room for a busy one."""
    began = monotonic()
    year_to(LASTS[4], Scenario())
    assert monotonic() - began < 5
