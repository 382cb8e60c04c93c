"""A record is shared with people and teams by who may edit it, for good or until a day, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from salesops.actions.share_record import share_record
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.records.models import Opportunity, Person, Share
from tests.office.readers import Office, Reader
from tests.web.markup import read_markup

pytestmark = pytest.mark.django_db

As = Callable[[str], Reader]
SHARE, DEAL = "/share/opportunity/bob-deal", "/opportunities/bob-deal"


def _share(reader: Reader, whom: str = "person:charlie", **more: str) -> int:
    status: int = reader.post(SHARE, do="share", whom=whom, right="read", **more).status_code
    return status


def _said(reader: Reader, address: str, status: int = 200) -> str:
    page = reader.page(address, status=status)
    assert page.faults == []
    return page.text


def test_whom_it_is_shared_with_reads_it_and_nothing_more_until_it_is_taken_away(
    as_bob: Reader, as_charlie: Reader, as_alice: Reader
) -> None:
    assert "Nobody. Its owner" in _said(as_bob, SHARE)
    assert as_charlie.get(DEAL).status_code == 404
    assert _share(as_bob) == 302
    assert "It is shared." in _said(as_bob, f"{SHARE}?did=share")
    assert "Shared with 1" in _said(as_bob, DEAL)
    assert "Bob's deal" in _said(as_charlie, DEAL)
    assert "Share" not in _said(as_charlie, DEAL).partition("Ask sales operations")[0]
    assert "Bob's deal" in _said(as_charlie, "/shared").partition("Shared by you")[0]
    assert "With Charlie" in _said(as_bob, "/shared").partition("Shared by you")[2]
    assert "Only who may edit a record may share it" in _said(as_charlie, SHARE, 403)
    assert _share(as_charlie, "person:alice") == 422
    share = Share.objects.get(ended_by=None)
    assert as_charlie.post(SHARE, do="end", share=share.pk).status_code == 422
    assert (
        as_alice.post(SHARE, do="end", share=share.pk).status_code == 302
    )  # who manages its owner
    assert as_charlie.get(DEAL).status_code == 404
    assert "Nobody shares a record with you now." in _said(as_charlie, "/shared")


def test_a_stranger_finds_no_door_to_it(as_charlie: Reader, as_nobody: Reader) -> None:
    assert as_charlie.get(SHARE).status_code == 404
    assert _share(as_charlie) == 404
    assert "Bob's deal" not in _said(as_charlie, "/shared")
    assert as_nobody.get(SHARE).status_code == 302
    assert as_charlie.get("/share/person/bob").status_code == 404
    assert not Share.objects.exists()


def test_a_team_may_edit_what_is_shared_with_it_to_edit(as_bob: Reader, as_charlie: Reader) -> None:
    as_bob.post(SHARE, do="share", whom="team:West", right="edit")
    assert "Everybody of West" in _said(as_bob, SHARE)
    assert "May edit" in _said(as_charlie, SHARE)
    Person.objects.filter(pk="charlie").update(team="East")
    assert as_charlie.get(DEAL).status_code == 404


def test_it_ends_by_itself_after_its_last_day(as_bob: Reader, as_charlie: Reader) -> None:
    today = system_clock().date()
    assert _share(as_bob, until=f"{today + timedelta(days=2)}") == 302
    words = f"Until {today + timedelta(days=2):%-d %b %Y}"
    assert words in _said(as_bob, SHARE)
    assert as_charlie.get(DEAL).status_code == 200
    Share.objects.update(ends_at=system_clock())
    assert as_charlie.get(DEAL).status_code == 404
    assert "Nobody. Its owner" in _said(as_bob, SHARE)
    assert "You share nothing" in _said(as_bob, "/shared")
    assert _share(as_bob) == 302  # anew, with the same
    assert as_charlie.get(DEAL).status_code == 200


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"whom": ""}, "Choose a person or a team"),
        ({"whom": "person:nobody"}, "Choose a person or a team"),
        ({"whom": "team:North"}, "Nobody in the organisation is called so"),
        ({"whom": "person:charlie", "until": "2020-01-31"}, "The last day has passed"),
        ({"whom": "person:charlie", "until": "soon"}, "Write the last day as 2026-03-31"),
        ({"whom": "person:charlie", "until": "9999-12-31"}, "Write the last day as"),
    ],
    ids=lambda given: "-".join(given.values()) if isinstance(given, dict) else "",
)
def test_what_cannot_be_shared_is_refused_with_what_was_typed(
    as_bob: Reader, form: dict[str, str], told: str
) -> None:
    answer = as_bob.post(SHARE, do="share", right="edit", **form)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert told in page
    assert 'value="edit" selected' in page
    assert not Share.objects.exists()


def test_sharing_and_its_end_stand_in_the_audit_log(as_bob: Reader, as_dora: Reader) -> None:
    _share(as_bob)
    as_bob.post(SHARE, do="end", share=Share.objects.get().pk)
    log = _said(as_dora, "/audit")
    assert "opportunity bob-deal with charlie, to read" in log
    assert log.count("opportunity bob-deal with charlie") == 2


def test_an_account_is_shared_from_its_page_as_well(as_bob: Reader, as_charlie: Reader) -> None:
    page = read_markup(as_bob.get("/accounts/bob-account").content.decode())
    assert any(a.attrs.get("href") == "/share/account/bob-account" for a in page.all("a"))
    as_bob.post("/share/account/bob-account", do="share", whom="person:charlie", right="read")
    assert as_charlie.get("/accounts/bob-account").status_code == 200
    assert as_charlie.get(DEAL).status_code == 404


def test_a_person_who_was_deleted_is_given_nothing(office: Office) -> None:
    deal = Opportunity.objects.get(pk="bob-deal")
    gone = Person.objects.create(id="gone", name="Gone", deleted_at=system_clock())
    with pytest.raises(Refusal, match="Nobody in the organisation"):
        share_record(office.bob, deal, system_clock, person=gone)
