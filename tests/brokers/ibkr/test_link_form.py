"""What a user may paste into the link form, and what they are told when it is something else."""

from pathlib import Path

import pytest

from fillbook.brokers.ibkr.connector import CONNECTOR
from fillbook.brokers.ibkr.errors import SENTENCES
from fillbook.brokers.interface import Credential, Form
from fillbook.brokers.manifests import manifest

TOKEN = "173047913187563892571234"
QUERY = "1234567"


def errors(token: str, query: str, renew: bool = False) -> dict[str, str]:
    answer = CONNECTOR.complete({"token": token, "query_id": query}, renew)
    assert isinstance(answer, Form), answer
    return {error.field: error.message for error in answer.errors}


def test_begins_with_an_empty_form() -> None:
    assert CONNECTOR.begin("someone") == Form()


@pytest.mark.parametrize("token", [TOKEN, f" {TOKEN}\n", "1730 4791 3187 5638 9257 1234", f"\u200b{TOKEN}\ufeff", f"\xa0{TOKEN}"])
def test_both_numbers_are_kept_as_text_without_spaces(token: str) -> None:
    answer = CONNECTOR.complete({"token": token, "query_id": f"\t{QUERY} "})
    assert isinstance(answer, Credential)
    assert dict(answer.secrets) == {"token": TOKEN, "query_id": QUERY}
    assert answer.rate_secret == "token"


def test_credential_never_shows_its_values() -> None:
    answer = CONNECTOR.complete({"token": TOKEN, "query_id": QUERY})
    assert TOKEN not in f"{answer!r} {answer}"
    assert QUERY not in f"{answer!r} {answer}"


def test_empty_form_asks_for_both() -> None:
    assert errors("", " ") == {
        "token": "Enter the Current Token from the page Flex Web Service.",
        "query_id": "Enter the Query ID from Activity Flex Query Details.",
    }


@pytest.mark.parametrize(
    ("token", "query", "field", "words"),
    [
        (QUERY, TOKEN, "token", "seem to be swapped"),
        (QUERY, TOKEN, "query_id", "looks like the token"),
        ("hunter2-is-my-password", QUERY, "token", "digits only"),
        ("١٧٣٠٤٧٩١٣١٨٧٥٦", QUERY, "token", "digits only"),
        ("12345", QUERY, "token", "between 6 and 40 digits"),
        ("1" * 41, QUERY, "token", "between 6 and 40 digits"),
        (TOKEN, "Fillbook", "query_id", "not the query's name"),
        (TOKEN, "U1234567", "query_id", "an account number"),
        (TOKEN, "12", "query_id", "six or seven digits"),
        (TOKEN, TOKEN, "query_id", "looks like the token"),
    ],
)
def test_wrong_numbers_get_their_own_sentence(token: str, query: str, field: str, words: str) -> None:
    assert words in errors(token, query)[field]


def test_no_sentence_repeats_what_was_typed() -> None:
    said = errors("secret-password-1", "9876543210987")
    assert "secret-password-1" not in "".join(said.values())
    assert "9876543210987" not in "".join(said.values())


def test_renewing_replaces_one_and_keeps_the_other() -> None:
    answer = CONNECTOR.complete({"token": TOKEN, "query_id": ""}, renew=True)
    assert isinstance(answer, Credential)
    assert dict(answer.secrets) == {"token": TOKEN}
    answer = CONNECTOR.complete({"query_id": QUERY}, renew=True)
    assert isinstance(answer, Credential)
    assert dict(answer.secrets) == {"query_id": QUERY}


def test_renewing_with_nothing_is_refused() -> None:
    assert errors("", "", renew=True) == {"token": "Enter a new token, a new Query ID, or both."}
    assert "digits only" in errors("abc", "", renew=True)["token"]


def test_guide_names_every_section_and_option_of_the_query() -> None:
    query = {step.title: step for part in manifest("ibkr").guide if part.id == "query" for step in part.steps}
    sections = [
        "Account Information",
        "Corporate Actions",
        "Financial Instrument Information",
        "Incoming/Outgoing Trade Transfers",
        "Open Positions",
        "Option Exercises, Assignments and Expirations",
        "Trades",
    ]
    assert [title for title in query if title in sections] == sections
    assert query["Account Information"].ticks == ("Account ID", "Account Alias", "Account Name", "Model", "Currency")
    assert all(query[title].ticks == ("Select All",) for title in sections[1:])
    assert {title: step.option for title, step in query.items() if step.option} == {
        "Incoming/Outgoing Trade Transfers": "Trade Transfers",
        "Open Positions": "Summary",
        "Trades": "Executions",
    }
    assert query["Delivery Configuration"].ticks == ("Format: XML", "Period: Last 365 Days")


def test_guide_asks_for_a_token_of_one_year() -> None:
    ticks = [tick for part in manifest("ibkr").guide for step in part.steps for tick in step.ticks]
    assert "1 year" in ticks


def test_every_code_is_explained_on_the_user_page() -> None:
    page = (Path(__file__).parents[3] / "docs/brokers/interactive-brokers.md").read_text()
    assert [code for code in SENTENCES if code.isdigit() and code not in page] == []
