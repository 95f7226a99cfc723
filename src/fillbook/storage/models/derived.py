"""What is computed from the ledger. May be dropped and made again at any time; the trader's own words never hang on these rows.

Beside exact amounts stand 64-bit integers in units of 1e-8 (`_e8`): pages sort and sum by those.
"""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Cast

from fillbook.storage.fields import ExactDecimalField
from fillbook.storage.models.journal import Campaign, Note, TagMark, TripPlanned
from fillbook.storage.models.ledger import InstrumentRow
from fillbook.storage.models.links import BrokerAccount
from fillbook.storage.models.people import User
from fillbook.trades.records import Basis


class RoundTripRow(models.Model):
    """`trades.records.RoundTrip`. Money is in `currency`, `base_*` in the account's base currency.

    result_currency: the base currency, or the instrument's own where a rate is unknown; net_e8 (net P&L), fees_e8 (- paid) and result_cost
    (opening cost) are in it. gain_e8: net P&L over opening cost, a fraction. symbol, underlying: upper case, to
    search by. day: closed_on, while open opened_on. clock, session, day_number, after: where in the day it was opened, as
    `performance.intraday` counts; None where its time is unknown. r_e8: the result in units of the risk of its plan, rating: the
    trader's own, 1 to 5; both kept by `storage.hanging`, None without.
    """

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    instrument = models.ForeignKey(InstrumentRow, on_delete=models.RESTRICT, related_name="+")
    key = models.CharField(max_length=64)
    instrument_key = models.CharField(max_length=120)
    symbol = models.CharField(max_length=120)
    underlying = models.CharField(max_length=120, blank=True, default="")
    asset_class = models.CharField(max_length=20)
    currency = models.CharField(max_length=12)
    side = models.CharField(max_length=5)
    is_open = models.BooleanField()
    counts = models.BooleanField()
    opened_at = models.DateTimeField(null=True)
    opened_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_on = models.DateField(null=True)
    day = models.DateField(null=True)
    quantity = ExactDecimalField()
    open_quantity = ExactDecimalField()
    entry_price = ExactDecimalField(null=True)
    exit_price = ExactDecimalField(null=True)
    gross_pnl = ExactDecimalField(null=True)
    charges = ExactDecimalField()
    realized_pnl = ExactDecimalField(null=True)
    base_pnl = ExactDecimalField(null=True)
    base_charges = ExactDecimalField(null=True)
    opening_cost = ExactDecimalField(null=True)
    result_currency = models.CharField(max_length=12)
    result_cost = ExactDecimalField(null=True)
    net_e8 = models.BigIntegerField(null=True)
    fees_e8 = models.BigIntegerField(null=True)
    gain_e8 = models.BigIntegerField(null=True)
    r_e8 = models.BigIntegerField(null=True)
    rating = models.PositiveSmallIntegerField(null=True)
    outcome = models.CharField(max_length=4, blank=True, default="")
    holding_seconds = models.BigIntegerField(null=True)
    fills = models.PositiveIntegerField()
    basis = models.CharField(max_length=12)
    incomplete = models.JSONField(default=list)
    flagged = models.BooleanField(default=False)
    reconciliation = models.CharField(max_length=12, blank=True, default="")
    clock = models.PositiveSmallIntegerField(null=True)
    session = models.PositiveSmallIntegerField(null=True)
    day_number = models.PositiveIntegerField(null=True)
    after = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "key"], name="trip_once")]
        indexes: ClassVar = [
            models.Index(fields=["account", "-day"], name="trip_by_day"),
            models.Index(fields=["account", "symbol", "day"], name="trip_by_symbol"),
            models.Index(fields=["account", "underlying"], name="trip_by_underlying"),
            models.Index(fields=["account", "net_e8"], name="trip_by_pnl"),
            models.Index(fields=["account", "gain_e8"], name="trip_by_gain"),
            models.Index(fields=["account", "r_e8"], name="trip_by_r"),
            models.Index(fields=["account", "rating"], name="trip_by_rating"),
            models.Index(fields=["account", "holding_seconds"], name="trip_by_held"),
            models.Index(fields=["account", "opened_on"], name="trip_by_opened"),
            models.Index(fields=["account", "side", "day"], name="trip_by_side"),
            models.Index(fields=["account", "asset_class", "day"], name="trip_by_class"),
            models.Index(fields=["account", "fills", "day"], name="trip_by_fills"),
            models.Index(fields=["account", "fees_e8", "day"], name="trip_by_fees"),
            models.Index("account", models.F("net_e8") - models.F("fees_e8"), name="trip_by_gross"),
            models.Index("account", Cast("quantity", models.FloatField()), name="trip_by_quantity"),
            models.Index("account", Cast("entry_price", models.FloatField()), name="trip_by_entry"),
            models.Index("account", Cast("exit_price", models.FloatField()), name="trip_by_exit"),
            models.Index(fields=["account", "is_open"], name="trip_by_open"),
            models.Index(fields=["account", "counts", "day"], name="trip_by_counts"),
            models.Index(fields=["account", "instrument_key", "closed_on"], name="trip_by_instrument"),
            models.Index(fields=["account"], condition=~models.Q(basis=Basis.EXECUTIONS.value), name="trip_told_otherwise"),
        ]


