"""Pages in another language: every text of ours is in the catalogue, every page takes its texts from there, numbers and days follow."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from gettext import GNUTranslations
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import translation

from fillbook.brokers.ibkr.portal import SELECT_OPTION
from fillbook.ledger.statement import Finding, Severity
from fillbook.storage.models import User
from fillbook.web import readable
from fillbook.web.brokerwords import finding_in_words
from fillbook.web.counted import _NOUNS
from fillbook.web.forms import _number, as_typed
from fillbook.web.pages.wording import COMPARED
from tests.support import catalogue
from tests.web.test_matrix import PAGES, address, objects

__all__ = ["objects"]

OPEN, CLOSE = "\u27e6", "\u27e7"
GERMAN = catalogue.LOCALE / "de/LC_MESSAGES"
NO_PAGES = {"trades-csv", "manifest", "worker"}
OURS = [name for name, cell in PAGES.items() if cell.owner == 200 and cell.method == "GET" and name not in NO_PAGES]
SAID = ("title", "aria-label", "placeholder", "alt", "data-label", "data-too-large", "data-your-time")
"""Attributes that people see or hear."""
DATA = re.compile(
    r"""owner@example\.com|Fillbook|Interactive\ Brokers|ACME\ (by\ day|tag|INC|went\ as\ planned)|\b(ACME|BOLT|Book|NYSE|USD|EUR|U\d+)\b
        |\b(CSV|JSON|HTTPS|FIFO|LIFO|UTC|min|s|k|M|B|KB|MB)\b|\.(csv|xml)
        |Deutsch|English|America|New[_ ]York|Chicago|Apex\ Clearing|tastytrade
        |year\.xml|later\.xml|testserver|127\.0\.0\.1""",
    re.VERBOSE,
)
"""What is the same in every language: names, symbols, units."""


class Seen(HTMLParser):
    """The texts of a page. What is marked as of another language, by `lang`, is left out: a broker's own words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._within: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = dict(attributes)
        foreign = (
            (said.get("lang") == "en" and tag != "html") or tag in {"style", "pre", "code", "kbd"} or "mono" in (said.get("class") or "")
        )
        data = tag == "script" and said.get("type") != "application/json"
        if not self._foreign and not foreign:
            self.texts += [said[name] or "" for name in SAID if name in said]
        if tag not in {"input", "meta", "link", "br", "img", "hr"}:
            self._within.append((tag, foreign or data))

    def handle_endtag(self, tag: str) -> None:
        while self._within and self._within.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._foreign:
            return
        if self._within and self._within[-1][0] == "script":
            self.texts += [text for text in strings(json.loads(data)) if " " in text]
        else:
            self.texts.append(data)

    @property
    def _foreign(self) -> bool:
        return any(foreign for _, foreign in self._within)


def strings(value: object) -> Iterator[str]:
    """All texts in a chart's data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


def unmarked(page: str) -> set[str]:
    """Texts of a page that stand outside the marks and hold a word."""
    rest = "\n".join(" ".join(text.split()) for text in Seen(page).texts)
    while (less := re.sub(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", " ", rest)) != rest:
        rest = less
    return {line[:120] for line in rest.splitlines() if re.search(r"[A-Za-z]{2,}", DATA.sub(" ", line))}


@pytest.fixture
def marks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text that goes through the catalogue stands between marks."""

    def marking(translate: Callable[..., str]) -> Callable[..., str]:
        return lambda *words: f"{OPEN}{translate(*words)}{CLOSE}" if words[0] else ""

    assert translation.gettext("yes")
    for name in ("gettext", "ngettext", "pgettext", "npgettext"):
        monkeypatch.setattr(translation._trans, name, marking(getattr(translation._trans, name)))  # type: ignore[attr-defined]


def both(message: Message) -> list[tuple[str, str]]:
    """(English, German) of a text; of one that is counted each German form beside the English one for many."""
    ours = message.id if isinstance(message.id, (list, tuple)) else [message.id]
    theirs = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    return [(str(ours[-1]), str(text or "")) for text in theirs]


