"""Apex Clearing: read by a login that the account's owner has granted access to."""
