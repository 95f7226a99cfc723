"""The words of notices: for pages, and for mails, which hold neither an account's number nor what the broker said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.urls import reverse

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


def told(notice: Notice) -> Told:
    """The words of a notice."""
    words = _WORDS.get(NoticeKind(notice.kind)) if notice.kind in set(NoticeKind) else None
    if words is None or notice.link is None:
        text = "Something about one of your links has changed."
        return Told("info", "Something has changed", text, text, "See your accounts", reverse("accounts"))
    return words(notice, notice.link, notice.parameters)


def _credential_ages(_notice: Notice, link: Link, parameters: Mapping[str, Any]) -> Told:
    name, what = broker_name(link), _credential(link)
    text = (
        f"The {what} for {name} ends on {_day(parameters['on'])} at the latest. Make a new one there and enter it here before that day; "
        "what was fetched stays, and nothing is missed."
    )
    return Told("warn", f"Your {what} for {name} ends soon", text, text, "Enter the new one", reverse("link-replace", args=[link.pk]))


def _link_stopped(_notice: Notice, link: Link, parameters: Mapping[str, Any]) -> Told:
    name = broker_name(link)
    mail = f"Fetching from {name} has stopped until you do something about it. What was fetched stays. The page says what to do."
    text = f"{name}: {parameters.get('message') or 'Fetching has stopped until you do something about it.'}"
    return Told("bad", f"Your link to {name} needs you", text, mail, "See what to do", reverse("link-progress", args=[link.pk]))


def _statement_late(_notice: Notice, link: Link, parameters: Mapping[str, Any]) -> Told:
    name = broker_name(link)
    text = (
        f"The statements of {name} still end on {_day(parameters['figures_to'])}, and no holiday explains that any more. Look there "
        "whether the report still goes up to the last day, and whether the account is still open. Fillbook keeps asking."
    )
    return Told("warn", f"Statements of {name} are late", text, text, "See this link", reverse("link-progress", args=[link.pk]))


def _query_changed(notice: Notice, link: Link, parameters: Mapping[str, Any]) -> Told:
    name = broker_name(link)
    mail = f"What {name} sends has changed: it lacks something that it had before. Your figures may be less complete from now on."
    text = f"What {name} sends has changed. {' '.join(parameters.get('lacks', ()))}".strip()
    path = reverse("account", args=[notice.account_id]) + "#doctor" if notice.account_id else reverse("accounts")
    return Told("warn", f"What {name} sends has changed", text, mail, "See what is missing", path)


def _history_changed(_notice: Notice, link: Link, parameters: Mapping[str, Any]) -> Told:
    name = broker_name(link)
    counts = [(parameters.get("changed", 0), "changed"), (parameters.get("withdrawn", 0), "dropped")]
    done = " and ".join(f"{verb} {_counted(count, 'row')}" for count, verb in counts if count)
    trades = parameters.get("trades", 0)
    after = f" {_counted(trades, 'trade')} {'is' if trades == 1 else 'are'} new or different." if trades else " No trade is different."
    what = f"{done} that you had before" if done else "says of your past something else than before"
    text = f"A later statement of {name} {what}.{after} Both versions are kept."
    title = f"{name} changed your history"
    if "restatement" in parameters:
        page = reverse("restatement", args=[parameters["account"], parameters["restatement"]])
        return Told("info", title, text, text, "See what changed", page)
    return Told("info", title, text, text, "See this sync", reverse("link-runs", args=[link.pk]))


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
    return next((field.label for field in form if field.secret), "credential")


def _counted(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {day:%b %Y}"
