"""The pages of a deal and an account in an office: who sees what, editing in place, conflicts, deleting, undoing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings

from salesops.actions.changing import changing
from salesops.actions.edit_record import edit_record, version_now
from salesops.actions.share_record import share_record
from salesops.foundations.clock import fixed_clock, system_clock
from salesops.records.change import Change
from salesops.records.models import (
    Account,
    Activity,
    Contact,
    Opportunity,
    OpportunityLine,
    OpportunitySplit,
    Person,
    PipelineStage,
    Product,
)
from salesops.records.record import FOREVER
from salesops.web.pages.keeping.record_page import place
from tests.drawn import draw_book
from tests.office.readers import Office, Reader, make_login
from tests.web.markup import Markup, read_markup

pytestmark = pytest.mark.django_db

DEAL = "/opportunities/bob-deal"
DELETED = "/deleted/opportunity"
MAY = datetime(2099, 5, 1, 9, tzinfo=UTC)  # after the records were made
As = Callable[[str], Reader]


@pytest.fixture
def stages(served: Office) -> Office:
    """The office with a pipeline, in which Bob's deal is new and worth a thousand dollars."""
    for position, (stage, outcome, chance) in enumerate(
        (("New", "open", "0.1"), ("Offer", "open", "0.5"), ("Won", "won", "1")), 1
    ):
        PipelineStage.objects.create(
            id=f"s{position}", pipeline="Sales", stage=stage, position=position, outcome=outcome,
            default_probability=Decimal(chance),
        )  # fmt: skip
    Opportunity.objects.filter(pk="bob-deal").update(
        pipeline="Sales", stage="New", amount_minor=100_000, currency="USD"
    )
    return served


def _seen(reader: Reader, address: str, column: str) -> str:
    """The version that the form of a column hands back."""
    page = reader.page(f"{address}?edit={column}")
    return page.one("form", data_inplace="").one("input", name="seen").attrs["value"]


def _edit(reader: Reader, column: str, value: str, address: str = DEAL, **more: str) -> Any:
    form = {"seen": _seen(reader, address, column), **more}
    return reader.post(address, do="edit", column=column, value=value, **form)


def _page(answer: Any) -> Markup:
    page = read_markup(answer.content.decode())
    assert page.faults == []
    return page


def _alerts(answer: Any) -> str:
    return " ".join(e.text for e in _page(answer).walk() if e.attrs.get("role") == "alert")


def _facts(page: Markup) -> dict[str, str]:
    facts = page.one("dl", class_="facts kept")
    titles, values = facts.all("dt"), facts.all("dd")
    return {
        t.text: re.sub(r"Change .*", "", v.text).strip()
        for t, v in zip(titles, values, strict=True)
    }


def _history(page: Markup) -> list[str]:
    told = page.one("ol", class_="told")
    return [e.text for e in told.parts if not isinstance(e, str)]


# Who sees what


@pytest.mark.parametrize("reader", ["alice", "bob", "ravi", "dora"])
def test_who_may_see_a_deal_sees_its_record(stages: Office, as_: As, reader: str) -> None:
    page = as_(reader).page(DEAL)
    assert page.faults == []
    assert page.one("h1").text == "Bob's deal"
    facts = _facts(page)
    assert (facts["Amount"], facts["Stage"], facts["Owner"]) == ("$1,000", "New", "Bob")
    assert facts["Account"] == "Bob's customer"
    assert stages.bob.is_active


@pytest.mark.parametrize("address", [DEAL, "/accounts/bob-account"])
def test_what_is_not_ones_own_looks_like_what_is_not_there(
    stages: Office, as_charlie: Reader, address: str
) -> None:
    nothing = as_charlie.get(f"{address}-none")
    forms = (
        {"do": "edit", "column": "name", "value": "Mine", "seen": "1"},
        {"do": "delete", "reason": "x"},
    )
    answers = [as_charlie.get(address), as_charlie.get(f"{address}?edit=name")]
    answers += [as_charlie.post(address, **form) for form in forms]
    for answer in answers:
        assert (answer.status_code, answer.content) == (404, nothing.content)
    assert Opportunity.objects.get(pk="bob-deal").name == "Bob's deal"
    assert stages.charlie.is_active


