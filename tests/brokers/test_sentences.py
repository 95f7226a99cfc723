"""What a broker's code says of a document is in its table, which is where other languages find it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import fillbook.brokers
from fillbook.brokers import interface
from fillbook.brokers.manifests import manifests
from fillbook.brokers.sentences import errors, sentences
from fillbook.ledger.sentences import PLACE, Sentences

FOLDER = Path(fillbook.brokers.__file__).parent


def texts_given_to(name: str, folder: Path) -> Iterator[str]:
    """The texts that stand as the first argument of calls of a name."""
    for file in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name and node.args:
                yield from (one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant) and isinstance(one.value, str))


def calls_in(folder: Path) -> Iterator[tuple[str, str, ast.Call]]:
    """(file, what is called, the call) of a folder's code."""
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield file.name, ast.unparse(node.func), node


def places_of(table: Sentences, code: str) -> set[str]:
    """What the sentence of a code needs to be filled in, phrases apart."""
    texts = [table.of[code].message, table.of[code].remedy]
    return {name for text in texts for name in PLACE.findall(text)} - set(table.phrases)


def test_every_broker_has_its_tables() -> None:
    assert set(sentences()) == set(errors()) == set(manifests())


def test_no_error_is_said_past_the_table() -> None:
    """What is no text of a table has no words in another language."""
    kinds = {name for name, one in vars(interface).items() if isinstance(one, type) and issubclass(one, Exception)}
    assert {"NeedsUser", "StatementUnreadable"} <= kinds
    found = [
        f"{file}: {ast.unparse(part)}"
        for broker in manifests()
        for file, called, call in calls_in(FOLDER / broker)
        if called in {*kinds, "FieldError"}
        for part in call.args
        if isinstance(part, ast.JoinedStr) or (isinstance(part, ast.Constant) and " " in str(part.value))
    ]
    assert found == []


def test_every_error_has_its_sentence_and_what_it_needs() -> None:
    for broker, table in errors().items():
        found = 0
        for file, called, call in calls_in(FOLDER / broker):
            of_table = called.endswith(".of") and [ast.unparse(one) for one in call.args[:1]] == ["ERRORS"]
            code = call.args[1] if of_table else call.args[0] if called == "_refused" else None
            given = {"place", *(one.arg for one in call.keywords)}
            if isinstance(code, ast.Constant) and None not in given:
                assert places_of(table, str(code.value)) <= given, f"{file}: {code.value!r}"
                found += 1
        assert found, broker


def test_every_reason_why_a_row_is_not_understood_is_in_the_table() -> None:
    for broker, table in sentences().items():
        said = set(texts_given_to("NotUnderstood", FOLDER / broker))
        assert said <= set(table.words), broker
    assert set(texts_given_to("NotUnderstood", FOLDER / "apex"))
