"""What the frame of every page needs: the menu, the look its reader chose, whether the sandbox is what they look at."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from django.http import HttpRequest
from django.urls import reverse

from fillbook.performance.filters import Filter, TripStatus
from fillbook.storage.access import accounts_of, links_of
from fillbook.storage.models import AccountKind, LinkState, User
from fillbook.web.language import gettext_lazy
from fillbook.web.pages.filterbar import EVERYTHING, address, misread, turned_words
from fillbook.web.pages.saved import kept_of

_MENU: Final = (
    ("dashboard", gettext_lazy("Dashboard"), "dashboard", "d"),
    ("trades", gettext_lazy("Trades"), "trades", "t"),
    ("calendar", gettext_lazy("Calendar"), "calendar", "c"),
    ("reports", gettext_lazy("Reports"), "chart", "r"),
    ("intraday", gettext_lazy("Intraday"), "clock", "i"),
    ("positions", gettext_lazy("Positions"), "layers", "p"),
    ("notes", gettext_lazy("Notes"), "file", "n"),
    ("accounts", gettext_lazy("Accounts"), "accounts", "a"),
)
_TABS: Final = ("dashboard", "trades", "calendar", "reports")
"""Places that a phone has at its bottom; the others are under More."""
FILTERED: Final = frozenset({"dashboard", "trades", "calendar", "intraday", "reports"})
"""Pages that are about a filter, which goes from one to the other."""
_BARRED: Final = FILTERED | frozenset(
    {"campaigns", "report-by", "report-cross", "report-compare", "report-spread", "report-falls", "report-campaigns"}
)
"""Pages that read a period and other conditions out of their address, and say what they made of them."""
_SECTIONS: Final = {
    "dashboard": "dashboard",
    "welcome": "dashboard",
    "trades": "trades",
    "trade": "trades",
    "notes": "notes",
    "day-note": "notes",
    "tags": "notes",
    "calendar": "calendar",
    "day": "calendar",
    "intraday": "intraday",
    "reports": "reports",
    "positions": "positions",
    "more": "more",
    "settings": "settings",
    "settings-key": "settings",
    "phone": "settings",
    "settings-mail": "settings",
    "tokens": "settings",
    "api-reference": "settings",
    "api-shapes": "settings",
    "notices": "settings",
    "settings-broker": "settings",
}
_SECTION_BY_PREFIX: Final = (
    ("account_", "settings"),
    ("mfa_", "settings"),
    ("usersessions_", "settings"),
    ("account", "accounts"),
    ("reconciliation", "accounts"),
    ("completeness", "accounts"),
    ("opening", "accounts"),
    ("restatement", "accounts"),
    ("link", "accounts"),
    ("upload", "accounts"),
    ("report-", "reports"),
)
_THEMES: Final = {
    User.Theme.SYSTEM: ("", "system", User.Theme.LIGHT, gettext_lazy("Theme: as your system. Switch to light")),
    User.Theme.LIGHT: ("light", "sun", User.Theme.DARK, gettext_lazy("Theme: light. Switch to dark")),
    User.Theme.DARK: ("dark", "moon", User.Theme.SYSTEM, gettext_lazy("Theme: dark. Switch to your system's")),
}


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One place of the menu. key: pressed after g. count: things there that need the user."""

    name: str
    url: str
    icon: str
    key: str
    current: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a page. theme, colours: attributes of the root element, "" for the default.

    tabs, further: the menu parted for a phone, at its bottom and under More. trouble: links that need the user.
    keeps: the browser keeps the dashboard.
    """

    theme: str = ""
    colours: str = ""
    theme_icon: str = "system"
    next_theme: str = User.Theme.LIGHT
    theme_words: str = ""
    section: str = ""
    menu: tuple[MenuItem, ...] = ()
    tabs: tuple[MenuItem, ...] = ()
    further: tuple[MenuItem, ...] = ()
    trouble: int = 0
    keeps: bool = False
    sandbox: bool = False
    misread: tuple[str, ...] = ()
    turned: str = ""

    @property
    def elsewhere(self) -> bool:
        """Whether the page is under More on a phone."""
        return not any(item.current for item in self.tabs)


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Context processor: `frame`, also for error pages, which may come before there is a user."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_authenticated:
        return {"frame": Frame()}
    theme, icon, next_theme, words = _THEMES[User.Theme(user.theme)]
    section = _section(request)
    trouble = links_of(user).filter(state=LinkState.NEEDS_USER).count()
    carried = _carried(request)
    menu = tuple(
        MenuItem(str(name), carried(url), icon_name, key, current=section == url, count=trouble if url == "accounts" else 0)
        for url, name, icon_name, key in _MENU
    )
    return {
        "frame": Frame(
            theme=theme,
            colours="" if user.gain_colours == User.GainColours.TEAL_VERMILION else user.gain_colours,
            theme_icon=icon,
            next_theme=next_theme,
            theme_words=words,
            section=section,
            menu=menu,
            tabs=tuple(item for item, place in zip(menu, _MENU, strict=True) if place[0] in _TABS),
            further=tuple(item for item, place in zip(menu, _MENU, strict=True) if place[0] not in _TABS),
            trouble=trouble,
            misread=_misread(request),
            turned=_turned(request),
            keeps=user.keeps_dashboard,
            sandbox=set(accounts_of(user).order_by().values_list("kind", flat=True).distinct()) == {AccountKind.SANDBOX},
        )
    }


def _misread(request: HttpRequest) -> tuple[str, ...]:
    """What of a filter in the address means nothing, on pages that have the filter bar."""
    name = request.resolver_match.url_name if request.resolver_match else ""
    return misread(dict(request.GET.lists())) if name in _BARRED and request.GET else ()


def _turned(request: HttpRequest) -> str:
    """What to say of a period in the address whose ends are the wrong way round; "" for nothing."""
    name = request.resolver_match.url_name if request.resolver_match else ""
    return turned_words(dict(request.GET.lists())) if name in _BARRED and request.GET else ""


def _carried(request: HttpRequest) -> Callable[[str], str]:
    """Addresses of the menu: between pages that have the filter bar, the filter goes along."""
    name = request.resolver_match.url_name if request.resolver_match else ""
    if name not in FILTERED:
        return reverse
    parameters = dict(request.GET.lists())
    chosen = replace(Filter.from_query(parameters), status=TripStatus.CLOSED)
    others = kept_of(parameters) | ({"view": EVERYTHING} if chosen == Filter() and request.GET.get("view") == EVERYTHING else {})
    return lambda page: address(reverse(page), chosen, **others) if page in FILTERED else reverse(page)


def _section(request: HttpRequest) -> str:
    name = (request.resolver_match.url_name if request.resolver_match else "") or ""
    if name in _SECTIONS:
        return _SECTIONS[name]
    return next((section for prefix, section in _SECTION_BY_PREFIX if name.startswith(prefix)), "")