def test_beside_the_facts_stand_lines_credit_and_activities(stages: Office, as_bob: Reader) -> None:
    Product.objects.create(id="p", name="Crane")
    OpportunityLine.objects.create(
        opportunity_id="bob-deal", product_id="p", quantity=2, amount_minor=500
    )
    OpportunitySplit.objects.create(
        opportunity_id="bob-deal", person_id="charlie", share=Decimal("0.25")
    )
    Activity.objects.create(
        opportunity_id="bob-deal", owner_id="bob", subject="Called", occurred_at=MAY
    )
    page = as_bob.page(DEAL)
    assert page.rows("Products") == [["Crane", "2", "", "$5", "Change Crane"]]
    assert page.rows("Credit") == [["Charlie", "25 %", ""]]
    assert "Called" in page.text
    assert stages.bob.is_active


def test_an_account_shows_each_reader_their_own_deals_and_its_people(
    stages: Office, as_: As
) -> None:
    Opportunity.objects.create(
        id="d2", name="Alice's quay", owner_id="alice", account_id="bob-account"
    )
    Contact.objects.create(id="c", name="Eve Ruiz", account_id="bob-account", owner_id="bob")
    bobs, alices = (as_(r).page("/accounts/bob-account") for r in ("bob", "alice"))
    assert [r[0] for r in bobs.rows("Opportunities")] == ["Bob's deal"]
    assert sorted(r[0] for r in alices.rows("Opportunities")) == ["Alice's quay", "Bob's deal"]
    assert "Eve Ruiz" in bobs.text
    assert "Alice's quay" not in bobs.text
    assert bobs.faults == alices.faults == []
    assert stages.bob.is_active


def test_its_life_is_drawn_as_the_book_has_it(stages: Office, as_bob: Reader) -> None:
    assert "Its life" not in as_bob.page(DEAL).text
    deals = """
        id        name  stage  amount  created_on  close_date  owner_id
        bob-deal  Mill  New    1000    2026-01-01  2026-02-01  bob
    """
    states = """
        opportunity_id  valid_from        stage  amount  close_date  owner_id
        bob-deal        2026-01-01T00:00  New    1000    2026-02-01  bob
    """
    draw_book(settings.SALESOPS_BOOK, opportunity=deals, opportunity_version=states)
    page = as_bob.page(DEAL)
    assert "Its life" in page.text
    assert page.faults == []
    assert stages.bob.is_active


@pytest.mark.parametrize("key", ["a/b", "a?b#c", "é 'x' \"y\"", "100%", "../bob-deal", "<b>&amp;"])
def test_any_key_and_any_name_is_worked_on(stages: Office, as_bob: Reader, key: str) -> None:
    name = "<script>alert(1)</script> & 'sons'"
    Opportunity.objects.create(id=key, name=name, owner_id="bob", currency="USD")
    address = place(Opportunity, key)
    assert as_bob.page(address).one("h1").text == name
    saved = as_bob.page(_edit(as_bob, "next_step", "</dd><img>", address).headers["Location"])
    assert saved.faults == []
    assert _facts(saved)["Next step"] == "</dd><img>"
    assert _undo(as_bob, saved).status_code == 302
    gone = as_bob.post(address, do="delete", reason="Odd").headers["Location"]
    assert _undo(as_bob, as_bob.page(gone)).status_code == 302
    assert as_bob.page(address).one("h1").text == name
    assert stages.bob.is_active


# History


def test_history_tells_who_changed_what_when_and_why(stages: Office, as_bob: Reader) -> None:
    values = {"stage": "Offer", "amount_minor": 250_000}
    edit_record(
        stages.alice, Opportunity, "bob-deal", values, fixed_clock(MAY), reason="They asked"
    )
    newest, *_, first = _history(as_bob.page(DEAL))
    assert "Stage: New → became Offer" in newest
    assert "Amount: $1,000 → became $2,500" in newest
    assert "1 May 2099, 09:00, Alice" in newest
    assert "“They asked”" in newest
    assert "Browser" in newest
    assert "Created" in first
    assert "outside" in first


