"""Chart options are plain JSON with every sentence and number written by the server."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from fillbook.web.charts import EquityDay, FillPoint, equity_chart, later_prices, trade_chart
from fillbook.web.daychart import DayPoint, day_chart
from fillbook.web.measure import Measure


def day(number: int, gain: str, equity: str, drawdown: str, trades: int = 1) -> EquityDay:
    return EquityDay(date(2026, 3, number), Decimal(gain), trades, Decimal(equity), Decimal(drawdown), f"/trades/?from=2026-03-0{number}")


DAYS = (day(2, "98", "98", "0"), day(3, "-12.5", "85.5", "-12.5", 2))


def test_the_curve_has_a_point_a_day_and_its_drawdown_below() -> None:
    chart = equity_chart(DAYS, Measure("USD"))
    equity, drawdown = chart.option["series"]
    midnight = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp() * 1000)
    assert equity["data"] == [[midnight, 98.0], [midnight + 86_400_000, 85.5]]
    assert [value for _, value in drawdown["data"]] == [0.0, -12.5]
    assert (drawdown["xAxisIndex"], chart.option["yAxis"][1]["max"]) == (1, 0)


def test_the_curve_says_in_a_sentence_and_a_table_what_it_shows() -> None:
    chart = equity_chart(DAYS, Measure("USD"))
    assert chart.caption == (
        "3 closed trades, 2 Mar – 3 Mar 2026, came to +85.50 USD; at worst 12.50 below its high, on 3 Mar 2026. "
        "Deposits and open positions are not in it."
    )
    assert chart.rows[1] == ("3 Mar 2026", "2", "\u221212.50", "+85.50", "\u221212.50")
    assert chart.tips[0][1] == ("3 Mar 2026", "Total +85.50 USD", "That day \u221212.50 of 2 trades", "Below its high \u221212.50")
    assert chart.links[0][0] == "/trades/?from=2026-03-02"


def test_an_empty_curve_says_so() -> None:
    assert equity_chart((), Measure("USD")).caption == "No trade closed in this period."


def point(minute: int, quantity: int, price: str, position: int, changed: bool = False) -> FillPoint:
    return FillPoint(
        datetime(2026, 3, 2, 14, minute, tzinfo=UTC), date(2026, 3, 2), Decimal(quantity), Decimal(price), Decimal(position), changed
    )


def test_a_trade_shows_purchases_and_sales_on_the_clock_of_its_venue() -> None:
    fills = [point(30, 10, "100", 10), point(45, -4, "101.5", 6), point(59, -6, "102", 0)]
    fills = [replace(fill, pnl=pnl) for fill, pnl in zip(fills, (Decimal(0), Decimal(15), Decimal(18)), strict=True)]
    chart = trade_chart(fills, "America/New_York", "USD", Decimal(100), Decimal("101.8"))
    steps, bought, sold, stood, held = chart.option["series"]
    assert [pnl for _, pnl in stood["data"]] == [0.0, 15.0, 18.0]
    opened = int(datetime(2026, 3, 2, 9, 30, tzinfo=UTC).timestamp() * 1000)  # 14:30 UTC is 09:30 in New York
    assert bought["data"] == [[opened, 100.0]]
    assert [price for _, price in sold["data"]] == [101.5, 102.0]
    assert [units for _, units in held["data"]] == [10.0, 6.0, 0.0]
    assert steps["step"] == "end"
    assert [line["label"]["formatter"] for line in steps["markLine"]["data"]] == ["entry 100.00", "exit 101.80"]
    assert chart.tips[2][0] == ("Sold 4 at 101.50", "2 Mar 2026, 09:45:00", "Holding 6 afterwards", "P&L at that price +15.00 USD")
    assert chart.caption == "3 fills between 100.00 and 102.00 USD; at most 10 held. No price between fills is invented."


def test_a_corporate_action_moves_the_position_and_has_no_price() -> None:
    chart = trade_chart(
        [point(30, 10, "100", 10), point(40, 10, "0", 20, changed=True), point(50, -20, "60", 0)], "Asia/Tokyo", "USD", None, None
    )
    steps, bought, sold, stood, held = chart.option["series"]
    assert [price for _, price in steps["data"]] == [50.0, 60.0], "10 at 100 are 20 at 50 after 2 for 1"
    assert (len(bought["data"]), len(sold["data"]), len(stood["data"]), len(held["data"])) == (1, 1, 0, 3)
    assert "2 fills between 60.00 and 100.00" in chart.caption
    assert chart.rows[1][1:4] == ("Changed", "10", "")
    assert chart.caption.endswith("Prices before a change of units are drawn as if it had come first.")
    assert (chart.rows[0][3], chart.tips[1][0][:2]) == ("100.00", ("Bought 10 at 100.00", "50.00 in the units since the split"))


def test_two_changes_of_units_work_on_what_came_before_each() -> None:
    """9 shares, 3 for 1, 3 more bought, then 1 for 10 of the 30: before the first one unit was to become 0.3."""
    fills = [point(1, 9, "90", 9), point(2, 18, "0", 27, True), point(3, 3, "30", 30), point(4, -27, "0", 3, True), point(5, -3, "310", 0)]
    assert [round(price, 6) for price in later_prices(fills) if price] == [300, 300, 310]
    short = [point(1, -10, "100", -10), point(2, -10, "0", -20, True), point(3, 20, "45", 0)]
    assert [price for price in later_prices(short) if price] == [50, 45]


def test_a_day_of_one_moment_is_half_an_hour_wide() -> None:
    moment = datetime(2026, 3, 2, 17, 4, tzinfo=UTC)
    chart = day_chart([DayPoint(moment, Decimal("22.50"), Decimal("22.50"), "ACME", "/trades/a/")], "America/New_York", Measure("USD"))
    (axis,) = chart.option["xAxis"]
    noon = int(datetime(2026, 3, 2, 12, 4, tzinfo=UTC).timestamp() * 1000)  # 17:04 UTC is 12:04 in New York
    assert (axis["min"], axis["max"]) == (noon - 900_000, noon + 900_000)


def test_without_times_fills_stand_in_their_order() -> None:
    untimed = [
        FillPoint(None, date(2026, 3, 2), Decimal(1), Decimal(5), Decimal(1)),
        FillPoint(None, date(2026, 3, 9), Decimal(-1), Decimal(6), Decimal(0)),
    ]
    chart = trade_chart(untimed, "America/New_York", "USD", None, None)
    assert [place for place, _ in chart.option["series"][0]["data"]] == [0, 1]
    assert chart.option["xAxis"][1]["type"] == "value"
    assert chart.rows[0][0] == "2 Mar 2026"


def test_what_the_browser_gets_is_json_without_markup_of_ours() -> None:
    for chart in (equity_chart(DAYS, Measure("USD")), trade_chart([point(30, 1, "5", 1)], "Europe/Berlin", "EUR", None, None)):
        text = json.dumps(chart.data)
        assert "<" not in text
        assert "function" not in text


def test_of_several_fills_in_one_moment_the_line_goes_on_from_the_last() -> None:
    fills = [point(1, 27, "5", 27), point(1, 13, "5", 40), point(2, -40, "6", 0)]
    chart = trade_chart(fills, "Europe/Berlin", "EUR", None, None)
    assert [height for _, height in chart.option["series"][4]["data"]] == [40, 0]
    assert chart.caption.startswith("3 fills between 5.00 and 6.00 EUR; at most 40 held.")
    assert trade_chart(fills[:2], "Europe/Berlin", "EUR", None, None).caption.startswith("2 fills at 5.00 EUR; at most 40 held.")
