"""Every setting is in the manual, and the manual names no other."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_manual_names_every_setting() -> None:
    manual = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(FILLBOOK_[A-Z_]+)` \|", manual, re.MULTILINE))
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")]
    used = {name for source in sources for name in re.findall(r"[\"'](FILLBOOK_[A-Z_]+)[\"']", source)}
    assert documented == used
    assert {"FILLBOOK_DATA", "FILLBOOK_VAULT"} <= used