class TripFillRow(models.Model):
    """`trades.records.TripFill`, numbered in the order of the round trip."""

    trip = models.ForeignKey(RoundTripRow, on_delete=models.CASCADE, related_name="fill_rows")
    number = models.PositiveIntegerField()
    execution_id = models.CharField(max_length=200)
    role = models.CharField(max_length=10)
    ordered_at = models.DateTimeField()
    executed_at = models.DateTimeField(null=True)
    trade_date = models.DateField()
    quantity = ExactDecimalField()
    price = ExactDecimalField()
    charges = ExactDecimalField()
    amount = ExactDecimalField()
    position_after = ExactDecimalField()
    realized_pnl = ExactDecimalField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["trip", "number"], name="fill_in_order")]
        indexes: ClassVar = [models.Index(fields=["execution_id"], name="fill_by_execution")]


class ClosedLotRow(models.Model):
    """`trades.records.ClosedLot`, numbered in the order of the round trip."""

    trip = models.ForeignKey(RoundTripRow, on_delete=models.CASCADE, related_name="lot_rows")
    number = models.PositiveIntegerField()
    quantity = ExactDecimalField()
    cost_basis = ExactDecimalField(null=True)
    proceeds = ExactDecimalField()
    charges = ExactDecimalField()
    realized_pnl = ExactDecimalField(null=True)
    basis = models.CharField(max_length=12)
    opened_by = models.CharField(max_length=200, blank=True, default="")
    opened_at = models.DateTimeField(null=True)
    opened_on = models.DateField(null=True)
    closed_by = models.CharField(max_length=200)
    closed_at = models.DateTimeField(null=True)
    closed_on = models.DateField()
    rate_to_base = ExactDecimalField(null=True)
    by_action = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["trip", "number"], name="lot_in_order")]


class TripNote(models.Model):
    """A note that is about a round trip at present (`storage.hanging`). One without such a row is an orphan."""

    trip = models.ForeignKey(RoundTripRow, on_delete=models.CASCADE, related_name="+")
    word = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="hung")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["word", "trip"], name="note_hangs_once")]


class TripMark(models.Model):
    """A tag that a round trip has at present, as `TripNote`."""

    trip = models.ForeignKey(RoundTripRow, on_delete=models.CASCADE, related_name="+")
    word = models.ForeignKey(TagMark, on_delete=models.CASCADE, related_name="hung")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["word", "trip"], name="mark_hangs_once")]


class TripPlan(models.Model):
    """A plan that a round trip has at present, as `TripNote`. risk: `journal.plans.initial_risk` in its currency; None where unknown."""

    trip = models.ForeignKey(RoundTripRow, on_delete=models.CASCADE, related_name="plans")
    word = models.ForeignKey(TripPlanned, on_delete=models.CASCADE, related_name="hung")
    risk = ExactDecimalField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["word", "trip"], name="plan_hangs_once")]


