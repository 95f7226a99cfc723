"""Every page in a real browser: nothing breaks the policy, nothing scrolls sideways, thumbs find their targets, keys and sheets work."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Complaints, Served, link_sandbox, serving, set_up, sign_in
from tests.sync.flex import statement

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser

PAGES = tuple(
    "/ /?from=2026-01-01&symbol=HALD /?symbol=NOPE /trades/ /trades/?status=open TRADE /calendar/ /calendar/?year=2026 DAY "
    "/days/2026-01-01/ /reports/ /reports/by/underlying/ /reports/cross/?across=month /reports/compare/?side=long&with=side%3Dshort "
    "/reports/distribution/ /reports/drawdowns/ /intraday/ /intraday/?symbol=NOPE /positions/ /more/ /settings/phone/ /accounts/ "
    "/campaigns/ /campaigns/?symbol=NOPE CAMPAIGN /settings/tokens/ /settings/api/ /settings/api/shapes/ ACCOUNT LINK /accounts/link/ "
    "/accounts/link/ibkr/ /accounts/upload/ /settings/ /notices/ /settings/key/ /welcome/ /auth/password/change/ /auth/2fa/ "
    "/auth/2fa/webauthn/ /auth/sessions/ /reports/campaigns/".split()
)


@pytest.fixture(scope="module")
def home(browser: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    """A Fillbook with the sandbox linked, and the file that keeps its user signed in."""
    folder = tmp_path_factory.mktemp("pages")
    with serving(folder / "data") as served, browser.new_context() as context:
        page = context.new_page()
        set_up(page, served)
        link_sandbox(page)
        state = str(folder / "state.json")
        context.storage_state(path=state)
        yield served, state


def context_of(browser: "Browser", home: tuple[Served, str], width: int, scheme: str = "light") -> "BrowserContext":
    phone = width < 768
    return browser.new_context(
        storage_state=home[1],
        viewport={"width": width, "height": 844},
        is_mobile=phone,
        has_touch=phone,
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )


@pytest.fixture
def desk(browser: "Browser", home: tuple[Served, str]) -> Iterator["Page"]:
    with context_of(browser, home, 1280) as context:
        page = context.new_page()
        page.goto(home[0].url)
        yield page


@pytest.fixture
def small(browser: "Browser", home: tuple[Served, str]) -> Iterator["Page"]:
    with context_of(browser, home, 390) as context:
        page = context.new_page()
        page.goto(home[0].url)
        yield page


def addresses(page: "Page", served: Served) -> list[str]:
    """Every page's address; those of a trade, an account and a link as the pages themselves name them."""
    found = {}
    for name, listing, pattern in (
        ("TRADE", "/trades/", r"/trades/[0-9a-f]{20}/"),
        ("ACCOUNT", "/accounts/", r"/accounts/\d+/"),
        ("CAMPAIGN", "/campaigns/", r"/campaigns/[0-9a-f]{20}/"),
        ("LINK", "/accounts/", r"/accounts/links/[\w-]+/"),
        ("DAY", "/calendar/", r"/days/[\d-]+/"),
    ):
        page.goto(f"{served.url}{listing}")
        match = re.search(rf'"({pattern})', page.content())
        assert match is not None, name
        found[name] = match[1]
    return [found.get(one, one) for one in PAGES]


