"""Choices of a company's own, teams and roles of files become those of an office, and the command line says which."""

from __future__ import annotations

import pytest

from salesops.actions.define_field import define_field
from salesops.cli.values import refuse_unread, show_values, values_said
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.jobs.values_of_files import choices_of, give_values
from salesops.records.incoming import incoming
from salesops.records.models import Opportunity, Person, PipelineStage
from tests.office.drawn import workbench
from tests.office.readers import Office

pytestmark = pytest.mark.django_db


PEOPLE = "id  name  team    role\nx1  Xan   Nord    AE\nx2  Yva   -       Rep"
PLACES = (
    "person_id  team    valid_from\nx1         Nord    2026-01-01\nx2         North   2026-01-01"
)


def test_teams_and_roles_become_those_there_are_wherever_files_name_them() -> None:
    Person.objects.create(id="p1", name="Ann", team="North", role="Rep")
    work = workbench(person=PEOPLE, team_membership=PLACES)
    asked = give_values(work, {"person.team": {"Nord": "North"}})
    assert [(a.column, a.value, a.rows, a.to) for a in asked] == [
        ("person.team", "Nord", 2, "North"),
        ("person.role", "AE", 1, ""),
    ]
    teams = work.execute("SELECT team FROM person UNION ALL SELECT team FROM team_membership")
    assert sorted(filter(None, (team for (team,) in teams.fetchall()))) == ["North"] * 3


def test_choices_of_a_companys_own_field_become_those_it_offers(served: Office) -> None:
    define_field(served.ravi, "opportunity", "Tier", "choice", system_clock, choices="Gold\nSilver")
    Opportunity.objects.filter(pk="bob-deal").update(custom={"tier": "Bronze"})  # offered no longer
    work = workbench(opportunity="id  name  stage\nd1  Mill  Won\nd2  Quay  Won\nd3  Pier  Won")
    work.execute("ALTER TABLE opportunity ADD COLUMN custom_choice__tier VARCHAR")
    for key, tier in (("d1", " gold "), ("d2", "Bronze"), ("d3", "Silver")):
        work.execute("UPDATE opportunity SET custom_choice__tier = ? WHERE id = ?", [tier, key])
    tier = "opportunity.custom.tier"
    (asked,) = (a for a in give_values(work, {}) if a.column == tier)
    assert (asked.value, asked.rows) == ("gold", 1)
    assert choices_of(tier) == [("Gold", "Gold"), ("Silver", "Silver")]
    give_values(work, {tier: {"gold": "Gold"}})
    rows = {row.key: row.custom["tier"] for row in incoming(work, "opportunity")}
    assert rows == {"d1": "Gold", "d2": "Bronze", "d3": "Silver"}


def test_the_command_line_names_new_values_and_takes_what_they_are_here(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for stage in ("Offer", "Won"):
        PipelineStage.objects.create(id=stage.lower(), pipeline="Sales", stage=stage)
    work = workbench(opportunity="id  name  stage    pipeline\nd1  Mill  Angebot  -")
    show_values(give_values(work, {}), "Sheets")
    told = " ".join(capsys.readouterr().out.split())
    assert "opportunity.stage “Angebot”, 1 row, stays as it is" in told
    assert "opportunity.stage here: Sales: Offer, Sales: Won" in told
    assert "--value 'opportunity.stage:Angebot=Sales: Offer'" in told
    said = values_said(["opportunity.stage:Angebot=Sales: Offer"])
    assert said == {"opportunity.stage": {"|Angebot": "offer"}}
    read = give_values(work, said)
    refuse_unread(said, read)
    assert work.execute("SELECT pipeline, stage FROM opportunity").fetchall() == [
        ("Sales", "Offer")
    ]
    for slip, problem in (
        ("opportunity.stage:Angebot=Offfer", "There are: Sales: Offer, Sales: Won."),
        ("opportunity.amount:1=2", "cannot be given others"),
        ("opportunity.stage", "Write it as COLUMN:VALUE=OURS"),
    ):
        with pytest.raises(Refusal, match=problem):
            values_said([slip])
    with pytest.raises(Refusal, match="No row of these files says “Sales: Gebot”"):
        refuse_unread(values_said(["opportunity.stage:Sales: Gebot=Sales: Won"]), read)
