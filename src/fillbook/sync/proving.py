"""Claims to accounts, from the first look at the broker to the proof: `proof` decides, this module looks things up and writes them down.

Until a claim is proven, everything that its user can see (text, status, time) is the same, whether the account is granted, unknown or
somebody else's: no page asks here what a look has shown, and nothing that a look brought is kept.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from secrets import SystemRandom
from typing import Any, Final, TypedDict

from django.db import transaction

from fillbook.brokers import registry
from fillbook.brokers.interface import StatementUnreadable
from fillbook.storage import claims as rows
from fillbook.storage import grantees
from fillbook.storage.models import AccountClaim, EndpointKind, Link, LinkState, ProofTry, RunKind, RunState, SecurityEvent, SyncRun, User
from fillbook.storage.secrets import vault
from fillbook.storage.services import config_of
from fillbook.sync import clock, notices, runs
from fillbook.sync.gate import is_claimed, must_prove
from fillbook.sync.knowledge import Answer, is_right
from fillbook.sync.policy import GRANT_WITHIN, Trouble, final
from fillbook.sync.proof import OWNING, Claim, Claims, Seen, Standing, Way, answered, gave_up, looked, settled
from fillbook.sync.sentences import message
from fillbook.sync.windows import Leg
from fillbook.vault import CannotOpen

CLAIMS_A_DAY: Final = 5
WRONG_AN_HOUR: Final = 20
TRIES: Final = 5
"""Answers about one account, by whomever, for ever."""
LASTS: Final = timedelta(hours=24)
RANKS: Final = 20
ASKED: Final = 3
_OFTEN: Final = 120
"""Looks that follow each other closely, while the claim is young."""
SOON, LATER = 60, 600
"""Seconds between two looks while the claim is young, and later."""
_DAYS, _DAYS_FOR_AN_ANSWER = 7, 90

UNPROVEN: Final = Trouble("NeedsUser", "not_proven", message("not_proven"))
DISPUTED: Final = Trouble("NeedsUser", "disputed", message("disputed"))


DECIDED: Final = Trouble("NeedsUser", "decided", message("decided"))
NEVER_GRANTED: Final = final(Trouble("NotGranted", "not_granted", ""))
"""What whoever has a user id of their own is told, for whom granting it is all there is to do."""
RETIRED: Final = Trouble("NeedsUser", "grantee_retired", message("grantee_retired"))


class TooMany(Exception):
    """Too many claims or answers; the text says when it is possible again. It tells nothing of any account."""


class Look(TypedDict, total=False):
    """What a run that proves a claim does next.

    next: look (after `wait` seconds, at the days of `leg`), proven, closed, or stop (because of `trouble`).
    """

    next: str
    wait: int
    leg: Leg
    trouble: dict[str, Any]


def begin(link: Link) -> AccountClaim | None:
    """The link's claim, begun unless there is one; None where nobody has to prove anything.

    Raises:
        TooMany: its user began too many today.
    """
    if not must_prove(link):
        return rows.claim_of(link)
    found = rows.claim_of(link)
    if found is not None:
        return found
    now = clock.now()
    if rows.claims_since(link.owner, now - timedelta(days=1)) >= CLAIMS_A_DAY:
        raise TooMany(message("claims_today", most=CLAIMS_A_DAY))
    _record(link, "account_claim_begun")
    link.grantee = grantees.give(link)
    Link.objects.filter(pk=link.pk).update(grantee=link.grantee)
    return AccountClaim.objects.create(
        owner=link.owner,
        link=link,
        broker=link.broker,
        endpoint=link.endpoint,
        number=link.account,
        way=Way.GRANTEE if link.grantee else Way.REGRANT,
        standing=Standing.OPEN,
        ranks=sorted(SystemRandom().sample(range(1, RANKS + 1), ASKED)),
        began_at=now,
        until=now + _lasts(link),
    )


def next_look(run_id: int) -> Look:
    """What the run that proves its link's claim does next."""
    with transaction.atomic():
        runs.link_of(run_id)
        run = SyncRun.objects.select_related("link__owner").filter(pk=run_id, state__in=runs.OPEN).first()
        if run is None or run.link is None:
            return {"next": "closed"}
        if not must_prove(run.link):
            return {"next": "proven"}
        try:
            claim = begin(run.link)
        except TooMany as problem:
            return _stopped(Trouble("NeedsUser", "too_many_claims", str(problem)))
        assert claim is not None
        if claim.standing != Standing.OPEN:
            return _stopped(DISPUTED)
        now = clock.now()
        if now >= claim.until:
            _write(rows.claims_to(claim), lambda claims: gave_up(claims, claim.pk))
            return _stopped(NEVER_GRANTED if claim.way == Way.GRANTEE else UNPROVEN)
        waiting = {"state": RunState.WAITING, "step": "wait", "step_started_at": now, "retry_at": None}
        SyncRun.objects.filter(pk=run_id).update(**waiting)
        Link.objects.filter(pk=run.link.pk).update(state=LinkState.AWAITING_GRANT, error_kind="", error_code="", error_message="")
        wait = 0 if not claim.looks else seconds_between(claim)
        return {"next": "look", "wait": wait, "leg": _leg(run.link, claim, now)}


