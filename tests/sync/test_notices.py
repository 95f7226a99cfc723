"""What people are told: each occasion once, on pages and by mail, and no word of it that a stranger should not read."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
from django.conf import settings

from fillbook.storage.models import Link, LinkState, Notice, NoticeKind, OperatorSecret, Origin, RunKind, RunState, SyncRun, User
from fillbook.storage.notices import put_away
from fillbook.storage.raw import keep_raw
from fillbook.sync import clock, mail, notices, operators, runs, taking
from fillbook.sync.policy import Trouble
from fillbook.sync.telling import told
from tests.sync.conftest import START
from tests.sync.flex import TRIP, Fill, statement
from tests.sync.linked import linked
from tests.sync.mail_server import MailServer, mail_server

ENTERED = datetime(2026, 9, 26, 14, 0, tzinfo=START.tzinfo)
EXPIRED = Trouble("NeedsUser", "1012", "The token CANARY of U7000001 has expired. Make a new one.")
LOCKED = Trouble("NeedsUser", "1025", "The token is locked. Make a new one.")
LATE = Trouble("Late", "late", "They are late.")
SetTime = Callable[[datetime], None]


@pytest.fixture
def set_time(monkeypatch: pytest.MonkeyPatch) -> SetTime:
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.fixture
def link(owner: User) -> Link:
    """A live link that works, whose token was entered at the start."""
    Link.objects.all().delete()
    known = {"created_at": ENTERED, "linked_at": ENTERED, "credential_changed_at": ENTERED, "sealed_credential": "v1.x"}
    return Link.objects.create(owner=owner, broker="ibkr", name="Interactive Brokers", state=LinkState.LINKED, **known)


def run_of(link: Link, **counts: int) -> int:
    run = SyncRun.objects.create(owner=link.owner, link=link, kind=RunKind.SCHEDULED, state=RunState.RUNNING, **counts)
    return run.pk


def unread(link: Link) -> list[tuple[str, str]]:
    found = Notice.objects.filter(owner=link.owner, read_at=None).order_by("pk")
    return [(notice.kind, notice.key.rpartition("/")[2].rpartition(":")[2]) for notice in found]


def test_a_token_is_spoken_of_thirty_fourteen_seven_and_one_day_before_its_year_ends(link: Link, set_time: SetTime) -> None:
    told_on: dict[int, list[str]] = {}
    for left in range(40, -5, -1):
        set_time(ENTERED + timedelta(days=365 - left))
        for _ in range(2):
            notices.remind()
        told_on[left] = list(Notice.objects.filter(link=link).order_by("pk").values_list("key", flat=True))
    new = {left: len(keys) - len(told_on.get(left + 1, [])) for left, keys in told_on.items()}
    assert [left for left, count in new.items() if count] == [30, 14, 7, 1]
    assert set(new.values()) == {0, 1}
    assert unread(link) == [(NoticeKind.CREDENTIAL_AGES, "1")], "the later one takes the place of the earlier"
    words = told(Notice.objects.filter(link=link).latest("pk"))
    assert words.text.startswith("The Flex token for Interactive Brokers ends on 26 Sep 2027 at the latest.")
    assert words.path == f"/accounts/links/{link.pk}/replace/"


def test_reminders_that_were_missed_become_one(link: Link, set_time: SetTime) -> None:
    set_time(ENTERED + timedelta(days=365 - 5))
    assert notices.remind() == 1
    assert unread(link) == [(NoticeKind.CREDENTIAL_AGES, "7")]


@pytest.mark.parametrize("change", [{"endpoint": "sandbox"}, {"state": LinkState.NEEDS_USER}, {"state": LinkState.UNLINKED}])
def test_nobody_is_reminded_of_what_does_not_end(link: Link, set_time: SetTime, change: dict[str, str]) -> None:
    Link.objects.filter(pk=link.pk).update(**change)
    set_time(ENTERED + timedelta(days=360))
    assert notices.remind() == 0


def test_a_link_that_stops_is_told_once_until_it_works_again(link: Link, set_time: SetTime) -> None:
    for day in range(3):
        set_time(START + timedelta(days=day))
        assert runs.fail(run_of(link), EXPIRED, needs_user=True)
    assert Notice.objects.filter(link=link).count() == 1
    words = told(Notice.objects.get(link=link))
    assert (words.tone, words.action) == ("bad", "See what to do")
    assert EXPIRED.message in words.text
    assert not re.search("CANARY|U7000001|token", words.mail)
    assert runs.fail(run_of(link), LOCKED, needs_user=True)
    assert told(Notice.objects.get(link=link)).text == f"Interactive Brokers: {LOCKED.message}"
    assert runs.finish(run_of(link), {}, whole_year=True, figures_to=date(2026, 9, 25), note="", warning=None)
    assert unread(link) == []
    set_time(START + timedelta(days=9))
    assert runs.fail(run_of(link), EXPIRED, needs_user=True)
    assert Notice.objects.filter(link=link).count() == 2, "a new trouble is news"


def test_statements_that_are_late_are_told_once_for_each_last_day(link: Link) -> None:
    for last in (date(2026, 9, 18), date(2026, 9, 18), date(2026, 9, 21)):
        assert runs.finish(run_of(link), {}, whole_year=False, figures_to=last, note="", warning=LATE)
    assert Notice.objects.filter(link=link, kind=NoticeKind.STATEMENT_LATE).count() == 2
    assert "still end on 21 Sep 2026" in told(Notice.objects.get(link=link, read_at=None)).text
    assert runs.finish(run_of(link), {}, whole_year=False, figures_to=date(2026, 9, 25), note="", warning=None)
    assert unread(link) == []


def test_a_changed_history_is_told_with_its_counts(link: Link) -> None:
    assert runs.finish(run_of(link, rows_new=9), {}, whole_year=False, figures_to=date(2026, 9, 25), note="", warning=None)
    assert unread(link) == []
    changed = run_of(link, rows_changed=3, rows_withdrawn=1, rows_returned=1, trades_changed=2)
    assert runs.finish(changed, {}, whole_year=False, figures_to=date(2026, 9, 25), note="", warning=None)
    words = told(Notice.objects.get(link=link))
    assert words.text == (
        "A later statement of Interactive Brokers changed 3 rows and dropped 1 row that you had before. "
        "1 row that was dropped before is there again. 2 trades are new or different. Both versions are kept."
    )


def test_what_two_accounts_were_told_anew_is_reached_from_one_notice(owner: User) -> None:
    link = linked(owner, "U7000001", "U7000002")
    dearer = (Fill(1, "BUY", 101, "20260105"), *TRIP[1:])
    run = run_of(link)
    raw = keep_raw(owner, "ibkr", statement("U7000001", "U7000002", fills=dearer, made="20260927;020000"), Origin.FETCHED, link)
    assert taking.take_in_here(run, raw.pk) == {"next": "done"}
    assert runs.finish(run, {}, whole_year=True, figures_to=None, note="", warning=None)
    words = told(Notice.objects.get(link=link))
    assert "changed 2 rows that you had before. 2 trades were restated." in words.text
    assert words.path == f"/accounts/links/{link.pk}/runs/{run}/restated/"


def test_every_kind_has_words_without_a_number_of_an_account(link: Link) -> None:
    parameters = {"on": "2027-09-26", "figures_to": "2026-09-18", "code": "1012", "message": "About U7000001.", "changed": 1}
    for kind in NoticeKind:
        words = told(Notice(owner=link.owner, link=link, kind=kind, parameters=parameters))
        assert words.title
        assert words.path.startswith("/")
        assert "U7000001" not in words.mail + words.title
    assert told(Notice(owner=link.owner, link=link, kind="of a later version", parameters={})).path == "/accounts/"


@pytest.fixture
def server(home: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server that the operator set; pages are at book.example.org."""
    assert home
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["localhost", "book.example.org"])
    monkeypatch.setattr(settings, "HTTPS", True)
    Notice.objects.all().delete()
    with mail_server() as found:
        answer = {"host": "127.0.0.1", "port": str(found.port), "security": "none", "sender": "Fillbook <book@example.org>"}
        assert operators.change(operators.MAIL, answer) == ()
        yield found
        operators.remove(operators.MAIL)


