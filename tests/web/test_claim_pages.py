"""What somebody sees who claims an account: how to show that it is theirs, and nothing that tells of the account."""

import os
import re
import time
from collections.abc import Sequence
from math import sqrt

import pytest
from django.test import Client

from fillbook.storage.models import AccountClaim, Link, ProofTry, SyncRun, User
from fillbook.sync import proving
from tests.sync.claiming import BROKER, REGRANT, be_claimed, claim, linked, look, run_of
from tests.web.book import FILLS, says, write_book
from tests.web.conftest import signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    be_claimed(monkeypatch)


def progress(link: Link) -> str:
    return f"/accounts/links/{link.pk}/"


def begin(browser: Client, number: str) -> Link:
    answer = browser.post(f"/accounts/link/{BROKER}/", {"token": number, "query_id": "1"})
    assert answer.status_code == 302, text_of(answer.content)
    return Link.objects.get(pk=answer["Location"].split("/")[-2])


def test_a_claim_says_how_it_is_proven_and_that_it_says_no_more(browser_of_other: Client) -> None:
    link = begin(browser_of_other, "5AB12345")
    shown = text_of(browser_of_other.get(progress(link)).content)
    assert "Show that this account is yours" in shown
    assert "Take it back On the same page of the portal. Leave it so for 3 minutes." in shown
    assert "You have 5 tries" in shown
    partial = browser_of_other.get(progress(link) + "?proving", headers={"HX-Request": "true"})
    assert "HX-Refresh" not in partial.headers


def test_a_claim_that_waits_is_told_on_the_dashboard_and_with_the_accounts(browser_of_other: Client, other: User) -> None:
    link = begin(browser_of_other, "5AB12345")
    Link.objects.filter(pk=link.pk).update(state="awaiting")
    SyncRun.objects.filter(link=link).update(state="waiting")
    write_book(other, says(*FILLS, number="U7"))
    assert f"waits until you show that account {link.account} is yours. See what to do" in text_of(browser_of_other.get("/").content)
    listed = text_of(browser_of_other.get("/accounts/").content)
    assert "Show that it is yours" in listed
    assert "Waiting for your grant" not in listed


def test_once_it_is_proven_the_page_goes_on(browser_of_other: Client) -> None:
    link = begin(browser_of_other, "5AB12345")
    assert look(link, *REGRANT) == "proven"
    partial = browser_of_other.get(progress(link) + "?proving", headers={"HX-Request": "true"})
    assert partial.headers["HX-Refresh"] == "true"
    assert "Show that this account is yours" not in text_of(browser_of_other.get(progress(link)).content)


def test_who_is_alone_is_told_why_nothing_is_asked(browser_of_owner: Client, owner: User) -> None:
    link = linked(owner)
    run = run_of(link)
    Link.objects.filter(pk=link.pk).update(state="awaiting")
    type(run).objects.filter(pk=run.pk).update(state="waiting", error_message="Not granted yet.")
    shown = text_of(browser_of_owner.get(progress(link)).content)
    assert "Waiting for your grant Not granted yet. Fillbook looks again by itself." in shown
    assert "You are the only one who uses this site, so the grant is all it takes" in shown


def test_an_answer_is_kept_until_the_next_look(browser_of_other: Client) -> None:
    link = begin(browser_of_other, "5AB12345")
    said = {f"{name}{number}": value for number in range(3) for name, value in (("day", "2026-03-03"), ("quantity", "1"), ("price", "2.5"))}
    assert browser_of_other.post(f"{progress(link)}answer/", {**said, "price1": "much"}).status_code == 302
    assert not ProofTry.objects.exists()
    answer = browser_of_other.post(f"{progress(link)}answer/", said, follow=True)
    assert "It is compared with the next look" in text_of(answer.content)
    assert "You have 4 tries" in text_of(answer.content)
    assert look(link, "granted") == "look"
    assert claim(link).sealed_answer == ""


def test_both_sides_of_a_dispute_are_told_and_the_operator_decides(browser_of_owner: Client, owner: User, other: User) -> None:
    first, browser_of_other = linked(owner), signed_in(other)
    look(first, *REGRANT)
    second = linked(other)
    look(second, *REGRANT[:2])
    proving.note_look(run_of(second).pk, "done", "")
    for browser, link in ((browser_of_owner, first), (browser_of_other, second)):
        shown = text_of(browser.get(progress(link)).content)
        assert "Two users of this site have shown that they control this account." in shown
        assert "Give this link up" in shown
    wrong = browser_of_other.post(f"/settings/claims/{claim(second).pk}/")
    assert (wrong["Location"], claim(second).standing) == ("/settings/", "disputing")
    answer = browser_of_owner.post(f"/settings/claims/{claim(second).pk}/")
    assert answer.status_code == 302
    assert (claim(first).standing, claim(second).standing) == ("ended", "owner")


STATES: dict[str, Sequence[str]] = {"granted": ("granted",), "not granted": ("absent",), "unknown": ("absent",), "taken": ("granted",)}
ROUNDS = int(os.environ.get("FILLBOOK_TEST_ROUNDS", "60"))
"""Answers for each state; `python3 run.py long claims` asks for 1,000."""
CHANCE = sqrt(0.25 / (ROUNDS / 2) + 0.25 / (3 * ROUNDS / 2)) / 2
"""By how much chance alone moves the share that is told right, one standard deviation."""


def test_no_answer_tells_granted_from_not_granted_unknown_and_taken(owner: User, other: User) -> None:
    """Half of the answers teach a classifier by status, length and time; of the other half it gets no more right than chance gives."""
    browser = signed_in(other)
    look(linked(owner, "5AB00009"), *REGRANT)
    links = {}
    for number, (name, seen) in enumerate(STATES.items()):
        link = linked(other, "5AB00009" if name == "taken" else f"5AB0000{number}")
        look(link, *seen)
        links[name] = progress(link)
    AccountClaim.objects.update(ranks=[2, 7, 15])
    answers, times = set(), []
    for _ in range(ROUNDS):
        for name, address in links.items():
            started = time.perf_counter()
            answer = browser.get(address, headers={"HX-Request": "true"})
            times.append((name, time.perf_counter() - started))
            answers.add((answer.status_code, len(answer.content), answer.content.replace(address.encode(), b"")))
    assert len(answers) == 1
    pages = {re.sub(rb"[0-9a-f-]{36}|5AB0000\d|value=\"\w{64}\"", b"", browser.get(address).content) for address in links.values()}
    assert len(pages) == 1
    known, asked = times[: len(times) // 2], times[len(times) // 2 :]
    for name in STATES:
        limit, quicker = _best_cut([(label == name, seconds) for label, seconds in known])
        told = {True: list[bool](), False: list[bool]()}
        for label, seconds in asked:
            told[label == name].append(((seconds <= limit) == quicker) == (label == name))
        right = sum(sum(one) / len(one) for one in told.values()) / 2
        assert right <= max(0.55, 0.5 + 3.5 * CHANCE), f"{name} is told by time in {right:.0%}"


def _best_cut(known: Sequence[tuple[bool, float]]) -> tuple[float, bool]:
    """(limit, whether the quicker ones are meant) that tells most of the known ones right, classes weighing the same."""
    ours, others = [ms for is_it, ms in known if is_it], [ms for is_it, ms in known if not is_it]

    def balanced(limit: float) -> float:
        return sum(ms <= limit for ms in ours) / len(ours) - sum(ms <= limit for ms in others) / len(others)

    best = max((ms for _, ms in known), key=lambda limit: abs(balanced(limit)))
    return best, balanced(best) > 0
