"""What an office keeps beside its records, at random, and who may see each of it by the rules in words.

Requests with their words and files, files of records, pairs that look alike and what was decided about them,
mentions, looks and work. Each has a word of its own, which is no word of a page, so that any answer tells what it shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from random import Random

from salesops.actions.edit_in_bulk import EDIT_MANY
from salesops.foundations.clock import system_clock
from salesops.jobs.arriving import LOOK_AT_FILES
from salesops.records.at_mention import AtMention
from salesops.records.attachment import Attachment
from salesops.records.change import Change
from salesops.records.duplicate import KeptApart, LookAlike, Merge
from salesops.records.job import DONE, Job
from salesops.records.kept_content import receive, settle
from salesops.records.notice import MENTION, REQUEST, Notice
from salesops.records.recently_seen import RecentlySeen
from salesops.records.request import (
    NOTE,
    REPLY,
    STATE,
    WAITING,
    Request,
    RequestEvent,
    RequestKind,
    RequestLink,
)
from salesops.records.user import User
from tests.records.oracle import SEE_ALL, Row, World, edits, sees

SEARCHED = ("account", "contact", "lead")  # for what is there twice
WITH_FILES = ("account", "contact", "lead", "opportunity")
ASKED_ABOUT = ("account", "opportunity")
REQUESTS = 5


@dataclass
class Beside:
    """Rows by what they are of. A login is the number of its place in the list of logins."""

    requests: list[Row] = field(default_factory=list)
    files: list[Row] = field(default_factory=list)
    pairs: list[Row] = field(default_factory=list)
    apart: list[Row] = field(default_factory=list)
    merges: list[Row] = field(default_factory=list)
    mentions: list[Row] = field(default_factory=list)
    looks: list[Row] = field(default_factory=list)
    jobs: list[Row] = field(default_factory=list)


def drawn_beside(world: World, logins: list[Row], chance: Random) -> Beside:
    """Something of each kind, with whoever chance chooses."""
    found, places = Beside(), range(len(logins))

    def somebody(of: int = 2) -> int | None:
        return chance.choice([None] * of + list(places))

    for n in range(REQUESTS):
        request: Row = {
            "asker": chance.choice(places),
            "owner": somebody(),
            "secret": chance.random() < 0.5,
            "handlers": chance.sample(places, 1),
            "kind_owner": somebody(6),
            "links": {noun: f"{noun}{chance.randrange(3)}" for noun in ASKED_ABOUT},
        }
        words = {of: f"{of}q{n}q" for of in ("title", "needed", "reply", "note")}
        found.requests.append(request | words)
    for noun in WITH_FILES:
        found.files += [
            {"noun": noun, "key": f"{noun}{n}", "name": f"{noun}fileq{n}q"} for n in range(3)
        ]
    found.files += [
        {"noun": "request", "key": n, "name": f"requestfileq{n}q"} for n in range(REQUESTS)
    ]
    for noun in SEARCHED:
        keys = [row["id"] for row in world.rows[noun]]
        for left, right in combinations(keys, 2):
            many = found.apart if chance.random() < 0.3 else found.pairs
            many.append({"noun": noun, "left": left, "right": right})
        gone = [row["id"] for row in world.rows[noun] if row["deleted"]]
        if gone:
            winner = chance.choice([key for key in keys if key != gone[0]])
            found.merges.append({"noun": noun, "loser": gone[0], "winner": winner})
    for login in places:
        for noun in ("activity", "request"):
            of_it = range(3) if noun == "activity" else range(REQUESTS)
            for n in chance.sample(of_it, 2):
                key = f"activity{n}" if noun == "activity" else n
                by_note = noun == "request" and chance.random() < 0.5
                mention = {"login": login, "noun": noun, "key": key, "by_note": by_note}
                found.mentions.append(mention)
        for noun in ("account", "opportunity", "contact"):
            found.looks += [{"login": login, "noun": noun, "key": f"{noun}{n}"} for n in range(2)]
        found.jobs.append({"asker": login, "file": f"jobfileq{login}q"})
    return found


def keep_beside(beside: Beside, logins: list[User], office: Path) -> None:
    """Have the office keep it. Rows of what is kept under a number of its own know it as `pk` from then on."""
    now = system_clock()
    change, of_notes, moving = (
        Change.objects.create(at=now, effective_at=now, verb="try", door="browser")
        for _ in range(3)
    )

    def login(place: int | None) -> User | None:
        return None if place is None else logins[place]

    for n, row in enumerate(beside.requests):
        kind = RequestKind.objects.create(
            key=f"kind{n}", name=f"Kind {n}", answer_minutes=60, solve_minutes=60,
            is_secret=row["secret"], owner=login(row["kind_owner"]), is_offered=False,
        )  # fmt: skip
        kind.handlers.set([logins[each] for each in row["handlers"]])
        made = Request.objects.create(
            kind=kind, title=row["title"], needed=row["needed"], asker=logins[row["asker"]],
            asked_at=now, priority=3, answer_minutes=60, solve_minutes=60, owner=login(row["owner"]),
        )  # fmt: skip
        row["pk"] = made.pk
        for act, of, by in ((REPLY, "reply", change), (NOTE, "note", of_notes)):
            RequestEvent.objects.create(request=made, change=by, act=act, text=row[of])
        RequestEvent.objects.create(request=made, change=moving, act=STATE, state=WAITING)
        for noun, key in row["links"].items():
            RequestLink.objects.create(request=made, noun=noun, record_id=key)
    received = receive(office, [b"held"])
    settle(office, received)
    for row in beside.files:
        key = beside.requests[row["key"]]["pk"] if row["noun"] == "request" else row["key"]
        kept = Attachment.objects.create(
            noun=row["noun"], record_id=str(key), name=row["name"], size=received.size,
            digest=received.digest, added_by=change, begun_by=change,
        )  # fmt: skip
        row["pk"] = kept.pk
    LookAlike.objects.bulk_create(
        LookAlike(**row, entity=f"{row['noun']}{n}", weight=float(n), probability=0.9)
        for n, row in enumerate(beside.pairs)
    )
    for row in beside.apart:
        own = Change.objects.create(at=now, effective_at=now, verb="keep_apart", door="browser")
        KeptApart.objects.create(**row, begun_by=own)
    for row in beside.merges:
        own = Change.objects.create(at=now, effective_at=now, verb="merge", door="browser")
        Merge.objects.create(**row, change=own)
    for row in beside.mentions:
        key = beside.requests[row["key"]]["pk"] if row["noun"] == "request" else row["key"]
        by = of_notes if row["by_note"] else change
        whom, noun = logins[row["login"]], row["noun"]
        AtMention.objects.create(login=whom, change=by, noun=noun, record_id=str(key))
        told = {"login": whom, "noun": noun, "record_id": str(key), "at": now}
        Notice.objects.create(kind=MENTION, change=by, **told)
        if noun == "request":
            Notice.objects.create(kind=REQUEST, change=moving, **told)
    RecentlySeen.objects.bulk_create(
        RecentlySeen(
            login=logins[row["login"]], noun=row["noun"], record_id=row["key"], at=now - timedelta(seconds=n)
        )
        for n, row in enumerate(beside.looks)
    )  # fmt: skip
    for row in beside.jobs:
        arguments = {"files": [row["file"]], "arrival": "a-1"}
        changes = {"noun": "account", "alike": [], "change": change.pk}
        asked = {"state": DONE, "run_after": now, "asked_at": now, "asked_by": login(row["asker"])}
        row["pk"] = Job.objects.create(kind=LOOK_AT_FILES, arguments=arguments, **asked).pk
        row["changes"] = Job.objects.create(kind=EDIT_MANY, arguments=changes, **asked).pk


def handles(login: Row, place: int, request: Row) -> bool:
    """The login, which stands at that place, answers the request for the desk."""
    if not login["is_active"] or login["role"] not in SEE_ALL:
        return False
    named = [request["owner"], request["kind_owner"], *request["handlers"]]
    return login["role"] == "administrator" or not request["secret"] or place in named


def sees_request(login: Row, place: int, request: Row) -> bool:
    """The login may read the request, but for the desk's notes."""
    return bool(login["is_active"] and request["asker"] == place) or handles(login, place, request)


