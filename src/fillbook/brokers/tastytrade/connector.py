"""The connector of a broker whose history comes as files alone: it reads, and links nothing."""

from collections.abc import Iterable, Mapping
from typing import Final

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
    Unsupported,
)
from fillbook.brokers.tastytrade.parse import parse
from fillbook.brokers.tastytrade.sentences import ERRORS
from fillbook.brokers.tastytrade.table import recognize
from fillbook.ledger.statement import DateRange, ParsedStatement


class Tastytrade:
    """Files alone."""

    broker: str = "tastytrade"
    hosts: tuple[str, ...] = ()
    session: SharedSession | None = None

    def begin(self, user_ref: str, renew: bool = False) -> Form:  # noqa: ARG002 - there is nothing to ask
        """A form without fields."""
        return Form()

    def complete(self, answer: Mapping[str, str], renew: bool = False) -> Credential | Form:  # noqa: ARG002 - as above
        """Says that there is nothing to link."""
        return Form((FieldError("", ERRORS.message("files_alone")),))

    def start(
        self,
        window: DateRange | None,  # noqa: ARG002 - nothing is fetched
        new_link: bool = False,  # noqa: ARG002
        memory: FetchState = NOTHING,  # noqa: ARG002
        config: BrokerConfig = NO_CONFIG,  # noqa: ARG002
        account: str = "",  # noqa: ARG002
    ) -> FetchState:
        """Says that there is nothing to fetch."""
        raise Unsupported.of(ERRORS, "files_alone")

    def advance(self, state: FetchState, reply: Reply | None) -> tuple[FetchState, Action]:  # noqa: ARG002 - nothing is fetched
        """As `start`."""
        raise Unsupported.of(ERRORS, "files_alone")

    def parse(self, chunks: Iterable[bytes], config: BrokerConfig = NO_CONFIG) -> ParsedStatement:
        """See `parse.parse`."""
        return parse(chunks, config)

    def recognize(self, head: bytes) -> bool:
        """See `table.recognize`."""
        return recognize(head)


CONNECTOR: Final[Connector] = Tastytrade()
"""What `brokers.registry` finds."""
