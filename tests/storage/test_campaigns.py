"""Campaigns in the database: proposed with the trades, summed once; the trader's own word outlives what becomes of the trades."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from django.http import Http404

from fillbook.journal.campaigns import Why
from fillbook.journal.shapes import Shape
from fillbook.ledger.execution import ExecutionKind
from fillbook.ledger.instrument import Right
from fillbook.performance.filters import Filter
from fillbook.performance.summary import to_e8
from fillbook.storage import campaigning
from fillbook.storage.campaigning import BadCampaign
from fillbook.storage.campaigns import Tally, campaign_of, campaigns_in, is_apart, regroup, totals, with_legs
from fillbook.storage.derive import rebuild_account
from fillbook.storage.models import BrokerAccount, Campaign, CampaignLeg, CampaignRow, CampaignTrip, LegApart, RoundTripRow, User
from fillbook.storage.orphans import orphans
from fillbook.trades.records import Side
from tests.storage.deliveries import day_of, days, deliver, person, says
from tests.storage.test_words import take
from tests.trades.builders import OTHER, STOCK, fill, option

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

P20 = option(Right.PUT, "20", "420")
P18 = option(Right.PUT, "18", "418")
C25 = option(Right.CALL, "25", "425")
# Sold for 150, bought for 50: 100 taken in. Bought back for 60, sold for 20: 40 paid. With 4 fills at 1: 100 - 40 - 4 = 56.
SPREAD = (
    fill(1, -1, "1.50", P20, fee=1, order_id="7"),
    fill(2, 1, "0.50", P18, fee=1, order_id="7"),
    fill(3, 1, "0.60", P20, fee=1, day=4, order_id="8"),
    fill(4, -1, "0.20", P18, fee=1, day=4, order_id="8"),
)
WIDE = days(-30, 60)
# Long 10 at 9 to 8: -10.
LOSER = (fill(11, 10, 9, OTHER, day=1), fill(12, -10, 8, OTHER, day=2))


@pytest.fixture
def ada() -> User:
    return person()


@pytest.fixture
def account(ada: User) -> BrokerAccount:
    return take(ada, says(*SPREAD, *LOSER, opened_on=day_of(0)))


def trip(symbol: str) -> RoundTripRow:
    return RoundTripRow.objects.get(symbol=symbol)


def members() -> list[list[str]]:
    """The symbols of each campaign's legs."""
    return [[leg.trip.symbol for leg in row.trips.all()] for row in with_legs(CampaignRow.objects.order_by("pk"))]


def test_a_spread_is_proposed_with_its_sums(account: BrokerAccount) -> None:
    [row] = with_legs(campaigns_in([account], Filter()))
    assert [leg.trip.symbol for leg in row.trips.all()] == ["ACME PUT 20", "ACME PUT 18"]
    assert (row.why, row.shape, row.strikes, row.underlying, row.own) == ([Why.ORDER, Why.TIME], Shape.BULL_PUT, ["18", "20"], "ACME", None)
    assert (row.net_e8, row.fees_e8, row.currency, row.outcome) == (to_e8(Decimal(56)), to_e8(Decimal(-4)), "USD", "win")
    assert (row.opened_on, row.closed_on, row.day, row.is_open, row.counts, row.legs) == (day_of(0), day_of(4), day_of(4), False, True, 2)
    [found] = totals(campaigns_in([account], Filter())).values()
    assert found.tally == Tally("USD", 1, 1, 0, to_e8(Decimal(56)))
    ended = Counter(RoundTripRow.objects.filter(in_campaign__campaign=row).values_list("outcome", flat=True))
    assert (found.leg_wins, found.leg_losses, found.leg_evens) == (ended["win"], ended["loss"], ended["even"])
    assert sum(ended.values()) == 2
    assert campaign_of(trip("ACME PUT 18")) == row
    assert campaign_of(trip("ZORG")) is None


