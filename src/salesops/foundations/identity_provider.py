"""Who vouches for people that sign in, by OpenID Connect: read from an office's settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from salesops.foundations.problem import Refusal
from salesops.foundations.this_machine import is_this_machine


@dataclass(frozen=True)
class IdentityProvider:
    """An issuer, what the office is called there, and what people call it."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    name: str = ""

    def __str__(self) -> str:
        return self.name or urlsplit(self.issuer).netloc


def identity_provider(
    issuer: str, client_id: str, client_secret: str, name: str
) -> IdentityProvider | None:
    """The provider these settings name; None where they name none. Refuses half of one, and one without TLS."""
    if not (issuer or client_id):
        return None
    if not (issuer and client_id):
        raise Refusal(
            "An identity provider needs both SALESOPS_OIDC_ISSUER and SALESOPS_OIDC_CLIENT_ID."
        )
    if not is_safe(issuer) or urlsplit(issuer).query or urlsplit(issuer).fragment:
        raise Refusal(
            f"SALESOPS_OIDC_ISSUER is “{issuer}”. Write the https:// address that the provider calls its issuer."
        )
    return IdentityProvider(issuer, client_id, client_secret, name.strip())


def is_safe(address: str) -> bool:
    """What is asked there is asked through TLS, or of this machine."""
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return True
    return parts.scheme == "http" and is_this_machine(parts.hostname or "")
