"""Who an account belongs to, where anybody could type its number. Pure: claims in, claims out; no clock, no database.

A grant says that the account's owner trusts our login, not that the person who typed the number is the owner. So on an instance with
several users each claim is proven, and of one account there is one owner at any time:

    open       -> owner      proven, and nobody else owns it
               -> disputing  proven, and somebody else owns it: that one is frozen, nothing new is fetched, and both are told
    owner      -> ended      the grant disappeared
    frozen     -> owner      whoever disputed gave up, or the operator decided so
    disputing  -> open       the owner gave up, so it is proven anew
    both       -> ended      the grant disappeared, as if they had given up
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class Way(StrEnum):
    """How a claim is proven. Beside the last two, its user may answer from the account's latest executions."""

    SOLE = "sole"
    """Nobody else uses this instance, so there is nobody to keep anything from: the grant alone will do."""
    GRANTEE = "grantee"
    """The claim has a user id of its own at the broker: that this one is granted is the proof."""
    REGRANT = "regrant"
    """Seen granted, then absent, then granted again, all after the claim began."""


class Seen(StrEnum):
    """What a look at the broker showed. UNCLEAR: nothing can be said, for instance because the broker was out of order."""

    GRANTED = "granted"
    ABSENT = "absent"
    UNCLEAR = "unclear"


class Standing(StrEnum):
    """Where a claim stands. OWNER and FROZEN are those of the account's one owner."""

    OPEN = "open"
    OWNER = "owner"
    FROZEN = "frozen"
    DISPUTING = "disputing"
    ENDED = "ended"


_SEQUENCE: Final = (Seen.GRANTED, Seen.ABSENT, Seen.GRANTED)
OWNING: Final = frozenset({Standing.OWNER, Standing.FROZEN})
LIVE: Final = frozenset({Standing.OPEN, Standing.OWNER, Standing.FROZEN, Standing.DISPUTING})


@dataclass(frozen=True, slots=True)
class Claim:
    """One person's claim to one account. stage: how far the sequence of a re-grant has been seen."""

    id: int
    user: int
    way: Way
    standing: Standing = Standing.OPEN
    stage: int = 0

    @property
    def sees_rows(self) -> bool:
        """Whether this person may see what was fetched of the account for them."""
        return self.standing in OWNING


Claims = tuple[Claim, ...]
"""All claims to one account that have not ended."""


def looked(claims: Claims, which: int, seen: Seen) -> Claims:
    """The claims after a look at the broker on behalf of one of them."""
    claim = _one(claims, which)
    if seen is Seen.UNCLEAR:
        return claims
    if claim.standing is Standing.OWNER:
        return _changed(claims, replace(claim, standing=Standing.ENDED)) if seen is Seen.ABSENT else claims
    if claim.standing is not Standing.OPEN:
        return gave_up(claims, which) if seen is Seen.ABSENT else claims
    if claim.way is not Way.REGRANT:
        return _proven(claims, claim) if seen is Seen.GRANTED else claims
    if seen is not _SEQUENCE[claim.stage]:
        return claims
    claim = replace(claim, stage=claim.stage + 1)
    claims = _changed(claims, claim)
    if claim.stage < len(_SEQUENCE):
        return claims
    return _proven(claims, claim, rivals=_rivals(claims, claim))


def answered(claims: Claims, which: int, right: bool) -> Claims:
    """The claims after one of them answered from the account's latest executions."""
    claim = _one(claims, which)
    return _proven(claims, claim) if right and claim.standing is Standing.OPEN else claims


def gave_up(claims: Claims, which: int) -> Claims:
    """The claims after one was withdrawn, ran out, or lost a dispute; who is left without a rival is the owner again."""
    left = _changed(claims, replace(_one(claims, which), standing=Standing.ENDED))
    frozen = [one for one in left if one.standing is Standing.FROZEN]
    disputing = [one for one in left if one.standing is Standing.DISPUTING]
    if frozen and not disputing:
        return _changed(left, replace(frozen[0], standing=Standing.OWNER))
    if not frozen and disputing and not any(one.standing is Standing.OWNER for one in left):
        return _reopened(left, disputing)
    return left


def settled(claims: Claims, keep: int) -> Claims:
    """The claims after the operator decided a dispute: whose account it is, all others end."""
    kept = replace(_one(claims, keep), standing=Standing.OWNER)
    losing = (Standing.OWNER, Standing.FROZEN, Standing.DISPUTING)
    return tuple(kept if one.id == keep else replace(one, standing=Standing.ENDED) if one.standing in losing else one for one in claims)


def _proven(claims: Claims, claim: Claim, rivals: Sequence[Claim] = ()) -> Claims:
    """The claim is proven. With another owner, or with a rival that the same re-grant proves as well, nobody gets it."""
    owner = next((one for one in claims if one.standing in OWNING), None)
    if owner is not None:
        frozen = replace(owner, standing=Standing.FROZEN)
        return _changed(claims, frozen, replace(claim, standing=Standing.DISPUTING))
    disputing = any(one.standing is Standing.DISPUTING for one in claims)
    if rivals or disputing:
        return _changed(claims, *(replace(one, standing=Standing.DISPUTING) for one in (claim, *rivals)))
    return _changed(claims, replace(claim, standing=Standing.OWNER))


def _rivals(claims: Claims, claim: Claim) -> list[Claim]:
    """Open claims of others that have seen the grant come and go too: they may be proven by the very same hand."""
    others = (one for one in claims if one.user != claim.user and one.standing is Standing.OPEN and one.way is Way.REGRANT)
    return [one for one in others if one.stage >= len(_SEQUENCE) - 1]


def _reopened(claims: Claims, disputing: Sequence[Claim]) -> Claims:
    """Nobody owns it any more: a single one who disputed proves it anew, several go on disputing."""
    if len(disputing) > 1:
        return claims
    return _changed(claims, replace(disputing[0], standing=Standing.OPEN, stage=0))


def _one(claims: Claims, which: int) -> Claim:
    return next(one for one in claims if one.id == which)


def _changed(claims: Claims, *changed: Claim) -> Claims:
    by_id = {one.id: one for one in changed}
    return tuple(by_id.get(one.id, one) for one in claims)
