"""Everybody sees exactly what the rules in words say, for each noun, in any organisation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesops.records.change import Change
from salesops.records.field_access import Access, field_access, hidden_fields
from salesops.records.models import NOUNS, Account, Activity, Campaign, Opportunity, Person, Share
from salesops.records.reach import below, reach
from salesops.records.user import ROLES, User
from salesops.records.visibility import editable_by, visible_to
from tests.records.oracle import Row, World, edits, sees

pytestmark = pytest.mark.django_db

THEN, LATER = datetime(2026, 5, 1, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)
SHAREABLE = ("account", "contact", "lead", "opportunity")
# How each row of a table refers to others; the rest of its columns say nothing about who may see it.
REFERENCES = {
    "account": ("owner",),
    "contact": ("owner", "account"),
    "lead": ("owner",),
    "opportunity": ("owner", "account"),
    "opportunity_line": ("opportunity",),
    "opportunity_split": ("opportunity", "person"),
    "opportunity_contact": ("opportunity", "contact"),
    "activity": ("owner", "opportunity", "lead", "account", "contact"),
    "quota": ("person",),
}
TEAMS = (None, "East", "West")
PEOPLE = [f"p{n}" for n in range(6)]
NOBODY_IS = "gone"  # a key that refers to nothing


@st.composite
def worlds(draw: st.DrawFn) -> tuple[World, list[Row]]:
    """A small organisation with deals, shares and one login for each of its people."""
    keys = {t: [f"{t}{n}" for n in range(3)] for t in REFERENCES} | {"person": PEOPLE}
    referred = {"owner": PEOPLE, "person": PEOPLE, "manager": PEOPLE} | {
        t: keys[t] for t in ("account", "contact", "lead", "opportunity")
    }

    def some(name: str) -> str | None:
        return draw(st.sampled_from([None, None, None, *referred[name], NOBODY_IS]))

    rare = st.sampled_from([False, False, False, True])
    world = World({t: [] for t in NOUNS})
    for key in PEOPLE:
        row: Row = {
            "id": key,
            "manager_id": some("manager"),
            "team": draw(st.sampled_from(TEAMS)),
            "deleted": draw(rare),
        }
        world.rows["person"].append(row)
    for table, names in REFERENCES.items():
        for key in keys[table]:
            row = {"id": key, "deleted": draw(rare)} | {f"{n}_id": some(n) for n in names}
            if table == "quota":
                row["team"] = draw(st.sampled_from(TEAMS))
            world.rows[table].append(row)
    for table in set(NOUNS) - set(REFERENCES) - {"person"}:
        world.rows[table].append({"id": f"{table}0", "deleted": draw(rare)})
    for noun in SHAREABLE:
        for key in keys[noun]:
            if draw(rare):
                person = draw(st.sampled_from([*[None] * len(PEOPLE), *PEOPLE]))
                team = "" if person else draw(st.sampled_from(["East", "West"]))
                share: Row = {"noun": noun, "record_id": key, "person_id": person, "team": team}
                # Ended by somebody, or by itself as its last day has passed.
                ended, last = draw(rare), draw(st.sampled_from([None, LATER, THEN]))
                share |= {"ended": ended or last == THEN, "may_edit": draw(st.booleans())}
                world.shares.append(share | {"ends_at": last})
    roles = st.sampled_from(["sales_leader", "salesperson", *(r for r, _ in ROLES)])
    logins = [
        {"person_id": person, "role": draw(roles), "is_active": not draw(rare)}
        for person in [*PEOPLE[:4], None, NOBODY_IS]
    ]
    return world, logins


def sees_a_part(world: World, login: Row) -> bool:
    """The login sees some deals, accounts, contacts and leads, and others not."""
    rows = [(noun, row) for noun in SHAREABLE for row in world.rows[noun] if not row["deleted"]]
    return 0.2 < sum(sees(world, login, noun, row) for noun, row in rows) / len(rows) < 0.9


def keep_world(world: World) -> None:
    change = Change.objects.create(at=THEN, effective_at=THEN, verb="try", door="system")
    for table, rows in world.rows.items():
        NOUNS[table].objects.bulk_create(
            NOUNS[table](
                **{k: v for k, v in row.items() if k != "deleted"},
                deleted_at=THEN if row["deleted"] else None,
            )
            for row in rows
        )
    Share.objects.bulk_create(
        Share(
            **{k: v for k, v in share.items() if k != "ended"},
            begun_by=change,
            ended_by=change if share["ended"] and share["ends_at"] != THEN else None,
        )
        for share in world.shares
    )


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(worlds())
def test_every_noun_is_seen_and_changed_as_the_rules_in_words_say(
    drawn: tuple[World, list[Row]],
) -> None:
    world, logins = drawn
    with transaction.atomic():
        keep_world(world)
        for login in logins:
            user = User(email="x@example.com", **login)
            for table, noun in NOUNS.items():
                seen = sorted(visible_to(user, noun).values_list("pk", flat=True))
                said = [r["id"] for r in world.rows[table] if sees(world, login, table, r)]
                assert seen == sorted(said), (login, table)
                may_edit = sorted(editable_by(user, noun).values_list("pk", flat=True))
                said = [r["id"] for r in world.rows[table] if edits(world, login, table, r)]
                assert may_edit == sorted(said), (login, table)
                assert set(may_edit) <= set(seen), (login, table)
        transaction.set_rollback(True)


def _person(key: str, manager: str | None = None, team: str = "") -> Person:
    made: Person = Person.objects.create(id=key, manager_id=manager, team=team)
    return made


def _login(person: Person | None, role: str) -> User:
    return User(email=f"{role}@example.com", role=role, person=person)


def _shared(noun: str, key: str, **more: Any) -> Share:
    change = Change.objects.create(at=THEN, effective_at=THEN, verb="try", door="system")
    return Share.objects.create(noun=noun, record_id=key, begun_by=change, **more)


def _keys(found: Any) -> list[str]:
    return sorted(found.values_list("pk", flat=True))


def test_managers_in_a_circle_are_below_each_other_and_nobody_waits_for_ever() -> None:
    for key, manager in (("a", "c"), ("b", "a"), ("c", "b"), ("d", "c"), ("e", "e"), ("f", None)):
        _person(key, manager)
    assert below("b") == {"a", "b", "c", "d"}
    assert below("e") == {"e"}


def test_a_login_without_a_person_sees_nothing_but_where_its_role_sees_all() -> None:
    Account.objects.create(id="a1")
    for role, _ in ROLES:
        seen = _keys(visible_to(_login(None, role), Account))
        assert seen == ([] if role in ("sales_leader", "salesperson") else ["a1"]), role


def test_a_share_to_read_does_not_let_edit() -> None:
    bob = _person("bob")
    for key in ("read", "edit", "private"):
        Opportunity.objects.create(id=key, owner_id="ann")
    _shared("opportunity", "read", person=bob)
    _shared("opportunity", "edit", person=bob, may_edit=True)
    user = _login(bob, "salesperson")
    assert _keys(visible_to(user, Opportunity)) == ["edit", "read"]
    assert _keys(editable_by(user, Opportunity)) == ["edit"]


def test_an_account_seen_for_a_deal_is_not_edited_for_it() -> None:
    bob = _person("bob")
    Account.objects.create(id="a1", owner_id="ann")
    Opportunity.objects.create(id="d1", owner=bob, account_id="a1")
    user = _login(bob, "salesperson")
    assert _keys(visible_to(user, Account)) == ["a1"]
    assert _keys(editable_by(user, Account)) == []


def test_an_activity_belongs_to_the_closest_thing_it_names() -> None:
    bob = _person("bob")
    Account.objects.create(id="a1", owner=bob)
    for key, more in {
        "on the account": {},
        "on a lead of ann's": {"lead_id": "l1"},
        "on a deal of ann's": {"opportunity_id": "d1"},
    }.items():
        Activity.objects.create(id=key, owner_id="ann", account_id="a1", **more)
    assert _keys(visible_to(_login(bob, "salesperson"), Activity)) == ["on the account"]


def test_an_analyst_sees_all_and_edits_nothing() -> None:
    Opportunity.objects.create(id="d1", owner_id="ann")
    assert _keys(visible_to(_login(None, "analyst"), Opportunity)) == ["d1"]
    assert _keys(editable_by(_login(None, "analyst"), Opportunity)) == []
    assert _keys(editable_by(_login(None, "representative"), Opportunity)) == ["d1"]


def test_personal_fields_are_for_the_person_who_manages_them_and_operations() -> None:
    ann, bob = _person("ann"), _person("bob", "ann")
    leader, seller = reach(_login(ann, "sales_leader")), reach(_login(bob, "salesperson"))
    hidden = {"email", "hired_on", "left_on"}
    assert hidden_fields(leader, bob) == hidden_fields(seller, bob) == frozenset()
    assert hidden_fields(seller, ann) == hidden
    assert field_access(seller, bob, "email") is Access.READ
    assert field_access(reach(_login(None, "manager")), bob, "email") is Access.WRITE
    assert field_access(reach(_login(None, "analyst")), bob, "email") is Access.READ
    assert hidden_fields(seller, Campaign()) == {"budget_minor"}
    assert field_access(seller, ann, "name") is Access.WRITE  # as far as the record itself may be


def test_every_field_that_is_ruled_is_there() -> None:
    from salesops.records.field_access import FIELDS

    for noun, field in FIELDS:
        NOUNS[noun]._meta.get_field(field)


def test_each_noun_is_one_query_however_many_people_stand_below() -> None:
    Person.objects.bulk_create(
        Person(id=f"p{n}", manager_id=f"p{(n - 1) // 4}" if n else None) for n in range(2_000)
    )
    leader = _login(Person.objects.get(id="p0"), "sales_leader")
    with CaptureQueriesContext(connection) as asked:
        scope = reach(leader)
    assert scope.owner_ids is not None
    assert len(scope.owner_ids) == 2_000
    assert len(asked) == 3  # the person, the line below, the shares
    for noun in NOUNS.values():
        found = visible_to(leader, noun)
        with CaptureQueriesContext(connection) as asked:
            assert len(found.order_by("pk")[:10]) <= 2_000
        assert len(asked) <= 1, noun  # none where the answer is known to be nothing
