"""Ways in which a statement can be broken, edited, or made to lie: bytes in, other bytes out, all decided by one generator.

Half of them damage the document (bytes, cuts, entities, encodings); the others keep it readable and change what it says (values, rows,
sections), so that what is wrong reaches matching, reconciliation and the bridge.
"""

import random
import re
from collections.abc import Callable
from typing import Final

Mutator = Callable[[bytes, random.Random], bytes]

_ATTRIBUTE: Final = re.compile(rb' ([A-Za-z]\w*)="([^"]*)"')
_ROW: Final = re.compile(
    rb"<(?:Trade|OpenPosition|CorporateAction|OptionEAE|Transfer|TradeTransfer|SecurityInfo|AccountInformation) [^<>]*/>"
)
_SECTION: Final = re.compile(
    rb"<(Trades|OpenPositions|CorporateActions|OptionEAE|TradeTransfers|Transfers|SecuritiesInfo)>.*?</\1>", re.DOTALL
)
_STATEMENT: Final = re.compile(rb"<FlexStatement .*?</FlexStatement>", re.DOTALL)

_NUMBERS: Final = (
    "NaN sNaN Infinity -inf 1e999 -1E999 1E20 1e-18 1E-99 99999999999999999999 -99999999999999999999 100000000000000000000 1e19 "
    "0.000000000000000001 -0 .5 5. -.0 +7 1,000 1,2,3 1,000.5.5 0x10 1_000 -- N/A MULTI 1/3 ١٢٣ １２ − "
    "0.1234567890123456789 1;2 00012 1e1 12e-2"
).split()
_DATES: Final = (
    "99999999 20260230 00010101 29991231 20260302;250000 20260302;095960 2026-03-02;10:00:00 03/02/2026 02/03/2026 13/13/2026 29/02/26 "
    "02-MAR-26 02-XXX-26 20260302;100000 20260302;100000EST 20260302T100000 2026-03-02,100000 MULTI 0 1e8 20260308;023000 20261101;013000 "
    "18991231 22000101"
).split()
_WORDS: Final = {
    b"openCloseIndicator": ("O", "C", "C;O", "", "-", "X"),
    b"transactionType": (
        "ExchTrade", "BookTrade", "TradeCancel", "TradeCorrect", "FracShare", "FracShareCancel", "DvpTrade", "", "MoonTrade",
        "Expiration", "Assignment", "Exercise", "Buy", "Sell", "Cash Settlement",
    ),
    b"notes": ("", "Ca", "A", "Ex", "Ep", "A;P", "LD", "LI", "HC", "AFx", "FP;RP", "P;IA", "ZZ;;", "Ca;A;Ex;Ep"),
    b"buySell": ("BUY", "SELL", "BUY (Ca.)", "SELL (Ca.)", "", "HOLD"),
    b"assetCategory": ("STK", "OPT", "FUT", "FOP", "CASH", "CFD", "BOND", "BILL", "WAR", "IOPT", "FUND", "CRYPTO", "CMDTY", "", "NFT"),
    b"type": (
        "FS", "RS", "IC", "SO", "SD", "HI", "TC", "TO", "RI", "SR", "OR", "DW", "BM", "TM", "CD", "GV", "ZZ", "", "FOP", "ACATS", "AF",
        "TCF",
    ),
    b"code": ("", "Ca", "LD", "Ca;X"),
    b"direction": ("IN", "OUT", "From", "To", ""),
    b"levelOfDetail": ("EXECUTION", "SUMMARY", "LOT", "DETAIL", "ORDER", "CLOSED_LOT", ""),
    b"currency": ("USD", "EUR", "JPY", "", "XXX", "usd"),
    b"ibCommissionCurrency": ("USD", "EUR", "", "BTC"),
    b"putCall": ("C", "P", "", "X"),
    b"accountId": ("U9000001", "U9000002", "-", "", "DU90001", "alias"),
    b"model": ("", "Independent", "Growth"),
    b"conid": ("9001", "9002", "", "0", "-1"),
    b"symbol": ("ACM", "KMX", "", "ACM   260417C00012000", "EUR.USD", "ACM.OLD"),
    b"multiplier": ("1", "100", "0", "-1", "50", ""),
    b"subCategory": ("COMMON", "REIT", "ETF", ""),
    b"fxRateToBase": ("1", "0", "-1", "1.1", "1e-18", ""),
}  # fmt: skip
_TAGS: Final = (b"Trade", b"Order", b"Lot", b"OpenPosition", b"CorporateAction", b"OptionEAE", b"Transfer", b"TradeTransfer", b"Unheard")
_BOMB: Final = b'<!DOCTYPE a [<!ENTITY a "' + b"x" * 50 + b'"><!ENTITY b "' + b"&a;" * 50 + b'">]>'
_WEDGES: Final = (
    _BOMB, b'<!DOCTYPE r SYSTEM "file:///etc/passwd">', b"&b;", b"&lt;", b"&#0;", b"&#x41;", b"&#1114112;", b"<![CDATA[x]]>", b"<!-- x -->",
    b"<?pi x?>", b"<x:y/>", b"</FlexStatement>", b"<FlexStatement>", b"<Trade/>", b"<Trade />", b"\x00", b"\xff\xfe", b"]]>", b"<", b'"',
    b"'", b"<Message message='Realized P/L is not ready'/>",
)  # fmt: skip