def test_who_a_source_names_is_told_where_nobody_here_did_it(
    stages: Office, as_bob: Reader
) -> None:
    with changing(stages.dora, "import", system_clock, door="import"):
        Opportunity.objects.filter(pk="bob-deal").update(next_step="Call")
    assert ", Dora Import" in _history(as_bob.page(DEAL))[0]
    versions = Opportunity.versions.objects.filter(record_id="bob-deal", ends_at=FOREVER)
    versions.update(changed_by_id="charlie")
    assert ", Charlie Import" in _history(as_bob.page(DEAL))[0]
    assert "Undo" not in _history(as_bob.page(DEAL))[0]
    undone = {"change": Change.objects.latest("pk").pk}
    assert as_bob.post("/undo/opportunity/bob-deal", **undone).status_code == 404
    versions.update(opened_by=None)
    assert ", Charlie" in _history(as_bob.page(DEAL))[0]
    with changing(None, "import", system_clock, door="import"):
        Opportunity.objects.filter(pk="bob-deal").update(next_step="Mail")
    newest, *_ = _history(as_bob.page(DEAL))
    assert re.search(r"\d\d:\d\d Import$", newest), newest  # by nobody who is known


def test_a_former_account_that_one_may_not_see_is_not_named(stages: Office, as_bob: Reader) -> None:
    Opportunity.objects.filter(pk="bob-deal").update(account_id="charlie-account")
    Opportunity.objects.filter(pk="bob-deal").update(account_id="bob-account")
    page = as_bob.page(DEAL)
    assert "another account → became Bob's customer" in _history(page)[0]
    assert "Charlie's" not in page.text
    assert stages.bob.is_active


# Editing


def test_a_fact_is_edited_without_script(stages: Office, as_bob: Reader) -> None:
    page = as_bob.page(DEAL)
    (link,) = (a for a in page.all("a") if a.text == "Change Stage")
    form = as_bob.page(link.attrs["href"]).one("form", data_inplace="")
    offered = [o.text for o in form.one("select", name="value").all("option")]
    assert offered == ["New", "Offer", "Won"]
    answer = _edit(as_bob, "stage", "Won")
    assert answer.status_code == 302
    after = as_bob.page(answer.headers["Location"])
    assert after.one("div", role="status").text == "Stage changed to Won. Undo Z"
    deal = Opportunity.objects.get(pk="bob-deal")
    assert (deal.stage, deal.probability) == ("Won", 1)
    assert Change.objects.latest("pk").actor == stages.bob


def test_why_a_fact_changed_is_kept_with_it_also_past_a_mistake_and_a_conflict(
    stages: Office, as_alice: Reader, as_bob: Reader
) -> None:
    wrong = _page(_edit(as_bob, "amount_minor", "much", reason="<b>They asked</b>"))
    opened = wrong.one("form", data_inplace="")
    assert opened.one("input", name="reason").attrs["value"] == "<b>They asked</b>"
    assert "open" in opened.one("details", class_="why").attrs
    assert "open" not in as_bob.page(f"{DEAL}?edit=stage").one("details", class_="why").attrs
    seen = _seen(as_bob, DEAL, "amount_minor")
    _edit(as_alice, "amount_minor", "3k")
    form = {
        "do": "edit",
        "column": "amount_minor",
        "value": "4k",
        "reason": "They\0 asked" + 600 * "!",
    }
    clash = _page(as_bob.post(DEAL, seen=seen, **form)).one("form", data_inplace="")
    given = {i.attrs["name"]: i.attrs["value"] for i in clash.all("input")}
    assert as_bob.post(DEAL, do="edit", **given).status_code == 302
    assert "“They asked!!!" in _history(as_bob.page(DEAL))[0]
    assert len(Change.objects.latest("pk").reason) == 500
    assert stages.bob.is_active


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("3.2m", 320_000_000), ("450k", 45_000_000), ("1,250.50", 125_050), ("$ 1,250.5", 125_050),
        ("USD 2", 200), ("7 USD", 700), ("", None), ("1.2345k", 123_450), ("-5", -500), ("0", 0),
    ],
)  # fmt: skip
def test_an_amount_is_read_exactly(
    stages: Office, as_bob: Reader, typed: str, minor: int | None
) -> None:
    assert _edit(as_bob, "amount_minor", typed).status_code == 302
    assert Opportunity.objects.get(pk="bob-deal").amount_minor == minor
    assert stages.bob.is_active


