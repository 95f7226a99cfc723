"""The REST API: what the pages show, as JSON, for whoever holds a personal token. `app` puts it together."""
