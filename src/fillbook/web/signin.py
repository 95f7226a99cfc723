"""How people sign in: registration is closed, second factors are sealed."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from fillbook.storage.sealed import SECOND_FACTOR
from fillbook.storage.secrets import vault


class ClosedRegistration(DefaultAccountAdapter):  # type: ignore[misc]  # the library is not typed
    """Nobody registers by themselves: the first user comes with the set-up code, others are invited by the operator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False


class SealedSecondFactor(DefaultMFAAdapter):  # type: ignore[misc]  # the library is not typed
    """Keeps the seeds of one-time codes sealed, so that a stolen database makes no codes."""

    def encrypt(self, text: str) -> str:
        return vault().seal(text, SECOND_FACTOR)

    def decrypt(self, encrypted_text: str) -> str:
        return vault().open(encrypted_text, SECOND_FACTOR)