def test_legs_of_a_campaign_without_a_result_count_in_their_own_currency(account: BrokerAccount) -> None:
    """The spread's put at 18 is made one with its result in euros: no campaign counts, each of its legs does."""
    RoundTripRow.objects.filter(symbol="ACME PUT 18").update(result_currency="EUR")
    regroup(account)
    found = totals(campaigns_in([account], Filter(include_incomplete=True)))
    ended = {currency: trip(f"ACME PUT {strike}").outcome for currency, strike in (("EUR", 18), ("USD", 20))}
    assert {
        group.currency: (one.tally.n, one.tally.net_e8, one.leg_wins, one.leg_losses, one.leg_evens) for group, one in found.items()
    } == {currency: (0, 0, int(outcome == "win"), int(outcome == "loss"), 0) for currency, outcome in ended.items()}


def test_campaigns_and_the_trades_beside_them_come_to_the_same_as_all_trades(account: BrokerAccount) -> None:
    alone = RoundTripRow.objects.filter(in_campaign=None)
    together = sum(row.net_e8 or 0 for row in CampaignRow.objects.all()) + sum(one.net_e8 or 0 for one in alone)
    assert together == sum(one.net_e8 or 0 for one in RoundTripRow.objects.all()) == to_e8(Decimal(46))
    assert CampaignTrip.objects.count() + alone.count() == RoundTripRow.objects.count() == 3


def test_one_that_is_open_has_what_it_realized_so_far_and_does_not_count(ada: User) -> None:
    account = take(ada, says(*SPREAD[:3], opened_on=day_of(0)))
    [row] = campaigns_in([account], Filter.from_query({"status": "open"}))
    assert (row.is_open, row.counts, row.outcome, row.closed_on, row.day) == (True, False, "", None, day_of(0))
    assert totals(campaigns_in([account], Filter())) == {}
    account = take(ada, says(*SPREAD, opened_on=day_of(0), written=1))
    assert [row.counts for row in campaigns_in([account], Filter())] == [True]


def test_an_assigned_put_and_its_shares(ada: User) -> None:
    """Put sold for 150, shares taken at 20 and sold at 19: 150 - 100 = 50, whichever trade holds the premium."""
    rows = (
        fill(1, -1, "1.50", P20),
        fill(2, 1, 0, P20, day=18, kind=ExecutionKind.ASSIGNMENT),
        fill(3, 100, 20, STOCK, day=18, kind=ExecutionKind.ASSIGNMENT),
        fill(4, -100, 19, STOCK, day=20),
    )
    take(ada, says(*rows, opened_on=day_of(0)))
    [row] = CampaignRow.objects.all()
    assert (row.why, row.shape, row.delivered, row.counts) == ([Why.CHAIN], Shape.SHORT_PUT, True, True)
    assert (row.net_e8, row.outcome) == (to_e8(Decimal(50)), "win")


def test_the_filter(account: BrokerAccount) -> None:
    def found(**query: str) -> int:
        return campaigns_in([account], Filter.from_query(query)).count()

    assert found(symbol="ACME") == found(side="short") == found(asset="option") == found(outcome="win") == found(to=str(day_of(4))) == 1
    assert found(symbol="ZORG") == found(outcome="loss") == found(to=str(day_of(3))) == found(tag="nothing") == found(status="open") == 0


def test_taken_apart_and_put_back(ada: User, account: BrokerAccount) -> None:
    [row] = CampaignRow.objects.all()
    short = Filter(side=Side.SHORT)
    assert list(campaigns_in([account], short)) == [row]
    campaigning.dissolve(ada, row.key)
    assert not campaigns_in([account], short)
    assert (members(), is_apart(trip("ACME PUT 18")), LegApart.objects.count()) == ([], True, 2)
    rebuild_account(account)
    assert members() == []
    campaigning.put_back(ada, trip("ACME PUT 18").key)
    assert members() == []
    campaigning.put_back(ada, trip("ACME PUT 20").key)
    assert (members(), LegApart.objects.count()) == ([["ACME PUT 20", "ACME PUT 18"]], 0)
    assert [one.key for one in campaigns_in([account], short)] == [row.key], "it is another row of the same campaign"


