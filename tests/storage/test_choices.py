"""An account's settings: other trades from the same facts."""

from dataclasses import replace
from decimal import Decimal

import pytest

from fillbook.ledger.execution import Effect, ExecutionKind
from fillbook.ledger.instrument import AssetClass, Instrument, Right
from fillbook.performance.filters import Filter
from fillbook.storage import queries
from fillbook.storage.books import load_book
from fillbook.storage.choices import choose_settings, trade_totals
from fillbook.storage.derive import rebuild_account, settings_of
from fillbook.storage.hashes import derived_hash, ledger_hash
from fillbook.storage.models import BrokerAccount, RoundTripRow
from fillbook.trades.reconcile import LineKind, Status
from fillbook.trades.settings import AssignmentView, Grouping, MatchingMethod, MatchSettings
from tests.storage.deliveries import day_of, deliver, only_account, person, says
from tests.trades.builders import STOCK, fill, held, option

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

PAIR = Instrument("900", "EUR.USD", AssetClass.FOREX, "USD")


@pytest.fixture
def account() -> BrokerAccount:
    """Bought 10 at 10 and 10 at 20, sold 5 at 30 and 5 at 18, 10 still held; and a currency bought and sold."""
    rows = [
        fill(1, 10, 10, effect=Effect.OPENS, day=1),
        fill(2, 10, 20, effect=Effect.OPENS, day=2),
        fill(3, -5, 30, effect=Effect.CLOSES, day=3, broker_realized_pnl=Decimal(100)),
        fill(4, -5, 18, effect=Effect.CLOSES, day=4, broker_realized_pnl=Decimal(40)),
        fill(5, 1000, "1.1", PAIR, day=5),
        fill(6, -1000, "1.2", PAIR, day=6),
    ]
    for written in deliver(person(), says(*rows, positions=(held(STOCK, 10, 200),), opened_on=day_of(0))).accounts:
        rebuild_account(written.account_id)
    return only_account()


def test_per_closing_the_closed_parts_of_what_is_still_held_are_trades(account: BrokerAccount) -> None:
    before = ledger_hash(account)
    change = choose_settings(account, replace(settings_of(account), grouping=Grouping.PER_CLOSING))
    assert (change.before.closed, change.before.counted, change.before.open, change.before.profit) == (0, 0, 1, {})
    # oldest first: 5 x (30 - 10) and 5 x (18 - 10)
    assert (change.after.closed, change.after.counted, change.after.open, change.after.profit) == (2, 2, 1, {"USD": Decimal(140)})
    assert change.trades_changed == 4  # the one there was is gone, and three are new
    assert account.grouping == "per_closing"
    assert ledger_hash(account) == before
    assert trade_totals(account) == change.after


def test_newest_first_takes_the_dearer_lot_and_the_comparison_stays_the_brokers(account: BrokerAccount) -> None:
    chosen = MatchSettings(MatchingMethod.LIFO, Grouping.PER_DAY, AssignmentView.ON_OPTION, "USD")
    change = choose_settings(account, chosen)
    assert change.after.profit == {"USD": 5 * (30 - 20) + 5 * (18 - 20)}
    assert settings_of(BrokerAccount.objects.get()) == chosen
    lines = [line for line in load_book(account).lines if line.kind is LineKind.FILL]
    assert [(line.ours, line.status) for line in lines] == [(Decimal(100), Status.EQUAL), (Decimal(40), Status.EQUAL)]


def test_currency_trades_count_where_they_are_wanted_and_stay_out_of_profit(account: BrokerAccount) -> None:
    change = choose_settings(account, replace(settings_of(account), forex=True))
    assert (change.after.closed, change.after.counted, change.after.profit) == (1, 0, {})
    trip = RoundTripRow.objects.get(is_open=False)
    assert (trip.asset_class, trip.realized_pnl) == ("forex", Decimal(100))


def test_there_and_back_leaves_everything_as_it_was(account: BrokerAccount) -> None:
    were, before = settings_of(account), (ledger_hash(account), derived_hash(account))
    choose_settings(account, MatchSettings(MatchingMethod.AVERAGE, Grouping.PER_DAY, forex=True))
    assert derived_hash(account) != before[1]
    choose_settings(account, were)
    assert (ledger_hash(account), derived_hash(account)) == before


def test_what_is_chosen_already_makes_nothing_again(account: BrokerAccount) -> None:
    made = account.totals.rebuilt_at
    change = choose_settings(account, settings_of(account))
    assert (change.trades_changed, change.before) == (0, change.after)
    assert BrokerAccount.objects.get().totals.rebuilt_at == made


def test_a_book_is_read_under_other_settings_without_a_trace(account: BrokerAccount) -> None:
    before = derived_hash(account)
    assert len(load_book(account, MatchSettings(grouping=Grouping.PER_CLOSING)).match.round_trips) == 2
    assert derived_hash(account) == before


def test_an_option_that_was_called_away_counts_once_wherever_its_premium_is() -> None:
    """A call sold for 2.00 on shares of 40, assigned at 45: one trade of 500 + 200 + 3 x 0 fees; on the option two, of 500 and 200."""
    call = option(Right.CALL, "45")
    rows = [
        fill(1, 100, 40, effect=Effect.OPENS, day=1),
        fill(2, -1, 2, call, effect=Effect.OPENS, day=1),
        fill(3, 1, 0, call, effect=Effect.CLOSES, day=5, kind=ExecutionKind.ASSIGNMENT, broker_realized_pnl=Decimal(0)),
        fill(4, -100, 45, effect=Effect.CLOSES, day=5, kind=ExecutionKind.ASSIGNMENT, broker_realized_pnl=Decimal(700)),
    ]
    for written in deliver(person(), says(*rows, opened_on=day_of(0))).accounts:
        rebuild_account(written.account_id)
    account = only_account()
    everything, every_kind = Filter(), Filter(include_incomplete=True)
    for chosen in (everything, every_kind):
        ((_, summary),) = queries.summaries([account], chosen).items()
        assert (summary.n, summary.wins, summary.zeros, summary.total) == (1, 1, 0, 700 * 10**8)
        assert [row.symbol for row in queries.trips_page([account], chosen).rows] == [STOCK.symbol]
    assert queries.incomplete_count([account], everything) == (0, 0), "nothing about it is unknown"
    change = choose_settings(account, replace(settings_of(account), assignment=AssignmentView.ON_OPTION))
    assert (change.before.counted, change.before.profit) == (1, {"USD": Decimal(700)})
    assert (change.after.counted, change.after.profit) == (2, {"USD": Decimal(700)})
