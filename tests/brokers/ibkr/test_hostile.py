"""Documents that are broken, foreign or made to harm: each refused by its own sentence, quickly, in little memory."""

import tracemalloc
from collections.abc import Iterator

import pytest

from fillbook.brokers.ibkr.parse import parse, recognize
from fillbook.brokers.interface import StatementUnreadable
from fillbook.ledger.statement import ParsedStatement
from tests.brokers.ibkr.flex_statements import document, statement, trade

MEBIBYTE = 1024 * 1024
GOOD = document(statement(trade()))
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><FlexQueryResponse queryName="&b;"/>'


def refusal(content: bytes) -> StatementUnreadable:
    with pytest.raises(StatementUnreadable) as refused:
        parse(content[start : start + MEBIBYTE] for start in range(0, max(1, len(content)), MEBIBYTE))
    assert refused.value.message.endswith(".")
    assert len(refused.value.message) < 400
    return refused.value


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b'"ClientAccountID","AccountAlias"\n"U9000001",""\n', "csv"),
        (b'"BOF","U9000001","Fillbook","7"\n', "csv"),
        (b"BOF,U9000001,Fillbook,7\n", "csv"),
        (b"\xef\xbb\xbfClientAccountID,AccountAlias\n", "csv"),
        (b'"MSG","Realized P/L is not ready and has been disabled for this statement."\n', "csv"),
        (b'{"error": "not found"}', "json"),
        (b"[]", "json"),
        (b"502 Bad Gateway", "not_xml"),
        (b"\x1f\x8b\x08\x00compressed", "not_xml"),
        (b"PK\x03\x04", "not_xml"),
        (b"<!DOCTYPE html><html><body>down for maintenance</body></html>", "web_page"),
        (b"\n<!doctype HTML>\n<html lang=en><title>503</title>", "web_page"),
        (b"<html><head><title>503</title></head></html>", "web_page"),
        (b"<HTML></HTML>", "web_page"),
        (b"<OFX></OFX>", "other_xml"),
        (b"<?xml version='1.0' encoding='UTF-7'?><FlexQueryResponse/>", "encoding"),
        (b"<?xml version='1.0' encoding='rot13'?><FlexQueryResponse/>", "encoding"),
        (b"<?xml version='1.0' encoding='x-mac-japanese'?><FlexQueryResponse/>", "encoding"),
        (BOMB, "doctype"),
        (b'<!DOCTYPE FlexQueryResponse SYSTEM "file:///etc/passwd"><FlexQueryResponse/>', "doctype"),
        (b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1/x"> %p;]><FlexQueryResponse/>', "doctype"),
        (b'<FlexQueryResponse queryName="&lol;"/>', "not_well_formed"),
        (b'<FlexQueryResponse queryName="a" queryName="b"/>', "not_well_formed"),
        (b"<FlexQueryResponse><FlexStatements></FlexQueryResponse>", "not_well_formed"),
        (b'<FlexQueryResponse queryName="A & B"/>', "not_well_formed"),
        (b'<FlexQueryResponse queryName="\xff\xfe"/>', "not_well_formed"),
        (b'<FlexQueryResponse queryName="\x00"/>', "not_well_formed"),
        (GOOD + b"<again/>", "not_well_formed"),
        (GOOD[:-1], "truncated"),
        (b'<FlexQueryResponse queryName="x" type="AF"/>', "no_statement"),
        (b'<FlexQueryResponse type="AF"><FlexStatements count="0"></FlexStatements></FlexQueryResponse>', "no_statement"),
        (b'<FlexQueryResponse queryName="x" type="TCF"><FlexStatements count="1"/></FlexQueryResponse>', "trade_confirmations"),
        (document(statement(drop=["Trades"], extra='<TradeConfirms><TradeConfirm price="5"/></TradeConfirms>')), "trade_confirmations"),
        (document(statement(trade()), count="2"), "statement_count"),
        (document(statement(trade(accountId="U" * 100))), "id_too_long"),
        (document(statement(trade(transactionID="7" * 5000))), "id_too_long"),
        (
            document(statement(CorporateActions='<CorporateAction symbol="A" dateTime="20260302" actionID="' + "7" * 500 + '"/>')),
            "id_too_long",
        ),
        (document(statement(trade(quantity=None))), "trades_unusable"),
        (document(statement(trade(dateTime=None, tradeDate=None, reportDate=None))), "trades_unusable"),
        (document(statement(trade(tradePrice=None, proceeds=None, cost=None))), "trades_unusable"),
    ],
)
def test_each_kind_of_wrong_document_has_its_own_sentence(content: bytes, code: str) -> None:
    assert refusal(content).code == code


@pytest.mark.parametrize(
    "reply",
    [
        b"<FlexStatementResponse timestamp='21 November, 2026 10:37 AM EST'><Status>Fail</Status><ErrorCode>1012</ErrorCode>"
        b"<ErrorMessage>Token has expired.</ErrorMessage></FlexStatementResponse>",
        b"<FlexStatementResponse timestamp='x'><Status>Warn</Status><ErrorCode>1019</ErrorCode>"
        b"<ErrorMessage>Statement generation in progress. Please try again shortly.</ErrorMessage></FlexStatementResponse>",
        b"<FlexStatementResponse><Status>Success</Status><ReferenceCode>123</ReferenceCode></FlexStatementResponse>",
    ],
)
def test_an_answer_of_the_service_is_not_a_statement_without_trades(reply: bytes) -> None:
    refused = refusal(reply)
    assert refused.code == "service_reply"
    assert ("1012: Token has expired." in refused.message) == (b"1012" in reply)
    assert recognize(reply)


