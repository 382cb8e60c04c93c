"""Records that are missing, double or orphaned are told with their number and their money."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote_plus

import pytest

from salesops.book.book import Book
from salesops.foundations.counting import counted
from salesops.foundations.problem import Refusal
from salesops.insights import INSIGHTS, Finding, findings
from salesops.insights._finding import MOST_CHARACTERS, one_of
from tests.insights.drawing import CALLED, many, table

Draw = Callable[..., Book]
HEAD = "id  account_id  owner_id  stage  amount  created_on  close_date"
DAYS = "2026-06-01  2026-09-01"


def test_open_deals_without_an_amount_are_valued_at_the_average_won_deal(draw: Draw) -> None:
    deals = many(10, "w{n}  -  -  Won  3000  2026-01-01  2026-02-01")
    deals += many(3, f"n{{n}}  -  -  Proposal  -  {DAYS}") + [f"k  -  -  Proposal  500  {DAYS}"]
    found = INSIGHTS["no_amount"].look(draw(opportunity=table(HEAD, deals)))
    assert found is not None
    assert found.title == "3 of 4 open deals have no amount"
    assert found.money_minor == 9_000_00
    assert "amount is null" in unquote_plus(found.link)


def test_where_no_deal_was_won_a_missing_amount_is_not_guessed(draw: Draw) -> None:
    deals = [f"n  -  -  Proposal  -  {DAYS}", f"k  -  -  Proposal  500  {DAYS}"]
    found = INSIGHTS["no_amount"].look(draw(opportunity=table(HEAD, deals)))
    assert found is not None
    assert found.title == "1 of 2 open deals has no amount"
    assert found.money_minor is None


def test_all_open_deals_without_an_amount_are_told_as_all(draw: Draw) -> None:
    deals = many(4, f"n{{n}}  -  -  Proposal  -  {DAYS}")
    found = INSIGHTS["no_amount"].look(draw(opportunity=table(HEAD, deals)))
    assert found is not None
    assert found.title == "None of the 4 open deals has an amount"


def test_an_amount_in_a_currency_without_a_rate_is_not_a_missing_amount(draw: Draw) -> None:
    deals = table(
        "id  stage  amount  currency  created_on  close_date",
        many(5, f"u{{n}}  Proposal  500  USD  {DAYS}"),
        [f"y  Proposal  500  SEK  {DAYS}"],
    )
    assert INSIGHTS["no_amount"].look(draw(opportunity=deals)) is None


def test_deals_without_an_account_are_told(draw: Draw) -> None:
    deals = many(6, f"k{{n}}  a1  -  Proposal  500  {DAYS}")
    deals += many(4, f"n{{n}}  -  -  Proposal  500  {DAYS}")
    book = draw(account="id  name\na1  Alder Foods", opportunity=table(HEAD, deals))
    found = INSIGHTS["no_account"].look(book)
    assert found is not None
    assert found.title == "4 deals of 10 belong to no account"
    assert "40 %, all of them open" in found.text


def test_files_without_any_account_are_not_reproached_for_each_deal(draw: Draw) -> None:
    deals = many(10, f"n{{n}}  -  -  Proposal  500  {DAYS}")
    assert INSIGHTS["no_account"].look(draw(opportunity=table(HEAD, deals))) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alder Foods", "ALDER FOODS"),
        ("Alder Foods", "Alder Foods GmbH"),
        ("Alder & Birch", "Alder and Birch."),
        ("Müller Tools B.V.", "Muller Tools"),
        ("Alder Foods Co., Ltd.", "alder foods"),
    ],
)
def test_names_that_differ_only_in_writing_are_one_organisation(
    draw: Draw, one: str, other: str
) -> None:
    book = draw(
        account=table(
            "id | name".replace(" | ", "  "), [f"a1  {one}", f"a2  {other.replace('  ', ' ')}"]
        ),
        opportunity=table(HEAD, [f"d1  a2  -  Proposal  700  {DAYS}"]),
    )
    found = INSIGHTS["duplicate_accounts"].look(book)
    assert found is not None
    assert found.title == "2 accounts are 1 organisation"
    assert "1 open deal stands under them." in found.text
    assert found.money_minor == 700_00


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alder Foods", "Alder Food Services"),
        ("ABC", "abc"),
        ("North AG Tools", "North Tools"),
    ],
)
def test_names_of_different_organisations_are_two(draw: Draw, one: str, other: str) -> None:
    book = draw(account=table("id  name", [f"a1  {one}", f"a2  {other}"]))
    assert INSIGHTS["duplicate_accounts"].look(book) is None


def test_the_same_name_in_two_countries_is_two_organisations(draw: Draw) -> None:
    book = draw(
        account=table("id  name  country", ["a1  Alder Foods  France", "a2  Alder Foods  Canada"])
    )
    assert INSIGHTS["duplicate_accounts"].look(book) is None


def test_open_deals_of_people_who_left_are_told_by_name(draw: Draw) -> None:
    book = draw(
        person="""
            id   name     is_active  left_on
            ann  Ann Lee  yes        -
            bob  Bob Ray  no         -
            cat  Cat Fry  yes        2026-06-30
            dan  Dan Orr  yes        2026-07-15
        """,
        opportunity=table(
            HEAD,
            [
                f"d1  -  ann  Proposal  100  {DAYS}",
                f"d2  -  bob  Proposal  200  {DAYS}",
                f"d3  -  bob  Proposal  300  {DAYS}",
                f"d4  -  cat  Proposal  400  {DAYS}",
                f"d5  -  dan  Proposal  500  {DAYS}",
                "d6  -  bob  Won  900  2026-01-01  2026-02-01",
            ],
        ),
        activity=CALLED,
    )
    found = INSIGHTS["owner_left"].look(book)
    assert found is not None
    assert found.title == "3 open deals belong to people who have left"
    assert "Bob Ray, Cat Fry" in found.text
    assert found.money_minor == 900_00


def test_nobody_who_left_owns_anything_so_nothing_is_told(draw: Draw) -> None:
    book = draw(
        person="id  name  is_active\nbob  Bob Ray  no",
        opportunity=table(HEAD, ["d1  -  bob  Lost  900  2026-01-01  2026-02-01"]),
    )
    assert INSIGHTS["owner_left"].look(book) is None


def test_an_empty_book_shows_nothing(draw: Draw) -> None:
    assert findings(draw(person="id  name\nann  Ann Lee")) == []


def test_a_part_of_a_book_or_a_former_day_is_refused(draw: Draw) -> None:
    book = draw(opportunity=table(HEAD, [f"d1  -  -  Proposal  100  {DAYS}"]))
    for part in (book.where("amount > 1"), book.as_of("2026-06-10"), book.seen_by(["ann"])):
        with pytest.raises(Refusal, match="whole book"):
            findings(part)


def test_findings_are_ordered_by_money_and_about_different_things(draw: Draw) -> None:
    deals = many(40, "w{n}  -  -  Won  1000  2026-01-01  2026-02-10")
    deals += many(8, "o{n}  -  bob  Proposal  500  2026-01-01  2026-03-01")
    deals += many(4, f"n{{n}}  -  -  Proposal  -  {DAYS}")
    book = draw(
        person="id  name  is_active\nbob  Bob Ray  no",
        opportunity=table(HEAD, deals),
    )
    found = findings(book)
    assert [f.weight for f in found] == sorted((f.weight for f in found), reverse=True)
    assert {f.name for f in found} == {"past_due", "outlived", "no_amount", "owner_left"}
    assert {f.about for f in findings(book, most=2)} == {"records", "open deals"}


def test_every_finding_leads_to_rows_that_can_be_shown(draw: Draw) -> None:
    deals = many(40, "w{n}  a1  -  Won  1000  2026-01-01  2026-02-10")
    deals += many(8, "o{n}  a1  bob  Proposal  500  2026-01-01  2026-03-01")
    deals += many(4, f"n{{n}}  -  -  Proposal  -  {DAYS}")
    book = draw(
        account="id  name\na1  Alder Foods\na2  ALDER FOODS",
        person="id  name  is_active\nbob  Bob Ray  no",
        opportunity=table(HEAD, deals),
    )
    for found in findings(book, most=20):
        assert_leads_to_its_rows(book, found)


def assert_leads_to_its_rows(book: Book, found: Finding) -> None:
    """The condition in the link is understood, and true of as many deals as were told."""
    where = unquote_plus(found.link.partition("where=")[2].partition("&")[0])
    assert where, found.name
    deals = book.where(where).measure("data_completeness").figure.n  # which counts every deal
    assert deals == (40 + 8 if found.name == "duplicate_accounts" else found.rows), found.name


def test_a_link_holds_as_many_ids_as_it_can_carry() -> None:
    text, held = one_of(f"00Q{n:015}" for n in range(1000))
    assert held < 1000
    assert text.count(",") == held - 1
    assert len(text) <= MOST_CHARACTERS


def test_numbers_and_nouns_agree() -> None:
    assert counted(1, "open deal") == "1 open deal"
    assert counted(1200, "open deal") == "1,200 open deals"
    assert counted(2, "open deal belongs", "open deals belong") == "2 open deals belong"
