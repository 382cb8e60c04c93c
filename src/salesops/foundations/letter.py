"""A mail that a program writes: said once, sent as plain text and as HTML that need no picture, script or style sheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

_FONT = "font-family:system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif"
_CELL = "padding:6px 12px 6px 0;border-top:1px solid #dfe3ea;vertical-align:top"


@dataclass(frozen=True)
class Line:
    """A row of a list: what, where it is, and what stands at its end, such as a sum or a day."""

    words: str
    link: str = ""
    aside: str = ""


@dataclass(frozen=True)
class Part:
    """A heading, a sentence, lines, and the link that leads on; each where it is given."""

    heading: str = ""
    sentence: str = ""
    lines: tuple[Line, ...] = ()
    link: str = ""
    link_words: str = ""


@dataclass(frozen=True)
class Letter:
    """What is written; `foot` says why one gets it and how that ends."""

    subject: str
    parts: tuple[Part, ...]
    foot: str

    def text(self) -> str:
        """As plain text."""
        return "\n\n".join([*(_text(part) for part in self.parts), f"-- \n{self.foot}"]) + "\n"

    def html(self) -> str:
        """As HTML."""
        inside = "".join(_html(part) for part in self.parts)
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            f"<title>{escape(self.subject)}</title></head>"
            f'<body style="margin:0;padding:24px;background:#ffffff;color:#1c2433;{_FONT};'
            f'font-size:15px;line-height:1.5"><div style="max-width:560px;margin:0 auto">{inside}'
            '<p style="margin:32px 0 0;padding-top:12px;border-top:1px solid #dfe3ea;'
            f'font-size:13px;color:#566176">{escape(self.foot)}</p></div></body></html>'
        )


def message(
    letter: Letter, *, sender: Address, to: Address, key: str, at: datetime
) -> EmailMessage:
    """The letter as it is handed to a server. `key` is the same for the same letter, however often it is tried."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"] = sender, to
    made["Subject"] = letter.subject
    made["Date"] = format_datetime(at)
    made["Message-ID"] = f"<{key}@{_in_ascii(sender.domain)}>"
    made["Auto-Submitted"] = "auto-generated"  # so that nobody's absence is answered to it
    made.set_content(letter.text(), cte="quoted-printable")
    made.add_alternative(letter.html(), subtype="html", cte="quoted-printable")
    return made


def in_ascii(address: str) -> str:
    """An address as every server reads it: letters of the domain that are not ASCII are spelled out."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{_in_ascii(domain)}"


def _in_ascii(domain: str) -> str:
    return domain.encode("idna").decode("ascii")


def _text(part: Part) -> str:
    said = [part.heading, part.sentence]
    lines = []
    for line in part.lines:
        lines.append(f"- {line.words}{f' ({line.aside})' if line.aside else ''}")
        if line.link:
            lines.append(f"  {line.link}")
    said.append("\n".join(lines))
    said.append(f"{part.link_words}:\n{part.link}" if part.link else "")
    return "\n\n".join(filter(None, said))


def _html(part: Part) -> str:
    made = ""
    if part.heading:
        made += f'<h2 style="margin:24px 0 8px;font-size:17px">{escape(part.heading)}</h2>'
    if part.sentence:
        made += f'<p style="margin:0 0 12px">{escape(part.sentence)}</p>'
    if part.lines:
        rows = "".join(_row(line) for line in part.lines)
        made += (
            '<table role="presentation" style="width:100%;border-collapse:collapse;font-size:15px">'
            f"{rows}</table>"
        )
    if part.link:
        made += (
            f'<p style="margin:16px 0"><a href="{escape(part.link)}" style="display:inline-block;'
            "padding:9px 16px;border-radius:6px;background:#2f5fd0;color:#ffffff;"
            f'text-decoration:none">{escape(part.link_words)}</a></p>'
        )
    return made


def _row(line: Line) -> str:
    words = escape(line.words)
    if line.link:
        words = f'<a href="{escape(line.link)}" style="color:#2250b8">{words}</a>'
    return (
        f'<tr><td style="{_CELL}">{words}</td>'
        f'<td style="{_CELL};text-align:right;white-space:nowrap;color:#566176">{escape(line.aside)}</td></tr>'
    )
