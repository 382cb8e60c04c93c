"""Products and credit of a deal, edited on its page: exact amounts, sums told, conflicts, undoing, and who may."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from salesops.actions.create_record import create_record
from salesops.actions.edit_record import edit_record
from salesops.actions.share_record import share_record
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.records.models import Opportunity, OpportunityLine, OpportunitySplit, Person, Product
from tests.office.readers import Office, Reader
from tests.web.markup import Markup, read_markup

pytestmark = pytest.mark.django_db

DEAL = "/opportunities/bob-deal"
As = Callable[[str], Reader]
LINE = {"part": "opportunity_line", "do": "save"}
SPLIT = {"part": "opportunity_split", "do": "save"}


@pytest.fixture
def cranes(served: Office) -> Office:
    """Bob's deal is worth 1,000 dollars, and a crane costs 250.05 by the list."""
    Product.objects.create(id="crane", name="Crane", list_price_minor=25_005, currency="USD")
    Product.objects.create(id="old", name="Winch", is_active=False)
    Opportunity.objects.filter(pk="bob-deal").update(amount_minor=100_000, currency="USD")
    return served


def _page(answer: Any) -> Markup:
    page = read_markup(answer.content.decode())
    assert page.faults == []
    return page


def _told(answer: Any) -> str:
    return " ".join(e.text for e in _page(answer).walk() if e.attrs.get("role") == "alert")


def _follow(reader: Reader, answer: Any) -> Markup:
    assert answer.status_code == 302, _told(answer)
    return reader.page(answer.headers["Location"])


def _seen(reader: Reader, row: str, part: str = "opportunity_line") -> str:
    form = reader.page(f"{DEAL}?part={part}&row={row}").one("form", data_inplace="")
    return form.one("input", name="seen").attrs["value"]


def _line(**values: Any) -> OpportunityLine:
    made: OpportunityLine = OpportunityLine.objects.create(
        opportunity_id="bob-deal", currency="USD", **values
    )
    return made


def _undo(reader: Reader, page: Markup) -> Markup:
    form = page.one("form", data_undo="")
    button = form.one("button").attrs["value"]
    return _follow(reader, reader.post(form.attrs["action"], change=button))


def test_a_product_is_added_at_its_list_price_and_taken_back(
    cranes: Office, as_bob: Reader
) -> None:
    open_form = as_bob.page(f"{DEAL}?part=opportunity_line").one("form", data_inplace="")
    assert "Winch" not in open_form.text  # no longer sold
    page = _follow(as_bob, as_bob.post(DEAL, **LINE, product_id="crane", quantity="3"))
    row = ["Crane", "3", "$250.05", "$750.15", "Change Crane"]
    assert page.rows("Products") == [row]
    line = OpportunityLine.objects.get(deleted_at=None)
    assert (line.amount_minor, line.list_price_minor, line.currency) == (75_015, 25_005, "USD")
    assert "Crane: added." in page.text
    assert "These add up to $750.15; the deal has $1,000." in page.text
    undone = _undo(as_bob, page)
    assert "Crane: taken away" in undone.text
    assert "Undone: Crane: taken away." in undone.text
    assert not OpportunityLine.objects.filter(deleted_at=None).exists()
    assert _undo(as_bob, undone).rows("Products") == [row]
    assert cranes.bob.is_active


def test_quantity_and_price_make_the_amount_exactly_and_the_deal_can_take_their_sum(
    cranes: Office, as_bob: Reader
) -> None:
    line = _line(product_id="crane", quantity=1, unit_price_minor=1, amount_minor=1)
    form = {"row": line.pk, "product_id": "crane", "seen": _seen(as_bob, line.pk)}
    page = _follow(
        as_bob, as_bob.post(DEAL, **LINE, **form, quantity="2.5", unit_price_minor="1,000.01")
    )
    line.refresh_from_db()
    assert (line.quantity, line.unit_price_minor, line.amount_minor) == (
        Decimal("2.5"), 100_001, 250_002,  # half a cent goes to the even one
    )  # fmt: skip
    take = next(f for f in page.all("form") if "Make it $2,500.02" in f.text)
    given = {e.attrs["name"]: e.attrs["value"] for e in take.all("input", type="hidden")}
    given.pop("csrfmiddlewaretoken", None)
    after = _follow(as_bob, as_bob.post(DEAL, do="edit", **given))
    assert "add up to" not in after.text
    assert Opportunity.objects.get(pk="bob-deal").amount_minor == 250_002
    assert cranes.bob.is_active


