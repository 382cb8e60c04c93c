"""Lists sort, page, search and filter as SQL over the same table does, and the address tells which."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from salesops.book.condition import condition_in
from salesops.book.listing import Ask, Listing, rows_of, totals_of
from salesops.web.pages.records import accounts, lists, opportunities, people
from salesops.web.pages.records.narrowing import hits, page, totals, values_of
from tests.web.markup import Markup
from tests.web.visitor import Visitor


def _keys(page: Markup) -> list[str]:
    return [
        urlsplit(e.attrs["href"]).path.rsplit("/", 1)[1] for e in page.all("a", class_="row lk")
    ]


def _ids(visitor: Visitor, sql: str) -> list[str]:
    return [row[0] for row in visitor.book.engine.run(sql).rows]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("value", "value_minor ASC NULLS LAST, id"),
        ("-value", "value_minor DESC NULLS LAST, id"),
        ("close_date", "close_date ASC NULLS LAST, id"),
        ("-created_on", "created_on DESC NULLS LAST, id"),
        ("-stage", "stage DESC NULLS LAST, id"),
    ],
)
def test_a_list_is_sorted_as_sql_sorts(sample: Visitor, sort: str, order: str) -> None:
    expected = _ids(sample, f"SELECT id FROM opportunity ORDER BY {order} LIMIT 100")
    first = sample.page("/opportunities", sort=sort)
    assert _keys(first) == expected[:50]
    assert _keys(sample.page("/opportunities", sort=sort, page=2)) == expected[50:]


def test_all_pages_together_are_every_row_once(sample: Visitor) -> None:
    seen: list[str] = []
    address = "/opportunities"
    while address:
        page = sample.page(address)
        seen += _keys(page)
        after = [e for e in page.one("nav", aria_label="Pages").all("a") if e.text == "After"]
        address = f"/opportunities{after[0].attrs['href']}" if after else ""
    assert sorted(seen) == sorted(_ids(sample, "SELECT id FROM opportunity"))
    assert len(set(seen)) == len(seen)


def test_a_page_beyond_the_last_is_the_last(sample: Visitor) -> None:
    page = sample.page("/people", page=999)
    assert _keys(page) != []
    assert "Page 1 of 1" in page.text


def test_a_search_finds_names_accounts_owners_and_ids(plain: Visitor) -> None:
    assert _keys(plain.page("/opportunities", q="mILL")) == ["d1"]
    assert sorted(_keys(plain.page("/opportunities", q="bolt"))) == ["d2", "d5"]
    assert sorted(_keys(plain.page("/opportunities", q="Bob"))) == ["d2", "d3"]
    assert _keys(plain.page("/opportunities", q="d4")) == ["d4"]
    assert _keys(plain.page("/accounts", q="acme")) == ["a1"]
    assert _keys(plain.page("/people", q="ruiz")) == ["ann"]


def test_what_is_typed_is_text_and_not_a_pattern(plain: Visitor) -> None:
    for text in ("%", "_", "M.ll", "' OR 1=1 --", "$text"):
        assert _keys(plain.page("/opportunities", q=text)) == []


def test_a_facet_leaves_the_rows_with_its_value(sample: Visitor) -> None:
    page = sample.page("/opportunities", outcome="won", sort="value")
    expected = _ids(
        sample, "SELECT id FROM opportunity WHERE is_won ORDER BY value_minor, id LIMIT 50"
    )
    assert _keys(page) == expected


def _facet(page: Markup, title: str) -> dict[str, str]:
    """What a facet says beside each of its values."""
    (found,) = (
        s for s in page.one("aside", id="facets").all("section") if s.one("h2").text == title
    )
    return {a.all("span")[0].text: a.all("span")[1].text for a in found.all("a")}


def test_a_facet_counts_its_values_among_what_the_other_filters_leave(plain: Visitor) -> None:
    page = plain.page("/opportunities")
    assert page.faults == []
    assert _facet(page, "Owner") == {"Ann Ruiz": "3", "Bob Moe": "2"}
    chosen = plain.page("/opportunities", owner="Bob Moe", q="bolt")
    assert _facet(chosen, "Owner") == {"Bob Moe": "1", "Ann Ruiz": "1"}
    assert sum(int(n) for n in _facet(chosen, "Outcome").values()) == 1


def test_a_value_narrows_and_clicked_again_widens(plain: Visitor) -> None:
    page = plain.page("/opportunities", q="a", page=2, sort="value")
    (bob,) = (a for a in page.one("aside", id="facets").all("a") if a.text.startswith("Bob"))
    assert bob.attrs["href"] == "?q=a&sort=value&owner=Bob+Moe"
    narrowed = plain.page(f"/opportunities{bob.attrs['href']}")
    (again,) = (a for a in narrowed.one("aside", id="facets").all("a") if "aria-current" in a.attrs)
    assert again.attrs["href"] == "?q=a&sort=value"
    hidden = narrowed.one("form", class_="filters").all("input", type="hidden")
    assert ("owner", "Bob Moe") in {(e.attrs["name"], e.attrs["value"]) for e in hidden}


def test_facets_search_and_condition_hold_together(plain: Visitor) -> None:
    query: dict[str, Any] = {"outcome": "open", "q": "ann", "where": "account.industry = 'Media'"}
    assert _keys(plain.page("/opportunities", **query)) == ["d5"]


def test_a_condition_leaves_the_deals_it_is_true_for(sample: Visitor) -> None:
    page = sample.page("/opportunities", where="amount >= 50000 and is_won", sort="value")
    expected = _ids(
        sample,
        "SELECT id FROM opportunity WHERE is_won AND amount_minor >= 5000000 ORDER BY value_minor, id LIMIT 50",
    )
    assert _keys(page) == expected
    assert expected


def test_the_total_is_of_every_row_the_filters_leave(plain: Visitor) -> None:
    assert "5, $3.5K in all" in plain.page("/opportunities").one("header", class_="top").text
    assert (
        "1, $1K in all" in plain.page("/opportunities", q="mill").one("header", class_="top").text
    )


def test_chosen_columns_and_no_others_are_shown(plain: Visitor) -> None:
    page = plain.page("/opportunities", column=["name", "type", "created_on"])
    assert [e.text for e in page.one("thead").all("th")] == ["Opportunity", "Created", "Type"]


def test_filters_survive_choosing_columns_and_sorting(plain: Visitor) -> None:
    page = plain.page("/opportunities", q="a", outcome="won", column=["name", "value"])
    (header,) = (e for e in page.one("thead").all("a") if e.text == "Value")
    kept = parse_qs(urlsplit(header.attrs["href"]).query)
    assert kept == {"q": ["a"], "outcome": ["won"], "column": ["name", "value"], "sort": ["value"]}
    choice = page.one("details", class_="menu").one("form")
    hidden = {e.attrs["name"]: e.attrs["value"] for e in choice.all("input", type="hidden")}
    assert hidden == {"q": "a", "outcome": "won"}


def test_the_address_alone_shows_the_same_page(sample: Visitor) -> None:
    address = "/opportunities?q=a&outcome=won&sort=-value&column=name&column=value&page=2"
    first, again = sample.page(address), Visitor(sample.folder).page(address)
    assert first.rows("Opportunities") == again.rows("Opportunities")
    assert first.one("input", type="search").attrs["value"] == "a"
    (chosen,) = (e for e in first.one("aside", id="facets").all("a") if "aria-current" in e.attrs)
    assert chosen.text.startswith("Won 1")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"sort": "price"}, "price"),
        ({"where": "amout > 3"}, "amout"),
        ({"where": "amount >"}, "amount >"),
        ({"where": "amount = 'x'"}, "x"),
    ],
)
def test_a_list_that_cannot_be_made_says_which_word_is_wrong(
    plain: Visitor, query: dict[str, Any], sentence: str
) -> None:
    page = plain.page("/opportunities", status=422, **query)
    assert sentence in page.text
    assert page.one("h1").text == "This could not be done"


def test_an_odd_page_number_is_the_first_page(plain: Visitor) -> None:
    for number in ("0", "-1", "x", "99999999999999999999", "²", "1e3", "٣"):
        assert plain.get("/opportunities", page=number).status_code == 200
        assert plain.get("/numbers/win_rate/rows", page=number).status_code == 200


def test_nothing_found_is_said(plain: Visitor) -> None:
    page = plain.page("/opportunities", q="no such deal")
    assert "Nothing fits these filters." in page.text
    assert "Show all" in page.text


def test_a_book_with_only_accounts_has_empty_lists_and_no_fault(
    drawn: Callable[..., Visitor],
) -> None:
    visitor = drawn(account="id  name\na1  Acme")
    for address in ("/", "/found", "/opportunities", "/people", "/numbers", "/data", "/settings"):
        visitor.page(address)
    assert _keys(visitor.page("/accounts")) == ["a1"]
    assert "None." in visitor.page("/accounts/a1").text


def test_a_condition_is_answered_without_ibis(sample_folder: Path) -> None:
    visit = (
        "import sys, django; django.setup()\n"
        "from django.test import Client\n"
        "client = Client(SERVER_NAME='127.0.0.1'); client.get('/settings', {'key': 'k'})\n"
        "where = \"amount >= 5 and account.industry <> 'x' and not is_won\"\n"
        "answer = client.get('/opportunities', {'where': where})\n"
        "assert answer.status_code == 200 and b'row lk' in answer.content\n"
        "assert 'ibis' not in sys.modules"
    )
    names = {
        "SALESOPS_BOOK": str(sample_folder),
        "SALESOPS_KEY": "k",
        "DJANGO_SETTINGS_MODULE": "salesops.web.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", visit], env=os.environ | names, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"q": "a"},
        {"sort": "account"},
        {"sort": "-owner", "page": "2"},
        {"q": "e", "sort": "product", "outcome": "won"},
        {"where": "account.industry is not null and value > 100", "sort": "team"},
    ],
)
@pytest.mark.parametrize(
    "listing", [opportunities.LISTING, accounts.LISTING, people.LISTING], ids=lambda li: li.table
)
def test_a_page_found_in_two_steps_is_the_page_of_one_query(
    sample: Visitor, listing: Listing, asked: dict[str, str]
) -> None:
    if listing.table != "opportunity" and set(asked) - {"q"}:
        asked = {"q": asked.get("q", ""), "sort": "-won"}
    engine = sample.book.engine
    ask = Ask(
        text=asked.get("q", ""),
        facets={k: v for k, v in asked.items() if k in listing.facets},
        sort=asked.get("sort", ""),
        page=int(asked.get("page", 1)),
        extra=condition_in(sample.book, asked["where"]) if "where" in asked else "",
    )
    assert page(engine, listing, ask) == rows_of(engine, listing, ask)
    assert totals(engine, listing, ask) == totals_of(engine, listing, ask)


def test_the_palette_finds_a_contact_and_says_of_which_account(sample: Visitor) -> None:
    name, account, of = sample.book.engine.run(
        "SELECT c.name, a.name, c.id FROM contact c JOIN account a ON a.id = c.account_id ORDER BY 3 LIMIT 1"
    ).rows[0]
    first, last = name.split(" ", 1)
    found = sample.page("/find", q=f"{last} {first}").all("a")
    assert (f"/contacts/{of}", f"{name}{account}") in [
        (a.attrs["href"], "".join(a.text.split("\n"))) for a in found
    ]


@pytest.mark.parametrize("sort", ["", "value", "-close_date"])
@pytest.mark.parametrize("text", ["a", "in", "00", "7", "é", "no such text"])
def test_a_text_looked_for_once_tells_what_three_questions_tell(
    sample: Visitor, text: str, sort: str
) -> None:
    engine, listing = sample.book.engine, opportunities.LISTING
    for ask in (Ask(text=text, sort=sort), Ask(text=text, sort=sort, facets={"outcome": "won"})):
        names = [name for name in listing.facets if name not in ask.facets]
        found = hits(engine, listing, ask, names, 1_000_000, 60)
        assert found.is_whole
        assert (len(found.keys), found.total) == totals_of(engine, listing, ask)
        every = rows_of(engine, listing, ask, everything=True).dicts()
        assert list(found.keys) == [row["_id"] for row in every]
        assert found.values == values_of(engine, listing, ask, names, 60)
        few = hits(engine, listing, ask, names, 3, 60)
        assert few.keys == found.keys[:3]
        assert few.is_whole is (len(found.keys) <= 3)


def test_a_list_of_more_than_is_told_apart_at_once_is_the_same(
    sample: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = [
        f"/opportunities?q=a{more}" for more in ("", "&page=2", "&sort=value", "&outcome=won")
    ]
    told = [_told(sample, address) for address in addresses]
    lists._hits.cache_clear()
    monkeypatch.setattr(lists, "MOST_HITS", 60)
    assert [_told(sample, address) for address in addresses] == told
    lists._hits.cache_clear()


def _told(visitor: Visitor, address: str) -> tuple[str, list[str], list[str]]:
    """The head of a list, its keys and its facets."""
    page = visitor.page(address)
    facets = [e.text for e in page.one("aside", id="facets").all("li")]
    return page.one("header", class_="top").text, _keys(page), facets