def compares(world: World, login: Row, noun: str, key: str) -> bool:
    """The login is shown the record beside others it looks like: theirs to change, or to see where they see all."""
    row = world.find(noun, key)
    if row is None:
        return False
    return (sees if login["role"] in SEE_ALL else edits)(world, login, noun, row)


def words_for(world: World, login: Row, place: int, beside: Beside) -> Iterator[str]:
    """Every word of what is kept beside the records that the login may come to see."""
    for request in beside.requests:
        if sees_request(login, place, request):
            yield from (request["title"], request["needed"], request["reply"])
        if handles(login, place, request):
            yield request["note"]
    for file in beside.files:
        if sees_file(world, login, place, beside, file):
            yield file["name"]
    for job in beside.jobs:
        if sees_job(login, place, job):
            yield job["file"]


def sees_file(world: World, login: Row, place: int, beside: Beside, file: Row) -> bool:
    """The login may see what the file is kept with."""
    if file["noun"] == "request":
        return sees_request(login, place, beside.requests[file["key"]])
    row = world.find(file["noun"], file["key"])
    return row is not None and sees(world, login, file["noun"], row)


def sees_job(login: Row, place: int, job: Row) -> bool:
    """The login asked for the work, or is of sales operations."""
    return bool(login["is_active"] and (job["asker"] == place or login["role"] in SEE_ALL))


def every_word(beside: Beside) -> set[str]:
    """All the words that are looked for."""
    of_requests = (r[of] for r in beside.requests for of in ("title", "needed", "reply", "note"))
    return {*of_requests, *(f["name"] for f in beside.files), *(j["file"] for j in beside.jobs)}
