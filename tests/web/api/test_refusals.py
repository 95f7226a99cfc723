"""What a program hears of a wrong value: its name, what is wrong with it, what would be right; never the framework's own words."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from fillbook.storage.models import BrokerAccount, RoundTripRow
from fillbook.web.api.app import description
from fillbook.web.api.wording import RIGHT
from tests.web.api.conftest import Asker

pytestmark = pytest.mark.django_db
ITS_OWN = re.compile(r"Input should|String should|unable to|pattern|valid (string|integer|boolean)|Field required|permitted|validation")


def parameters() -> Iterator[tuple[str, str]]:
    """(an address, a parameter that it takes), each kind of parameter once."""
    seen = set()
    for path, ways in description()["paths"].items():
        found = ways.get("get", {"parameters": []})["parameters"]
        needed = {one["name"]: "symbol" for one in found if one["in"] == "query" and one.get("required")}
        for one in found:
            key = one["name"], repr(one["schema"])
            if one["in"] == "query" and key not in seen and "{" not in path:
                seen.add(key)
                others = "&".join(f"{name}={value}" for name, value in needed.items() if name != one["name"])
                yield f"{path.removeprefix('/api/v1')}?{others}", one["name"]


def test_each_wrong_parameter_is_named_with_what_would_be_right(program: Asker, account: BrokerAccount) -> None:
    assert account.pk
    heard = 0
    for path, name in parameters():
        for wrong in ("%00", "x" * 3000):
            answer = program.ask(f"{path}&{name}={wrong}")
            if answer.status_code != 200:
                problem = answer.json()
                assert [one["field"] for one in problem["where"]] == [name], (path, name)
                assert not ITS_OWN.search(problem["detail"]), problem["detail"]
                assert problem["remedy"]
                heard += 1
    assert heard > 50


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/trades?from=2026-02-30", f"from: It has to be {RIGHT['from']}."),
        ("/trades?slot=hour-99", f"slot: It has to be {RIGHT['slot']}."),
        ("/trades?closed_from=2026-03-12", f"closed_from: It has to be {RIGHT['closed_from']}."),
        ("/trades?limit=501", "limit: It has to be 500 or less."),
        ("/trades?limit=many", "limit: It has to be a whole number."),
        ("/trades?side=up", "side: It has to be 'long' or 'short'."),
        ("/links/x", "link_id: It has to be the id of a link, as GET /links lists them."),
        ("/accounts?account=7", "This address has no parameter account."),
        ("/reports/breakdown", "by: It is needed."),
        ("/accounts/987654", "Nothing of yours has this account_id."),
        ("/trades?account=987654", "account: There is no such account of yours."),
        ("/days/2026-02-11/note", "day: There is no note on it."),
    ],
)
def test_what_is_said(program: Asker, account: BrokerAccount, path: str, detail: str) -> None:
    assert account.pk
    assert program.ask(path).json()["detail"] == detail


def test_what_is_not_in_a_list_of_an_account_is_not_the_account(program: Asker, account: BrokerAccount) -> None:
    key = RoundTripRow.objects.get(symbol="BOLT").key
    for path, field in ((f"/accounts/{account.pk}/comparison?id=none", "id"), (f"/trades/{key}/sent/9", "number")):
        answer = program.ask(path)
        assert (answer.status_code, [one["field"] for one in answer.json()["where"]]) == (404, [field])


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, {"stop": None}),
        ([], {"body": "It has to be a JSON object."}),
        ({"stop": 95}, {"stop": "It has to be a text, in quotation marks."}),
        ({"stop": "1e5"}, {"stop": f"It has to be {RIGHT['stop']}."}),
        ({"rating": 6}, {"rating": "It has to be 5 or less."}),
        ({"stp": "95"}, {"stp": "There is no such field."}),
    ],
)
def test_what_is_said_of_a_body(program: Asker, account: BrokerAccount, body: Any, told: dict[str, str | None]) -> None:
    key = RoundTripRow.objects.get(account=account, symbol="BOLT").key
    found = program.ask(f"/trades/{key}/plan", "PUT", body).json()
    said = {one["field"]: one["detail"] for one in found["where"]} if "where" in found else {"stop": found["stop"]}
    assert said == told


def test_a_change_of_campaigns_that_is_not_there_is_looked_for_among_them(program: Asker, account: BrokerAccount) -> None:
    assert account.pk
    problem = program.ask("/campaign-changes/987654", "DELETE").json()
    assert (problem["detail"], problem["remedy"]) == ("Nothing of yours has this change_id.", "GET /campaign-changes lists what is there.")


def test_an_interval_the_wrong_way_round_is_refused_with_both_ends(program: Asker, account: BrokerAccount) -> None:
    assert account.pk
    answer = program.ask("/trades?closed_from=2026-03-12T15:00:00Z&closed_to=2026-03-12T14:00:00Z")
    assert answer.status_code == 422
    assert answer.json()["detail"] == (
        "closed_from=2026-03-12~2026-03-12T15:00:00Z is after closed_to=2026-03-12~2026-03-12T14:00:00Z, so no moment lies between them."
    )
    assert [one["field"] for one in answer.json()["where"]] == ["closed_from", "closed_to"]
    assert program.ask("/trades?closed_from=2026-03-12T15:00:00Z&closed_to=2026-03-12T15:00:00Z").status_code == 200


def test_a_period_the_wrong_way_round_is_refused_with_both_ends(program: Asker, account: BrokerAccount) -> None:
    wrong = "from=2026-03-31&to=2026-03-01"
    for path in ("/trades", "/executions", "/summary", "/campaigns"):
        answer = program.ask(f"{path}?{wrong}")
        assert answer.status_code == 422
        problem = answer.json()
        assert problem["detail"] == "from=2026-03-31 is after to=2026-03-01, so no day lies between them."
        assert problem["remedy"].startswith("Send from=2026-03-01 and to=2026-03-31")
        assert [one["field"] for one in problem["where"]] == ["from", "to"]
    beside = program.ask(f"/reports/comparison?beside={wrong.replace('&', '%26').replace('=', '%3D')}")
    assert (beside.status_code, [one["field"] for one in beside.json()["where"]]) == (422, ["beside"])
    assert program.ask("/trades?from=2026-03-01&to=2026-03-01").status_code == 200
