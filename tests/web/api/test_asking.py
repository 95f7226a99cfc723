"""Lists in pages, conditions, fields, ETags and the one shape of everything that goes wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from fillbook.performance.filters import Filter
from fillbook.storage import words
from fillbook.storage.campaigning import gather
from fillbook.storage.derive import rebuild_account
from fillbook.storage.models import BalanceRow, BrokerAccount, CampaignRow, RawStatement, ReconciliationRow, RoundTripRow, User
from fillbook.web.api.asking import Asked, cursor_of, meant
from tests.web.api.conftest import Asker
from tests.web.book import ACME, FILLS, fill, says, utc, write_book

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

HALF = "\ud800"
BEFORE_TIME = "0001-01-01T00:00:00+10:00"
"""Half a character, and a moment that lies before the first one in UTC: a cursor that we never made may hold them."""
LISTS = ("/trades", "/executions", "/notes", "/runs", *(f"/accounts/{{account}}/reconciliation?kind={kind}" for kind in ("fill", "fee")))


@pytest.fixture
def many(owner: User) -> BrokerAccount:
    """Seven round trips of ACME, one a day, each of which earned a dollar before two of fees."""
    fills = [
        one
        for day in range(1, 8)
        for one in (
            fill(2 * day, ACME, 1, 100, utc(5, day)),
            fill(2 * day + 1, ACME, -1, 101, utc(5, day, 16), broker="-1"),
        )
    ]
    account = write_book(owner, says(*fills))
    for trip in RoundTripRow.objects.order_by("closed_on")[:3]:
        words.write_note(owner, trip.key, "noted")
    return account


def pages(program: Asker, path: str, limit: int, most: int = 100) -> list[list[dict[str, Any]]]:
    """All pages of a list; no more than `most`, since a list that goes round has no end."""
    found: list[list[dict[str, Any]]] = []
    cursor: str | None = ""
    while cursor is not None and len(found) < most:
        page = program.get(f"{path}{'&' if '?' in path else '?'}limit={limit}{f'&cursor={cursor}' if cursor else ''}")
        found.append(page["items"])
        cursor = page["next"]
    return found


@pytest.mark.parametrize("path", LISTS)
def test_pages_of_any_size_are_the_list(program: Asker, many: BrokerAccount, path: str) -> None:
    path = path.format(account=many.pk)
    whole = program.get(path)
    assert whole["next"] is None
    for limit in (1, 2, 3, 7, 500):
        found = pages(program, path, limit)
        assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)
        assert [one for page in found for one in page] == whole["items"]


def test_trades_come_latest_first_and_in_any_order(program: Asker, many: BrokerAccount) -> None:
    days = [one["closed_on"] for one in program.get("/trades")["items"]]
    assert days == [f"2026-05-0{day}" for day in range(7, 0, -1)]
    ascending = [one["closed_on"] for page in pages(program, "/trades?sort=profit&ascending=true", 3) for one in page]
    assert ascending == sorted(days)


def test_a_list_that_grows_between_two_pages_gives_nothing_twice(program: Asker, many: BrokerAccount, owner: User) -> None:
    first = program.get("/trades?limit=3")
    later = [fill(100, ACME, 1, 100, utc(6, 1)), fill(101, ACME, -1, 101, utc(6, 1, 16), broker="-1")]
    write_book(owner, says(*later, number=many.number))
    second = program.get(f"/trades?limit=10&cursor={first['next']}")
    days = [one["closed_on"] for one in [*first["items"], *second["items"]]]
    assert days == [f"2026-05-0{day}" for day in range(7, 0, -1)]


def test_comparisons_go_on_after_a_line_whatever_comes_before_it(program: Asker, many: BrokerAccount, owner: User) -> None:
    path = f"/accounts/{many.pk}/reconciliation"
    first = program.get(f"{path}?limit=3")
    write_book(owner, says(fill(100, ACME, 1, 100, utc(6, 1)), fill(101, ACME, -1, 101, utc(6, 1, 16), broker="-9"), number=many.number))
    second = program.get(f"{path}?limit=2&cursor={first['next']}")
    third = program.get(f"{path}?limit=10&cursor={second['next']}")
    days = [one["day"] for page in (first, second, third) for one in page["items"]]
    assert days == [f"2026-05-0{day}" for day in range(7, 0, -1)]
    assert program.get(f"{path}?limit=1")["items"][0]["day"] == "2026-06-01"  # it differs by 8, and so stands first


def test_comparisons_of_every_status_come_once_each(program: Asker, many: BrokerAccount) -> None:
    path = f"/accounts/{many.pk}/reconciliation"
    for number, row in enumerate(ReconciliationRow.objects.filter(account=many, kind="fill").order_by("day")):
        row.status, row.day = ("equal", "different", "explained")[number % 3], None if number in (0, 3, 4) else row.day
        row.save()
    told = [(one["status"], one["day"]) for one in program.get(path)["items"]]
    assert told == [
        ("different", "2026-05-02"),
        ("different", None),
        ("explained", "2026-05-06"),
        ("explained", "2026-05-03"),
        ("equal", "2026-05-07"),
        ("equal", None),
        ("equal", None),
    ]
    for limit in (1, 2, 3):
        assert [(one["status"], one["day"]) for page in pages(program, path, limit) for one in page] == told
    assert [one["day"] for page in pages(program, f"{path}?status=equal", 1) for one in page] == ["2026-05-07", None, None]


def test_conditions_are_those_of_the_pages(program: Asker, account: BrokerAccount, owner: User) -> None:
    def symbols(query: str) -> list[str]:
        return [one["instrument"] for one in program.get(f"/trades?{query}")["items"]]

    key = RoundTripRow.objects.get(symbol="BOLT").key
    words.add_tag(owner, key, "late")
    assert symbols("") == ["BOLT", "ACME"]
    assert symbols("symbol=acme") == ["ACME"]
    assert symbols("side=short") == ["BOLT"]
    assert symbols("outcome=win") == ["ACME"]
    assert symbols("from=2026-03-01&to=2026-03-31") == ["BOLT"]
    assert symbols("status=open") == ["ACME"]
    assert symbols("tag=late") == ["BOLT"]
    assert symbols("class=option") == []
    assert symbols("currency=EUR") == []
    assert symbols(f"account={account.pk}") == ["BOLT", "ACME"]
    assert symbols("slot=hour-10") == ["BOLT", "ACME"]
    assert symbols("band=price-5") == ["BOLT"]  # from 50 to 100
    assert symbols("untagged=1") == ["ACME"]
    assert symbols("ticker=ACME&underlying=ACME&traded=USD") == ["ACME"]


def test_figures_are_those_worked_out_by_hand(program: Asker, account: BrokerAccount) -> None:
    (group,) = program.get("/summary")["groups"]
    assert (group["profit"], group["fees"], group["gross_profit"], group["win_rate"]) == ("86", "-4", "90", "50")
    assert group["average_gain_percent"] == "2.4854665"  # (98 / 1001 - 12 / 249) / 2 in percent: 9.790210 and -4.819277
    assert group["max_drawdown"] == "-12"
    (march,) = program.get("/summary?from=2026-03-01&to=2026-03-31")["groups"]
    assert (march["profit"], march["previous"]["profit"], march["previous"]["from"]) == ("-12", "98", "2026-02-01")
    points = program.get("/curve")["groups"][0]["points"]
    assert [(one["last"], one["equity"], one["drawdown"]) for one in points] == [("2026-02-10", "98", "0"), ("2026-03-03", "86", "-12")]
    calendar = program.get("/calendar")["groups"][0]
    assert [(one["month"], one["profit"]) for one in calendar["months"]] == [("2026-02", "98"), ("2026-03", "-12")]
    assert [(one["first"], one["last"]) for one in calendar["weeks"]] == [("2026-02-09", "2026-02-15"), ("2026-03-02", "2026-03-08")]
    assert calendar["total"]["profit"] == "86"
    day = program.get("/days/2026-03-03")
    assert (day["groups"][0]["realized"], day["groups"][0]["closed"]["profit"], day["before"], day["after"]) == (
        "-12",
        "-12",
        "2026-03-02",
        "2026-03-05",
    )
    bridge = {one["line"]: one["amount"] for one in program.get("/bridge")["groups"][0]["lines"]}
    assert (bridge["profit"], bridge["broker"]) == ("86", "86")
    (position,) = program.get("/positions")["items"]
    assert (position["instrument"], position["quantity"], position["cost"], position["broker_quantity"]) == ("ACME", "4", "481", "4")


def test_reports_are_those_worked_out_by_hand(program: Asker, account: BrokerAccount) -> None:
    (group,) = program.get("/reports/breakdown?by=symbol")["groups"]
    assert [(part["value"], part["profit"], part["round_trips"]) for part in group["parts"]] == [("ACME", "98", 1), ("BOLT", "-12", 1)]
    assert group["total"]["profit"] == "86"
    for part in group["parts"]:
        assert [one["instrument"] for one in program.get(f"/trades?{part['filter']}")["items"]] == [part["value"]]
    (gross,) = program.get("/reports/breakdown?by=side&gross=true")["groups"]
    assert {part["value"]: part["profit"] for part in gross["parts"]} == {"long": "100", "short": "-10"}
    (own,) = program.get("/reports/breakdown?by=symbol&own=true")["groups"]
    assert [(part["value"], part["profit"], part["filter"]) for part in own["parts"]] == [
        ("ACME", "98", "ticker=ACME&traded=USD"),
        ("BOLT", "-12", "ticker=BOLT&traded=USD"),
    ]
    (crossed,) = program.get("/reports/crossing?down=symbol&across=side")["groups"]
    assert [(cell["row"], cell["column"], cell["profit"]) for cell in crossed["cells"]] == [
        ("ACME", "long", "98"),
        ("BOLT", "short", "-12"),
    ]
    (found,) = program.get("/reports/statistics")["groups"]
    assert [(fall["depth"], fall["peak_on"], fall["trough_on"]) for fall in found["drawdowns"]] == [("-12", "2026-02-10", "2026-03-03")]
    assert found["recovery_factor"].startswith("7.1666")
    assert (found["streaks"]["wins"]["profit"], found["streaks"]["current"]["outcome"]) == ("98", "loss")
    assert {"low", "high", "few", "absent"} <= set(found["figures"][0])
    (spread,) = program.get("/reports/distribution?of=held")["groups"]
    assert (spread["n"], spread["mean"]) == (2, "1598400")  # 36 days and one day, in seconds
    (percents,) = program.get("/reports/distribution?of=percent")["groups"]
    assert sum(bar["round_trips"] for bar in percents["bars"]) == 2
    assert percents["mean"] == "2.4854665"


def test_a_mean_of_holding_times_has_no_more_digits_than_other_means(program: Asker, owner: User) -> None:
    """Six of an hour and one a minute longer: 25260 / 7 = 3608.571428571..."""
    fills = [
        one
        for day in range(1, 8)
        for one in (
            fill(2 * day, ACME, 1, 100, utc(5, day)),
            fill(2 * day + 1, ACME, -1, 101, utc(5, day, 16, 31 if day == 1 else 30)),
        )
    ]
    write_book(owner, says(*fills))
    (spread,) = program.get("/reports/distribution?of=held")["groups"]
    assert (spread["mean"], spread["median"]) == ("3608.57142857", "3600")


def test_campaigns_are_their_legs_once(program: Asker, many: BrokerAccount, owner: User) -> None:
    keys = list(RoundTripRow.objects.filter(account=many).order_by("closed_on").values_list("key", flat=True))
    for first in (0, 2, 4):
        gather(owner, keys[first : first + 2], f"number {first}")
    assert [one["name"] for one in program.get("/campaigns")["items"]] == ["number 4", "number 2", "number 0"]
    assert [one["name"] for page in pages(program, "/campaigns", 1) for one in page] == ["number 4", "number 2", "number 0"]
    whole = program.get(f"/campaigns/{program.get('/campaigns?from=2026-05-06')['items'][0]['key']}")
    assert (whole["net"], whole["fees"], len(whole["legs"]), whole["own"]) == ("-2", "-4", 2, True)  # twice 1 earned and 2 of fees
    assert program.ask(f"/campaigns?cursor={cursor_of('00', many.pk)}").status_code == 404


def test_a_campaign_is_found_by_any_leg_s_key(program: Asker, many: BrokerAccount, owner: User) -> None:
    """A leg before the first one changes its key; the old one leads there still, to read and to write."""
    early, first, last = RoundTripRow.objects.filter(account=many, is_open=False).order_by("closed_on").values_list("key", flat=True)[:3]
    assert gather(owner, [first, last], "mine").key == first
    assert program.ask(f"/campaigns/{first}/legs", "POST", {"trade": early}).json()["key"] == early
    assert program.get(f"/campaigns/{first}") == program.get(f"/campaigns/{early}")
    assert program.ask(f"/campaigns/{last}", "PUT", {"name": "renamed"}).json()["name"] == "renamed"


def test_campaigns_of_one_key_come_once_each(program: Asker, many: BrokerAccount, owner: User) -> None:
    """One account number held twice, of two kinds, has its trades and campaigns by the same keys."""
    twin = write_book(owner, says(*FILLS, number="U2", paper=True))
    keys = {one: list(RoundTripRow.objects.filter(account=one, is_open=False).values_list("key", flat=True)) for one in (many, twin)}
    for some in (keys[many][:2], keys[twin][:2], keys[many][2:4]):
        gather(owner, some, f"of {some[0]}")
    CampaignRow.objects.update(day=utc(5, 2).date(), opened_on=None)
    CampaignRow.objects.filter(own__name=f"of {keys[many][2]}").update(day=utc(4, 2).date())
    CampaignRow.objects.filter(day=utc(5, 2).date()).update(key="one")
    assert [one["account_id"] for page in pages(program, "/campaigns", 1, most=4) for one in page] == [many.pk, twin.pk, many.pk]


def test_fields_are_those_that_are_wanted(program: Asker, account: BrokerAccount) -> None:
    assert program.get("/trades?fields=instrument,net&limit=1")["items"] == [
        {"key": RoundTripRow.objects.get(symbol="BOLT").key, "instrument": "BOLT", "net": "-12"}
    ]
    refused = program.ask("/trades?fields=nonsense").json()
    assert refused["where"] == [{"field": "fields", "detail": "There is no field nonsense."}]


def test_what_did_not_change_is_not_sent_again(program: Asker, account: BrokerAccount) -> None:
    for path in ("/trades", "/summary", "/curve", "/calendar", "/intraday", "/accounts", "/positions", "/notes", "/tags", "/openapi.json"):
        first = program.ask(path)
        etag = first.headers["ETag"]
        assert etag.startswith('"')
        assert "private" in first.headers["Cache-Control"]
        again = program.ask(path, **{"If-None-Match": etag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == etag
        assert program.ask(path, **{"If-None-Match": '"another"'}).status_code == 200


def test_the_headers_alone_can_be_asked_for(program: Asker, account: BrokerAccount) -> None:
    for path in ("/trades", "/accounts", "/openapi.json"):
        etag = program.ask(path).headers["ETag"]
        head = program.ask(path, "HEAD")
        assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", etag)
        assert program.ask(path, "HEAD", **{"If-None-Match": etag}).status_code == 304
    assert Asker().ask("/trades", "HEAD").status_code == 401
    refused = program.ask("/trades", "DELETE")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD")
    assert program.ask("/tags/1", "HEAD").headers["Allow"] == "DELETE, PUT"


@pytest.mark.parametrize(
    "path",
    [
        "/trades?limit=9",
        "/summary?",
        "/curve?",
        "/calendar?",
        "/intraday?",
        "/reports/breakdown?by=symbol",
        "/reports/crossing?down=symbol&across=side",
        "/reports/distribution?of=profit",
        "/reports/statistics?",
        "/reports/comparison?beside=side%3Dshort",
        "/reports/campaigns?",
    ],
)
def test_whatever_changes_an_answer_changes_its_etag(program: Asker, account: BrokerAccount, owner: User, path: str) -> None:
    def etag() -> str:
        return str(program.ask(path).headers["ETag"])

    seen = {etag()}
    key = RoundTripRow.objects.get(symbol="BOLT").key
    changes: list[Callable[[], object]] = [
        lambda: words.add_tag(owner, key, "late"),
        lambda: words.drop_tag(owner, key, owner_tag(owner)),
        lambda: words.write_note(owner, key, "noted"),
        lambda: rebuild_account(account),
        lambda: state_worth(account),
        lambda: BrokerAccount.objects.filter(pk=account.pk).update(chosen=False),
        lambda: write_book(owner, says(fill(100, ACME, 1, 100, utc(6, 1)), number="U9")),
    ]
    for number, change in enumerate(changes, 2):
        change()
        seen.add(etag())
        assert len(seen) == number
    assert program.ask(f"{path}&symbol=ACME").headers["ETag"] not in seen


def test_what_changes_while_an_answer_is_made_is_asked_for_again(
    program: Asker, account: BrokerAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meant_before(user: User, asked: Asked) -> tuple[list[BrokerAccount], Filter]:
        found = meant(user, asked)
        BrokerAccount.objects.filter(pk=account.pk).update(chosen=False)
        return found

    with monkeypatch.context() as patched:
        patched.setattr("fillbook.web.api.routes.figures.meant", meant_before)
        before = program.ask("/summary")
    assert before.json()["groups"][0]["profit"] == "86"
    after = program.ask("/summary", **{"If-None-Match": before.headers["ETag"]})
    assert (after.status_code, after.json()["groups"]) == (200, [])


def test_what_did_not_change_is_not_computed_again(program: Asker, account: BrokerAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    etag = program.ask("/reports/breakdown?by=symbol").headers["ETag"]
    monkeypatch.delattr("fillbook.web.api.routes.reports.breakdown_answer")
    assert program.ask("/reports/breakdown?by=symbol", **{"If-None-Match": etag}).status_code == 304


def state_worth(account: BrokerAccount) -> None:
    """Let a statement that changes no trade say what an account was worth."""
    raw = RawStatement.objects.earliest("pk")
    stated = {"raw": raw, "origin": raw.origin, "stated_at": raw.received_at, "currency": "USD"}
    BalanceRow.objects.create(account=account, kind="net_asset_value", as_of=utc(3, 4).date(), amount=1000, **stated)


def owner_tag(owner: User) -> int:
    return words.tags_of(owner).get(key="late").pk


def test_an_etag_of_one_is_none_of_another(program: Asker, stranger: Asker, account: BrokerAccount) -> None:
    assert program.ask("/trades").headers["ETag"] != stranger.ask("/trades").headers["ETag"]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/trades?from=yesterday", "from"),
        ("/trades?from=2026-02-30", "from"),
        ("/trades?class=horse", "class"),
        ("/trades?slot=hour-99", "slot"),
        ("/trades?symbol=%00", "symbol"),
        ("/trades?limit=0", "limit"),
        ("/trades?limit=501", "limit"),
        ("/trades?limit=many", "limit"),
        ("/trades?frm=2026-01-01", "frm"),
        ("/trades?symbol=ACME&symbol=BOLT", "symbol"),
        ("/notes?search=%00", "search"),
        ("/days/2026-02-30", "day"),
        ("/accounts/0", "account_id"),
        ("/accounts/99999999999999999999", "account_id"),
        ("/links/x", "link_id"),
    ],
)
def test_a_value_that_means_nothing_is_refused_by_its_name(program: Asker, account: BrokerAccount, path: str, field: str) -> None:
    answer = program.ask(path)
    assert answer.status_code == 422, answer.content
    problem = answer.json()
    assert set(problem) == {"type", "title", "detail", "where", "remedy"}
    assert [one["field"] for one in problem["where"]] == [field]
    assert problem["remedy"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/trades?tag=nowhere", "tag"),
        ("/trades?cursor=bm9uc2Vuc2U", "cursor"),
        ("/trades?cursor=WyIwMCJd", "cursor"),
        ("/executions?cursor=WyJ4IiwxXQ", "cursor"),
        (f"/accounts/{{account}}/reconciliation?cursor={cursor_of('worse', '', '', '')}", "cursor"),
        (f"/accounts/{{account}}/reconciliation?cursor={cursor_of('equal', 'today', '', '')}", "cursor"),
        ("/notes?cursor=WyIyMDI2LTAxLTAxIiwxXQ", "cursor"),
        (f"/trades?cursor={cursor_of(HALF, 1)}", "cursor"),
        (f"/executions?cursor={cursor_of('0001-01-01', BEFORE_TIME, 1)}", "cursor"),
        (f"/notes?cursor={cursor_of(BEFORE_TIME, 1)}", "cursor"),
    ],
)
def test_a_value_that_names_what_is_not_there_is_named(program: Asker, account: BrokerAccount, path: str, field: str) -> None:
    answer = program.ask(path.format(account=account.pk))
    assert answer.status_code == 404
    assert [one["field"] for one in answer.json()["where"]] == [field]


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/trades/{key}/notes", {"text": " "}, "text"),
        ("POST", "/trades/{key}/notes", {}, "text"),
        ("POST", "/trades/{key}/tags", {"name": "a,b"}, "name"),
        ("PUT", "/trades/{key}/plan", {"stop": "49"}, "plan"),  # of a short trade that began at 50 it lies above
        ("PUT", "/trades/{key}/plan", {"rating": 6}, "rating"),
        ("PUT", "/trades/{key}/plan", {"stop": "1e5"}, "stop"),
        ("PUT", "/trades/{key}/plan", {"stp": "51"}, "stp"),  # nothing but that would take the plan away
        ("POST", "/views", {"name": " "}, "name"),
        ("POST", "/views", {"name": "x", "query": 7}, "query"),
        ("POST", "/views", {"name": "x", "query": "&".join(["side=long"] * 101)}, "query"),
        ("POST", "/views", {"name": "x", "query": "side=short&basis=gross"}, "query"),
        ("POST", "/views", {"name": "x", "path": "/reports/", "query": "side=short&symbl=1"}, "query"),
        ("POST", "/views", {"name": "x", "query": "side=sideways"}, "query"),
        ("POST", "/views", {"name": "x", "path": "//evil.example/"}, "path"),
    ],
)
def test_words_that_cannot_be_are_refused(
    program: Asker, account: BrokerAccount, method: str, path: str, body: dict[str, Any], field: str
) -> None:
    key = RoundTripRow.objects.get(account=account, symbol="BOLT").key
    answer = program.ask(path.format(key=key), method, body)
    assert answer.status_code == 422, answer.content
    assert [one["field"] for one in answer.json()["where"]] == [field]


def test_a_view_is_a_page_s_address(program: Asker) -> None:
    sent = {"name": "shorts", "query": "show=percent&side=short&money=USD&incomplete=0&period=last-90-days"}
    assert program.ask("/views", "POST", sent).json()["query"] == "side=short&period=last-90-days&show=percent&money=USD"
    sent = {"name": "symbols", "path": "/reports/by/symbol/", "query": "basis=gross&sort=won"}
    kept = program.ask("/views", "POST", sent).json()
    assert (kept["path"], kept["query"]) == ("/reports/by/symbol/", "basis=gross&sort=won")


def test_a_plan_may_have_prices_below_zero_as_on_the_page(program: Asker, account: BrokerAccount) -> None:
    """Spreads and some futures trade there; a target below 0 of a short trade is what its page takes, too."""
    path = f"/trades/{RoundTripRow.objects.get(account=account, symbol='BOLT').key}/plan"
    assert program.ask(path, "PUT", {"target": "-3"}).json()["target"] == "-3"
    read = program.get(path)
    assert program.ask(path, "PUT", {name: read[name] for name in ("stop", "target", "rating")}).json()["target"] == "-3"


def test_a_body_that_is_no_json_is_said_to_be_none(program: Asker) -> None:
    answer = program.client.generic("POST", "/api/v1/views", "{", content_type="application/json", headers=program.headers)
    assert answer.status_code == 400
    assert answer.json()["type"] == "bad_request"


def test_a_write_can_be_held_to_what_was_read(program: Asker, account: BrokerAccount) -> None:
    path = f"/trades/{RoundTripRow.objects.get(account=account, symbol='BOLT').key}/plan"
    read = {"If-Match": program.ask(path).headers["ETag"]}
    assert program.ask(path, "PUT", {"stop": "51"}, **read).status_code == 200
    late = program.ask(path, "PUT", {"stop": "52"}, **read)
    assert (late.status_code, late.json()["type"]) == (412, "changed")
    assert program.get(path)["stop"] == "51"
    weak = {"If-Match": f"W/{program.ask(path).headers['ETag']}"}
    assert program.ask(path, "PUT", {"stop": "52"}, **weak).status_code == 412
    now = {"If-Match": f'"another", {program.ask(path).headers["ETag"]}', "If-None-Match": program.ask(path).headers["ETag"]}
    assert program.ask(path, "PUT", {"stop": "52"}, **now).json()["stop"] == "52"


def test_what_is_not_there_is_not_as_it_was_read(program: Asker, account: BrokerAccount) -> None:
    day, anything = "/days/2026-02-11/note", {"If-Match": "*"}
    assert program.ask(day, "PUT", {"text": "mine"}, **anything).status_code == 412
    assert program.ask(day).status_code == 404
    assert program.ask(day, "PUT", {"text": "mine"}).status_code == 200
    assert program.ask(day, "PUT", {"text": "changed"}, **anything).json()["text"] == "changed"
    assert program.ask("/views", "POST", {"name": "mine"}, **{"If-Match": '"another"'}).status_code == 412


def test_more_parameters_than_anybody_has_are_refused_in_the_one_shape(program: Asker) -> None:
    answer = program.ask("/trades?" + "&".join(f"symbol{number}=ACME" for number in range(1001)))
    assert answer.status_code == 400
    assert answer.json()["type"] == "bad_request"


def test_words_written_here_are_those_of_the_pages(program: Asker, account: BrokerAccount) -> None:
    key = RoundTripRow.objects.get(account=account, symbol="BOLT").key
    note = program.ask(f"/trades/{key}/notes", "POST", {"text": "too *early*"}).json()
    tag = program.ask(f"/trades/{key}/tags", "POST", {"name": "late"}).json()
    plan = program.ask(f"/trades/{key}/plan", "PUT", {"stop": "51", "target": "40", "rating": 2}).json()
    assert (plan["stop"], plan["risk"], plan["r"]) == ("51", "7", "-1.71428571")  # 5 x 1 + 2 of fees; -12 / 7
    trade = program.get(f"/trades/{key}")
    assert [one["text"] for one in trade["notes"]] == ["too *early*"]
    assert trade["tags"] == ["late"]
    assert trade["plan"]["r"] == "-1.71428571"
    assert program.ask(f"/notes/{note['id']}", "PUT", {"text": "late"}).json()["text"] == "late"
    assert program.ask(f"/notes/{note['id']}", "DELETE").status_code == 204
    assert program.ask(f"/trades/{key}/tags/{tag['id']}", "DELETE").status_code == 204
    assert program.ask(f"/trades/{key}/plan", "PUT", {}).json()["stop"] is None
    trade = program.get(f"/trades/{key}")
    assert (trade["notes"], trade["tags"]) == ([], [])


def test_an_error_of_ours_tells_a_reference_and_nothing_else(
    program: Asker, account: BrokerAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr("fillbook.web.api.routes.accounts.accounts_answer", broken)
    answer = program.ask("/accounts")
    assert answer.status_code == 500
    assert answer.json()["type"] == "server_error"
    assert b"secret" not in answer.content
