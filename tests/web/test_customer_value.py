"""What customers are worth stands on its page as the engine says it, each customer by name; where it cannot be told, why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from salesops.book.facts import Scope
from salesops.customers import Purchase, Terms, purchase_value, purchases_of, recurring_value
from salesops.foundations.money import format_money
from salesops.web.books import reader
from salesops.web.pages.numbers import customers_valued
from tests.customers.test_purchase_value import market
from tests.web.conftest import published
from tests.web.visitor import Visitor

FEW = Terms(draws=0)
ACCOUNTS = "id  name\n" + "\n".join(f"c{n}  C{n} & Sons" for n in range(60))


def owner_of(customer: str) -> str:
    """Bob has the last four customers, Ann all others."""
    return "bob" if int(customer[1:]) >= 56 else "ann"


def bought(purchases: Iterable[Purchase]) -> str:
    """The same as won deals."""
    rows = ["id  account_id  stage  amount  close_date  owner_id"]
    rows += [
        f"d{n}  {p.customer}  Won  {p.minor / 100:.2f}  {p.day}  {owner_of(p.customer)}"
        for n, p in enumerate(purchases)
    ]
    return "\n".join(rows)


@pytest.fixture(scope="module")
def company_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty customers with contracts, thirty of whom left at one of two renewals, who also buy."""
    paid = ["id  account_id  starts_on  ends_on  monthly  gross_margin"]
    for n in range(60):
        ends = "2025-01-01" if n < 20 else "2026-01-01" if n < 30 else "-"
        paid.append(f"r{n}  c{n}  2024-01-01  {ends}  {100 + n}  0.8")
    return published(
        tmp_path_factory.mktemp("company") / "book",
        account=ACCOUNTS,
        opportunity=bought(market(60, seed=9)),
        activity="id  owner_id  occurred_at  is_done\nv1  ann  2026-06-30T10:00  yes",
        recurring_revenue="\n".join(paid),
    )


@pytest.fixture
def company(
    visit: Callable[[Path], Visitor], company_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Visitor:
    """Somebody looking at it; without intervals, which take long."""
    monkeypatch.setattr(customers_valued, "Terms", lambda **asked: Terms(**asked, draws=0))
    return visit(company_folder)


def test_by_renewals_every_share_and_every_present_customer_is_told(company: Visitor) -> None:
    found = recurring_value(company.book, FEW)
    page = company.page("/customer-value")
    assert format_money(round(found.new.value), "USD", compact=True) in page.text
    rows = page.one("div", aria_label="What happened against the model").one("tbody").all("tr")
    assert [[c.text for c in r.all("td")][:2] for r in rows] == [["60", "66.7 %"], ["40", "75.0 %"]]
    assert "proves nothing yet" in page.text  # two shares are met by two parameters
    names = page.one("div", aria_label="Customers").all("a", class_="row lk")
    assert (len(names), names[0].text) == (30, "C59 & Sons")  # who pays most is worth most
    header, *lines = company.csv("/customer-value", export="csv")
    assert header[-1] == "value_usd"
    worth = sum(float(line[-1]) for line in lines)
    assert worth == pytest.approx(found.present.value / 100, rel=1e-4)
    assert "C59 & Sons" in company.page(names[0].attrs["href"]).one("h1").text


def test_by_purchases_what_was_foretold_stands_beside_what_happened(company: Visitor) -> None:
    book = company.book
    found = purchase_value(purchases_of(book), until=book.today, terms=Terms(margin=0.4, draws=0))
    page = company.page("/customer-value", way="purchases", margin="40")
    check = found.check
    assert check is not None
    assert f"foretells {check.foretold:,.0f} purchases" in page.text
    rows = page.one("div", aria_label="What happened against the model").one("tbody").all("tr")
    assert sum(int(r.all("td")[1].text) for r in rows) == check.happened
    assert sum(float(r.all("td")[2].text) for r in rows) == pytest.approx(check.foretold, abs=0.5)
    assert [t.happened for t in check.course][-1] == check.happened
    gone = [b.id for b in found.buyers if b.purchases > 1 and 0.1 <= b.chance < 0.5]
    shown = company.page("/customer-value", way="purchases", show="slipping")
    links = shown.one("div", aria_label="Customers").all("a", class_="row lk")
    assert sorted(a.attrs["href"] for a in links) == sorted(f"/accounts/{key}" for key in gone)
    assert gone


def test_a_reader_values_the_customers_of_deals_they_see_and_no_contracts(company: Visitor) -> None:
    token = reader.set(Scope(("ann",)))
    try:
        page = company.page("/customer-value", way="purchases")
        assert "Of the customers whose deals you may see" in page.text
        assert "56 customers, " in page.one("section", aria_label="Value").text
        ids = [row[0] for row in company.csv("/customer-value", way="purchases", export="csv")[1:]]
        assert len(ids) == 56
        assert {owner_of(key) for key in ids} == {"ann"}
        refused = company.page("/customer-value", way="contracts")
        assert "no recurring revenue that you may see" in refused.text
        reader.set(Scope(("bob",)))
        assert "Of 4 customers" in company.page("/customer-value").text
    finally:
        reader.reset(token)


def test_where_it_cannot_be_told_the_page_says_why_and_leads_on(plain: Visitor) -> None:
    page = plain.page("/customer-value", way="contracts")
    assert "The book holds no recurring revenue that you may see." in page.text
    assert "See them by purchases" in [a.text for a in page.all("a", href="?way=purchases")]
    few = plain.page("/customer-value")
    assert "say too little of what others will do" in few.text
    for wrong in ("discount=100", "margin=two", "margin=0"):
        assert plain.page(f"/customer-value?{wrong}").one("div", class_="notice").text


def test_numbers_about_customers_lead_to_it(plain: Visitor) -> None:
    for address in ("/numbers", "/numbers/ltv"):
        assert plain.page(address).all("a", href="/customer-value"), address


def test_purchases_are_worked_out_once_whatever_else_changes(company: Visitor) -> None:
    customers_valued._of_purchases.cache_clear()
    for show in ("", "slipping"):
        company.page("/customer-value", way="purchases", show=show)
    assert customers_valued._of_purchases.cache_info().misses == 1


def test_the_course_of_what_was_foretold_ends_with_the_time_held_out() -> None:
    purchases = market(200, seed=4)
    found = purchase_value(purchases, terms=FEW)
    check = found.check
    assert check is not None
    assert check.course[-1].name == found.until.isoformat()
    assert check.course[0].name > (check.day + timedelta(days=1)).isoformat()
    assert [t.happened for t in check.course] == sorted(t.happened for t in check.course)
    known = {p.customer for p in purchases if p.day <= check.day}
    since = {(p.customer, p.day) for p in purchases if p.day > check.day and p.customer in known}
    assert check.happened == len(since) == sum(k.happened for k in check.kinds)
    assert sum(k.foretold for k in check.kinds) == pytest.approx(check.foretold)
