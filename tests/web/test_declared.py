"""Lists and pages made from declarations, in a book of files: every noun has both, exactly and in two steps."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from salesops.book.listing import Ask, rows_of
from salesops.web.pages.records.narrowing import page, totals, values_of
from salesops.web.pages.records.nouns import DECLARED
from tests.web.visitor import Visitor


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_every_noun_has_its_list_its_page_and_its_export(sample: Visitor, name: str) -> None:
    noun, engine = DECLARED[name], sample.book.engine
    listed = sample.page(noun.address)
    assert listed.faults == []
    rows = listed.rows(noun.title)
    assert rows
    assert page(engine, noun.listing, Ask()) == rows_of(engine, noun.listing, Ask())
    first = rows_of(engine, noun.listing, Ask(size=1)).dicts()[0]
    alone = sample.page(noun.place + quote(first["_id"], safe=""))
    assert alone.faults == []
    assert first["_id"] in alone.text
    assert rows[0][0] == first[noun.listing.columns[0].name]
    by = noun.listing.facets[:1]
    counted = values_of(engine, noun.listing, Ask(), by, 1)[by[0]]
    for value, count in counted:
        narrowed = Ask(facets={by[0]: value})
        assert totals(engine, noun.listing, narrowed)[0] == count
    exported = sample.get(noun.address, export="csv", q=first["_id"])
    assert first["_id"] in b"".join(exported).decode()


def test_money_in_its_rows_currency_is_exported_with_that_currency(plain: Visitor) -> None:
    engine = plain.book.engine
    engine.run("SELECT 1")  # the book opens
    listing = DECLARED["product"].listing
    assert [c.name for c in listing.columns if c.kind == "own_money"] == ["list_price"]
    header = b"".join(plain.get("/records/product", export="csv", column="list_price")).decode()
    assert header.removeprefix("\ufeff").startswith("id,list_price,currency")


def test_the_place_of_all_records_leads_to_each_list(sample: Visitor) -> None:
    all_of_them = sample.page("/records")
    assert all_of_them.faults == []
    links = all_of_them.links()
    for noun in DECLARED.values():
        assert noun.address in links
    assert sample.get("/records/contact").status_code == 404  # it stands at /contacts
    assert sample.get("/records/opportunity_version").status_code == 404
