"""Columns of files fill fields of a company's own: those there are and those made on the way; known again, and undone."""

from __future__ import annotations

from typing import Any

import pytest

from salesops.actions.define_field import define_field, edit_field
from salesops.actions.edit_record import edit_record, version_now
from salesops.actions.undo_import import go_on_undoing, start_undo
from salesops.book.custom import Kind
from salesops.foundations.clock import system_clock as clock
from salesops.records.custom_field import CustomField
from salesops.records.import_run import ImportRun
from salesops.records.models import Opportunity
from salesops.web.pages.importing.own_places import kind_of
from tests.office.readers import Office, Reader, make_login
from tests.office.test_importing_in_the_browser import _begun, _counted, _words, _work, ravi

__all__ = ["ravi"]
pytestmark = pytest.mark.django_db(transaction=True)

FILE = (
    "Deal ID,Deal,Stage,Amount,Currency,Created,Close Date,Tier,Fee,Fit,Go live\n"
    "d1,Pump,Won,12500,EUR,2026-04-03,2026-06-05,gold,1250.50,7.25,2026-09-01\n"
    "d2,Valve,Won,8000,JPY,2026-05-04,2026-06-09,silver,300,3,2026-10-01\n"
    "d3,Gauge,Won,8000,EUR,2026-05-04,2026-06-09,gold,,,\n"
)
PLACES = {
    "Tier": "custom_choice__tier", "Fee": "custom_money__fee", "Fit": "custom_number__fit", "Go live": "custom_date__go_live"
}  # fmt: skip
SAID = {"tier": "gold", "fee": 125_050, "fit": "7.25", "go_live": "2026-09-01"}


def _mapped(reader: Reader, text: str = FILE) -> str:
    """Where the files are, once their columns were said to fill fields."""
    place = _begun(reader, files={"deals.csv": text})
    header = text.splitlines()[0].split(",")
    said = {f"column-0-{header.index(name)}": to for name, to in PLACES.items()}
    reader.post(f"{place}/columns", **{"table-0": "opportunity", **said, "other_source": " "})
    return place


def _imported(reader: Reader, text: str = FILE, **source: str) -> tuple[str, ImportRun]:
    place = _mapped(reader, text)
    page = _counted(reader, place, **source)
    reader.post(f"{place}/check")
    _work()
    return page, ImportRun.objects.latest("pk")


def _custom(key: str = "d1") -> dict[str, Any]:
    found: dict[str, Any] = Opportunity.objects.get(pk=key).custom
    return found


def test_fields_are_made_on_the_way_filled_exactly_and_known_again(ravi: Reader) -> None:
    place = _mapped(ravi)
    page = _words(ravi.get(f"{place}/columns"))
    assert "New: number, as the values look" in page
    page, _ = _imported(ravi)
    assert (
        "New fields of opportunities: Tier (choice), Fee (money), Fit (number), Go live (date)"
        in page
    )
    assert _custom() == SAID
    assert _custom("d2")["fee"] == 300  # yen have no cents
    assert _custom("d3") == {"tier": "gold"}
    field = CustomField.objects.get(pk="opportunity.tier")
    assert field.offered == ["gold", "silver"]
    again = _begun(ravi, files={"deals.csv": FILE})  # remembered: nothing is said of the columns
    assert "The records say all of this already" in _counted(ravi, again, source="Sheets")


def test_a_blank_keeps_and_a_later_file_changes_what_differs(ravi: Reader) -> None:
    _imported(ravi)
    later = FILE.replace("gold,1250.50,7.25,2026-09-01", "silver,,7.2500,")
    page, _ = _imported(ravi, later, source="Sheets")
    assert "0 new 1 changed" in page
    assert _custom() == SAID | {"tier": "silver"}


def test_undoing_an_import_takes_values_back_but_for_those_changed_since(
    ravi: Reader, served: Office
) -> None:
    _imported(ravi)
    later = FILE.replace("gold,1250.50,7.25", "silver,99,8")
    _, run = _imported(ravi, later, source="Sheets")
    edit_record(served.ravi, Opportunity, "d1", {"custom.fit": "9"}, clock)
    assert _custom() == SAID | {"tier": "silver", "fee": 9_900, "fit": "9"}
    go_on_undoing(start_undo(served.ravi, run, clock), clock)
    assert _custom() == SAID | {"fit": "9"}


def test_who_may_not_define_a_field_makes_none_and_fills_those_there_are(
    served: Office, ravi: Reader
) -> None:
    representative = Reader(make_login("Rita", "representative"))
    place = _begun(representative, files={"deals.csv": FILE})
    assert "A new field" not in representative.get(f"{place}/columns").content.decode()
    define_field(served.ravi, "opportunity", "Tier", "choice", clock, choices="gold")
    field = CustomField.objects.get(pk="opportunity.tier")
    assert "Your own fields" in representative.get(f"{place}/columns").content.decode()
    header = FILE.splitlines()[0].split(",")
    for said, told in (
        ({f"column-0-{header.index('Fee')}": "custom_money__fee"}, "you may not define one"),
        ({f"column-0-{header.index('Tier')}": "custom_text__tier"}, "holds a choice"),
    ):
        representative.post(
            f"{place}/columns", other_source="Sheets", **{"table-0": "opportunity", **said}
        )
        _work()
        assert told in _words(representative.get(f"{place}/wait")), told
    edit_field(served.ravi, field.pk, {"is_active": False}, clock, seen=version_now(field))
    assert CustomField.objects.count() == 1
    assert ravi.login


@pytest.mark.parametrize(
    ("samples", "kind"),
    [
        (["1", "2.5", "1,250"], Kind.NUMBER), (["$12", "€3.50"], Kind.MONEY), (["2026-03-01"], Kind.DATE),
        (["3/4/2026 10:00"], Kind.DATE), (["a", "b", "c"], Kind.CHOICE), (["a", "b", "c", "d"], Kind.TEXT),
        (["a"], Kind.TEXT),
        ([], Kind.TEXT),
    ],
)  # fmt: skip
def test_the_kind_of_a_new_field_is_proposed_from_the_values(
    samples: list[str], kind: Kind
) -> None:
    assert kind_of(samples) is kind
    assert kind_of(["Ann Lee", "bob@x.example"], {"ann lee", "bob@x.example"}) is Kind.PERSON
