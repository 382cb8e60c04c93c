"""Every change is kept, whichever road it took, with who, why and since when."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from salesops.actions.changing import changing
from salesops.foundations.clock import fixed_clock
from salesops.records.change import Change
from salesops.records.context import history_written_by_hand, within
from salesops.records.models import NOUNS, Opportunity, OpportunityVersion
from salesops.records.record import FOREVER, Version
from salesops.records.triggers import install
from salesops.records.user import User

pytestmark = pytest.mark.django_db

MAY = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)


def _history(key: str) -> list[Version]:
    return list(OpportunityVersion.objects.filter(record_id=key).order_by("version"))


def _change(at: datetime = MAY, **more: object) -> Change:
    return Change.objects.create(at=at, effective_at=at, verb="try", door="system", **more)


def _twice_the_same_key() -> None:
    with changing(None, "twice", fixed_clock(MAY)):
        Opportunity.objects.create(id="one", name="Mill")
        Opportunity.objects.create(id="one", name="Quay")


def test_a_new_record_has_one_version_that_lasts() -> None:
    deal = Opportunity.objects.create(name="Mill", amount_minor=100)
    (version,) = _history(deal.id)
    assert (version.name, version.amount_minor, version.ends_at) == ("Mill", 100, FOREVER)


def test_versions_follow_each_other_without_a_gap() -> None:
    deal = Opportunity.objects.create(name="Mill", stage="New")
    for stage in ("Pitched", "Won"):
        deal.stage = stage
        deal.save()
    versions = _history(deal.id)
    assert [v.stage for v in versions] == ["New", "Pitched", "Won"]
    assert all(a.ends_at == b.begins_at for a, b in itertools.pairwise(versions))
    assert versions[-1].ends_at == FOREVER


def test_saving_without_a_difference_makes_no_version() -> None:
    deal = Opportunity.objects.create(name="Mill", custom={"a": 1})
    deal.save()
    Opportunity.objects.update(name="Mill")
    assert len(_history(deal.id)) == 1


@pytest.mark.parametrize("road", ["save", "update", "bulk_update", "raw"])
def test_each_road_leaves_a_version(road: str) -> None:
    deal = Opportunity.objects.create(name="Mill")
    deal.name = "Quay"
    match road:
        case "save":
            deal.save()
        case "update":
            Opportunity.objects.filter(id=deal.id).update(name="Quay")
        case "bulk_update":
            Opportunity.objects.bulk_update([deal], ["name"])
        case _:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE opportunity SET name = 'Quay' WHERE id = %s", [deal.id])
    assert [v.name for v in _history(deal.id)] == ["Mill", "Quay"]


def test_rows_made_in_bulk_have_a_version_each() -> None:
    Opportunity.objects.bulk_create([Opportunity(name=f"Deal {n}") for n in range(300)])
    assert OpportunityVersion.objects.filter(ends_at=FOREVER).count() == 300


def test_a_change_says_who_and_why() -> None:
    alice = User.objects.create_user("Alice@example.com", role="sales_leader")
    with changing(alice, "create_opportunity", fixed_clock(MAY), reason="They called.") as made:
        deal = Opportunity.objects.create(name="Mill")
    with changing(alice, "edit_opportunity", fixed_clock(MAY + timedelta(hours=1))) as edited:
        Opportunity.objects.filter(id=deal.id).update(name="Quay")
    first, second = _history(deal.id)
    assert (first.opened_by, first.closed_by, second.opened_by) == (made.pk, edited.pk, edited.pk)
    assert (first.begins_at, second.begins_at) == (MAY, MAY + timedelta(hours=1))
    assert Change.objects.get(pk=made.pk).actor == alice


def test_what_goes_around_the_actions_is_kept_as_from_outside() -> None:
    with changing(None, "create_opportunity", fixed_clock(MAY)):
        deal = Opportunity.objects.create(name="Mill")
    Opportunity.objects.filter(id=deal.id).update(name="Quay")
    assert _history(deal.id)[-1].opened_by is None


def test_an_inner_change_does_not_end_the_outer_one() -> None:
    with changing(None, "outer", fixed_clock(MAY)) as outer:
        with changing(None, "inner", fixed_clock(MAY)) as inner:
            first = Opportunity.objects.create(name="Mill")
        second = Opportunity.objects.create(name="Quay")
    assert _history(first.id)[0].opened_by == inner.pk
    assert _history(second.id)[0].opened_by == outer.pk


def test_a_failed_inner_change_leaves_the_outer_one_as_it_was() -> None:
    with changing(None, "outer", fixed_clock(MAY)) as outer:
        with pytest.raises(IntegrityError):
            _twice_the_same_key()
        deal = Opportunity.objects.create(name="Quay")
    assert Opportunity.objects.count() == 1
    assert _history(deal.id)[0].opened_by == outer.pk
    assert not Change.objects.filter(verb="twice").exists()


def test_a_change_that_fails_leaves_nothing() -> None:
    with pytest.raises(IntegrityError):
        _twice_the_same_key()
    assert not Opportunity.objects.exists()
    assert not OpportunityVersion.objects.exists()
    assert not Change.objects.exists()
    deal = Opportunity.objects.create(name="Later")
    assert _history(deal.id)[0].opened_by is None


def test_a_clock_that_was_set_back_puts_no_version_before_another() -> None:
    with changing(None, "first", fixed_clock(MAY)):
        deal = Opportunity.objects.create(name="Mill")
    with changing(None, "second", fixed_clock(MAY - timedelta(days=3))):
        Opportunity.objects.filter(id=deal.id).update(name="Quay")
    first, second = _history(deal.id)
    assert first.begins_at == first.ends_at == second.begins_at == MAY


def test_deleting_a_row_ends_its_history_and_says_who_did_it() -> None:
    deal = Opportunity.objects.create(name="Mill")
    key = deal.id
    with changing(None, "erase", fixed_clock(datetime(2030, 1, 1, tzinfo=UTC))) as change:
        deal.delete()
    last, tombstone = _history(key)
    assert last.closed_by == tombstone.opened_by == change.pk
    assert tombstone.is_tombstone
    assert last.ends_at == tombstone.begins_at == tombstone.ends_at


def test_a_key_never_changes() -> None:
    deal = Opportunity.objects.create(name="Mill")
    with pytest.raises(DatabaseError, match="key of a record never changes"), transaction.atomic():
        Opportunity.objects.filter(id=deal.id).update(id="other")


def test_who_writes_history_by_hand_is_not_in_the_triggers_way() -> None:
    with transaction.atomic(), history_written_by_hand():
        Opportunity.objects.create(id="one", name="Mill")
    assert not _history("one")
    Opportunity.objects.filter(id="one").update(name="Quay")
    assert [v.name for v in _history("one")] == ["Quay"]


@pytest.mark.django_db(transaction=True)
def test_a_context_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="inside a transaction"), within(1, MAY):
        pass


def test_emptying_a_table_at_once_is_refused_or_kept_row_by_row() -> None:
    deal = Opportunity.objects.create(name="Mill")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM opportunity")
            assert _history(deal.id)[-1].is_tombstone
            return
        cursor.execute("SET salesops.may_be_emptied = 'off'")
        with pytest.raises(DatabaseError, match="deleted one by one"), transaction.atomic():
            cursor.execute("TRUNCATE opportunity")
        cursor.execute("RESET salesops.may_be_emptied")
    assert Opportunity.objects.count() == 1


@pytest.mark.parametrize("name", NOUNS)
def test_every_noun_keeps_its_versions(name: str) -> None:
    noun = NOUNS[name]
    record = noun.objects.create()
    noun.objects.filter(id=record.id).update(origin="elsewhere")
    assert [v.origin for v in noun.versions.objects.order_by("version")] == ["", "elsewhere"]


def test_triggers_are_made_again_after_a_table_was_rebuilt() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute('DROP TRIGGER "opportunity_history_insert"')
        else:
            cursor.execute('DROP TRIGGER "opportunity_history" ON opportunity')
    missed = Opportunity.objects.create(name="Mill")
    assert not _history(missed.id)
    install(connection)
    kept = Opportunity.objects.create(name="Quay")
    assert len(_history(kept.id)) == 1
