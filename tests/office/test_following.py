"""The book of an office follows its records by whichever road they change, and is made anew only for a reason."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from salesops.actions.changing import changing
from salesops.book.book import Book
from salesops.book.settings import Settings
from salesops.engines.duckdb import DuckDBEngine
from salesops.foundations.clock import fixed_clock
from salesops.foundations.problem import Refusal
from salesops.jobs import kinds
from salesops.jobs.following import follow, is_followed
from salesops.jobs.kinds import KINDS, follow_soon
from salesops.jobs.worker import Worker
from salesops.records.folder import BOOK
from salesops.records.job import DONE, FAILED, Job
from salesops.records.models import Opportunity, Person, PipelineStage
from salesops.records.user import User

pytestmark = pytest.mark.django_db(transaction=True)

MAY = datetime(2026, 5, 1, 9, tzinfo=UTC)
JUNE = fixed_clock(datetime(2026, 6, 30, 12, tzinfo=UTC))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a book, with records to follow."""
    PipelineStage.objects.create(pipeline="Sales", stage="New", position=1, outcome="open")
    PipelineStage.objects.create(pipeline="Sales", stage="Won", position=2, outcome="won")
    ann = Person.objects.create(id="ann", name="Ann Ruiz")
    User.objects.create_user("ann@example.com", role="salesperson", person=ann)
    with changing(None, "create_opportunity", fixed_clock(MAY)):
        Opportunity.objects.create(
            id="d1", name="Mill", pipeline="Sales", stage="New", amount_minor=100, currency="USD",
            owner=ann, created_at=MAY, close_date=date(2026, 6, 1),
        )  # fmt: skip
    return tmp_path


def _won(folder: Path) -> int | None:
    book = Book(DuckDBEngine(folder), Settings())
    figure = book.measure("closed_to_date").figures[0]
    return None if figure.numerator is None else int(figure.numerator)


def test_a_change_is_in_the_book_with_who_made_it_and_when(folder: Path) -> None:
    follow(folder, JUNE)
    with changing(
        User.objects.get(), "edit_opportunity", fixed_clock(datetime(2026, 6, 1, 9, tzinfo=UTC))
    ):
        Opportunity.objects.update(stage="Won")
    follow(folder, JUNE)
    versions = DuckDBEngine(folder).run(
        "SELECT stage, valid_from, changed_by_id, change_source FROM opportunity_version ORDER BY valid_from"
    )
    assert versions.rows == [
        ("New", datetime(2026, 5, 1, 9), None, "history"),  # noqa: DTZ001  tables hold UTC
        ("Won", datetime(2026, 6, 1, 9), "ann", "history"),  # noqa: DTZ001
    ]
    assert _won(folder) == 100


def test_what_was_deleted_is_in_the_past_alone_whichever_road_took_it_away(folder: Path) -> None:
    d1 = Opportunity.objects.get()
    for key in ("d2", "d3"):
        with changing(None, "create_opportunity", fixed_clock(MAY)):
            Opportunity.objects.create(**{**_columns(d1), "id": key, "name": key})
    days = [datetime(2026, 6, day, 9, tzinfo=UTC) for day in (2, 4, 6)]
    with changing(None, "delete_opportunity", fixed_clock(days[0])):
        Opportunity.objects.filter(id__in=["d1", "d2"]).update(deleted_at=days[0])
    with changing(None, "outside", fixed_clock(days[1])):
        Opportunity.objects.filter(id="d3").delete()
        Opportunity.objects.filter(id="d2").update(name="Quay")  # while it is deleted
    with changing(None, "undo_change", fixed_clock(days[2])):
        Opportunity.objects.filter(id="d1").update(deleted_at=None)
    follow(folder, JUNE)
    engine = DuckDBEngine(folder)
    bare = [day.replace(tzinfo=None) for day in days]
    ever = datetime(9999, 12, 31)  # noqa: DTZ001  tables hold UTC
    assert engine.run("SELECT id FROM opportunity").rows == [("d1",)]
    told = engine.run("SELECT id, name, owner_id, deleted_at, back_at FROM deletion ORDER BY id")
    assert told.rows == [
        ("d1", "Mill", "ann", bare[0], bare[2]),
        ("d2", "d2", "ann", bare[0], ever),
        ("d3", "d3", "ann", bare[1], ever),
    ]
    states = engine.run("SELECT opportunity_id, valid_to FROM opportunity_version ORDER BY ALL")
    assert states.rows == [("d1", bare[0]), ("d1", ever), ("d2", bare[0]), ("d3", bare[1])]
    assert Book(engine, Settings()).facts.data_as_of == days[2]


def _columns(deal: Opportunity) -> dict[str, Any]:
    return {f.attname: getattr(deal, f.attname) for f in deal._meta.concrete_fields}


@pytest.mark.parametrize("road", ["save", "raw", "delete"])
def test_a_book_knows_when_it_is_behind(road: str, folder: Path) -> None:
    assert not is_followed(folder)
    follow(folder, JUNE)
    assert is_followed(folder)
    if road == "save":
        Person.objects.create(name="Bob")
    elif road == "raw":
        with connection.cursor() as cursor:
            cursor.execute("UPDATE opportunity SET name = 'Quay'")
    else:
        Opportunity.objects.all().delete()
    assert not is_followed(folder)
    follow(folder, JUNE)
    assert is_followed(folder)


def test_what_is_written_while_the_records_are_read_is_not_missed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from salesops.jobs import following

    load = following.load_records

    def slow_load(*arguments: object) -> None:
        load(*arguments)  # type: ignore[arg-type]
        other = threading.Thread(target=_write_elsewhere)
        other.start()
        other.join()

    monkeypatch.setattr(following, "load_records", slow_load)
    follow(folder, JUNE)
    monkeypatch.undo()
    assert not is_followed(folder)
    assert DuckDBEngine(folder).run("SELECT name FROM opportunity").rows == [("Mill",)]


@pytest.mark.postgresql
def test_a_transaction_left_open_by_somebody_does_not_keep_the_book_behind(folder: Path) -> None:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_current_xact_id()")
        follow(folder, JUNE)
        assert is_followed(folder)
        Person.objects.create(name="Bob")
        assert not is_followed(folder)
        follow(folder, JUNE)
        with other.cursor() as cursor:
            cursor.execute("UPDATE opportunity SET name = 'Quay'")
            cursor.execute("COMMIT")
        assert not is_followed(folder)
    finally:
        other.close()


def _write_elsewhere() -> None:
    try:
        with transaction.atomic():
            Opportunity.objects.update(name="Quay")
    finally:
        connection.close()


def test_a_worker_with_nothing_else_to_do_has_the_book_follow(folder: Path, settings: Any) -> None:
    settings.SALESOPS_OFFICE = folder
    worker = Worker(KINDS, JUNE, when_idle=lambda: follow_soon(JUNE))
    rounds = iter(range(3))
    worker.run(lambda: next(rounds, None) is not None)
    assert is_followed(folder / BOOK)
    assert [j.state for j in Job.objects.filter(kind="follow")] == [DONE]


def test_a_book_that_could_not_be_made_is_not_tried_again_at_once(
    folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise Refusal("The disk is full.")

    settings.SALESOPS_OFFICE = folder
    monkeypatch.setattr(kinds, "follow_records", fails)
    worker = Worker(KINDS, JUNE, when_idle=lambda: follow_soon(JUNE))
    rounds = iter(range(5))
    worker.run(lambda: next(rounds, None) is not None)
    (job,) = Job.objects.filter(kind="follow")
    assert (job.state, job.error) == (FAILED, "The disk is full.")
