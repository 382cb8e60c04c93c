"""In any organisation every door shows each reader what the rules in words say: pages, exports, search, sums, feeds."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given, settings

from salesops.actions.open_calendar import open_calendar
from salesops.foundations.clock import system_clock
from salesops.jobs.following import follow
from salesops.records.models import NOUNS, Activity, Opportunity, PipelineStage
from salesops.records.user import User
from salesops.web import books
from tests.office.readers import Reader
from tests.records.oracle import Row, World, sees
from tests.records.test_visibility import keep_world, worlds

NAMED = ("account", "contact", "lead", "opportunity", "activity")
# Names that are no word of a page and far from each other, for a search that forgives misspelling.
NAMES = dict(
    zip(
        (f"{noun}{n}" for noun, n in product(NAMED, range(3))),
        "Abrexo Bijuvat Cyzopel Dwarnik Efluxo Gomzari Hqystel Ixobrun Jutlavik Kwenopat "
        "Lyrzomi Mubexal Nadrufiq Oskzima Pyvtorel".split(),
        strict=True,
    )
)
LISTS = {"opportunity": "/opportunities", "account": "/accounts"}
PAGES = {"opportunity": "/opportunities/", "account": "/accounts/", "activity": "/activities/"}
# What may name a record, but need not name all.
OTHERS = ("/", "/board", "/tasks", "/clean-data", "/clean-data/close_date_missing", "/shared",
          "/numbers/open_pipeline", "/numbers/open_pipeline/rows", "/people", "/organisation",
          "/new/opportunity")  # fmt: skip


@pytest.mark.django_db
@settings(
    max_examples=2,
    phases=[Phase.generate],  # a world that fails is told as it is: to shrink it would take minutes
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(drawn=worlds())
def test_every_door_shows_what_the_rules_in_words_say(
    drawn: tuple[World, list[Row]], built: Path
) -> None:
    world, logins = drawn
    with (
        transaction.atomic(),
        TemporaryDirectory() as folder,
        override_settings(STATIC_ROOT=built, SALESOPS_BOOK=Path(folder), SALESOPS_SECOND_FACTOR=[]),
    ):
        _keep(world, Path(folder))
        for number, login in enumerate(logins[:3]):
            user = User.objects.create(email=f"login{number}@example.com", **login)
            _knock(world, login, user)
        cache.clear()
        transaction.set_rollback(True)


def _keep(world: World, folder: Path) -> None:
    """The world with names and amounts, and the book of it; a deal's amount says which deal it is in any sum."""
    keep_world(world)
    column = {"activity": "subject"}
    for noun, n in product(NAMED, range(3)):
        key = f"{noun}{n}"
        NOUNS[noun].objects.filter(pk=key).update(**{column.get(noun, "name"): NAMES[key]})
    PipelineStage.objects.all().delete()
    PipelineStage.objects.create(id="s1", pipeline="Sales", stage="New", position=1, outcome="open")
    for n in range(3):
        Opportunity.objects.filter(pk=f"opportunity{n}").update(
            stage="New", pipeline="Sales", amount_minor=100_000 << n, currency="USD"
        )
    Activity.objects.update(is_done=False, kind="task", occurred_at=system_clock())
    follow(folder, system_clock)
    books._asked.clear()


def _knock(world: World, login: Row, user: User) -> None:
    """Try every door as one reader."""
    seen = {noun: _seen(world, login, noun) for noun in NAMED}
    all_seen = set[str]().union(*seen.values())
    reader = Reader(user)

    def named(address: str, **query: str) -> set[str]:
        answer = reader.get(address, **query)
        if answer.status_code == 302 and not login["is_active"]:
            return set()
        assert answer.status_code == 200, (login, address, answer.status_code)
        body = b"".join(answer) if answer.streaming else answer.content
        return {k for k, name in NAMES.items() if name in body.decode("utf-8-sig")}

    for noun, address in LISTS.items():
        for query in ({}, {"export": "csv"}):
            found = {k for k in named(address, **query) if k.startswith(noun)}
            assert found == seen[noun], (login, address, query)
    for noun, address in PAGES.items():
        for n in range(3):
            key = f"{noun}{n}"
            there = key in seen[noun]
            status = reader.get(address + quote(key)).status_code
            assert (status == 200) == there, (login, key, status)
            if there:
                assert named(address + quote(key)) <= all_seen, (login, key)
    for key, name in NAMES.items():
        found = named("/find", q=name)
        assert found <= all_seen, (login, name)
        if key.startswith(tuple(LISTS)):  # a contact is found where its account is
            assert (key in found) == (key in all_seen), (login, key)
    for address in OTHERS:
        assert named(address) <= all_seen, (login, address)
    if user.is_active:
        feed = reader.get(f"/calendar/{open_calendar(user, system_clock)}.ics").content.decode()
        assert {k for k, name in NAMES.items() if name in feed} <= all_seen, login
        total = sum(1_000 << int(key[-1]) for key in seen["opportunity"])
        if seen["opportunity"]:
            page = reader.page("/numbers/open_pipeline").text
            assert re.search(rf"\${total:,}(?![\d,])", page), (login, total)


def _seen(world: World, login: Row, noun: str) -> set[str]:
    return {row["id"] for row in world.rows[noun] if sees(world, login, noun, row)}
