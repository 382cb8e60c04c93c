"""Which server takes an office's mail, and who it is from: read from one address, such as smtp+starttls://user:password@host."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from salesops.foundations.problem import Refusal
from salesops.foundations.this_machine import is_this_machine

# How the connection is kept to the two who speak, and the port this is usual on.
PLAIN, STARTTLS, TLS = "smtp", "smtp+starttls", "smtps"
_PORTS = {PLAIN: 25, STARTTLS: 587, TLS: 465}
_UNREADABLE = (
    "SALESOPS_MAIL is not the address of a mail server. Write smtp+starttls://user:password@host:587, smtps:// or, "
    "on this machine, smtp://; characters such as / ? # @ in a password as %2F %3F %23 %40."
)


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over, under which name, and the address it is from."""

    encryption: str
    host: str
    port: int
    sender: Address
    user: str = ""
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def mail_server(address: str, sender: str) -> MailServer | None:
    """The server at `address`; None where it is empty. Refuses what cannot be read, and a password sent in the open."""
    if not address.strip():
        return None
    parts = urlsplit(address.strip())
    try:
        port = parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError):
        raise Refusal(_UNREADABLE) from None
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise Refusal(_UNREADABLE)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if parts.scheme == PLAIN and user and not is_this_machine(parts.hostname):
        raise Refusal(
            f"SALESOPS_MAIL would send the password to {parts.hostname} unencrypted. "
            "Write smtp+starttls:// or smtps://."
        )
    return MailServer(
        encryption=parts.scheme,
        host=parts.hostname,
        port=port,
        sender=_sender(sender.strip() or (user if "@" in user else "")),
        user=user,
        password=password,
    )


def _sender(said: str) -> Address:
    name, address = parseaddr(said)
    try:
        if "@" not in address or not said.isprintable():
            raise ValueError(said)
        return Address(display_name=name, addr_spec=address)
    except (ValueError, IndexError):
        raise Refusal(
            "SALESOPS_MAIL_FROM is not an address that mail can be from. "
            "Write sales@example.com, or Sales office <sales@example.com>."
        ) from None
