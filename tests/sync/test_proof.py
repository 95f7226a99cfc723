"""Who an account belongs to: never two owners, nobody without proof, and nothing that a rival's proof could be mistaken for."""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from fillbook.sync.proof import LIVE, OWNING, Claim, Claims, Seen, Standing, Way, answered, gave_up, looked, settled

GRANTED, ABSENT, UNCLEAR = Seen.GRANTED, Seen.ABSENT, Seen.UNCLEAR
ANN, BOB = 1, 2


def after(claims: Claims, which: int, *seen: Seen) -> Claims:
    for one in seen:
        claims = looked(claims, which, one)
    return claims


def standings(claims: Claims) -> list[Standing]:
    return [one.standing for one in claims]


@pytest.mark.parametrize(
    ("seen", "proven"),
    [
        ((GRANTED, ABSENT, GRANTED), True),
        ((ABSENT, GRANTED, ABSENT, GRANTED), True),
        ((GRANTED, UNCLEAR, ABSENT, UNCLEAR, GRANTED), True),
        ((GRANTED, GRANTED, GRANTED), False),
        ((ABSENT, GRANTED), False),
        ((GRANTED, ABSENT, ABSENT), False),
        ((GRANTED, UNCLEAR, GRANTED), False),
    ],
)
def test_a_grant_seen_to_come_back_after_it_was_taken_away_is_proof(seen: tuple[Seen, ...], proven: bool) -> None:
    (claim,) = after((Claim(1, ANN, Way.REGRANT),), 1, *seen)
    assert (claim.standing is Standing.OWNER) == proven
    assert claim.sees_rows == proven


@pytest.mark.parametrize("way", [Way.SOLE, Way.GRANTEE])
def test_where_the_grant_is_nobody_elses_it_is_proof_by_itself(way: Way) -> None:
    claims = (Claim(1, ANN, way),)
    assert standings(after(claims, 1, ABSENT, UNCLEAR)) == [Standing.OPEN]
    assert standings(after(claims, 1, ABSENT, GRANTED)) == [Standing.OWNER]


def test_a_right_answer_is_proof_and_a_wrong_one_is_nothing() -> None:
    claims = (Claim(1, ANN, Way.REGRANT),)
    assert standings(answered(claims, 1, right=False)) == [Standing.OPEN]
    assert standings(answered(claims, 1, right=True)) == [Standing.OWNER]


def test_a_grant_that_disappears_ends_the_claim() -> None:
    owner = (Claim(1, ANN, Way.REGRANT, Standing.OWNER, 3),)
    assert standings(after(owner, 1, UNCLEAR, GRANTED)) == [Standing.OWNER]
    assert standings(after(owner, 1, ABSENT)) == [Standing.ENDED]


def test_a_second_proof_freezes_and_the_one_who_gives_up_frees_the_other() -> None:
    claims = (Claim(1, ANN, Way.REGRANT, Standing.OWNER, 3), Claim(2, BOB, Way.REGRANT))
    disputed = answered(claims, 2, right=True)
    assert standings(disputed) == [Standing.FROZEN, Standing.DISPUTING]
    assert standings(gave_up(disputed, 2)) == [Standing.OWNER, Standing.ENDED]
    assert standings(gave_up(disputed, 1)) == [Standing.ENDED, Standing.OPEN]
    assert standings(settled(disputed, 2)) == [Standing.ENDED, Standing.OWNER]


def test_where_the_grant_of_a_disputed_account_disappears_it_is_as_if_that_one_had_given_up() -> None:
    claims = (Claim(1, ANN, Way.REGRANT, Standing.OWNER, 3), Claim(2, BOB, Way.REGRANT))
    disputed = answered(claims, 2, right=True)
    assert standings(after(disputed, 1, UNCLEAR, GRANTED)) == standings(after(disputed, 2, UNCLEAR, GRANTED)) == standings(disputed)
    assert standings(after(disputed, 1, ABSENT)) == [Standing.ENDED, Standing.OPEN]
    assert standings(after(disputed, 2, ABSENT)) == [Standing.OWNER, Standing.ENDED]


def test_two_who_waited_for_the_same_regrant_get_nothing_by_it() -> None:
    claims: Claims = (Claim(1, ANN, Way.REGRANT), Claim(2, BOB, Way.REGRANT))
    for which in (1, 2):
        claims = after(claims, which, GRANTED, ABSENT)
    claims = looked(claims, 1, GRANTED)
    assert standings(claims) == [Standing.DISPUTING, Standing.DISPUTING]
    assert standings(gave_up(claims, 1)) == [Standing.ENDED, Standing.OPEN]


USERS, ACCOUNTS = range(3), range(3)
OFTEN = st.sampled_from([0, 0, 0, 0, 1, 2])
"""Most is done about one account, or its claims would hardly ever meet."""
PAIRS = st.tuples(st.sampled_from(USERS), OFTEN)
SHARED = 9
"""Whom an account is granted to, when not to one person's own user id."""
GRANTS = st.tuples(OFTEN, st.sampled_from([SHARED, SHARED, SHARED, *USERS]))


