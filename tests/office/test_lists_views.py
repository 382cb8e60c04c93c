"""Views of a list are saved under a name, for oneself, everybody or one team, counted through each reader's eyes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from salesops.records.saved_view import SavedView
from tests.office.readers import Office, Reader
from tests.office.selling import follows, selling
from tests.web.markup import Markup

__all__ = ["follows", "selling"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("selling")]

LIST, VIEWS = "/opportunities", "/views/opportunity"


def _tabs(page: Markup) -> list[str]:
    assert page.faults == []
    found = page.all("nav", aria_label="Views")
    return [a.text for nav in found for a in nav.all("a")][1:]


def _save(reader: Reader, name: str, query: str, **more: str) -> Any:
    return reader.post(VIEWS, do="save", name=name, query=query, **more)


def test_a_view_is_an_address_and_a_tab_with_its_count(as_bob: Reader) -> None:
    saved = _save(as_bob, "Early", "stage=New&sort=-value&page=3&edit=x", pinned="on")
    view = SavedView.objects.get()
    assert view.query == "sort=-value&stage=New"
    assert saved.headers["Location"] == f"{LIST}?sort=-value&stage=New&view={view.pk}"
    page = as_bob.page(saved.headers["Location"])
    assert "Saved as “Early”." in page.text
    assert _tabs(page) == ["Early 2"]
    assert [r[1] for r in page.rows("Opportunities")] == ["Mill", "Bob's deal"]


def test_a_view_is_ones_own_until_sales_operations_or_who_leads_share_theirs(
    as_bob: Reader, as_alice: Reader, as_charlie: Reader, as_dora: Reader
) -> None:
    _save(as_bob, "Mine", "stage=New", pinned="on")
    _save(as_dora, "Offers", "stage=Offer", pinned="on", shared="on")
    assert _tabs(as_bob.page(LIST)) == ["Mine 2", "Offers 1"]
    assert _tabs(as_alice.page(LIST)) == ["Offers 1"]
    assert _tabs(as_charlie.page(LIST)) == ["Offers 1"]
    assert _tabs(as_dora.page(LIST)) == ["Offers 2"]
    _save(as_alice, "Ours", "stage=New", pinned="on", shared="on")
    assert _tabs(as_bob.page(LIST)) == ["Mine 2", "Offers 1", "Ours 2"]
    assert "For those you lead" in as_alice.page(LIST).text
    for other in (as_charlie, as_dora):
        assert "Ours" not in " ".join(_tabs(other.page(LIST)))
    assert _save(as_bob, "Theirs", "", shared="on").status_code == 422
    assert not SavedView.objects.filter(name="Theirs").exists()


def test_sales_operations_save_a_view_for_one_team_which_those_of_the_team_alone_have(
    as_bob: Reader,
    as_alice: Reader,
    as_charlie: Reader,
    as_dora: Reader,
    as_: Callable[[str], Reader],
) -> None:
    as_ravi = as_("ravi")
    _save(as_ravi, "East's offers", "stage=Offer", pinned="on", shared="team:East")
    view = SavedView.objects.get()
    assert (view.is_shared, view.team) == (True, "East")
    assert "opportunity: East's offers for East" in view.made_by.reason
    assert _tabs(as_ravi.page(LIST)) == ["East's offers 2"]
    for of_the_team in (as_bob, as_alice):
        assert _tabs(of_the_team.page(LIST)) == ["East's offers 1"]
    for other in (as_charlie, as_dora):
        assert _tabs(other.page(LIST)) == []
        assert other.post(VIEWS, do="delete", view=view.pk).status_code == 404
    as_ravi.post(VIEWS, do="change", view=view.pk, name="Offers", pinned="on", shared="team:West")
    assert [_tabs(r.page(LIST)) for r in (as_bob, as_charlie)] == [[], ["Offers 1"]]
    nowhere = _save(as_ravi, "None's", "", shared="team:North")
    assert (nowhere.status_code, "Nobody is in a team North" in nowhere.content.decode()) == (
        422,
        True,
    )
    assert _save(as_alice, "Mine", "", shared="team:West").status_code == 422
    assert SavedView.objects.count() == 1


def test_only_who_made_it_changes_it_and_it_is_renamed_updated_and_deleted(
    as_bob: Reader, as_charlie: Reader, selling: Office
) -> None:
    _save(as_bob, "Early", "stage=New", pinned="on")
    view = SavedView.objects.get()
    changed = as_bob.page(f"{LIST}?stage=Offer&view={view.pk}")
    assert "Save changes to “Early”" in changed.text
    as_bob.post(VIEWS, do="update", view=view.pk, query=f"stage=Offer&view={view.pk}")
    as_bob.post(VIEWS, do="change", view=view.pk, name="Late", pinned="on", query="stage=Offer")
    assert _tabs(as_bob.page(LIST)) == ["Late 1"]
    for do in ("update", "change", "delete"):
        assert as_charlie.post(VIEWS, do=do, view=view.pk, name="X").status_code == 404
    SavedView.objects.update(is_shared=True, owner=selling.dora)
    assert as_charlie.post(VIEWS, do="delete", view=view.pk).status_code == 422
    SavedView.objects.update(is_shared=False, owner=selling.bob)
    as_bob.post(VIEWS, do="delete", view=view.pk)
    assert _tabs(as_bob.page(LIST)) == []
    assert _save(as_bob, "Late", "stage=Won").status_code == 302


def test_a_name_is_needed_and_given_once(as_bob: Reader) -> None:
    assert _save(as_bob, " ", "").status_code == 422
    assert _save(as_bob, "Early", "stage=New").status_code == 302
    again = _save(as_bob, "Early", "stage=Won")
    assert again.status_code == 422
    assert "You have a view “Early” of this list already." in again.content.decode()


def test_a_view_whose_condition_is_no_longer_understood_has_no_count(as_bob: Reader) -> None:
    _save(as_bob, "Odd", "where=no+such+thing", pinned="on")
    assert _tabs(as_bob.page(LIST)) == ["Odd"]