def mutate(document: bytes, dice: random.Random) -> bytes:
    """One to four mutations; what each does depends on nothing but `dice`."""
    for _ in range(dice.choice((1, 1, 2, 2, 3, 4))):
        document = dice.choice(MUTATORS)(document, dice)
    return document


def flip_bytes(document: bytes, dice: random.Random) -> bytes:
    """A few bits turned."""
    broken = bytearray(document)
    for _ in range(dice.randint(1, 4)):
        if broken:
            broken[dice.randrange(len(broken))] ^= 1 << dice.randrange(8)
    return bytes(broken)


def cut(document: bytes, dice: random.Random) -> bytes:
    """The end, or something in the middle, is missing."""
    at = dice.randrange(len(document) + 1)
    return document[:at] + (b"" if dice.random() < 0.5 else document[at + dice.randint(1, 400) :])


def repeat_bytes(document: bytes, dice: random.Random) -> bytes:
    """A piece comes twice."""
    at, size = dice.randrange(len(document) + 1), dice.randint(1, 2000)
    return document[: at + size] + document[at:]


def wedge(document: bytes, dice: random.Random) -> bytes:
    """Something that does not belong there, at a place between elements or anywhere."""
    places = [found.end() for found in re.finditer(b">", document)] if dice.random() < 0.7 else []
    at = dice.choice(places) if places else dice.randrange(len(document) + 1)
    return document[:at] + dice.choice(_WEDGES) + document[at:]


def recode(document: bytes, dice: random.Random) -> bytes:
    """Another encoding, said or not, and byte order marks."""
    name = dice.choice(("utf-16", "utf-16-le", "utf-32", "utf-7", "latin-1", "cp037"))
    said = f'<?xml version="1.0" encoding="{dice.choice((name, "utf-8", "nonsense"))}"?>' if dice.random() < 0.6 else ""
    text = said + document.decode("utf-8", "replace")
    return dice.choice((b"", b"\xef\xbb\xbf")) + text.encode(name, "replace")


def swell(document: bytes, dice: random.Random) -> bytes:
    """A giant value, a crowd of attributes, or elements nested deep."""
    place = re.search(rb"<(?:Trade|OpenPosition) ", document)
    at = place.end() if place else len(document) // 2
    kind = dice.randrange(3)
    if kind == 0:
        return document[:at] + b'giant="' + b"9" * dice.choice((1000, 65_537, 1_500_000)) + b'" ' + document[at:]
    if kind == 1:
        crowd = b"".join(b'a%d="1" ' % number for number in range(dice.choice((100, 513, 5000))))
        return document[:at] + crowd + document[at:]
    depth = dice.choice((10, 40, 5000))
    at = max(document.rfind(b"<", 0, at), 0)
    return document[:at] + b"<x>" * depth + b"</x>" * depth + document[at:]


def set_value(document: bytes, dice: random.Random) -> bytes:
    """One attribute, or all of its name, gets another value: of its own kind, or one that no statement holds."""
    found = _pick(document, dice)
    if found is None:
        return document
    name, old = found[1], found[2]
    value = _another(name, old, dice)
    if dice.random() < 0.2:
        return re.sub(rb' %s="[^"]*"' % name, lambda _: b' %s="%s"' % (name, value), document)
    return document[: found.start(2)] + value + document[found.end(2) :]


def drop_attribute(document: bytes, dice: random.Random) -> bytes:
    """An attribute is missing, in one row or in all."""
    found = _pick(document, dice)
    if found is None:
        return document
    if dice.random() < 0.5:
        return re.sub(rb' %s="[^"]*"' % found[1], b"", document)
    return document[: found.start()] + document[found.end() :]


def repeat_attribute(document: bytes, dice: random.Random) -> bytes:
    """An attribute comes twice in one element, or under a new name."""
    found = _pick(document, dice)
    if found is None:
        return document
    extra = found[0] if dice.random() < 0.3 else b' %sX="%s"' % (found[1], found[2])
    return document[: found.end()] + extra + document[found.end() :]


def swap_values(document: bytes, dice: random.Random) -> bytes:
    """Two attributes exchange their values."""
    found = sorted((one for one in (_pick(document, dice), _pick(document, dice)) if one is not None), key=lambda one: one.start())
    if len(found) < 2 or found[0].start() == found[1].start():
        return document
    first, second = found
    between = document[first.end(2) : second.start(2)]
    return document[: first.start(2)] + second[2] + between + first[2] + document[second.end(2) :]


def drop_row(document: bytes, dice: random.Random) -> bytes:
    """A row is missing."""
    row = _choose(_ROW, document, dice)
    return document if row is None else document[: row.start()] + document[row.end() :]