def test_each_person_gets_one_message_with_all_that_is_new_and_only_once(link: Link, server: MailServer, set_time: SetTime) -> None:
    set_time(ENTERED + timedelta(days=340))
    runs.fail(run_of(link), EXPIRED, needs_user=True)
    other = Link.objects.create(
        owner=link.owner, broker="ibkr", state=LinkState.LINKED, credential_changed_at=ENTERED, sealed_credential="x"
    )
    assert notices.remind() == 1
    assert mail.send_due() == 1
    assert mail.send_due() == 0
    (message,) = server.taken
    assert (message["to"], message["from"]) == (link.owner.email, "Fillbook <book@example.org>")
    assert message["subject"] == "Fillbook: 2 things to know"
    body = message.get_content().replace("\r", "")
    assert f"See what to do: https://book.example.org/accounts/links/{link.pk}/\n" in body
    assert f"Enter the new one: https://book.example.org/accounts/links/{other.pk}/replace/\n" in body
    assert "CANARY" not in str(message)
    assert "U7000001" not in str(message)


def test_a_message_that_fails_is_tried_again_later_and_later_under_the_same_name(
    link: Link, server: MailServer, set_time: SetTime, caplog: pytest.LogCaptureFixture
) -> None:
    server.refuses = "451 later"
    set_time(START)
    runs.fail(run_of(link), EXPIRED, needs_user=True)
    tried = []
    for minute in range(0, 10 * 60, 15):
        set_time(START + timedelta(minutes=minute))
        before = Notice.objects.get(link=link).mail_tries
        assert mail.send_due() == 0
        if Notice.objects.get(link=link).mail_tries > before:
            tried.append(minute)
    assert tried == [0, 15, 45, 105, 225, 465]
    assert "does not take mail for this address" in caplog.text
    assert link.owner.email not in caplog.text

    Notice.objects.filter(link=link).update(mail_tries=1)
    server.refuses = ""
    assert mail.send_due() == 1
    Notice.objects.filter(link=link).update(mailed_at=None)
    set_time(START + timedelta(hours=30))
    assert mail.send_due() == 1
    first, second = server.taken
    assert first["message-id"] == second["message-id"]