@pytest.mark.parametrize(
    ("column", "typed", "sentence"),
    [
        ("amount_minor", "much", "Write an amount such as 3.2m"),
        ("amount_minor", "1.250,50", "Write an amount such as 3.2m"),
        ("amount_minor", "1.2345", "USD has 2 decimal places"),
        ("amount_minor", "€ 5", "This is kept in USD"),
        ("amount_minor", "9" * 29, "Ensure this value is less"),
        ("close_date", "31.3.2026", "Write a day as 2026-03-31"),
        ("stage", "Nowhere", "Choose one of the list"),
        ("owner_id", "nobody", "Choose one of the list"),
        ("account_id", "Charlie", "No account that you may see"),
        ("account_id", "customer", "Choose which of these accounts is meant"),
    ],
)
def test_what_does_not_fit_is_explained_beside_the_field(
    stages: Office, as_bob: Reader, column: str, typed: str, sentence: str
) -> None:
    Account.objects.create(id="a2", name="A second customer", owner_id="bob")
    before = version_now(Opportunity(id="bob-deal"))
    answer = _edit(as_bob, column, typed)
    assert answer.status_code == 422
    form = _page(answer).one("form", data_inplace="")
    assert sentence in form.one("p", role="alert").text
    assert version_now(Opportunity(id="bob-deal")) == before
    assert stages.bob.is_active


def test_money_without_a_currency_takes_the_one_typed(stages: Office, as_bob: Reader) -> None:
    Opportunity.objects.filter(pk="bob-deal").update(amount_minor=None, currency=None)
    assert "Name the currency" in _alerts(_edit(as_bob, "amount_minor", "5"))
    assert _edit(as_bob, "amount_minor", "JPY 5k").status_code == 302
    deal = Opportunity.objects.get(pk="bob-deal")
    assert (deal.amount_minor, deal.currency) == (5_000, "JPY")
    assert stages.bob.is_active


def test_an_account_is_searched_among_those_one_may_see(stages: Office, as_bob: Reader) -> None:
    Account.objects.create(id="a2", name="Customer of mine", owner_id="bob")
    page = as_bob.page(f"{DEAL}?edit=account_id&find=customer")
    found = [label.text for label in page.one("div", data_found="").all("label")]
    assert found == ["Customer of mine", "Bob's customer"]
    assert _edit(as_bob, "account_id", "customer", chosen="charlie-account").status_code == 422
    assert _edit(as_bob, "account_id", "customer", chosen="a2").status_code == 302
    assert Opportunity.objects.get(pk="bob-deal").account_id == "a2"
    assert _edit(as_bob, "account_id", "bob's CUSTOMER").status_code == 302
    assert Opportunity.objects.get(pk="bob-deal").account_id == "bob-account"
    assert stages.bob.is_active


def test_only_who_is_active_is_offered_as_owner_and_who_owns_it(
    stages: Office, as_bob: Reader
) -> None:
    Person.objects.create(id="eve", name="Eve", is_active=False)
    Person.objects.filter(pk="bob").update(is_active=False)
    form = as_bob.page(f"{DEAL}?edit=owner_id").one("form", data_inplace="")
    offered = [o.attrs["value"] for o in form.all("option")]
    assert offered == ["", "alice", "bob", "charlie"]
    assert stages.bob.is_active


def test_what_is_given_away_is_said_to_be_and_seen_no_more(stages: Office, as_bob: Reader) -> None:
    answer = _edit(as_bob, "owner_id", "charlie")
    assert "no longer among what you may see" in as_bob.page(answer.headers["Location"]).text
    assert as_bob.get(DEAL).status_code == 404
    change = Change.objects.latest("pk").pk
    answer = as_bob.post("/undo/opportunity/bob-deal", change=change)
    assert answer.status_code == 400
    assert "Only who may edit everything" in _alerts(answer)
    assert Opportunity.objects.get(pk="bob-deal").owner_id == "charlie"
    assert stages.bob.is_active


