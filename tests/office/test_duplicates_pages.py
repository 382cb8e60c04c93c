"""Duplicates in an office: each reader sees and merges only what is theirs, and everything can be taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from salesops.records.duplicate import DuplicateSearch, KeptApart, LookAlike, Merge
from salesops.records.models import Account, Contact, Opportunity
from salesops.records.user import User
from tests.office.readers import Office, Reader

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("twice")]

WHY = [["Name", "the same", 11.6], ["Telephone", "different", -2.0]]


@pytest.fixture
def twice(served: Office) -> Office:
    """A customer of Bob's and one of Charlie's stand there twice."""
    for who in ("bob", "charlie"):
        Account.objects.create(
            id=f"{who}-twice", name=f"{who.title()}s customer", owner_id=who, phone="555 0100"
        )
        Opportunity.objects.create(
            id=f"{who}-other", name=f"{who} other", owner_id=who, account_id=f"{who}-twice"
        )
        LookAlike.objects.create(
            noun="account",
            left=f"{who}-account",
            right=f"{who}-twice",
            entity=f"{who}-account",
            weight=9.0,
            probability=0.998,
            why=WHY,
        )
    at = datetime(2026, 8, 1, tzinfo=UTC)
    DuplicateSearch.objects.create(noun="account", searched_at=at)
    return served


def _merge(reader: Reader, **more: Any) -> Any:
    form = {"key": ["bob-account", "bob-twice"], "winner": "bob-account", **more}
    return reader.post("/duplicates/account/merge", **form)


def test_each_reader_is_shown_what_is_theirs_with_the_reasons(
    as_bob: Reader, as_alice: Reader, as_charlie: Reader, as_dora: Reader
) -> None:
    for reader, own, other in (
        (as_bob, "Bob", "Charlie"),
        (as_alice, "Bob", "Charlie"),
        (as_charlie, "Charlie", "Bob"),
    ):
        text = reader.get("/duplicates").content.decode()
        assert f"{own}'s customer" in text or f"{own}&#x27;s customer" in text
        assert f"{own}s customer" in text
        assert "Name: the same" in text
        assert "Nearly sure" in text
        assert f"{other}s customer" not in text
    everything = as_dora.get("/duplicates").content.decode()
    assert "Bobs customer" in everything
    assert "Charlies customer" in everything


def test_an_analyst_looks_and_decides_nothing(twice: Office, as_: Any) -> None:
    User.objects.filter(pk=twice.ravi.pk).update(role="analyst")
    reader = as_("ravi")
    text = reader.get("/duplicates").content.decode()
    assert "Bobs customer" in text
    assert "Merge …" not in text
    assert _merge(reader).status_code == 403
    assert (
        reader.post("/duplicates/account/apart", key=["bob-account", "bob-twice"]).status_code
        == 400
    )
    assert not Merge.objects.exists()


def test_merged_by_choice_old_links_lead_on_and_it_is_taken_apart_again(
    as_bob: Reader, as_charlie: Reader
) -> None:
    page = as_bob.get(
        "/duplicates/account/merge", key=["bob-account", "bob-twice"]
    ).content.decode()
    assert 'name="of-name"' in page
    assert "1 opportunity" in page
    answer = _merge(as_bob, **{"of-name": "bob-twice", "reason": "One shop"})
    change = Merge.objects.get().change
    assert answer.headers["Location"] == f"/duplicates?noun=account&done={change.pk}"
    assert "Merged into" in as_bob.get(answer.headers["Location"]).content.decode()
    assert Account.objects.get(pk="bob-account").name == "Bobs customer"
    assert as_bob.get("/accounts/bob-twice").headers["Location"] == "/accounts/bob-account"
    assert as_charlie.get("/accounts/bob-twice").status_code == 404
    decided = as_bob.get("/duplicates/decided").content.decode()
    assert "One shop" in decided
    assert "One shop" not in as_charlie.get("/duplicates/decided").content.decode()

    assert as_charlie.post(f"/duplicates/taken-back/{change.pk}").status_code == 404
    answer = as_bob.post(f"/duplicates/taken-back/{change.pk}")
    said = as_bob.get(answer.headers["Location"]).content.decode()
    assert "1 account is there again, and 1 record points there as before." in said
    assert as_bob.get("/accounts/bob-twice").status_code == 200
    again = as_bob.post(f"/duplicates/taken-back/{change.pk}")
    assert "taken back already" in again.content.decode()


def test_nobody_merges_into_or_from_what_is_not_theirs(as_bob: Reader) -> None:
    assert as_bob.post(
        "/duplicates/account/merge", key=["bob-account", "charlie-twice"], winner="bob-account"
    ).status_code == 400  # fmt: skip
    assert _merge(as_bob, winner="charlie-twice").status_code == 400
    Opportunity.objects.filter(pk="bob-other").update(owner="charlie")
    answer = _merge(as_bob)
    assert answer.status_code == 403
    assert "not yours to change" in answer.content.decode()
    assert as_bob.get("/duplicates/account/merge", key="charlie-twice").status_code == 404
    assert as_bob.get("/duplicates/opportunity/merge", key="bob-deal").status_code == 404
    for keys in ([], [f"a{n}" for n in range(13)]):
        answer = as_bob.post("/duplicates/account/merge", key=keys)
        assert "Choose from two to 12 records" in answer.content.decode()
    assert not Merge.objects.exists()


def test_not_the_same_goes_and_comes_back_and_decisions_tell_how_right_proposals_are(
    as_dora: Reader,
) -> None:
    assert "decided on" not in as_dora.get("/duplicates").content.decode()
    answer = as_dora.post("/duplicates/account/apart", key=["charlie-account", "charlie-twice"])
    text = as_dora.get(answer.headers["Location"]).content.decode()
    assert "Kept apart." in text
    assert "Charlies customer" not in text
    _merge(as_dora)
    Contact.objects.create(id="c", name="C")
    text = " ".join(as_dora.get("/duplicates").content.decode().split())
    assert "Of 2 proposals decided on, 1 was right: 50 %" in text
    assert "Of 1 record merged, 1 had been proposed: 100 %" in text
    as_dora.post(f"/duplicates/taken-back/{KeptApart.objects.get().begun_by_id}")
    text = " ".join(as_dora.get("/duplicates").content.decode().split())
    assert "Charlies customer" in text
    assert "Of 1 proposal decided on, 1 was right: 100 %" in text
