"""Settings of the Django instance."""

SECRET_KEY = ""
INSTALLED_APPS: list[str] = []
USE_TZ = True