def test_every_text_has_its_words_in_german() -> None:
    merged = catalogue.merged("de")
    assert [message.id for message in merged if message.id and not all(text for _, text in both(message))] == []
    assert [message.id for message in merged if message.fuzzy and message.id] == []
    assert catalogue.as_text(merged).decode() == (GERMAN / "django.po").read_text(encoding="utf-8"), "python -m tests.support.catalogue"


def test_the_compiled_catalogue_is_that_of_the_words() -> None:
    with (GERMAN / "django.mo").open("rb") as file:
        compiled = GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    for message in catalogue.read("de"):
        if not message.id:
            continue
        key = message.id[0] if message.pluralizable else message.id
        key = f"{message.context}\x04{key}" if message.context else key
        told = [compiled[key, 0], compiled[key, 1]] if message.pluralizable else [compiled[key]]
        assert told == [text for _, text in both(message)]


def test_words_in_german_keep_what_is_put_into_them() -> None:
    dates = {"day", "month", "number", "year", "weekday"}
    for message in catalogue.read("de"):
        for ours, text in both(message) if message.id else ():
            wanted, got = set(re.findall(r"%\((\w+)\)", ours)), set(re.findall(r"%\((\w+)\)", text))
            assert got == wanted or (wanted <= dates and got <= dates), ours
            assert re.findall(r"</?\w+", text) == re.findall(r"</?\w+", ours), ours


def test_things_that_are_counted_are_known() -> None:
    used = {words.one for words in COMPARED.values()}
    for file in sorted((catalogue.SOURCE / "web").rglob("*")):
        if file.suffix == ".html":
            used |= set(re.findall(r'\|plural:"([^"]*)"', file.read_text(encoding="utf-8")))
        elif file.suffix == ".py":
            used |= set(counted(file))
    assert used == set(_NOUNS)


