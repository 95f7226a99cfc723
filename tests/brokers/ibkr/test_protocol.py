"""The Flex Web Service, spoken: replies in, requests out."""

import re

import pytest

from fillbook.brokers.ibkr import protocol
from fillbook.brokers.ibkr.errors import NEW_LINK, SENTENCES
from fillbook.brokers.ibkr.replies import HOSTS
from fillbook.brokers.interface import BrokerError, NeedsUser, NotReady, OurFault, RateLimited, Reply, Send, Transient, Unsupported
from tests.brokers.ibkr.flex_script import FAILED, WORKING, YEAR, accepted, days, drive, refused, response, statement

USER, TIME = NeedsUser, Transient
CLASSES: dict[str, type[BrokerError]] = {
    "1001": TIME, "1003": TIME, "1004": TIME, "1005": TIME, "1006": TIME, "1007": TIME, "1008": TIME, "1009": TIME,
    "1010": USER, "1011": USER, "1012": USER, "1013": USER, "1014": USER, "1015": USER, "1016": USER,
    "1018": RateLimited, "1020": USER, "1025": USER,
}  # fmt: skip
"""Codes that end a fetch at SendRequest, and who acts."""


# --- the ordinary way


def test_a_year_takes_two_requests_and_one_wait() -> None:
    told = drive(accepted(), YEAR)
    assert told.asked == ["SendRequest", "GetStatement 1234567890"]
    assert told.waits == [5]
    assert [page.content for page in told.pages] == [YEAR.body]
    assert told.pages[0].covers == days("2025-09-26", "2026-09-25")
    assert told.memory == {"form": "bare", "days": 365}


def test_requests_have_version_agent_and_secrets_by_name_only() -> None:
    send, get = drive(accepted(), YEAR).requests
    assert (send.method, send.host, send.path) == ("GET", HOSTS[0], "/AccountManagement/FlexWebService/SendRequest")
    assert dict(send.query)["v"] == dict(get.query)["v"] == "3"
    assert send.secrets == (("t", "token"), ("q", "query_id"))
    assert get.secrets == (("t", "token"),)
    for request in (send, get):
        name, _, version = dict(request.headers)["User-Agent"].partition("/")
        assert name == "Python"
        assert version.startswith("3.")


def test_generating_is_asked_every_ten_seconds() -> None:
    told = drive(accepted(), WORKING, WORKING, WORKING, YEAR)
    assert told.waits == [5, 10, 10, 10]
    assert told.asked == ["SendRequest"] + ["GetStatement 1234567890"] * 4
    assert told.code == "done"


def test_generating_for_ever_is_given_up_after_ten_minutes() -> None:
    told = drive(accepted(), *[WORKING] * 61)
    assert told.code == "1019"
    assert isinstance(told.error, NotReady)
    assert sum(told.waits) == 5 + 600
    assert len(told.requests) == 62


def test_steps_are_told_in_words_of_the_manifest() -> None:
    state, action = protocol.advance(protocol.start(None), None)
    assert isinstance(action, Send)
    assert action.step == "request"
    _, action = protocol.advance(state, accepted())
    assert getattr(action, "step", "") == "generate"


# --- a crash between two steps


def test_a_lost_reply_repeats_the_request() -> None:
    asked, first = protocol.advance(protocol.start(None), None)
    again, second = protocol.advance(asked, None)
    assert first == second
    assert again == asked


def test_reference_code_survives_a_crash() -> None:
    asked, _ = protocol.advance(protocol.start(None), None)
    waiting, _ = protocol.advance(asked, accepted("777"))
    got, first = protocol.advance(waiting, None)
    _, second = protocol.advance(got, None)
    assert first == second
    assert isinstance(second, Send)
    assert ("q", "777") in second.request.query


def test_state_of_another_version_is_understood() -> None:
    state = {**protocol.start(None), "a_field_of_tomorrow": 1}
    del state["moved"]
    _, action = protocol.advance(state, None)
    assert isinstance(action, Send)


# --- error codes


@pytest.mark.parametrize("code", sorted(CLASSES))
def test_code_at_send_request(code: str) -> None:
    told = drive(refused(code))
    assert told.code == code
    assert type(told.error) is CLASSES[code]
    assert len(told.requests) == 1


@pytest.mark.parametrize("code", sorted(CLASSES))
def test_code_at_get_statement(code: str) -> None:
    told = drive(accepted(), refused(code))
    assert told.code == code
    assert type(told.error) is CLASSES[code]


def test_every_code_has_its_own_sentence_that_says_who_acts() -> None:
    messages = [sentence.message for sentence in SENTENCES.values()]
    assert len(set(messages)) == len(messages)
    for code, sentence in SENTENCES.items():
        assert sentence.message.endswith("."), code
        if sentence.kind in {NeedsUser, Unsupported}:
            assert sentence.retry_after is None, code
            assert re.search(r"\b(create|switch|enter|add|compare|copy|check|edit|keep)\b", sentence.message.lower()), code
        else:
            assert sentence.retry_after is not None, code
            assert sentence.retry_after >= 60, code


