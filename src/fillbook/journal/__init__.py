"""The trader's own words and groupings: notes, tags, plans, campaigns. Pure."""
