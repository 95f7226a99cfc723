"""What a connector is.

A connector does no I/O of its own and keeps no state. Whoever drives it (sync with durable steps and rate-limited queues, the CLI
and tests with a plain loop) sends its requests, adds secrets last, sleeps its waits and keeps its pages:

    state = connector.start(window)
    action, reply = None, None
    while not isinstance(action, Done):
        state, action = connector.advance(state, reply)       # raises a BrokerError that says who acts
        reply = send(action.request) if isinstance(action, Send) else None
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Protocol, Self

from fillbook.ledger.sentences import Sentences
from fillbook.ledger.statement import DateRange, ParsedStatement

FetchState = Mapping[str, Any]
"""A fetch in progress, as JSON values. Holds no secret, so it may be stored and logged.

`memory`, where present, is what the link should keep and hand to its next `start` (for example which form of request worked)."""

NOTHING: Final[FetchState] = MappingProxyType({})
"""What a link remembers before its first fetch."""


class Endpoint(StrEnum):
    """Where a link's requests go: the broker's own hosts, or our sandbox on loopback."""

    LIVE = "live"
    SANDBOX = "sandbox"


CONFIG: Final = "config."
SESSION: Final = "session."
"""What the names of secrets begin with that are the operator's, and the shared session's; all others are the link's own."""


@dataclass(frozen=True, slots=True)
class BrokerConfig:
    """What the operator of the instance set for a broker (`[[settings]]` of its manifest), as far as it is no secret.

    values: name -> value, defaults filled in. secrets: names of the secret ones that are set; a request refers to one as "config.NAME".
    """

    values: Mapping[str, str] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()


NO_CONFIG: Final = BrokerConfig()
"""For brokers that need nothing of the operator, and for files read without an instance."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTPS GET or POST that a driver is to make.

    Secrets are named here; the driver adds their values last and never logs the result.

    host: one of the connector's `hosts`; a driver refuses any other and, for a sandbox link, puts the sandbox's address instead.
    secrets, header_secrets, cookie_secrets, body_secrets: query parameter, header, cookie, or key of the body -> name of the secret.
    body: sent as a JSON object, with the secrets among its keys; None for no body.
    takes_cookies: names of the cookies that the reply hands over (`Reply.cookies`); all others are dropped.
    """

    host: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, Any] | None = None
    header_secrets: tuple[tuple[str, str], ...] = ()
    cookie_secrets: tuple[tuple[str, str], ...] = ()
    body_secrets: tuple[tuple[str, str], ...] = ()
    takes_cookies: tuple[str, ...] = ()

    def names(self) -> frozenset[str]:
        """Every secret that the request needs."""
        return frozenset(name for _, name in (*self.secrets, *self.header_secrets, *self.cookie_secrets, *self.body_secrets))


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. status 0 with a `failure` when nothing did ("connect", "timeout", "too_large", "redirect").

    cookies: those that the request takes; secrets, so neither they nor the body are shown.
    """

    status: int
    body: bytes = field(default=b"", repr=False)
    failure: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Send:
    """Make this request and come back with its reply. step: what a person is told meanwhile (a code)."""

    request: Request
    step: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Come back after so many seconds, without a reply."""

    seconds: int
    step: str