def test_too_many_requests_pauses_at_least_a_minute() -> None:
    told = drive(refused(1018))
    assert told.error is not None
    assert told.error.retry_after is not None
    assert told.error.retry_after >= 60


@pytest.mark.parametrize("code", sorted(NEW_LINK))
def test_new_token_or_query_is_still_validating(code: str) -> None:
    new, old = drive(refused(code), new_link=True), drive(refused(code))
    assert isinstance(new.error, NotReady)
    assert new.code == code
    assert "still validating" in str(new.error)
    assert not isinstance(old.error, NotReady)


def test_new_link_is_old_once_it_has_a_statement() -> None:
    told = drive(accepted(), YEAR, new_link=True)
    assert told.states[0]["new_link"] is True
    assert told.states[-1]["new_link"] is False


def test_lost_reference_starts_over_but_not_for_ever() -> None:
    lost = refused(1017, "Reference code is invalid.")
    assert drive(accepted("1"), lost, accepted("2"), YEAR).asked == ["SendRequest", "GetStatement 1", "SendRequest", "GetStatement 2"]
    told = drive(*[accepted(), lost] * 3)
    assert told.code == "1017"
    assert len(told.requests) == 6


def test_statement_that_cannot_be_handed_over_is_asked_again_then_started_over() -> None:
    stuck = refused(1021)
    told = drive(*[accepted(), stuck, stuck, stuck] * 3)
    assert told.code == "1021"
    assert isinstance(told.error, Transient)
    assert [name.split()[0] for name in told.asked[:5]] == ["SendRequest"] + ["GetStatement"] * 3 + ["SendRequest"]


@pytest.mark.parametrize(("text", "kind"), [("Please try again later.", Transient), ("Available shortly.", Transient), ("Nope.", OurFault)])
def test_unknown_code_is_retried_only_when_told_to(text: str, kind: type[BrokerError]) -> None:
    told = drive(refused(1099, text))
    assert type(told.error) is kind
    assert told.code == "1099"
    assert text.rstrip(".") in str(told.error)


def test_warning_without_a_code_is_an_error_of_its_own() -> None:
    told = drive(response("<Status>Warn</Status><ErrorMessage>Please try again shortly.</ErrorMessage>"))
    assert told.code == "warn"
    assert isinstance(told.error, Transient)


def test_codes_in_the_old_spelling_are_read() -> None:
    assert drive(response("<Status>Fail</Status><code>1012</code>")).code == "1012"


def test_requests_are_never_closer_than_the_limit_allows() -> None:
    told = drive(accepted(), statement("20260925", "20260925"), accepted(), refused(1020), accepted(), YEAR)
    assert told.waits == [5, 10, 5, 10, 5]


# --- what is no answer


HTML = b"<!DOCTYPE html><html><body>Scheduled maintenance</body></html>"


@pytest.mark.parametrize(
    ("body", "code", "kind"),
    [
        (b"", "empty_reply", Transient),
        (b" \r\n", "empty_reply", Transient),
        (HTML, "html_reply", Transient),
        (b"\n<html><head/></html>", "html_reply", Transient),
        (b'{"error": "no"}', "json_reply", Transient),
        (b"[]", "json_reply", Transient),
        (b"Service unavailable", "text_reply", Transient),
        (b'"ClientAccountID","AccountAlias"\n"U1","x"\n', "csv_reply", NeedsUser),
        (b"BOF,U1234567,Fillbook,7,20250926,20260925\n", "csv_reply", NeedsUser),
        (b'"MSG","Realized P/L is not ready"\n', "csv_reply", NeedsUser),
        (b"<?xml version='1.0'?><Other/>", "unknown_reply", Transient),
        (YEAR.body.decode().encode("utf-16"), "text_reply", Transient),
        (b"<FlexStatementResponse><Status>Success</Status>", "broken_reply", Transient),
        (b"<FlexStatementResponse><Status>Success</Status></FlexStatementResponse>", "broken_reply", Transient),
        (b"<FlexStatementResponse><Status>Odd</Status></FlexStatementResponse>", "broken_reply", Transient),
        (b"<FlexStatementResponse>" + b"<a>1</a>" * 9000 + b"</FlexStatementResponse>", "broken_reply", Transient),
    ],
)
def test_what_is_no_answer_is_never_a_statement(body: bytes, code: str, kind: type[BrokerError]) -> None:
    for told in (drive(Reply(200, body)), drive(accepted(), Reply(200, body))):
        assert told.code == code
        assert type(told.error) is kind
        assert told.pages == []


def test_document_type_declarations_are_refused() -> None:
    told = drive(Reply(200, b"<!-- hello --><?xml version='1.0'?>" + HTML))
    assert told.code == "html_reply"
    bomb = b"<FlexStatementResponse><!DOCTYPE a [<!ENTITY b 'c'>]></FlexStatementResponse>"
    assert drive(Reply(200, bomb)).code == "broken_reply"
    named = refused(1012).body.replace(
        b"<FlexStatementResponse", b"<!DOCTYPE FlexStatementResponse [<!ENTITY b 'c'>]><FlexStatementResponse", 1
    )
    assert drive(Reply(200, named)).code == "unknown_reply"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (429, "http_429", RateLimited), (404, "http_404", Transient), (500, "http_5xx", Transient), (503, "http_5xx", Transient),
        (403, "http_other", Transient), (302, "redirect", Transient),
    ],
)  # fmt: skip
def test_http_errors(status: int, code: str, kind: type[BrokerError]) -> None:
    told = drive(accepted(), Reply(status, YEAR.body))
    assert told.code == code
    assert type(told.error) is kind
    assert told.pages == []