def note_look(run_id: int, what: str, kind: str) -> None:
    """Write down what a look showed. what: how its fetch ended; kind: of its trouble, "" for none."""
    seen = Seen.GRANTED if what in {"page", "done"} else Seen.ABSENT if kind == "NotGranted" else Seen.UNCLEAR
    with transaction.atomic():
        runs.link_of(run_id)
        claim = _claim_of_run(run_id)
        if claim is None or what == "closed":
            return
        AccountClaim.objects.filter(pk=claim.pk).update(looked_at=clock.now(), looks=claim.looks + 1)
        if seen is Seen.ABSENT:
            AccountClaim.objects.filter(pk=claim.pk).update(sealed_answer="")
        _write(rows.claims_to(claim), lambda claims: looked(claims, claim.pk, seen))


def saw_page(run_id: int, content: bytes) -> None:
    """Hold what the claim's user answered, if anything, against what a look brought; neither is kept."""
    claim = _claim_of_run(run_id)
    if claim is None or not claim.sealed_answer or claim.standing != Standing.OPEN:
        return
    given = _opened(claim)
    try:
        parsed = registry.connector(claim.broker).parse([content], config_of(claim.broker, claim.endpoint))
    except (StatementUnreadable, CannotOpen):
        return
    executions = [row for account in parsed.accounts if account.account == claim.number for row in account.executions]
    right = is_right(executions, claim.ranks, given)
    with transaction.atomic():
        runs.link_of(run_id)
        AccountClaim.objects.filter(pk=claim.pk).update(sealed_answer="")
        spent = rows.tries_at(claim).filter(right=False).count() > TRIES
        if right and not spent:
            last = rows.tries_at(claim).filter(owner=claim.owner).latest("happened_at")
            ProofTry.objects.filter(pk=last.pk).update(right=True)
            _write(rows.claims_to(claim), lambda claims: answered(claims, claim.pk, right=True))


def answer(link: Link, given: Sequence[Answer]) -> None:
    """Keep what a claim's user says of its account's latest executions until the next look; it counts as a try from now on.

    Raises:
        TooMany: this user has no try left, or too many wrong answers were given on this instance within the hour.
    """
    now = clock.now()
    with transaction.atomic():
        claim = rows.claim_of(link)
        if claim is None or claim.standing != Standing.OPEN or claim.way != Way.REGRANT:
            return
        if claim.sealed_answer:
            raise TooMany(message("answer_waits"))
        if not tries_left(claim):
            raise TooMany(message("no_try_left"))
        if rows.wrong_tries_since(rows.hour_before(now)) >= WRONG_AN_HOUR:
            raise TooMany(message("wrong_answers"))
        same = {"broker": claim.broker, "endpoint": claim.endpoint, "number": claim.number}
        ProofTry.objects.create(owner=claim.owner, right=False, happened_at=now, **same)
        plain = json.dumps([one.as_json() for one in given])
        AccountClaim.objects.filter(pk=claim.pk).update(sealed_answer=vault().seal(plain, claim.answer_aad))


def seconds_between(claim: AccountClaim) -> int:
    """Seconds between two looks, as the claim stands."""
    return SOON if claim.looks < _OFTEN else LATER


def tries_left(claim: AccountClaim) -> int:
    """How many answers this user still has; what others tried about the same account is not told."""
    return max(0, TRIES - rows.tries_at(claim).filter(owner=claim.owner_id).count())


