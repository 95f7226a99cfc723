"""The texts of the pages as a catalogue: `python -m tests.support.catalogue` brings src/fillbook/web/locale up to date.

It finds every text that Python and templates mark, merges them into each language's django.po (what is new is empty there, what is gone
is dropped) and compiles django.mo. The compiled file is committed: who installs Fillbook needs no tool to have its pages in their language.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import django
from babel.messages import pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo

ROOT: Final = Path(__file__).parents[2]
SOURCE: Final = ROOT / "src/fillbook"
LOCALE: Final = SOURCE / "web/locale"
KEYWORDS: Final = {**DEFAULT_KEYWORDS, "gettext_lazy": None, "ngettext_lazy": (1, 2), "pgettext_lazy": ((1, "c"), 2)}
PLACES: Final = ("web", "sync")
"""Packages whose texts people see on pages and in mails."""
UNDATED: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""A real date would make every compiled file another one."""
HEADER: Final = """msgid ""
msgstr ""
"Project-Id-Version: Fillbook\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""


def texts() -> Catalog:
    """All texts that are marked."""
    found = Catalog(fuzzy=False)
    for place in PLACES:
        for file in sorted([*(SOURCE / place).rglob("*.py"), *(SOURCE / place).rglob("*.html")]):
            name = str(file.relative_to(SOURCE))
            for line, message, comments, context in extract("python", io.BytesIO(_as_python(file)), KEYWORDS, ["Translators:"]):
                found.add(message, locations=[(name, line)], auto_comments=comments, context=context)
    for name, text in _tables():
        found.add(text, locations=[(name, 1)])
    return found


def _as_python(file: Path) -> bytes:
    """A module as it is; of a template the calls that the framework makes of its marks."""
    if file.suffix == ".py":
        return file.read_bytes()
    from django.utils.translation import templatize

    return str(templatize(file.read_text(encoding="utf-8"), origin=str(file))).encode()


def _tables() -> Iterator[tuple[str, str]]:
    """Texts that stand by code where no language is known, or where commands show them as they are; pages translate them."""
    from fillbook.sync import operators, service
    from fillbook.trades import completeness, fees, reasons
    from fillbook.web import brokerwords

    for module, table in (
        (completeness, completeness.CAUSES.values()),
        (fees, fees.SENTENCES.values()),
        (reasons, reasons.SENTENCES.values()),
        (service, service.STEPS.values()),
        (operators, [text for field in operators.form_of(operators.MAIL).fields for text in (field.label, field.help)]),
    ):
        for text in table:
            if text:
                yield f"{module.__name__.removeprefix('fillbook.').replace('.', '/')}.py", text
    yield from brokerwords.every_text()


def read(language: str) -> Catalog:
    """A language's catalogue as it is committed."""
    with (LOCALE / language / "LC_MESSAGES/django.po").open("rb") as file:
        return pofile.read_po(file, locale=language)


def merged(language: str) -> Catalog:
    """A language's catalogue with exactly the texts of today; nothing is guessed from a similar text."""
    old, new = read(language), texts()
    old.update(new, no_fuzzy_matching=True)
    old.obsolete.clear()
    return old


def as_text(catalogue: Catalog) -> bytes:
    """As it stands in a file: by text, without places and dates, so that a change of it is a change of words."""
    written = io.BytesIO()
    pofile.write_po(written, catalogue, width=140, no_location=True, omit_header=True, sort_output=True)
    head = HEADER.format(language=catalogue.locale, plural=catalogue.plural_forms)
    return head.encode() + written.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """What the framework reads."""
    catalogue.creation_date = catalogue.revision_date = UNDATED
    written = io.BytesIO()
    write_mo(written, catalogue)
    return written.getvalue()


def renew() -> None:
    """Write both files of each language, and say what has no words yet."""
    for folder in sorted(LOCALE.iterdir()):
        catalogue = merged(folder.name)
        for message in catalogue:
            if message.id and not message.string:
                print(f"{folder.name}: no words for {message.id!r}")
        (folder / "LC_MESSAGES/django.po").write_bytes(as_text(catalogue))
        (folder / "LC_MESSAGES/django.mo").write_bytes(compiled(catalogue))


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fillbook.settings")
    django.setup()
    renew()
