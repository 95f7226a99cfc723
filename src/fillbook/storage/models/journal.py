"""The trader's own words and groupings. They hang on executions, never on derived rows, so that they survive every rebuild."""
