"""A new key for the vault: made, put first in the ring, everything sealed again with it; and later the old one dropped.

Stopped anywhere, every secret still opens: the key file holds both keys before the first text is sealed again, each text is changed in one
statement, and a key goes only when no text names it. Begun again, it goes on with the key that it made.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from fillbook.storage import keyfile, presence
from fillbook.storage.models import Instance, Link
from fillbook.storage.sealed import Sealed, sealed_tables, sealed_texts
from fillbook.storage.secrets import rate_key_with, vault
from fillbook.vault import CannotOpen, Vault
from fillbook.vault.keys import generate, key_id, parse, write

NOTICED_WITHIN: Final = 12.0
"""Seconds within which a living process has read its key file again."""
_LOOK: Final = 0.5


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did.

    key: id of the current key. made: it was made just now. elsewhere: keys come from FILLBOOK_VAULT, where none can be made. sealed: texts
    sealed again; before: those that the key had sealed already. lost: places whose text no key opens, left as they are. dropped, kept:
    ids of old keys that are gone, and of those that something still needs. lacking: processes that do jobs and do not have the key yet.
    """

    key: str
    made: bool = False
    elsewhere: bool = False
    sealed: int = 0
    before: int = 0
    lost: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


def rotate() -> Rotation:
    """Seal everything with a new key; an earlier rotation that was stopped is finished instead.

    Raises:
        BadKey: the present key cannot be read; nothing was changed.
    """
    elsewhere = bool(settings.VAULT_KEYS)
    unfinished = any(sealed.key != vault().current and _opens(sealed) for sealed in sealed_texts())
    made = not elsewhere and not unfinished
    if made:
        ring = parse(keyfile.read(settings.VAULT_KEY_FILE))
        keyfile.replace(settings.VAULT_KEY_FILE, ",".join([generate(), *map(write, ring)]))
        Instance.objects.filter(pk=1).update(key_exported_at=None)  # the export is of the old key alone
    done = _seal_again(vault(), made=made, elsewhere=elsewhere)
    return replace(done, lacking=_lacking(done.key))


def drop_old() -> Rotation:
    """Drop the keys that no sealed text names any more. Keys from FILLBOOK_VAULT are only named: who set them takes them out.

    None is dropped while a process that does jobs lacks the key that stays: it has a copy of the key file, which has to be renewed first.
    """
    elsewhere = bool(settings.VAULT_KEYS)
    ring = parse(settings.VAULT_KEYS or keyfile.read(settings.VAULT_KEY_FILE))
    old = vault()
    used = {sealed.key for sealed in sealed_texts()}
    kept = [key for key in ring[1:] if key_id(key) in used]
    dropped = [key for key in ring[1:] if key not in kept]
    lacking = _lacking(key_id(ring[0]))
    if lacking:
        return Rotation(key_id(ring[0]), elsewhere=elsewhere, kept=tuple(map(key_id, kept)), lacking=lacking)
    if dropped:
        _mark_again(old, Vault([ring[0], *kept]))
        if not elsewhere:
            keyfile.replace(settings.VAULT_KEY_FILE, ",".join(map(write, [ring[0], *kept])))
            _save_latecomers(old, dropped)
    return Rotation(key_id(ring[0]), elsewhere=elsewhere, dropped=tuple(map(key_id, dropped)), kept=tuple(map(key_id, kept)))


def _seal_again(with_vault: Vault, *, made: bool, elsewhere: bool) -> Rotation:
    sealed = before = 0
    lost: list[str] = []
    for text in sealed_texts():
        if text.key == with_vault.current:
            before += 1
            continue
        try:
            sealed += text.put(with_vault.reseal(text.text, text.aad))
        except CannotOpen:
            lost.append(text.where)
    return Rotation(with_vault.current, made=made, elsewhere=elsewhere, sealed=sealed, before=before, lost=tuple(lost))


def _lacking(key: str) -> tuple[str, ...]:
    """Names of the processes that do jobs and lack a key, once they had the time to read their key files again."""
    until = time.monotonic() + NOTICED_WITHIN
    while (found := presence.lacking([key])) and time.monotonic() < until:
        time.sleep(_LOOK)
    return tuple(one.name for one in found)


def _mark_again(old: Vault, new: Vault) -> None:
    """Marks of tokens are made with the oldest key; links with one token must go on having one mark."""
    for link in Link.objects.exclude(rate_key=""):
        mark = rate_key_with(link, old, new)
        if mark:
            Link.objects.filter(pk=link.pk, rate_key=link.rate_key).update(rate_key=mark)


def _save_latecomers(old: Vault, dropped: Sequence[bytes]) -> None:
    """Seal again what another process sealed with a dropped key in the moment before it was dropped; writers in their midst end first."""
    gone = {key_id(key) for key in dropped}
    with transaction.atomic():  # which on SQLite nobody else writes in
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {', '.join(sealed_tables())} IN EXCLUSIVE MODE")
        for text in sealed_texts():
            if text.key in gone:
                text.put(old.reseal(text.text, text.aad))


def _opens(sealed: Sealed) -> bool:
    try:
        vault().open(sealed.text, sealed.aad)
    except CannotOpen:
        return False
    return True
