"""The house rules that no linter knows: purity, names in their rooms, locks without addresses, sizes."""

import ast
import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "fillbook"
BROKERS = SOURCE / "brokers"
TEXT = {".py", ".md", ".toml", ".lock", ".json", ".html", ".css", ".js", ".xml", ".csv", ".txt", ".svg", ".po", ""}

# What pure code may import. A name is added here when it is found to do no I/O, ask no clock and draw no lot.
PURE = set(
    "__future__ abc base64 binascii bisect calendar codecs collections contextlib copy csv dataclasses datetime decimal enum fractions "
    "functools gc hashlib heapq hmac io itertools json math numbers operator re string struct sys types typing typing_extensions "
    "unicodedata urllib xml zoneinfo markdown_it nh3 fillbook".split()
)
VAULT = {*PURE, "cryptography", "os", "secrets"}  # may draw a nonce
IMPURE_CALLS = {"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"}
HARMLESS = {"os": {"urandom"}, "sys": {"version_info", "intern", "maxsize"}}
CLOCKS = {"now", "utcnow", "today", "localtime", "time_ns"}


def files(*folders: Path, suffixes: set[str]) -> Iterator[Path]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            ours = not {"__pycache__", "vendor", "node_modules", ".venv", ".git"} & set(path.parts)
            if path.is_file() and path.suffix in suffixes and ours:
                yield path


def tracked() -> Iterator[Path]:
    """Every text file of the project, apart from what tools make."""
    made = {"uv.lock", ".venv.lock", ".git"}
    yield from (path for path in sorted(ROOT.iterdir()) if path.is_file() and path.suffix in TEXT and path.name not in made)
    yield from files(*(ROOT / name for name in ("src", "tests", "docs", "bench", "assets", ".ci")), suffixes=TEXT)


def pure_files() -> Iterator[Path]:
    yield from files(*(SOURCE / name for name in ("ledger", "trades", "performance", "journal", "vault")), suffixes={".py"})
    yield from (path for path in files(BROKERS, suffixes={".py"}) if path.parent != BROKERS)  # a connector does no I/O of its own


def where(path: Path, node: ast.AST, what: str) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)} {what}"


def impurities(path: Path) -> Iterator[str]:
    allowed = VAULT if path.is_relative_to(SOURCE / "vault") else PURE
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        imported: list[str] = []
        if isinstance(node, ast.Import):
            imported = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            imported = [node.module or ""]
        for name in imported:
            if name.split(".")[0] not in allowed or name in {"urllib.request", "xml.dom.minidom", "xml.sax"}:
                yield where(path, node, f"imports {name}")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS:
            yield where(path, node, f"calls {node.func.id}")
        if isinstance(node, ast.Attribute) and (node.attr in CLOCKS or node.attr not in HARMLESS.get(ast.unparse(node.value), {node.attr})):
            yield where(path, node, f"uses {ast.unparse(node)}")


def test_the_core_and_the_connectors_are_pure() -> None:
    assert [offence for path in pure_files() for offence in impurities(path)] == []


def test_money_is_never_a_float() -> None:
    folders = (SOURCE / name for name in ("ledger", "trades", "performance", "journal", "brokers"))
    found = []
    for path in files(*folders, suffixes={".py"}):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
                found.append(where(path, node, "float()"))
    assert found == []


def test_brokers_are_named_in_their_own_rooms_alone() -> None:
    folders = [path.parent.name for path in BROKERS.glob("*/__init__.py")]
    names = [*folders, "ib", "interactive ?brokers", "apex", "plaid", "snaptrade", "tastytrade", "tradeit"]
    name = re.compile(rf"(?<![a-z])({'|'.join(names)})(?![a-z])", re.IGNORECASE)
    rooms = (path for path in SOURCE.iterdir() if path.is_dir() and path.name not in {"brokers", "sandbox"})
    found = [
        f"{path.relative_to(ROOT)}:{number} {line.strip()}"
        for path in [*SOURCE.glob("*.py"), *files(*rooms, suffixes={".py"})]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if name.search(line)
    ]
    assert found == []


