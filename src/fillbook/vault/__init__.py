"""Sealing of secrets with a key ring. Pure, apart from drawing a nonce."""
