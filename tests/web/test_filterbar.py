"""Every choice of a chip is an address that keeps the other choices."""

from dataclasses import replace
from datetime import date

import pytest

from fillbook.performance.filters import Filter
from fillbook.performance.summary import Outcome
from fillbook.storage.models import BrokerAccount
from fillbook.trades.records import Side
from fillbook.web.pages.filterbar import FilterBar, address, addresses, filter_bar, periods

TODAY = date(2026, 3, 15)
ACCOUNTS = [
    BrokerAccount(pk=7, number="U7", alias="Swing", kind="real", base_currency="USD"),
    BrokerAccount(pk=8, number="U8", kind="real", base_currency="EUR"),
    BrokerAccount(pk=9, number="U9", kind="sandbox", base_currency="USD"),
]


def bar(chosen: Filter, accounts: list[BrokerAccount] = ACCOUNTS) -> FilterBar:
    return filter_bar("/trades/", chosen, accounts, {"stock", "option"}, TODAY)


def urls(group: str, chosen: Filter) -> dict[str, str]:
    found = next(one for one in bar(chosen).more if one.name == group)
    return {choice.name: choice.url for choice in found.choices}


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("All time", None, None),
        ("This year", date(2026, 1, 1), date(2026, 12, 31)),
        ("Last year", date(2025, 1, 1), date(2025, 12, 31)),
        ("Last 365 days", date(2025, 3, 16), TODAY),
        ("Last 30 days", date(2026, 2, 14), TODAY),
        ("This month", date(2026, 3, 1), date(2026, 3, 31)),
        ("Last month", date(2026, 2, 1), date(2026, 2, 28)),
    ],
)
def test_periods_end_where_they_say(name: str, first: date | None, last: date | None) -> None:
    assert {one: days for _key, one, *days in periods(TODAY)}[name] == [first, last]


def test_a_choice_keeps_the_others() -> None:
    chosen = Filter(symbol="ACME", side=Side.LONG)
    assert urls("Side", chosen) == {
        "Long and short": "/trades/?symbol=ACME",
        "Long": "/trades/?symbol=ACME&side=long",
        "Short": "/trades/?symbol=ACME&side=short",
    }
    this_year = next(choice for choice in bar(chosen).periods if choice.name == "This year")
    assert this_year.url == "/trades/?from=2026-01-01&to=2026-12-31&symbol=ACME&side=long"


def test_what_is_chosen_is_marked_and_said() -> None:
    shown = bar(Filter(accounts=("7",), first=date(2026, 2, 1), last=date(2026, 2, 28), outcome=Outcome.WIN))
    assert (shown.account_words, shown.period_words, shown.more_words) == ("Swing", "Feb 2026", "Winners")
    assert [choice.name for choice in shown.accounts if choice.current] == ["Swing"]
    assert [choice.name for choice in shown.periods if choice.current] == ["Last month"]
    assert shown.any_set


def test_nothing_chosen() -> None:
    shown = bar(Filter())
    assert (shown.account_words, shown.period_words, shown.more_words, shown.any_set) == ("all", "all time", "", False)


def test_accounts_of_several_kinds_say_which_all_means() -> None:
    shown = bar(Filter())
    assert [(choice.name, choice.note, choice.url) for choice in shown.accounts] == [
        ("All real accounts", "", "/trades/"),
        ("Swing", "USD", "/trades/?account=7"),
        ("U8", "EUR", "/trades/?account=8"),
        ("U9", "Sandbox", "/trades/?account=9"),
    ]


def test_a_single_account_needs_no_choice() -> None:
    assert bar(Filter(), ACCOUNTS[:1]).accounts == ()


def test_only_kinds_that_occur_are_offered() -> None:
    assert list(urls("Kind", Filter())) == ["Every kind", "Stocks", "Options"]


def test_forms_carry_the_other_conditions_along() -> None:
    shown = bar(Filter(symbol="ACME", first=date(2026, 1, 1), include_incomplete=True))
    assert shown.kept_for_period == (("symbol", "ACME"), ("incomplete", "1"))
    assert shown.kept_for_symbol == (("from", "2026-01-01"), ("incomplete", "1"))


def test_addresses_of_many_periods_are_those_of_each() -> None:
    chosen = Filter(accounts=("3",), first=date(2020, 1, 1), symbol="A B", side=Side.SHORT)
    each = addresses("/trades/", chosen, show="percent")
    for first, last in ((date(2026, 1, 5), date(2026, 1, 5)), (date(2026, 2, 1), date(2026, 3, 31))):
        assert each(first, last) == address("/trades/", replace(chosen, first=first, last=last), show="percent")
