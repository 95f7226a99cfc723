"""What it takes to write a page, told by the calls that Python makes, which no other work on the machine changes."""

import sys
from types import FrameType

import pytest
from django.test import Client

from fillbook.storage.models import User
from tests.support.manytrips import LAST, make_account, make_trips

pytestmark = pytest.mark.django_db

TRIPS, DAYS = 2_000, 50
MOST = {"/": 79, "/trades/": 66, "/calendar/?year=2026": 57, f"/days/{LAST}/": 99, "/intraday/": 80, "/positions/": 35}
"""Thousands of calls: a tenth more than when each page was last made quick. A page that needs more has a loop that does too much."""


def calls(browser: Client, page: str) -> int:
    """How many functions are called to answer, in thousands."""
    made = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal made
        made += event == "call"

    sys.setprofile(count)
    try:
        answer = browser.get(page)
    finally:
        sys.setprofile(None)
    assert answer.status_code == 200, page
    return made // 1000


def test_a_page_is_written_in_few_calls(browser_of_owner: Client, owner: User) -> None:
    make_trips(make_account(owner), TRIPS, days=DAYS)
    for page in MOST:
        browser_of_owner.get(page)  # templates are read once
    found = {page: calls(browser_of_owner, page) for page in MOST}
    assert {page: made for page, made in found.items() if made > MOST[page]} == {}
