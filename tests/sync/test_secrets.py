"""A canary token: sealed in the database, in nobody's log, message or file."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from fillbook.brokers.interface import Endpoint
from fillbook.storage.models import Link, RunState, SecurityEvent, SyncRun, User
from fillbook.sync import service
from fillbook.sync.runs import credential
from tests.sync.fault_server import Answer
from tests.sync.flex import OTHER_TOKEN, QUERY, TOKEN, Flex, accepted, refused, statement
from tests.sync.waiting import ended

pytestmark = pytest.mark.usefixtures("jobs")

SECRETS = (TOKEN, OTHER_TOKEN, QUERY)


class Ear(logging.Handler):
    """Hears every line of every logger, formatted with its traceback."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def ear() -> Iterator[Ear]:
    heard = Ear()
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in ("dbos", "sqlalchemy", "httpx2", "httpcore2", "django"))]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(heard)
        if logger.name not in {"httpx2", "httpcore2"}:
            logger.setLevel(logging.DEBUG)
    yield heard
    for logger, level in zip(loggers, before, strict=True):
        logger.removeHandler(heard)
        logger.setLevel(level)


def test_a_token_is_nowhere_to_be_read(home: Path, owner: User, flex: Flex, ear: Ear) -> None:
    link = service.begin_link(owner, "ibkr", Endpoint.SANDBOX, {"token": TOKEN, "query_id": QUERY}).link
    assert link is not None
    scripts: list[tuple[list[Answer], list[Answer]]] = [
        ([accepted()], [Answer(statement("U7000001"))]),
        ([refused(1001), refused(1018), Answer(b"<html>"), accepted()], [Answer(b"cut", declared=99)]),
        ([Answer(status=302, headers=(("Location", "http://203.0.113.7/"),)), refused(1012)], []),
    ]
    ended(SyncRun.objects.get(link=link))
    for requests, statements in scripts:
        flex.requests, flex.statements = requests, statements
        ended(service.sync_now(owner, link.pk))
    flex.requests = [refused(1015)]
    assert ended(service.replace_credential(owner, link.pk, {"token": OTHER_TOKEN}).run).state == RunState.FAILED
    assert {token for _, token in flex.seen} == {TOKEN, OTHER_TOKEN}

    said = "\n".join(ear.lines)
    assert "sqlalchemy" in said, "the ear hears"
    records = [*SyncRun.objects.values(), *Link.objects.values(), *SecurityEvent.objects.values()]
    files = [path for path in home.rglob("*") if path.is_file()]
    assert {"fillbook.db", "jobs.db"} <= {path.name for path in files}
    for secret in SECRETS:
        assert secret not in said
        assert secret not in repr(records)
        assert [path.name for path in files if secret.encode() in path.read_bytes()] == []
    assert credential(Link.objects.get(pk=link.pk)) == {"token": TOKEN, "query_id": QUERY}