def test_the_place_of_broken_xml_is_told() -> None:
    refused = refusal(b"<FlexQueryResponse>\n <FlexStatements>\n  <FlexStatement oops>")
    assert "line 3, column 22" in refused.message
    assert refused.place is not None


def nested(depth: int) -> bytes:
    return b'<FlexQueryResponse type="AF">' + b"<a>" * depth + b"</a>" * depth + b"</FlexQueryResponse>"


def test_depth_is_limited() -> None:
    assert refusal(nested(31)).code == "no_statement"
    assert refusal(nested(32)).code == "too_deep"
    assert refusal(nested(300_000)).code == "too_deep"


def test_the_number_of_attributes_is_limited() -> None:
    attributes = " ".join(f'a{number}=""' for number in range(513)).encode()
    assert refusal(b"<FlexQueryResponse " + attributes + b"/>").code == "too_many_attributes"


@pytest.mark.parametrize("closed", [b"/>", b"></Trade>", b"><b/></Trade>", b">\n" + b" " * 70_000 + b"</Trade>"])
def test_a_giant_value_is_refused_wherever_its_element_ends(closed: bytes) -> None:
    start = b'<FlexQueryResponse type="AF"><Trade a="'
    assert refusal(start + b"x" * 65_537 + b'"' + closed + b"</FlexQueryResponse>").code == "value_too_long"
    assert refusal(start + b"x" * 65_536 + b'"' + closed + b"</FlexQueryResponse>").code == "no_statement"


def test_a_giant_value_that_straddles_chunks_is_refused() -> None:
    head = b'<FlexQueryResponse type="AF">' + b"<a/>" * 60_000
    content = head + b'<Trade a="' + b"x" * 70_000 + b'"/></FlexQueryResponse>'
    assert refusal(content).code == "value_too_long"


@pytest.mark.parametrize("inside", ['<Trade a="', "<!--", "<?pi ", "<![CDATA["])
def test_what_never_ends_is_refused_before_it_fills_the_memory(inside: str) -> None:
    def endless() -> Iterator[bytes]:
        yield f'<FlexQueryResponse type="AF">{inside}'.encode()
        for _ in range(100):
            yield b"x" * MEBIBYTE

    tracemalloc.start()
    with pytest.raises(StatementUnreadable) as refused:
        parse(endless())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.code in {"element_too_long", "truncated", "not_well_formed"}
    assert peak < 32 * MEBIBYTE


@pytest.mark.parametrize(
    "tag", ["dataclass", "datetime", "Decimal", "__class__", "__init__", "eval", "exec", "os", "parse", "StatementUnreadable", "take"]
)
def test_a_name_is_never_looked_up_in_code(tag: str) -> None:
    extra = f'<{tag} accountId="U9000001" quantity="1"><{tag} quantity="2" /></{tag}>'
    parsed = parse([document(statement(trade(), extra=extra))])
    assert [len(account.executions) for account in parsed.accounts] == [1]
    assert [f.params["sections"] for f in parsed.findings if f.code == "sections_not_read"] == [tag]


def test_a_flood_of_invented_names_is_forgotten() -> None:
    flood = "".join(f'<t{number} a{number}="1" />' for number in range(20_000))
    rows = "".join(f'<CorporateAction accountId="U1" symbol="A" dateTime="20260302" x{number}="1" />' for number in range(3_000))
    tracemalloc.start()
    parsed = parse([document(statement(trade(), extra=flood, CorporateActions=rows))])
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(len(repr(finding)) for finding in parsed.findings) < 100_000
    assert kept < 32 * MEBIBYTE


def test_one_id_on_many_differing_rows_takes_no_square_of_time() -> None:
    rows = [trade(transactionID="7", quantity=str(number), proceeds=str(-50 * number)) for number in range(1, 5_001)]
    fills = parse([document(statement(*rows))]).accounts[0].executions
    assert len({execution.execution_id for execution in fills}) == 5_000
    assert fills[4_999].execution_id == "7~5000"


def test_long_words_take_no_square_of_time() -> None:
    word = "9" * 30_000
    row = (
        f'<CorporateAction accountId="U9000001" symbol="A" type="TC" dateTime="20260302" description="{word} FOR {word} ({" " * 4_000}" />'
    )
    parsed = parse([document(statement(CorporateActions=row))])
    (action,) = parsed.accounts[0].corporate_actions
    assert action.ratio_new is None
    assert len(action.description) <= 1_000


def text_of(parsed: ParsedStatement) -> str:
    return parsed.accounts[0].executions[0].instrument.description


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1"])
def test_other_encodings_are_read_when_they_say_what_they_are(encoding: str) -> None:
    content = document(statement(trade(description="Müller & Söhne"))).decode()
    if encoding.startswith("utf-16-"):
        content = "\ufeff" + content
    elif encoding == "iso-8859-1":
        content = f"<?xml version='1.0' encoding='ISO-8859-1'?>{content}"
    assert text_of(parse([content.encode(encoding)])) == "Müller & Söhne"
    assert recognize(content.encode(encoding))


@pytest.mark.parametrize(
    ("head", "ours"),
    [
        (GOOD[:60], True),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- saved -->\n<FlexQueryResponse", True),
        (b'"ClientAccountID","AccountAlias"', True),
        (b"BOF,U9000001", True),
        (b"<OFX>", False),
        (b"<html>FlexQueryResponse</html>", False),
        (b"Date,Type,Action,Symbol\n", False),
        (b"", False),
        (b"{}", False),
    ],
)
def test_our_files_are_told_from_others(head: bytes, ours: bool) -> None:
    assert recognize(head) is ours
