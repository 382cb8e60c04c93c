"""Stages and choices of files become those an office has, as somebody says once for each system."""

from __future__ import annotations

import pytest

from salesops.records.models import Opportunity, OpportunityVersion, PipelineStage
from tests.office.readers import Reader
from tests.office.test_importing_in_the_browser import _begun, _counted, _work, ravi

__all__ = ["ravi"]
pytestmark = pytest.mark.django_db(transaction=True)

FILE = (
    "Deal ID,Deal,Stage,Amount,Created,Close Date,Type\n"
    "d1,Pump,Angebot,12500,2026-04-03,2099-06-05,Neu\n"
    "d2,Valve,won,8000,2026-05-04,2026-06-09,Neu\n"
    "d3,Gauge,Erstkontakt,8000,2026-05-04,2099-06-09,Renewal\n"
)


def _states() -> list[tuple[str | None, ...]]:
    deals = Opportunity.objects.filter(pk__startswith="d").order_by("pk")
    return list(deals.values_list("pk", "pipeline", "stage", "type"))


@pytest.fixture
def stages(ravi: Reader) -> Reader:
    """An office that sells through Offer and Won, and calls new business New."""
    for place, (stage, outcome) in enumerate((("Offer", "open"), ("Won", "won")), 1):
        PipelineStage.objects.create(
            id=stage.lower(), pipeline="Sales", stage=stage, position=place, outcome=outcome
        )
    Opportunity.objects.filter(pk="bob-deal").update(pipeline="Sales", stage="Offer", type="New")
    return ravi


def test_values_become_those_there_are_and_are_remembered_for_their_system(stages: Reader) -> None:
    place = _begun(stages, files={"deals.csv": FILE})
    page = _counted(stages, place)
    assert "Values that are new here" in page
    asked = {
        form.attrs["aria-label"].removesuffix(" becomes"): form.attrs["name"]
        for form in stages.page(f"{place}/check").all("select")
    }
    assert set(asked) == {"Angebot", "won", "Erstkontakt", "Neu", "Renewal"}
    said = {asked["Angebot"]: "offer", asked["Neu"]: "New", asked["won"]: "won"}
    said[asked["Renewal"]] = "No such type"
    # What was chosen is counted before anything is written, whichever button is pressed.
    assert stages.post(f"{place}/check", **said).headers["Location"] == f"{place}/wait"
    _work()
    assert not Opportunity.objects.filter(pk="d1").exists()
    stages.post(f"{place}/check")
    _work()
    imported = [
        ("d1", "Sales", "Offer", "New"),
        ("d2", "Sales", "Won", "New"),  # a stage of that name is the only one there is
        ("d3", None, "Erstkontakt", "Renewal"),
    ]
    assert _states() == imported
    states = OpportunityVersion.objects.filter(record_id="d1")
    assert set(states.values_list("stage", flat=True)) == {"Offer"}
    # What nobody said stays, and is a stage to choose from.
    assert PipelineStage.objects.filter(pipeline=None, stage="Erstkontakt").exists()
    again = _begun(stages, files={"deals.csv": FILE + "d4,Hose,Angebot,1,2026-05-04,2099-06-09,\n"})
    page = _counted(stages, again, source="Sheets")
    assert "1 new 0 changed" in page
    stages.post(f"{again}/check")
    _work()
    assert _states() == [*imported, ("d4", "Sales", "Offer", None)]


def test_files_that_tell_no_stages_bring_those_of_their_deals_in_order(ravi: Reader) -> None:
    text = FILE.replace("Angebot", "Proposal").replace("Erstkontakt", "Prospecting")
    place = _begun(ravi, files={"deals.csv": text})
    assert "Values that are new here" not in _counted(ravi, place)
    ravi.post(f"{place}/check")
    _work()
    found = PipelineStage.objects.order_by("position").values_list("stage", "is_active", "outcome")
    assert list(found) == [
        ("Prospecting", True, None), ("Proposal", True, None), ("won", True, None)
    ]  # fmt: skip
    assert "Proposal" in ravi.page("/pipelines").text


EXPORT = (
    "Id,Name,StageName,Amount,CloseDate,IsClosed,IsWon,IsDeleted,SystemModstamp\n"
    "006A00000000001,Pump,On hold,12500,2099-06-05,true,false,false,2026-05-01T10:00:00.000Z\n"
    "006A00000000002,Valve,Proposal,8000,2099-06-09,false,false,false,2026-05-01T10:00:00.000Z\n"
)


def test_what_deals_imply_of_a_stage_is_shown_beside_what_a_person_said_which_stands(
    ravi: Reader,
) -> None:
    """A Salesforce export without its stages tells only of each deal whether it is closed."""
    PipelineStage.objects.create(id="so-1", stage="On hold", outcome="no_decision")
    PipelineStage.objects.create(id="so-2", stage="Proposal", outcome="open")
    place = _begun(ravi, files={"Opportunity.csv": EXPORT})
    page = _counted(ravi, place, other_source="Salesforce")
    assert "On hold outcome no decision lost As it is here" in page
    assert "Proposal outcome" not in page
    assert "2 new 0 changed" in page  # the deals; the stages are those of their names
