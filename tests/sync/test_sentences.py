"""What sync, storage and journal say to people stands in their tables, which is where other languages find it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import fillbook
from fillbook.journal import sentences as of_journal
from fillbook.ledger.sentences import PLACE, Sentences
from fillbook.storage import sentences as of_storage
from fillbook.sync import sentences as of_sync

SOURCE = Path(fillbook.__file__).parent
TOLD = set(
    "NeedsUser NotGranted OurFault NotReady RateLimited Transient Unsupported StatementUnreadable "
    "Refused Trouble TooMany FieldError MailRefused BadSetting AccountTaken "
    "CannotRegroup CannotSave CannotState BadTag BadNote BadPlan".split()
)


def calls_in(package: str) -> Iterator[tuple[str, str, ast.Call]]:
    """(file, what is called, the call)"""
    for file in sorted((SOURCE / package).glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield file.name, ast.unparse(node.func), node


@pytest.mark.parametrize("package", ["sync", "storage", "journal"])
def test_nothing_is_told_past_the_table(package: str) -> None:
    found = [
        f"{file}: {ast.unparse(part)}"
        for file, called, call in calls_in(package)
        if called in TOLD
        for part in call.args
        if isinstance(part, ast.JoinedStr) or (isinstance(part, ast.Constant) and " " in str(part.value))
    ]
    # two that no page shows: how many processes may work on a database, and what a field of the database refuses
    assert [one for one in found if not one.startswith(("executors.py", "fields.py"))] == []


@pytest.mark.parametrize(
    ("package", "table"), [("sync", of_sync.SENTENCES), ("storage", of_storage.SENTENCES), ("journal", of_journal.SENTENCES)]
)
def test_every_sentence_that_is_told_is_in_the_table_with_what_it_needs(package: str, table: Sentences) -> None:
    used = set()
    for file, called, call in calls_in(package):
        if called in {"message", "_said", "_price"} and call.args:
            for code in (one.value for one in ast.walk(call.args[0]) if isinstance(one, ast.Constant) and str(one.value) in table.of):
                places = set(PLACE.findall(table.of[str(code)].message + table.of[str(code)].remedy))
                assert places == {one.arg for one in call.keywords}, f"{file}: {code!r}"
                used.add(str(code))
    several = {one for one in table.of if one.startswith(("other_account", "account_linked", "accounts_linked"))}
    assert used == set(table.of) - several
