"""What an account rests on: notices, restatements, statements, comparisons, completeness, stated openings, lost words."""

import json
from dataclasses import replace

import pytest

from fillbook.storage import words
from fillbook.storage.campaigning import gather, take_out
from fillbook.storage.models import BrokerAccount, Link, NoteAbout, NoticeKind, RoundTripRow, RunKind, SyncRun, User
from fillbook.storage.notices import tell
from fillbook.storage.raw import accept
from fillbook.storage.restated import note_run
from tests.web.api.conftest import Asker
from tests.web.book import ACME, BOLT, FILLS, RAW, fill, restated_book, says, utc, waiting_upload, write_book

pytestmark = pytest.mark.django_db
CORD = replace(BOLT, key="4713", symbol="CORD")


def test_notices_are_told_page_by_page_and_put_away(program: Asker, account: BrokerAccount, link: Link) -> None:
    assert tell(link, NoticeKind.CREDENTIAL_AGES, "7", utc(9, 1), {"on": "2027-01-02"})
    assert tell(link, NoticeKind.QUERY_CHANGED, "1", utc(9, 1), {"lacks": ["No positions."]}, account)
    first = program.get("/notices?limit=1")
    second = program.get(f"/notices?limit=1&cursor={first['next']}")
    assert [(one["kind"], one["account"], one["read_at"]) for one in first["items"]] == [("query_changed", "U1", None)]
    assert [(one["kind"], one["tone"], one["page"]) for one in second["items"]] == [
        ("credential_ages", "warn", f"/accounts/links/{link.pk}/replace/")
    ]
    assert second["next"] is None
    assert "ends on 2 Jan 2027 at the latest" in second["items"][0]["text"]
    away = program.ask(f"/notices/{second['items'][0]['id']}/away", "POST").json()
    assert away["read_at"] is not None
    assert [one["kind"] for one in program.get("/notices?unread=1")["items"]] == ["query_changed"]
    assert program.ask("/notices/away", "POST").status_code == 204
    assert program.get("/notices?unread=true")["items"] == []
    assert len(program.get("/notices")["items"]) == 2


def test_a_restatement_before_and_after(program: Asker, owner: User, account: BrokerAccount) -> None:
    """The first ACME was bought at 101 and not 100: 10 less."""
    restated_book(owner, account.link)
    (one,) = program.get(f"/accounts/{account.pk}/restatements")["items"]
    assert {name: one[name] for name in ("account", "facts", "changed", "dropped", "trades")} == {
        "account": "U1",
        "facts": 1,
        "changed": 1,
        "dropped": 0,
        "trades": 1,
    }
    whole = program.get(f"/accounts/{account.pk}/restatements/{one['id']}")
    (fact,), (trade,) = whole["fact_rows"], whole["trade_rows"]
    assert (fact["kind"], fact["what"], fact["id"], fact["instrument"], fact["day"]) == ("executions", "changed", "1", "ACME", "2026-01-05")
    assert {change["name"]: (change["before"], change["after"]) for change in fact["fields"]} == {
        "price": ("100", "101"),
        "proceeds": ("-1000", "-1010"),
    }
    assert (trade["before"]["realized_pnl"], trade["after"]["realized_pnl"], trade["after"]["status"]) == ("98", "88", "closed")
    key = RoundTripRow.objects.get(account=account, symbol="ACME", is_open=False).key
    assert (trade["key_before"], trade["key"]) == (key, key)


def test_statements_come_page_by_page(program: Asker, owner: User, account: BrokerAccount) -> None:
    restated_book(owner, account.link)
    first = program.get(f"/accounts/{account.pk}/statements?limit=1")
    second = program.get(f"/accounts/{account.pk}/statements?limit=1&cursor={first['next']}")
    ((later,), (earlier,)) = first["items"], second["items"]
    assert (later["stated_at"], earlier["stated_at"], second["next"]) == ("2026-09-27T06:00:00+00:00", "2026-09-26T06:00:00+00:00", None)
    assert (later["origin"], later["from"], later["to"], later["positions_as_of"]) == ("fetched", "2025-09-26", "2026-09-25", "2026-09-25")