def test_a_stage_that_no_pipeline_knows_may_be_written_but_not_left_out(
    stages: Office, as_bob: Reader
) -> None:
    Opportunity.objects.filter(pk="bob-deal").update(pipeline="Unknown")
    assert "Stage is needed" in _alerts(_edit(as_bob, "stage", " "))
    assert _edit(as_bob, "stage", "Talks").status_code == 302
    assert Opportunity.objects.get(pk="bob-deal").stage == "Talks"
    assert stages.bob.is_active


def test_saving_what_stands_already_is_no_change(stages: Office, as_bob: Reader) -> None:
    before = version_now(Opportunity(id="bob-deal"))
    assert _edit(as_bob, "amount_minor", "1,000").headers["Location"] == DEAL
    assert version_now(Opportunity(id="bob-deal")) == before
    assert stages.bob.is_active


@pytest.mark.parametrize("form", [{"column": "deleted_at"}, {"column": "id"}, {"column": "x"}, {}])
def test_what_is_no_fact_is_not_edited(
    stages: Office, as_bob: Reader, form: dict[str, str]
) -> None:
    answer = as_bob.post(DEAL, do="edit", value="x", seen="1", **form)
    assert answer.status_code == 400
    assert "no such fact" in _alerts(answer)
    assert stages.bob.is_active


def test_who_may_only_look_is_told_so(stages: Office, as_: As) -> None:
    stages.ravi.role = "analyst"
    stages.ravi.save()
    deal = Opportunity.objects.get(pk="bob-deal")
    share_record(stages.bob, deal, system_clock, person=stages.charlie.person)
    for reader in ("ravi", "charlie"):
        page = as_(reader).page(DEAL)
        assert not [a for a in page.all("a") if a.text.startswith("Change")]
        assert "Delete" not in page.text
        seen = str(version_now(Opportunity(id="bob-deal")))
        edit = {"do": "edit", "column": "name", "value": "Mine", "seen": seen}
        for answer in (
            as_(reader).get(f"{DEAL}?edit=name"),
            as_(reader).post(DEAL, **edit),
            as_(reader).post(DEAL, do="delete", reason="x"),
        ):
            assert answer.status_code == 403
            assert "but not change it" in _alerts(answer)
    assert Opportunity.objects.get(pk="bob-deal").name == "Bob's deal"


@pytest.mark.parametrize(
    ("column", "typed", "kept"),
    [
        ("name", "  Mill & Sons ", "Mill & Sons"),
        ("industry", "Media", "Media"),
        ("employees", "1,200", 1_200),
        ("annual_revenue_minor", "EUR 3.2m", 320_000_000),
        ("parent_id", "Another", "a2"),
        ("owner_id", "alice", "alice"),
    ],
)
def test_an_account_is_edited_like_a_deal(
    stages: Office, as_alice: Reader, column: str, typed: str, kept: Any
) -> None:
    Account.objects.create(id="a2", name="Another", owner_id="bob")
    address = "/accounts/bob-account"
    assert _edit(as_alice, column, typed, address).status_code == 302
    assert getattr(Account.objects.get(pk="bob-account"), column) == kept
    assert stages.bob.is_active


@pytest.mark.parametrize(
    ("column", "typed", "sentence"),
    [
        ("name", " ", "Name is needed"),
        ("employees", "few", "Write a whole number"),
        ("parent_id", "Bob's customer", "cannot belong to itself"),
        ("annual_revenue_minor", "5", "Name the currency"),
    ],
)
def test_what_does_not_fit_an_account_is_explained(
    stages: Office, as_bob: Reader, column: str, typed: str, sentence: str
) -> None:
    answer = _edit(as_bob, column, typed, "/accounts/bob-account")
    assert answer.status_code == 422
    assert sentence in _alerts(answer)
    assert stages.bob.is_active


# Two people


