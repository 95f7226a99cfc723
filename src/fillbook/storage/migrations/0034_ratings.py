"""A round trip has its rating at hand, to be listed, ordered and chosen by."""

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import OuterRef, Subquery


def rate(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """By the oldest plan of each, as pages tell it."""
    plans = apps.get_model("storage", "TripPlan").objects.using(editor.connection.alias)
    trips = apps.get_model("storage", "RoundTripRow").objects.using(editor.connection.alias)
    oldest = plans.filter(trip=OuterRef("pk")).order_by("word_id").values("word__rating")[:1]
    trips.filter(pk__in=plans.values("trip_id")).update(rating=Subquery(oldest))


class Migration(migrations.Migration):
    dependencies: ClassVar = [("storage", "0033_trips_of_an_instrument")]

    operations: ClassVar = [
        migrations.AddField(model_name="roundtriprow", name="rating", field=models.PositiveSmallIntegerField(null=True)),
        migrations.AddIndex(model_name="roundtriprow", index=models.Index(fields=["account", "rating"], name="trip_by_rating")),
        migrations.RunPython(rate, migrations.RunPython.noop),
    ]
