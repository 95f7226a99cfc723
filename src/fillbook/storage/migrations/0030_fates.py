"""A run counts rows that are there again apart, and a trade that is gone tells what became of its fills."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("storage", "0029_trial_runs")]

    operations: ClassVar = [
        migrations.AddField(model_name="syncrun", name="rows_returned", field=models.PositiveIntegerField(default=0)),
        migrations.AddField(model_name="restatedtrip", name="fates", field=models.JSONField(default=list)),
    ]