class CampaignRow(models.Model):
    """`journal.campaigns.Group` with the sums of its legs.

    key: the public id of its first leg. own: what the trader made of it, None for a proposal. why: `journal.campaigns.Why`. shape,
    strikes, expiry, rolls, delivered: `journal.shapes.Described`. leg_wins, leg_losses, leg_evens: how legs that count ended. counts: all
    legs are closed and their results known. net_e8, fees_e8: sums over the legs, of open ones what they realized so far; None where a leg's
    is unknown or legs have results in several currencies. outcome: of one that counts. closed_on: the last leg's, None while one is open;
    day: that, while open opened_on.
    """

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    own = models.ForeignKey(Campaign, null=True, on_delete=models.CASCADE, related_name="+")
    underlying = models.CharField(max_length=120)
    why = models.JSONField(default=list)
    shape = models.CharField(max_length=20)
    strikes = models.JSONField(default=list)
    expiry = models.DateField(null=True)
    rolls = models.PositiveIntegerField(default=0)
    delivered = models.BooleanField(default=False)
    legs = models.PositiveIntegerField()
    leg_wins = models.PositiveIntegerField(default=0)
    leg_losses = models.PositiveIntegerField(default=0)
    leg_evens = models.PositiveIntegerField(default=0)
    is_open = models.BooleanField()
    counts = models.BooleanField()
    currency = models.CharField(max_length=12, blank=True, default="")
    net_e8 = models.BigIntegerField(null=True)
    fees_e8 = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=4, blank=True, default="")
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    day = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "key"], name="campaign_once")]
        indexes: ClassVar = [
            models.Index(fields=["account", "-day"], name="campaign_by_day"),
            models.Index(fields=["account", "counts", "day"], name="campaign_by_counts"),
        ]


class CampaignTrip(models.Model):
    """A round trip in its campaign: in one at most, so that nothing counts twice. number: in the order they were opened."""

    campaign = models.ForeignKey(CampaignRow, on_delete=models.CASCADE, related_name="trips")
    trip = models.OneToOneField(RoundTripRow, on_delete=models.CASCADE, related_name="in_campaign")
    number = models.PositiveIntegerField()


class OpenLotRow(models.Model):
    """`trades.records.Lot` still held."""

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    instrument = models.ForeignKey(InstrumentRow, on_delete=models.RESTRICT, related_name="+")
    instrument_key = models.CharField(max_length=120)
    number = models.PositiveIntegerField()
    quantity = ExactDecimalField()
    cost_basis = ExactDecimalField(null=True)
    charges = ExactDecimalField()
    basis = models.CharField(max_length=12)
    opened_by = models.CharField(max_length=200, blank=True, default="")
    opened_at = models.DateTimeField(null=True)
    opened_on = models.DateField(null=True)
    incomplete = models.CharField(max_length=24, blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "instrument_key"], name="open_lot_by_instrument")]


class UnmatchedRow(models.Model):
    """`trades.records.Unmatched`."""

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    instrument = models.ForeignKey(InstrumentRow, on_delete=models.RESTRICT, related_name="+")
    instrument_key = models.CharField(max_length=120)
    execution_id = models.CharField(max_length=200)
    trade_date = models.DateField()
    quantity = ExactDecimalField()
    proceeds = ExactDecimalField()
    undetermined = models.BooleanField()
    broker_realized_pnl = ExactDecimalField(null=True)
    rate_to_base = ExactDecimalField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "instrument_key"], name="unmatched_by_instrument")]


class FlagRow(models.Model):
    """`trades.records.Flag`."""

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    instrument = models.ForeignKey(InstrumentRow, on_delete=models.RESTRICT, related_name="+")
    instrument_key = models.CharField(max_length=120)
    reason = models.CharField(max_length=64)
    flagged_row = models.CharField(max_length=200, blank=True, default="")
    ours = ExactDecimalField(null=True)
    broker = ExactDecimalField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "instrument_key"], name="flag_by_instrument")]


