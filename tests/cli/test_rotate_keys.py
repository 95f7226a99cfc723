"""`fillbook rotate-keys`: the sentences, the status and the key file."""

import json
from pathlib import Path

import pytest

from fillbook.vault.keys import generate, key_id, parse
from tests.cli.running import MAKE_USERS, fillbook, python

MAKE_LINK = """
import sys
from pathlib import Path
from fillbook.storage import start
start.prepare(Path(sys.argv[1]))
from fillbook.storage.models import Link, User
from fillbook.storage.secrets import seal_credential
link = Link(owner=User.objects.get(), broker="brokerage")
seal_credential(link, {"token": "71370519138420592881"}, "token")
link.save()
"""
TOKEN_OF_LINK = """
import sys
from pathlib import Path
from fillbook.storage import start
start.prepare(Path(sys.argv[1]))
from fillbook.storage.models import Link
from fillbook.storage.secrets import open_credential
print(open_credential(Link.objects.get())["token"])
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one link."""
    python(MAKE_USERS, tmp_path / "data", "ann@example.org")
    python(MAKE_LINK, tmp_path / "data")
    return tmp_path / "data"


def ids(file: Path) -> list[str]:
    return [key_id(key) for key in parse(file.read_text())]


def test_a_key_comes_and_a_key_goes(data: Path) -> None:
    file = data / "keys" / "vault.key"
    [old] = ids(file)
    rotated = fillbook("rotate-keys", "--data", data)
    new, still = ids(file)
    assert (rotated.returncode, still) == (0, old)
    assert rotated.stdout.startswith(f"Made key {new}. 1 secret sealed again, 0 secrets sealed with it already.\n")
    assert "Keep a new export of the key" in rotated.stdout
    assert not [key for key in file.read_text().strip().split(",") if key in rotated.stdout + rotated.stderr]
    dropped = fillbook("rotate-keys", "--drop-old", "--data", data)
    assert (dropped.returncode, dropped.stdout) == (
        0,
        f"Dropped key {old}; {new} remains. Backups from before still need what was dropped.\n",
    )
    assert ids(file) == [new]
    assert file.stat().st_mode & 0o777 == 0o600
    assert python(TOKEN_OF_LINK, data).strip() == "71370519138420592881"


def test_a_secret_of_a_lost_key_is_named(data: Path) -> None:
    (data / "keys" / "vault.key").write_text(generate() + "\n")
    lost = fillbook("rotate-keys", "--json", "--data", data)
    answer = json.loads(lost.stdout)
    assert (lost.returncode, answer["made"], answer["sealed"]) == (1, True, 0)
    assert [place.split()[0] for place in answer["lost"]] == ["link"]
    refused = fillbook("rotate-keys", "--data", data, FILLBOOK_VAULT="short")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Key 1 of the vault" in refused.stderr
