"""The words of notices: for pages, and for mails, which hold neither an account's number nor what the broker said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fillbook.brokers.manifests import manifest, manifests
from fillbook.storage.models import Link, Notice, NoticeKind
from fillbook.sync.notices import broker_name


@dataclass(frozen=True, slots=True)
class Told:
    """A notice in words.

    tone: bad, warn or info. title: of a mail. text: for its owner's pages. mail: the same without anything that a stranger should not
    read. action, path: the one thing to do, and where.
    """

    tone: str
    title: str
    text: str
    mail: str
    action: str
    path: str


Say = Callable[[str], str]


def told(notice: Notice, say: Say = str) -> Told:
    """The words of a notice. say: how a page says, in its reader's language, a sentence that was kept."""
    words = _WORDS.get(NoticeKind(notice.kind)) if notice.kind in set(NoticeKind) else None
    if words is None or notice.link is None:
        text = _("Something about one of your links has changed.")
        return Told("info", _("Something has changed"), text, text, _("See your accounts"), reverse("accounts"))
    return words(notice, notice.link, _in_words(notice.parameters, say))


def _in_words(parameters: Mapping[str, Any], say: Say) -> Mapping[str, Any]:
    """The parameters of a notice with those said that are sentences."""
    message, lacks = parameters.get("message", ""), parameters.get("lacks", ())
    return {**parameters, "message": say(message) if message else "", "lacks": [say(one) for one in lacks]}


def _credential_ages(_notice: Notice, link: Link, parameters: Mapping[str, Any]) -> Told:
    name, what = broker_name(link), _credential(link)
    words = {"what": what, "broker": name, "day": _day(parameters["on"])}
    text = _(
        "The %(what)s for %(broker)s ends on %(day)s at the latest. Make a new one there and enter it here before that day; "
        "what was fetched stays, and nothing is missed."
    )
    title, path = _("Your %(what)s for %(broker)s ends soon") % words, reverse("link-replace", args=[link.pk])
    return Told("warn", title, text % words, text % words, _("Enter the new one"), path)


def _link_stopped(_notice: Notice, link: Link, parameters: Mapping[str, Any]) -> Told:
    name = broker_name(link)
    words = {"broker": name}
    mail = _("Fetching from %(broker)s has stopped until you do something about it. What was fetched stays. The page says what to do.")
    text = f"{name}: {parameters.get('message') or _('Fetching has stopped until you do something about it.')}"
    title, path = _("Your link to %(broker)s needs you") % words, reverse("link-progress", args=[link.pk])
    return Told("bad", title, text, mail % words, _("See what to do"), path)


def _statement_late(_notice: Notice, link: Link, parameters: Mapping[str, Any]) -> Told:
    name = broker_name(link)
    words = {"broker": name, "day": _day(parameters["figures_to"])}
    text = _(
        "The statements of %(broker)s still end on %(day)s, and no holiday explains that any more. Look there whether the report still "
        "goes up to the last day, and whether the account is still open. Fillbook keeps asking."
    )
    title, path = _("Statements of %(broker)s are late") % words, reverse("link-progress", args=[link.pk])
    return Told("warn", title, text % words, text % words, _("See this link"), path)


def _query_changed(notice: Notice, link: Link, parameters: Mapping[str, Any]) -> Told:
    name = broker_name(link)
    words = {"broker": name}
    title = _("What %(broker)s sends has changed") % words
    mail = _("What %(broker)s sends has changed: it lacks something that it had before. Your figures may be less complete from now on.")
    text = f"{title}. {' '.join(parameters.get('lacks', ()))}".strip()
    path = reverse("account", args=[notice.account_id]) + "#doctor" if notice.account_id else reverse("accounts")
    return Told("warn", title, text, mail % words, _("See what is missing"), path)


def _history_changed(_notice: Notice, link: Link, parameters: Mapping[str, Any]) -> Told:
    name = broker_name(link)
    trades, restated = parameters.get("trades", 0), parameters.get("restated")
    after = _("No trade was restated.")
    if restated:
        after = ngettext("%(trades)s trade was restated.", "%(trades)s trades were restated.", restated) % {"trades": _count(restated)}
    elif trades and restated is None:
        sentence = ngettext("%(trades)s trade is new or different.", "%(trades)s trades are new or different.", trades)
        after = sentence % {"trades": _count(trades)}
    text = f"{_restated(name, parameters)} {after} {_('Both versions are kept.')}"
    title = _("%(broker)s changed your history") % {"broker": name}
    if "restatement" in parameters:
        page = reverse("restatement", args=[parameters["account"], parameters["restatement"]])
        return Told("info", title, text, text, _("See what changed"), page)
    if restated is not None:
        return Told("info", title, text, text, _("See what changed"), reverse("run-restated", args=[link.pk, parameters["run"]]))
    return Told("info", title, text, text, _("See this sync"), reverse("link-runs", args=[link.pk]))


_WORDS: Final[Mapping[NoticeKind, Callable[[Notice, Link, Mapping[str, Any]], Told]]] = {
    NoticeKind.CREDENTIAL_AGES: _credential_ages,
    NoticeKind.LINK_STOPPED: _link_stopped,
    NoticeKind.STATEMENT_LATE: _statement_late,
    NoticeKind.QUERY_CHANGED: _query_changed,
    NoticeKind.HISTORY_CHANGED: _history_changed,
}


def _credential(link: Link) -> str:
    """What the broker calls the first secret of its form."""
    form = manifest(link.broker).form if link.broker in manifests() else ()
    return next((field.label for field in form if field.secret), _("credential"))


def _restated(broker: str, parameters: Mapping[str, Any]) -> str:
    """What a later statement did to rows that were there before."""
    changed, dropped, returned = (parameters.get(count, 0) for count in ("changed", "withdrawn", "returned"))
    sentence = _("A later statement of %(broker)s says of your past something else than before.")
    if changed and dropped:
        sentence = _("A later statement of %(broker)s changed %(changed)s and dropped %(dropped)s that you had before.")
    elif changed:
        sentence = _("A later statement of %(broker)s changed %(changed)s that you had before.")
    elif dropped:
        sentence = _("A later statement of %(broker)s dropped %(dropped)s that you had before.")
    told = sentence % {"broker": broker, "changed": _rows(changed), "dropped": _rows(dropped)}
    if not returned:
        return told
    again = ngettext(
        "%(count)s row that was dropped before is there again.", "%(count)s rows that were dropped before are there again.", returned
    )
    return f"{told} {again % {'count': _count(returned)}}"


def _rows(count: int) -> str:
    return ngettext("%(count)s row", "%(count)s rows", count) % {"count": _count(count)}


def _count(count: int) -> str:
    return formats.number_format(count, force_grouping=True)


def _day(text: str) -> str:
    return formats.date_format(date.fromisoformat(text), _("j M Y"))