def test_what_stands_behind_a_comparison(program: Asker, account: BrokerAccount) -> None:
    found = program.get(f"/accounts/{account.pk}/comparison?kind=fill&id=2")
    key = RoundTripRow.objects.get(account=account, symbol="ACME", is_open=False).key
    assert (found["ours"], found["broker"], found["status"], found["trades"]) == ("98", "98", "equal", [key])
    assert [(lot["opened_by"], lot["cost_basis"], lot["proceeds"]) for lot in found["closed_lots"]] == [
        ("1", "1001", "1099")
    ]  # 1100 less a dollar of fees
    assert [(row["number"], row["kind"], row["id"], row["quantity"]) for row in found["sources"]] == [
        (1, "execution", "2", "-10"),
        (2, "execution", "1", "10"),
    ]
    sent = program.get(f"/accounts/{account.pk}/comparison/sent?id=2&number=2")
    assert sent["text"].encode() in RAW
    held = program.get(f"/accounts/{account.pk}/comparison?kind=position&id=4711")
    assert [(lot["quantity"], lot["cost_basis"]) for lot in held["held_lots"]] == [("4", "481")]
    fee = program.get(f"/accounts/{account.pk}/comparison?kind=fee&id=1")
    assert [(part["trade"], part["fees"], part["role"]) for part in fee["parts"]] == [(key, "-1", "opens")]
    for path in ("comparison?id=77", "comparison/sent?id=2&number=3", "comparison/sent?id=77"):
        assert program.ask(f"/accounts/{account.pk}/{path}").status_code == 404


def test_an_opening_is_stated_changed_and_taken_back(program: Asker, owner: User) -> None:
    """3 CORD sold at 60 with a dollar of fees and never bought; stated at 120 they earned 180 - 1 - 120 = 59, at 130 they earned 49."""
    said = replace(says(*FILLS, fill(9, CORD, -3, 60, utc(6, 1))), opened_on=None, positions=(), states_positions=False)
    account = write_book(owner, said)
    path = f"/accounts/{account.pk}/openings"

    def earned() -> list[str]:
        return [trade["realized_pnl"] for trade in program.get("/trades?symbol=CORD&fields=realized_pnl")["items"]]

    assert program.get(path) == {
        "account": "U1",
        "id": account.pk,
        "stated": [],
        "unmatched": [{"instrument": "CORD", "instrument_id": "4713", "quantity": "3", "before": "2026-06-01"}],
    }
    # The sale of CORD is no round trip, as nothing was bought; ACME and BOLT alone count.
    assert {name: program.get("/summary")[name] for name in ("incomplete", "stated")} == {
        "incomplete": {"round_trips": 0, "counted": 0, "countable": 0},
        "stated": 0,
    }
    lacking = program.get(f"/accounts/{account.pk}/completeness?limit=1")
    assert [(one["instrument"], one["status"], one["quantity"]) for one in lacking["items"]] == [("CORD", "missing", "3")]
    others = program.get(f"/accounts/{account.pk}/completeness?cursor={lacking['next']}")
    assert [(one["instrument"], one["status"]) for one in others["items"]] == [("ACME", "complete"), ("BOLT", "complete")]
    assert program.ask(f"/accounts/{account.pk}/completeness?status=missing&cursor={lacking['next']}x").status_code == 404
    body = {"instrument_id": "4713", "quantity": "3", "cost": "120", "day": "2025-02-03"}
    made = program.ask(path, "POST", body)
    assert (made.status_code, made.json()["instrument"], made.json()["cost"], earned()) == (201, "CORD", "120", ["59"])
    assert program.get("/summary")["stated"] == 1
    number = made.json()["n"]
    assert program.ask(f"{path}/{number}", "PUT", {**body, "cost": "130"}).json()["cost"] == "130"
    assert (earned(), [one["n"] for one in program.get(path)["stated"]]) == (["49"], [number])
    for wrong, field in (({"instrument_id": "77"}, "instrument_id"), ({"quantity": "0"}, "quantity"), ({"day": "2026-06-02"}, "day")):
        refused = program.ask(path, "POST", {**body, **wrong})
        assert (refused.status_code, refused.json()["where"][0]["field"]) == (422, field)
    assert program.ask(path, "POST", {**body, "day": "2026-02-30"}).json()["where"][0]["field"] == "day"
    assert program.ask(f"{path}/{number}", "DELETE").status_code == 204
    assert (earned(), program.get(path)["stated"]) == ([], [])


