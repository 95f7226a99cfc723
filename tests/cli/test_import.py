"""`fillbook import` and `fillbook passwd` on a database of their own."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fillbook.cli import import_command
from fillbook.storage import derive
from fillbook.storage.models import User
from tests.cli.running import MAKE_USERS, ROOT, fillbook, python

PASSWORD_FITS = """
import sys
from pathlib import Path
from fillbook.storage import start
start.prepare(Path(sys.argv[1]))
from fillbook.storage.models import User
print(User.objects.get(email=sys.argv[2]).check_password(sys.argv[3]))
"""


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one user, to copy."""
    folder = tmp_path_factory.mktemp("made") / "data"
    python(MAKE_USERS, folder, "ann@example.org")
    return folder


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """A data folder of this test's own, with one user."""
    return Path(shutil.copytree(made, tmp_path / "data"))


@pytest.fixture(scope="session")
def statement(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 executions and nothing else."""
    path = tmp_path_factory.mktemp("generated") / "statement.xml"
    words = ["-n", "60", "--options", "0", "--corpactions", "0", "--transfers", "0", "-o", str(path)]
    subprocess.run([sys.executable, str(ROOT / "bench" / "make_flex.py"), *words], check=True, capture_output=True)
    return path


def test_a_statement_is_stored_once(data: Path, statement: Path) -> None:
    first = json.loads(fillbook("import", "--json", "--data", data, statement).stdout)["files"][0]
    again = json.loads(fillbook("import", "--json", "--data", data, statement).stdout)["files"][0]
    assert (first["ok"], first["error"], first["stored"]) == (True, None, True)
    assert first["accounts"][0]["executions"] == {"new": 60, "known": 0, "changed": 0, "withdrawn": 0, "returned": 0}
    assert again["accounts"][0]["executions"] == {"new": 0, "known": 60, "changed": 0, "withdrawn": 0, "returned": 0}
    assert first["trades_changed"] > 0
    assert again["trades_changed"] == 0


@pytest.mark.django_db
def test_an_import_that_is_cut_off_before_its_trades_is_done_by_the_next(statement: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = User.objects.create_user("ann@example.org")

    def cut_off(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(derive, "catch_up", cut_off)
        with pytest.raises(KeyboardInterrupt):
            import_command._store(user, statement, dry_run=False)
    entry = import_command._store(user, statement, dry_run=False)
    assert entry["accounts"][0]["executions"]["new"] == 60
    assert entry["trades_changed"] > 0


def test_a_dry_run_stores_nothing(data: Path, statement: Path) -> None:
    looked = fillbook("import", "--dry-run", "--data", data, statement)
    assert "60 new" in looked.stdout
    assert "Nothing was stored." in looked.stdout
    stored = json.loads(fillbook("import", "--json", "--data", data, statement).stdout)["files"][0]
    assert stored["accounts"][0]["executions"]["new"] == 60


def test_an_unreadable_file_is_named_and_passed_over(data: Path, statement: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.xml"
    broken.write_bytes(statement.read_bytes()[:5000])
    done = fillbook("import", "--data", data, broken, statement)
    assert done.returncode == 2
    assert "×" in done.stdout
    assert "60 new" in done.stdout


def test_without_a_user_there_is_no_book(tmp_path: Path, statement: Path) -> None:
    done = fillbook("import", "--data", tmp_path / "fresh", statement)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Nobody has been set up yet: run `fillbook serve` and open the page it names.\n"


def test_with_several_users_one_is_named(tmp_path: Path, statement: Path) -> None:
    data = tmp_path / "data"
    python(MAKE_USERS, data, "ann@example.org", "ben@example.org")
    assert "--user EMAIL" in fillbook("import", "--data", data, statement).stderr
    assert fillbook("import", "--data", data, "--user", "nobody@example.org", statement).stderr == "There is no user nobody@example.org.\n"
    assert fillbook("import", "--data", data, "--user", "Ben@Example.org", statement).returncode == 0


def run_passwd(data: Path, password: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fillbook", "passwd", "--data", str(data)]
    return subprocess.run(command, input=password + "\n", capture_output=True, text=True, check=False)


def test_passwd_sets_a_password(data: Path) -> None:
    done = run_passwd(data, "a better horse battery")
    assert done.returncode == 0
    assert "a better" not in done.stdout + done.stderr
    assert python(PASSWORD_FITS, data, "ann@example.org", "a better horse battery") == "True\n"


def run_users(data: Path, *words: str, password: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fillbook", "users", "--data", str(data), *words]
    return subprocess.run(command, input=f"{password}\n", capture_output=True, text=True, check=False)


def test_somebody_more_can_sign_in(data: Path) -> None:
    before = json.loads(run_users(data, "--json").stdout)["users"]
    done = run_users(data, "--add", " Zoe@Example.org", "--json", password="a better horse battery")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["users"] == [*before, {"email": "zoe@example.org", "operator": False}]
    again = run_users(data, "--add", "zoe@example.org", password="a better horse battery")
    assert (again.returncode, again.stderr) == (2, "zoe@example.org can sign in already.\n")
    assert run_users(data, "--add", "zoe", password="a better horse battery").returncode == 2
    weak = run_users(data, "--add", "ben@example.org", password="password12")
    assert (weak.returncode, "too common" in weak.stderr) == (1, True)
    assert len(json.loads(run_users(data, "--json").stdout)["users"]) == len(before) + 1


def test_the_first_user_is_made_without_a_browser_and_runs_the_instance(tmp_path: Path) -> None:
    done = run_users(tmp_path / "data", "--add", "zoe@example.org", password="a better horse battery")
    assert done.returncode == 0
    assert "zoe@example.org can sign in now, as the operator of this instance" in done.stderr
    assert run_users(tmp_path / "data").stdout == "zoe@example.org  operator\n"


def test_passwd_refuses_a_weak_one(data: Path) -> None:
    done = run_passwd(data, "password12")
    assert done.returncode == 1
    assert "common" in done.stderr
    assert python(PASSWORD_FITS, data, "ann@example.org", "a first password") == "True\n"
