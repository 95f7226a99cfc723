"""Beside each fact stands how many its statement has that are equal in all but their ids: so many are real."""

from typing import Any, ClassVar

from django.db import migrations, models
from django.db.models import Count

_SAME = {
    "ExecutionRow": ("ordered_at", "quantity", "price"),
    "CorporateActionRow": ("ordered_at", "kind", "quantity", "proceeds", "value"),
    "TransferRow": ("ordered_at", "quantity", "value", "cash"),
    "OptionEventRow": ("kind", "quantity"),
    "CashMovementRow": ("moved_at", "kind", "currency", "amount"),
    "BrokerLotRow": ("closed_at", "opened_at", "quantity", "cost_basis"),
}
"""As `storage.renumbering` has it."""


def count(apps: Any, _: Any) -> None:
    """Rows of one moment are of one statement."""
    for name, same in _SAME.items():
        rows = apps.get_model("storage", name).objects.exclude(state="superseded")
        terms = ("account_id", "instrument__key", "trade_date", "origin", "stated_at", *same)
        for found in rows.order_by().values(*terms).annotate(n=Count("pk")).filter(n__gt=1):
            number = found.pop("n")
            wanted = {f"{field}__isnull" if value is None else field: True if value is None else value for field, value in found.items()}
            numbers = list(rows.filter(**wanted).values_list("pk", flat=True))
            rows.filter(pk__in=numbers).update(equals=number)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("storage", "0026_reconciled_by_day")]

    operations: ClassVar = [
        *(
            migrations.AddField(model_name=name.lower(), name="equals", field=models.PositiveIntegerField(default=1))
            for name in _SAME
        ),
        migrations.RunPython(count, migrations.RunPython.noop, elidable=True),
    ]
