"""History is sealed in a chain, and whatever is done to it afterwards is found and named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from salesops.actions.changing import changing
from salesops.foundations.clock import fixed_clock
from salesops.records import sealing
from salesops.records.models import Opportunity, OpportunityVersion, Seal, Seen
from salesops.records.sealing import Broken, seal_some, verify
from salesops.records.seen import EXPORT, note_taken

pytestmark = pytest.mark.django_db

MAY = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
LATER = MAY + timedelta(days=2)


def _run(sql: str, *values: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def _broken() -> Broken:
    found = verify(LATER).broken
    assert found is not None
    return found


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Five states of two deals and an export, sealed by threes; the keys of the states."""
    monkeypatch.setattr(sealing, "A_SEAL", 3)
    with changing(None, "create_opportunity", fixed_clock(MAY)):
        deal = Opportunity.objects.create(id="mill", name="Mill", amount_minor=100)
        Opportunity.objects.create(id="quay", name="Quay", custom={"b": 1, "a": [2.5, "ü"]})
    for stage in ("New", "Pitched", "Won"):
        Opportunity.objects.filter(pk=deal.pk).update(stage=stage)
    note_taken(None, EXPORT, "/opportunities?export=csv", MAY)
    assert seal_some(fixed_clock(MAY), seconds=60)
    return list(OpportunityVersion.objects.order_by("version").values_list("version", flat=True))


def test_history_as_it_was_written_is_whole(sealed: list[int]) -> None:
    found = verify(LATER)
    assert (found.broken, found.seals, found.rows) == (None, 4, len(sealed) + 2)


def test_what_goes_on_afterwards_leaves_the_seals_whole(sealed: list[int]) -> None:
    Opportunity.objects.filter(pk="mill").update(stage="Lost")
    Opportunity.objects.filter(pk="quay").delete()
    assert verify(LATER).broken is None
    assert seal_some(fixed_clock(LATER), seconds=60)
    found = verify(LATER + timedelta(days=2))
    assert (found.broken, found.rows) == (None, len(sealed) + 4)


def test_sealing_again_adds_nothing(sealed: list[int]) -> None:  # noqa: ARG001  the seals
    before = Seal.objects.count()
    assert seal_some(fixed_clock(MAY), seconds=60)
    assert Seal.objects.count() == before


def test_the_first_row_altered_by_sql_is_named(sealed: list[int]) -> None:
    for key in (sealed[3], sealed[1]):
        _run("UPDATE opportunity_version SET amount_minor = 7 WHERE version = %s", key)
    found = _broken()
    assert (found.how, found.table, found.key) == ("altered", "opportunity_version", sealed[1])
    assert found.record_id == OpportunityVersion.objects.get(pk=sealed[1]).record_id


def test_a_row_that_was_removed_is_named(sealed: list[int]) -> None:
    _run("DELETE FROM opportunity_version WHERE version = %s", sealed[2])
    found = _broken()
    assert (found.how, found.key) == ("removed", sealed[2])


def test_a_row_that_was_put_between_is_named(sealed: list[int]) -> None:
    version = OpportunityVersion.objects.get(pk=sealed[0])
    version.pk = -5
    version.save(force_insert=True)
    found = _broken()
    assert (found.how, found.table, found.key) == ("inserted", "opportunity_version", -5)


def test_an_altered_line_of_who_saw_what_is_named(sealed: list[int]) -> None:  # noqa: ARG001
    Seen.objects.update(what="/")
    assert (_broken().how, _broken().table) == ("altered", "seen")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE seal SET keys = '1-2' WHERE number = 2",
        "DELETE FROM seal WHERE number = 2",
        "UPDATE seal SET link = 'x' WHERE number = 2",
    ],
)
def test_a_seal_that_was_changed_is_named(sealed: list[int], sql: str) -> None:  # noqa: ARG001
    _run(sql)
    assert (_broken().how, _broken().number) == ("chain", 2)


def test_a_chain_written_anew_differs_from_a_seal_that_was_noted(sealed: list[int]) -> None:
    last = verify(LATER).last
    assert last is not None
    assert verify(LATER, noted=(last.number, last.link[:12])).broken is None
    _run("UPDATE opportunity_version SET amount_minor = 7 WHERE version = %s", sealed[1])
    Seal.objects.all().delete()
    assert seal_some(fixed_clock(MAY), seconds=60)
    assert verify(LATER).broken is None
    found = verify(LATER, noted=(last.number, last.link[:12])).broken
    assert found is not None
    assert (found.how, found.number) == ("chain", last.number)


@pytest.mark.postgresql  # on SQLite one writes after the other
def test_what_was_committed_late_is_sealed_late(sealed: list[int]) -> None:
    late = OpportunityVersion.objects.get(pk=sealed[0])
    _run(
        "SELECT setval(pg_get_serial_sequence('opportunity_version', 'version'), %s)",
        sealed[-1] + 9,
    )
    Opportunity.objects.create(id="pier", name="Pier")
    assert seal_some(fixed_clock(MAY), seconds=60)
    late.pk = sealed[-1] + 4
    late.save(force_insert=True)
    assert seal_some(fixed_clock(MAY + timedelta(hours=1)), seconds=60)
    found = verify(LATER)
    assert (found.broken, found.rows) == (None, len(sealed) + 4)
