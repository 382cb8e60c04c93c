"""One reader at every door of an office: each answer is held against what the rules in words say, and searched for
whatever it may not tell."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from itertools import product
from urllib.parse import quote, urlencode

from python_calamine import CalamineWorkbook

from salesops.actions.open_calendar import open_calendar
from salesops.foundations.clock import system_clock
from salesops.jobs.notice_letters import letter_of
from salesops.jobs.notices import morning_of
from salesops.records.notice import MENTION, REQUEST, TASK, Notice
from salesops.records.user import User
from tests.office.beside import (
    SEARCHED,
    Beside,
    compares,
    every_word,
    handles,
    sees_file,
    sees_job,
    sees_request,
    words_for,
)
from tests.office.readers import Answer, Reader
from tests.records.oracle import ONLY_LOOKS, SEE_ALL, Row, World, edits, manages, sees, shares_with
from tests.web.markup import read_markup

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
# Noun → its list, whose records have their pages beneath it.
LISTS = {
    "opportunity": "/opportunities",
    "account": "/accounts",
    "contact": "/contacts",
    "lead": "/leads",
    "activity": "/activities",
}
COUNTED = {"Opportunities": "opportunity", "Accounts": "account", "Contacts": "contact", "Leads": "lead",
           "Activities": "activity", "People": "person", "Quotas": "quota", "Products": "product",
           "Campaigns": "campaign"}  # fmt: skip
# What may name a record, but need not name all.
OTHERS = ("/", "/board", "/clean-data", "/clean-data/close_date_missing", "/numbers/open_pipeline",
          "/numbers/open_pipeline/rows", "/numbers/open_pipeline/rows?export=csv", "/people",
          "/people?export=csv", "/organisation", "/new/opportunity", "/what-changed?over=7&box=created",
          "/what-changed?over=7&box=created&export=csv",
          "/pipeline?by=person&before=2026-01-01", "/pipeline?by=person&export=csv",
          "/funnel?over=all&by=person", "/funnel?over=all&stage=Proposal&export=csv",
          "/funnel?over=all&definition=period&by=person&stage=Proposal",
          "/bottlenecks", "/bottlenecks?export=csv", "/customer-value?way=purchases",
          "/people-compared?period=all", "/people-compared?period=all&by=team&export=csv",
          "/process-map?with=meeting&step=Discovery", "/process-map?step=Discovery&export=csv")  # fmt: skip


def email_of(person: str) -> str:
    """The address of a person, which is not everybody's to see."""
    return f"{person}@hidden.example"


