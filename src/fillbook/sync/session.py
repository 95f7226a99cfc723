"""A request of a link, with whatever secrets it needs; and the login that all links of a broker share, or that one of them has for itself.

Where a session has ended, one process logs in and everybody else waits for that or comes back later: a broker that sees many logins at
once, or many refused ones, locks the user out. A session is opened for the moment of sending and is in no state, log or job book.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fillbook.brokers.interface import (
    CONFIG,
    SESSION,
    BrokerConfig,
    BrokerError,
    Connector,
    OurFault,
    Reply,
    Request,
    SharedSession,
    Transient,
)
from fillbook.brokers.manifests import SettingKind, manifest
from fillbook.storage import services
from fillbook.storage.services import Login, SharedValues
from fillbook.sync import clock, engine, transport
from fillbook.sync.engine import database_work
from fillbook.sync.sentences import message

BETWEEN_LOGINS: Final = 120
"""Seconds between two logins, however often a session ends."""
LOGIN_TAKES: Final = 60
"""After so many seconds a process that logs in counts as dead."""
_FIRST_BACKOFF: Final = 300
_LONGEST_BACKOFF: Final = 24 * 3600
_LOOKS: Final = 10


@dataclass(frozen=True, slots=True)
class Means:
    """What a request of a link is made with. secrets: the link's own. sandbox: its address for a sandbox link, else None. grantee: user id
    of the login that is for this link alone, "" for the one that all share.
    """

    connector: Connector
    endpoint: str
    secrets: Mapping[str, str]
    sandbox: str | None
    grantee: str = ""

    @property
    def login(self) -> Login:
        """The login whose session the request is made in."""
        return Login(self.connector.broker, self.endpoint, self.grantee)

    @property
    def paced(self) -> float:
        """Seconds that a second of the broker's takes."""
        return engine.pace().scale if self.sandbox is not None else 1.0


async def send(request: Request, means: Means) -> Reply:
    """Make a link's request, logging in first where that is needed.

    Raises:
        BrokerError: nothing could be sent; its class says who acts.
        CannotOpen: the operator's settings were sealed with a key that is gone.
    """
    session = means.connector.session
    config, given = await _operators(means)
    if session is None or not any(name.startswith(SESSION) for name in request.names()):
        return await _sent(request, means, config, given)
    found = await _session(means, session, given)
    if not found.values:
        found = await _logged_in(means, session, config, given, found.login)
    reply = await _sent(request, means, config, {**given, **found.values})
    if session.ended(reply):
        found = await _logged_in(means, session, config, given, found.login)
        reply = await _sent(request, means, config, {**given, **found.values})
    return reply


async def _sent(request: Request, means: Means, config: BrokerConfig, secrets: Mapping[str, str]) -> Reply:
    return await transport.send(request, _needed(request, {**secrets, **means.secrets}), _hosts(means, config), means.sandbox)


@database_work
def _operators(means: Means) -> tuple[BrokerConfig, dict[str, str]]:
    login = (means.connector.broker, means.endpoint, means.grantee)
    return services.config_of(*login), services.config_secrets(*login)


@database_work
def _session(means: Means, session: SharedSession, given: Mapping[str, str]) -> SharedValues:
    """The session in use; one that the operator pasted, while nobody has logged in since."""
    found = services.session_of(means.login)
    if found.values or not session.pasted:
        return found
    pasted = {f"{SESSION}{name}": given.get(f"{CONFIG}{setting}", "") for name, setting in session.pasted.items()}
    return SharedValues(found.login, pasted if all(pasted.values()) else {})


async def _logged_in(means: Means, session: SharedSession, config: BrokerConfig, given: Mapping[str, str], seen: int) -> SharedValues:
    """A session newer than the one that was seen to have ended: somebody else's, or one that is made here."""
    wanted, looks = session.login(config), 0
    while not isinstance(found := await _claimed(means, seen), SharedValues):
        if found is None:
            return await _log_in(means, session, wanted, _hosts(means, config), given)
        looks += 1
        if found > LOGIN_TAKES or looks > _LOOKS:
            raise await _paused(means, found)
        await asyncio.sleep(max(means.paced, 0.1))
    return found


@database_work
def _paused(means: Means, seconds: float) -> BrokerError:
    """Why nobody logs in at present."""
    row = services.service(means.login)
    if row.failures:
        return OurFault(row.error_code, row.error_message)
    return Transient("login_paused", message("login_paused"), max(int(seconds), 30))


@database_work
def _claimed(means: Means, seen: int) -> SharedValues | float | None:
    """As `services.begin_login`; seconds in place of a moment."""
    now = clock.now()
    until = now + timedelta(seconds=LOGIN_TAKES)  # a login takes as long as it takes, at the sandbox too
    found = services.begin_login(means.login, seen, now, until)
    # Read again: while we waited for our turn, somebody whose lease began after our `now` may have taken it.
    return found if found is None or isinstance(found, SharedValues) else (found - clock.now()).total_seconds()


async def _log_in(means: Means, session: SharedSession, wanted: Request, hosts: tuple[str, ...], given: Mapping[str, str]) -> SharedValues:
    try:
        values = session.opened(await transport.send(wanted, _needed(wanted, given), hosts, means.sandbox))
    except BrokerError as error:
        await _failed(means, error)
        raise
    return await _kept(means, values)


@database_work
def _kept(means: Means, values: Mapping[str, str]) -> SharedValues:
    now = clock.now()
    next_at = now + timedelta(seconds=BETWEEN_LOGINS * means.paced)
    return services.end_login(means.login, values, now, next_at)


@database_work
def _failed(means: Means, error: BrokerError) -> None:
    """A refused login is not tried again for minutes, then hours; one that did not come through, for a minute."""
    now, refused = clock.now(), isinstance(error, OurFault)
    backoff = min(_FIRST_BACKOFF * 2 ** min(services.service(means.login).failures, 10), _LONGEST_BACKOFF)
    next_at = now + timedelta(seconds=(backoff if refused else LOGIN_TAKES) * means.paced)
    services.fail_login(means.login, error.code, error.message, now, next_at, refused=refused)


def _hosts(means: Means, config: BrokerConfig) -> tuple[str, ...]:
    """The broker's own, and the one of a test instance."""
    named = [one.name for one in manifest(means.connector.broker).settings if one.kind is SettingKind.HOST]
    return (*means.connector.hosts, *(config.values[name] for name in named if config.values.get(name)))


def _needed(request: Request, secrets: Mapping[str, str]) -> dict[str, str]:
    """Those that the request names, and no others.

    Raises:
        OurFault: one of them is not there.
    """
    names = request.names()
    if not names <= set(secrets):
        raise OurFault("secret_missing", message("secret_missing"))
    return {name: secrets[name] for name in names}
