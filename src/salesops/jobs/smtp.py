"""Handing one message to a mail server, in steps, so that it is known at each whether it can have been taken already."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from salesops.foundations.letter import in_ascii
from salesops.foundations.mail_server import STARTTLS, TLS, MailServer
from salesops.foundations.problem import Refusal
from salesops.jobs.queue import Again

SECONDS_TO_ANSWER = 15.0
SECONDS_TO_PART = 1.0


class ServerAway(Again):
    """The server takes no mail at all for now, so that no other message need be tried either."""


def hand_over(
    server: MailServer, message: EmailMessage, address: str, *, from_here: Callable[[], None]
) -> None:
    """Have the server take the message for `address`.

    `from_here` is called before the text goes out: until then nothing was sent, from then on it may have been.
    Raises `Again` where it was surely not taken and may be later, and a Refusal where it never will be, or where
    the connection broke so that nobody knows.
    """
    with connected(server) as smtp:
        _expect(server, *_said(server, smtp.mail, server.sender.addr_spec))
        _expect(server, *_said(server, smtp.rcpt, address))
        from_here()
        try:
            code, reply = smtp.data(message.as_bytes())
        except smtplib.SMTPDataError as error:
            code, reply = error.smtp_code, _bytes(error.smtp_error)
        except (OSError, smtplib.SMTPException):
            raise Refusal(
                f"The connection to {server} broke while it took the mail, so nobody knows whether it arrives. "
                "It is not sent twice; ask whom it was for."
            ) from None
        _expect(server, code, reply)


@contextmanager
def connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A conversation with the server, encrypted and signed in as its address says."""
    secure = ssl.create_default_context()
    smtp: smtplib.SMTP | None = None
    try:
        if server.encryption == TLS:
            smtp = smtplib.SMTP_SSL(
                server.host, server.port, timeout=SECONDS_TO_ANSWER, context=secure
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=SECONDS_TO_ANSWER)
        smtp.ehlo_or_helo_if_needed()
        if server.encryption == STARTTLS:
            smtp.starttls(context=secure)
        if server.user:
            smtp.login(server.user, server.password)
    except (OSError, smtplib.SMTPException) as error:
        if smtp is not None:
            smtp.close()
        raise ServerAway(_why(error, server)) from None
    try:
        yield smtp
    finally:
        with suppress(OSError, smtplib.SMTPException):
            if smtp.sock is not None:
                smtp.sock.settimeout(SECONDS_TO_PART)
            smtp.quit()
        smtp.close()


def _said(
    server: MailServer, ask: Callable[[str], tuple[int, bytes]], address: str
) -> tuple[int, bytes]:
    try:
        return ask(in_ascii(address))
    except (OSError, smtplib.SMTPException) as error:
        raise ServerAway(_why(error, server)) from None


def _why(error: Exception, server: MailServer) -> str:
    """What went wrong, for who keeps the office."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        what = "refuses the name or the password in SALESOPS_MAIL"
    elif isinstance(error, ssl.SSLCertVerificationError):
        what = f"shows a certificate that this machine does not trust ({error.verify_message})"
    elif isinstance(error, smtplib.SMTPNotSupportedError):
        what = f"does not offer what SALESOPS_MAIL asks for ({error})"
    elif isinstance(error, TimeoutError):
        what = f"did not answer for {SECONDS_TO_ANSWER:.0f} seconds"
    else:
        words = error.args[-1] if error.args else type(error).__name__
        what = f"cannot be used now ({_plain(words)})"
    return f"The mail server {server} {what}."


def _expect(server: MailServer, code: int, reply: bytes) -> None:
    if code in (250, 251):
        return
    sentence = f"The mail server {server} does not take it: {code} {_plain(reply)}"
    if 400 <= code < 500:
        raise Again(sentence)
    raise Refusal(sentence)


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()


def _plain(said: object) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:300]
