"""The ledger as rows: one per fact and version of it.

A fact that a later statement corrects is superseded, one that a later statement no longer delivers is withdrawn; nothing is changed
in place but the note of the latest statement that repeated it (`stated_at`).
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from fillbook.storage.fields import ExactDecimalField
from fillbook.storage.models.links import BrokerAccount
from fillbook.storage.models.raw import Origin, RawStatement


class InstrumentRow(models.Model):
    """One description of an instrument, never changed: a new symbol or multiplier is a new row with the same key."""

    broker = models.CharField(max_length=40)
    digest = models.CharField(max_length=32)
    key = models.CharField(max_length=120)
    symbol = models.CharField(max_length=120)
    asset_class = models.CharField(max_length=20)
    currency = models.CharField(max_length=12)
    multiplier = ExactDecimalField()
    description = models.TextField(blank=True, default="")
    exchange = models.CharField(max_length=64, blank=True, default="")
    sub_class = models.CharField(max_length=64, blank=True, default="")
    isin = models.CharField(max_length=32, blank=True, default="")
    underlying_key = models.CharField(max_length=120, blank=True, default="")
    underlying_symbol = models.CharField(max_length=120, blank=True, default="")
    strike = ExactDecimalField(null=True)
    expiry = models.DateField(null=True)
    right = models.CharField(max_length=4, blank=True, default="")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["broker", "digest"], name="instrument_description_once")]
        indexes: ClassVar = [models.Index(fields=["broker", "key"], name="instrument_by_key")]


class AccountInstrument(models.Model):
    """How an account's latest statement describes an instrument; what pages call it."""

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    instrument = models.ForeignKey(InstrumentRow, on_delete=models.RESTRICT, related_name="+")
    origin = models.PositiveSmallIntegerField(choices=Origin.choices)
    stated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "key"], name="account_instrument_once")]


class RowState(models.TextChoices):
    """SUPERSEDED: a later version of the same fact exists. WITHDRAWN: the broker no longer delivers it."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class StatedRow(models.Model):
    """A fact that statements state.

    row_id: the broker's id of the fact. digest: of everything the row says; equal rows have equal digests. raw, place: where the bytes
    are. stated_at: when the latest statement that says so was written; equals: how many facts it has that are equal in all but their ids.
    ended_by: the statement that corrected or withdrew it.
    """

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    instrument = models.ForeignKey(InstrumentRow, on_delete=models.RESTRICT, related_name="+")
    row_id = models.CharField(max_length=200)
    digest = models.CharField(max_length=32)
    raw = models.ForeignKey(RawStatement, on_delete=models.RESTRICT, related_name="+")
    place = models.BigIntegerField(default=0)
    origin = models.PositiveSmallIntegerField(choices=Origin.choices)
    stated_at = models.DateTimeField()
    equals = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=RowState.choices, default=RowState.CURRENT)
    ended_by = models.ForeignKey(RawStatement, null=True, on_delete=models.RESTRICT, related_name="+")
    trade_date = models.DateField()
    quantity = ExactDecimalField()

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "row_id"], condition=~Q(state="superseded"), name="%(class)s_one_latest"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "trade_date"], name="%(class)s_by_day"),
            models.Index(fields=["instrument", "account"], name="%(class)s_by_what"),
        ]


class ExecutionRow(StatedRow):
    """`ledger.execution.Execution`; row_id is its execution_id."""

    ordered_at = models.DateTimeField()
    executed_at = models.DateTimeField(null=True)
    report_date = models.DateField(null=True)
    settle_date = models.DateField(null=True)
    price = ExactDecimalField()
    proceeds = ExactDecimalField()
    fees = ExactDecimalField()
    taxes = ExactDecimalField()
    fees_currency = models.CharField(max_length=12, blank=True, default="")
    fees_rate = ExactDecimalField()
    accrued_interest = ExactDecimalField()
    kind = models.CharField(max_length=20)
    effect = models.CharField(max_length=20)
    rate_to_base = ExactDecimalField(null=True)
    broker_realized_pnl = ExactDecimalField(null=True)
    broker_cost = ExactDecimalField(null=True)
    settlement_price = ExactDecimalField(null=True)
    trade_id = models.CharField(max_length=120, blank=True, default="")
    order_id = models.CharField(max_length=120, blank=True, default="")
    exec_id = models.CharField(max_length=120, blank=True, default="")
    corrects = models.CharField(max_length=200, blank=True, default="")
    corrects_trade = models.CharField(max_length=120, blank=True, default="")
    model = models.CharField(max_length=120, blank=True, default="")
    venue = models.CharField(max_length=64, blank=True, default="")
    codes = models.CharField(max_length=120, blank=True, default="")
    automatic = models.BooleanField(default=False)


class CorporateActionRow(StatedRow):
    """`ledger.events.CorporateAction`; row_id is its leg_id."""

    action_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    ordered_at = models.DateTimeField()
    report_date = models.DateField(null=True)
    proceeds = ExactDecimalField()
    value = ExactDecimalField()
    broker_realized_pnl = ExactDecimalField(null=True)
    rate_to_base = ExactDecimalField(null=True)
    parent = models.CharField(max_length=120, blank=True, default="")
    ratio_new = ExactDecimalField(null=True)
    ratio_old = ExactDecimalField(null=True)
    broker_type = models.CharField(max_length=64, blank=True, default="")
    description = models.TextField(blank=True, default="")
    reverses = models.BooleanField(default=False)


class TransferRow(StatedRow):
    """`ledger.events.Transfer`; row_id is its transfer_id."""

    ordered_at = models.DateTimeField()
    report_date = models.DateField(null=True)
    value = ExactDecimalField()
    cash = ExactDecimalField()
    price = ExactDecimalField(null=True)
    fees = ExactDecimalField()
    broker_type = models.CharField(max_length=64, blank=True, default="")
    other_party = models.CharField(max_length=120, blank=True, default="")
    reverses = models.BooleanField(default=False)


class OptionEventRow(StatedRow):
    """`ledger.events.OptionEvent`; it has no id of the broker's, so row_id is its digest and a number among equal ones."""

    kind = models.CharField(max_length=20)
    trade_id = models.CharField(max_length=120, blank=True, default="")
    broker_realized_pnl = ExactDecimalField(null=True)
    broker_cost = ExactDecimalField(null=True)


