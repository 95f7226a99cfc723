"""From a bare database to figures that equal those of `fillbook check` on the very statement, on a desk and on a phone."""

import json
import re
import sqlite3
import subprocess
import sys
import zlib
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fillbook.web import readable
from tests.browser.conftest import Complaints, Served, link_sandbox, serving, set_up

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def statement_of(served: Served) -> Path:
    """The bytes that the sandbox sent, as they were kept."""
    with sqlite3.connect(served.data / "fillbook.db") as database:
        (content,) = database.execute("SELECT content FROM storage_rawstatement").fetchone()
    database.close()
    file = served.data / "statement.xml"
    file.write_bytes(zlib.decompress(content))
    return file


def check(file: Path, *words: str) -> str:
    command = [sys.executable, "-m", "fillbook", "check", *words, str(file)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def text(page: "Page", selector: str = "main") -> str:
    return " ".join(page.locator(selector).inner_text().split())


def compare(page: "Page", served: Served) -> None:
    """The dashboard and the accounts against check's JSON and against the three numbers it prints."""
    file = statement_of(served)
    accounts: list[dict[str, Any]] = json.loads(check(file, "--json"))["files"][0]["accounts"]
    printed = check(file).split("\nAccount ")[1:]
    assert len(accounts) == len(printed) == 2
    for account, words in zip(accounts, printed, strict=True):
        currency = account["currency"]
        page.goto(f"{served.url}/?money={currency}")
        shown = text(page)
        numbers = re.search(r"([+−][\d,.]+) (\w{3})\s+([+−][\d.]+) %\s+([\d.]+) %\s+after", " ".join(words.split()))
        assert numbers is not None
        assert numbers[2] == currency
        assert f"{numbers[1]}{currency}" in shown.replace(f" {currency}", currency)
        assert f"{numbers[3]} %" in shown
        assert f"{numbers[4]} %" in shown
        ended = re.search(r"(\d+) won, (\d+) lost(?:, (\d+) even)?", words)
        assert ended is not None
        assert f"Closed trades {sum(int(count or 0) for count in ended.groups())} " in shown
        amounts = {(line["line"], line["currency"]): Decimal(line["amount"]) for line in account["bridge"]}
        assert f"Your broker's realized figure {readable.gain(amounts['broker', currency], currency)}" in shown
        page.goto(f"{served.url}/accounts/")
        page.get_by_role("link", name=account["account"]).click()
        page.get_by_role("heading", name=account["account"]).wait_for()
        shown = text(page)
        assert f"Incomplete trades, left out {account['incomplete']} " in shown
        assert f"Open trades {account['open']}" in shown
        fills, positions = account["reconciliation"]["fills"], account["reconciliation"]["positions"]
        assert f"Fills that close something {fills['equal']} equal {fills['inferred']} inferred" in shown
        assert f"Positions {positions['equal']} equal {positions['inferred']} inferred" in shown


def visit(page: "Page", served: Served, complaints: Complaints) -> None:
    complaints.listen(page)
    page.goto(served.url)
    assert page.url == f"{served.url}/setup/"
    set_up(page, served)
    seen = link_sandbox(page)
    assert seen[-1] == "Linked"
    assert len(set(seen)) > 2, "progress was shown"
    page.get_by_role("link", name="See how you trade").click()
    page.get_by_role("heading", name="Dashboard").wait_for()
    page.locator("chart-frame[data-drawn]").wait_for()
    assert "Sandbox: pretend money." in text(page, "body")
    compare(page, served)
    assert complaints.found == []


def test_at_a_desk(page: "Page", complaints: Complaints, tmp_path: Path) -> None:
    with serving(tmp_path / "desk") as served:
        visit(page, served, complaints)


def test_on_a_phone(phone: "Page", complaints: Complaints, tmp_path: Path) -> None:
    with serving(tmp_path / "phone") as served:
        visit(phone, served, complaints)
