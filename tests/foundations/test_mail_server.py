"""The address of a mail server is read, or refused with what to write."""

from __future__ import annotations

import pytest

from salesops.foundations.letter import Letter, Line, Part
from salesops.foundations.mail_server import MailServer, mail_server
from salesops.foundations.problem import Refusal


def test_an_address_says_host_port_name_password_and_how_the_connection_is_kept() -> None:
    found = mail_server(
        "smtp+starttls://ann%40example.com:p%2Fs%3As@mail.example.com", "Office <s@example.com>"
    )
    assert found is not None
    assert (found.encryption, str(found)) == ("smtp+starttls", "mail.example.com:587")
    assert (found.user, found.password) == ("ann@example.com", "p/s:s")
    assert (found.sender.display_name, found.sender.addr_spec) == ("Office", "s@example.com")
    assert "p/s" not in repr(found)
    assert [_read(f"{s}://a@h:9").port for s in ("smtps", "smtp+starttls")] == [9, 9]
    assert _read("smtps://a@h").port == 465
    assert mail_server("  ", "") is None


def test_without_a_sender_mail_is_from_who_signs_in_to_the_server() -> None:
    found = mail_server("smtps://ann%40example.com:x@h", "")
    assert found is not None
    assert found.sender.addr_spec == "ann@example.com"


@pytest.mark.parametrize(
    ("address", "sender", "told"),
    [
        ("mail.example.com", "s@example.com", "is not the address of a mail server"),
        ("http://h", "s@example.com", "is not the address of a mail server"),
        ("smtp://h:many", "s@example.com", "is not the address of a mail server"),
        ("smtps://ann:pa/ss@h", "s@example.com", "%2F"),
        ("smtp://ann:x@mail.example.com", "s@example.com", "unencrypted"),
        ("smtps://ann:x@h", "", "SALESOPS_MAIL_FROM"),
        ("smtps://ann:x@h", "nobody", "SALESOPS_MAIL_FROM"),
        ("smtps://ann:x@h", "a@b.c\r\nBcc: d@e.f", "SALESOPS_MAIL_FROM"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_write(
    address: str, sender: str, told: str
) -> None:
    with pytest.raises(Refusal, match=told) as refused:
        mail_server(address, sender)
    assert "pa/ss" not in str(refused.value)


def test_a_password_goes_unencrypted_to_this_machine_alone() -> None:
    for host in ("localhost", "127.0.0.1", "[::1]"):
        assert _read(f"smtp://ann:x@{host}").password == "x"


def test_a_letter_says_the_same_as_text_and_as_html_with_nothing_that_runs() -> None:
    part = Part("Heading", "A <b>sentence</b>.", (Line("One & two", "https://x/1?a=1&b=2", "3"),))
    letter = Letter("Subject", (part, Part(link="https://x", link_words="Go on")), "Why.")
    assert letter.text() == (
        "Heading\n\nA <b>sentence</b>.\n\n- One & two (3)\n  https://x/1?a=1&b=2\n\n"
        "Go on:\nhttps://x\n\n-- \nWhy.\n"
    )
    html = letter.html()
    for said in (
        "A &lt;b&gt;sentence&lt;/b&gt;.",
        "One &amp; two",
        "https://x/1?a=1&amp;b=2",
        "Why.",
    ):
        assert said in html
    assert "<script" not in html
    assert "<img" not in html


def _read(address: str) -> MailServer:
    found = mail_server(address, "s@example.com")
    assert found is not None
    return found