@dataclass(frozen=True, slots=True)
class Page:
    """A raw document to keep as it is. covers: the days it covers completely, where the transport already knows."""

    content: bytes
    covers: DateRange | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to fetch. For days that are long past, without any page before it: the broker has nothing of them."""


Action = Send | Wait | Page | Done


class BrokerError(Exception):
    """A fetch or a link that cannot go on; the class says who acts.

    BrokerError
    ├── NeedsUser      the user acts; the link stops and tells them once
    ├── NotGranted     the user acts at the broker: a new link waits for that and looks by itself, one that worked stops
    ├── OurFault       the operator acts; links keep their state
    ├── NotReady       time acts, soon
    ├── RateLimited    time acts, after a pause
    ├── Transient      time acts, with backoff
    └── Unsupported    nobody can: the broker or the query cannot give what is asked

    code: stable, for translation and tests. message: one sentence for the user, who must do what. No secret is ever in either.
    retry_after: seconds until another try makes sense, None when none does.
    """

    def __init__(self, code: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.retry_after = retry_after

    @classmethod
    def of(cls, table: Sentences, code: str, retry_after: int | None = None, **params: object) -> Self:
        """The error with its sentence of a table, whose places are filled with `params`: in English; a page says it in other languages."""
        return cls(code, table.message(code, _texts(params)), retry_after)


class NeedsUser(BrokerError):
    """The user must do something at the broker or in the link."""


class NotGranted(BrokerError):
    """The user has not let us read this account yet, or does so no longer."""


class OurFault(BrokerError):
    """The operator of this instance (or Fillbook itself) must do something."""


class NotReady(BrokerError):
    """The broker is not ready yet; nothing is wrong."""


class RateLimited(BrokerError):
    """The broker asks us to slow down."""


class Transient(BrokerError):
    """Something broke that usually mends itself."""


class Unsupported(BrokerError):
    """The broker cannot give what is asked."""


class StatementUnreadable(Exception):
    """A document that cannot be used. Nothing of it is stored beyond its raw bytes.

    code: stable. message: what is wrong, where (line, element, attribute), in one sentence. remedy: what to do about it.
    place: byte offset where reading stopped, None when the document as a whole is wrong.
    """

    def __init__(self, code: str, message: str, remedy: str = "", place: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.place = place

    @classmethod
    def of(cls, table: Sentences, code: str, place: int | None = None, **params: object) -> Self:
        """Likewise, with message and remedy; `place` may be named in them."""
        given = _texts({"place": place, **params})
        return cls(code, table.message(code, given), table.remedy(code, given), place)


def _texts(params: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items()}


@dataclass(frozen=True, slots=True)
class Credential:
    """What a link needs to fetch.

    secrets: name -> value, sealed before they are stored. rate_secret: the one whose owner is limited.
    account: number of the one account that the user named, where the broker is asked for it by number; "" elsewhere.
    notes: what was changed in the answer, for the user to see, one sentence each.
    """

    secrets: Mapping[str, str]
    rate_secret: str = ""
    account: str = ""
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Credential({', '.join(sorted(self.secrets))})"


@dataclass(frozen=True, slots=True)
class FieldError:
    """Why one field of a link form is refused, in one sentence."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Form:
    """The link page shows the manifest's form. errors: of the last answer."""

    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class Redirect:
    """The link page sends the user to the broker. state: comes back with the answer, bound to the session."""

    url: str
    state: str


@dataclass(frozen=True, slots=True)
class Hint:
    """A push says that something about this remote account is new."""

    remote_account: str
    what: str


class SharedSession(Protocol):
    """A login of the operator's at the broker, one for all links of the instance.

    The driver keeps what it gives, sealed; a request refers to a value as "session.NAME". When a reply says that the session has ended,
    the driver logs in again, one process at a time and ever more rarely while that fails, and sends the request once more.

    pasted: value of the session -> name of the secret setting that may hold one that the operator took from their browser.
    """

    pasted: Mapping[str, str]

    def login(self, config: BrokerConfig) -> Request:
        """The request that logs in.

        Raises:
            OurFault: the operator has set no login.
        """

    def opened(self, reply: Reply) -> Mapping[str, str]:
        """Name -> value of the session that a login brought.

        Raises:
            OurFault: the login was refused.
            BrokerError: time acts.
        """

    def ended(self, reply: Reply) -> bool:
        """Whether this reply to any other request means that the session is over."""


class Connector(Protocol):
    """One broker.

    broker: its id (`manifests`). hosts: the closed list of hosts that a credential may travel to. session: the login that its links
    share, None where each link has a credential of its own.
    """

    broker: str
    hosts: tuple[str, ...]
    session: SharedSession | None

    def begin(self, user_ref: str, renew: bool = False) -> Form | Redirect:
        """What the link page shows first; `renew` when an existing link gets a new credential."""

    def complete(self, answer: Mapping[str, str], renew: bool = False) -> Credential | Form:
        """Turn the user's answer into a credential, or say what is wrong with it.

        With `renew` a field may be left empty: the credential then lacks that secret and the link keeps the one it has.
        """

    def start(
        self,
        window: DateRange | None,
        new_link: bool = False,
        memory: FetchState = NOTHING,
        config: BrokerConfig = NO_CONFIG,
        account: str = "",
    ) -> FetchState:
        """Begin a fetch. window None: everything the broker gives by itself.

        new_link: nothing was ever fetched with this credential, so a refusal may only mean that the broker does not know it yet.
        memory: `memory` of the state that the link's last successful fetch ended with.
        config: what the operator set for this broker.
        account: `account` of the link's credential.

        Raises:
            OurFault: the operator has not set what this broker needs.
        """

    def advance(self, state: FetchState, reply: Reply | None) -> tuple[FetchState, Action]:
        """One step. `reply` answers the last `Send`; None at the start and after a `Wait` or `Page`.

        Raises:
            BrokerError: the fetch cannot go on; its class says who acts.
        """

    def parse(self, chunks: Iterable[bytes], config: BrokerConfig = NO_CONFIG) -> ParsedStatement:
        """Read one raw document. Pure. config: what the operator said of the broker's way of writing, where nobody can know it.

        Raises:
            StatementUnreadable: the document cannot be used.
        """

    def recognize(self, head: bytes) -> bool:
        """Whether a file that begins so is one of this broker's."""
