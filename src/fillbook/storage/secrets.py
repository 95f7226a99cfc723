"""The instance's vault, and the credentials it keeps for links."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from fillbook.storage import keyfile
from fillbook.storage.logs import keep_out_of_logs
from fillbook.storage.models import Link
from fillbook.vault import CannotOpen, Vault
from fillbook.vault.keys import parse


def vault() -> Vault:
    """The vault with this instance's keys: FILLBOOK_VAULT, else the key file as it is now, which another process may just have changed.

    Raises:
        BadKey: there is no usable key; nothing is ever stored unsealed instead.
    """
    keys, file = settings.VAULT_KEYS, settings.VAULT_KEY_FILE
    return _vault(keys, file, "" if keys else keyfile.version(file))


@lru_cache(maxsize=4)
def _vault(keys: str, file: Path, _version: str) -> Vault:
    return Vault(parse(keys or keyfile.read(file)))


def seal_credential(link: Link, secrets: Mapping[str, str], rate_secret: str) -> None:
    """Put a credential into a link, sealed; the link is not saved. rate_secret: name of the secret whose owner the broker limits."""
    for secret in secrets.values():
        keep_out_of_logs(secret)
    link.sealed_credential = vault().seal(json.dumps(dict(secrets), sort_keys=True), link.aad)
    link.rate_key = vault().mark(_limited(link, secrets[rate_secret]) if rate_secret else f"link\0{link.pk}")
    link.credential_changed_at = timezone.now()


def rate_key_with(link: Link, old: Vault, new: Vault) -> str:
    """A link's rate key as another vault marks it; "" when `old` did not make the one it has."""
    try:
        secrets: dict[str, str] = json.loads(old.open(link.sealed_credential, link.aad)) if link.sealed_credential else {}
    except CannotOpen:
        return ""
    marked = [f"link\0{link.pk}", *(_limited(link, secret) for secret in secrets.values())]
    return next((new.mark(text) for text in marked if old.mark(text) == link.rate_key), "")


def _limited(link: Link, secret: str) -> str:
    """What a broker limits by, so that links with one token share its limit."""
    return f"{link.broker}\0{secret}"


def open_credential(link: Link) -> dict[str, str]:
    """Name -> value of a link's secrets, for the moment of sending; they are masked in every log from now on.

    Raises:
        CannotOpen: the link has none, or it was tampered with.
    """
    secrets: dict[str, str] = json.loads(vault().open(link.sealed_credential, link.aad))
    for secret in secrets.values():
        keep_out_of_logs(secret)
    return secrets


def shred_credential(link: Link) -> None:
    """Forget a link's credential; the link is not saved."""
    link.sealed_credential = ""
    link.rate_key = ""