def test_what_else_a_trade_and_a_day_know(program: Asker, owner: User, account: BrokerAccount) -> None:
    acme, bolt = (RoundTripRow.objects.get(account=account, symbol=symbol, is_open=False).key for symbol in ("ACME", "BOLT"))
    made = gather(owner, [acme, bolt], "Hedge")
    restated = restated_book(owner, account.link)
    found = program.get(f"/trades/{acme}")
    assert {name: found[name] for name in ("flagged", "campaign", "apart", "restatements", "regroupings")} == {
        "flagged": False,
        "campaign": made.key,
        "apart": False,
        "restatements": [restated.pk],
        "regroupings": [],
    }
    # 10 bought at 101 (as restated), a dollar of fees down; sold at 110: 90 - 2 up. BOLT: -10 - 2.
    assert ([fill["standing"] for fill in found["fill_rows"]], found["marked"]) == (["-1", "88"], True)
    whole = program.get(f"/campaigns/{made.key}")
    assert [(fill["trade"], fill["execution_id"], fill["realized_pnl"], fill["total"]) for fill in whole["fill_rows"]] == [
        (acme, "1", None, None),
        (acme, "2", "88", "88"),
        (bolt, "3", None, None),
        (bolt, "4", "-12", "76"),
    ]
    assert program.get("/positions")["items"][0]["average_price"] == "120.25"
    take_out(owner, acme)
    assert (program.get(f"/trades/{acme}")["campaign"], program.get(f"/trades/{acme}")["apart"]) == (None, True)
    words.write_note(owner, acme, "Sold too early.")
    words.write_on(owner, NoteAbout.DAY, utc(2, 10).date(), "A calm day.")
    day = program.get("/days/2026-02-10")
    assert (day["note"]["text"], [(note["text"], note["trades"]) for note in day["notes"]]) == (
        "A calm day.",
        [("Sold too early.", [acme])],
    )
    assert [(program.get("/days/2026-03-03")[name]) for name in ("note", "notes")] == [None, []]


def test_a_trade_joined_to_the_one_before_says_so(program: Asker, owner: User, account: BrokerAccount) -> None:
    later = RoundTripRow.objects.get(account=account, symbol="ACME", is_open=True).key
    joined = program.ask(f"/trades/{later}/join", "POST").json()
    (one,) = joined["regroupings"]
    assert (one["kind"], one["execution_id"], one["trade"], joined["status"]) == ("join", "5", joined["key"], "open")
    assert program.ask(f"/trades/{joined['key']}/join", "POST").json()["type"] == "conflict"
    assert program.ask(f"/trades/{joined['key']}/cut", "POST", {"fill": 3}).json()["where"][0]["field"] == "fill"
    assert program.ask(f"/regroupings/{one['id']}", "DELETE").status_code == 204
    assert program.get(f"/trades/{later}")["regroupings"] == []


def test_a_trade_is_cut_at_its_second_closing(program: Asker, owner: User) -> None:
    """10 bought at 100; 4 sold at 110, 6 at 120, each with a dollar of fees: 40 - 1.4 and 120 - 1.6."""
    rows = fill(1, ACME, 10, 100, utc(1, 5)), fill(2, ACME, -4, 110, utc(2, 2)), fill(3, ACME, -6, 120, utc(2, 3))
    write_book(owner, says(*rows))
    (whole,) = program.get("/trades")["items"]
    assert whole["realized_pnl"] == "157"
    first = program.ask(f"/trades/{whole['key']}/cut", "POST", {"fill": 3}).json()
    assert (first["realized_pnl"], first["regroupings"][0]["kind"]) == ("38.6", "cut")
    assert [one["realized_pnl"] for one in program.get("/trades")["items"]] == ["118.4", "38.6"]


def test_other_settings_are_tried_and_nothing_changes(program: Asker, owner: User) -> None:
    """4 of 10 ACME sold at 110, 6 at 120: one trade from flat to flat, two by closings, 38.6 and 118.4."""
    rows = fill(1, ACME, 10, 100, utc(1, 5)), fill(2, ACME, -4, 110, utc(2, 2)), fill(3, ACME, -6, 120, utc(2, 3))
    account = write_book(owner, says(*rows))
    found = program.get(f"/accounts/{account.pk}/settings?grouping=per_closing")
    assert (found["settings"]["grouping"], found["tried"]["grouping"]) == ("flat_to_flat", "per_closing")
    for name, trades in (("now", 1), ("then", 2)):
        (part,) = found[name]["closed"]
        assert (part["currency"], part["round_trips"], part["winners"], part["profit"]) == ("USD", trades, trades, "157")
    same = program.get(f"/accounts/{account.pk}/settings")
    assert (same["settings"], same["now"]) == (same["tried"], same["then"])
    assert program.ask(f"/accounts/{account.pk}/settings?grouping=weekly").status_code == 422


