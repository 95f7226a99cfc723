"""What was changed of campaigns is kept, so that each change can be taken back in one step."""

from typing import ClassVar

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

WHAT = ["together", "added", "kept", "alone", "apart", "proposed"]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("storage", "0035_trades_restated")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="CampaignChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.CharField(choices=[(what, what.capitalize()) for what in WHAT], max_length=8)),
                ("words", models.JSONField()),
                ("execution_id", models.CharField(max_length=200)),
                ("role", models.CharField(max_length=10)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "account",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="storage.brokeraccount"),
                ),
            ],
            options={"indexes": [models.Index(fields=["account", "-id"], name="campaign_change_by_account")]},
        ),
    ]
