"""What an account's owner states about it. No import or rebuild writes here."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from fillbook.storage.fields import ExactDecimalField
from fillbook.storage.models.links import BrokerAccount


class StatedOpening(models.Model):
    """`ledger.opening.OpeningBalance`: what the owner says was held before the history. Names its instrument by contract id, as rows do."""

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    instrument_key = models.CharField(max_length=120)
    opened_on = models.DateField()
    quantity = ExactDecimalField()
    cost_basis = ExactDecimalField()
    stated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "instrument_key"], name="stated_by_instrument")]