def counted(file: Path) -> Iterator[str]:
    """Nouns that a module counts by name."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "readable.plural" and isinstance(node.args[1], ast.Constant):
            yield str(node.args[1].value)


@pytest.mark.usefixtures("marks")
def test_no_page_says_anything_past_the_catalogue(browser_of_owner: Client, objects: dict[str, list[str | int]]) -> None:
    found = {}
    for name in OURS:
        answer = browser_of_owner.get(address(name, objects))
        assert answer.status_code == 200, name
        if answer.headers["Content-Type"].startswith("text/html") and (texts := unmarked(answer.content.decode())):
            found[name] = texts
    assert found == {}


def test_a_guide_is_in_the_readers_language_and_the_portals_names_stay(browser_of_owner: Client) -> None:
    page = browser_of_owner.get("/accounts/link/ibkr/", headers={"accept-language": "de"}).content.decode()
    assert "Den Flex Web Service einschalten und den Token holen</h2>" in page
    assert "Klicken Sie unter Account Reporting auf Flex Web Service." in page
    assert re.search(r'<p class="path" lang="en"><span>Settings</span>.*?<span>Account Reporting</span>', page)
    answer = browser_of_owner.post("/accounts/link/ibkr/", {"token": "abc", "query_id": "1047263"}, headers={"accept-language": "de"})
    assert "Ein Flex-Token besteht nur aus Ziffern." in answer.content.decode()


def test_what_the_doctor_finds_is_said_in_the_readers_language() -> None:
    short = Finding(Severity.WARNING, "period_short", "", params={"first": "2026-08-18", "last": "2026-09-18", "days": "1032"})
    section = {"section": "Open Positions", "costs": "positions have no value", "option": "Summary", "path": SELECT_OPTION}
    with translation.override("de"):
        assert finding_in_words(short, "ibkr")[0] == (
            "Der Auszug umfasst 1.032 Tage (18.08.2026 bis 18.09.2026); ältere Trades der letzten 365 Tage fehlen."
        )
        message, remedy, lang = finding_in_words(Finding(Severity.WARNING, "open_positions_missing", "", params=section), "ibkr")
        assert message == "Der Abfrage fehlt der Abschnitt Open Positions: Positionen haben keinen Wert."
        assert "klicken Sie auf den Abschnitt Open Positions, kreuzen Sie unter Options Summary an" in remedy
        assert lang == ""
        kept = Finding(Severity.WARNING, "open_positions_missing", "The query lacks it.", "Tick it.", {"section": "Open Positions"})
        assert finding_in_words(kept, "ibkr") == ("The query lacks it.", "Tick it.", "en"), "an older version kept no more"
        sentence = "The query lacks the section Open Positions: positions have no value."
        kept_whole = Finding(Severity.WARNING, "open_positions_missing", sentence, "", {"section": "Open Positions"})
        assert finding_in_words(kept_whole, "ibkr") == (message, "", "")
        row = {"on": "2026-01-15", "why": "its kind %(value)s is not known", "value": "'MOON'", "said": "kind 'MOON'"}
        assert finding_in_words(Finding(Severity.WARNING, "row_not_understood", "", params=row), "apex")[0] == (
            "Eine Zeile vom 15.01.2026 wurde ausgelassen, weil ihre Art 'MOON' unbekannt ist. Sie lautet: kind 'MOON'."
        )
    assert finding_in_words(kept, "ibkr") == ("The query lacks it.", "Tick it.", "")


def test_a_reader_chooses_a_language_and_else_has_that_of_their_browser(owner: User, browser_of_owner: Client) -> None:
    page = "/settings/"
    assert '<html lang="en"' in browser_of_owner.get(page).content.decode()
    answer = browser_of_owner.get(page, headers={"accept-language": "de-AT,de;q=0.9"})
    assert '<html lang="de"' in answer.content.decode()
    assert "Accept-Language" in answer.headers["Vary"]
    browser_of_owner.post("/settings/look/", {"locale": "de"})
    assert User.objects.get(pk=owner.pk).locale == "de"
    assert "Einstellungen</h1>" in browser_of_owner.get(page).content.decode()
    browser_of_owner.post("/settings/look/", {"locale": "browser"})
    assert "Settings</h1>" in browser_of_owner.get(page).content.decode()
    browser_of_owner.post("/settings/look/", {"locale": "xx"})
    assert User.objects.get(pk=owner.pk).locale == ""


def test_numbers_and_days_follow_the_language() -> None:
    with translation.override("de"):
        assert readable.amount(Decimal("10234.5"), "EUR") == "10.234,50"
        assert readable.gain(Decimal("-1234567.891"), "EUR") == "\u22121.234.567,89"
        assert readable.percent(Decimal("12.5"), signed=True) == "+12,5\u202f%"
        assert readable.day(date(2026, 11, 28)) == "28.11.2026"
        assert readable.weekday(date(2026, 11, 28)) == "Sa 28.11."
        assert readable.month(date(2026, 3, 1)) == "März 2026"
        assert readable.days(date(2026, 3, 3), date(2026, 4, 12)) == "03.03. – 12.04.2026"
        assert readable.short_amount(Decimal(12345)) == "+12,3k"
        assert readable.duration(timedelta(days=3, hours=4)) == "3\u00a0T 4\u00a0Std."
        assert readable.plural(1204, "trade") == "1.204 Trades"
        assert readable.size(3400) == "3,4 KB"
    assert readable.amount(Decimal("10234.5"), "EUR") == "10,234.50"
    assert readable.day(date(2026, 11, 28)) == "28 Nov 2026"
    assert readable.days(date(2026, 3, 3), date(2026, 4, 12)) == "3 Mar – 12 Apr 2026"


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [("en", "1,234.5", "1234.5"), ("en", "-0.25", "-0.25"), ("de", "1.234,5", "1234.5"), ("de", "12,5", "12.5"), ("de", "\u22123", "-3")],
)
def test_a_number_is_read_as_its_reader_writes_it(language: str, text: str, number: str) -> None:
    with translation.override(language):
        assert _number(text) == Decimal(number)
        assert _number(as_typed(Decimal(number))) == Decimal(number)


@pytest.mark.parametrize(("language", "text"), [("en", "1,5"), ("en", "12,34.5"), ("de", "12.5"), ("de", "1,234.5"), ("en", "1e5")])
def test_a_number_that_could_mean_another_is_refused(language: str, text: str) -> None:
    with translation.override(language), pytest.raises(ValidationError):
        _number(text)
