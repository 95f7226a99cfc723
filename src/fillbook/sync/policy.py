"""What follows from an error: who is told, what becomes of the link and the run, and when it is tried again. Pure."""

import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fillbook.brokers.interface import BrokerError
from fillbook.sync.sentences import message

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
MAX_TRIES: Final = 8
VALIDATING_FOR: Final = 24 * HOUR
NOT_READY_FOR: Final = 6 * HOUR
GRANT_WITHIN: Final = 14 * 24 * HOUR
"""How long a new link waits for its user to let us read the account."""
_OFTEN: Final = 30
"""Looks for a grant that follow each other closely, while its user is likely to be at it."""
UNREADABLE: Final = "StatementUnreadable"
WITHDRAWN: Final = "withdrawn"
"""The user no longer lets us read an account."""


class Follow(StrEnum):
    """AGAIN: sleep and begin the fetch anew. TELL: stop until the user acts. GIVE_UP: end this run, the next one may do better."""

    AGAIN = "again"
    TELL = "tell"
    GIVE_UP = "give_up"


class Loss(StrEnum):
    """What a trouble costs that ends a leg. LINK: it stops until the user acts. RUN: its other legs too. LEG: these days alone."""

    LINK = "link"
    RUN = "run"
    LEG = "leg"


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error as a record that can be stored. kind: name of its class. It holds no secret."""

    kind: str
    code: str
    message: str
    retry_after: int | None = None

    @classmethod
    def of(cls, error: BrokerError) -> "Trouble":
        """The record of an error."""
        return cls(type(error).__name__, error.code, error.message, error.retry_after)


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do.

    seconds: until the next try, 0 unless AGAIN. validating: the credential is not known to the broker yet. grant: its user has not let us
    read the account yet.
    """

    follow: Follow
    seconds: int = 0
    validating: bool = False
    grant: bool = False


def decide(trouble: Trouble, tries: int, waited: int, unproven: bool, seed: str) -> Decision:
    """Say what follows.

    Args:
        trouble: what happened.
        tries: failed tries of this run so far, this one included.
        waited: seconds this run has already slept because of trouble.
        unproven: nothing was ever fetched with this credential.
        seed: differs from run to run, so that many links that fail together do not come back together.

    Returns:
        TELL for what only the user (or nobody) can mend, a first statement that cannot be read included; AGAIN for what time mends, within
        limits: a broker that does not know a new credential gets 24 hours, one that is not ready 6 hours, a user who has not granted access
        yet 14 days, everything else 8 tries; GIVE_UP otherwise.
    """
    if trouble.kind == "NotGranted":
        pause = _spread(2 * MINUTE if tries <= _OFTEN else 30 * MINUTE, seed, tries)
        waits = unproven and waited + pause <= GRANT_WITHIN
        return Decision(Follow.AGAIN, pause, grant=True) if waits else Decision(Follow.TELL)
    if trouble.kind in {"NeedsUser", "Unsupported"} or (trouble.kind == UNREADABLE and unproven):
        return Decision(Follow.TELL)
    if trouble.kind == "NotReady":
        pause = _spread(min(max(trouble.retry_after or 0, 15 * MINUTE) * (1 if unproven else 2 ** (tries - 1)), HOUR), seed, tries)
        if unproven:
            return Decision(Follow.AGAIN, pause, validating=True) if waited + pause <= VALIDATING_FOR else Decision(Follow.TELL)
        return Decision(Follow.AGAIN, pause) if waited + pause <= NOT_READY_FOR else Decision(Follow.GIVE_UP)
    if trouble.kind in {"Transient", "RateLimited"} and tries < MAX_TRIES:
        backoff = min(MINUTE * 2 ** (tries - 1), HOUR)
        return Decision(Follow.AGAIN, _spread(max(backoff, trouble.retry_after or 0), seed, tries))
    return Decision(Follow.GIVE_UP)


def lost(trouble: Trouble, follow: Follow, history: bool, first: bool) -> Loss:
    """Say what a trouble costs.

    Args:
        trouble: what ended a leg.
        follow: TELL or GIVE_UP.
        history: the run goes back to earlier years, so that whatever it lacks is no reason to stop the link.
        first: it is the run's first leg. Later ones of an ordinary run fill gaps; what is new is in the ledger by then. Where the broker
            cannot give a later one of a run that goes back, its history begins.
    """
    if follow is Follow.TELL and trouble.kind != "Unsupported":
        return Loss.LINK
    if first:
        return Loss.RUN if history or follow is not Follow.TELL else Loss.LINK
    return Loss.RUN if history and trouble.kind != "Unsupported" else Loss.LEG


def final(trouble: Trouble, unproven: bool = True) -> Trouble:
    """What the user is told when waiting for a broker, or for the user's grant, is over; any other trouble as it is."""
    if trouble.kind == "NotGranted" and unproven:
        return Trouble("NeedsUser", "never_granted", message("never_granted"))
    if trouble.kind == "NotGranted":
        return Trouble("NeedsUser", WITHDRAWN, trouble.message)
    if trouble.kind != "NotReady":
        return trouble
    return Trouble("NeedsUser", "never_validated", message("never_validated"))


def _spread(seconds: int, seed: str, tries: int) -> int:
    """Up to a fifth more, the same each time this is computed for the same try: a repeated workflow must decide alike."""
    return seconds + zlib.crc32(f"{seed}/{tries}".encode()) % (seconds // 5 + 1)
