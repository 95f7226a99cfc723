"""The client has a method for each operation of the API, and a field for each that an answer has."""

import inspect
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from fillbook import client
from fillbook.client import Fillbook, Listing
from fillbook.client.records import Record, kinds_of
from fillbook.client.tables import _kind
from fillbook.web.api.app import description

ANSWERS = {
    "Account": "Account",
    "BridgeLine": "BridgeLine",
    "Campaign": "CampaignAnswer",
    "CampaignPart": "CampaignPartAnswer",
    "Candidate": "Candidate",
    "Cell": "CrossedCell",
    "Compared": "PairAnswer",
    "Comparison": "ComparisonAnswer",
    "CurvePoint": "Point",
    "Day": "CalendarDay",
    "Execution": "Execution",
    "Fall": "FallAnswer",
    "Figure": "FigureAnswer",
    "Fill": "Fill",
    "Mark": "InstrumentMark",
    "Note": "NoteAnswer",
    "Notice": "NoticeAnswer",
    "Opening": "OpeningAnswer",
    "Part": "Part",
    "Plan": "PlanAnswer",
    "Position": "PositionAnswer",
    "Restatement": "RestatementAnswer",
    "Slice": "BreakdownPart",
    "Run": "Run",
    "Statement": "StatementAnswer",
    "Streak": "RunOfTrades",
    "Summary": "DashboardGroup",
    "Tag": "TagAnswer",
    "Trade": "Trip",
    "Upload": "Upload",
    "View": "ViewAnswer",
}
"""Record of the client -> what the API calls it."""
OF_THE_GROUP = {"kind", "currency", "which"}
"""What a record tells of the group that it stood in."""
IN_RAW = {"Account": {"reconciliation"}, "Campaign": {"legs"}, "Summary": {"in_r"}, "CurvePoint": {"first"}}
"""What has parts of its own, or says what is known already."""


class Asked(Exception):
    """A request was about to be sent."""


def asked_by(method: str) -> tuple[str, str]:
    """(method, path below /api/v1) of what a method of the client sends."""
    sent: list[tuple[str, str]] = []

    def send(verb: str, url: str, **_said: Any) -> Any:
        sent.append((verb, url.removeprefix("http://here/api/v1")))
        raise Asked

    book = Fillbook("http://here", "fb_token", send=send)
    needed: list[Any] = [
        [] if "list" in str(one.annotation) else 1 if one.annotation is int else "x"
        for one in inspect.signature(getattr(book, method)).parameters.values()
        if one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD
    ]
    named = {
        one.name: "1"
        for one in inspect.signature(getattr(book, method)).parameters.values()
        if one.default is one.empty and one.kind is one.KEYWORD_ONLY
    }
    with pytest.raises(Asked):
        _gone_through(getattr(book, method), needed, named)
    return sent[0]


def _gone_through(method: Any, needed: list[Any], named: dict[str, str]) -> None:
    found = method(*needed, **named)
    assert isinstance(found, Listing)  # which asks when it is gone through
    found.first()


def methods() -> Iterator[str]:
    own = {"close"}
    return (name for name, _ in inspect.getmembers(Fillbook, inspect.isfunction) if not name.startswith("_") and name not in own)


def test_each_operation_has_a_method() -> None:
    sent = {asked_by(name) for name in methods()} | {("GET", "/trades/x/evidence")}
    sent.add(("PUT", "/trades/x/plan"))  # `write_plan` looks first what is to stay: tests/client/test_book.py
    lacking = {
        operation["operationId"]
        for path, ways in description()["paths"].items()
        for way, operation in ways.items()
        if not any(
            verb == way.upper() and re.fullmatch(re.sub(r"{\w+}", "[^/]+", path.removeprefix("/api/v1")), address) for verb, address in sent
        )
    }
    assert lacking == set()


def fields_of(name: str) -> dict[str, dict[str, Any]]:
    """Of an answer, by the names that the client gives them."""
    found: dict[str, dict[str, Any]] = description()["components"]["schemas"][name]["properties"]
    return {"from_" if field == "from" else field: schema for field, schema in found.items()}


def kind_of(schema: dict[str, Any]) -> tuple[Any, bool]:
    """What a value of a field is in the client, and whether it can be missing."""
    kinds = schema.get("anyOf", [schema])
    kept = [one for one in kinds if one != {"type": "null"}]
    told = kept[0] if len(kept) == 1 else {}
    plain: dict[str, Any] = {"integer": int, "boolean": bool, "array": list[str]}
    if told.get("type") == "string":
        decimal = "[0-9]+" in told.get("pattern", "")
        found: Any = Decimal if decimal else {"date": date, "date-time": datetime}.get(told.get("format", ""), str)
    else:
        found = plain.get(told.get("type", ""), dict)
    return found, len(kinds) > len(kept)


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_each_field_has_its_kind(name: str) -> None:
    record: type[Record] = getattr(client, name)
    told, kinds = fields_of(ANSWERS[name]), {field: _kind(kind) for field, kind in kinds_of(record).items() if field != "raw"}
    assert set(told) - set(kinds) == IN_RAW.get(name, set())
    assert set(kinds) - set(told) <= OF_THE_GROUP
    for field in kinds.keys() & told.keys() - {"profit_factor"}:  # a decimal or `no_losses`
        kind, missing = kinds[field]
        wanted = kind_of(told[field])
        assert (dict if str(kind).startswith("dict") else kind, missing) == wanted, field