def own(link: Link) -> None:
    """A link has fetched its account on an instance that nobody else uses: it is its user's, and nobody had to prove anything."""
    if not is_claimed(link) or rows.claim_of(link) is not None:
        return
    now = clock.now()
    same = {"broker": link.broker, "endpoint": link.endpoint, "number": link.account}
    if AccountClaim.objects.filter(**same, standing__in=OWNING).exists():
        return
    AccountClaim.objects.create(
        owner_id=link.owner_id, link=link, way=Way.SOLE, standing=Standing.OWNER, began_at=now, until=now, proven_at=now, **same
    )


def grant_gone(run_id: int) -> None:
    """The broker no longer lets us read an account: its claim ends, and where others use this instance it is hidden until proven anew."""
    with transaction.atomic():
        runs.link_of(run_id)
        claim = _claim_of_run(run_id)
        if claim is not None:
            _write(rows.claims_to(claim), lambda claims: looked(claims, claim.pk, Seen.ABSENT))


def days_to_check(run_id: int) -> Leg | None:
    """The days of the nightly look at an account that is not fetched; None when there is nobody's claim to check any more."""
    run = SyncRun.objects.filter(pk=run_id, state__in=runs.OPEN).select_related("link").first()
    claim = _claim_of_run(run_id)
    if run is None or run.link is None or claim is None:
        runs.finish_check(run_id)
        return None
    return _leg(run.link, claim, clock.now())


def checked(run_id: int, what: str, trouble: Mapping[str, Any] | None) -> None:
    """Write down what that look showed: where the grant is gone, the claim ends, and its user is told. Nothing else of the link changes."""
    claim = _claim_of_run(run_id)
    with transaction.atomic():
        runs.link_of(run_id)
        if not runs.finish_check(run_id) or claim is None:
            return
        note_look(run_id, what, str(trouble["kind"]) if trouble else "")
        claim.refresh_from_db()
        if claim.standing == Standing.ENDED and claim.link is not None and trouble:
            _stop(claim.link, final(Trouble(**trouble), unproven=False))


def retire(broker: str, name: str, endpoint: str = EndpointKind.LIVE) -> bool:
    """The operator removes a login that was for single claims: they end, and their users are told. Whether it was there."""
    with transaction.atomic():
        for link in grantees.links_of(broker, name, endpoint):
            runs.locked(link.pk)
            claim = rows.claim_of(link)
            runs.close_runs(link, RETIRED.code, RETIRED.message)
            if claim is not None:
                _write(rows.claims_to(claim), lambda claims, pk=claim.pk: gave_up(claims, pk))
            _stop(link, RETIRED)
        return grantees.remove(broker, name, endpoint)


def let_go(link: Link) -> None:
    """The link is ended by its user; whoever disputed the account with them goes on. Inside the caller's transaction.

    What was theirs beyond doubt stays theirs to see, if they keep it.
    """
    claim = rows.claim_of(link)
    if claim is not None:
        _write(rows.claims_to(claim), lambda claims: gave_up(claims, claim.pk))
        if claim.standing == Standing.OWNER:
            rows.accounts_claimed(claim).update(hidden=False)


def settle(claim_id: int) -> None:
    """The operator decides a dispute for this claim; every other one to the account ends."""
    with transaction.atomic():
        at_odds = AccountClaim.objects.filter(pk=claim_id, standing__in=[Standing.FROZEN, Standing.DISPUTING])
        for one in at_odds:
            rows.lock_account(one.broker, one.endpoint, one.number)
        claim = at_odds.all().first()  # somebody may have been quicker
        if claim is not None:
            same = rows.claims_to(claim)
            losing = [one.link for one in same if one.pk != claim.pk and one.standing != Standing.OPEN]
            _write(same, lambda claims: settled(claims, claim.pk))
            for link in losing:
                if link is not None:
                    _stop(link, DECIDED)


def disputed(link: Link) -> bool:
    """Whether two people stand against each other about the link's account; one whose rival is gone is free again."""
    claim = rows.claim_of(link)
    if claim is None or claim.standing not in {Standing.FROZEN, Standing.DISPUTING}:
        return False
    with transaction.atomic():
        same = rows.claims_to(claim)
        if claim.standing == Standing.FROZEN and not any(one.standing == Standing.DISPUTING for one in same):
            _write(same, lambda claims: settled(claims, claim.pk))
            return False
    return True


