"""Sealing of secrets with a key ring. Pure, apart from drawing a nonce."""

from fillbook.vault.keys import BadKey
from fillbook.vault.sealing import CannotOpen, KeyMissing, Vault

__all__ = ["BadKey", "CannotOpen", "KeyMissing", "Vault"]