def test_two_who_edit_the_same_fact_see_both_values_and_choose(
    stages: Office, as_alice: Reader, as_bob: Reader
) -> None:
    seen = _seen(as_bob, DEAL, "amount_minor")
    assert _edit(as_alice, "amount_minor", "3k").status_code == 302
    form = {"do": "edit", "column": "amount_minor", "value": "4k"}
    answer = as_bob.post(DEAL, seen=seen, **form)
    assert answer.status_code == 409
    clash = _page(answer).one("div", class_="notice warn clash").text
    assert "Alice changed this on" in clash
    assert "Now $3,000 Yours 4k" in clash
    assert Opportunity.objects.get(pk="bob-deal").amount_minor == 300_000
    again = _page(answer).one("form", data_inplace="")
    given = {i.attrs["name"]: i.attrs["value"] for i in again.all("input")}
    assert as_bob.post(DEAL, do="edit", **given).status_code == 302
    assert Opportunity.objects.get(pk="bob-deal").amount_minor == 400_000
    assert stages.bob.is_active


def test_the_account_one_had_chosen_is_still_chosen_after_a_conflict(
    stages: Office, as_alice: Reader, as_bob: Reader
) -> None:
    for key in ("a2", "a3"):
        Account.objects.create(id=key, name="Twin", owner_id="bob")
    seen = _seen(as_bob, DEAL, "account_id")
    _edit(as_alice, "account_id", "Alice's customer")
    form = {"do": "edit", "column": "account_id", "value": "tw", "chosen": "a3"}
    answer = as_bob.post(DEAL, seen=seen, **form)
    assert answer.status_code == 409
    assert "Now Alice's customer Yours Twin" in _page(answer).text
    again = _page(answer).one("form", data_inplace="")
    given = {i.attrs["name"]: i.attrs["value"] for i in again.all("input")}
    assert as_bob.post(DEAL, do="edit", **given).status_code == 302
    assert Opportunity.objects.get(pk="bob-deal").account_id == "a3"
    assert stages.bob.is_active


def test_two_who_edit_different_facts_are_both_heard(
    stages: Office, as_alice: Reader, as_bob: Reader
) -> None:
    seen = _seen(as_bob, DEAL, "next_step")
    _edit(as_alice, "amount_minor", "3k")
    form = {"do": "edit", "column": "next_step", "value": "Call", "seen": seen}
    assert as_bob.post(DEAL, **form).status_code == 302
    deal = Opportunity.objects.get(pk="bob-deal")
    assert (deal.amount_minor, deal.next_step) == (300_000, "Call")
    assert stages.bob.is_active


# Undoing and deleting


def _undo(reader: Reader, page: Markup) -> Any:
    """The answer to the Undo that a page offers for what was just done."""
    form = page.one("form", data_undo="")
    return reader.post(form.attrs["action"], change=form.one("button").attrs["value"])


def test_what_was_saved_is_undone_and_done_again(stages: Office, as_bob: Reader) -> None:
    saved = as_bob.page(_edit(as_bob, "stage", "Won").headers["Location"])
    undone = as_bob.page(_undo(as_bob, saved).headers["Location"])
    assert undone.one("div", role="status").text == "Undone: stage is New again. Undo Z"
    assert Opportunity.objects.get(pk="bob-deal").stage == "New"
    again = as_bob.page(_undo(as_bob, undone).headers["Location"])
    assert "stage is Won again" in again.text
    assert stages.bob.is_active


def test_history_offers_undo_only_where_nothing_came_after(
    stages: Office, as_alice: Reader, as_bob: Reader
) -> None:
    first = as_bob.page(_edit(as_bob, "stage", "Won").headers["Location"])
    _edit(as_alice, "next_step", "Call")
    offered = as_bob.page(DEAL).all("button", name="change")
    assert [b.attrs["value"] for b in offered] == [str(Change.objects.latest("pk").pk)]
    answer = _undo(as_bob, first)
    assert answer.status_code == 400
    assert "Somebody changed it since" in _alerts(answer)
    assert Opportunity.objects.get(pk="bob-deal").stage == "Won"
    assert stages.bob.is_active