def repeat_row(document: bytes, dice: random.Random) -> bytes:
    """A row comes again, under its own id or another one, up to many times."""
    row = _choose(_ROW, document, dice)
    if row is None:
        return document
    again = row[0]
    if dice.random() < 0.6:
        again = re.sub(rb' transactionID="(\d*)"', b' transactionID="%d"' % dice.randrange(10**9), again)
    return document[: row.end()] + again * dice.choice((1, 1, 2, 50)) + document[row.end() :]


def move_row(document: bytes, dice: random.Random) -> bytes:
    """A row stands at another row's place, in whatever section that is."""
    row, other = _choose(_ROW, document, dice), _choose(_ROW, document, dice)
    if row is None or other is None or row.start() >= other.start():
        return document
    return document[: row.start()] + other[0] + document[row.end() : other.start()] + row[0] + document[other.end() :]


def rename_row(document: bytes, dice: random.Random) -> bytes:
    """A row of one section poses as another's."""
    row = _choose(_ROW, document, dice)
    if row is None:
        return document
    renamed = re.sub(rb"^<\w+", b"<" + dice.choice(_TAGS), row[0])
    return document[: row.start()] + renamed + document[row.end() :]


def turn_sign(document: bytes, dice: random.Random) -> bytes:
    """Bought becomes sold, paid becomes received."""
    row = _choose(_ROW, document, dice)
    if row is None:
        return document
    name = dice.choice(
        (b"quantity", b"position", b"proceeds", b"cost", b"fifoPnlRealized", b"ibCommission", b"tradePrice", b"costBasisMoney")
    )
    found = re.search(rb' %s="(-?)([^"]*)"' % name, row[0])
    if found is None:
        return document
    value = found[2] if found[1] else b"-" + found[2]
    return document[: row.start() + found.start(1)] + value + document[row.start() + found.end(2) :]


def drop_section(document: bytes, dice: random.Random) -> bytes:
    """A section is missing, or empty."""
    section = _choose(_SECTION, document, dice)
    if section is None:
        return document
    left = b"" if dice.random() < 0.5 else b"<%s/>" % section[1]
    return document[: section.start()] + left + document[section.end() :]


def swap_sections(document: bytes, dice: random.Random) -> bytes:
    """Two sections change places, or one stands inside the other."""
    one, other = _choose(_SECTION, document, dice), _choose(_SECTION, document, dice)
    if one is None or other is None or one.end() > other.start():
        return document
    if dice.random() < 0.2:
        at = one.end() - len(one[1]) - 3
        return document[:at] + other[0] + document[at : other.start()] + document[other.end() :]
    return document[: one.start()] + other[0] + document[one.end() : other.start()] + one[0] + document[other.end() :]


def repeat_statement(document: bytes, dice: random.Random) -> bytes:
    """The same statement twice, as an overlapping delivery has it; counted right or wrong."""
    statement = _choose(_STATEMENT, document, dice)
    if statement is None:
        return document
    doubled = document[: statement.end()] + statement[0] + document[statement.end() :]
    return re.sub(rb'count="\d*"', b'count="2"', doubled, count=1) if dice.random() < 0.7 else doubled


def _another(name: bytes, old: bytes, dice: random.Random) -> bytes:
    if name in _WORDS and dice.random() < 0.8:
        return dice.choice(_WORDS[name]).encode()
    if old.isdigit() and len(old) == 8 and dice.random() < 0.7:
        return dice.choice(_DATES).encode()
    kind = dice.random()
    if kind < 0.5:
        return dice.choice(_NUMBERS).encode()
    if kind < 0.6:
        return dice.choice(_DATES).encode()
    if kind < 0.8:
        return str(dice.randint(-1000, 1000)).encode()
    if kind < 0.9:
        return (old + b"0" * dice.randint(1, 12)) if old else b"0"
    return dice.choice((b"", b"x" * 300, b"\xc3\xa9\xe2\x82\xac", b"\x7f", b"&amp;", b"a;b,c"))


def _pick(document: bytes, dice: random.Random) -> re.Match[bytes] | None:
    """An attribute near a random place, so that long documents cost no more than short ones."""
    if not document:
        return None
    at = dice.randrange(len(document))
    return _ATTRIBUTE.search(document, at, at + 5000) or _ATTRIBUTE.search(document, 0, 5000)


def _choose(pattern: re.Pattern[bytes], document: bytes, dice: random.Random) -> re.Match[bytes] | None:
    if not document:
        return None
    return pattern.search(document, dice.randrange(len(document))) or pattern.search(document)


MUTATORS: Final[tuple[Mutator, ...]] = (
    flip_bytes, cut, repeat_bytes, wedge, recode, swell,
    *(set_value,) * 8, *(turn_sign,) * 3, *(repeat_row,) * 3, *(drop_row,) * 2, *(move_row,) * 2,
    drop_attribute, drop_attribute, repeat_attribute, swap_values, swap_values, rename_row, drop_section, swap_sections, repeat_statement,
)  # fmt: skip
"""Those that keep a document readable come more often: a broken one is refused at its first broken byte."""
