"""The house rules that no linter knows."""

from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_locks_hold_hashes_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert text.count("--hash=sha256:") > text.count("==") > 30
        assert "://" not in text
        assert "index" not in text
