"""What people said a stage means stands against what files say again or merely imply; a source may change its mind."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from salesops.actions.arrange_stages import edit_stage
from salesops.actions.edit_record import version_now
from salesops.actions.import_rows import Counts, go_on, preview_import, start_import
from salesops.actions.undo_import import go_on_undoing, start_undo
from salesops.foundations.clock import fixed_clock
from salesops.importers.implied_stages import IMPLIED_STAGES
from salesops.jobs.values_of_files import know_stage_keys
from salesops.records.import_run import ImportRun
from salesops.records.imported_meanings import Differing
from salesops.records.models import PipelineStage, SourceWord
from salesops.records.source_word import said_before
from salesops.records.user import User
from tests.office.drawn import workbench

pytestmark = pytest.mark.django_db

NOW = fixed_clock(datetime(2026, 8, 1, tzinfo=UTC))
STAGE = "pipeline  stage    outcome  default_probability  is_active\nSales     On hold  {0}     0.25                 true"
KEY = "Sales|On hold"


@pytest.fixture
def ravi(db: None) -> User:  # noqa: ARG001  the database
    """A sales operations manager."""
    found: User = User.objects.create_user("ravi@example.com", name="Ravi", role="manager")
    return found


@cache
def _read(outcome: str, *, is_implied: bool = False) -> Any:
    work = workbench(pipeline_stage=STAGE.format(outcome))
    work.execute(
        f"CREATE TABLE {IMPLIED_STAGES} AS SELECT pipeline, stage FROM pipeline_stage WHERE {is_implied}"
    )
    return work


def _import(outcome: str, *, is_implied: bool = False, source: str = "Salesforce") -> ImportRun:
    run = start_import(None, source, [], NOW(), NOW)
    return go_on(run, _read(outcome, is_implied=is_implied), NOW)


def _offered(outcome: str, *, is_implied: bool = False) -> Counts:
    found = preview_import(_read(outcome, is_implied=is_implied), "Salesforce")
    return found["pipeline_stage"]


def _say(actor: User, outcome: str, key: str = KEY) -> None:
    stage = PipelineStage.objects.get(pk=key)
    edit_stage(actor, key, {"outcome": outcome}, NOW, seen=version_now(stage))


def _outcome() -> str | None:
    found: str | None = PipelineStage.objects.get(stage="On hold").outcome
    return found


def test_a_meaning_that_a_person_gave_outlives_the_same_files_again(ravi: User) -> None:
    _import("open")
    _say(ravi, "no_decision")
    offered = _offered("open")
    assert offered.differing == [
        Differing("Sales: On hold", "outcome", "no_decision", "open", stands=True)
    ]
    assert (offered.same, offered.is_anything) == (1, False)
    _import("open")
    assert _outcome() == "no_decision"


def test_a_source_that_says_otherwise_than_before_is_followed_and_what_it_overrules_is_told(
    ravi: User,
) -> None:
    _import("open")
    assert _offered("lost").differing == []  # nobody here said anything of it
    _say(ravi, "no_decision")
    assert _offered("lost").differing == [
        Differing("Sales: On hold", "outcome", "no_decision", "lost", stands=False)
    ]
    run = _import("lost")
    assert _outcome() == "lost"
    # Undone, it never said so: it says it for the first time again.
    go_on_undoing(start_undo(ravi, run, NOW), NOW)
    assert _outcome() == "no_decision"
    assert not _offered("open").changed
    assert _offered("lost").changed == 1


def test_what_deals_merely_imply_never_overrules_a_person_but_its_own_former_word(
    ravi: User,
) -> None:
    _import("open", is_implied=True)
    assert _offered("lost", is_implied=True).changed == 1
    _say(ravi, "no_decision")
    _import("lost", is_implied=True)
    assert _outcome() == "no_decision"


def test_what_deals_imply_is_no_word_of_their_source(ravi: User) -> None:
    _import("open")
    (offered,) = _offered("lost", is_implied=True).differing
    assert (offered.here, offered.there, offered.stands) == ("open", "lost", True)
    _say(ravi, "no_decision")
    _import("lost", is_implied=True)
    _import("open")  # as it had told before
    assert _outcome() == "no_decision"
    assert _offered("won").changed == 1


def test_a_stage_that_people_made_is_the_one_of_its_name_and_means_what_they_said(
    ravi: User,
) -> None:
    PipelineStage.objects.create(
        id="so-1", pipeline="Sales", stage="On hold", outcome="no_decision"
    )
    for source, prefix in (("Salesforce", ""), ("HubSpot", "HubSpot:")):
        work = workbench(pipeline_stage=STAGE.format("lost"))
        know_stage_keys(work, prefix)
        go_on(start_import(ravi, source, [], NOW(), NOW), work, NOW)
        found = PipelineStage.objects.get()  # no second one of that name
        assert (found.pk, found.outcome) == ("so-1", "no_decision")
        assert found.default_probability is not None  # of which nobody had said anything


def test_what_a_source_says_as_people_had_said_it_is_remembered_without_changing_anything(
    ravi: User,
) -> None:
    _import("open")
    _say(ravi, "lost")
    offered = _offered("lost")
    assert (offered.changed, offered.noted, offered.is_anything) == (0, 1, True)
    _import("lost")
    assert not _offered("lost").is_anything
    _say(ravi, "no_decision")
    _import("lost")  # which it says still
    assert _outcome() == "no_decision"
    assert SourceWord.objects.filter(said={"outcome": "lost"}).count() == 1


def test_what_imports_said_before_it_was_kept_is_read_from_the_states_they_made(ravi: User) -> None:
    _import("open")
    _say(ravi, "no_decision")
    kept = said_before("pipeline_stage", [KEY], "Salesforce")
    SourceWord.objects.all().delete()
    import_module("salesops.records.migrations.0033_source_word").said_until_now(apps, None)
    assert kept == said_before("pipeline_stage", [KEY], "Salesforce")
    assert kept[KEY] == {"outcome": "open", "default_probability": "0.25", "is_active": True}
