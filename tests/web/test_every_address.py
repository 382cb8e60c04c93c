"""Every address answers, for a book with everything, for one with little and before there is one."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from salesops.kpis import KPIS
from tests.web.visitor import Visitor

READ = (
    "/",
    "/found",
    "/open",
    "/numbers",
    "/opportunities",
    "/accounts",
    "/people",
    "/clean-data",
    "/clean-data?owner=nobody",
    "/clean-data/close_date_past",
    "/clean-data/account_twice",
    "/data",
    "/settings",
    "/find?q=a",
    "/icons.svg",
)


def _one_of(visitor: Visitor, table: str) -> str:
    return str(visitor.book.engine.run(f"SELECT min(id) FROM {table}").rows[0][0])


@pytest.mark.parametrize("address", READ)
@pytest.mark.parametrize("book", ["sample", "plain"])
def test_a_page_answers(book: str, address: str, request: pytest.FixtureRequest) -> None:
    visitor: Visitor = request.getfixturevalue(book)
    assert visitor.get(address).status_code == 200


@pytest.mark.parametrize("book", ["sample", "plain"])
@pytest.mark.parametrize("name", sorted(KPIS))
def test_every_number_has_a_page(book: str, name: str, request: pytest.FixtureRequest) -> None:
    visitor: Visitor = request.getfixturevalue(book)
    assert visitor.page(f"/numbers/{name}").one("h1").text == KPIS[name].title


@pytest.mark.parametrize("book", ["sample", "plain"])
@pytest.mark.parametrize("name", sorted(n for n, k in KPIS.items() if k.rows is not None))
def test_every_number_with_rows_shows_them(
    book: str, name: str, request: pytest.FixtureRequest
) -> None:
    visitor: Visitor = request.getfixturevalue(book)
    assert visitor.page(f"/numbers/{name}/rows").one("h1").text == "Rows"


@pytest.mark.parametrize("book", ["sample", "plain"])
@pytest.mark.parametrize(
    ("table", "address"),
    [("opportunity", "/opportunities/"), ("account", "/accounts/"), ("person", "/people/")],
)
def test_every_kind_of_record_has_a_page(
    book: str, table: str, address: str, request: pytest.FixtureRequest
) -> None:
    visitor: Visitor = request.getfixturevalue(book)
    visitor.page(address + quote(_one_of(visitor, table), safe=""))


def test_before_the_first_files_home_leads_to_opening_them(empty: Visitor) -> None:
    assert empty.get("/").headers["Location"] == "/open"
    page = empty.page("/open")
    assert [b.text for b in page.all("button", class_="btn")] != []
    assert "Open the sample company" in page.text


@pytest.mark.parametrize(
    "address",
    ["/found", "/numbers", "/numbers/win_rate", "/opportunities", "/accounts", "/people", "/data"],
)
def test_before_the_first_files_other_pages_say_what_to_do(empty: Visitor, address: str) -> None:
    page = empty.page(address, status=422)
    assert "Open some files first" in page.text
    assert "/open" in page.links()


@pytest.mark.parametrize(
    "address",
    [
        "/nothing",
        "/numbers/no_such_number",
        "/numbers/no_such_number/rows",
        "/opportunities/no-such-deal",
        "/accounts/no-such-account",
        "/people/nobody",
        "/data/refused/7",
    ],
)
def test_what_is_not_there_is_a_page_with_the_way_home(plain: Visitor, address: str) -> None:
    page = plain.page(address, status=404)
    assert page.one("h1").text == "Nothing is here"
    assert "/" in page.links()


@pytest.mark.parametrize(
    "session",
    [
        "20260101-000000-00000000",
        "..",
        "x",
        "20260101-000000-0000000g",
    ],
)
@pytest.mark.parametrize("step", ["wait", "columns", "check", "refused/0"])
def test_an_import_that_is_not_there_is_404(plain: Visitor, session: str, step: str) -> None:
    assert plain.get(f"/open/{session}/{step}").status_code == 404
