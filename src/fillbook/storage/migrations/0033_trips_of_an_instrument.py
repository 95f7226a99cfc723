"""The closed round trips of an instrument come in order of their days, so that the one before another is found without sorting all."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("storage", "0032_former_trips")]

    operations: ClassVar = [
        migrations.RemoveIndex(model_name="roundtriprow", name="trip_by_instrument"),
        migrations.AddIndex(
            model_name="roundtriprow",
            index=models.Index(fields=["account", "instrument_key", "closed_on"], name="trip_by_instrument"),
        ),
    ]
