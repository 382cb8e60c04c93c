"""A mail server on a socket: it speaks SMTP, keeps what it takes, and fails as a test tells it to."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage

from salesops.foundations.mail_server import PLAIN, MailServer

HANG_UP = "hang up"


@dataclass
class Postbox:
    """What was taken, and how the next ones are answered: `at["DATA"] = "451 later"`, or HANG_UP."""

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    at: dict[str, str] = field(default_factory=dict)
    secure: ssl.SSLContext | None = None

    def server(self, encryption: str = PLAIN, **more: str) -> MailServer:
        """The setting that leads here."""
        sender = Address("Sales office", addr_spec="sales@example.com")
        return MailServer(encryption, "127.0.0.1", self.port, sender, **more)


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline():
            command = line.decode().strip()
            self.server.postbox.said.append(command)  # type: ignore[attr-defined]
            if not self._answer(command.split(" ")[0].upper()):
                return

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def _answer(self, verb: str) -> bool:
        box: Postbox = self.server.postbox  # type: ignore[attr-defined]
        told = box.at.get(verb, "")
        if told == HANG_UP and verb != "DATA":
            return False
        if verb == "EHLO":
            offered = ["250-here", "250-AUTH PLAIN"]
            if box.secure is not None and not isinstance(self.connection, ssl.SSLSocket):
                offered.append("250-STARTTLS")
            self._say(*offered, "250 8BITMIME")
        elif verb == "STARTTLS" and box.secure is not None:
            self._say("220 go on")
            self.connection = box.secure.wrap_socket(
                self.connection, server_side=True, do_handshake_on_connect=False
            )
            self.connection.do_handshake()
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb", 0)
        elif verb == "AUTH":
            self._say(told or "235 in")
        elif verb == "DATA":
            self._take(box, told)
            return told != HANG_UP
        else:
            self._say("221 bye" if verb == "QUIT" else told or "250 ok")
        return verb != "QUIT"

    def _take(self, box: Postbox, told: str) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if not told or told == HANG_UP:
            box.taken.append(message_from_bytes(b"".join(lines), policy=policy.default))
        if told != HANG_UP:
            self._say(told or "250 taken")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True
    postbox: Postbox

    def handle_error(self, request: object, client_address: object) -> None:
        """Who hangs up on it is what tests are about."""


@contextmanager
def postbox(secure: ssl.SSLContext | None = None) -> Iterator[Postbox]:
    """A server for as long as the block lasts."""
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.postbox = box = Postbox(server.server_address[1], secure=secure)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield box
        server.shutdown()
        thread.join()


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    """What stands in it, as plain text or as HTML."""
    body = mail.get_body((kind,))
    assert body is not None
    text: str = body.get_content()
    return text
