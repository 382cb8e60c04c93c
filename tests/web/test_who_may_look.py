"""Only who has the link may look, only from this machine, and only our own forms count."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from salesops.web.urls import urlpatterns
from tests.web.markup import read_markup
from tests.web.visitor import HOST, KEY, Visitor

ADDRESSES = sorted(
    "/"
    + re.sub(
        r"<\w+:(\w+)>",
        lambda part: {"session": "20260101-000000-00000000", "place": "0"}.get(part[1], "win_rate"),
        str(pattern.pattern),
    )
    for pattern in urlpatterns
)


@pytest.fixture
def stranger(visit: Callable[[Path], Visitor], plain_folder: Path) -> Client:
    """Somebody on this machine who does not have the link."""
    visit(plain_folder)
    return Client(SERVER_NAME=HOST)


@pytest.mark.parametrize("address", ADDRESSES)
def test_without_the_link_every_address_is_refused(stranger: Client, address: str) -> None:
    for answer in (stranger.get(address), stranger.post(address)):
        assert answer.status_code == 403
        assert "opens only with its link" in answer.content.decode()


def test_the_refusal_tells_nothing_of_the_book(stranger: Client, plain_folder: Path) -> None:
    text = stranger.get("/opportunities/d1").content.decode()
    assert "Mill" not in text
    assert str(plain_folder.parent.name) not in text
    assert KEY not in text


def test_a_wrong_key_opens_nothing(stranger: Client) -> None:
    for key in ("", "wrong", KEY[:-1], f"{KEY}x", "é"):
        assert stranger.get("/", {"key": key}).status_code == 403


def test_a_forged_cookie_opens_nothing(stranger: Client) -> None:
    for cookie in ("reader", "reader:forged", ":", "reader:" + "0" * 43):
        stranger.cookies["salesops"] = cookie
        assert stranger.get("/numbers").status_code == 403


def test_assets_need_no_link(stranger: Client) -> None:
    page = read_markup(stranger.get("/").content.decode())
    (style,) = (e.attrs["href"] for e in page.all("link", rel="stylesheet"))
    answer = stranger.get(style)
    assert answer.status_code == 200
    assert b"".join(answer).startswith(b"@layer")


@pytest.mark.parametrize("name", ["package.json", "htmx.org/package.json", "..%2fsettings.py", ""])
def test_nothing_but_the_listed_assets_is_served(stranger: Client, name: str) -> None:
    assert stranger.get(f"/static/{name}").status_code in (403, 404)


def test_the_key_becomes_a_cookie_and_leaves_the_address(stranger: Client) -> None:
    answer = stranger.get("/numbers", {"key": KEY, "period": "all"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/numbers?period=all"
    cookie = answer.cookies["salesops"]
    assert KEY not in cookie.value
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert stranger.get("/numbers").status_code == 200


def test_an_address_that_begins_with_two_slashes_stays_on_this_server(stranger: Client) -> None:
    answer = stranger.get("/", {"key": KEY}, PATH_INFO="//elsewhere.example/x")
    assert answer.headers["Location"] == "/%2Felsewhere.example/x"


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1.elsewhere.example", "192.0.2.7"])
def test_another_host_name_is_refused(plain: Visitor, host: str) -> None:
    assert plain.client.get("/", headers={"host": host}).status_code == 400


def test_a_form_of_another_site_changes_nothing(
    visit: Callable[[Path], Visitor], plain_folder: Path
) -> None:
    visit(plain_folder)
    visitor = Visitor(plain_folder, checks_forms=True)
    before = sorted(p.name for p in plain_folder.iterdir())
    for address in ("/settings", "/open", "/open/sample"):
        answer = visitor.post(address, {"title": "Taken over"})
        assert answer.status_code == 403
        assert "This form is too old" in answer.content.decode()
    assert sorted(p.name for p in plain_folder.iterdir()) == before


@pytest.mark.parametrize(
    "address", ["/", "/open", "/numbers/win_rate", "/opportunities", "/nothing"]
)
def test_every_answer_forbids_what_is_not_ours(plain: Visitor, address: str) -> None:
    headers = plain.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_no_page_is_kept_by_a_cache(plain: Visitor) -> None:
    for address in ("/", "/numbers/win_rate", "/opportunities?export=csv", "/find?q=mill", "/nope"):
        assert plain.get(address).headers["Cache-Control"] == "no-store"


def test_the_server_is_not_in_debug_mode() -> None:
    assert settings.DEBUG is False
    assert settings.ALLOWED_HOSTS == ["127.0.0.1", "localhost"]
