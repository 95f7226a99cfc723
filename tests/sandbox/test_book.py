"""The pretend broker's books, worked out by hand from the real broker's conventions."""

from datetime import datetime
from decimal import Decimal

from fillbook.sandbox.book import Book, Booked
from fillbook.sandbox.listings import REVERSED, TRIMMED, WRITTEN_PUTS, option
from fillbook.sandbox.rows import MAIN

D = Decimal
WHEN = datetime(2026, 3, 2, 10, 0)  # noqa: DTZ001 - a statement's own form has no zone
LATER = datetime(2026, 3, 3, 10, 0)  # noqa: DTZ001
PUT = option(WRITTEN_PUTS, WHEN.date(), D(110), "P")
CALL = option(WRITTEN_PUTS, WHEN.date(), D(110), "C")


def test_purchase_states_what_it_cost_and_realizes_nothing() -> None:
    assert Book().trade(MAIN, TRIMMED, D(100), D("-1000.35"), WHEN) == Booked(D("1000.35"), D(0), "O", None)


def test_sale_of_part_gives_up_the_oldest_cost() -> None:
    book = Book()
    book.trade(MAIN, TRIMMED, D(100), D(-1000), WHEN)
    book.trade(MAIN, TRIMMED, D(100), D(-1200), LATER)
    # 150 units: 1000 of the first lot and half of 1200
    assert book.trade(MAIN, TRIMMED, D(-150), D(1950), LATER) == Booked(D(-1600), D(350), "C", WHEN)
    assert [(one.quantity, one.cost) for one in book.holdings()] == [(D(50), D(600))]


def test_short_sale_has_negative_cost_and_its_repurchase_the_profit() -> None:
    book = Book()
    assert book.trade(MAIN, TRIMMED, D(-10), D(500), WHEN) == Booked(D(-500), D(0), "O", None)
    assert book.trade(MAIN, TRIMMED, D(10), D(-420), LATER) == Booked(D(500), D(80), "C", WHEN)
    assert list(book.holdings()) == []


def test_reversal_closes_and_opens_in_one_fill() -> None:
    book = Book()
    book.trade(MAIN, REVERSED, D(100), D(-1000), WHEN)
    # 250 sold for 2750: 100 of them (1100) close, 150 (1650) open a short
    booked = book.trade(MAIN, REVERSED, D(-250), D(2750), LATER)
    assert booked == Booked(D(-1000) - D(1650), D(100), "C;O", WHEN)
    assert [(one.quantity, one.cost) for one in book.holdings()] == [(D(-150), D(-1650))]


def test_assigned_put_moves_its_premium_into_the_stock() -> None:
    book = Book()
    book.trade(MAIN, PUT, D(-2), D(300), WHEN)
    option_leg = book.deliver(MAIN, PUT, D(2))
    assert option_leg == Booked(D(300), D(0), "C", WHEN, premium=D(300))
    # 200 bought at 110: the row says 22,000, the lot costs 300 less
    assert book.trade(MAIN, WRITTEN_PUTS, D(200), D(-22000), LATER, option_leg.premium).cost == D(22000)
    assert [(one.quantity, one.cost) for one in book.holdings()] == [(D(200), D(21700))]


def test_called_away_stock_realizes_the_premium_too() -> None:
    book = Book()
    book.trade(MAIN, WRITTEN_PUTS, D(200), D(-21000), WHEN)
    book.trade(MAIN, CALL, D(-2), D(400), WHEN)
    premium = book.deliver(MAIN, CALL, D(2)).premium
    # sold at 110 with 1 of fees: 21,999 - 21,000 + 400
    assert book.trade(MAIN, WRITTEN_PUTS, D(-200), D(21999), LATER, premium) == Booked(D(-21000), D(1399), "C", WHEN)


def test_call_without_stock_leaves_a_short_that_carries_the_premium() -> None:
    book = Book()
    book.trade(MAIN, CALL, D(-1), D(150), WHEN)
    premium = book.deliver(MAIN, CALL, D(1)).premium
    assert book.trade(MAIN, WRITTEN_PUTS, D(-100), D(11000), WHEN, premium) == Booked(D(-11000), D(0), "O", None)
    assert [(one.quantity, one.cost) for one in book.holdings()] == [(D(-100), D(-11150))]


def test_exercised_call_adds_what_was_paid_for_it() -> None:
    book = Book()
    book.trade(MAIN, CALL, D(1), D(-250), WHEN)
    premium = book.deliver(MAIN, CALL, D(-1)).premium
    book.trade(MAIN, WRITTEN_PUTS, D(100), D(-11000), WHEN, premium)
    assert [(one.quantity, one.cost) for one in book.holdings()] == [(D(100), D(11250))]


def test_split_multiplies_units_and_keeps_cost() -> None:
    book = Book()
    book.trade(MAIN, TRIMMED, D(60), D(-9000), WHEN)
    assert book.split(MAIN, TRIMMED, 2) == D(60)
    assert [(one.quantity, one.cost) for one in book.holdings()] == [(D(120), D(9000))]
    assert book.split(MAIN, REVERSED, 2) == 0


def test_thirds_of_a_lot_lose_nothing() -> None:
    book = Book()
    book.trade(MAIN, TRIMMED, D(3), D(-100), WHEN)
    costs = [book.trade(MAIN, TRIMMED, D(-1), D(40), LATER).cost for _ in range(3)]
    assert sum(costs) == D(-100)
