"""Drive the Flex protocol with a script of replies: what it asked for and what came of it. No network, no clock."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import cycle
from typing import Any

from fillbook.brokers.ibkr import protocol
from fillbook.brokers.interface import BrokerError, Done, Page, Reply, Request, Send, Wait
from fillbook.ledger.statement import DateRange

STAMP = "28 September, 2026 10:37 AM EDT"


def response(inner: str, stamp: str = STAMP) -> Reply:
    return Reply(200, f"<FlexStatementResponse timestamp='{stamp}'>{inner}</FlexStatementResponse>".encode())


def accepted(reference: str = "1234567890", url: str = "", stamp: str = STAMP) -> Reply:
    at = f"<Url>{url}</Url>" if url else ""
    return response(f"<Status>Success</Status><ReferenceCode>{reference}</ReferenceCode>{at}", stamp)


def refused(code: int | str, text: str = "Told so.", status: str = "Fail") -> Reply:
    return response(f"<Status>{status}</Status><ErrorCode>{code}</ErrorCode><ErrorMessage>{text}</ErrorMessage>")


WORKING = refused(1019, "Statement generation in progress. Please try again shortly.", "Warn")


def statement(first: str, last: str, more: str = "") -> Reply:
    body = (
        f'<FlexQueryResponse queryName="Fillbook" type="AF"><FlexStatements count="1">'
        f'<FlexStatement accountId="U9100004" fromDate="{first}" toDate="{last}" period="" whenGenerated="20260928;060500">{more}'
        f"</FlexStatement></FlexStatements></FlexQueryResponse>"
    )
    return Reply(200, body.encode())


YEAR = statement("20250926", "20260925")
FAILED = {name: Reply(0, failure=name) for name in ("connect", "timeout", "too_large", "redirect")}


@dataclass
class Told:
    """What a fetch did: requests in order, seconds waited, pages, and how it ended (None: Done)."""

    requests: list[Request] = field(default_factory=list)
    waits: list[int] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    states: list[Mapping[str, Any]] = field(default_factory=list)
    error: BrokerError | None = None

    @property
    def asked(self) -> list[str]:
        """Each request in short: `SendRequest p=365`, `GetStatement 123`."""
        return [_short(request) for request in self.requests]

    @property
    def memory(self) -> dict[str, Any]:
        remembered = self.states[-1]["memory"]
        assert isinstance(remembered, dict)
        return remembered

    @property
    def code(self) -> str:
        return self.error.code if self.error else "done"


def _short(request: Request) -> str:
    name = request.path.rpartition("/")[2]
    parts = [value if key == "q" else f"{key}={value}" for key, value in request.query if key != "v"]
    return " ".join([name, *parts])


def drive(
    *replies: Reply,
    window: DateRange | None = None,
    new_link: bool = False,
    memory: Mapping[str, Any] | None = None,
    for_ever: bool = False,
) -> Told:
    """Run until Done or an error, over the replies in turn (`for_ever`: again and again).

    Every state goes through JSON, as a durable driver's would.
    """
    told, script = Told(), cycle(replies) if for_ever else iter(replies)
    state, reply = protocol.start(window, new_link, memory or {}), None
    for _ in range(2000):
        told.states.append(state)
        try:
            state, action = protocol.advance(json.loads(json.dumps(state)), reply)
        except BrokerError as error:
            told.error = error
            return told
        told.states.append(state)
        reply = None
        match action:
            case Done():
                assert for_ever or next(script, None) is None, "the script has replies left"
                return told
            case Wait(seconds):
                told.waits.append(seconds)
            case Page():
                told.pages.append(action)
            case Send(request):
                told.requests.append(request)
                reply = next(script)
    raise AssertionError("the fetch never ends")


def days(first: str, last: str) -> DateRange:
    return DateRange(date.fromisoformat(first), date.fromisoformat(last))
