"""A sign-in lasts two weeks after its last use and three months in all."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from fillbook.storage.models import User
from fillbook.web.devices import device_name

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> "Clock":
    """A clock that the test moves."""
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


class Clock:
    """The time of day."""

    now = START


@pytest.fixture
def signed_in(client: Client, clock: Clock) -> Client:
    client.force_login(User.objects.create_user("ada@example.com"))
    client.get("/settings/")
    return client


def test_a_day_of_use_renews_and_another_page_of_that_day_writes_nothing(signed_in: Client, clock: Clock) -> None:
    assert Session.objects.get().expire_date == START + timedelta(days=14)
    clock.now = START + timedelta(hours=3)
    signed_in.get("/settings/")
    assert Session.objects.get().expire_date == START + timedelta(days=14)
    clock.now = START + timedelta(days=13)
    signed_in.get("/settings/")
    assert Session.objects.get().expire_date == START + timedelta(days=27)


def test_two_weeks_without_use_end_it(signed_in: Client, clock: Clock) -> None:
    clock.now = START + timedelta(days=14, seconds=1)
    answer = signed_in.get("/settings/")
    assert (answer.status_code, answer["Location"]) == (302, "/auth/login/?next=/settings/")


def test_three_months_end_it_however_often_it_was_used(signed_in: Client, clock: Clock) -> None:
    for day in range(10, 91, 10):
        clock.now = START + timedelta(days=day)
        assert signed_in.get("/settings/").status_code == 200
    clock.now = START + timedelta(days=91)
    assert signed_in.get("/settings/").status_code == 302
    assert not Session.objects.filter(expire_date__gt=clock.now).exists()


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0", "Firefox on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_1) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge on macOS"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "An unnamed browser"),
    ],
)
def test_where_one_is_signed_in_is_told_in_words(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name
