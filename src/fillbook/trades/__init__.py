"""Lots, matching, round trips, opening balances and reconciliation: pure functions from ledger rows to trades."""
