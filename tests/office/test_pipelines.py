"""Stages are arranged by sales operations alone: what they mean, their order, new ones and those no longer in use."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from salesops.records.models import Change, Opportunity, PipelineStage
from salesops.records.user import User
from salesops.web.pages.keeping.facts import stages as offered
from tests.office.readers import Office, Reader

pytestmark = pytest.mark.django_db

FORM = {"default_probability": "20 %", "outcome": "open", "is_active": "on"}


@pytest.fixture
def stages(served: Office) -> Office:
    """New, Pitched and Won in one pipeline; Bob's deal is in Pitched."""
    for position, name in enumerate(("New", "Pitched", "Won"), 1):
        PipelineStage.objects.create(
            id=name.lower(), pipeline="Sales", stage=name, position=position, outcome="open"
        )
    Opportunity.objects.filter(pk="bob-deal").update(pipeline="Sales", stage="Pitched")
    return served


def _order() -> list[str]:
    found = PipelineStage.objects.filter(deleted_at=None).order_by("position")
    return list(found.values_list("pk", flat=True))


def _edit(reader: Reader, key: str, **form: str) -> Any:
    seen = PipelineStage.versions.objects.filter(record_id=key).order_by("-version")[0].version
    return reader.post("/pipelines", do="edit", key=key, seen=str(seen), **form)


def test_a_stage_is_edited_in_place_told_and_undone(
    stages: Office, as_: Callable[[str], Reader]
) -> None:
    ravi = as_("ravi")
    said = ravi.page("/pipelines?edit=pitched").text
    assert "1 deal is in it" in said
    done = _edit(ravi, "pitched", **FORM, is_pitched="yes", reason="Agreed in May")
    assert done.status_code == 302
    stage = PipelineStage.objects.get(pk="pitched")
    assert (stage.default_probability, stage.is_pitched) == (Decimal("0.2"), True)
    told = ravi.page(done.headers["Location"].partition("#")[0]).text
    assert "“Agreed in May”" in told
    change = Change.objects.get(verb="edit_pipeline_stage")
    ravi.post("/pipelines", do="undo", change=str(change.pk))
    assert PipelineStage.objects.get(pk="pitched").default_probability is None
    assert stages.ravi.is_active


def test_the_order_changes_by_one_change_that_undo_takes_back(
    stages: Office, as_: Callable[[str], Reader]
) -> None:
    ravi = as_("ravi")
    ravi.post("/pipelines", do="move", key="won", place="1")
    assert _order() == ["won", "new", "pitched"]
    change = Change.objects.get(verb="arrange_stages")
    assert change.actor == stages.ravi
    ravi.post("/pipelines", do="undo", change=str(change.pk))
    assert _order() == ["new", "pitched", "won"]


def test_a_stage_out_of_use_keeps_its_deals_and_takes_no_other(
    stages: Office, as_: Callable[[str], Reader]
) -> None:
    _edit(as_("ravi"), "pitched", outcome="open")
    assert PipelineStage.objects.get(pk="pitched").is_active is False
    assert Opportunity.objects.get(pk="bob-deal").stage == "Pitched"
    assert [name for name, _ in offered(stages.bob, "Sales")] == ["New", "Won"]


def test_a_new_stage_comes_last_under_a_name_of_its_own(
    stages: Office, as_: Callable[[str], Reader]
) -> None:
    ravi = as_("ravi")
    assert (
        ravi.post("/pipelines", do="add", pipeline="Sales", stage="Legal", **FORM).status_code
        == 302
    )
    assert PipelineStage.objects.get(stage="Legal").position == 4
    again = ravi.post("/pipelines", do="add", pipeline="Sales", stage=" legal ", **FORM)
    assert again.status_code == 422
    assert "already" in again.content.decode()
    assert stages.ravi.is_active


@pytest.mark.parametrize("chance", ["120 %", "soon", "-1", "NaN"])
def test_a_probability_that_is_none_is_refused_in_words(
    stages: Office, as_: Callable[[str], Reader], chance: str
) -> None:
    answer = _edit(as_("ravi"), "new", **{**FORM, "default_probability": chance})
    assert answer.status_code == 422
    assert "probability" in answer.content.decode()
    assert stages.ravi.is_active


@pytest.mark.parametrize("reader", ["alice", "bob", "charlie"])
def test_others_look_at_stages_and_change_nothing(
    stages: Office, as_: Callable[[str], Reader], reader: str
) -> None:
    somebody = as_(reader)
    assert "Change" not in somebody.page("/pipelines?edit=new").text
    for form in ({"do": "move", "key": "won", "place": "1"}, {"do": "add", "stage": "X"}):
        assert somebody.post("/pipelines", **form).status_code == 422
    assert _edit(somebody, "new", **FORM).status_code == 422
    assert _order() == ["new", "pitched", "won"]
    assert User.objects.filter(pk=stages.bob.pk).exists()


def test_a_meaning_is_given_from_a_day_on_shown_with_its_day_and_taken_back(
    stages: Office, as_: Callable[[str], Reader]
) -> None:
    ravi = as_("ravi")
    when = {"when": "since", "since": "2026-03-01"}
    assert _edit(ravi, "pitched", outcome="won", is_active="on", **when).status_code == 302
    stage = PipelineStage.objects.get(pk="pitched")
    assert (stage.outcome, stage.meant_before) == ("won", {"2026-03-01": {"outcome": "open"}})
    page = ravi.page("/pipelines").text
    assert "From 1 Mar 2026 Pitched: outcome open → became won" in " ".join(page.split())
    assert "until 1 Mar 2026 outcome: open" in page
    assert "Take back" not in as_("bob").page("/pipelines").text
    seen = PipelineStage.versions.objects.filter(record_id="pitched").order_by("-version")[0]
    form = {"do": "take_back", "key": "pitched", "day": "2026-03-01", "seen": str(seen.version)}
    assert as_("bob").post("/pipelines", **form).status_code == 422
    assert ravi.post("/pipelines", **form).status_code == 302
    stage.refresh_from_db()
    assert (stage.outcome, stage.meant_before) == ("open", None)
    assert stages.ravi.is_active


@pytest.mark.parametrize("day", ["2999-01-01", "1066-10-14", "soon", ""])
def test_a_day_that_is_none_is_refused_in_words(
    stages: Office, as_: Callable[[str], Reader], day: str
) -> None:
    form = {**FORM, "outcome": "won", "when": "since", "since": day}
    answer = _edit(as_("ravi"), "new", **form)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert PipelineStage.objects.get(pk="new").outcome == "open"
    assert stages.ravi.is_active