HEAVIEST = 150_000
"""Bytes that a page may bring once its files are in the browser's cache."""
SHIFTS = """() => {
    window.shifted = 0;
    const add = (list) => list.getEntries().forEach((one) => { window.shifted += one.value; });
    new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
}"""
WEIGHT = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .reduce((sum, one) => sum + one.transferSize, 0)"""
TARGETS = (
    "button, summary, .button, .tab, .chip-link, .choice, .calendar-day a, .days-small a, select, textarea, "
    "input:not([type=hidden], [type=checkbox], [type=radio])"
)
SMALL_TARGETS = """(targets) => [...document.querySelectorAll(targets)]
    .filter((one) => one.checkVisibility() && !one.closest(".toast, .reveal"))
    .filter((one) => { const { width, height } = one.getBoundingClientRect(); return height > 1 && Math.min(width, height) < 43.5; })
    .map((one) => one.outerHTML.slice(0, 120))"""
SMALL_LINKS = """() => [...document.querySelectorAll("main a, aside a")]
    .filter((one) => one.checkVisibility() && !one.closest("svg, .trades thead"))
    .filter((one) => ![...one.parentElement.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()))
    .filter((one) => { const { height } = ((one.matches(".row-link") && one.closest("tr, li")) || one).getBoundingClientRect();
        return height > 1 && height < 43.5; })
    .map((one) => one.outerHTML.slice(0, 120))"""
"""Links that stand by themselves; one within a sentence may be as low as its line. The door of a row is as high as the row."""
CUT = """() => [...document.querySelectorAll("main *")]
    .filter((one) => one.clientWidth > 2 && one.scrollWidth > one.clientWidth + 1 && /\\d/.test(one.textContent) && one.checkVisibility())
    .filter((one) => ["hidden", "clip"].includes(getComputedStyle(one).overflowX) && !one.closest(".chip-value, .chart-canvas"))
    .map((one) => one.outerHTML.slice(0, 120))"""
"""What holds a figure and hides a part of it: a figure that has lost its last letter is another figure."""
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


NARROWER = {1280: (900, 768), 390: (360, 320)}
"""Widths at which the same page is looked at once more."""
LOOKED_AT = {"include": [["html"]], "exclude": [["tbody tr:nth-child(n+13)"], ["li:nth-child(n+13)"]]}
"""All but what comes after a dozen of its like: axe takes longer for a page than the page takes, most of it for the rows of long tables."""


def barriers(page: "Page", only: str = "") -> list[str]:
    """What axe, which has to be in the page, finds that is serious or critical."""
    what = {"type": "rule", "values": [only]} if only else {"type": "tag", "values": STANDARDS}
    look = "([where, options]) => axe.run(where, options).then((found) => found.violations)"
    found = page.evaluate(look, [LOOKED_AT, {"runOnly": what, "resultTypes": ["violations"]}])
    grave = [one for one in found if one["impact"] in {"serious", "critical"}]
    return [f"{one['id']}: {node['html'][:140]}" for one in grave for node in one["nodes"]]


def at_fault(page: "Page", width: int) -> Iterator[str]:
    """What is wrong with a page that was just opened."""
    if page.locator("chart-frame").count():
        page.locator("chart-frame[data-drawn]").first.wait_for()
    if (shifted := page.evaluate("window.shifted")) > 0.02:
        yield f"moved by {shifted:.3f} while it loaded"
    page.evaluate(Axe().axe_script)
    yield from barriers(page)
    page.emulate_media(color_scheme="dark")
    yield from (f"dark {one}" for one in barriers(page, "color-contrast"))
    page.emulate_media(color_scheme="light")
    for seen in (width, *NARROWER[width]):
        if seen != width:
            page.set_viewport_size({"width": seen, "height": 844})
        if page.evaluate("document.documentElement.scrollWidth") > seen:
            yield f"scrolls sideways at {seen}"
        yield from (f"cut at {seen}: {one}" for one in page.evaluate(CUT))
        if seen in {390, 360}:
            small = page.evaluate(SMALL_TARGETS, TARGETS) + page.evaluate(SMALL_LINKS)
            yield from (f"too small for a thumb at {seen}: {one}" for one in small)
    page.set_viewport_size({"width": width, "height": 844})


@pytest.mark.parametrize("width", NARROWER)
def test_every_page_is_sound(browser: "Browser", home: tuple[Served, str], complaints: Complaints, width: int) -> None:
    served, found, asked = home[0], {}, set()
    with context_of(browser, home, width) as context:
        context.add_init_script(f"({SHIFTS})()")
        page = context.new_page()
        complaints.listen(page)
        page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
        for address in addresses(page, served):
            answer = page.goto(f"{served.url}{address}")
            assert answer is not None
            assert answer.ok, address
            faults = list(at_fault(page, width))
            if (weight := page.evaluate(WEIGHT)) > HEAVIEST and "echarts" not in page.content():
                faults.append(f"weighs {weight}")
            if faults:
                found[address] = faults
    assert found == {}
    assert asked <= {urlsplit(served.url).netloc, ""}
    assert complaints.found == []


WEEKENDS = """() => {
    const month = document.querySelector(".calendar-worked");
    month.classList.replace("calendar-worked", "calendar-all");
    const day = month.querySelector(".calendar-day a");
    month.querySelectorAll("td.calendar-end:not(.calendar-outside)").forEach((end) => end.replaceChildren(day.cloneNode(true)));
}"""


def test_a_month_with_weekend_trades_has_room_for_thumbs(browser: "Browser", home: tuple[Served, str]) -> None:
    with context_of(browser, home, 360) as context:
        page = context.new_page()
        page.goto(f"{home[0].url}/calendar/")
        page.evaluate(WEEKENDS)
        assert page.locator(".calendar-end a").count() > 7
        assert page.evaluate(SMALL_TARGETS, ".calendar a") == []
        assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_a_filter_is_a_sheet_on_a_phone_and_its_choice_is_in_the_address(small: "Page") -> None:
    small.locator("summary", has_text="Period").click()
    sheet = small.locator(".chip[open] .chip-panel")
    box = sheet.bounding_box()
    assert box is not None
    assert (round(box["x"]), round(box["width"]), round(box["y"] + box["height"])) == (0, 390, 844)
    small.get_by_role("link", name="This year").click()
    small.wait_for_url(re.compile(r"\?from=\d{4}-01-01&to=\d{4}-12-31$"))
    small.go_back()
    assert small.url.endswith("/")


def test_keys_go_places(desk: "Page") -> None:
    desk.keyboard.press("g")
    desk.keyboard.press("t")
    desk.wait_for_url(re.compile(r"/trades/$"))
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    second = desk.locator(".row-link").nth(1)
    assert second.evaluate("(one) => one === document.activeElement")
    desk.keyboard.press("k")
    desk.keyboard.press("Enter")
    desk.wait_for_url(re.compile(r"/trades/\w+/$"))
    desk.keyboard.press("?")
    desk.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    desk.keyboard.press("Escape")
    desk.get_by_role("dialog", name="Keyboard shortcuts").wait_for(state="hidden")
    desk.keyboard.press("g")
    desk.keyboard.press("d")
    desk.get_by_role("heading", name="Dashboard").wait_for()
    desk.keyboard.press("/")
    desk.keyboard.type("hald")
    desk.keyboard.press("Enter")
    desk.wait_for_url(re.compile(r"symbol=hald"))
    assert desk.locator(".chip-set", has_text="HALD").count() == 1


def test_the_report_file_opens_without_a_connection(desk: "Page", home: tuple[Served, str], tmp_path: Path) -> None:
    desk.goto(f"{home[0].url}/reports/")
    with desk.expect_download() as waiting:
        desk.get_by_role("link", name="As one HTML file").click()
    file = tmp_path / "report.html"
    waiting.value.save_as(file)
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url))
    desk.context.set_offline(True)
    desk.goto(file.as_uri())
    assert desk.locator("h2", has_text="Results").is_visible()
    assert desk.locator(".three b").first.inner_text().endswith("USD")
    bar = desk.locator(".histogram-bars rect").first.evaluate("(one) => getComputedStyle(one).fill")
    assert bar != "rgb(0, 0, 0)"
    assert asked == [file.as_uri()]


def test_the_curve_tells_its_days_and_leads_to_them(desk: "Page") -> None:
    desk.locator("chart-frame[data-drawn]").wait_for()
    box = desk.locator("chart-frame").bounding_box()
    assert box is not None
    desk.mouse.move(box["x"] + box["width"] / 2, box["y"] + 100)
    tip = desk.locator(".chart-tip")
    tip.wait_for()
    assert re.fullmatch(r"\d+ \w+ \d{4}\nTotal [+−][\d,.]+ USD\nThat day .* trades?\n.*", tip.inner_text())
    desk.locator("summary", has_text="As a table").first.click()
    assert desk.locator(".chart-table tbody tr").count() > 50


SAYS = """() => [
    document.body.innerText,
    ...[...document.querySelectorAll("*")].flatMap((one) => [...one.attributes])
        .filter((one) => /^(title|alt|placeholder|aria-.*|data-.*)$/.test(one.name)).map((one) => one.value),
    ...[...document.querySelectorAll("script[type='application/json'], .chart-table, caption")].map((one) => one.textContent),
].join("\\n")"""
"""All that a page says: to the eye, on hover, to a screen reader, in tables that are folded away, in the data of its charts."""
SHAPES = """() => [...document.querySelectorAll("[class*=shade-], .calendar-day, .tiles rect, .zero-bar rect, .headline .pnl-gain")]
    .map((one) => [one.getAttribute("class"), one.getAttribute("width"), one.getAttribute("x")].join(" "))"""
MONEY = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})*\.\d{2}(?![\d.,%\u202f])")
HIDING = ("/", "/trades/", "TRADE", "/calendar/", "/intraday/", "/positions/", "DAY")


def test_hidden_amounts_are_nowhere_on_a_page_and_shapes_stay(desk: "Page", home: tuple[Served, str]) -> None:
    served, found = home[0], dict(zip(PAGES, addresses(desk, home[0]), strict=True))
    pages = [f"{served.url}{found.get(name, name)}" for name in HIDING]
    shown, shapes = {}, {}
    for page in pages:
        desk.goto(page)
        words = desk.locator(".stat, .tile, .pnl-gain, .pnl-loss, .month-sum").all_inner_texts()
        shown[page] = {amount for text in words for amount in MONEY.findall(text) if len(amount) > 5}
        shapes[page] = desk.evaluate(SHAPES)
    assert all(shown[page] for page in pages[:3])
    desk.goto(pages[0])
    desk.keyboard.press("h")
    desk.locator("button[data-key=h][aria-pressed=true]").wait_for()
    for page in pages:
        desk.goto(page)
        said = desk.evaluate(SAYS)
        assert "\u2022\u2022\u2022" in said
        assert [amount for amount in sorted(shown[page]) if re.search(rf"(?<![\d.,]){re.escape(amount)}(?![\d])", said)] == [], page
        assert desk.evaluate(SHAPES) == shapes[page]
    desk.goto(pages[0])
    desk.locator("chart-frame[data-drawn]").wait_for()
    box = desk.locator("chart-frame").bounding_box()
    assert box is not None
    desk.mouse.move(box["x"] + box["width"] / 2, box["y"] + 100)
    desk.locator(".chart-tip").wait_for()
    assert re.search(r"Total [+−]?\u2022{3} USD\nThat day [+−]?\u2022{3}", desk.locator(".chart-tip").inner_text())
    desk.keyboard.press("h")
    desk.locator("button[data-key=h][aria-pressed=false]").wait_for()
    assert shown[pages[0]] & set(MONEY.findall(desk.locator(".headline").inner_text()))


def test_a_trade_shows_what_the_broker_sent_when_asked(desk: "Page", home: tuple[Served, str]) -> None:
    desk.goto(f"{home[0].url}/trades/")
    desk.locator(".row-link").first.click()
    row = desk.locator("details", has=desk.locator(".sent")).first
    row.locator("summary").first.click()
    row.get_by_text("Byte for byte").wait_for()
    assert "accountId" in row.inner_text()


def test_the_theme_switch_turns_the_page(desk: "Page", home: tuple[Served, str]) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = desk.evaluate(ground)
    desk.get_by_role("button", name="Switch to light").click()
    desk.get_by_role("button", name="Switch to dark").click()
    desk.get_by_role("button", name="Switch to your system's").wait_for()
    assert desk.evaluate(ground) != light
    desk.get_by_role("button", name="Switch to your system's").click()
    desk.get_by_role("button", name="Switch to light").wait_for()
    assert desk.evaluate(ground) == light
    assert home


def test_deleting_everything_wants_the_word(desk: "Page", home: tuple[Served, str]) -> None:
    desk.goto(f"{home[0].url}/accounts/")
    desk.get_by_label("More about this link").click()
    desk.get_by_role("button", name="Unlink").first.click()
    dialog = desk.get_by_role("dialog", name="Unlink")
    unlink = dialog.get_by_role("button", name="Unlink")
    assert unlink.is_enabled()
    dialog.get_by_label("Delete everything").check()
    assert unlink.is_disabled()
    dialog.get_by_role("textbox").fill("delete")
    assert unlink.is_enabled()
    dialog.get_by_role("button", name="Cancel").click()


def test_a_file_is_looked_at_and_accepted(desk: "Page", home: tuple[Served, str], tmp_path: Path) -> None:
    file = tmp_path / "year.xml"
    file.write_bytes(statement("U7000001"))
    desk.goto(f"{home[0].url}/accounts/upload/")
    desk.get_by_label("The file, as your broker made it").set_input_files(file)
    desk.get_by_role("button", name="Look into it").click()
    desk.get_by_role("heading", name="Before it is accepted").wait_for()
    assert "New account" in desk.locator("main").inner_text()
    desk.get_by_role("button", name="Accept it").click()
    desk.locator("#progress[data-state='good']").wait_for(timeout=60_000)
    assert "2 rows came in." in desk.locator("#progress").inner_text()
    desk.get_by_role("link", name="See how you trade").click()
    assert "+98.00" in desk.locator(".headline").inner_text(), "real trades come before pretend ones"
    assert "Sandbox: pretend money." not in desk.locator("body").inner_text()


def test_a_file_over_the_limit_is_refused_before_it_is_sent(desk: "Page", home: tuple[Served, str], tmp_path: Path) -> None:
    file = tmp_path / "large.xml"
    with file.open("wb") as large:
        large.truncate(64 * 1024 * 1024 + 1)
    desk.goto(f"{home[0].url}/accounts/upload/")
    field = desk.get_by_label("The file, as your broker made it")
    field.set_input_files(file)
    desk.get_by_role("button", name="Look into it").click()
    assert "This file has 65 MB. Here it may have 64" in str(field.evaluate("input => input.validationMessage"))
    assert desk.get_by_role("heading", name="Upload a statement").is_visible()
    small = tmp_path / "small.xml"
    small.write_bytes(statement("U7000001"))
    field.set_input_files(small)
    assert field.evaluate("input => input.validationMessage") == ""


def test_a_passkey_signs_in_and_nothing_private_stays_behind(browser: "Browser", home: tuple[Served, str], complaints: Complaints) -> None:
    served = home[0]
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        complaints.listen(page)
        devtools = context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
        }
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "automaticPresenceSimulation": True}})
        sign_in(page, served)
        page.goto(f"{served.url}/auth/2fa/webauthn/add/")
        if page.url.startswith(f"{served.url}/auth/reauthenticate/"):
            page.locator("[name=password]").fill("a row of fills, kept well")
            page.get_by_role("button", name="Confirm").click()
        page.get_by_label("Passwordless").check()
        page.get_by_role("button", name="Add").click()
        page.wait_for_url(re.compile(r"/auth/2fa/(?!webauthn/add)"))
        page.goto(f"{served.url}/trades/")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("heading", name="Sign in").wait_for()
        page.go_back()
        page.wait_for_load_state()
        assert "/auth/login/" in page.url
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(re.compile(r"/(trades/)?$"))
    assert complaints.found == []