def test_incomplete_trades_can_be_listed_alone(program: Asker, owner: User) -> None:
    """3 CORD sold, of which the broker says what they earned: bought before the history, at a cost that it tells in its own row."""
    sale = fill(9, CORD, -3, 60, utc(6, 1), broker="29")
    write_book(owner, replace(says(*FILLS, sale), opened_on=None))
    assert [one["instrument"] for one in program.get("/trades")["items"]] == ["BOLT", "ACME"]
    assert [(one["instrument"], one["counts"]) for one in program.get("/trades?only=incomplete")["items"]] == [("CORD", False)]
    assert program.ask("/trades?only=incomplete&status=open").status_code == 422
    assert program.get("/summary")["incomplete"] == {"round_trips": 1, "counted": 0, "countable": 1}
    counted = program.get("/summary?incomplete=1")
    assert (counted["incomplete"]["counted"], counted["groups"][0]["profit"]) == (1, "115")


def test_evidence_names_nobody(program: Asker, owner: User) -> None:
    account = write_book(owner, says(*FILLS, number="U7654321"))
    key = RoundTripRow.objects.get(account=account, symbol="BOLT").key
    whole, of_one = (program.get(f"/{path}/evidence") for path in (f"accounts/{account.pk}", f"trades/{key}"))
    assert (whole["account"], whole["settings"]["matching"], len(whole["executions"])) == ("*****321", "fifo", 5)
    assert {row["instrument"]["symbol"] for row in of_one["executions"]} == {"BOLT"}
    assert "U7654321" not in json.dumps([whole, of_one])


def test_two_choices_beside_each_other(program: Asker, account: BrokerAccount) -> None:
    """Long 98, short -12: 110 less."""
    (group,) = program.get("/reports/comparison?side=long&beside=side%3Dshort%26status%3Dclosed")["groups"]
    figures = {one["name"]: (one["first"], one["second"], one["difference"]) for one in group["figures"]}
    assert (group["currency"], figures["profit"], figures["trades"]) == ("USD", ("98", "-12", "-110"), ("1", "1", "0"))
    for beside, status in (("colour%3Dred", 422), ("account%3D987654", 404), ("tag%3Dnone", 404), ("a%3D1%26" * 101, 422)):
        assert program.ask(f"/reports/comparison?beside={beside}").status_code == status
    lengths = program.get("/reports/statistics")["groups"][0]["streaks"]["lengths"]
    assert lengths == [{"length": 1, "wins": 1, "losses": 1}]


def test_what_campaigns_came_to(program: Asker, owner: User, account: BrokerAccount) -> None:
    """Those of a paper account stand apart."""
    assert program.get("/reports/campaigns") == {"groups": []}
    twin = write_book(owner, says(*FILLS, number="U9", paper=True))
    for one in (account, twin):
        closed = [RoundTripRow.objects.get(account=one, symbol=name, is_open=False).key for name in ("ACME", "BOLT")]
        gather(owner, closed, "Hedge")
    counts = {"campaigns": 1, "winners": 1, "losers": 0, "net": "86", "leg_winners": 1, "leg_losers": 1, "leg_even": 0}
    figures = {"win_rate": "100", "average": "86", "average_win": "86", "average_loss": None, "profit_factor": "no_losses", "fees": "-4"}
    told = program.get("/reports/campaigns")["groups"]
    assert [(one["kind"], one["base_currency"], one["currency"]) for one in told] == [("real", "USD", "USD"), ("paper", "USD", "USD")]
    for one in told:
        assert {name: one[name] for name in counts | figures} == counts | figures
        (part,) = one["parts"]
        assert (one["by"], part["value"], part["net"], part["average_days"]) == ("shape", "other", "86", "58")  # 5 January to 3 March
        assert (one["alone"]["round_trips"], one["decisions"]["round_trips"], one["decisions"]["profit"]) == (0, 1, "86")
    for by, value in (("underlying", "ACME"), ("month", "2026-03")):
        assert [part["value"] for one in program.get(f"/reports/campaigns?by={by}")["groups"] for part in one["parts"]] == [value] * 2
    assert program.ask("/reports/campaigns?by=colour").json()["where"][0]["field"] == "by"
    for query, n in (("shape=other", 2), ("shape=wheel", 0), ("on=acme", 2), ("on=BOLT", 0)):
        assert len(program.get(f"/campaigns?{query}")["items"]) == n
    assert program.get("/reports/campaigns?from=2026-04-01") == {"groups": []}


