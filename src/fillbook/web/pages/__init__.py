"""The pages: one module for each, which turns rows into a small record and hands it to a template."""
