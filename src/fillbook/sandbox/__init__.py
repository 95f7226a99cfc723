"""Pretend brokers on loopback that speak the real protocols, with fault switches."""
