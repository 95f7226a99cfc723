"""The pictures of the docs, taken of the pages as they are: `pytest tests/browser/test_pictures.py --pictures docs/images` renews them."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import link_sandbox, serving, set_up

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PNG = b"\x89PNG\r\n\x1a\n"
LARGEST = 400_000


def take(page: "Page", folder: Path, name: str, address: str, *, chart: bool = False, height: int = 0) -> None:
    """A picture of a page. height: of the window, where more of the page is worth a look than usual."""
    usual = page.viewport_size
    assert usual is not None
    page.set_viewport_size({"width": usual["width"], "height": height or usual["height"]})
    page.goto(address)
    if chart:
        page.locator("chart-frame[data-drawn]").first.wait_for()
    file = folder / f"{name}.png"
    page.screenshot(path=file, animations="disabled")
    page.set_viewport_size(usual)
    content = file.read_bytes()
    assert content.startswith(PNG)
    assert 10_000 < len(content) < LARGEST


def test_pictures_of_the_main_pages(browser: "Browser", tmp_path: Path, request: pytest.FixtureRequest) -> None:
    folder = request.config.getoption("--pictures") or tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    with (
        serving(tmp_path / "data") as served,
        browser.new_context(viewport={"width": 1280, "height": 860}, reduced_motion="reduce") as context,
    ):
        page = context.new_page()
        set_up(page, served)
        link_sandbox(page)
        take(page, folder, "dashboard", f"{served.url}/", chart=True, height=1130)
        take(page, folder, "trades", f"{served.url}/trades/")
        page.goto(f"{served.url}/trades/?sort=fills")
        page.locator("main tbody a.row-link").first.click()
        page.get_by_role("heading", name="Fills", exact=True).wait_for()
        take(page, folder, "trade", page.url.partition("?")[0], chart=True)
        take(page, folder, "calendar", f"{served.url}/calendar/")
        take(page, folder, "reports", f"{served.url}/reports/by/month/")
        take(page, folder, "campaigns", f"{served.url}/campaigns/")
        take(page, folder, "intraday", f"{served.url}/intraday/")
        take(page, folder, "link", f"{served.url}/accounts/link/ibkr/")
        page.emulate_media(color_scheme="dark")
        take(page, folder, "dashboard-dark", f"{served.url}/", chart=True, height=1130)
        page.set_viewport_size({"width": 390, "height": 844})
        take(page, folder, "phone", f"{served.url}/", chart=True)
        page.emulate_media(color_scheme="light")
        take(page, folder, "phone-trades", f"{served.url}/trades/")
        take(page, folder, "phone-calendar", f"{served.url}/calendar/")