def test_others_neither_undo_nor_learn_that_there_was_something(
    stages: Office, as_bob: Reader, as_charlie: Reader
) -> None:
    _edit(as_bob, "stage", "Won")
    change = Change.objects.latest("pk").pk
    for address in ("/undo/opportunity/bob-deal", "/undo/opportunity/charlie-deal"):
        assert as_charlie.post(address, change=change).status_code == 404
    assert as_charlie.post("/undo/opportunity/charlie-deal", change=change + 99).status_code == 404
    assert as_charlie.get("/gone/opportunity/bob-deal", done=change).status_code == 404
    assert as_bob.get("/undo/opportunity/bob-deal").status_code == 405
    assert Opportunity.objects.get(pk="bob-deal").stage == "Won"
    assert stages.bob.is_active


@pytest.mark.parametrize(
    ("noun", "address", "status"),
    [(Opportunity, DEAL, 410), (Account, "/accounts/bob-account", 404)],
)
def test_deleting_needs_a_reason_and_is_undone(
    stages: Office, as_alice: Reader, as_bob: Reader, noun: Any, address: str, status: int
) -> None:
    refused = as_bob.post(address, do="delete", reason=" ")
    assert refused.status_code == 422
    assert "Say why it is deleted" in _alerts(refused)
    gone = as_bob.post(address, do="delete", reason="Twice").headers["Location"]
    page = as_bob.page(gone)
    assert "is deleted" in page.text
    assert as_bob.get(address).status_code == as_alice.get(address).status_code == status
    assert as_alice.get(gone).status_code == 404
    assert Change.objects.latest("pk").reason == "Twice"
    back = _undo(as_bob, page).headers["Location"]
    assert "Undone: brought back." in as_bob.page(back).text
    assert noun.objects.get(pk=address.split("/")[2]).deleted_at is None
    assert stages.bob.is_active


def test_the_page_of_a_deleted_deal_tells_its_history_to_who_saw_it_and_who_may_edit_it_the_way_back(
    stages: Office, as_alice: Reader, as_bob: Reader, as_charlie: Reader
) -> None:
    as_bob.post(DEAL, do="delete", reason="Twice")
    only_looks = Reader(make_login("Ada", "analyst"))
    for reader, ways_back in ((as_alice, 1), (as_bob, 1), (only_looks, 0)):
        page = reader.page(DEAL, status=410)
        assert "This deal was deleted on" in page.one("div", role="status").text
        assert "“Twice”" in page.text
        assert len(page.all("form", action=DELETED)) == ways_back
        assert page.faults == []
    assert as_charlie.get(DEAL).status_code == 404
    assert as_bob.post(DEAL, column="stage", value="Won").status_code == 404
    back = as_alice.post(DELETED, key="bob-deal").headers["Location"]
    assert "Brought back." in as_alice.page(back).one("div", role="status").text
    assert "Brought back" in as_bob.page(DEAL).text
    assert stages.bob.is_active


def test_what_was_deleted_is_listed_for_who_saw_it_and_comes_back_by_who_may_edit_it(
    stages: Office, as_alice: Reader, as_bob: Reader, as_charlie: Reader
) -> None:
    as_bob.post(DEAL, do="delete", reason="Twice")
    as_bob.post("/accounts/bob-account", do="delete", reason="Closed down")
    only_looks = Reader(make_login("Ada", "analyst"))
    for reader, ways_back in ((as_alice, 1), (as_bob, 1), (only_looks, 0)):
        page = reader.page(DELETED)
        assert page.faults == []
        (line,) = page.one("ol", class_="told").all("li")
        assert "Bob's deal of Bob" in line.text
        assert "by Bob “Twice”" in line.text
        assert len(line.all("form", action=DELETED)) == ways_back
        assert "Accounts" in page.one("nav", aria_label="Of what").text
    assert "Nothing of this kind that you may see is deleted" in as_charlie.page(DELETED).text
    assert "Nothing deleted has “mill”" in as_bob.page(f"{DELETED}?q=mill").text
    assert as_charlie.post(DELETED, key="bob-deal").status_code == 404
    assert only_looks.post(DELETED, key="bob-deal").status_code == 403
    back = as_alice.post("/deleted/account", key="bob-account").headers["Location"]
    assert "Brought back." in as_alice.page(back).one("div", role="status").text
    assert "Nothing of this kind" in as_bob.page("/deleted/account").text
    assert "Bob's deal" in as_bob.page(DELETED).text
    assert stages.bob.is_active


