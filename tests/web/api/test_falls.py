"""Falls and runs of the API name the filters that take just their trades."""

import pytest

from fillbook.storage.models import User
from tests.web.api.conftest import Asker
from tests.web.book import says, write_book
from tests.web.test_doors import busy_days

pytestmark = pytest.mark.django_db


def test_the_api_names_the_filters_of_falls_and_runs(program: Asker, owner: User) -> None:
    write_book(owner, says(*busy_days(timed=True)))
    (group,) = program.get("/reports/statistics")["groups"]
    deepest, runs = group["drawdowns"][0], group["streaks"]
    for query, count, total in (
        (deepest["filter"], deepest["round_trips"], "124"),
        (deepest["filter_down"], 4, deepest["depth"]),
        (runs["wins"]["filter"], runs["wins"]["length"], runs["wins"]["profit"]),
        ("closed_from=2026-04-03T13:30:01-04:00", 2, "196"),
    ):
        summed = program.get(f"/summary?{query}")["groups"][0]
        assert (summed["round_trips"], summed["profit"]) == (count, total), query
        assert len(program.get(f"/trades?{query}")["items"]) == count
