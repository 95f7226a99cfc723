"""Whether anything of a link's account may be fetched and shown yet."""

from fillbook.brokers import registry
from fillbook.storage import claims
from fillbook.storage.models import Link


def is_claimed(link: Link) -> bool:
    """Whether the number of an account is all that this link was made of."""
    return bool(link.account) and registry.connector(link.broker).session is not None


def is_watched(link: Link) -> bool:
    """Whether others use this instance too, so that each claim to an account has to be proven."""
    return is_claimed(link) and claims.is_shared()


def must_prove(link: Link) -> bool:
    """Whether nothing of the link's account may be fetched for its user yet."""
    return is_watched(link) and not claims.owned(link)
