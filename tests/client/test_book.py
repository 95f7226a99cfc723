"""The client where things go wrong, beside an API that is pretended: what it says, what it keeps, and that it never shows the token."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from fillbook.client import ApiError, Fillbook, Unreachable

ACCOUNT = {"id": 1, "account": "U1", "kind": "real", "from": "2026-01-05"}


class Answer:
    """An answer: its text, its status, its headers."""

    def __init__(self, text: str = "{}", status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.status_code = status
        self.headers = headers or {}
        self._text = text

    def json(self) -> Any:
        return json.loads(self._text)


class Api:
    """Answers in turn, and what was asked for."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    def __call__(self, method: str, url: str, **said: Any) -> Answer:
        self.asked.append({"method": method, "url": url, **said})
        return self.answers.pop(0)


def book(*answers: Answer, token: str = "fb_secret") -> tuple[Fillbook, Api]:
    api = Api(*answers)
    return Fillbook("http://localhost:8000/", token, send=api), api


def test_an_address_that_leads_elsewhere_is_named_and_not_gone_to() -> None:
    here, api = book(Answer("", 301, {"Location": "https://fillbook.example/api/v1/me"}))
    with pytest.raises(ApiError, match=r"leads to https://fillbook\.example/api/v1/me") as problem:
        here.me()
    assert (problem.value.status, problem.value.kind) == (301, "elsewhere")
    assert len(api.asked) == 1


@pytest.mark.parametrize("status", [200, 502])
def test_an_answer_that_is_none_of_ours_is_said_to_be_none(status: int) -> None:
    here, _ = book(Answer("<html>Welcome to the router</html>", status))
    with pytest.raises(ApiError, match="none of Fillbook's") as problem:
        here.me()
    assert problem.value.status == status


def test_what_a_reader_changes_of_an_answer_is_not_what_is_kept() -> None:
    here, api = book(Answer('{"day": "2026-03-03", "groups": []}', 200, {"ETag": '"one"'}), Answer("", 304), Answer("", 304))
    for _ in range(3):
        found = here.day("2026-03-03")
        assert found == {"day": "2026-03-03", "groups": []}
        found["groups"].append("mine")
    assert [asked["headers"].get("If-None-Match") for asked in api.asked] == [None, '"one"', '"one"']


def test_a_list_of_nothing_is_not_everything() -> None:
    here, api = book()
    with pytest.raises(ValueError, match="tag"):
        here.trades(tag=[]).all()
    assert api.asked == []


def test_conditions_are_written_as_an_address_has_them() -> None:
    here, api = book(Answer('{"items": [], "next": null}'))
    here.trades(account=[1, 2], from_="2026-01-01", symbol="", side=None, ascending=True).all()
    assert api.asked[0]["params"] == {"sort": "day", "ascending": "1", "account": "1,2", "from": "2026-01-01", "limit": "500"}


def test_numbers_are_sent_without_exponent() -> None:
    plan = {"stop": "100", "target": "0.0000001", "rating": None, "entry": None, "currency": "USD", "risk": None, "r": None}
    here, api = book(Answer(json.dumps(plan)))
    assert here.write_plan("key", stop=Decimal("1E+2"), target=Decimal("1E-7"), rating=None).stop == 100
    assert api.asked[0]["json"] == {"stop": "100", "target": "0.0000001", "rating": None}


def test_what_is_not_said_of_a_plan_stays() -> None:
    plan = {"stop": "95", "target": None, "rating": 2, "entry": None, "currency": "USD", "risk": None, "r": None}
    here, api = book(*[Answer(json.dumps(plan))] * 4)
    here.write_plan("key", rating=4)
    here.write_plan("key", stop=None)
    assert [asked.get("json") for asked in api.asked] == [None, {"stop": "95", "rating": 4}, None, {"rating": 2}]


def test_the_end_of_a_line_is_no_part_of_a_token() -> None:
    here, api = book(Answer(json.dumps({"items": [ACCOUNT]})), token="fb_secret\n")
    assert here.accounts().first() is not None
    assert api.asked[0]["headers"]["Authorization"] == "Bearer fb_secret"


@pytest.mark.parametrize("token", ["", "fb_sec ret", "fb_sec\nret", "fb_sécret"])
def test_what_can_be_no_token_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(ValueError, match="token") as problem:
        Fillbook("http://localhost:8000", token)
    assert "ret" not in str(problem.value)
    assert "fb_secret" not in repr(book()[0])


def test_nothing_that_answers_is_said_so() -> None:
    with pytest.raises(Unreachable, match=r"Nothing answers at http://127\.0\.0\.1:1/api/v1 .*fillbook serve"):
        Fillbook("http://127.0.0.1:1", "fb_secret").me()


def test_of_a_moment_its_day_counts_and_several_are_joined() -> None:
    here, api = book(Answer('{"items": [], "next": null}'))
    here.trades(from_=datetime(2026, 1, 5, 9, 30, tzinfo=UTC), account=(1, 2), tag={"late", "big"}).all()
    assert {name: api.asked[0]["params"][name] for name in ("from", "account", "tag")} == {
        "from": "2026-01-05",
        "account": "1,2",
        "tag": "big,late",
    }


def test_an_interval_begins_and_ends_at_moments() -> None:
    here, api = book(Answer('{"items": [], "next": null}'))
    late = datetime(2026, 1, 5, 9, 30, tzinfo=timezone(timedelta(hours=-5)))
    here.trades(closed_from=late, closed_to="2026-01-06~").all()
    asked = api.asked[0]["params"]
    assert (asked["closed_from"], asked["closed_to"]) == ("2026-01-05T09:30:00-05:00", "2026-01-06~")
    with pytest.raises(ValueError, match="closed_to: a moment without its zone"):
        here.trades(closed_to=datetime(2026, 1, 5, 9, 30)).all()  # noqa: DTZ001 - that it is refused is the point
