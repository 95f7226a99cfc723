"""A broker whose links are made of an account's number alone, for tests of who an account belongs to."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from fillbook.brokers import registry
from fillbook.brokers.interface import BrokerConfig, Credential, Endpoint, FieldError, Form
from fillbook.ledger.execution import Execution
from fillbook.ledger.statement import AccountStatement, ParsedStatement
from fillbook.storage.models import AccountClaim, Link, SyncRun, User
from fillbook.sync import proving, runs, service
from tests.trades.builders import fill

BROKER = "ibkr"
"""Any broker's name: its connector is replaced."""
EXECUTIONS: tuple[Execution, ...] = tuple(fill(number, 1 + number, 100 + number, day=number) for number in range(1, 31))
"""Thirty purchases, one a day: the newest is of 31 units at 130."""


class Claimed:
    """A connector whose broker is asked by number, with a login that all links share."""

    def __init__(self, broker: str) -> None:
        self.broker = broker

    hosts = ("portal.broker.example",)
    session = object()

    def complete(self, answer: Mapping[str, str], renew: bool = False) -> Credential | Form:
        number = answer.get("token", "").upper()
        return Credential({}, account=number) if number.isalnum() else Form((FieldError("token", "Letters and digits only."),))

    def parse(self, chunks: Iterable[bytes], config: BrokerConfig) -> ParsedStatement:
        number = b"".join(chunks).decode()
        return ParsedStatement((AccountStatement(number, "USD", None, executions=EXECUTIONS),))


def be_claimed(monkeypatch: pytest.MonkeyPatch, broker: str = BROKER) -> None:
    """Let the broker of these tests be one of this kind."""
    found = registry.connector
    monkeypatch.setattr(registry, "connector", lambda name: Claimed(name) if name == broker else found(name))


def linked(owner: User, number: str = "5AB12345", broker: str = BROKER) -> Link:
    """A link that its owner has just begun."""
    outcome = service.begin_link(owner, broker, Endpoint.LIVE, {"token": number})
    assert outcome.link is not None, outcome.errors
    return outcome.link


def run_of(link: Link) -> SyncRun:
    return SyncRun.objects.get(link=link, state__in=runs.OPEN)


def look(link: Link, *seen: str) -> str:
    """Let the link's run look so often; what it does next. seen: "granted", "absent" or "unclear"."""
    run = run_of(link)
    for one in seen:
        assert proving.next_look(run.pk)["next"] == "look"
        if one == "granted":
            proving.saw_page(run.pk, link.account.encode())
        proving.note_look(run.pk, "done" if one == "granted" else "trouble", "NotGranted" if one == "absent" else "Transient")
    return proving.next_look(run.pk)["next"]


def claim(link: Link) -> AccountClaim:
    return AccountClaim.objects.filter(link=link).latest("began_at")


def standing(link: Link) -> str:
    return claim(link).standing


REGRANT = ("granted", "absent", "granted")


def later(monkeypatch: pytest.MonkeyPatch, module: Any, by: timedelta) -> None:
    """Let a module's clock be later by so much."""
    before = module.clock.now
    monkeypatch.setattr(module.clock, "now", lambda: before() + by)
