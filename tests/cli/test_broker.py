"""`fillbook broker`: the operator's secrets, set without anybody seeing them."""

import json
import subprocess
import sys
from pathlib import Path

from tests.cli.running import MAKE_USERS, fillbook, python
from tests.sync.mail_server import mail_server


def set_smtp(data: Path, lines: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fillbook", "broker", "set", "smtp", "--data", str(data)]
    return subprocess.run(command, input=lines, capture_output=True, text=True, check=False)


def test_a_mail_server_is_set_tried_and_forgotten(tmp_path: Path) -> None:
    data = tmp_path / "data"
    python(MAKE_USERS, data, "ann@example.org")
    with mail_server() as server:
        values = {"host": "127.0.0.1", "port": str(server.port), "security": "none", "sender": "book@example.org"}
        done = set_smtp(data, "".join(f"{name}={value}\n" for name, value in values.items()))
        assert (done.returncode, done.stdout) == (0, "Mail server: saved. See that it works with `fillbook broker test smtp`.\n")
        sent = fillbook("broker", "test", "smtp", "--to", "bob@example.org", "--json", "--data", data)
        assert json.loads(sent.stdout)["settings"]["smtp"] == {**values, "user": ""}
        assert [message["to"] for message in server.taken] == ["bob@example.org"]
    refused = fillbook("broker", "test", "smtp", "--to", "bob@example.org", "--data", data)
    assert (refused.returncode, refused.stderr) == (1, "The mail server 127.0.0.1 cannot be reached, or it broke off.\n")
    wrong = set_smtp(data, "host=smtp.example.org\nport=x\nsecurity=tls\nuser=ann\npassword=CANARY\nsender=a@b.org\n")
    assert (wrong.returncode, wrong.stderr) == (1, "port: A port is a number from 1 to 65535. Nothing was changed.\n")
    assert fillbook("broker", "remove", "smtp", "--data", data).stdout == "Forgotten.\n"
    assert fillbook("broker", "list", "--data", data).stdout.startswith("smtp  not set\n")
    unknown = fillbook("broker", "set", "nothing", "--data", data)
    assert (unknown.returncode, unknown.stderr) == (2, "Name what to set: smtp, apex.\n")


def test_a_login_for_a_single_claim_is_added_and_removed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    python(MAKE_USERS, data, "ann@example.org")
    command = [sys.executable, "-m", "fillbook", "broker", "set", "apex", "--login", "svc_1", "--data", str(data)]
    done = subprocess.run(command, input="password=CANARY\n", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "Apex Clearing: saved. The next claim to an account gets svc_1.\n")
    listed = fillbook("broker", "list", "--json", "--data", data)
    assert json.loads(listed.stdout)["logins"] == [{"broker": "apex", "login": "svc_1", "given": False, "user": "", "error": ""}]
    assert fillbook("broker", "remove", "apex", "--login", "svc_1", "--data", data).stdout == "Forgotten. Whoever used it is told.\n"
    assert fillbook("broker", "remove", "smtp", "--login", "svc_1", "--data", data).stderr == "smtp has no logins for single claims.\n"
