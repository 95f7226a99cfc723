"""Which days a statement must span, and what is asked when it does not: the forms of request, windows, halves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillbook.brokers.ibkr.replies import HOSTS
from fillbook.brokers.interface import NeedsUser, NotReady, Reply, Transient, Unsupported
from fillbook.ledger.statement import DateRange
from tests.brokers.ibkr.flex_script import FAILED, WORKING, YEAR, accepted, days, drive, refused, statement

DAY = statement("20260925", "20260925")
"""What the service sends when it collapses a saved period to one day."""
MONTH = statement("20260825", "20260925")
GET = "GetStatement 1234567890"


# --- the full year


def test_short_statement_is_asked_again_for_365_days() -> None:
    told = drive(accepted(), DAY, accepted(), YEAR)
    assert told.asked == ["SendRequest", GET, "SendRequest p=365", GET]
    assert [page.content for page in told.pages] == [YEAR.body]
    assert told.memory == {"form": "p", "days": 365}


def test_then_by_days_that_end_with_the_last_final_day() -> None:
    told = drive(accepted(), DAY, accepted(), DAY, accepted(), YEAR)
    assert told.asked[-2:] == ["SendRequest fd=20250926 td=20260925", GET]
    assert told.memory == {"form": "fd_td", "days": 365}


def test_a_form_that_fails_is_passed_over() -> None:
    assert drive(accepted(), DAY, refused(1020), accepted(), YEAR).memory["form"] == "fd_td"
    hangs = drive(accepted(), DAY, accepted(), *[WORKING] * 61, accepted(), YEAR)
    assert hangs.memory["form"] == "fd_td"


def test_new_account_is_taken_as_short_as_it_is() -> None:
    told = drive(accepted(), MONTH, accepted(), MONTH, accepted(), MONTH)
    assert [page.content for page in told.pages] == [MONTH.body]
    assert told.pages[0].covers == days("2026-08-25", "2026-09-25")
    assert told.memory == {"form": "bare", "days": 32}


def test_new_account_is_not_asked_three_times_every_night() -> None:
    told = drive(accepted(), statement("20260825", "20260926"), memory={"form": "bare", "days": 32})
    assert told.asked == ["SendRequest", GET]
    assert told.memory == {"form": "bare", "days": 33}


def test_longest_statement_is_fetched_again_when_a_later_form_gave_less() -> None:
    told = drive(accepted(), MONTH, accepted(), DAY, refused(1003), *[refused(1003)] * 7, accepted(), MONTH)
    assert told.asked[-2:] == ["SendRequest", GET]
    assert [page.content for page in told.pages] == [MONTH.body]
    assert told.memory == {"form": "bare", "days": 32}


def test_single_day_in_every_form_is_not_used() -> None:
    told = drive(accepted(), DAY, accepted(), DAY, accepted(), DAY)
    assert told.code == "short_statement"
    assert told.pages == []


def test_locked_token_stops_the_search_for_a_better_form() -> None:
    told = drive(accepted(), DAY, refused(1025))
    assert isinstance(told.error, NeedsUser)
    assert told.code == "1025"


def test_form_that_worked_is_used_first_next_time() -> None:
    assert drive(accepted(), YEAR, memory={"form": "p", "days": 365}).asked == ["SendRequest p=365", GET]


def test_form_by_days_learns_the_day_from_the_service() -> None:
    """There is no clock here: a first request tells the day, and its statement is left alone."""
    told = drive(accepted("1"), accepted("2"), YEAR, memory={"form": "fd_td", "days": 365})
    assert told.asked == ["SendRequest", "SendRequest fd=20250928 td=20260927", "GetStatement 2"]


def test_strange_memory_is_ignored() -> None:
    assert drive(accepted(), YEAR, memory={"form": "carrier pigeon"}).asked[0] == "SendRequest"


@pytest.mark.parametrize(
    ("first", "last", "covers"),
    [
        ("20250926", "20260925", days("2025-09-26", "2026-09-25")),
        ("2025-09-26", "2026-09-25", days("2025-09-26", "2026-09-25")),
        ("26-SEP-25", "25-SEP-26", days("2025-09-26", "2026-09-25")),
        ("09/26/2025", "09/25/2026", days("2025-09-26", "2026-09-25")),
        ("26/09/2025", "25/09/2026", days("2025-09-26", "2026-09-25")),
        ("09/26/25", "09/25/26", days("2025-09-26", "2026-09-25")),
        ("05/07/2025", "04/07/2026", None),
        ("", "", None),
        ("last year", "today", None),
    ],
)
def test_days_are_read_in_every_format_and_claimed_only_when_certain(first: str, last: str, covers: object) -> None:
    told = drive(accepted(), statement(first, last))
    assert told.code == "done"
    assert told.pages[0].covers == covers


def test_statements_broken_out_by_day_count_together() -> None:
    more = "</FlexStatement><FlexStatement accountId=\"U9100004\" fromDate='20260925' toDate='20260925'>"
    told = drive(accepted(), statement("20250926", "20250926", more))
    assert told.pages[0].covers == days("2025-09-26", "2026-09-25")


# --- given days


def test_days_are_asked_for_by_first_and_last() -> None:
    told = drive(accepted(), statement("20260917", "20260925"), window=days("2026-09-17", "2026-09-25"))
    assert told.asked == ["SendRequest fd=20260917 td=20260925", GET]
    assert told.pages[0].covers == days("2026-09-17", "2026-09-25")


def test_more_than_a_year_is_asked_for_in_pieces_newest_first() -> None:
    told = drive(
        *(accepted(), statement("20250926", "20260925")),
        *(accepted(), statement("20240926", "20250925")),
        *(accepted(), statement("20240901", "20240925")),
        window=days("2024-09-01", "2026-09-25"),
    )
    assert [asked for asked in told.asked if asked.startswith("Send")] == [
        "SendRequest fd=20250926 td=20260925",
        "SendRequest fd=20240926 td=20250925",
        "SendRequest fd=20240901 td=20240925",
    ]
    assert len(told.pages) == 3


def test_day_that_is_not_final_is_moved_back() -> None:
    told = drive(*[refused(1003)] * 3, accepted(), statement("20260917", "20260925"), window=days("2026-09-17", "2026-09-28"))
    assert [asked.rpartition("=")[2] for asked in told.asked[:4]] == ["20260928", "20260927", "20260926", "20260925"]
    assert told.code == "done"


def test_day_is_moved_back_a_week_at_most() -> None:
    told = drive(*[refused(1003)] * 8, window=days("2026-09-01", "2026-09-28"))
    assert told.code == "1003"
    assert isinstance(told.error, Transient)
    assert told.asked[-1] == "SendRequest fd=20260901 td=20260921"


def test_going_further_back_ends_where_the_account_begins() -> None:
    """An old window without a statement is not asked for day by day."""
    told = drive(refused(1003), window=days("2019-01-01", "2019-12-31"))
    assert (told.code, told.pages) == ("done", [])
    assert len(told.requests) == 1
    told = drive(accepted(), statement("20200101", "20201230"), refused(1003), window=days("2019-01-01", "2020-12-30"))
    assert told.code == "done"
    assert len(told.pages) == 1


def test_window_that_begins_before_the_account_is_taken_as_short_as_it_is() -> None:
    opened = statement("20190314", "20191231")
    told = drive(accepted(), opened, window=days("2019-01-01", "2019-12-31"))
    assert [page.content for page in told.pages] == [opened.body]
    assert told.pages[0].covers == days("2019-03-14", "2019-12-31")
    assert told.asked == ["SendRequest fd=20190101 td=20191231", GET]


def test_query_that_hangs_on_days_is_asked_bare_and_remembered() -> None:
    told = drive(accepted(), *[WORKING] * 61, accepted(), YEAR, window=days("2026-09-17", "2026-09-25"))
    assert told.asked[-2:] == ["SendRequest", GET]
    assert told.memory == {"fd_td": "no"}
    told = drive(accepted(), YEAR, window=days("2026-09-17", "2026-09-25"), memory={"form": "p", "fd_td": "no"})
    assert told.asked == ["SendRequest p=365", GET]


def test_other_days_than_asked_for_are_not_taken_for_them() -> None:
    told = drive(*[accepted(), YEAR] * 3, window=days("2019-01-01", "2019-12-31"))
    assert told.asked[2:] == ["SendRequest", GET, "SendRequest p=365", GET]
    assert told.code == "window_ignored"
    assert isinstance(told.error, Unsupported)
    assert told.pages == []


def test_the_days_of_a_neighbour_are_not_taken_for_them_either() -> None:
    told = drive(*[accepted(), YEAR] * 3, window=days("2024-10-03", "2025-10-02"))
    assert (told.code, told.pages) == ("window_ignored", [])


def test_collapsed_statement_is_not_taken_for_the_days_asked() -> None:
    told = drive(*[accepted(), DAY] * 3, window=days("2026-09-10", "2026-09-25"))
    assert told.code == "short_statement"
    assert told.pages == []
    told = drive(accepted(), DAY, accepted(), DAY, accepted(), YEAR, window=days("2026-09-10", "2026-09-25"))
    assert [page.content for page in told.pages] == [YEAR.body]


def test_new_link_that_cannot_be_validated_waits_also_for_given_days() -> None:
    told = drive(refused(1020), window=days("2026-09-10", "2026-09-25"), new_link=True)
    assert isinstance(told.error, NotReady)


def test_one_page_that_covers_several_windows_saves_the_others() -> None:
    told = drive(
        accepted(), statement("20240901", "20260925"), window=days("2024-09-01", "2026-09-25"), memory={"form": "bare", "fd_td": "no"}
    )
    assert told.asked == ["SendRequest", GET]
    assert told.code == "done"


# --- over the size cap


def test_too_large_year_is_fetched_in_halves() -> None:
    told = drive(
        *(accepted(), FAILED["too_large"]),
        *(accepted(), statement("20260329", "20260927")),
        *(accepted(), statement("20250928", "20260328")),
    )
    assert told.asked == [
        *("SendRequest", GET),
        *("SendRequest fd=20260329 td=20260927", GET),
        *("SendRequest fd=20250928 td=20260328", GET),
    ]
    assert [page.covers.days for page in told.pages if page.covers] == [183, 182]
    assert told.memory == {"form": "fd_td", "chunk": 183}


def test_halves_are_halved_again() -> None:
    told = drive(
        *(accepted(), FAILED["too_large"]),
        *(accepted(), FAILED["too_large"]),
        *(accepted(), statement("20260923", "20260924")),
        *(accepted(), statement("20260921", "20260922")),
        *(accepted(), statement("20260917", "20260920")),
        window=days("2026-09-17", "2026-09-24"),
    )
    assert [asked for asked in told.asked if asked.startswith("Send")] == [
        "SendRequest fd=20260917 td=20260924",
        "SendRequest fd=20260921 td=20260924",
        "SendRequest fd=20260923 td=20260924",
        "SendRequest fd=20260921 td=20260922",
        "SendRequest fd=20260917 td=20260920",
    ]
    assert len(told.pages) == 3


def test_size_that_is_known_to_fit_is_asked_for_at_once() -> None:
    told = drive(
        *(accepted("1"), accepted("2"), statement("20260329", "20260927")),
        *(accepted("3"), statement("20250928", "20260328")),
        memory={"form": "fd_td", "chunk": 183},
    )
    assert told.asked == [
        "SendRequest",
        *("SendRequest fd=20260329 td=20260927", "GetStatement 2"),
        *("SendRequest fd=20250928 td=20260328", "GetStatement 3"),
    ]


def test_single_day_over_the_cap_is_told() -> None:
    told = drive(accepted(), FAILED["too_large"], window=days("2026-09-25", "2026-09-25"))
    assert told.code == "too_large"
    assert isinstance(told.error, Unsupported)


def test_size_without_a_day_to_count_from_is_told() -> None:
    assert drive(accepted(stamp="yesterday"), FAILED["too_large"]).code == "too_large"


# --- whatever comes


REPLIES = [
    *FAILED.values(), WORKING, YEAR, DAY, MONTH, accepted(), accepted(stamp=""), statement("05/07/2025", "04/07/2026"), statement("", ""),
    statement("20260301", "20260925"), *[refused(code) for code in (1001, 1003, 1017, 1018, 1020, 1021)],
    Reply(200, YEAR.body[:-9]), Reply(200), Reply(503),
]  # fmt: skip
WINDOWS = [None, days("2026-09-14", "2026-09-25"), days("2024-01-01", "2026-09-25"), days("2026-09-25", "2026-09-25")]
MEMORIES = [{}, {"form": "p", "days": 365}, {"form": "fd_td", "chunk": 183}, {"form": "bare", "days": 30, "fd_td": "no"}]


@given(st.lists(st.sampled_from(REPLIES), min_size=1, max_size=12), st.sampled_from(WINDOWS), st.sampled_from(MEMORIES), st.booleans())
def test_every_fetch_ends_and_goes_nowhere_else(
    replies: list[Reply], window: DateRange | None, memory: dict[str, object], new: bool
) -> None:
    told = drive(*replies, window=window, memory=memory, new_link=new, for_ever=True)
    assert len(told.requests) <= 700
    assert {request.host for request in told.requests} <= set(HOSTS)
    assert sum(told.waits) >= 5 * (len(told.requests) - 1) - 4 * told.waits.count(1)
    # days asked for may be days that the account has nothing of: then a fetch ends without a page
    assert told.error is not None or told.pages or window is not None
