"""From the list of brokers to the first trades of an account that its owner lets us read, by hand at the sandbox's portal."""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Complaints, Served, come, serving, set_up

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
ACCOUNT = "5FB00001"


def whole_way(page: "Page", served: Served, complaints: Complaints) -> None:
    """What the guide says, step by step: choose the broker, grant at the portal, type the id, wait, see trades."""
    complaints.listen(page)
    page.clock.install()
    set_up(page, served)
    page.goto(f"{served.url}/accounts/link/")
    page.get_by_role("link", name="Link Apex Clearing").click()
    page.get_by_text("This site cannot read Apex Clearing yet.").wait_for()
    page.get_by_role("link", name="Try it with the sandbox portal").click()
    assert page.locator("#grantee").inner_text() == "fillbook_sandbox"
    page.get_by_label("Account id").fill(f"10-{ACCOUNT[:3]}-{ACCOUNT[3:]}")
    page.get_by_role("button", name="Link", exact=True).click()
    page.get_by_text("The 10- at the beginning was cut").wait_for()
    page.get_by_text("The dashes were cut").wait_for()
    page.get_by_role("heading", name="Waiting for your grant").wait_for()
    page.get_by_text("You are the only one who uses this site").wait_for()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open the portal").click()
    portal = opened.value
    portal.locator("li", has_text=ACCOUNT).get_by_role("button", name="Grant access").click()
    portal.locator("li", has_text=ACCOUNT).get_by_role("button", name="Revoke access").wait_for()
    portal.close()
    come(page, page.get_by_role("heading", name="Linked"))
    page.goto(f"{served.url}/accounts/")
    page.get_by_role("link", name=ACCOUNT).first.click()
    page.get_by_text("states no open positions").wait_for()
    page.goto(f"{served.url}/trades/")
    assert page.locator("table.trades tbody tr").count() > 10
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert complaints.found == []


def test_at_a_desk(page: "Page", complaints: Complaints, tmp_path: Path) -> None:
    with serving(tmp_path / "desk") as served:
        whole_way(page, served, complaints)
        with sqlite3.connect(served.data / "fillbook.db") as database:
            assert database.execute("SELECT way, standing FROM storage_accountclaim").fetchall() == [("sole", "owner")]


def test_on_a_phone(phone: "Page", complaints: Complaints, tmp_path: Path) -> None:
    with serving(tmp_path / "phone") as served:
        whole_way(phone, served, complaints)
