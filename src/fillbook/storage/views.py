"""The pages and filters that a person keeps under a name."""

from django.db import IntegrityError, transaction

from fillbook.storage.models import SavedView, User
from fillbook.storage.sentences import message
from fillbook.storage.viewing import LONGEST, Viewed

MOST: int = 50
"""As many views as a menu can hold."""


class CannotSave(Exception):
    """A view was not kept; the message says why."""


def save_view(owner: User, name: str, viewed: Viewed, *, is_default: bool = False) -> SavedView:
    """Keep a page, or a filter for any page, under a name; one of that name, in whatever case, is replaced.

    Raises:
        CannotSave: the name is empty or too long, there is too much in the address, or there are too many views.
    """
    name = " ".join(name.split())
    if not name or len(name) > 60 or not name.isprintable():
        raise CannotSave(message("view_name"))
    if len(viewed.query) > LONGEST:
        raise CannotSave(message("view_long", most=LONGEST))
    try:
        with transaction.atomic():
            found = SavedView.objects.filter(owner=owner, name__iexact=name).first()
            if found is None and SavedView.objects.filter(owner=owner).count() >= MOST:
                raise CannotSave(message("views_full", most=MOST))
            if is_default:
                SavedView.objects.filter(owner=owner, is_default=True).update(is_default=False)
            view = found or SavedView(owner=owner)
            view.name, view.page, view.query, view.is_default = name, viewed.path, viewed.query, is_default
            view.save()
    except IntegrityError:
        raise CannotSave(message("view_meanwhile")) from None
    return view


def make_default(view: SavedView, *, is_default: bool) -> None:
    """Let pages without a filter begin with this view, or with everything again."""
    with transaction.atomic():
        SavedView.objects.filter(owner=view.owner_id, is_default=True).update(is_default=False)
        SavedView.objects.filter(pk=view.pk).update(is_default=is_default)