# what follows from a decision ------------------------------------------------------------------------------------------------


def _write(same: Sequence[AccountClaim], decide: Any) -> None:
    """Let `proof` decide about the claims to one account and write what became of each; `same` is locked."""
    before: Claims = tuple(Claim(row.pk, row.owner_id, Way(row.way), Standing(row.standing), row.stage) for row in same)
    by_id = {row.pk: row for row in same}
    changed = [(by_id[new.id], old, new) for old, new in zip(before, decide(before), strict=True) if new != old]
    for row, _, new in sorted(changed, key=lambda one: one[2].standing in OWNING):  # nobody owns it for a moment, never two
        row.stage, row.standing = new.stage, new.standing
        row.ended_at = clock.now() if new.standing is Standing.ENDED else None
        row.proven_at = row.proven_at or (clock.now() if new.standing in {Standing.OWNER, Standing.DISPUTING} else None)
        row.save(update_fields=["stage", "standing", "ended_at", "proven_at"])
    for row, old, new in changed:
        if new.standing is not old.standing:
            _follow(row, old.standing, new.standing)


def _follow(claim: AccountClaim, before: Standing, after: Standing) -> None:
    link = claim.link
    if after is Standing.OWNER:
        rows.accounts_claimed(claim).update(hidden=False)
        if link is not None and before is not Standing.OPEN:
            _open_again(link, LinkState.LINKED if link.linked_at else LinkState.VALIDATING)
    elif after is Standing.ENDED and before is not Standing.OPEN and (claim.way != Way.SOLE or rows.is_shared()):
        rows.accounts_claimed(claim).update(hidden=True, link=None)
    elif after in {Standing.FROZEN, Standing.DISPUTING} and link is not None:
        runs.close_runs(link, DISPUTED.code, DISPUTED.message)
        _stop(link, DISPUTED)
    elif after is Standing.OPEN and link is not None:
        AccountClaim.objects.filter(pk=claim.pk).update(until=clock.now() + _lasts(link), looks=0)
        _open_again(link, LinkState.AWAITING_GRANT)
    if link is not None:
        _record(link, f"account_claim_{after.value}")


def _open_again(link: Link, state: LinkState) -> None:
    Link.objects.filter(pk=link.pk).update(state=state, error_kind="", error_code="", error_message="", error_at=None)
    link.refresh_from_db()
    runs.open_run(link, RunKind.MANUAL if link.linked_at else RunKind.FIRST)


def _stop(link: Link, trouble: Trouble) -> None:
    now = clock.now()
    told = {"error_kind": trouble.kind, "error_code": trouble.code, "error_message": trouble.message, "error_at": now}
    Link.objects.filter(pk=link.pk).update(state=LinkState.NEEDS_USER, alarm_sent_at=now, **told)
    link.refresh_from_db()
    notices.stopped(link, trouble, now)


def _stopped(trouble: Trouble) -> Look:
    return {"next": "stop", "trouble": {"kind": trouble.kind, "code": trouble.code, "message": trouble.message, "retry_after": None}}


def _lasts(link: Link) -> timedelta:
    """How long a claim waits for its proof: a user id of its own may be granted at leisure."""
    return timedelta(seconds=GRANT_WITHIN) if link.grantee else LASTS


def _leg(link: Link, claim: AccountClaim, now: datetime) -> Leg:
    """A few days to look at; more where an answer is to be compared."""
    today = runs.hours_of(link).day_of(now)
    back = _DAYS_FOR_AN_ANSWER if claim.sealed_answer else _DAYS
    return {"first": (today - timedelta(days=back)).isoformat(), "last": today.isoformat(), "pages": 0, "missed": ""}


def _claim_of_run(run_id: int) -> AccountClaim | None:
    run = SyncRun.objects.filter(pk=run_id).select_related("link").first()
    return None if run is None or run.link is None else rows.claim_of(run.link)


def _opened(claim: AccountClaim) -> list[Answer]:
    try:
        found: Iterable[Mapping[str, str]] = json.loads(vault().open(claim.sealed_answer, claim.answer_aad))
    except CannotOpen:
        return []
    return [Answer.from_json(one) for one in found]


def _record(link: Link, what: str) -> None:
    owner: User = link.owner
    SecurityEvent.objects.create(user=owner, what=what, detail={"link": str(link.pk), "broker": link.broker, "endpoint": link.endpoint})