class ReconciliationRow(models.Model):
    """One comparison with a figure of the broker's. kind: fill or position. ref: id of the row, or key of the instrument."""

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    instrument = models.ForeignKey(InstrumentRow, on_delete=models.RESTRICT, related_name="+")
    instrument_key = models.CharField(max_length=120)
    kind = models.CharField(max_length=12)
    ref = models.CharField(max_length=200)
    ours = ExactDecimalField(null=True)
    broker = ExactDecimalField(null=True)
    status = models.CharField(max_length=12)
    reason = models.CharField(max_length=200, blank=True, default="")
    day = models.DateField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account", "instrument_key"], name="reconciled_by_instrument"),
            models.Index(fields=["account", "kind", "status", "day"], name="reconciled_by_day"),
            models.Index(fields=["account", "kind", "ref"], name="reconciled_by_row"),
        ]


class SummaryRow(models.Model):
    """`performance.summary.Summary` of round trips of an account, in one currency: of those that the empty filter takes."""

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    currency = models.CharField(max_length=12)
    n = models.PositiveIntegerField()
    wins = models.PositiveIntegerField()
    losses = models.PositiveIntegerField()
    zeros = models.PositiveIntegerField()
    total = models.BigIntegerField()
    total_wins = models.BigIntegerField()
    total_losses = models.BigIntegerField()
    fees = models.BigIntegerField()
    gain_count = models.PositiveIntegerField()
    gain_total = models.BigIntegerField()
    squares = models.FloatField()
    least = models.BigIntegerField(null=True)
    greatest = models.BigIntegerField(null=True)
    costed = models.BigIntegerField(default=0)
    costs = models.FloatField(default=0)

    class Meta:
        abstract = True


class DayTotals(SummaryRow):
    """Those of a facet (`performance.facets`) that closed on a day, with `performance.curves.Path`."""

    facet = models.CharField(max_length=500, default="")
    day = models.DateField()
    high = models.BigIntegerField(default=0)
    low = models.BigIntegerField(default=0)
    fall = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "facet", "day", "currency"], name="day_once")]


class SharedDay(models.Model):
    """The path of a day on which several accounts closed something of a facet, in one order: no account's own path tells it.

    accounts: ids in order with commas between them; a set of accounts without its row is computed from the round trips.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    accounts = models.CharField(max_length=500)
    facet = models.CharField(max_length=500, default="")
    day = models.DateField()
    currency = models.CharField(max_length=12)
    total = models.BigIntegerField()
    high = models.BigIntegerField()
    low = models.BigIntegerField()
    fall = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "accounts", "facet", "day", "currency"], name="shared_day_once")]


class SlotTotals(SummaryRow):
    """Those of a coarse facet that closed in a month and were opened in one slot of a dimension of `performance.breakdowns.STORED`."""

    facet = models.CharField(max_length=500, default="")
    month = models.DateField()
    dimension = models.CharField(max_length=10)
    slot = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "facet", "dimension", "month", "currency", "slot"], name="slot_once"),
        ]


class TripColumn(models.Model):
    """One column of the round trips that closed in a month, those that count, in closing order (`storage.columns`, `storage.packed`)."""

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    month = models.DateField()
    name = models.CharField(max_length=16)
    data = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "name", "month"], name="column_once")]


class BridgeRow(models.Model):
    """One line of the bridge from the profit shown to the broker's realized figure, for one instrument; an account's is the sum."""

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    instrument_key = models.CharField(max_length=120)
    line = models.CharField(max_length=24)
    currency = models.CharField(max_length=12)
    amount = ExactDecimalField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "instrument_key", "line", "currency"], name="bridge_line_once")]


class FindingRow(models.Model):
    """`ledger.statement.Finding` of what matching found odd about an execution."""

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    instrument_key = models.CharField(max_length=120)
    severity = models.CharField(max_length=8)
    code = models.CharField(max_length=64)
    message = models.TextField()
    remedy = models.TextField(blank=True, default="")
    params = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "instrument_key"], name="finding_by_instrument")]


class AccountTotals(models.Model):
    """When an account's derived rows were made, and with what. checked: kind of comparison -> status -> how many there are; `storage.twins`
    and `storage.unread` too.
    """

    account = models.OneToOneField(BrokerAccount, on_delete=models.CASCADE, related_name="totals", primary_key=True)
    rebuilt_at = models.DateTimeField()
    rules = models.CharField(max_length=40)
    executions = models.PositiveIntegerField(default=0)
    round_trips = models.PositiveIntegerField(default=0)
    checked = models.JSONField(default=dict)
