"""Sealing of secrets with a key ring. Pure, apart from drawing a nonce."""

from fillbook.vault.keys import BadKey
from fillbook.vault.sealing import CannotOpen, Vault

__all__ = ["BadKey", "CannotOpen", "Vault"]
