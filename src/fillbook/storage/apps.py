"""The one Django app with tables of ours."""

from django.apps import AppConfig


class StorageConfig(AppConfig):
    """Registers what every new database connection needs."""

    name = "fillbook.storage"
    label = "storage"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fillbook.storage import fields

        fields.register()
