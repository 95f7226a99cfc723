"""A few requests of each kind to each operation; `python3 run.py long api` makes as many as you like."""

from fillbook.storage.models import User
from fillbook.storage.tokens import make_token
from tests.web.api.hunting import hunt
from tests.web.api.test_api_matrix import objects

__all__ = ["objects"]


def test_every_answer_is_one_that_the_description_has(owner: User, objects: dict[str, str]) -> None:
    token = make_token(owner, "hunter", ["read", "words", "sync"])[1]
    things = {
        f"{kind}_id": objects[kind]
        for kind in ("account", "link", "run", "note", "tag", "view", "restatement", "opening", "notice", "override")
    }
    counts = hunt(token, {**things, "key": objects["trade"], "number": "1", "day": "2026-02-10"}, 3)
    assert counts["200"] > 30
    assert counts["422"] > 30
    assert not any(status.startswith("5") for status in counts)
