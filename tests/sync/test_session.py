"""One login for all links of a broker: made when it is needed, once, sealed, and never in a storm."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from fillbook.brokers import manifests
from fillbook.brokers.interface import BrokerConfig, Connector, OurFault, Reply, Request, Transient
from fillbook.brokers.manifests import Setting, SettingKind
from fillbook.storage import services
from fillbook.storage.models import BrokerService, Instance
from fillbook.sync import clock, session
from fillbook.sync.session import Means
from tests.sync.fault_server import Answer, Asked, FaultServer, fault_server

BROKER = "ibkr"
"""Any broker's name: its manifest is replaced by one with settings."""
HOST = "portal.broker.example"
PASSWORD = "opensesame-47"
ROWS = Request(HOST, "/rows", cookie_secrets=(("pass", "session.pass"),))

OFFERED = replace(
    manifests.manifest(BROKER),
    settings=(
        Setting("host", "Host", "", SettingKind.HOST, (HOST,), HOST),
        Setting("username", "User", ""),
        Setting("password", "Password", "", SettingKind.SECRET),
        Setting("cookie", "Cookie", "", SettingKind.SECRET),
        Setting("years", "Years", "", SettingKind.NUMBER, default="3"),
    ),
    sandbox_settings={"username": "fillbook", "password": PASSWORD},
)


class Login:
    """A login by name and password, or by a pasted cookie."""

    pasted: Mapping[str, str] = {"pass": "cookie"}

    def login(self, config: BrokerConfig) -> Request:
        if "password" not in config.secrets:
            raise OurFault("no_login", "Nobody has set a login.")
        body = {"username": config.values["username"], "user": ""}
        secrets = (("password", "config.password"),)
        return Request(HOST, "/login", method="POST", body=body, body_secrets=secrets, takes_cookies=("pass",))

    def opened(self, reply: Reply) -> Mapping[str, str]:
        if reply.status == 401:
            raise OurFault("login_refused", "The broker refused the login.")
        if "pass" not in reply.cookies:
            raise Transient("login_failed", "The broker did not answer.")
        return reply.cookies

    def ended(self, reply: Reply) -> bool:
        return reply.status == 401


class Linked:
    broker = BROKER
    hosts = (HOST,)
    session = Login()


@dataclass
class Portal:
    """Takes the password, hands out passes and takes the newest one."""

    password: str = PASSWORD
    logins: int = 0
    current: str = ""
    deaf: bool = False
    server: FaultServer = field(default_factory=FaultServer)

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/login":
            self.logins += 1
            if self.deaf:
                return Answer(status=503)
            if json.loads(asked.body) != {"username": "fillbook", "user": "", "password": self.password}:
                return Answer(status=401)
            self.current = f"pass-number-{self.logins}"
            cookies = (("Set-Cookie", f"pass={self.current}; Path=/; HttpOnly; Domain=.broker.example"), ("Set-Cookie", "other=1"))
            return Answer(b"{}", headers=cookies, pause=0.05)
        return Answer(b"rows") if asked.cookie == f"pass={self.current}" else Answer(status=401)


