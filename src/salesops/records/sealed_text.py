"""Text that the database keeps but only this office reads: enciphered with what is made from its secret."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from salesops.foundations.problem import Refusal


def sealed_text(text: str) -> str:
    """The text, unreadable to whoever has the database alone."""
    return _cipher().encrypt(text.encode()).decode()


def opened_text(sealed: str) -> str:
    """What was sealed. Refuses it where the office's secret is another one now."""
    try:
        return _cipher().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Refusal(
            "The office has another secret since this was written, so it cannot be read. Make a new link."
        ) from None


def _cipher() -> Fernet:
    digest = hashlib.sha256(b"salesops sealed text\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
