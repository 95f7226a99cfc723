"""Pages for people: views, templates, charts, service worker."""