def test_error_code_counts_whatever_the_http_status() -> None:
    assert drive(Reply(400, refused(1012).body)).code == "1012"


def test_statement_in_answer_to_send_request_is_not_taken() -> None:
    assert drive(YEAR).code == "unknown_reply"


def test_reference_in_answer_to_get_statement_is_not_taken() -> None:
    assert drive(accepted(), accepted()).code == "unknown_reply"


def test_statement_with_byte_order_mark_and_no_declaration_is_taken() -> None:
    marked = Reply(200, b"\xef\xbb\xbf \n" + YEAR.body)
    assert drive(accepted(), marked).pages[0].content == marked.body


@pytest.mark.parametrize("kept", [0.5, 0.99])
def test_cut_statement_is_fetched_again_and_never_kept(kept: float) -> None:
    cut = Reply(200, YEAR.body[: int(len(YEAR.body) * kept)])
    told = drive(accepted(), cut, YEAR)
    assert [page.content for page in told.pages] == [YEAR.body]
    told = drive(accepted(), cut, cut, cut)
    assert told.code == "cut_reply"
    assert told.pages == []


# --- hosts


def test_other_host_is_tried_when_one_cannot_be_reached() -> None:
    told = drive(FAILED["connect"], accepted(), YEAR)
    assert [request.host for request in told.requests] == [HOSTS[0], HOSTS[1], HOSTS[1]]
    told = drive(accepted(), FAILED["connect"], YEAR)
    assert [request.host for request in told.requests] == [HOSTS[0], HOSTS[0], HOSTS[1]]


def test_both_hosts_gone_is_told_after_two_requests() -> None:
    told = drive(FAILED["connect"], FAILED["connect"])
    assert told.code == "unreachable"
    assert isinstance(told.error, Transient)


def test_returned_address_chooses_among_the_two_hosts() -> None:
    told = drive(accepted(url=f"https://{HOSTS[1]}/AccountManagement/FlexWebService/GetStatement"), YEAR)
    assert [request.host for request in told.requests] == [HOSTS[0], HOSTS[1]]
    assert told.requests[1].path == "/AccountManagement/FlexWebService/GetStatement"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/AccountManagement/FlexWebService/GetStatement",
        "http://gdcdyn.interactivebrokers.com/AccountManagement/FlexWebService/GetStatement",
        "https://gdcdyn.interactivebrokers.com.evil.example/AccountManagement/",
        "https://gdcdyn.interactivebrokers.com@evil.example/AccountManagement/",
        "https://gdcdyn.interactivebrokers.com:8443/AccountManagement/",
        "https://user:word@gdcdyn.interactivebrokers.com/AccountManagement/",
        "https://wwwdyn.interactivebrokers.com/AccountManagement/",
        "https://gdcdyn.interactivebrokers.com/Universal/servlet/FlexStatementService.GetStatement",
        "https://169.254.169.254/AccountManagement/",
        "https://[::ffff:127.0.0.1]/AccountManagement/",
        "https://gdcdyn.interactivebrokers.com\\@evil.example/AccountManagement/",
        "file:///etc/passwd",
        "//gdcdyn.interactivebrokers.com/AccountManagement/",
        "https://gdcdyn.interactivebrokers.com/AccountManagement/../../x",
        "gdcdyn",
    ],
)
def test_returned_address_can_lead_nowhere_else(url: str) -> None:
    told = drive(accepted(url=url), YEAR)
    assert [request.host for request in told.requests] == [HOSTS[0], HOSTS[0]]
    assert {request.path for request in told.requests} == {protocol.PATH + "SendRequest", protocol.PATH + "GetStatement"}


def test_redirects_are_not_followed() -> None:
    told = drive(FAILED["redirect"])
    assert told.code == "redirect"
    assert len(told.requests) == 1


def test_slow_answers_end_and_a_slow_statement_is_asked_again() -> None:
    assert drive(FAILED["timeout"]).code == "timeout"
    assert drive(accepted(), FAILED["timeout"], YEAR).code == "done"
    assert drive(accepted(), *[FAILED["timeout"]] * 3).code == "timeout"


# --- secrets


def test_neither_states_nor_errors_can_hold_a_secret() -> None:
    """The protocol never sees one; a service that repeats the token in its words is not repeated."""
    token = "173047913187563892571234"
    told = drive(refused(1099, f"Token {token} is odd, please try again."), new_link=True)
    assert token not in repr(told.error)
    assert token not in str(told.error)
    assert token not in repr(told.states)
    told = drive(refused(f"9{token}", f"{token}"))
    assert token not in repr(told.error)
