"""Public ids that trades had before their fills were numbered anew."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("storage", "0031_pages_of_views")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="FormerTrip",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64)),
                ("execution_id", models.CharField(max_length=200)),
                ("role", models.CharField(max_length=20)),
                ("heir", models.CharField(blank=True, default="", max_length=64)),
                ("account", models.ForeignKey(on_delete=models.CASCADE, related_name="+", to="storage.brokeraccount")),
            ],
            options={
                "indexes": [models.Index(fields=["account", "heir"], name="former_by_heir")],
                "constraints": [models.UniqueConstraint(fields=("key", "account"), name="former_key_once")],
            },
        ),
    ]
