"""An account id as people type it: made fit with a visible note, refused only when it cannot be one."""

import pytest

from fillbook.brokers.apex.accountid import account_id
from fillbook.brokers.apex.connector import CONNECTOR
from fillbook.brokers.interface import Credential, Form


@pytest.mark.parametrize(
    ("typed", "number", "notes"),
    [
        ("5AB12345", "5AB12345", 0),
        (" 5ab 12345\u200b", "5AB12345", 0),
        ("10-5AB12345", "5AB12345", 1),
        ("123-12345", "12312345", 1),
        ("10-5AB-12345", "5AB12345", 2),
        ("ABCDEF", "ABCDEF", 1),
        ("10-12345", "12345", 2),
        ("ABCDEFGHIJKL", "ABCDEFGHIJKL", 1),
    ],
)
def test_what_was_typed_is_made_fit_and_says_so(typed: str, number: str, notes: int) -> None:
    found = account_id(typed)
    assert (found.number, len(found.notes), found.problem) == (number, notes, "")


@pytest.mark.parametrize("typed", ["", "  ", "10-", "5AB1", "ABCDEFGHIJKLM", "5AB/2345", "5AB123é5", "10_5AB12345", "٥AB12345"])
def test_only_what_cannot_be_an_id_is_refused(typed: str) -> None:
    found = account_id(typed)
    assert found.number == ""
    assert found.problem.endswith(".")


def test_the_link_holds_a_number_and_no_secret() -> None:
    credential = CONNECTOR.complete({"account": "10-5AB12345"})
    assert isinstance(credential, Credential)
    assert (dict(credential.secrets), credential.account, len(credential.notes)) == ({}, "5AB12345", 1)
    refused = CONNECTOR.complete({"account": "10-"})
    assert isinstance(refused, Form)
    assert [error.field for error in refused.errors] == ["account"]
