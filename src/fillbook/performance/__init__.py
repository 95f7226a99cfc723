"""The numbers a trader reads, computed from round trips. Pure."""
