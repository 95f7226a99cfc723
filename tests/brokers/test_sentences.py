"""What a broker's code says of a document is in its table, which is where other languages find it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import fillbook.brokers
from fillbook.brokers.manifests import manifests
from fillbook.brokers.sentences import sentences

FOLDER = Path(fillbook.brokers.__file__).parent


def texts_given_to(name: str, folder: Path) -> Iterator[str]:
    """The texts that stand as the first argument of calls of a name."""
    for file in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name and node.args:
                yield from (one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant) and isinstance(one.value, str))


def test_every_broker_has_a_table() -> None:
    assert set(sentences()) == set(manifests())


def test_every_reason_why_a_row_is_not_understood_is_in_the_table() -> None:
    for broker, table in sentences().items():
        said = set(texts_given_to("NotUnderstood", FOLDER / broker))
        assert said <= set(table.words), broker
    assert set(texts_given_to("NotUnderstood", FOLDER / "apex"))
