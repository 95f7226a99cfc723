"""Texts for people hold no secret, whichever way it got there."""

import pytest

from fillbook.vault.redact import MASK, redact

TOKEN = "123456789012345678901234"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"GET https://host/path?t={TOKEN}&q=987654&v=3", f"GET https://host/path?t={MASK}&q={MASK}&v=3"),
        ("POST token=s3cr3t-value done", f"POST token={MASK} done"),
        ('{"password": "hunter22", "user": "ada"}', f'{{"password": "{MASK}", "user": "ada"}}'),
        ("Authorization: Bearer abc.def.ghi", f"Authorization: {MASK} {MASK}"),
        ("sent Bearer abc.def.ghi", f"sent Bearer {MASK}"),
        (f"the token {TOKEN} was refused", f"the token {MASK} was refused"),
        ("postgresql://ada:pa55@host/db", f"postgresql://{MASK}@host/db"),
        ("kept v1.0a1b2c3d.QUJDREVGR0hJSktMTU5PUFFSU1Q_-1", f"kept {MASK}"),
    ],
)
def test_known_shapes_are_masked(text: str, masked: str) -> None:
    assert redact(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Account U1234567: 1020 trades, 12.345678901234567890 each",
        "12 of 30 rows at 2026-11-20 16:20:00, offset 174651644",
        "run sync-0b9c4a1e-6a8c-4f61-9a43-1d2c3b4a5968-2026-11-20",
    ],
)
def test_plain_words_stay(text: str) -> None:
    assert redact(text) == text


def test_a_registered_secret_is_masked_wherever_it_stands() -> None:
    assert redact("at row 4711-abc of x4711-abcy", ["4711-abc", "4711"]) == f"at row {MASK} of x{MASK}y"
