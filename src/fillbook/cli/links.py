"""Which links a command means."""

from typing import TYPE_CHECKING

from fillbook.cli.stop import Stop

if TYPE_CHECKING:
    from fillbook.storage.models import Link, User

_SHORTEST = 4


def chosen_links(names: list[str], user: "User") -> list["Link"]:
    """The links meant by their ids (or beginnings of them), by an account's number, or by a broker; all of the user's without a name.

    Raises:
        Stop: a name means none, or several.
    """
    from fillbook.storage.access import links_of

    links = list(links_of(user))
    if not names:
        return links
    chosen = [_meant(name, links, user) for name in names]
    return list({link.pk: link for link in chosen}.values())


def _meant(name: str, links: list["Link"], user: "User") -> "Link":
    from fillbook.storage.access import accounts_of

    by_number = set(accounts_of(user).filter(link__in=links, number=name).values_list("link_id", flat=True))
    found = [link for link in links if link.pk in by_number or _is_called(link, name.lower())]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{link.pk} ({link.name})" for link in links) or "none yet"
    if not found:
        raise Stop(f"There is no link {name} in this book; the links are: {known}.", 2)
    raise Stop(f"{name} could mean several links; name one by its id: {', '.join(str(link.pk) for link in found)}.", 2)


def _is_called(link: "Link", name: str) -> bool:
    return name in (link.broker.lower(), link.name.lower()) or (len(name) >= _SHORTEST and str(link.pk).startswith(name))
