from django.db import migrations, models


def follow_the_browser(apps, schema_editor):
    """Nobody could choose a language before: what stands there is the default of that time."""
    apps.get_model("storage", "User").objects.filter(locale="en").update(locale="")


class Migration(migrations.Migration):

    dependencies = [
        ('storage', '0015_trip_states'),
    ]

    operations = [
        migrations.AlterField(
            model_name='user',
            name='locale',
            field=models.CharField(blank=True, default='', max_length=10),
        ),
        migrations.RunPython(follow_the_browser, migrations.RunPython.noop),
    ]
