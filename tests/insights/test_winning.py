"""Sources, products, regions and people stand out where they are surely different, and only there."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote_plus

from salesops.book.book import Book
from salesops.insights import INSIGHTS
from tests.insights.drawing import many, table

Draw = Callable[..., Book]
HEAD = "id  source  type  stage  amount  created_on  close_date"
DAYS = "1000  2026-01-01  2026-02-01"


def group(name: str, source: str, kind: str, won: int, lost: int) -> list[str]:
    """Won and lost deals of one source and type."""
    return many(won, f"{name}w{{n}}  {source}  {kind}  Won  {DAYS}") + many(
        lost, f"{name}l{{n}}  {source}  {kind}  Lost  {DAYS}"
    )


def test_a_source_that_hardly_wins_is_told_with_its_figures(draw: Draw) -> None:
    book = draw(
        opportunity=table(HEAD, group("a", "Web", "-", 60, 60), group("b", "List", "-", 4, 56))
    )
    found = INSIGHTS["weak_source"].look(book)
    assert found is not None
    assert found.title == "“List” wins 7 %, other deals 50 %"
    assert found.text.startswith("4 of 60 closed deals from this source were won.")
    assert "would have brought 30" in found.text
    assert found.rows == 60
    assert found.money_minor == 26 * 1000_00  # 30 wins would be usual, 4 were
    assert unquote_plus(found.link).startswith("/opportunities?where=is_closed and source = 'List'")


def test_a_source_with_a_quote_in_its_name_still_leads_to_its_deals(draw: Draw) -> None:
    book = draw(
        opportunity=table(HEAD, group("a", "Web", "-", 60, 60), group("b", "Bob's", "-", 4, 56))
    )
    found = INSIGHTS["weak_source"].look(book)
    assert found is not None
    assert "source = 'Bob''s'" in unquote_plus(found.link)


def test_few_deals_say_nothing_of_a_source(draw: Draw) -> None:
    book = draw(
        opportunity=table(HEAD, group("a", "Web", "-", 60, 60), group("b", "List", "-", 1, 18))
    )
    assert INSIGHTS["weak_source"].look(book) is None


def test_a_difference_that_chance_makes_is_not_told(draw: Draw) -> None:
    book = draw(
        opportunity=table(HEAD, group("a", "Web", "-", 60, 60), group("b", "List", "-", 20, 34))
    )
    assert INSIGHTS["weak_source"].look(book) is None


def test_a_source_is_not_weak_for_having_no_renewals(draw: Draw) -> None:
    """In each type both sources win alike; one has the renewals."""
    book = draw(
        opportunity=table(
            HEAD,
            group("a", "Web", "Renewal", 90, 10),
            group("b", "Web", "New", 30, 70),
            group("c", "List", "New", 36, 84),
        )
    )
    assert INSIGHTS["weak_source"].look(book) is None


def test_where_all_have_one_source_there_is_nothing_to_compare(draw: Draw) -> None:
    book = draw(opportunity=table(HEAD, group("a", "Web", "-", 60, 60)))
    assert INSIGHTS["weak_source"].look(book) is None


def accounts(*kinds: str) -> str:
    """Accounts a1, a2 … of these countries, industries and regions."""
    return table("id  name  industry  country  region", list(kinds))


def deals_of(account: str, owner: str, won: int, lost: int) -> list[str]:
    """Closed deals of one account and owner."""
    rest = f"{account}  {owner}"
    key = f"{account}{owner}"
    return many(won, f"{key}w{{n}}  {rest}  Won  {DAYS}") + many(
        lost, f"{key}l{{n}}  {rest}  Lost  {DAYS}"
    )


OWNED = "id  account_id  owner_id  stage  amount  created_on  close_date"
TWO_COUNTRIES = accounts(
    "a1  Alder Foods  Food  Canada  North", "a2  Birch Steel  Steel  France  South"
)
PEOPLE = """
    id   name
    ann  Ann Lee
    bob  Bob Ray
    cat  Cat Fry