# Creating


def test_a_deal_is_made_from_its_account_and_taken_back(stages: Office, as_bob: Reader) -> None:
    buttons = as_bob.page("/accounts/bob-account").all("a", class_="btn")
    way = next(a.attrs["href"] for a in buttons if a.text == "New opportunity")
    form = as_bob.page(way)
    assert form.one("input", name="chosen").attrs["value"] == "bob-account"
    assert form.faults == []
    given = {"name": "Quay", "account": "Bob's customer", "chosen": "bob-account", "stage": "s2"}
    answer = as_bob.post("/new/opportunity", amount="EUR 1.5k", close_date="2026-09-30", **given)
    made = Opportunity.objects.get(name="Quay")
    assert (made.owner_id, made.account_id, made.stage, made.pipeline) == (
        "bob", "bob-account", "Offer", "Sales",
    )  # fmt: skip
    assert (made.amount_minor, made.currency, str(made.close_date)) == (
        150_000,
        "EUR",
        "2026-09-30",
    )
    page = as_bob.page(answer.headers["Location"])
    assert page.one("div", role="status").text == "Created. Undo Z"
    gone = as_bob.page(_undo(as_bob, page).headers["Location"])
    assert "is deleted" in gone.text
    assert as_bob.get(f"/opportunities/{made.pk}").status_code == 410
    assert stages.bob.is_active


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": " "}, "Name is needed"),
        ({"stage": "s9"}, "Choose one of the list"),
        ({"amount": "5"}, "Name the currency"),
        ({"close_date": "soon"}, "Write a day as"),
        ({"account": "Charlie's customer", "chosen": "charlie-account"}, "No account"),
    ],
)
def test_what_a_new_deal_lacks_is_said_and_what_was_typed_stays(
    stages: Office, as_bob: Reader, changed: dict[str, str], sentence: str
) -> None:
    given = {"name": "Quay", "stage": "s2", "amount": "USD 5", **changed}
    answer = as_bob.post("/new/opportunity", **given)
    assert answer.status_code == 422
    assert sentence in _alerts(answer)
    assert _page(answer).one("input", name="amount").attrs["value"] == given["amount"]
    assert not Opportunity.objects.filter(name="Quay").exists()
    assert stages.bob.is_active


def test_the_list_leads_to_a_new_deal_for_who_may_make_one(stages: Office, as_bob: Reader) -> None:
    draw_book(settings.SALESOPS_BOOK, person="id  name\nbob  Bob")

    def ways(reader: Reader, address: str) -> list[str]:
        page = reader.page(address).one("main")
        return [a.attrs["href"] for a in page.all("a")]

    assert "/new/opportunity" in ways(as_bob, "/opportunities")
    assert "/new/opportunity" not in ways(as_bob, "/accounts")
    analyst = Reader(make_login("Ada", "analyst"))
    assert "New opportunity" not in analyst.page("/opportunities").text
    assert stages.bob.is_active


@pytest.mark.parametrize(
    ("address", "title"),
    [("/account", "My account"), ("/accounts/bob-account", "Accounts"), (DEAL, "Opportunities")],
)
def test_the_menu_says_where_one_is(
    stages: Office, as_bob: Reader, address: str, title: str
) -> None:
    draw_book(settings.SALESOPS_BOOK, person="id  name\nbob  Bob")
    menu = as_bob.page(address).one("nav", aria_label="Main")
    assert [a.text for a in menu.all("a", aria_current="page")] == [title]
    assert stages.bob.is_active


def test_an_analyst_makes_no_deals(stages: Office) -> None:
    analyst = Reader(make_login("Ada", "analyst"))
    assert "New opportunity" not in analyst.page("/accounts/bob-account").text
    answer = analyst.post("/new/opportunity", name="Quay", stage="s1")
    assert answer.status_code == 403
    assert "may not create" in _alerts(answer)
    assert stages.bob.is_active
