"""A company adds fields to its records: who may, what values fit, and nothing a record says is lost by it."""

from __future__ import annotations

from typing import Any

import pytest

from salesops.actions.define_field import define_field, edit_field, move_field
from salesops.actions.edit_in_bulk import Alike, edit_alike
from salesops.actions.edit_record import Overtaken, Unfit, edit_record, version_now
from salesops.actions.merge_records import merge_records
from salesops.actions.undo_change import undo_change
from salesops.foundations.clock import system_clock as clock
from salesops.foundations.problem import Refusal
from salesops.records.custom_field import CustomField, defined
from salesops.records.models import Account, Change, Opportunity
from tests.office.readers import Office

pytestmark = pytest.mark.django_db


def _define(office: Office, label: str = "Partner", kind: str = "text", **more: Any) -> CustomField:
    noun = more.pop("noun", "opportunity")
    return define_field(office.ravi, noun, label, kind, clock, **more)


def _edit(office: Office, column: str, value: Any, **more: Any) -> Change:
    return edit_record(office.bob, Opportunity, "bob-deal", {column: value}, clock, **more)


def _custom(key: str = "bob-deal") -> dict[str, Any]:
    found: dict[str, Any] = Opportunity.objects.get(pk=key).custom
    return found


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", "  Acme ", "Acme"),
        ("number", "1,250.50", "1250.5"),
        ("number", "-0.000", "0"),
        ("money", 125_050, 125_050),
        ("date", "2026-03-31", "2026-03-31"),
        ("choice", "Silver", "Silver"),
        ("person", "alice", "alice"),
        ("number", " ", None),
    ],
)
def test_a_value_is_kept_exactly_as_its_kind_has_it(
    office: Office, kind: str, given: Any, kept: Any
) -> None:
    field = _define(office, "It", kind, choices="Gold\nSilver")
    _edit(office, field.name, given)
    assert _custom() == ({} if kept is None else {"it": kept})


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("number", "many"),
        ("number", "NaN"),
        ("number", "0.1234567"),
        ("number", "1234567890123"),
        ("money", "12.50"),
        ("date", "31.3.2026"),
        ("choice", "Bronze"),
        ("person", "nobody"),
    ],
)
def test_what_does_not_fit_is_refused_and_says_which_field(
    office: Office, kind: str, given: Any
) -> None:
    field = _define(office, "It", kind, choices="Gold\nSilver")
    with pytest.raises(Unfit) as refused:
        _edit(office, field.name, given)
    assert refused.value.column == "custom.it"
    assert _custom() == {}


def test_only_operations_and_administrators_define_fields(office: Office) -> None:
    for actor in (office.alice, office.bob, office.charlie):
        with pytest.raises(Refusal, match="Only administrators"):
            define_field(actor, "account", "Tier", "text", clock)
    field = define_field(office.dora, "account", "Tier", "text", clock)
    with pytest.raises(Refusal, match="Only administrators"):
        edit_field(office.alice, field.pk, {"label": "Rank"}, clock, seen=version_now(field))


def test_a_stranger_gives_no_value_and_the_leader_does(office: Office) -> None:
    field = _define(office)
    with pytest.raises(Refusal, match="no such record"):
        edit_record(office.charlie, Opportunity, "bob-deal", {field.name: "X"}, clock)
    edit_record(office.alice, Opportunity, "bob-deal", {field.name: "X"}, clock)
    assert _custom() == {"partner": "X"}


def test_two_people_edit_two_fields_and_only_the_same_field_clashes(office: Office) -> None:
    one, other = _define(office), _define(office, "Segment")
    seen = version_now(Opportunity.objects.get(pk="bob-deal"))
    edit_record(office.alice, Opportunity, "bob-deal", {one.name: "Acme"}, clock, seen=seen)
    _edit(office, other.name, "Mid", seen=seen)
    with pytest.raises(Overtaken) as overtaken:
        _edit(office, one.name, "Bolt", seen=seen)
    (clash,) = overtaken.value.clashes
    assert (clash.wanted, clash.now, clash.by) == ("Bolt", "Acme", "Alice")
    assert _custom() == {"partner": "Acme", "segment": "Mid"}