def test_every_broker_is_kept_apart_by_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    apart = next(contract["modules"] for contract in contracts if contract["id"] == "brokers-apart")
    assert sorted(apart) == sorted(f"fillbook.brokers.{path.parent.name}" for path in BROKERS.glob("*/__init__.py"))


def test_locks_hold_a_hash_for_every_package_and_no_address() -> None:
    versions: dict[str, str] = {}
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert not re.search(r"://|^#|^-|index|find-links|@ ", text, re.MULTILINE), (
            f"{lock} holds more than names, versions, markers and hashes"
        )
        for block in re.split(r"\n(?=[a-z])", text.strip()):
            name, version = re.match(r"([\w.-]+)==([\w.]+)", block).groups()  # type: ignore[union-attr]
            assert "--hash=sha256:" in block, f"{name} has no hash in {lock}"
            assert versions.setdefault(name, version) == version, f"{name} has two versions"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    assert {re.split(r"[\[<>=]", word)[0] for word in wanted} <= set(versions), "make the locks again: see CONTRIBUTING.md"


def test_the_lock_of_the_front_end_holds_no_address() -> None:
    text = (ROOT / "assets" / "package-lock.json").read_text(encoding="utf-8")
    assert text.count('"integrity"') == text.count('"node_modules/') > 0
    assert "resolved" not in text
    assert "://" not in text


def test_no_file_names_an_index_or_a_place_of_one_machine() -> None:
    hosts = ["pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".", "yarnpkg" + "."]
    words = re.compile("|".join([*map(re.escape, hosts), r"(?<![\w.$}])/(?:root|work)/"]))
    assert [str(path.relative_to(ROOT)) for path in tracked() if words.search(path.read_text(encoding="utf-8"))] == []


def test_the_shared_folder_is_named_by_the_server_run_alone() -> None:
    folder = "../" + "shared"
    assert [path.relative_to(ROOT).as_posix() for path in tracked() if folder in path.read_text(encoding="utf-8")] == [".ci/run"]


def test_nothing_is_left_unfinished_and_no_test_can_be_skipped() -> None:
    unfinished = re.compile("TO" + "DO|FIX" + r"ME|\bXX" + r"X\b|NotImplemented" + "Error")
    skipped = re.compile(r"pytest\.sk" + r"ip|mark\.sk" + r"ip|mark\.xf" + "ail|import" + "orskip")
    found = [
        path for path in files(SOURCE, suffixes={".py", ".html", ".js", ".css"}) if unfinished.search(path.read_text(encoding="utf-8"))
    ]
    found += [path for path in files(ROOT / "tests", suffixes={".py"}) if skipped.search(path.read_text(encoding="utf-8"))]
    assert [str(path.relative_to(ROOT)) for path in found] == []


def test_migrations_stand_in_one_line() -> None:
    """Each begins where the one before it ended: two that were added at the same time would stop every database."""
    names = sorted(path.stem for path in (SOURCE / "storage" / "migrations").glob("0*.py"))
    assert len({name[:4] for name in names}) == len(names)
    for before, name in pairwise(names):
        text = (SOURCE / "storage" / "migrations" / f"{name}.py").read_text()
        assert f'"storage", "{before}"' in text.replace("'", '"'), f"{name} does not follow {before}"


def test_each_file_tells_one_story() -> None:
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in files(SOURCE, ROOT / "tests", suffixes={".py", ".html", ".js", ".css"})
        if path.parent.name != "migrations"  # written by a program
    }
    assert {name: lines for name, lines in sizes.items() if lines > 500} == {}
    assert len((ROOT / "run.py").read_text(encoding="utf-8").splitlines()) <= 100


def test_run_needs_the_standard_library_alone() -> None:
    tree = ast.parse((ROOT / "run.py").read_text(encoding="utf-8"))
    imported = {alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {(node.module or "").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    standard = set("fcntl hashlib importlib json os pathlib shutil subprocess sys time venv".split())
    assert imported <= standard
