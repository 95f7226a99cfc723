"""The fetch, step by step without a network: windows, what each answer means, what is kept."""

import json
from datetime import date
from typing import Any

import pytest

from fillbook.brokers.apex.connector import CONNECTOR as APEX
from fillbook.brokers.apex.login import HOSTS, PortalSession
from fillbook.brokers.interface import (
    BrokerConfig,
    BrokerError,
    Done,
    NotGranted,
    OurFault,
    Page,
    RateLimited,
    Reply,
    Request,
    Send,
    Transient,
)
from fillbook.ledger.statement import DateRange

CONFIG = BrokerConfig({"host": HOSTS[1], "username": "service_user"}, frozenset({"password"}))
THREE_YEARS = DateRange(date(2023, 9, 27), date(2026, 9, 25))
WEEK = DateRange(date(2026, 9, 18), date(2026, 9, 25))
ROWS = b'[{"tradeDate":"2026-09-21","price":74.330,"quantity":1e2,"accountTitle":"PAT SAMPLE","netAmount":-7433.00}]'


def asked(state: Any, reply: Reply | None = None) -> tuple[Any, Request]:
    state, action = APEX.advance(json.loads(json.dumps(state)), reply)
    assert isinstance(action, Send)
    return state, action.request


def begin(window: DateRange = WEEK, new_link: bool = True) -> Any:
    return APEX.start(window, new_link, {}, CONFIG, "5AB12345")


def test_three_years_are_windows_of_a_year_oldest_first() -> None:
    state, days = begin(THREE_YEARS), []
    while True:
        state, action = APEX.advance(json.loads(json.dumps(state)), None)
        if isinstance(action, Done):
            break
        assert isinstance(action, Send)
        days.append(tuple(value for name, value in action.request.query if name != "activityType"))
        state, page = APEX.advance(state, Reply(200, b"[]"))
        assert isinstance(page, Page)
    assert days == [("2023-09-27", "2024-09-25"), ("2024-09-26", "2025-09-25"), ("2025-09-26", "2026-09-25")]


def test_a_request_names_the_session_and_holds_no_secret() -> None:
    state, request = asked(begin())
    assert (request.host, request.method) == (HOSTS[1], "GET")
    assert request.path == "/activities-provider/api/v1/activities/5AB12345"
    assert [value for name, value in request.query if name == "activityType"] == ["TRADES", "MONEY_MOVEMENTS", "POSITION_ADJUSTMENTS"]
    assert request.names() == {"session.cookie"}
    assert "password" not in json.dumps(state)


def test_what_is_kept_is_the_answer_without_the_holders_name_number_by_number() -> None:
    state, _ = asked(begin())
    state, page = APEX.advance(state, Reply(200, ROWS))
    assert isinstance(page, Page)
    assert page.covers == WEEK
    row = b'{"tradeDate":"2026-09-21","price":74.330,"quantity":1e2,"netAmount":-7433.00}'
    head = b'{"source":"apex-portal-activities","account":"5AB12345","first":"2026-09-18","last":"2026-09-25","rows":['
    assert page.content == head + b"\n" + row + b"\n]}"
    assert APEX.recognize(page.content)
    assert isinstance(APEX.advance(state, None)[1], Done)


@pytest.mark.parametrize(
    ("reply", "kind", "code"),
    [
        (Reply(401, b"{}"), OurFault, "session_refused"),
        (Reply(403, b"{}"), NotGranted, "not_granted"),
        (Reply(404, b"{}"), NotGranted, "not_granted"),
        (Reply(400, b"{}"), NotGranted, "not_granted"),
        (Reply(405, b"{}"), OurFault, "refused"),
        (Reply(429, b"{}", headers={"retry-after": "90"}), RateLimited, "limited"),
        (Reply(500, b"{}"), Transient, "portal_down"),
        (Reply(503, b"<html>"), Transient, "portal_down"),
        (Reply(200, b"<!DOCTYPE html><html>"), Transient, "page_for_data"),
        (Reply(200, ROWS[:-3]), Transient, "cut_short"),
        (Reply(200, b""), Transient, "no_data"),
        (Reply(200, b"\xff\xfe"), Transient, "no_data"),
        (Reply(200, b'{"message":"ok"}'), OurFault, "answer_unknown"),
        (Reply(200, b"[1]"), OurFault, "answer_unknown"),
        (Reply(0, failure="timeout"), Transient, "timeout"),
        (Reply(0, failure="redirect"), Transient, "redirect"),
    ],
)
def test_each_answer_says_whose_matter_it_is(reply: Reply, kind: type[BrokerError], code: str) -> None:
    state, _ = asked(begin())
    with pytest.raises(BrokerError) as caught:
        APEX.advance(state, reply)
    assert (type(caught.value), caught.value.code) == (kind, code)
    assert "5AB12345" not in str(caught.value)


def test_an_account_that_worked_is_no_longer_granted_only_when_the_portal_says_so() -> None:
    state, _ = asked(begin(new_link=False))
    with pytest.raises(NotGranted, match="no longer"):
        APEX.advance(state, Reply(403, b"{}"))
    with pytest.raises(OurFault):
        APEX.advance(state, Reply(400, b"{}"))


def test_a_window_whose_answer_is_too_large_is_parted() -> None:
    state, _ = asked(begin(THREE_YEARS))
    state, first = asked(state, Reply(0, failure="too_large"))
    assert first.query[:2] == (("startDate", "2023-09-27"), ("endDate", "2024-03-27"))
    state, _ = APEX.advance(state, Reply(200, b"[]"))
    _, second = asked(state)
    assert second.query[:2] == (("startDate", "2024-03-28"), ("endDate", "2024-09-25"))
    state, _ = asked(begin())
    with pytest.raises(Transient):
        APEX.advance(state, Reply(0, failure="too_large"))


def test_a_login_is_name_and_password_for_one_cookie() -> None:
    login = PortalSession()
    request = login.login(CONFIG)
    assert (request.method, request.path, request.host) == ("POST", "/legit/api/v2/session", HOSTS[1])
    assert request.body == {"user": "", "username": "service_user"}
    assert request.body_secrets == (("password", "config.password"),)
    assert login.opened(Reply(200, b"{}", cookies={"apex_jwt": "a.b.c"})) == {"cookie": "a.b.c"}
    assert [login.ended(Reply(status)) for status in (200, 401, 403)] == [False, True, False]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(401, b"{}"), OurFault),
        (Reply(423, b"{}"), OurFault),
        (Reply(200, b"{}"), OurFault),
        (Reply(429, b"{}"), RateLimited),
        (Reply(503, b"<html>"), Transient),
        (Reply(0, failure="connect"), Transient),
    ],
)
def test_a_login_that_brings_no_session_says_whose_matter_it_is(reply: Reply, kind: type[BrokerError]) -> None:
    with pytest.raises(BrokerError) as caught:
        PortalSession().opened(reply)
    assert type(caught.value) is kind


def test_nobody_logs_in_before_the_operator_has_set_a_login() -> None:
    for config in (BrokerConfig(), BrokerConfig({"username": "service_user"}), BrokerConfig({}, frozenset({"password"}))):
        with pytest.raises(OurFault):
            PortalSession().login(config)