class Knocking:
    """One reader. `users` are the logins in their order, `place` is the reader's."""

    def __init__(
        self, world: World, logins: list[Row], beside: Beside, users: list[User], place: int
    ) -> None:
        self.world, self.logins, self.beside = world, logins, beside
        self.user, self.place, self.login = users[place], place, logins[place]
        self.reader = Reader(self.user)
        self.me = world.find("person", self.login["person_id"])
        self.sees_all = self.login["role"] in SEE_ALL
        self.seen = {r["id"] for noun in NAMED for r in world.rows[noun] if self._sees(noun, r)}
        # A deleted deal is of the past of who would see it, and in nothing that is now.
        self.past = {
            r["id"]
            for r in world.rows["opportunity"]
            if r["deleted"] and self._sees("opportunity", {**r, "deleted": False})
        }
        # Who sees what stayed may know what was merged into it.
        merged = {m["loser"] for m in beside.merges if m["winner"] in self.seen}
        people = world.rows["person"]
        self.allowed = {NAMES[key] for key in self.seen | self.past | merged}
        self.allowed |= set(words_for(world, self.login, place, beside))
        self.allowed |= {email_of(row["id"]) for row in people if self._manages(row)}
        everything = {*NAMES.values(), *every_word(beside), *(email_of(r["id"]) for r in people)}
        self.secret = everything - self.allowed

    def everywhere(self) -> None:
        """Try every door; first those that show what was not looked at yet."""
        self.own()
        self.lists()
        self.many_at_once()
        self.pages()
        self.deleted()
        self.search()
        self.sums()
        self.requests()
        self.files()
        self.twice()
        self.work()
        self.whom_to_mention()
        for address in OTHERS:
            self.told(self.reader.get(address))

    def lists(self) -> None:
        """Lists and their exports show all that is seen, and the page of all lists counts it."""
        for noun, address in LISTS.items():
            names = [NAMES[f"{noun}{n}"] for n in range(3)]
            self.shows(address, names, self._seen(noun))
            self.shows(f"{address}?export=csv", names, self._seen(noun))
        book = self.reader.get("/contacts", export="xlsx").content
        cells = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
        text = " ".join(str(cell) for row in cells for cell in row)
        assert not _among(text, self.secret), self.login
        assert _among(text, self._seen("contact")) == self._seen("contact"), self.login
        page = self.reader.page("/records")
        said = {a.text: a for item in page.all("li") for a in [item] if item.all("span")}
        for title, noun in COUNTED.items():
            (line,) = [text for text in said if text.startswith(f"{title} ")]
            rows = sum(self._sees(noun, row) for row in self.world.rows[noun])
            assert line.split()[-1] == str(rows), (self.login, line)

    def many_at_once(self) -> None:
        """A change of many rows shows before it is made those that are the reader's to change, whatever is named."""
        rows = self.world.rows["opportunity"]
        form = {
            "column": "source",
            "value": "Fair",
            "do": "preview",
            "key": [r["id"] for r in rows],
        }
        answer = self.reader.post("/change/opportunity", **form)
        may = {NAMES[r["id"]] for r in rows if edits(self.world, self.login, "opportunity", r)}
        works = self.login["role"] != ONLY_LOOKS and (self.sees_all or self.me is not None)
        status = 404 if not works else 200 if may else 422
        assert answer.status_code == status, (self.login, answer.status_code)
        assert _among(self.told(answer), NAMES.values()) == may, self.login

    def pages(self) -> None:
        """Pages of records and of people; what is shared."""
        winners = {m["loser"]: m["winner"] for m in self.beside.merges}
        for noun, n in product(NAMED, range(3)):
            key = f"{noun}{n}"
            lives_on = winners.get(key) in self.seen
            answer = self.reader.get(f"{LISTS[noun]}/{key}")
            gone = 410 if key in self.past else 404
            status = 200 if key in self.seen else 302 if lives_on else gone
            assert answer.status_code == status, (self.login, key, answer.status_code)
            files = {f["name"] for f in self.beside.files if (f["noun"], f["key"]) == (noun, key)}
            assert _among(self.told(answer), files) == (files if status == 200 else set()), key
        for row in self.world.rows["lead"]:
            may = edits(self.world, self.login, "lead", row)
            status = 404 if row["id"] not in self.seen else 200 if may else 403
            answer = self.reader.get(f"/convert/{row['id']}")
            assert answer.status_code == status, (self.login, row, answer.status_code)
            self.told(answer)
        for person in self.world.rows["person"][:4]:
            self.told(self.reader.get(f"/organisation/people/{person['id']}"))
        shared = {
            NAMES[row["id"]]
            for noun in NAMED[:-1]
            for row in self.world.rows[noun]
            if self.me and row["id"] in self.seen and shares_with(self.world, self.me, noun, row)
        }
        self.shows("/shared", NAMES.values(), shared)

    def deleted(self) -> None:
        """What was deleted is listed for who would see it, but for what lives on in something else."""
        merged = {m["loser"] for m in self.beside.merges}
        for noun in NAMED:
            rows = [r for r in self.world.rows[noun] if r["deleted"] and r["id"] not in merged]
            would_be = {r["id"]: {**r, "deleted": False} for r in rows}
            seen = {key for key, row in would_be.items() if self._sees(noun, row)}
            answer = self.reader.get(f"/deleted/{noun}")
            assert answer.status_code == 200, (self.login, noun)
            main = read_markup(answer.content.decode()).one("main")
            assert _among(main.text, NAMES.values()) == {NAMES[key] for key in seen}, noun
            theirs = {k for k in seen if edits(self.world, self.login, noun, would_be[k])}
            assert {b.attrs["value"] for b in main.all("button", name="key")} == theirs, noun
            for key in set(would_be) - theirs:
                status = 403 if key in seen else 404
                answer = self.reader.post(f"/deleted/{noun}", key=key)
                assert answer.status_code == status, (self.login, key)

    def search(self) -> None:
        """The palette finds what is seen."""
        for key, name in NAMES.items():
            found = self.told(self.reader.get("/find", q=name))
            if not key.startswith("activity"):
                assert (name in found) == (key in self.seen), (self.login, name)

    def sums(self) -> None:
        """A number adds up what is seen, and nothing else: a deal's amount says which deal it is in any sum."""
        keys = [row["id"] for row in self.world.rows["opportunity"] if row["id"] in self.seen]
        if keys:
            total = sum(1_000 << int(key[-1]) for key in keys)
            page = self.reader.page("/numbers/open_pipeline").text
            assert re.search(rf"\${total:,}(?![\d,])", page), (self.login, total)

    def requests(self) -> None:
        """The queue, what one asked, each request, and what is counted of them."""
        of_me = [r for r in self.beside.requests if r["asker"] == self.place]
        handled = [r for r in self.beside.requests if handles(self.login, self.place, r)]
        titles = [r["title"] for r in self.beside.requests]
        queue = handled if self.sees_all else of_me
        self.shows("/requests?state=any", titles, {r["title"] for r in queue})
        self.shows("/requests?state=any&view=asked", titles, {r["title"] for r in of_me})
        for n, request in enumerate(self.beside.requests):
            there = sees_request(self.login, self.place, request)
            answer = self.reader.get(f"/requests/{request['pk']}")
            assert answer.status_code == (200 if there else 404), (self.login, request)
            names = self.told(answer)
            if there:
                assert {request["title"], request["reply"], f"requestfileq{n}q"} <= names
                assert (request["note"] in names) == (request in handled), (self.login, request)
                linked = {NAMES[key] for key in request["links"].values() if key in self.seen}
                assert _among(answer.content.decode(), NAMES.values()) == linked, request
        counted = self.reader.get("/requests/effectiveness", export="csv")
        assert (counted.status_code == 200) == self.sees_all
        if self.sees_all:
            lines = b"".join(counted).decode("utf-8-sig").splitlines()[1:]
            assert sum(int(line.split(",")[3]) for line in lines) == len(handled), self.login

    def files(self) -> None:
        """Each file by its own address."""
        for file in self.beside.files:
            there = sees_file(self.world, self.login, self.place, self.beside, file)
            answer = self.reader.get(f"/files/{file['pk']}")
            assert answer.status_code == (200 if there else 404), (self.login, file)
            assert not there or b"".join(answer) == b"held"

    def twice(self) -> None:
        """What looks like one thing, what was decided about it, and records beside each other."""
        for noun in SEARCHED:
            keys = [row["id"] for row in self.world.rows[noun]]
            names = [NAMES[key] for key in keys]
            there = {key for key in keys if compares(self.world, self.login, noun, key)}
            proposed = _pairs_among(self.beside.pairs, noun, there)
            found = {NAMES[key] for pair in proposed for key in pair}
            answer = self.shows(f"/duplicates?noun={noun}", names, found)
            tabs = read_markup(answer.content.decode()).one("nav", aria_label="Of what").text
            assert f"{noun.capitalize()}s {len(proposed)}" in tabs, (self.login, tabs)
            decided = set[str]().union(*_pairs_among(self.beside.apart, noun, there))
            for merge in self.beside.merges:
                if merge["noun"] == noun and merge["winner"] in there:
                    decided |= {merge["winner"], merge["loser"]}
            self.shows(f"/duplicates/decided?noun={noun}", names, {NAMES[key] for key in decided})
            query = urlencode([("key", key) for key in keys])
            answer = self.reader.get(f"/duplicates/{noun}/merge?{query}")
            status = {0: 404, 1: 400}.get(len(there), 200)
            assert answer.status_code == status, (self.login, noun, there)
            assert _among(self.told(answer), names) == {NAMES[key] for key in there}, self.login

    def own(self) -> None:
        """What one looked at, what one has to do, where one was mentioned, and one's calendar."""
        looks = {m["key"] for m in self.beside.looks if m["login"] == self.place}
        self.shows("/find", NAMES.values(), {NAMES[key] for key in looks & self.seen})
        mine = {noun: self._own(noun) for noun in ("activity", "opportunity")}
        mentions = [m for m in self.beside.mentions if m["login"] == self.place]
        notes = {NAMES[m["key"]] for m in mentions if m["key"] in self.seen}
        in_requests = [
            (self.beside.requests[m["key"]], m) for m in mentions if m["noun"] == "request"
        ]
        # Where a note of the desk mentions somebody, it is for whoever reads the notes.
        asked = [
            request
            for request, mention in in_requests
            if (handles if mention["by_note"] else sees_request)(self.login, self.place, request)
        ]
        self.told(self.reader.get("/tasks"))
        page = self.reader.page("/tasks")
        for_you = [s.text for s in page.all("section") if s.attrs.get("aria-labelledby") == "fyh"]
        words = [*NAMES.values(), *(r["title"] for r in self.beside.requests)]
        told = _among(" ".join(for_you), words)
        expected = notes | {r["title"] for r in asked}
        assert told == expected, (self.login, told ^ expected)
        assert self.mailed(MENTION, words) == expected, self.login
        moved = {
            request["title"]
            for request, _ in in_requests
            if self.place in (request["asker"], request["owner"])
            and sees_request(self.login, self.place, request)
        }
        assert self.mailed(REQUEST, words) == moved, self.login
        morning = morning_of(system_clock().date(), "UTC")
        Notice.objects.bulk_create(
            Notice(
                login=self.user, kind=TASK, noun="activity", record_id=f"activity{n}", at=morning
            )
            for n in range(3)
        )
        assert self.mailed(TASK, words) == mine["activity"], self.login
        names = {NAMES[f"activity{n}"] for n in range(3)}
        assert _among(page.one("main").text, names) == mine["activity"] | notes, self.login
        feed = self.reader.get(f"/calendar/{open_calendar(self.user, system_clock)}.ics")
        self.told(feed)
        entries = " ".join(re.findall(r"SUMMARY:(.*)", feed.content.decode()))
        expected = mine["activity"] | mine["opportunity"]
        assert _among(entries, NAMES.values()) == expected, self.login

    def mailed(self, kind: str, words: Iterable[str]) -> set[str]:
        """Those of some words that a mail about all that one was to be told of would say."""
        notices = Notice.objects.filter(login=self.user, kind=kind)
        letter = letter_of(self.user, kind, notices, system_clock())
        text = f"{letter.subject} {letter.text()} {letter.html()}" if letter else ""
        assert not _among(text, self.secret), (self.login, kind)
        return _among(text, words)

    def work(self) -> None:
        """Long work, and what came of each piece of it."""
        seen = {j["file"]: sees_job(self.login, self.place, j) for j in self.beside.jobs}
        self.shows("/work", seen, {name for name, there in seen.items() if there})
        for job in self.beside.jobs:
            status = self.reader.get(f"/work/{job['pk']}").status_code
            assert status == (302 if seen[job["file"]] else 404), (self.login, job)
            status = self.reader.get(f"/change/account/{job['changes']}").status_code
            assert status == (200 if job["asker"] == self.place else 404), (self.login, job)

    def whom_to_mention(self) -> None:
        """Who is offered where somebody writes: whoever sees what it is about, told to whoever sees it as well."""
        for noun, key in (("opportunity", "opportunity0"), ("activity", "activity1")):
            row = self.world.find(noun, key)
            who = [bool(row and sees(self.world, login, noun, row)) for login in self.logins]
            self._offered(f"{noun}/{key}", who)
        request = self.beside.requests[0]
        who = [sees_request(login, n, request) for n, login in enumerate(self.logins)]
        self._offered(f"request/{request['pk']}", who)

    def _offered(self, about: str, who: list[bool]) -> None:
        answer = self.reader.get(f"/people-to-mention?about={quote(about)}")
        assert answer.status_code == (200 if who[self.place] else 404), (self.login, about)
        if who[self.place]:
            shown = set(re.findall(r'data-mention="loginq(\d)q"', answer.content.decode()))
            wanted = {str(n) for n, may in enumerate(who) if may and n != self.place}
            assert shown == wanted, (self.login, about)

    def shows(self, address: str, among: Iterable[str], expected: set[str]) -> Answer:
        """The answer, which of some words has exactly those."""
        answer = self.reader.get(address)
        assert answer.status_code == 200, (self.login, address, answer.status_code)
        assert _among(self.told(answer), among) == expected, (self.login, address)
        return answer

    def told(self, answer: Answer) -> set[str]:
        """The words that an answer has. None of them may be secret."""
        body = b"".join(answer) if answer.streaming else answer.content
        text = body.decode("utf-8-sig")
        leaked = _among(text, self.secret)
        assert not leaked, (self.login, answer.request["PATH_INFO"], leaked)
        return _among(text, self.allowed)

    def _sees(self, noun: str, row: Row) -> bool:
        return sees(self.world, self.login, noun, row)

    def _seen(self, noun: str) -> set[str]:
        return {NAMES[key] for key in self.seen if key.startswith(noun)}

    def _own(self, noun: str) -> set[str]:
        """What is of the reader's own person, where they are known at all."""
        if not (self.sees_all or self.me) or not self.login["person_id"]:
            return set()
        rows = self.world.rows[noun]
        own = [r for r in rows if r["owner_id"] == self.login["person_id"] and not r["deleted"]]
        return {NAMES[row["id"]] for row in own}

    def _manages(self, person: Row) -> bool:
        """A person's address is for themselves, who manages them, and sales operations."""
        if self.sees_all or self.me is None:
            return self.sees_all
        return manages(self.world, self.login, self.me, person["id"])


def _pairs_among(pairs: list[Row], noun: str, there: set[str]) -> list[set[str]]:
    """The pairs of a noun of which both records are among those."""
    found = [{p["left"], p["right"]} for p in pairs if p["noun"] == noun]
    return [pair for pair in found if pair <= there]


def _among(text: Iterable[str], words: Iterable[str]) -> set[str]:
    return {word for word in words if word in text}
