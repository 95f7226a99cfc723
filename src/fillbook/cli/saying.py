"""What cannot be done with round trips, campaigns or words about them, as a command says it."""

from collections.abc import Iterator
from contextlib import contextmanager

from fillbook.cli.stop import Stop


@contextmanager
def saying() -> Iterator[None]:
    """Refusals of `storage.campaigning`, `storage.words` and `storage.plans` as `Stop`."""
    from django.http import Http404

    from fillbook.journal.notes import BadNote
    from fillbook.journal.plans import BadPlan
    from fillbook.journal.tags import BadTag
    from fillbook.storage.campaigning import BadCampaign
    from fillbook.storage.words import NothingToHoldOn

    try:
        yield
    except Http404:
        raise Stop("There is no round trip or campaign with this key in this book.", 2) from None
    except (BadCampaign, BadNote, BadPlan, BadTag) as problem:
        raise Stop(str(problem), 2) from None
    except NothingToHoldOn:
        raise Stop("This round trip has no fill of its own, so nothing can be said of it.", 2) from None
