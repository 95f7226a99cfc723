"""What one statement shows of the query that made it: findings in the portal's own words."""

from hashlib import blake2b

from fillbook.brokers.ibkr.observed import Observed


def fingerprint(observed: Observed) -> str:
    """A short text that changes when the query's sections or fields do, and only then."""
    parts = [f"section {tag}" for tag in sorted(observed.sections)]
    parts += [f"{tag}: {' '.join(sorted(names))}" for tag, names in sorted(observed.fields.items())]
    return blake2b("\n".join(parts).encode(), digest_size=12).hexdigest()
