"""Whatever stands in a record is text on a page: never markup, never a script, never another address."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

import duckdb
import pytest

from salesops.book.settings import Segment, Settings
from salesops.foundations.table import Type
from salesops.tables import TABLES
from tests.web.conftest import published
from tests.web.markup import Markup, read_markup
from tests.web.visitor import Visitor

SCRIPT = "<script>alert(1)</script>"
BREAKOUT = "\"><img src=x onerror=alert(1)>' {{ 7|add:7 }} &lt;b&gt; javascript:alert(1)"
ODD_IDS = (
    "a/b",
    "a//b",
    "a'b",
    'a"b',
    "a b?c=d#e",
    "ä☃\N{GRINNING FACE}",
    "..",
    "%2e%2f",
    "a&b=<i>",
    "a%b",
)
KEPT = ("outcome", "forecast_category", "change_source", "function")  # meanings of their own

DEALS = """
    id  name  stage     amount  created_on  close_date  owner_id  account_id  product_id  campaign_id
    d1  One   Won       1000    2026-01-01  2026-02-01  p1        a1          r1          c1
    d2  Two   Proposal  2000    2026-01-01  2026-09-01  p1        a1          r1          c1
    d3  Six   Lost      3000    2026-01-01  2026-02-01  p2        a2          r1          c1
"""
REST = {
    "account": "id  name\na1  A\na2  B",
    "person": "id  name  manager_id\np1  P  p2\np2  Q  p1",
    "product": "id  name\nr1  R",
    "campaign": "id  name\nc1  C",
    "contact": "id  name  account_id\nk1  K  a1",
    "activity": "id  opportunity_id  owner_id  kind  occurred_at  subject\nx1  d2  p1  call  2026-05-01T10:00  S",
    "opportunity_version": (
        "opportunity_id  valid_from  stage  amount  owner_id  close_date\n"
        "d2  2026-01-01T09:00  Prospecting  1000  p2  2026-05-01\n"
        "d2  2026-02-01T09:00  Proposal  2000  p1  2026-09-01"
    ),
    "opportunity_line": "id  opportunity_id  product_id  quantity  amount\nl1  d2  r1  1  2000",
    "opportunity_split": "id  opportunity_id  person_id  share\ns1  d2  p1  1",
    "opportunity_contact": "id  opportunity_id  contact_id  role  is_primary\no1  d2  k1  R  yes",
    "team_membership": "person_id  team  valid_from\np1  T  2025-01-01",
}


@pytest.fixture(scope="module")
def hostile_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book in which every text a person could have typed tries to be something else."""
    folder = tmp_path_factory.mktemp("hostile") / "book"
    settings = Settings(
        title=f"{SCRIPT}{BREAKOUT}"[:80],
        segments=[Segment(name=f"{SCRIPT}{BREAKOUT}"[:60], criterion=f"name != '{SCRIPT}'")],
    )
    published(folder, settings=settings, opportunity=DEALS, **REST)
    with duckdb.connect(str(folder / "base-1.duckdb")) as base:
        for table in TABLES.values():
            for column in table.columns:
                if column.type in (Type.TEXT, Type.CHOICE) and column.name not in KEPT:
                    base.execute(
                        f'UPDATE "{table.name}" SET "{column.name}" = '
                        f"coalesce(\"{column.name}\", '') || $s",
                        {"s": SCRIPT + BREAKOUT},
                    )
        base.execute(
            "INSERT INTO _problem_count (code, severity, message, remedy, file, column_name, table_name, rows) "
            "VALUES ('x', 'refused', $s, $s, $s, $s, 'opportunity', 1)",
            {"s": SCRIPT + BREAKOUT},
        )
    return folder


@pytest.fixture
def hostile(visit: Callable[[Path], Visitor], hostile_folder: Path) -> Visitor:
    """Somebody looking at that book."""
    return visit(hostile_folder)


def _is_harmless(page: Markup) -> None:
    for element in page.walk():
        assert element.tag not in ("iframe", "object", "embed", "base"), element
        assert element.tag != "img", element
        assert not [a for a in element.attrs if a.startswith("on") or a == "style"], element
        if element.tag == "script":
            assert element.attrs.get("src", "").startswith("/static/"), element
            assert not element.text
        for place in ("href", "src", "action"):
            scheme = urlsplit(element.attrs.get(place, "")).scheme
            assert scheme in ("", "data") or element.attrs[place] == "data:,", element
    assert "{{" not in page.text.replace("{{ 7|add:7 }}", "")


