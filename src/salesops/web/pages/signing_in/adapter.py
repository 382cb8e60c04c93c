"""How django-allauth behaves in an office: nobody signs up, and every error is a sentence with what to do."""

from __future__ import annotations

from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Logins(DefaultAccountAdapter):  # type: ignore[misc]
    """The rules of signing in."""

    error_messages: ClassVar[dict[str, str]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This login was ended. Ask an administrator whether that is right.",
        "email_password_mismatch": "The address or the password is not right. Try again, or ask an "
        "administrator for a link to set a new password.",
        "enter_current_password": "This is not the password you have now.",
        "incorrect_password": "This is not your password.",
        "incorrect_code": "This code is not right, or is too old. Type the one shown now.",
        "too_many_login_attempts": "There were too many wrong tries. Wait five minutes, then try again.",
        "rate_limited": "There were too many tries. Wait a few minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  allauth's
        """Nobody comes without an invitation."""
        return False