def test_words_whose_fill_is_gone(program: Asker, owner: User, account: BrokerAccount) -> None:
    bolt = RoundTripRow.objects.get(account=account, symbol="BOLT").key
    acme = RoundTripRow.objects.get(account=account, symbol="ACME", is_open=False).key
    note = words.write_note(owner, bolt, "Too hasty.")
    assert note is not None
    gather(owner, [acme, bolt], "Hedge")
    assert program.get("/orphans") == {"items": []}
    write_book(owner, replace(says(FILLS[0], FILLS[1], FILLS[4]), generated_at=utc(9, 27)), account.link)
    found = program.get("/orphans")["items"]
    assert [(one["kind"], one["note"], one["name"], one["instrument"], one["trade_date"]) for one in found] == [
        ("note", note.pk, None, "BOLT", "2026-03-02"),
        ("leg", None, "Hedge", "BOLT", "2026-03-02"),
    ]


def test_how_many_comparisons_came_out_which_way(program: Asker, account: BrokerAccount) -> None:
    """Two closing fills, one position, five charges; of BOLT one, none and two. The account's page counts the same."""
    none = dict.fromkeys(("equal", "inferred", "unstated", "explained", "different"), 0)
    path = f"/accounts/{account.pk}/reconciliation/counts"
    assert program.get(path) == {"fills": none | {"equal": 2}, "positions": none | {"equal": 1}, "fees": none | {"equal": 5}}
    assert program.get(f"{path}?symbol=bolt") == {"fills": none | {"equal": 1}, "positions": none, "fees": none | {"equal": 2}}
    assert program.get(f"/accounts/{account.pk}")["reconciliation"] == {"fills": none | {"equal": 2}, "positions": none | {"equal": 1}}


def test_what_a_waiting_file_would_change(program: Asker, stranger: Asker, owner: User) -> None:
    raw = waiting_upload(owner, "year.xml")
    (one,) = program.get("/uploads")["items"]
    assert (one["id"], one["file_name"], one["broker"], one["size"]) == (raw.pk, "year.xml", "ibkr", raw.size)
    whole = program.get(f"/uploads/{raw.pk}")
    (account,) = whole["accounts"]
    assert (whole["error"], whole["nothing_new"], account["account"], account["account_id"]) == (None, False, "U7000001", None)
    assert (account["executions"]["new"], account["executions"]["known"]) == (2, 0)
    assert stranger.get("/uploads") == {"items": []}
    accept(raw)
    assert program.get("/uploads") == {"items": []}
    assert program.ask(f"/uploads/{raw.pk}").status_code == 404


def test_what_a_run_changed_in_the_past(program: Asker, owner: User, account: BrokerAccount) -> None:
    restated = restated_book(owner, account.link)
    run = SyncRun.objects.create(owner=owner, link=account.link, kind=RunKind.MANUAL, state="done")
    assert program.get(f"/runs/{run.pk}/restatements") == {"items": []}
    note_run(restated.statement_id, run.pk)
    (one,) = program.get(f"/runs/{run.pk}/restatements")["items"]
    assert (one["id"], one["run"], one["facts"], one["trades"]) == (restated.pk, run.pk, 1, 1)


def test_what_a_trade_could_be_taken_together_with(program: Asker, owner: User, account: BrokerAccount) -> None:
    """ACME was traded twice; what is in one campaign is no candidate of it, and what is in another one says so."""
    first, second = RoundTripRow.objects.filter(account=account, symbol="ACME").order_by("opened_on").values_list("key", flat=True)
    bolt = RoundTripRow.objects.get(account=account, symbol="BOLT").key
    (one,) = program.get(f"/trades/{first}/candidates")["items"]
    assert (one["trade"], one["side"], one["quantity"], one["status"], one["campaign"]) == (second, "long", "4", "open", None)
    made = gather(owner, [second, bolt], "Hedge").key
    assert [(one["trade"], one["campaign"]) for one in program.get(f"/trades/{first}/candidates")["items"]] == [(second, made)]
    assert program.get(f"/trades/{bolt}/candidates")["items"] == []
    gather(owner, [first, second], "Twice")
    assert program.get(f"/trades/{second}/candidates")["items"] == []


def test_symbols_that_never_go_flat_are_named(program: Asker, owner: User) -> None:
    """Ten closings and something left: each would say more as a trade, and is one where closings are."""
    sold = (fill(number, ACME, -1, 110, utc(2, number)) for number in range(2, 12))
    account = write_book(owner, says(fill(1, ACME, 12, 100, utc(1, 5)), *sold))
    assert program.get(f"/accounts/{account.pk}")["never_flat"] == ["ACME"]
    BrokerAccount.objects.filter(pk=account.pk).update(grouping="per_closing")
    assert program.get(f"/accounts/{account.pk}")["never_flat"] == []
