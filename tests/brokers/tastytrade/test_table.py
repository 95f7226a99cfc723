"""Files that are damaged, cut or of another kind are refused with the line; rows that mean nothing known are shown."""

import pytest

from fillbook.brokers.interface import StatementUnreadable
from fillbook.brokers.tastytrade.connector import CONNECTOR
from fillbook.ledger.statement import ParsedStatement
from tests.support.golden import STATEMENTS

TODAY = (STATEMENTS / "tastytrade" / "today.csv").read_bytes()
HEADER, *ROWS = TODAY.splitlines()


def read(*rows: bytes) -> ParsedStatement:
    return CONNECTOR.parse([b"\n".join([HEADER, *rows])])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_history"),
        (b"\xff\xfe" + TODAY, "not_text"),
        (b"a,b,c\n1,2,3\n", "not_history"),
        (HEADER, "nothing_in_it"),
        (TODAY[: TODAY.index(b"Sold 100") + 4], "ragged"),
        (TODAY.replace(b'"4,900.00"', b'"4,900.00'), "damaged"),
        (HEADER + b"\n" + ROWS[0] + b",and,more", "ragged"),
    ],
)
def test_what_is_no_whole_history_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(StatementUnreadable) as caught:
        CONNECTOR.parse([data])
    assert caught.value.code == code
    assert str(caught.value).endswith(".")


def test_a_file_in_pieces_with_a_mark_in_front_reads_like_the_whole() -> None:
    whole = CONNECTOR.parse([TODAY])
    pieces = CONNECTOR.parse([b"\xef\xbb\xbf", TODAY[:100], TODAY[100:]])
    assert [row.place for row in pieces.accounts[0].executions] == [row.place + 3 for row in whole.accounts[0].executions]
    assert [row.execution_id for row in pieces.accounts[0].executions] == [row.execution_id for row in whole.accounts[0].executions]
    assert CONNECTOR.recognize(b"\xef\xbb\xbf" + TODAY[:300])
    assert CONNECTOR.recognize(b'"' + HEADER.replace(b",", b'","') + b'"\n')


def test_the_order_of_the_rows_and_the_zone_of_the_viewer_change_nothing() -> None:
    here = [row.replace(b"+0100", b"-0500").replace(b"T16:00", b"T10:00").replace(b"T23:00", b"T17:00") for row in ROWS]
    here = [row.replace(b"T22:00", b"T16:00").replace(b"2026-02-04T01:30", b"2026-02-03T19:30") for row in here]
    (one,), (other,) = read(*ROWS).accounts, read(*here).accounts
    assert [row.execution_id for row in one.executions] == [row.execution_id for row in other.executions]
    assert [row.executed_at for row in one.executions] == [row.executed_at for row in other.executions]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"2026-02-23T16:00:00+0100", b"yesterday"),
        (b"2026-02-23T16:00:00+0100", b"2026-02-23T16:00:00"),
        (b'"4,900.00"', b"lots"),
        (b"SELL_TO_CLOSE,NOVA,", b"MUSE,NOVA,"),
        (b"Trade,Sell to Close", b"Barter,Sell to Close"),
        (b"NOVA,Equity,", b"NOVA,Teapot,"),
    ],
)
def test_a_row_that_cannot_be_understood_is_shown_and_the_others_go_on(old: bytes, new: bytes) -> None:
    parsed = read(ROWS[2].replace(old, new), *ROWS[3:10])
    assert [finding.code for finding in parsed.findings] == ["row_not_understood", "account_unnamed"]
    assert parsed.findings[0].params["line"] == "2"
    assert len(parsed.accounts[0].executions) == 7