def test_what_a_source_stated_stays_until_what_makes_it_is_changed(
    cranes: Office, as_bob: Reader
) -> None:
    line = _line(product_id="crane", quantity=2, unit_price_minor=100, amount_minor=150)
    form = {"row": line.pk, "product_id": "crane", "quantity": "2", "unit_price_minor": "1"}
    day = as_bob.post(DEAL, **LINE, **form, seen=_seen(as_bob, line.pk), service_on="2026-03-01")
    assert day.status_code == 302
    line.refresh_from_db()
    assert (line.amount_minor, str(line.service_on)) == (150, "2026-03-01")
    assert cranes.bob.is_active


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"product_id": "", "quantity": "1"}, "Choose a product."),
        ({"product_id": "crane", "quantity": "many"}, "Write a number such as 3 or 1.5."),
        ({"product_id": "crane", "quantity": "0.0000001"}, "Six decimal places are kept"),
        ({"product_id": "crane", "quantity": "1", "unit_price_minor": "EUR 1"}, "kept in USD"),
        ({"product_id": "crane", "quantity": "999999999999", "unit_price_minor": "9b"}, "more than can be kept"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_at_its_field_and_nothing_is_written(
    cranes: Office, as_bob: Reader, given: dict[str, str], told: str
) -> None:
    answer = as_bob.post(DEAL, **LINE, **given)
    assert answer.status_code == 422
    assert told in _told(answer)
    kept = _page(answer).one("form", data_inplace="").one("input", name="quantity")
    assert kept.attrs["value"] == given["quantity"]
    assert not OpportunityLine.objects.exists()
    assert cranes.bob.is_active


def test_who_was_overtaken_sees_both_and_chooses(cranes: Office, as_bob: Reader) -> None:
    line = _line(product_id="crane", quantity=1, unit_price_minor=500, amount_minor=500)
    seen = _seen(as_bob, line.pk)
    values = {"unit_price_minor": 700, "amount_minor": 700}
    edit_record(cranes.alice, OpportunityLine, line.pk, values, system_clock)
    mine = {"row": line.pk, "product_id": "crane", "quantity": "2", "unit_price_minor": "5"}
    answer = as_bob.post(DEAL, **LINE, **mine, seen=seen)
    assert answer.status_code == 409
    notice = _told(answer)
    assert "Alice changed this" in notice
    assert "Unit price now $7 Yours $5" in notice
    assert "Quantity now 1 Yours 2" in notice
    line.refresh_from_db()
    assert line.amount_minor == 700
    form = _page(answer).one("form", data_inplace="")
    assert "Use mine" in form.text
    again = as_bob.post(DEAL, **LINE, **mine, seen=form.one("input", name="seen").attrs["value"])
    assert again.status_code == 302
    line.refresh_from_db()
    assert line.amount_minor == 1_000
    late = as_bob.post(DEAL, part="opportunity_line", row=line.pk, do="remove", seen=seen)
    assert late.status_code == 409
    line.refresh_from_db()
    assert line.deleted_at is None


def test_sales_operations_share_the_credit_and_are_told_when_it_is_not_the_whole(
    cranes: Office, as_: As
) -> None:
    ravi = as_("ravi")
    first = {"person_id": "bob", "share": "60", "is_overlay": "False"}
    page = _follow(ravi, ravi.post(DEAL, **SPLIT, **first))
    assert "The shares make 60 %, not 100 %." in page.text
    on_top = {"person_id": "bob", "share": "100", "is_overlay": "True"}
    page = _follow(ravi, ravi.post(DEAL, **SPLIT, **on_top))
    assert "The shares make 60 %, not 100 %." in page.text
    twice = ravi.post(DEAL, **SPLIT, **(first | {"share": "40"}))
    assert "There is a share of theirs already" in _told(twice)
    page = _follow(
        ravi, ravi.post(DEAL, **SPLIT, **(first | {"person_id": "alice", "share": "40 %"}))
    )
    assert "The shares make" not in page.text
    row = OpportunitySplit.objects.get(person="alice")
    assert row.share == Decimal("0.4")
    OpportunitySplit.objects.filter(pk=row.pk).update(amount_minor=40_000, currency="USD")
    changed = {"person_id": "alice", "share": "33.3333", "is_overlay": "False", "row": row.pk}
    page = _follow(
        ravi, ravi.post(DEAL, **SPLIT, **changed, seen=_seen(ravi, row.pk, "opportunity_split"))
    )
    row.refresh_from_db()
    assert (row.share, row.amount_minor) == (Decimal("0.333333"), None)
    assert "The shares make 93.33 %, not 100 %." in page.text
    assert cranes.ravi.is_active


def test_who_only_looks_is_offered_nothing_and_refused(cranes: Office, as_: As) -> None:
    line = _line(product_id="crane", quantity=1, unit_price_minor=500, amount_minor=500)
    deal, reader = Opportunity.objects.get(pk="bob-deal"), Person.objects.get(pk="charlie")
    share_record(cranes.bob, deal, system_clock, person=reader)
    charlie = as_("charlie")
    page = charlie.page(DEAL)
    assert page.rows("Products") == [["Crane", "1", "$5", "$5"]]
    assert "part=" not in "".join(a.attrs.get("href", "") for a in page.all("a"))
    for form in ({}, {"row": line.pk}, {"row": line.pk, "do": "remove", "seen": "1"}):
        answer = charlie.post(DEAL, **(LINE | form), product_id="crane", quantity="9")
        assert answer.status_code == 403
        assert "but not change them" in _told(answer)
    bob = as_("bob").post(DEAL, **SPLIT, person_id="bob", share="100", is_overlay="False")
    assert bob.status_code == 403  # credit decides what is paid
    with pytest.raises(Refusal, match="Ask its owner"):
        create_record(cranes.charlie, OpportunityLine, {"opportunity_id": "bob-deal"}, system_clock)
    assert OpportunityLine.objects.get().quantity == 1
    assert not OpportunitySplit.objects.exists()


def test_a_stranger_is_told_what_anybody_is_who_asks_for_nothing(
    cranes: Office, as_charlie: Reader
) -> None:
    line = _line(product_id="crane", quantity=1)
    for query in ("?part=opportunity_line", f"?part=opportunity_line&row={line.pk}"):
        nothing = as_charlie.get(f"{DEAL}-none{query}")
        answer = as_charlie.get(DEAL + query)
        assert (answer.status_code, answer.content) == (404, nothing.content)
    assert as_charlie.post(DEAL, **LINE, row=line.pk, quantity="5").status_code == 404
    own = "/opportunities/charlie-deal"  # a row of somebody else's deal is none of one's own
    assert as_charlie.post(own, **LINE, row=line.pk, quantity="5").status_code == 404
    assert OpportunityLine.objects.get().quantity == 1
    assert cranes.charlie.is_active
