"""Every page is sound HTML: closed elements, unique ids, one heading, a name on every control."""

from __future__ import annotations

import pytest

from tests.web.markup import Element, Markup
from tests.web.visitor import Visitor

PAGES = (
    "/",
    "/found",
    "/process-map?with=meeting&shown=100&step=Discovery",
    "/open",
    "/numbers",
    "/numbers/win_rate",
    "/numbers/win_rate?by=stage&compare=year&period=all",
    "/numbers/open_pipeline?as_of=2026-01-01",
    "/numbers/cac",
    "/numbers/win_rate/rows",
    "/numbers/quota/rows",
    "/customer-value",
    "/opportunities",
    "/opportunities?q=zzzzzz",
    "/opportunities?column=name&column=type&sort=-value",
    "/accounts",
    "/people",
    "/people-compared?period=all&measure=productivity",
    "/data",
    "/settings",
)
MISSING = ("/nothing", "/numbers/nothing")
BOOKS = ("sample", "plain")


def _controls_without_a_name(page: Markup) -> list[Element]:
    labelled = {e.attrs["for"] for e in page.all("label") if "for" in e.attrs}
    inside = {id(c) for label in page.all("label") for c in label.walk()}
    return [
        e
        for e in page.walk()
        if e.tag in ("input", "select", "textarea")
        and e.attrs.get("type") not in ("hidden", "submit")
        and "aria-label" not in e.attrs
        and e.attrs.get("id") not in labelled
        and id(e) not in inside
    ]


def _links_without_a_name(page: Markup) -> list[Element]:
    return [
        e
        for e in page.walk()
        if e.tag in ("a", "button") and not e.text and "aria-label" not in e.attrs
    ]


def _is_sound(page: Markup) -> None:
    assert page.faults == []
    ids = [e.attrs["id"] for e in page.walk() if "id" in e.attrs]
    assert sorted(set(ids)) == sorted(ids)
    assert len(page.all("h1")) == 1
    assert page.one("head").one("title").text.endswith("· salesops")
    assert page.one("html").attrs["lang"] == "en"
    assert _controls_without_a_name(page) == []
    assert _links_without_a_name(page) == []
    for element in page.walk():
        for pointer in ("aria-labelledby", "aria-controls", "for", "list", "popovertarget"):
            if pointer in element.attrs:
                assert element.attrs[pointer] in ids, (element.tag, pointer, element.attrs[pointer])
    for table in page.all("table"):
        for row in table.one("tbody").parts:
            if isinstance(row, Element):
                assert row.tag == "tr"
                assert all(c.tag in ("td", "th") for c in row.parts if isinstance(c, Element))


def _has_nothing_inline(page: Markup) -> None:
    for element in page.walk():
        assert "style" not in element.attrs, element
        assert not [a for a in element.attrs if a.startswith("on")], element
        assert element.tag != "style"
        assert element.tag != "script" or element.attrs.get("src", "").startswith("/static/")


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("book", BOOKS)
def test_a_page_is_sound(book: str, address: str, request: pytest.FixtureRequest) -> None:
    visitor: Visitor = request.getfixturevalue(book)
    page = visitor.page(address)
    _is_sound(page)
    _has_nothing_inline(page)


@pytest.mark.parametrize("address", MISSING)
def test_a_page_for_nothing_is_sound(plain: Visitor, address: str) -> None:
    page = plain.page(address, status=404)
    _is_sound(page)
    _has_nothing_inline(page)


def test_a_refusal_is_sound(plain: Visitor) -> None:
    _is_sound(plain.page("/numbers/win_rate", status=422, period="2026Q9"))


@pytest.mark.parametrize("book", BOOKS)
def test_record_pages_are_sound(book: str, request: pytest.FixtureRequest) -> None:
    visitor: Visitor = request.getfixturevalue(book)
    for address in ("/opportunities", "/accounts", "/people"):
        for link in [e.attrs["href"] for e in visitor.page(address).all("a", class_="row lk")][:4]:
            page = visitor.page(link)
            _is_sound(page)
            _has_nothing_inline(page)


def test_before_the_first_files_the_page_is_sound(empty: Visitor) -> None:
    _is_sound(empty.page("/open"))
    _is_sound(empty.page("/settings"))


def test_exactly_one_entry_of_the_menu_says_you_are_here(sample: Visitor) -> None:
    for address in PAGES:
        menu = sample.page(address).one("nav", aria_label="Main")
        here = [e.text for e in menu.all("a", aria_current="page")]
        assert len(here) == 1, (address, here)