def test_undo_takes_one_value_back(office: Office) -> None:
    field = _define(office)
    _edit(office, field.name, "Acme")
    change = _edit(office, field.name, "Bolt")
    undo_change(office.bob, change, clock)
    assert _custom() == {"partner": "Acme"}


def test_many_get_one_value_and_each_keeps_its_others(office: Office) -> None:
    one, other = _define(office), _define(office, "Segment")
    _edit(office, one.name, "Acme")
    keys = ("alice-deal", "bob-deal", "charlie-deal")
    edit_alike(office.ravi, Opportunity, [Alike({other.name: "Mid"}, keys)], clock)
    assert [_custom(key) for key in keys] == [
        {"segment": "Mid"}, {"partner": "Acme", "segment": "Mid"}, {"segment": "Mid"}
    ]  # fmt: skip


def test_a_choice_that_is_offered_no_longer_stays_where_it_stands(office: Office) -> None:
    field = _define(office, "Tier", "choice", choices="Gold\nSilver")
    _edit(office, field.name, "Silver")
    edit_field(office.ravi, field.pk, {"choices": "Gold"}, clock, seen=version_now(field))
    field.refresh_from_db()
    assert (field.offered, field.retired) == (["Gold"], ["Silver"])
    _edit(office, field.name, "Silver")  # as it is
    with pytest.raises(Unfit, match="not among the choices"):
        edit_record(office.alice, Opportunity, "alice-deal", {field.name: "Silver"}, clock)
    assert _custom() == {"tier": "Silver"}


def test_a_retired_field_takes_no_value_and_loses_none(office: Office) -> None:
    field = _define(office)
    _edit(office, field.name, "Acme")
    edit_field(office.ravi, field.pk, {"is_active": False}, clock, seen=version_now(field))
    with pytest.raises(Unfit, match="no longer in use"):
        _edit(office, field.name, "Bolt")
    assert _custom() == {"partner": "Acme"}
    assert defined("opportunity") == []


def test_a_field_keeps_its_key_whatever_it_is_called(office: Office) -> None:
    field = _define(office, "Größe & Art")
    edit_field(office.ravi, field.pk, {"label": "Size"}, clock, seen=version_now(field))
    field.refresh_from_db()
    assert (field.key, str(field)) == ("groe_art", "Size")


def test_no_two_fields_are_called_alike_in_conditions(office: Office) -> None:
    money = _define(office, "Budget", "money")
    text = _define(office, "Budget minor")
    assert (money.in_book.name, text.in_book.name) == (
        "custom_budget_minor",
        "custom_budget_minor_2",
    )
    for label in ("budget", "Next step", " "):
        with pytest.raises(Unfit):
            _define(office, label)
    with pytest.raises(Unfit, match="no currency"):
        _define(office, "Budget", "money", noun="lead")


def test_fields_are_moved_by_one_change(office: Office) -> None:
    for label in ("One", "Two", "Three"):
        _define(office, label)
    change = move_field(office.ravi, "opportunity.three", 1, clock)
    assert [str(f) for f in defined("opportunity")] == ["Three", "One", "Two"]
    undo_change(office.ravi, change, clock)
    assert [str(f) for f in defined("opportunity")] == ["One", "Two", "Three"]


def test_a_merge_carries_fields_but_no_money_into_another_currency(office: Office) -> None:
    for label, kind in (("Tier", "text"), ("Fee", "money"), ("Budget", "money")):
        _define(office, label, kind, noun="account")
    Account.objects.filter(pk="alice-account").update(currency="EUR", custom={"tier": "A"})
    Account.objects.filter(pk="bob-account").update(
        currency="USD", custom={"tier": "B", "fee": 100}
    )
    Account.objects.filter(pk="charlie-account").update(currency="EUR", custom={"budget": 200})
    merge_records(office.ravi, Account, "alice-account", ["bob-account", "charlie-account"], clock)
    assert Account.objects.get(pk="alice-account").custom == {"budget": 200, "tier": "A"}


def test_who_defines_no_fields_undoes_none(office: Office) -> None:
    field = _define(office)
    change = edit_field(office.ravi, field.pk, {"label": "Ally"}, clock, seen=version_now(field))
    office.alice.role = "representative"
    with pytest.raises(Refusal, match="Only administrators"):
        undo_change(office.alice, change, clock)