@pytest.fixture
def portal(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    assert home.exists()
    monkeypatch.setattr(services, "manifest", lambda _: OFFERED)
    monkeypatch.setattr(session, "manifest", lambda _: OFFERED)
    monkeypatch.setattr(Means, "paced", 0.1)  # whatever pace another test's engine had
    BrokerService.objects.all().delete()
    one = Portal()
    with fault_server(judge=one.answer) as server:
        one.server = server
        yield one


def means(portal: Portal, endpoint: str = "sandbox") -> Means:
    return Means(cast("Connector", Linked()), endpoint, {}, portal.server.base)


def ask(portal: Portal, times: int = 1) -> list[Reply]:
    async def all_at_once() -> list[Reply]:
        return list(await asyncio.gather(*(session.send(ROWS, means(portal)) for _ in range(times))))

    return asyncio.run(all_at_once())


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    now = clock.now
    monkeypatch.setattr(clock, "now", lambda: now() + timedelta(seconds=seconds))


def test_the_first_request_logs_in_and_the_next_ones_use_what_came(portal: Portal) -> None:
    assert ask(portal) == [Reply(200, b"rows")]
    assert ask(portal) == [Reply(200, b"rows")]
    assert portal.logins == 1
    row = BrokerService.objects.get()
    assert row.sealed_session
    assert "pass-number" not in row.sealed_session
    assert "pass-number" not in repr(Reply(200, b"pass-number", cookies={"pass": "pass-number"}))


def test_many_links_whose_session_has_ended_log_in_once(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(portal)
    portal.current = "ended"
    later(monkeypatch, session.BETWEEN_LOGINS)
    assert ask(portal, times=8) == [Reply(200, b"rows")] * 8
    assert portal.logins == 2


def test_a_session_that_ends_at_once_does_not_lead_to_login_after_login(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Means, "paced", 1.0)
    monkeypatch.setattr(session, "_LOOKS", 0)
    ask(portal)
    portal.current = "ended"
    with pytest.raises(Transient) as caught:
        ask(portal)
    assert caught.value.retry_after is not None
    assert 60 < caught.value.retry_after <= session.BETWEEN_LOGINS
    assert portal.logins == 1


def test_a_refused_login_is_not_repeated_for_minutes_then_hours(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Means, "paced", 1.0)
    portal.password = "another"
    pauses = []
    for wait in (0, 300, 600):
        later(monkeypatch, wait)
        for _ in range(3):
            with pytest.raises(OurFault) as caught:
                ask(portal)
            assert caught.value.code == "login_refused"
        row = BrokerService.objects.get()
        assert row.next_login_at is not None
        assert row.error_at is not None
        pauses.append(round((row.next_login_at - row.error_at).total_seconds()))
    assert portal.logins == 3
    assert pauses == [300, 600, 1200]


def test_a_login_that_does_not_come_through_is_tried_again_in_a_minute(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    portal.deaf = True
    with pytest.raises(Transient):
        ask(portal)
    portal.deaf = False
    later(monkeypatch, session.LOGIN_TAKES)
    assert ask(portal) == [Reply(200, b"rows")]
    assert BrokerService.objects.get().failures == 0


def test_a_process_that_died_while_it_logged_in_holds_nobody_up(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    now, login = clock.now(), services.Login(BROKER, "sandbox")
    assert services.begin_login(login, 0, now, now + timedelta(seconds=session.LOGIN_TAKES)) is None
    assert services.begin_login(login, 0, now, now) == now + timedelta(seconds=session.LOGIN_TAKES)
    later(monkeypatch, session.LOGIN_TAKES + 1)
    assert ask(portal) == [Reply(200, b"rows")]


def test_a_pasted_session_is_used_until_it_ends(portal: Portal) -> None:
    portal.current = "pasted"
    services.save_settings(BROKER, {"cookie": "pasted"}, clock.now())
    live = means(portal, "live")
    assert asyncio.run(session.send(ROWS, live)) == Reply(200, b"rows")
    portal.current = "ended"
    with pytest.raises(OurFault) as caught:
        asyncio.run(session.send(ROWS, live))
    assert caught.value.code == "no_login"
    assert portal.logins == 0


def test_settings_are_sealed_and_end_the_session(portal: Portal) -> None:
    now = clock.now()
    config = services.save_settings(BROKER, {"username": "fillbook", "password": PASSWORD}, now)
    assert config == BrokerConfig({"host": HOST, "username": "fillbook", "years": "3"}, frozenset({"password"}))
    assert asyncio.run(session.send(ROWS, means(portal, "live"))).status == 200
    row = BrokerService.objects.get()
    assert PASSWORD not in row.sealed_settings
    services.save_settings(BROKER, {"username": ""}, now)
    row.refresh_from_db()
    assert (row.sealed_session, services.config_of(BROKER).values["username"]) == ("", "")
    assert services.config_secrets(BROKER) == {"config.password": PASSWORD}


def test_another_host_marks_a_test_instance(portal: Portal) -> None:
    assert portal.logins == 0
    Instance.load()
    services.save_settings(BROKER, {"host": HOST}, clock.now())
    assert not Instance.load().is_test_instance
    services.save_settings(BROKER, {"host": "portal.other.example"}, clock.now())
    assert Instance.load().is_test_instance


@pytest.mark.parametrize(
    "changes",
    [{"years": "three"}, {"host": "https://portal.example"}, {"host": "portal"}, {"password": "two\nlines"}, {"nobody": "1"}],
)
def test_a_setting_that_cannot_be_changes_nothing(portal: Portal, changes: dict[str, str]) -> None:
    assert portal.logins == 0
    with pytest.raises(services.BadSetting) as caught:
        services.save_settings(BROKER, changes, clock.now())
    assert [caught.value.name] == list(changes)
    assert not BrokerService.objects.exists()
