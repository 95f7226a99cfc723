"""Programs that ask the API."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from fillbook.storage.models import User
from fillbook.storage.tokens import make_token

EVERYTHING = ["read", "words", "sync"]


class Asker:
    """A program with a token, or without one."""

    def __init__(self, token: str = "") -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(self, path: str, method: str = "GET", body: Any = None, **headers: str) -> Any:
        """The answer."""
        sent = {"data": body, "content_type": "application/json"} if body is not None else {}
        return self.client.generic(method, f"/api/v1{path}", headers={**self.headers, **headers}, **self._body(sent))

    def get(self, path: str) -> Any:
        """The JSON of an answer that is a success."""
        answer = self.ask(path)
        assert answer.status_code == 200, answer.content
        return answer.json()

    @staticmethod
    def _body(sent: dict[str, Any]) -> dict[str, Any]:
        import json

        return {"data": json.dumps(sent["data"]), "content_type": "application/json"} if sent else {}


@pytest.fixture
def holder() -> Callable[[User], Asker]:
    """Gives somebody's program a token for everything."""
    return lambda user: Asker(make_token(user, "tests", EVERYTHING)[1])


@pytest.fixture
def program(owner: User, holder: Callable[[User], Asker]) -> Asker:
    """The owner's."""
    return holder(owner)


@pytest.fixture
def stranger(other: User, holder: Callable[[User], Asker]) -> Asker:
    """Somebody else's on the same instance."""
    return holder(other)
