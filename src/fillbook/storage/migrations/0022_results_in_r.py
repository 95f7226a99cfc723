"""What a planned round trip came to in R stands beside it, so that lists are ordered and reports summed by it."""

from decimal import Decimal
from typing import Any, ClassVar

from django.db import migrations, models

_LARGEST = 2**63 - 1


def measure(apps: Any, _: Any) -> None:
    """As `storage.hanging.measure` does from now on."""
    plans = apps.get_model("storage", "TripPlan").objects.filter(risk__isnull=False).select_related("trip").order_by("word")
    seen: set[int] = set()
    for plan in plans:
        trip = plan.trip
        if trip.is_open or trip.realized_pnl is None or trip.pk in seen or not plan.risk:
            continue
        units = int((trip.realized_pnl / plan.risk).quantize(Decimal("1E-8")).scaleb(8))
        if abs(units) <= _LARGEST:
            seen.add(trip.pk)
            trip.r_e8 = units
            trip.save(update_fields=["r_e8"])


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("storage", "0021_found_at_once"),
    ]

    operations: ClassVar = [
        migrations.AddField(model_name="roundtriprow", name="r_e8", field=models.BigIntegerField(null=True)),
        migrations.AddIndex(model_name="roundtriprow", index=models.Index(fields=["account", "r_e8"], name="trip_by_r")),
        migrations.RunPython(measure, migrations.RunPython.noop, elidable=True),
    ]