def test_a_campaign_made_again_while_somebody_waits_for_its_account(
    ada: User, account: BrokerAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sync reads the trades again, then the page that waited for the account adds, names and takes apart."""
    key, locked = CampaignRow.objects.get().key, campaigning._locked

    def after_a_sync(account_id: int) -> BrokerAccount:
        rebuild_account(account_id)
        return locked(account_id)

    monkeypatch.setattr(campaigning, "_locked", after_a_sync)
    assert campaigning.add(ada, key, trip("ZORG").key).legs == 3
    assert campaigning.keep(ada, key, "Mine").legs == 3
    assert (Campaign.objects.count(), CampaignLeg.objects.count()) == (1, 3)
    campaigning.dissolve(ada, key)
    assert (members(), Campaign.objects.count(), LegApart.objects.count()) == ([], 0, 3)


def test_put_together_named_added_to_and_taken_out(ada: User, account: BrokerAccount) -> None:
    made = campaigning.gather(ada, [trip("ZORG").key, trip("ACME PUT 20").key], "  Hedge\n of March ")
    assert made.own is not None
    assert (made.own.name, made.why, members()) == (
        "Hedge of March",
        [Why.HAND, Why.ORDER, Why.TIME],
        [["ACME PUT 20", "ACME PUT 18", "ZORG"]],
    )
    assert (made.net_e8, made.counts) == (to_e8(Decimal(46)), True)
    campaigning.take_out(ada, trip("ACME PUT 18").key)
    assert members() == [["ACME PUT 20", "ZORG"]]
    campaigning.add(ada, trip("ACME PUT 20").key, trip("ACME PUT 18").key)
    assert members() == [["ACME PUT 20", "ACME PUT 18", "ZORG"]]
    renamed = campaigning.keep(ada, trip("ACME PUT 20").key, "")
    assert renamed.own is not None
    assert (renamed.own.pk, renamed.own.name, CampaignLeg.objects.count()) == (made.own.pk, "", 3)
    campaigning.dissolve(ada, renamed.key)
    assert (members(), Campaign.objects.count(), CampaignLeg.objects.count(), LegApart.objects.count()) == ([], 0, 0, 3)


def test_a_kept_campaign_outlives_a_rebook_and_takes_its_roll_along(ada: User, account: BrokerAccount) -> None:
    campaigning.keep(ada, CampaignRow.objects.get().key, "Mine")
    sold = SPREAD[3]
    back = replace(sold, execution_id="47", quantity=-sold.quantity, proceeds=-sold.proceeds, kind=ExecutionKind.CANCEL, corrects="4")
    again = replace(sold, execution_id="48")
    rolled = fill(5, 1, "0.10", C25, day=4, order_id="8")
    take(ada, says(*SPREAD, back, again, rolled, *LOSER, opened_on=day_of(0), written=1))
    row = CampaignRow.objects.get()
    assert row.own is not None
    assert (row.own.name, members()) == ("Mine", [["ACME PUT 20", "ACME PUT 18", "ACME CALL 25"]])
    assert Campaign.objects.count() == 1


def test_what_is_said_of_a_trade_that_is_gone_waits_for_it(ada: User, account: BrokerAccount) -> None:
    three = [trip(symbol).key for symbol in ("ACME PUT 20", "ACME PUT 18", "ZORG")]
    made = campaigning.gather(ada, three, "Mine")
    assert orphans(ada) == []
    take(ada, says(*SPREAD[::2], *LOSER, covers=WIDE, opened_on=day_of(0), written=1))
    [lost] = orphans(ada)
    assert isinstance(lost.word, CampaignLeg)
    assert (lost.word.execution_id, lost.word.campaign.name, lost.account, lost.campaign) == ("2", "Mine", account, made.key)
    assert lost.row is not None
    assert lost.row.instrument.symbol == "ACME put 18"
    campaigning.take_out(ada, trip("ZORG").key)
    take(ada, says(*SPREAD[::2], covers=WIDE, opened_on=day_of(0), written=2))
    assert [(type(one.word), one.campaign) for one in orphans(ada)] == [(CampaignLeg, ""), (LegApart, "")]  # one leg is no campaign
    assert orphans(person("eve")) == []
    take(ada, says(*SPREAD, *LOSER, covers=WIDE, opened_on=day_of(0), written=3))
    assert (orphans(ada), members()) == ([], [["ACME PUT 20", "ACME PUT 18"]])


def test_one_underlying_alone_is_made_again(ada: User, account: BrokerAccount) -> None:
    other = option(Right.CALL, "9", "509", OTHER)
    hedged = (fill(21, 100, 9, OTHER, day=15, order_id="9"), fill(22, -1, 1, other, day=15, order_id="9"))
    kept = CampaignRow.objects.get().pk
    take(ada, says(*SPREAD, *LOSER, *hedged, opened_on=day_of(0), written=1))
    assert sorted(members()) == [["ACME PUT 20", "ACME PUT 18"], ["ZORG", "ZORG CALL 9"]]
    assert CampaignRow.objects.filter(pk=kept).exists()
    take(ada, says(*SPREAD, *LOSER, opened_on=day_of(0), written=2))
    assert members() == [["ACME PUT 20", "ACME PUT 18"]]


@pytest.mark.parametrize("seed", range(8))
def test_made_statement_by_statement_they_are_those_made_at_once(ada: User, seed: int) -> None:
    """Statements leave rows out, bring them back and correct them, and the trader says something in between."""
    chance = Random(seed)
    rows, held = [], dict.fromkeys((STOCK, OTHER, P20, P18, C25), 0)
    for number in range(1, 31):
        what = chance.choice(list(held))
        units = -held[what] if held[what] and chance.random() < 0.6 else chance.choice((-1, 1)) * (100 if what in (STOCK, OTHER) else 1)
        kind = ExecutionKind.ASSIGNMENT if what is not OTHER and chance.random() < 0.2 else ExecutionKind.TRADE
        held[what] += units
        order = chance.choice(("", f"{number // 3}"))
        rows.append(fill(number, units, chance.randint(1, 30), what, fee=1, day=number // 6, kind=kind, order_id=order))
    for written in range(1, 5):
        told = [row if chance.random() < 0.9 else replace(row, proceeds=row.proceeds + 7) for row in rows if chance.random() < 0.8]
        account = take(ada, says(*told, covers=WIDE, opened_on=day_of(0), written=written))
        keys = list(RoundTripRow.objects.order_by("key").values_list("key", flat=True))
        chance.choice((campaigning.gather, lambda owner, some: campaigning.take_out(owner, some[0])))(ada, chance.sample(keys, 2))
        bit_by_bit = everything()
        rebuild_account(account)
        assert everything() == bit_by_bit
        assert all(
            row.net_e8 in (None, sum(leg.trip.net_e8 or 0 for leg in row.trips.all())) for row in with_legs(CampaignRow.objects.all())
        )


def everything() -> list[tuple[object, ...]]:
    """All that is kept of campaigns, with their legs."""
    names = [field.name for field in CampaignRow._meta.concrete_fields if field.name != "id"]
    rows = CampaignRow.objects.order_by("key")
    told = list(rows.values_list(*names))
    return [(*values, *row.trips.order_by("number").values_list("trip__key", flat=True)) for values, row in zip(told, rows, strict=True)]


def test_what_cannot_be_one_campaign(ada: User, account: BrokerAccount) -> None:
    eve = person("eve")
    for written in deliver(eve, says(*LOSER, account="U2", opened_on=day_of(0))).accounts:
        rebuild_account(written.account_id)
    hers = RoundTripRow.objects.get(account__number="U2").key
    mine = RoundTripRow.objects.exclude(account__number="U2")
    key = mine.get(symbol="ZORG").key
    for keys in ([key], [key, key], [key] * 3):
        with pytest.raises(BadCampaign, match="from 2 to 100 trades"):
            campaigning.gather(ada, keys)
    with pytest.raises(BadCampaign, match="up to 80 characters"):
        campaigning.gather(ada, [key, trip("ACME PUT 20").key], "x" * 81)
    with pytest.raises(Http404):
        campaigning.gather(ada, [key, hers])
    for act in (campaigning.dissolve, campaigning.keep):
        with pytest.raises(Http404):
            act(eve, CampaignRow.objects.get().key)
    for touch in (campaigning.take_out, campaigning.put_back):
        with pytest.raises(Http404):
            touch(eve, key)
    with pytest.raises(Http404):
        campaigning.add(eve, CampaignRow.objects.get().key, hers)
    for written in deliver(ada, says(*LOSER, account="U3", opened_on=day_of(0))).accounts:
        rebuild_account(written.account_id)
    with pytest.raises(BadCampaign, match="all of one account"):
        campaigning.add(ada, CampaignRow.objects.get().key, RoundTripRow.objects.get(account__number="U3").key)
    assert not Campaign.objects.exists()
