"""Installable, usable without a connection, and nothing left behind after signing out."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import link_sandbox, serving, set_up

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

KEPT = "caches.open('fillbook-kept-1').then((cache) => cache.match('/')).then((found) => Boolean(found))"


def test_an_installed_app_opens_without_a_connection(browser: "Browser", tmp_path: Path) -> None:
    with (
        serving(tmp_path / "data") as served,
        browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True) as context,
    ):
        page = context.new_page()
        set_up(page, served)
        link_sandbox(page)
        page.goto(f"{served.url}/settings/phone/")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        devtools = context.new_cdp_session(page)
        errors = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
        assert [error["errorId"] for error in errors] == ["in-incognito"], "the test's own profile is all that stands in the way"
        page.goto(served.url)
        assert not page.evaluate(KEPT), "nothing is kept unasked"
        page.goto(f"{served.url}/settings/phone/")
        page.get_by_role("button", name="Keep the last dashboard").click()
        page.get_by_text("The last dashboard is kept", exact=True).wait_for()
        page.goto(served.url)
        profit = page.locator(".headline .stat-value").first.inner_text()
        page.wait_for_function(KEPT)
        context.set_offline(True)
        page.goto(served.url)
        assert page.locator(".headline .stat-value").first.inner_text() == profit
        assert page.locator("[data-offline]").inner_text().startswith("No connection. This page is as it was on this device at ")
        page.goto(f"{served.url}/trades/")
        page.get_by_role("heading", name="No connection").wait_for()
        context.set_offline(False)
        page.goto(f"{served.url}/more/")
        page.locator("main").get_by_role("button", name="Sign out").click()
        page.get_by_role("heading", name="Sign in").wait_for()
        page.wait_for_function(f"{KEPT}.then((kept) => !kept)")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        context.set_offline(True)
        page.goto(served.url)
        page.get_by_role("heading", name="No connection").wait_for()
        drawn = "document.styleSheets.length === document.querySelectorAll('link[rel=stylesheet]').length"
        assert page.evaluate(drawn), "with its own files, though signing out cleared what was fetched"
