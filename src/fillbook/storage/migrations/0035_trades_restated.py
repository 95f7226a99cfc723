"""A run counts the trades that it restated apart from all that are new or different."""

from typing import Any, ClassVar

from django.db import migrations, models
from django.db.models import Count


def count(apps: Any, schema_editor: Any) -> None:
    """What was noted of earlier runs."""
    noted = apps.get_model("storage", "RestatedTrip").objects.filter(restatement__run__isnull=False).order_by()
    for run, number in noted.values_list("restatement__run").annotate(n=Count("pk")):
        apps.get_model("storage", "SyncRun").objects.filter(pk=run).update(trades_restated=number)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("storage", "0034_ratings")]

    operations: ClassVar = [
        migrations.AddField(model_name="syncrun", name="trades_restated", field=models.PositiveIntegerField(default=0)),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
