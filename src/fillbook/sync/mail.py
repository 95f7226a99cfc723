"""Notices by e-mail, where the operator set a mail server: one message to each person with all that is new, tried again when it fails.

A message holds no secret, no amount and no account's number, only what happened and the address of the page that tells more.
"""

import logging
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from email.utils import parseaddr
from itertools import groupby
from typing import Final

from django.conf import settings as instance_settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from fillbook.storage import notices, serving
from fillbook.storage.models import Notice
from fillbook.storage.operators import open_values
from fillbook.sync import clock
from fillbook.sync.operators import MAIL, form_of
from fillbook.sync.sentences import message
from fillbook.sync.telling import Told, told
from fillbook.vault import CannotOpen

log = logging.getLogger(__name__)

SECONDS: Final = 20
"""How long the mail server may take to answer."""
_SUBJECT: Final = "Fillbook: "


class MailRefused(Exception):
    """A message that the mail server did not take; the text says why, without the password."""


def is_set() -> bool:
    """Whether the operator set a mail server."""
    return _server() is not None


def send_due() -> int:
    """Send what is new and what failed before; returns how many messages went out."""
    now = clock.now()
    waiting = notices.to_mail(now)
    if not waiting:
        return 0
    server = _server()
    if server is None:
        return 0
    sent = 0
    for _owner, group in groupby(waiting, key=lambda notice: notice.owner_id):
        sent += _send_to_one(server, notices.claim(list(group), now))
    return sent


def send_test(recipient: str) -> None:
    """Send a message that says that messages come.

    Raises:
        MailRefused: there is no mail server, or it did not take the message.
    """
    server = _server()
    if server is None:
        raise MailRefused(message("mail_unset"))
    text = "This message was asked for on the settings page or by a command. Notices of Fillbook reach you at this address."
    _send(server, recipient, f"{_SUBJECT}mail works", f"{text}\n\n{serving.public_address()}\n".rstrip() + "\n", "")


def _server() -> dict[str, str] | None:
    form = form_of(MAIL)
    try:
        return open_values(MAIL, frozenset(field.name for field in form.fields if field.secret))
    except CannotOpen:
        log.warning("The settings of the mail server can no longer be opened, because their key is gone. Set them again.")
        return None


def _send_to_one(server: Mapping[str, str], claimed: Sequence[Notice]) -> int:
    if not claimed:
        return 0
    with translation.override(claimed[0].owner.locale or instance_settings.LANGUAGE_CODE):
        words = [told(notice) for notice in claimed]
        subject = words[0].title if len(words) == 1 else _("%(count)d things to know") % {"count": len(words)}
        body = _body(words)
    name = f"{claimed[0].pk}.{claimed[0].created_at:%Y%m%d%H%M%S}"
    try:
        _send(server, claimed[0].owner.email, _SUBJECT + subject, body, name)
    except MailRefused as problem:
        log.warning("A notice could not be mailed: %s It is tried again later.", problem)
        return 0
    notices.mailed(claimed, clock.now())
    return 1


def _body(words: Sequence[Told]) -> str:
    base = serving.public_address()
    parts = [f"{one.mail}\n\n{one.action}: {f'{base}{one.path}' if base else _('open Fillbook')}" for one in words]
    settings = f"{base}{reverse('settings')}" if base else _("Settings")
    foot = _("You get this because you have a book in Fillbook. Mails can be turned off there: %(settings)s") % {"settings": settings}
    return "\n\n--\n\n".join(parts) + f"\n\n{foot}\n"


def _send(server: Mapping[str, str], recipient: str, subject: str, body: str, name: str) -> None:
    """name: of the message; one that is sent twice after a failure has the same both times."""
    domain = parseaddr(server["sender"])[1].rpartition("@")[2]
    headers = {"Auto-Submitted": "auto-generated", **({"Message-ID": f"<notice.{name}@{domain}>"} if name else {})}
    mail = EmailMessage(subject, body, server["sender"], [recipient], headers=headers)
    try:
        backend = _backend(server)
        backend.send_messages([mail])
    except smtplib.SMTPAuthenticationError:
        raise MailRefused(message("mail_login")) from None
    except smtplib.SMTPRecipientsRefused:
        raise MailRefused(message("mail_recipient")) from None
    except smtplib.SMTPSenderRefused:
        raise MailRefused(message("mail_sender")) from None
    except ssl.SSLError:
        raise MailRefused(message("mail_encryption")) from None
    except (smtplib.SMTPException, OSError, UnicodeError):
        raise MailRefused(message("mail_unreachable", host=server["host"])) from None


def _backend(server: Mapping[str, str]) -> EmailBackend:
    return EmailBackend(
        host=server["host"],
        port=int(server["port"]),
        username=server.get("user") or None,
        password=server.get("password") or None,
        use_tls=server["security"] == "starttls",
        use_ssl=server["security"] == "tls",
        timeout=SECONDS,
        fail_silently=False,
    )
