"""Whoever changes a deal, by whichever road and all at once: its history has each change, the book what lasted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from salesops.actions.changing import changing
from salesops.actions.edit_record import edit_record, edit_records
from salesops.actions.import_rows import go_on, start_import
from salesops.engines.duckdb import DuckDBEngine
from salesops.foundations.clock import fixed_clock, system_clock
from salesops.jobs.following import follow
from salesops.records.models import Change, Opportunity, OpportunityVersion, PipelineStage
from salesops.records.user import User
from tests.office.drawn import workbench
from tests.office.readers import make_login

pytestmark = pytest.mark.django_db(transaction=True)

EACH = 5
Road = Callable[[User, int], object]


def _edited(actor: User, minor: int) -> object:
    return edit_record(actor, Opportunity, "mill", {"amount_minor": minor}, system_clock)


def _in_bulk(actor: User, minor: int) -> object:
    return edit_records(actor, Opportunity, ["mill", "quay"], {"amount_minor": minor}, system_clock)


def _imported(actor: User, minor: int) -> object:
    run = start_import(actor, "Sheets", ["deals.csv"], system_clock(), system_clock)
    drawn = f"id  name  amount\nmill  Mill  {minor // 100}.{minor % 100:02}"
    return go_on(run, workbench(opportunity=drawn), system_clock)


def _past_the_program(_: User, minor: int) -> object:
    return Opportunity.objects.filter(pk="mill").update(amount_minor=minor)


def _by_sql(_: User, minor: int) -> object:
    with connection.cursor() as cursor:
        return cursor.execute(f"UPDATE opportunity SET amount_minor = {minor} WHERE id = 'mill'")


ROADS: tuple[Road, ...] = (_edited, _in_bulk, _imported, _past_the_program, _by_sql)


def test_no_change_is_missed_in_history_or_the_book_when_many_write_at_once(tmp_path: Path) -> None:
    PipelineStage.objects.create(pipeline="Sales", stage="New", position=1, outcome="open")
    actor = make_login("Rita", "representative")
    with changing(None, "create", fixed_clock(datetime(2026, 5, 1, tzinfo=UTC))):
        for key in ("mill", "quay"):
            Opportunity.objects.create(
                id=key, name=key.title(), pipeline="Sales", stage="New", currency="USD"
            )
    follow(tmp_path, system_clock)
    begin, failed = threading.Barrier(len(ROADS)), list[BaseException]()

    def write(place: int) -> None:
        try:
            begin.wait()
            for n in range(EACH):
                ROADS[place](actor, 1_000 * (place + 1) + n)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(place,)) for place in range(len(ROADS))]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failed == []
    wanted = {1_000 * (place + 1) + n for place in range(len(ROADS)) for n in range(EACH)}
    states = OpportunityVersion.objects.filter(record_id="mill").order_by("begins_at", "version")
    kept = [s.amount_minor for s in states]
    assert set(kept) == {None, *wanted}
    assert len(kept) == 1 + len(wanted)
    doors = Change.objects.filter(pk__in=states.exclude(opened_by=None).values("opened_by"))
    assert set(doors.values_list("door", flat=True)) == {"browser", "import"}
    # Who went past the program is told to have come from outside.
    assert sum(s.opened_by is None for s in states) == 2 * EACH
    manifest = follow(tmp_path, system_clock)
    assert manifest.delta
    told = DuckDBEngine(tmp_path).run(
        "SELECT amount_minor FROM opportunity_version WHERE opportunity_id = 'mill' ORDER BY valid_from"
    )
    # Of two that began at one instant the book says the later; no instant ever saw the other.
    lasted = [s.amount_minor for s in states if s.begins_at < s.ends_at]
    assert [amount for (amount,) in told.rows] == lasted
