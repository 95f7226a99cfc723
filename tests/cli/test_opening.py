"""`fillbook opening`: the page of what was held before, as a command."""

import json
from pathlib import Path

import pytest

from fillbook.cli import opening_command
from fillbook.cli.stop import Stop
from fillbook.ledger.numbers import ZERO
from fillbook.storage.models import InstrumentRow
from fillbook.storage.stating import Statable
from tests.cli.running import MAKE_USERS, fillbook, python

ADD_A_SALE = """
import sys
from pathlib import Path
from fillbook.storage import start
start.prepare(Path(sys.argv[1]))
start.upgrade()
from dataclasses import replace
from fillbook.storage.models import User
from tests.web.book import ACME, fill, says, utc, write_book
said = replace(says(fill(1, ACME, -10, 12, utc(6, 1))), opened_on=None, positions=(), states_positions=False)
write_book(User.objects.get(), said)
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """10 ACME sold at 12 with a dollar of fees, and no purchase."""
    python(MAKE_USERS, tmp_path / "data", "ann@example.org")
    python(ADD_A_SALE, tmp_path / "data")
    return tmp_path / "data"


def test_stated_changed_and_removed(data: Path) -> None:
    stated = json.loads(fillbook("opening", "--state", "acme", "10", "1,001", "2025-02-03", "--json", "--data", data).stdout)
    ((number, rest),) = [(one.pop("n"), one) for one in stated["stated"]]
    assert rest == {"instrument": "ACME", "instrument_id": "4711", "quantity": "10", "cost": "1001", "day": "2025-02-03"}
    assert stated["unmatched"] == []
    report = json.loads(fillbook("report", "--json", "--data", data).stdout)
    # 120 - 1 - 1,001
    assert (report["stated"], report["groups"][0]["profit"]) == (1, "-882")
    changed = fillbook("opening", "--change", str(number), "4711", "6", "101", "2025-02-03", "--data", data).stdout
    assert "101.00 USD" in changed
    assert "Closed without an opening" in changed
    assert "Nothing." in fillbook("opening", "--remove", str(number), "--data", data).stdout
    refused = fillbook("opening", "--state", "ACME", "1", "1", "2026-06-02", "--data", data)
    assert (refused.returncode, "what you held before it. Nothing was changed." in refused.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["ZORG", "1", "1", "2025-02-03"], "This account has no instrument ZORG."),
        (["CORD", "1", "1", "2025-02-03"], "Several instruments are called CORD; name one by its id: 7, 8."),
        (["ACME", "ten", "1", "2025-02-03"], "UNITS must be a number; ten is none."),
        (["ACME", "1", "NaN", "2025-02-03"], "COST must be a number; NaN is none."),
        (["ACME", "1", "1", "yesterday"], "DAY must be a day such as 2023-04-28; yesterday is none."),
    ],
)
def test_a_word_that_means_nothing_is_named(words: list[str], sentence: str) -> None:
    instruments = {"4711": "ACME", "7": "CORD", "8": "CORD"}
    known = [Statable(InstrumentRow(key=key, symbol=symbol), ZERO, None) for key, symbol in instruments.items()]
    with pytest.raises(Stop) as stopped:
        opening_command._wording(words, known)
    assert (str(stopped.value), stopped.value.status) == (sentence, 2)
