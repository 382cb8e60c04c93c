"""An office that nothing was imported into is begun by hand: people, a pipeline, an account, a deal."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from salesops.foundations.clock import system_clock
from salesops.records.models import Change, Opportunity, Person, PipelineStage
from tests.office.readers import Office, Reader, make_login
from tests.office.selling import follow_now

pytestmark = pytest.mark.django_db

ANN = {"full_name": "Ann Ruiz", "email": "ann@example.com", "new_team": "East", "title": "Lead"}
STAGES = {"new_pipeline": "Sales", "stages": "New\nOffer 50 %", "won": "Won", "lost": "Lost"}


def _done(reader: Reader, address: str, **form: Any) -> str:
    answer = reader.post(address, **form)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def test_an_empty_office_says_what_to_begin_with_and_is_worked_in_without_an_import(
    built: Path, tmp_path: Path
) -> None:
    with override_settings(
        STATIC_ROOT=built, SALESOPS_BOOK=tmp_path / "book", SALESOPS_SECOND_FACTOR=[]
    ):
        dora, sol = Reader(make_login("Dora", "administrator")), make_login("Sol", "salesperson")
        follow_now()
        links = dora.page("/").links()
        steps = ("/imports/new", "/organisation/add", "/pipelines", "/new/account", "/settings")
        assert set(steps) <= set(links)
        assert "There is no stage yet" in dora.page("/new/opportunity").text
        place = _done(dora, "/organisation/add", **ANN)
        assert "/access?person=" in " ".join(dora.page(place.partition("?")[0]).links())
        _done(dora, "/pipelines", do="pipeline", **STAGES)
        account = _done(dora, "/new/account", name="Ash Mill").split("/")[2].partition("?")[0]
        stage = PipelineStage.objects.get(stage="Offer")
        deal = {"name": "Mill", "stage": stage.pk, "account": "Ash Mill", "chosen": account}
        _done(dora, "/new/opportunity", **deal, amount="USD 5k", close_date="2099-01-31")
        made = Opportunity.objects.get()
        assert (made.pipeline, made.probability, made.account_id) == (
            "Sales",
            Decimal("0.5"),
            account,
        )
        assert "Begin here" not in dora.page("/").text
        assert "Begin here" not in Reader(sol).page("/").text


def test_somebody_is_added_from_a_day_on_with_an_address_of_their_own(
    served: Office, as_dora: Reader
) -> None:
    day = (system_clock().date() + timedelta(days=30)).isoformat()
    form = {**ANN, "manager": "bob", "team": "East", "new_team": "", "hired_on": day}
    place = _done(as_dora, "/organisation/add", **form).partition("?")
    ann = Person.objects.get(email="ann@example.com")
    assert (ann.manager_id, ann.team, ann.is_active) == ("bob", "East", True)
    assert "Ann Ruiz" not in as_dora.page("/organisation").text
    assert "Ann Ruiz" in as_dora.page(f"/organisation?on={day}").text
    for wrong, words in (
        ({"email": "ANN@example.com"}, "Ann Ruiz has this address already."),
        ({"full_name": " ", "email": ""}, "Name is needed."),
        ({"manager": "nobody", "email": ""}, "Whom they report to is not here"),
        ({"team": "North", "email": ""}, "There is no such team"),
    ):
        answer = as_dora.post("/organisation/add", **(form | wrong))
        assert (answer.status_code, words in answer.content.decode()) == (422, True), words
    change = place[2].removeprefix("done=")
    _done(as_dora, f"/undo/person/{ann.pk}", change=change)
    assert not Person.objects.filter(pk=ann.pk, deleted_at=None).exists()
    assert served.dora.is_active


def test_a_pipeline_is_added_as_one_change_and_taken_back(served: Office, as_dora: Reader) -> None:
    _done(as_dora, "/pipelines", do="pipeline", **STAGES)
    found = PipelineStage.objects.order_by("position")
    assert list(found.values_list("stage", "outcome", "default_probability")) == [
        ("New", "open", None),
        ("Offer", "open", Decimal("0.5")),
        ("Won", "won", Decimal(1)),
        ("Lost", "lost", Decimal(0)),
    ]
    for wrong, words in (
        ({"new_pipeline": " sales "}, "already"),
        ({"new_pipeline": "B", "stages": "Offer\noffer"}, "is there twice"),
        ({"new_pipeline": "B", "stages": "Offer 120 %"}, "between 0 % and 100 %"),
        ({"new_pipeline": "B", "stages": " "}, "at least one stage"),
    ):
        answer = as_dora.post("/pipelines", do="pipeline", **(STAGES | wrong))
        assert (answer.status_code, words in answer.content.decode()) == (422, True), words
    change = Change.objects.get(verb="add_pipeline")
    _done(as_dora, "/pipelines", do="undo", change=str(change.pk))
    assert not PipelineStage.objects.filter(deleted_at=None).exists()
    assert served.dora.is_active


@pytest.mark.parametrize("reader", ["as_alice", "as_bob", "as_charlie"])
def test_those_who_sell_add_neither_people_nor_pipelines(
    reader: str, request: pytest.FixtureRequest
) -> None:
    somebody: Reader = request.getfixturevalue(reader)
    assert somebody.get("/organisation/add").status_code == 422
    assert somebody.post("/organisation/add", **ANN).status_code == 422
    assert somebody.post("/pipelines", do="pipeline", **STAGES).status_code == 422
    assert "/organisation/add" not in somebody.page("/organisation").links()
    assert "Add a pipeline" not in somebody.page("/pipelines").text
    assert (Person.objects.count(), PipelineStage.objects.count()) == (3, 0)
