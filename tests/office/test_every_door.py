"""In any organisation every door shows each reader what the rules in words say: pages, exports, search, sums, feeds,
requests, files, what is there twice, mentions and work."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from salesops.actions.open_calendar import open_calendar
from salesops.foundations.clock import system_clock
from salesops.jobs.following import follow
from salesops.records.models import NOUNS, Activity, Opportunity, Person, PipelineStage
from salesops.records.user import User
from salesops.web import books
from tests.office.beside import drawn_beside, keep_beside
from tests.office.knocking import LISTS, NAMED, NAMES, Knocking, email_of
from tests.office.readers import Reader
from tests.records.oracle import Row, World, sees
from tests.records.test_visibility import keep_world, sees_a_part, worlds

READERS = 3
PRODUCT = [{"id": "any", "deleted": False}]  # which is for everybody who is somebody


@pytest.mark.django_db
@settings(
    max_examples=2,
    phases=[Phase.generate],  # a world that fails is told as it is: to shrink it would take minutes
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(drawn=worlds(), chance=st.randoms(use_true_random=False))
def test_every_door_shows_what_the_rules_in_words_say(
    drawn: tuple[World, list[Row]], chance: Random, built: Path
) -> None:
    world, logins = drawn
    readers = _readers(world, logins)
    assume(readers)
    beside = drawn_beside(world, logins, chance)
    with (
        transaction.atomic(),
        TemporaryDirectory() as folder,
        override_settings(
            STATIC_ROOT=built,
            SALESOPS_BOOK=Path(folder) / "book",
            SALESOPS_OFFICE=Path(folder),
            SALESOPS_SECOND_FACTOR=[],
        ),
    ):
        users = _keep(world, logins)
        keep_beside(beside, users, Path(folder))
        follow(Path(folder) / "book", system_clock)
        books._asked.clear()
        for place in readers:
            Knocking(world, logins, beside, users, place).everywhere()
        for user in users:
            if not user.is_active:
                _is_shut(user)
        cache.clear()
        transaction.set_rollback(True)


def _readers(world: World, logins: list[Row]) -> list[int]:
    """Who sees a part first, then who is nobody, then whoever else there is; none where nobody sees a part, as in the
    first world that Hypothesis draws, in which nothing is anybody's."""
    active = [n for n, login in enumerate(logins) if login["is_active"]]
    part = [n for n in active if sees_a_part(world, logins[n])]
    nobody = [n for n in active if not any(sees(world, logins[n], "product", r) for r in PRODUCT)]
    others = [n for n in active if n not in (*part[:1], *nobody[:1])]
    return [*part[:1], *nobody[:1], *others][:READERS] if part else []


def _keep(world: World, logins: list[Row]) -> list[User]:
    """The world with names, days and amounts; a deal's amount says which deal it is in any sum."""
    keep_world(world)
    for noun, n in product(NAMED, range(3)):
        column, key = ("subject" if noun == "activity" else "name"), f"{noun}{n}"
        NOUNS[noun].objects.filter(pk=key).update(**{column: NAMES[key]})
    for row in world.rows["person"]:
        Person.objects.filter(pk=row["id"]).update(email=email_of(row["id"]))
    PipelineStage.objects.all().delete()
    PipelineStage.objects.create(id="s1", pipeline="Sales", stage="New", position=1, outcome="open")
    now = system_clock()
    for n in range(3):
        Opportunity.objects.filter(pk=f"opportunity{n}").update(
            stage="New", pipeline="Sales", amount_minor=100_000 << n, currency="USD",
            close_date=now.date(),
        )  # fmt: skip
    Activity.objects.update(is_done=False, kind="task", occurred_at=now)
    return [
        User.objects.create(email=f"login{n}@example.com", name=f"loginq{n}q", **login)
        for n, login in enumerate(logins)
    ]


def _is_shut(user: User) -> None:
    """A login that was ended opens no door, not even that of a calendar whose address is known."""
    reader = Reader(user)
    for address in ("/", *LISTS.values(), "/find", "/requests", "/tasks", "/work"):
        assert reader.get(address).status_code == 302, address
    token = open_calendar(user, system_clock)
    assert reader.get(f"/calendar/{token}.ics").status_code == 404