@pytest.mark.parametrize("change", ["read", "old", "sandbox", "unwanted"])
def test_what_is_no_news_or_not_wanted_is_not_mailed(link: Link, server: MailServer, set_time: SetTime, change: str) -> None:
    set_time(START)
    runs.fail(run_of(link), EXPIRED, needs_user=True)
    if change == "read":
        put_away(Notice.objects.filter(link=link), START)
    elif change == "old":
        set_time(START + timedelta(days=3))
    elif change == "sandbox":
        Link.objects.filter(pk=link.pk).update(endpoint="sandbox")
    else:
        User.objects.filter(pk=link.owner_id).update(wants_mail=False)
    assert mail.send_due() == 0
    assert server.taken == []


def test_without_a_mail_server_notices_stay_on_the_pages(link: Link) -> None:
    runs.fail(run_of(link), EXPIRED, needs_user=True)
    assert not mail.is_set()
    assert mail.send_due() == 0
    assert Notice.objects.get(link=link).mail_tries == 0
    with pytest.raises(mail.MailRefused, match="No mail server is set"):
        mail.send_test("ann@example.org")


def test_a_test_message_says_that_mail_works(server: MailServer) -> None:
    mail.send_test("ann@example.org")
    (message,) = server.taken
    assert (message["subject"], message["to"]) == ("Fillbook: mail works", "ann@example.org")


def test_the_password_is_sealed_kept_and_never_shown(home: object) -> None:
    assert home
    answer = {"host": "smtp.example.org", "port": "587", "security": "starttls", "user": "ann", "password": "CANARY", "sender": "a@b.org"}
    assert operators.change(operators.MAIL, answer) == ()
    assert "CANARY" not in OperatorSecret.objects.get().sealed_values
    assert "password" not in (operators.present(operators.MAIL) or {})
    assert operators.change(operators.MAIL, {**answer, "password": "", "host": "other.example.org"}) == ()
    assert (mail._server() or {})["password"] == "CANARY"
    assert operators.remove(operators.MAIL)
    assert operators.present(operators.MAIL) is None


GOOD = {"host": "smtp.example.org", "port": "587", "security": "starttls", "sender": "a@b.org"}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"host": "a b"}, "host"),
        ({"host": ""}, "host"),
        ({"port": "0"}, "port"),
        ({"port": "http"}, "port"),
        ({"security": "maybe"}, "security"),
        ({"security": "none", "user": "ann", "password": "x"}, "security"),
        ({"password": "x"}, "user"),
        ({"sender": "nobody"}, "sender"),
        ({"sender": "a@b.org\nBcc: c@d.org"}, "sender"),
    ],
)
def test_a_wrong_answer_names_its_field_and_changes_nothing(home: object, change: dict[str, str], wrong: str) -> None:
    assert home
    assert wrong in [error.field for error in operators.change(operators.MAIL, {**GOOD, **change})]
    assert operators.present(operators.MAIL) is None
