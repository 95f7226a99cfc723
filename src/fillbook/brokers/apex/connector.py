"""The connector: an account id checked, the protocol, the session and the parser under one name."""

from collections.abc import Iterable, Mapping
from typing import Final

from fillbook.brokers.apex import protocol
from fillbook.brokers.apex.accountid import account_id
from fillbook.brokers.apex.envelope import recognize
from fillbook.brokers.apex.login import HOSTS, PortalSession
from fillbook.brokers.apex.parse import parse
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


class ApexClearing:
    """An account id and nothing else: the access itself is granted at the portal, to a login of the operator's."""

    broker: str = "apex"
    hosts: tuple[str, ...] = HOSTS
    session: SharedSession | None = PortalSession()

    def begin(self, user_ref: str, renew: bool = False) -> Form:  # noqa: ARG002 - the same form for everybody
        """The form of the manifest."""
        return Form()

    def complete(self, answer: Mapping[str, str], renew: bool = False) -> Credential | Form:  # noqa: ARG002 - there is one way to say it
        """Check the account id. There is no secret to keep."""
        found = account_id(answer.get("account", ""))
        if found.problem:
            return Form((FieldError("account", found.problem),))
        return Credential({}, account=found.number, notes=found.notes)

    def start(
        self,
        window: DateRange | None,
        new_link: bool = False,
        memory: FetchState = NOTHING,
        config: BrokerConfig = NO_CONFIG,
        account: str = "",
    ) -> FetchState:
        """See `protocol.start`."""
        return protocol.start(window, new_link, memory, config, account)

    def advance(self, state: FetchState, reply: Reply | None) -> tuple[FetchState, Action]:
        """See `protocol.advance`."""
        return protocol.advance(state, reply)

    def parse(self, chunks: Iterable[bytes], config: BrokerConfig = NO_CONFIG) -> ParsedStatement:
        """See `parse.parse`."""
        return parse(chunks, config)

    def recognize(self, head: bytes) -> bool:
        """See `envelope.recognize`."""
        return recognize(head)


CONNECTOR: Final[Connector] = ApexClearing()
"""What `brokers.registry` finds."""
