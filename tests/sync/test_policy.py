import pytest

from fillbook.sync.policy import HOUR, MINUTE, Decision, Follow, Loss, Trouble, decide, final, lost


def after(kind: str, tries: int = 1, waited: int = 0, unproven: bool = False, retry_after: int | None = None, seed: str = "s") -> Decision:
    return decide(Trouble(kind, "code", "Sentence.", retry_after), tries, waited, unproven, seed)


@pytest.mark.parametrize("kind", ["NeedsUser", "Unsupported"])
@pytest.mark.parametrize("unproven", [True, False])
def test_what_only_the_user_can_mend_is_never_tried_again(kind: str, unproven: bool) -> None:
    assert after(kind, unproven=unproven, retry_after=5) == Decision(Follow.TELL)


def test_a_new_credential_is_tried_for_a_day() -> None:
    first = after("NotReady", unproven=True, retry_after=20 * MINUTE)
    assert first.follow is Follow.AGAIN
    assert first.validating
    assert 20 * MINUTE <= first.seconds <= 24 * MINUTE
    assert after("NotReady", tries=60, waited=24 * HOUR - 10 * MINUTE, unproven=True) == Decision(Follow.TELL)
    assert final(Trouble("NotReady", "1020", "Wait.")).kind == "NeedsUser"
    assert final(Trouble("NeedsUser", "1012", "Expired.")) == Trouble("NeedsUser", "1012", "Expired.")


def test_a_new_link_looks_for_its_grant_for_a_fortnight_and_an_old_one_stops() -> None:
    first, later = after("NotGranted", unproven=True), after("NotGranted", tries=31, unproven=True)
    assert (first.follow, first.grant, first.validating) == (Follow.AGAIN, True, False)
    assert 2 * MINUTE <= first.seconds <= 2.4 * MINUTE
    assert 30 * MINUTE <= later.seconds <= 36 * MINUTE
    assert after("NotGranted", tries=800, waited=14 * 24 * HOUR, unproven=True) == Decision(Follow.TELL)
    assert after("NotGranted") == Decision(Follow.TELL)
    trouble = Trouble("NotGranted", "not_granted", "Access was withdrawn.")
    assert final(trouble).code == "never_granted"
    assert final(trouble, unproven=False) == Trouble("NeedsUser", "withdrawn", "Access was withdrawn.")


def test_a_broker_that_is_not_ready_is_asked_ever_more_rarely_and_left_after_some_hours() -> None:
    waited = 0
    pauses: list[int] = []
    while (next_try := after("NotReady", tries=len(pauses) + 1, waited=waited)).follow is Follow.AGAIN:
        assert not next_try.validating
        waited += next_try.seconds
        pauses.append(next_try.seconds)
    assert next_try == Decision(Follow.GIVE_UP)
    least = [15 * MINUTE, 30 * MINUTE, *[HOUR] * (len(pauses) - 2)]
    assert all(low <= pause <= low * 1.2 for low, pause in zip(least, pauses, strict=True))
    assert 5 * HOUR < waited <= 6 * HOUR
    assert after("NotReady", retry_after=10 * HOUR).seconds <= 72 * MINUTE


@pytest.mark.parametrize("kind", ["Transient", "RateLimited"])
def test_eight_tries_each_after_a_longer_pause(kind: str) -> None:
    pauses = [after(kind, tries=tries).seconds for tries in range(1, 8)]
    least = [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE, 16 * MINUTE, 32 * MINUTE, HOUR]
    assert all(low <= pause <= low * 1.2 for low, pause in zip(least, pauses, strict=True))
    assert after(kind, tries=8) == Decision(Follow.GIVE_UP)


def test_the_brokers_own_pause_is_kept() -> None:
    assert after("RateLimited", retry_after=90).seconds >= 90
    assert after("Transient", tries=1, retry_after=HOUR).seconds >= HOUR


def test_our_own_fault_ends_the_run_and_leaves_the_link() -> None:
    assert after("OurFault") == Decision(Follow.GIVE_UP)


def test_a_statement_that_cannot_be_read_is_the_users_matter_until_one_could() -> None:
    assert after("StatementUnreadable", unproven=True) == Decision(Follow.TELL)
    assert after("StatementUnreadable") == Decision(Follow.GIVE_UP)


def test_the_same_try_always_decides_alike_and_different_runs_spread() -> None:
    assert after("Transient", seed="run 1") == after("Transient", seed="run 1")
    assert len({after("Transient", tries=7, seed=f"run {number}").seconds for number in range(50)}) > 25


@pytest.mark.parametrize(
    ("kind", "follow", "first", "of_a_night", "of_earlier_years"),
    [
        ("NeedsUser", Follow.TELL, True, Loss.LINK, Loss.LINK),
        ("NeedsUser", Follow.TELL, False, Loss.LINK, Loss.LINK),
        ("Unsupported", Follow.TELL, True, Loss.LINK, Loss.RUN),
        ("Unsupported", Follow.TELL, False, Loss.LEG, Loss.LEG),
        ("Transient", Follow.GIVE_UP, True, Loss.RUN, Loss.RUN),
        ("Transient", Follow.GIVE_UP, False, Loss.LEG, Loss.RUN),
        ("OurFault", Follow.GIVE_UP, False, Loss.LEG, Loss.RUN),
    ],
)
def test_what_a_trouble_costs(kind: str, follow: Follow, first: bool, of_a_night: Loss, of_earlier_years: Loss) -> None:
    trouble = Trouble(kind, "code", "Sentence.")
    assert lost(trouble, follow, history=False, first=first) is of_a_night
    assert lost(trouble, follow, history=True, first=first) is of_earlier_years
