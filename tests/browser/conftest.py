"""A Fillbook that really serves, on a bare data folder, and people with browsers in front of it."""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

EMAIL = "ada@example.com"
PASSWORD = "a row of fills, kept well"


@dataclass(frozen=True)
class Served:
    """A running `fillbook serve`. code: the set-up code it printed, "" once there is a user."""

    url: str
    code: str
    data: Path


@dataclass
class Complaints:
    """What a browser complained about while pages were looked at."""

    found: list[str] = field(default_factory=list)

    def listen(self, page: "Page") -> None:
        page.on(
            "console", lambda message: self.found.append(f"{page.url}: {message.text}") if message.type in {"error", "warning"} else None
        )
        page.on("pageerror", lambda error: self.found.append(f"{page.url}: {error}"))


@contextlib.contextmanager
def serving(data: Path, scale: float = 0.02) -> Iterator[Served]:
    """Start it on a free port; end it as a service manager would. scale: of the pretend brokers' waits, for a visitor 0.1."""
    command = [sys.executable, "-m", "fillbook", "serve", "--port", "0", "--data", str(data)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("FILLBOOK_", "DJANGO_"))}
    environment["FILLBOOK_TIME_SCALE"] = str(scale)
    log = data.with_suffix(".log")
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        try:
            assert process.stdout is not None
            said = ""
            for line in process.stdout:
                said += line
                if "is ready" in line:
                    break
            address = re.search(r"http://localhost:\d+", said)
            assert address, said + log.read_text(encoding="utf-8")
            code = re.search(r"first user: (\S+)", said)
            yield Served(address[0], code[1] if code else "", data)
        finally:
            process.terminate()
            process.communicate(timeout=60)


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


def set_up(page: "Page", served: Served) -> None:
    """The first user, with the code from the terminal; ends on the welcome page."""
    page.goto(served.url)
    page.get_by_label("Set-up code").fill(served.code)
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create my sign-in").click()
    page.get_by_role("heading", name="Keep your vault key safe").wait_for()
    page.get_by_role("link", name="Continue").click()
    page.get_by_role("heading", name="How well do you trade?").wait_for()


PRESENT = """() => {
    const one = document.querySelector("#progress .now") ?? document.querySelector("#progress h2");
    return one?.innerText.trim().split("\\n")[0] ?? "";
}"""
"""The step of the progress, or its title: read at once, since the page replaces it at any moment."""


def link_sandbox(page: "Page") -> list[str]:
    """From the welcome page to a linked sandbox; the titles of the progress that was shown meanwhile."""
    page.get_by_role("button", name="Try the sandbox").click()
    page.locator("#progress").wait_for()
    seen: list[str] = []
    for _ in range(600):
        seen.append(page.evaluate(PRESENT))
        if page.locator("#progress[data-state='good']").count():
            return [*seen, page.locator("#progress h2").inner_text().strip()]
        page.wait_for_timeout(100)
    raise AssertionError(f"The sandbox was not linked in a minute: {seen[-1]}")


def sign_in(page: "Page", served: Served) -> None:
    page.goto(f"{served.url}/auth/login/")
    page.locator("[name=login]").fill(EMAIL)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile(r"/(welcome/)?$"))


def come(page: "Page", wanted: "Locator") -> None:
    """Wait for something that a page gets when it asks again, every twenty seconds or so, its clock being installed: it need not wait."""
    for _ in range(180):
        if wanted.is_visible():
            return
        page.clock.fast_forward(20_000)
        page.wait_for_timeout(500)
    raise AssertionError(f"In a minute and a half this did not come: {wanted}")
