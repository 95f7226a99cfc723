"""Speak to brokers: one folder each, sans I/O.

`interface` says what a connector is, `manifests` what each broker offers, `registry` finds the code.
"""
