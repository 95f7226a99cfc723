"""What is sealed opens in its own place with its own key, and nowhere else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillbook.vault import BadKey, CannotOpen, Vault, keys

OLD, NEW = bytes(range(32)), bytes(range(100, 132))
PLACE = "link:7:sealed_credential"


@given(st.text(), st.text(min_size=1))
def test_what_is_sealed_opens_again(plain: str, place: str) -> None:
    vault = Vault([OLD])
    assert vault.open(vault.seal(plain, place), place) == plain


def test_equal_texts_are_sealed_differently_and_show_nothing() -> None:
    vault = Vault([OLD])
    first, second = (vault.seal("token 1234567890", PLACE) for _ in range(2))
    assert first != second
    assert "1234567890" not in first
    assert first.startswith(f"v1.{keys.key_id(OLD)}.")


def test_every_flipped_bit_is_noticed() -> None:
    vault = Vault([OLD])
    head, _, body = vault.seal("token 1234567890", PLACE).rpartition(".")
    content = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    for bit in range(len(content) * 8):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CannotOpen):
            vault.open(f"{head}.{base64.urlsafe_b64encode(bytes(changed)).decode().rstrip('=')}", PLACE)


@pytest.mark.parametrize("sealed", ["", "v1", "v1..", "v1.00000000.", "v2.00000000.AAAA", "plain text", "v1.zz.####", "v1.a.b.c"])
def test_what_was_never_sealed_is_refused(sealed: str) -> None:
    with pytest.raises(CannotOpen):
        Vault([OLD]).open(sealed, PLACE)


def test_another_spelling_of_a_sealed_text_is_refused() -> None:
    vault = Vault([OLD])
    sealed = vault.seal("token", PLACE)
    for spelled in (sealed + "=", sealed + "\n", sealed.replace("v1.", "V1."), " " + sealed):
        with pytest.raises(CannotOpen):
            vault.open(spelled, PLACE)


def test_a_sealed_text_in_another_row_is_refused() -> None:
    vault = Vault([OLD])
    with pytest.raises(CannotOpen):
        vault.open(vault.seal("token", PLACE), "link:8:sealed_credential")


def test_a_text_needs_a_place() -> None:
    with pytest.raises(ValueError, match="bound"):
        Vault([OLD]).seal("token", "")


def test_after_rotation_old_texts_open_and_are_sealed_anew() -> None:
    sealed = Vault([OLD]).seal("token", PLACE)
    both = Vault([NEW, OLD])
    assert both.open(sealed, PLACE) == "token"
    anew = both.reseal(sealed, PLACE)
    assert Vault([NEW]).open(anew, PLACE) == "token"
    assert both.reseal(anew, PLACE) == anew
    with pytest.raises(CannotOpen, match=keys.key_id(OLD)):
        Vault([NEW]).open(sealed, PLACE)


def test_a_mark_is_the_same_for_equal_secrets_and_survives_a_new_key() -> None:
    mark = Vault([OLD]).mark("1234567890")
    assert mark == Vault([NEW, OLD]).mark("1234567890")
    assert mark != Vault([OLD]).mark("1234567891")
    assert mark != Vault([NEW]).mark("1234567890")
    assert "1234567890" not in mark


@pytest.mark.parametrize(
    "ring", [[], [b""], [b"short"], [bytes(32)], [b"a" * 32], [b"ab" * 16], [OLD + b"x"], [OLD, bytes(32)], [OLD, OLD]], ids=repr
)
def test_keys_that_protect_nothing_are_refused(ring: list[bytes]) -> None:
    with pytest.raises(BadKey):
        Vault(ring)


def test_rings_are_read_as_they_are_written() -> None:
    made = keys.generate()
    assert keys.parse(f"{keys.write(NEW)},{keys.write(OLD)}") == (NEW, OLD)
    assert keys.parse(f" {made}\n") == (base64.urlsafe_b64decode(made + "="),)
    assert len({keys.generate() for _ in range(50)}) == 50


@pytest.mark.parametrize("text", ["", " ", "default", "changeme", "A" * 43, "not base64 at all!", "é" * 43, keys.write(OLD)[:-5]])
def test_texts_that_are_no_keys_are_refused_without_repeating_them(text: str) -> None:
    with pytest.raises(BadKey) as refused:
        keys.parse(text)
    assert not text.strip() or text not in str(refused.value)


def test_a_vault_does_not_show_its_keys() -> None:
    shown = repr(Vault([NEW, OLD]))
    assert keys.write(NEW) not in shown
    assert keys.key_id(NEW) in shown
