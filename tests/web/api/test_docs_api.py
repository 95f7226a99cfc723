"""The examples of docs/reference/api.md and client.md, as their reader would run them."""

import doctest
import json
import re
import shlex
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connections

from fillbook.client import Fillbook
from fillbook.storage.models import BrokerAccount, RoundTripRow, User
from fillbook.storage.tokens import make_token
from fillbook.web.api.problems import STATUS
from tests.web.api.conftest import EVERYTHING, Asker

DOCS = Path(__file__).parent.parent.parent.parent / "docs" / "reference"
API = (DOCS / "api.md").read_text("utf-8")
EXAMPLE = re.compile(r"^    (curl [^\n]*)\n\n```json\n(.*?)```", re.MULTILINE | re.DOTALL)


def asked(command: str, key: str, account: int) -> tuple[str, str, Any]:
    """(method, path below /api/v1, body) of a curl command."""
    words = shlex.split(command.replace("$KEY", key).replace("$ACCOUNT", str(account)).replace("$FILLBOOK/", "http://testserver/"))
    method = words[words.index("-X") + 1] if "-X" in words else "GET"
    url = urlsplit(words[-1])
    assert "Authorization: Bearer $FILLBOOK_TOKEN" in words
    return (
        method,
        url.path.removeprefix("/api/v1") + (f"?{url.query}" if url.query else ""),
        json.loads(words[words.index("-d") + 1]) if "-d" in words else None,
    )


def assert_told(found: Any, told: Any) -> None:
    """What the page tells is so; it may tell less."""
    if isinstance(told, dict):
        assert isinstance(found, dict)
        for name, value in told.items():
            assert_told(found[name], value)
    elif isinstance(told, list):
        assert len(found) == len(told)
        for one, other in zip(found, told, strict=True):
            assert_told(one, other)
    else:
        assert found == told


def test_the_examples_of_the_api(program: Asker, account: BrokerAccount, subtests: pytest.Subtests) -> None:
    examples = EXAMPLE.findall(API)
    assert len(examples) == API.count("    curl ") == 17
    key = RoundTripRow.objects.get(account=account, symbol="ACME", is_open=False).key
    for command, told in examples:
        with subtests.test(command):
            method, path, body = asked(command, key, account.pk)
            assert_told(program.ask(path, method, body).json(), json.loads(told))


def test_every_failure_is_told_of() -> None:
    told = dict(re.findall(r"^\| (\d+) \| `(\w+)`", API, re.MULTILINE))
    assert told == {str(status): kind for kind, status in STATUS.items()}


class Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Nothing: a test says what went wrong."""


@pytest.fixture
def served(account: BrokerAccount) -> Iterator[str]:
    """The address of a real server over the database of the test."""
    assert account.pk
    shared = connections["default"]
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:

        def serve() -> None:
            connections["default"] = shared
            server.serve_forever(0.02)

        shared.inc_thread_sharing()
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            shared.dec_thread_sharing()


def test_the_examples_of_the_client(served: str, owner: User) -> None:
    page = (DOCS / "client.md").read_text("utf-8")
    with Fillbook(served, make_token(owner, "notebook", EVERYTHING)[1]) as book:
        examples = doctest.DocTestParser().get_doctest(page, {"book": book}, "client.md", "client.md", 0)
        assert len(examples.examples) > 15
        failed: list[str] = []
        doctest.DocTestRunner().run(examples, out=failed.append)
        assert failed == []