def test_no_page_of_a_hostile_book_runs_what_its_records_say(hostile: Visitor) -> None:
    seen: set[str] = set()
    waiting = ["/", "/found", "/data", "/settings", "/find?q=script", "/find?q=alert"]
    while waiting and len(seen) < 400:
        address = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        answer = hostile.get(address)
        assert answer.status_code in (200, 302), (address, answer.status_code)
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        page = read_markup(answer.content.decode())
        _is_harmless(page)
        assert page.faults == [], (address, page.faults)
        for link in page.links():
            if "export=" not in link and not link.startswith("/static/"):
                waiting.append(link)
    assert {"/opportunities/d2", "/accounts/a1", "/people/p1"} <= seen
    assert any(a.startswith("/numbers/win_rate/rows?") for a in seen) or any(
        "/rows" in a for a in seen
    )


def test_hostile_names_are_shown_as_they_are(hostile: Visitor) -> None:
    assert hostile.page("/opportunities/d1").one("h1").text.startswith(f"One{SCRIPT}")


def test_what_is_asked_for_in_the_address_is_escaped_too(hostile: Visitor) -> None:
    for query in (
        {"q": SCRIPT + BREAKOUT},
        {"stage": SCRIPT},
        {"where": BREAKOUT},
        {"sort": BREAKOUT},
    ):
        answer = hostile.get("/opportunities", **query)
        assert answer.status_code in (200, 422)
        _is_harmless(read_markup(answer.content.decode()))
    for query in ({"period": SCRIPT}, {"by": SCRIPT}, {"as_of": BREAKOUT}, {"where": SCRIPT}):
        answer = hostile.get("/numbers/win_rate", **query)
        assert answer.status_code == 422, query
        _is_harmless(read_markup(answer.content.decode()))


@pytest.mark.parametrize("key", ODD_IDS)
def test_a_record_with_an_odd_id_is_reached_from_every_list(
    drawn: Callable[..., Visitor], tmp_path: Path, key: str
) -> None:
    visitor = drawn(
        opportunity="id  name  stage  amount  created_on  close_date  owner_id  account_id\n"
        "d  Deal  Won  10  2026-01-01  2026-02-01  p  a",
        account="id  name\na  Acme",
        person="id  name\np  Pia",
    )
    with duckdb.connect(str(tmp_path / "book" / "base-1.duckdb")) as base:
        base.execute("UPDATE opportunity SET id = $k, account_id = $k, owner_id = $k", {"k": key})
        base.execute("UPDATE account SET id = $k", {"k": key})
        base.execute("UPDATE person SET id = $k", {"k": key})
    for address, title in (("/opportunities", "Deal"), ("/accounts", "Acme"), ("/people", "Pia")):
        page = visitor.page(address)
        (link,) = (e.attrs["href"] for e in page.all("a", class_="row lk"))
        assert link == f"{address}/{quote(key, safe='')}"
        assert visitor.page(link).one("h1").text == title
    for name in ("win_rate", "average_deal_size"):
        (link,) = (
            e.attrs["href"]
            for e in visitor.page(f"/numbers/{name}/rows", period="all", by="").all(
                "a", class_="row lk"
            )
        )
        assert visitor.page(link).one("h1").text == "Deal"


def test_the_deals_of_an_account_with_a_quote_in_its_id_can_all_be_listed(
    drawn: Callable[..., Visitor], tmp_path: Path
) -> None:
    deals = "\n".join(f"d{i:02}  Deal  Won  10  2026-01-01  2026-02-01  a" for i in range(30))
    visitor = drawn(
        opportunity=f"id  name  stage  amount  created_on  close_date  account_id\n{deals}",
        account="id  name\na  Acme",
    )
    with duckdb.connect(str(tmp_path / "book" / "base-1.duckdb")) as base:
        base.execute("UPDATE opportunity SET account_id = $k", {"k": "o'a"})
        base.execute("UPDATE account SET id = $k", {"k": "o'a"})
    page = visitor.page("/accounts/" + quote("o'a", safe=""))
    (everything,) = (e.attrs["href"] for e in page.all("a") if e.text == "All of them")
    assert "Page 1 of 1" in visitor.page(everything).text
    assert len(visitor.page(everything).all("a", class_="row lk")) == 30
