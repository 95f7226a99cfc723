"""Golden statements: what a hand-written document must become, beside it as `NAME.ledger.json`.

    python -m tests.support.golden generate [--force] FILE...     write what the parser says now, then check it by hand
    python -m tests.support.golden compare FILE...                show the differences

A file holds one fact a line, without fields that have their default, so that a diff reads like a list of changed facts. Byte
offsets are left out: they change with every edit of the document.
"""

import argparse
import dataclasses
import difflib
import importlib
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from fillbook.brokers.interface import StatementUnreadable
from fillbook.ledger.instrument import Instrument
from fillbook.ledger.numbers import plain
from fillbook.ledger.statement import AccountStatement, DateRange, Finding, ParsedStatement

STATEMENTS = Path(__file__).parent.parent / "statements"
LISTS = (
    "executions", "corporate_actions", "transfers", "option_events", "positions", "cash_movements", "balances", "rates", "broker_lots",
)  # fmt: skip


_WORDING = frozenset({"costs", "names", "path", "option", "why", "value", "said", "on"})


def documents(broker: str) -> list[Path]:
    """The golden documents of a broker."""
    expectations = (".ledger.json", ".trips.json", ".figures.json")
    files = (path for path in (STATEMENTS / broker).iterdir() if not path.name.endswith(expectations))
    return sorted(path for path in files if path.suffix in {".xml", ".csv", ".json"})


def expected_path(document: Path) -> Path:
    return document.with_suffix(".ledger.json")


def render(document: Path) -> str:
    """What the parser of the document's folder makes of it; of a document that it refuses, the refusal."""
    parse = importlib.import_module(f"fillbook.brokers.{document.parent.name}.parse").parse
    try:
        return dump(parse([document.read_bytes()]))
    except StatementUnreadable as refusal:
        return json.dumps({"refused": refusal.code, "message": refusal.message}, indent=1, ensure_ascii=False) + "\n"


def dump(parsed: ParsedStatement) -> str:
    """A parsed statement as JSON, one fact a line."""
    lines = [f' "title": {_json(parsed.title)}']
    lines += _list(" ", "findings", ([f.severity.value, f.code, *_facts(f)] for f in parsed.findings))
    accounts = [",\n".join(_account(account)) for account in parsed.accounts]
    body = ",\n".join(f"  {{\n{account}\n  }}" for account in accounts)
    return "{\n" + ",\n".join([*lines, f' "accounts": [\n{body}\n ]']) + "\n}\n"


def _account(account: AccountStatement) -> Iterator[str]:
    for field in dataclasses.fields(account):
        value = getattr(account, field.name)
        if field.name == "instruments":
            yield from _list("   ", field.name, (_fact(row) for row in value))
        elif field.name in LISTS:
            yield from _list("   ", field.name, (_fact(row, skip={"account", "place"}) for row in value))
        elif value != field.default:
            yield f'   "{field.name}": {_json(_plain(value))}'


def _list(indent: str, name: str, rows: Iterable[Any]) -> list[str]:
    body = ",\n".join(f"{indent} {_json(row)}" for row in rows)
    return [f'{indent}"{name}": [\n{body}\n{indent}]'] if body else []


def _fact(record: Any, skip: Iterable[str] = ()) -> dict[str, Any]:
    return {
        field.name: _plain(getattr(record, field.name))
        for field in dataclasses.fields(record)
        if field.name not in skip and getattr(record, field.name) != field.default
    }


def _plain(value: Any) -> Any:
    match value:
        case Instrument():
            return value.key
        case DateRange():
            return [value.first.isoformat(), value.last.isoformat()]
        case datetime() | date():
            return value.isoformat().replace("+00:00", "Z")
        case Decimal():
            return plain(value)
        case Enum():
            return value.value
    return value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _facts(finding: Finding) -> list[str]:
    """What a finding is about, without the parts that only make its sentence."""
    return [value for name, value in finding.params.items() if name not in _WORDING]


def generate(paths: Iterable[Path], *, force: bool) -> int:
    """Write the expectations. Refuses to overwrite one unless forced: it was checked by hand."""
    status = 0
    for path in paths:
        target, text = expected_path(path), render(path)
        if target.exists() and not force and target.read_text(encoding="utf-8") != text:
            print(f"{target.name} exists and differs; --force overwrites it", file=sys.stderr)
            status = 1
            continue
        target.write_text(text, encoding="utf-8")
    return status


def compare(paths: Iterable[Path]) -> int:
    """Print how each expectation differs."""
    status = 0
    for path in paths:
        target = expected_path(path)
        old = target.read_text(encoding="utf-8").splitlines() if target.exists() else []
        lines = list(difflib.unified_diff(old, render(path).splitlines(), target.name, "now", lineterm="", n=0))
        print("\n".join(lines) or f"{path.name}: equal")
        status |= bool(lines)
    return status


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["generate", "compare"])
    parser.add_argument("--force", action="store_true")
    parser.add_argument("files", nargs="+", type=Path)
    arguments = parser.parse_args()
    paths = [path.resolve() for path in arguments.files]
    return generate(paths, force=arguments.force) if arguments.what == "generate" else compare(paths)


if __name__ == "__main__":
    sys.exit(main())
