"""A saved view keeps its page; those there were are filters for any page."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("storage", "0030_fates")]

    operations: ClassVar = [
        migrations.AddField(model_name="savedview", name="page", field=models.CharField(blank=True, default="", max_length=60)),
    ]
