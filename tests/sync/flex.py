"""A broker that speaks the Flex Web Service by script, and small statements for it."""

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.sync.fault_server import Answer, FaultServer, fault_server

TOKEN = "713705191384205928811001"
OTHER_TOKEN = "902846173354018827364502"
QUERY = "1047263"


def accepted(host: str = "ndcdyn.interactivebrokers.com") -> Answer:
    return Answer(
        "<FlexStatementResponse timestamp='21 November, 2026 02:00 AM EST'><Status>Success</Status>"
        f"<ReferenceCode>5550001</ReferenceCode><Url>https://{host}/AccountManagement/FlexWebService/GetStatement</Url>"
        "</FlexStatementResponse>".encode()
    )


def refused(code: int, status: str = "Fail") -> Answer:
    return Answer(
        f"<FlexStatementResponse timestamp='21 November, 2026 02:00 AM EST'><Status>{status}</Status><ErrorCode>{code}</ErrorCode>"
        f"<ErrorMessage>Something about {code}.</ErrorMessage></FlexStatementResponse>".encode()
    )


IN_PROGRESS = refused(1019, "Warn")


@dataclass(frozen=True)
class Fill:
    """One fill of 10 units of one stock; its id is made of the account and the number."""

    number: int
    side: str
    price: int
    day: str

    def xml(self, account: str) -> str:
        quantity = 10 if self.side == "BUY" else -10
        money = quantity * self.price
        return (
            f'<Trade accountId="{account}" currency="USD" fxRateToBase="1" assetCategory="STK" symbol="ACME" description="ACME INC" '
            f'conid="4711" multiplier="1" tradeID="{account[1:]}{self.number:03}" transactionID="9{account[1:]}{self.number:03}" '
            f'dateTime="{self.day};103000" tradeDate="{self.day}" reportDate="{self.day}" transactionType="ExchTrade" exchange="NYSE" '
            f'quantity="{quantity}" tradePrice="{self.price}" tradeMoney="{money}" proceeds="{-money}" taxes="0" ibCommission="-1" '
            f'ibCommissionCurrency="USD" netCash="{-money - 1}" buySell="{self.side}" levelOfDetail="EXECUTION" '
            f'openCloseIndicator="{"O" if self.side == "BUY" else "C"}" notes="" />'
        )


TRIP = (Fill(1, "BUY", 100, "20260105"), Fill(2, "SELL", 110, "20260210"))
"""Bought 10 at 100, sold 10 at 110, one dollar of commission each: 98 dollars."""


BEFORE = (Fill(3, "BUY", 80, "20241104"), Fill(4, "SELL", 90, "20250115"))
"""A round trip of 98 dollars in the year before."""
WINDOWS = [("20241003", "20251002"), ("20231011", "20241009"), ("20221018", "20231017")]
"""365 days each, the last 7 of which were covered before."""
YEAR = ("20250926", "20260925")


def statement(
    *accounts: str, fills: tuple[Fill, ...] = TRIP, filler: int = 0, made: str = "20260926;020000", days: tuple[str, str] = YEAR
) -> bytes:
    """A statement, the same fills in each account. filler: bytes of comments, to make it large."""
    parts = [_account(account, fills, made, days) for account in accounts]
    padding = f"<!--{'x' * 1000}-->" * (filler // 1000)
    statements = f'<FlexStatements count="{len(parts)}">{"".join(parts)}</FlexStatements>'
    return f'<FlexQueryResponse queryName="Book" type="AF">{padding}{statements}</FlexQueryResponse>'.encode()


def _account(account: str, fills: tuple[Fill, ...], made: str, days: tuple[str, str]) -> str:
    period = "Last365CalendarDays" if days == YEAR else ""
    return (
        f'<FlexStatement accountId="{account}" fromDate="{days[0]}" toDate="{days[1]}" period="{period}" whenGenerated="{made}">'
        f'<AccountInformation accountId="{account}" acctAlias="" name="" currency="USD" /><OpenPositions></OpenPositions>'
        f"<Trades>{''.join(fill.xml(account) for fill in fills)}</Trades></FlexStatement>"
    )


@dataclass
class Script:
    """What SendRequest and GetStatement answer, in turn; the last answer repeats."""

    requests: list[Answer] = field(default_factory=lambda: [accepted()])
    statements: list[Answer] = field(default_factory=lambda: [IN_PROGRESS, Answer(statement("U7000001"))])


@dataclass
class Flex(Script):
    """The broker: its script for every token but those with one of their own.

    seen: (call, token) of every request. asked: the days of every SendRequest, ("", "") for the query's own.
    """

    of_token: dict[str, Script] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    server: FaultServer = field(default_factory=FaultServer)

    def answer(self, path: str) -> Answer:
        call = re.search(r"FlexWebService/(\w+)", path)
        token = re.search(r"[?&]t=(\d+)", path)
        assert call is not None
        assert token is not None
        self.seen.append((call[1], token[1]))
        script = self.of_token.get(token[1], self)
        if call[1] != "SendRequest":
            return _next(script.statements)
        given = re.search(r"[?&]fd=(\d+)&td=(\d+)", path)
        self.asked.append((given[1], given[2]) if given else ("", ""))
        return _next(script.requests)

    def calls(self, token: str) -> list[str]:
        """What was called with a token."""
        return [call for call, one in self.seen if one == token]


def _next(answers: list[Answer]) -> Answer:
    return answers.pop(0) if len(answers) > 1 else answers[0]


@contextlib.contextmanager
def flex_server() -> Iterator[Flex]:
    flex = Flex()
    respond: Callable[[str], Answer] = flex.answer
    with fault_server(respond=respond) as server:
        flex.server = server
        yield flex
