"""Fillbook: the book of a trader's fills."""

__version__ = "0.1.0"