"""


def test_an_industry_that_wins_more_is_told_and_one_that_does_not_is_silent(draw: Draw) -> None:
    strong = table(OWNED, deals_of("a1", "ann", 60, 20), deals_of("a2", "bob", 40, 80))
    book = draw(account=TWO_COUNTRIES, person=PEOPLE, opportunity=strong)
    found = INSIGHTS["strong_industry"].look(book)
    assert found is not None
    assert found.title == "Food is won 75 % of the time, other industries 33 %"
    assert found.tone == "good"


def test_industries_that_win_alike_are_not_told(draw: Draw) -> None:
    alike = table(OWNED, deals_of("a1", "ann", 40, 60), deals_of("a2", "bob", 44, 56))
    book = draw(account=TWO_COUNTRIES, person=PEOPLE, opportunity=alike)
    assert INSIGHTS["strong_industry"].look(book) is None
    assert INSIGHTS["weak_region"].look(book) is None


def test_a_region_that_wins_less_is_told(draw: Draw) -> None:
    weak = table(OWNED, deals_of("a1", "ann", 60, 20), deals_of("a2", "bob", 40, 80))
    book = draw(account=TWO_COUNTRIES, person=PEOPLE, opportunity=weak)
    found = INSIGHTS["weak_region"].look(book)
    assert found is not None
    assert found.title == "In South 33 % of the deals are won, elsewhere 75 %"


def test_a_product_and_a_campaign_that_win_less_are_told_by_name(draw: Draw) -> None:
    head = "id  product_id  campaign_id  stage  amount  created_on  close_date"
    book = draw(
        product="""
            id  name
            p1  Atlas
            p2  Beacon
        """,
        campaign="""
            id  name
            c1  Fair
            c2  Webinar
        """,
        opportunity=table(
            head,
            many(60, f"a{{n}}  p1  c1  Won  {DAYS}"),
            many(40, f"b{{n}}  p1  c1  Lost  {DAYS}"),
            many(8, f"c{{n}}  p2  c2  Won  {DAYS}"),
            many(52, f"d{{n}}  p2  c2  Lost  {DAYS}"),
        ),
    )
    product, campaign = INSIGHTS["weak_product"].look(book), INSIGHTS["weak_campaign"].look(book)
    assert product is not None
    assert product.title == "Deals for Beacon are won 13 % of the time, for other products 60 %"
    assert campaign is not None
    assert "“Webinar” are won 13 %" in campaign.title


def test_a_persons_fine_rate_is_the_territorys_where_all_win_there(draw: Draw) -> None:
    book = draw(
        account=TWO_COUNTRIES,
        person=PEOPLE,
        opportunity=table(
            OWNED,
            deals_of("a1", "ann", 45, 15),
            deals_of("a1", "bob", 22, 8),
            deals_of("a2", "ann", 10, 24),
            deals_of("a2", "bob", 30, 70),
            deals_of("a2", "cat", 30, 70),
        ),
    )
    found = INSIGHTS["easy_territory"].look(book)
    assert found is not None
    assert found.title == "Ann Lee wins 59 %: the territory, Canada, explains it"
    assert "In Canada Ann Lee wins 75 % and everybody else 73 %." in found.text
    assert "Elsewhere Ann Lee wins 29 %, the others 30 %." in found.text


def test_a_person_who_wins_everywhere_is_not_said_to_owe_it_to_the_territory(draw: Draw) -> None:
    book = draw(
        account=TWO_COUNTRIES,
        person=PEOPLE,
        opportunity=table(
            OWNED,
            deals_of("a1", "ann", 54, 6),
            deals_of("a1", "bob", 12, 18),
            deals_of("a2", "ann", 28, 6),
            deals_of("a2", "bob", 30, 70),
            deals_of("a2", "cat", 30, 70),
        ),
    )
    assert INSIGHTS["easy_territory"].look(book) is None


def test_a_territory_only_one_person_works_proves_nothing_of_the_person(draw: Draw) -> None:
    book = draw(
        account=TWO_COUNTRIES,
        person=PEOPLE,
        opportunity=table(OWNED, deals_of("a1", "ann", 45, 15), deals_of("a2", "bob", 30, 70)),
    )
    assert INSIGHTS["easy_territory"].look(book) is None


def sellers(first: int, others: int) -> str:
    """Won deals of Ann, and as many as said of each of seven others."""
    lines = [many(first, f"ann{{n}}  ann  Won  {DAYS}")]
    lines += [many(others, f"p{p}x{{n}}  p{p}  Won  {DAYS}") for p in range(7)]
    return table("id  owner_id  stage  amount  created_on  close_date", *lines)


def test_a_year_that_hangs_on_one_person_is_told(draw: Draw) -> None:
    found = INSIGHTS["one_seller"].look(draw(person=PEOPLE, opportunity=sellers(60, 8)))
    assert found is not None
    assert found.title == "Ann Lee alone brought 52 % of a year’s wins"
    assert "4.1 times an even share among 8 sellers, from 60 won deals" in found.text
    assert found.money_minor == 60_000_00


def test_the_first_of_many_even_sellers_is_not_told(draw: Draw) -> None:
    assert INSIGHTS["one_seller"].look(draw(person=PEOPLE, opportunity=sellers(30, 22))) is None


def test_a_good_month_of_a_small_shop_is_not_told(draw: Draw) -> None:
    assert INSIGHTS["one_seller"].look(draw(person=PEOPLE, opportunity=sellers(12, 2))) is None
