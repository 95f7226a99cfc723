"""The connector: the link form's answers checked, the protocol and the parser under one name."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from fillbook.brokers.ibkr import protocol
from fillbook.brokers.ibkr.parse import parse, recognize
from fillbook.brokers.ibkr.replies import HOSTS
from fillbook.brokers.ibkr.sentences import FORM
from fillbook.brokers.interface import (
    NO_CONFIG,
    NOTHING,
    Action,
    BrokerConfig,
    Connector,
    Credential,
    FetchState,
    FieldError,
    Form,
    Reply,
    SharedSession,
)
from fillbook.ledger.statement import DateRange, ParsedStatement

TOKEN_DIGITS: Final = range(6, 41)
QUERY_DIGITS: Final = range(3, 13)


class InteractiveBrokers:
    """Flex token and query id, nothing else; both are secrets, and the token is what the service counts requests by."""

    broker: str = "ibkr"
    hosts: tuple[str, ...] = HOSTS
    session: SharedSession | None = None

    def begin(self, user_ref: str, renew: bool = False) -> Form:  # noqa: ARG002 - the same form for everybody
        """The form of the manifest."""
        return Form()

    def complete(self, answer: Mapping[str, str], renew: bool = False) -> Credential | Form:
        """Check what was typed. With `renew` an empty field keeps the secret that the link has."""
        token, query = clean(answer.get("token", "")), clean(answer.get("query_id", ""))
        if renew and not token and not query:
            return Form((FieldError("token", FORM["nothing"]),))
        problems = [("token", token_problem(token, query)), ("query_id", query_problem(token, query))]
        typed = {"token": token, "query_id": query}
        errors = tuple(FieldError(name, problem) for name, problem in problems if problem and not (renew and not typed[name]))
        if errors:
            return Form(errors)
        return Credential({name: value for name, value in typed.items() if value}, rate_secret="token")  # noqa: S106 - a name

    def start(
        self,
        window: DateRange | None,
        new_link: bool = False,
        memory: FetchState = NOTHING,
        config: BrokerConfig = NO_CONFIG,  # noqa: ARG002 - the operator has nothing to set
        account: str = "",  # noqa: ARG002 - the query names its accounts
    ) -> FetchState:
        """See `protocol.start`."""
        return protocol.start(window, new_link, memory)

    def advance(self, state: FetchState, reply: Reply | None) -> tuple[FetchState, Action]:
        """See `protocol.advance`."""
        return protocol.advance(state, reply)

    def parse(self, chunks: Iterable[bytes], config: BrokerConfig = NO_CONFIG) -> ParsedStatement:  # noqa: ARG002 - as above
        """See `parse.parse`."""
        return parse(chunks)

    def recognize(self, head: bytes) -> bool:
        """See `parse.recognize`."""
        return recognize(head)


def clean(text: str) -> str:
    """What was pasted, without spaces, line breaks and the invisible characters that come along from web pages."""
    return "".join(char for char in text if not char.isspace() and unicodedata.category(char) not in {"Cf", "Cc"})


def token_problem(token: str, query: str) -> str:
    """Why this is no token, in one sentence; "" when it may be one."""
    if not token:
        return FORM["no_token"]
    if not _digits(token):
        return FORM["token_letters"]
    if len(token) < QUERY_DIGITS.stop <= len(query) and _digits(query):
        return FORM["swapped"]
    if len(token) not in TOKEN_DIGITS:
        return FORM["token_length"]
    return ""


def query_problem(token: str, query: str) -> str:
    """Why this is no query id, in one sentence; "" when it may be one."""
    if not query:
        return FORM["no_query"]
    if query[:1] in {"U", "u"} and _digits(query[1:]):
        return FORM["account_number"]
    if not _digits(query):
        return FORM["query_letters"]
    if query == token or len(query) >= QUERY_DIGITS.stop:
        return FORM["query_long"]
    if len(query) not in QUERY_DIGITS:
        return FORM["query_length"]
    return ""


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


CONNECTOR: Final[Connector] = InteractiveBrokers()
"""What `brokers.registry` finds."""
