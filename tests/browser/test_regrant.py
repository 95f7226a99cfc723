"""Two people and one account: nothing is shown before the proof, and a second proof stops both until the operator decides."""

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Complaints, Served, come, serving, set_up
from tests.cli.running import MAKE_USERS

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
ACCOUNT, BOB = "5FB00001", "bob@example.com"


def stage(served: Served, page: "Page", claims: int, wanted: int) -> None:
    """Wait until a look has seen the newest claim's grant come, go, or come back; no page may tell that."""
    stages: list[int] = []
    for _ in range(300):
        with sqlite3.connect(served.data / "fillbook.db") as database:
            stages = [row[0] for row in database.execute("SELECT stage FROM storage_accountclaim ORDER BY id")]
        if len(stages) == claims and stages[-1] >= wanted:
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"no look came to stage {wanted}: {stages}")


def prove(page: "Page", served: Served, claims: int) -> None:
    """Claim the account, then grant, take back and grant again at the portal."""
    page.goto(f"{served.url}/accounts/link/apex/sandbox/")
    page.get_by_text("Others use this site too, so you show in the next step that the account is yours.").wait_for()
    page.get_by_label("Account id").fill(ACCOUNT)
    page.get_by_role("button", name="Link", exact=True).click()
    page.get_by_role("heading", name="Show that this account is yours").wait_for()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open the portal").click()
    portal = opened.value
    mine = portal.locator("li", has_text=ACCOUNT)
    for wanted, act in enumerate(("Grant access", "Revoke access"), start=1):
        if wanted == 2 or not mine.get_by_role("button", name="Revoke access").count():
            mine.get_by_role("button", name=act).click()
        stage(served, page, claims, wanted)
        page.get_by_role("heading", name="Show that this account is yours").wait_for()
    mine.get_by_role("button", name="Grant access").click()
    mine.get_by_role("button", name="Revoke access").wait_for()
    portal.close()


def test_who_shows_it_first_has_it_and_a_second_one_stops_both(page: "Page", phone: "Page", complaints: Complaints, tmp_path: Path) -> None:
    with serving(tmp_path / "data") as served:
        complaints.listen(page)
        complaints.listen(phone)
        page.clock.install()
        phone.clock.install()
        set_up(page, served)
        subprocess.run([sys.executable, "-c", MAKE_USERS, str(served.data), BOB], check=True)
        phone.goto(f"{served.url}/auth/login/")
        phone.locator("[name=login]").fill(BOB)
        phone.locator("[name=password]").fill("a first password")
        phone.get_by_role("button", name="Sign in", exact=True).click()
        phone.wait_for_url(f"{served.url}/**")
        prove(phone, served, 1)
        come(phone, phone.get_by_role("heading", name="Linked"))
        prove(page, served, 2)
        come(page, page.get_by_text("Two users of this site have shown that they control this account.").first)
        phone.reload()
        phone.get_by_text("Two users of this site have shown that they control this account.").first.wait_for()
        page.goto(f"{served.url}/settings/brokers/apex/")
        page.get_by_role("listitem").filter(has_text=BOB).get_by_role("button", name="It is theirs").click()
        page.get_by_text(f"Decided: the account is {BOB}'s.").wait_for()
        page.goto(f"{served.url}/accounts/")
        assert page.get_by_role("link", name=ACCOUNT).count() == 0
        phone.reload()
        come(phone, phone.get_by_role("heading", name="Linked"))
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert complaints.found == []
