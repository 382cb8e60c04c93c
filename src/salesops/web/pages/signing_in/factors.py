"""How second factors behave in an office."""

from __future__ import annotations

from typing import ClassVar

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    """The rules of passkeys and codes."""

    error_messages: ClassVar[dict[str, str]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This code is not right, or is too old. Type the one shown now.",
        "cannot_delete_authenticator": "Your role needs a second factor. Add another one first.",
        "cannot_generate_recovery_codes": "Recovery codes stand in for a passkey or an app. Add one first.",
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whose role asks for a factor keeps the last one."""
        from django.conf import settings

        user = authenticator.user
        if user.role not in settings.SALESOPS_SECOND_FACTOR:
            return True
        if authenticator.type == Authenticator.Type.RECOVERY_CODES:
            return True
        factors = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        others = Authenticator.objects.filter(user=user, type__in=factors)
        return bool(others.exclude(pk=authenticator.pk).exists())

    def generate_authenticator_name(
        self,
        user: AbstractBaseUser,
        type: Authenticator.Type,  # noqa: ARG002  allauth's name
    ) -> str:
        """The name a new key has until its owner gives it a better one."""
        number = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.WEBAUTHN)
        return f"Passkey {number.count() + 1}"