class CashMovementRow(StatedRow):
    """`ledger.cash.CashMovement`; row_id is its movement_id, trade_date its moved_on. Without an instrument where it has none."""

    instrument = models.ForeignKey(InstrumentRow, null=True, on_delete=models.RESTRICT, related_name="+")  # type: ignore[assignment]
    quantity = None  # type: ignore[assignment]  # money moves, not units
    kind = models.CharField(max_length=20)
    currency = models.CharField(max_length=12, blank=True, default="")
    amount = ExactDecimalField()
    value_date = models.DateField(null=True)
    moved_at = models.DateTimeField(null=True)
    rate_to_base = ExactDecimalField(null=True)
    broker_type = models.CharField(max_length=64, blank=True, default="")
    description = models.TextField(blank=True, default="")


class BrokerLotRow(StatedRow):
    """`ledger.figures.BrokerLot`, evidence about a fill; row_id is its lot_id, trade_date its closed_on."""

    cost_basis = ExactDecimalField()
    closed_at = models.DateTimeField(null=True)
    realized_pnl = ExactDecimalField(null=True)
    closed_by = models.CharField(max_length=200, blank=True, default="")
    opened_by = models.CharField(max_length=200, blank=True, default="")
    opened_at = models.DateTimeField(null=True)
    opened_on = models.DateField(null=True)


class DailyRow(models.Model):
    """What a statement says of one day; of each day the strongest statement's figure is kept. stated_at: as in `StatedRow`."""

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    raw = models.ForeignKey(RawStatement, on_delete=models.RESTRICT, related_name="+")
    place = models.BigIntegerField(default=0)
    origin = models.PositiveSmallIntegerField(choices=Origin.choices)
    stated_at = models.DateTimeField()
    currency = models.CharField(max_length=12, blank=True, default="")

    class Meta:
        abstract = True


class BalanceRow(DailyRow):
    """`ledger.figures.BrokerBalance`."""

    kind = models.CharField(max_length=20)
    as_of = models.DateField()
    amount = ExactDecimalField()
    settled = ExactDecimalField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "kind", "currency", "as_of"], name="balance_once_a_day")]


class RateRow(DailyRow):
    """`ledger.cash.ConversionRate`."""

    base = models.CharField(max_length=12)
    day = models.DateField()
    rate = ExactDecimalField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "currency", "base", "day"], name="rate_once_a_day")]


class PositionRow(models.Model):
    """`ledger.figures.BrokerFigure` of a position; of each day the latest statement's figures are kept."""

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    instrument = models.ForeignKey(InstrumentRow, on_delete=models.RESTRICT, related_name="+")
    raw = models.ForeignKey(RawStatement, on_delete=models.RESTRICT, related_name="+")
    place = models.BigIntegerField(default=0)
    as_of = models.DateField()
    quantity = ExactDecimalField()
    cost_basis = ExactDecimalField(null=True)
    mark_price = ExactDecimalField(null=True)
    value = ExactDecimalField(null=True)
    unrealized_pnl = ExactDecimalField(null=True)
    rate_to_base = ExactDecimalField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "as_of"], name="position_by_day")]