class Accounts(RuleBasedStateMachine):
    """Three people and three accounts at a portal. Beside the claims stands what each person really did, told by this machine alone."""

    @initialize()
    def begin(self) -> None:
        self.granted: set[tuple[int, int]] = set()
        self.claims: dict[int, Claims] = dict.fromkeys(ACCOUNTS, ())
        self.number = 0
        self.steps: dict[int, int] = {}
        self.answers: set[int] = set()
        self.decided: set[int] = set()

    def claim_of(self, user: int, account: int) -> Claim | None:
        return next((one for one in self.claims[account] if one.user == user and one.standing in LIVE), None)

    def put(self, account: int, claims: Claims) -> None:
        """Keep what was decided; whoever disputed and has to prove it anew has shown nothing yet."""
        before = {one.id: one.standing for one in self.claims[account]}
        for one in claims:
            if one.standing is Standing.OPEN and before.get(one.id) is Standing.DISPUTING:
                self.steps[one.id] = 0
                self.answers.discard(one.id)
                self.decided.discard(one.id)
        self.claims[account] = claims

    @rule(grant=GRANTS)
    def grant(self, grant: tuple[int, int]) -> None:
        self.granted.add(grant)

    @rule(grant=GRANTS)
    def revoke(self, grant: tuple[int, int]) -> None:
        self.granted.discard(grant)

    @rule(pair=PAIRS, way=st.sampled_from([Way.REGRANT, Way.REGRANT, Way.GRANTEE]))
    def claim(self, pair: tuple[int, int], way: Way) -> None:
        user, account = pair
        if self.claim_of(user, account) is None:
            self.number += 1
            self.steps[self.number] = 0
            self.claims[account] += (Claim(self.number, user, way),)

    @rule(pair=PAIRS, clear=st.sampled_from([True, True, True, False]))
    def sync(self, pair: tuple[int, int], clear: bool) -> None:
        """A look at the portal, at night or while a claim is open."""
        user, account = pair
        claim = self.claim_of(user, account)
        if claim is None:
            return
        granted = (account, user if claim.way is Way.GRANTEE else SHARED) in self.granted
        if clear and claim.standing is Standing.OPEN:
            wanted = claim.way is Way.GRANTEE or self.steps[claim.id] % 2 == 0
            self.steps[claim.id] += granted == wanted
        self.put(account, looked(self.claims[account], claim.id, UNCLEAR if not clear else GRANTED if granted else ABSENT))
        if clear and not granted:
            left = next(one for one in self.claims[account] if one.id == claim.id)
            assert left.standing in {Standing.OPEN, Standing.ENDED}, "somebody keeps an account whose grant is gone"

    @rule(pair=PAIRS, way=st.sampled_from([Way.REGRANT, Way.REGRANT, Way.GRANTEE]))
    def claim_and_prove(self, pair: tuple[int, int], way: Way) -> None:
        """The whole way at once, so that owners and disputes are not rare."""
        user, account = pair
        self.claim(pair, way)
        claim = self.claim_of(user, account)
        whom = account, user if claim is not None and claim.way is Way.GRANTEE else SHARED
        for act in (self.grant, self.revoke, self.grant):
            act(whom)
            self.sync(pair, clear=True)

    @rule(pair=PAIRS, right=st.booleans())
    def prove(self, pair: tuple[int, int], right: bool) -> None:
        user, account = pair
        claim = self.claim_of(user, account)
        if claim is not None:
            if right and claim.standing is Standing.OPEN:
                self.answers.add(claim.id)
            self.put(account, answered(self.claims[account], claim.id, right))

    @rule(pair=PAIRS)
    def unlink(self, pair: tuple[int, int]) -> None:
        user, account = pair
        claim = self.claim_of(user, account)
        if claim is not None:
            self.put(account, gave_up(self.claims[account], claim.id))

    @rule(pair=PAIRS)
    def dispute(self, pair: tuple[int, int]) -> None:
        """The operator settles a dispute for one of the two."""
        user, account = pair
        claim = self.claim_of(user, account)
        if claim is not None and claim.standing in (Standing.FROZEN, Standing.DISPUTING):
            self.decided.add(claim.id)
            self.put(account, settled(self.claims[account], claim.id))

    @invariant()
    def one_owner(self) -> None:
        for claims in getattr(self, "claims", {}).values():
            assert sum(one.standing in OWNING for one in claims) <= 1
            if any(one.standing is Standing.FROZEN for one in claims):
                assert any(one.standing is Standing.DISPUTING for one in claims)

    @invariant()
    def whoever_owns_it_alone_has_no_rival(self) -> None:
        for claims in getattr(self, "claims", {}).values():
            standing = {one.standing for one in claims}
            assert not {Standing.OWNER, Standing.DISPUTING} <= standing

    @invariant()
    def nobody_sees_a_row_without_proof(self) -> None:
        for claims in getattr(self, "claims", {}).values():
            for one in claims:
                if one.sees_rows:
                    enough = 1 if one.way is Way.GRANTEE else 3
                    assert self.steps[one.id] >= enough or one.id in self.answers | self.decided


def test_any_order_of_grants_claims_proofs_and_disputes() -> None:
    """2,000 steps; `python3 run.py long claims` takes as many as it is told."""
    examples = int(os.environ.get("FILLBOOK_TEST_CLAIMS", "50"))
    run_state_machine_as_test(
        Accounts, settings=settings(max_examples=examples, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
    )
