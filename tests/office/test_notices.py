"""People are mailed what waits for them: what they may see and still waits, each thing once, and no more often than calm."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.db import connection

from salesops.actions.answer_request import answer_request
from salesops.actions.ask_for import ask_for
from salesops.actions.create_record import create_record
from salesops.actions.edit_record import edit_record
from salesops.actions.mailing import MAIL_NOTICES
from salesops.actions.take_request import give_request
from salesops.actions.undo_request import undo_request
from salesops.foundations.business_hours import BusinessHours
from salesops.jobs import worker
from salesops.jobs.kinds import KINDS
from salesops.jobs.notices import plan_notices
from salesops.jobs.work import Lost, Work
from salesops.jobs.worker import Worker
from salesops.records.change import Change
from salesops.records.job import Job
from salesops.records.models import Activity, Opportunity
from salesops.records.notice import Notice
from salesops.records.user import User
from tests.office.postbox import HANG_UP, Postbox, postbox, text_of
from tests.office.readers import Office, Reader, make_login

pytestmark = pytest.mark.django_db

EIGHT = datetime(2026, 5, 4, 8, tzinfo=UTC)
HOURS = BusinessHours()


class Hands:
    """A clock that a test sets."""

    def __init__(self, now: datetime = EIGHT) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def goes(self, minutes: float) -> None:
        """So many minutes pass, in which a worker looks and does what is due."""
        plan_notices(self)
        self.now += timedelta(minutes=minutes)
        plan_notices(self)
        hand = Worker(KINDS, self)
        while hand.run_one():
            pass


@pytest.fixture(autouse=True)
def box(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postbox]:
    """A mail server the office knows."""
    # The test's own transaction would keep a heart of another thread waiting.
    monkeypatch.setattr(worker, "BEAT_SECONDS", 60.0)
    with postbox() as made:
        settings.SALESOPS_MAIL = made.server()
        settings.SALESOPS_ADDRESS = "https://sales.example.com"
        yield made


@pytest.fixture
def clock() -> Hands:
    """Eight on a Monday morning."""
    return Hands()


def _note(actor: User, text: str, clock: Hands, deal: str = "bob-deal") -> str:
    values = {"subject": text, "kind": "note", "opportunity_id": deal, "is_done": True}
    return create_record(actor, Activity, values, clock).pk


def _task(key: str, owner: str, at: datetime, **more: object) -> None:
    given = {"kind": "task", "subject": key, "owner_id": owner, "is_done": False} | more
    Activity.objects.create(id=key, occurred_at=at, **given)


def _told(box: Postbox) -> list[tuple[str, str]]:
    """Whom each mail was for, and its subject, in order; the box is empty then."""
    found = [(str(mail["To"]).partition("@")[0], str(mail["Subject"])) for mail in box.taken]
    box.taken.clear()
    return found


def test_who_was_mentioned_is_told_in_one_mail_unless_they_looked(
    box: Postbox, clock: Hands, served: Office
) -> None:
    first = _note(served.alice, "Dear @Bob, not for the mail", clock)
    second = _note(served.ravi, "@Bob @Alice once more", clock)
    Reader(served.alice).get(f"/activities/{second}")
    clock.goes(0.5)
    assert _told(box) == []
    clock.goes(1)
    (mail,) = box.taken
    text = text_of(mail)
    assert (mail["To"], mail["Subject"]) == (
        "bob@example.com", "2 people mentioned you in 2 places",
    )  # fmt: skip
    for key in (first, second):
        assert f"https://sales.example.com/activities/{key}" in text
    assert "(Ravi)" in text
    assert "https://sales.example.com/account" in text
    _told(box)
    clock.goes(60)
    assert _told(box) == []


def test_two_mails_of_a_kind_are_minutes_apart_and_what_came_meanwhile_is_in_the_second(
    box: Postbox, clock: Hands, office: Office
) -> None:
    _note(office.alice, "@Bob one", clock)
    clock.goes(1)
    assert _told(box) == [("bob", "Alice mentioned you in @Bob one")]
    for text in ("@Bob two", "@Bob three"):
        _note(office.alice, text, clock)
        clock.goes(1)
    assert _told(box) == []
    clock.goes(4)
    assert _told(box) == [("bob", "Alice mentioned you in 2 places")]


def test_who_asked_and_who_has_it_are_told_what_others_did_with_a_request(
    box: Postbox, clock: Hands, office: Office
) -> None:
    request = ask_for(office.bob, "data_fix", "The mill", "It is won.", clock, HOURS).pk
    clock.goes(10)
    assert _told(box) == []  # nobody has it yet
    give_request(office.dora, request, office.ravi, clock, HOURS)
    clock.goes(10)
    assert _told(box) == [("ravi", f"R-{request} The mill: given to you by Dora")]
    answer_request(office.ravi, request, clock, HOURS, text="Secret words", is_note=True, minutes=5)
    answer_request(office.ravi, request, clock, HOURS, text="Done so, @Bob", state="solved")
    clock.goes(10)
    (mail,) = box.taken
    assert "Secret words" not in text_of(mail)
    assert "(Answered by Ravi; Solved, by Ravi)" in " ".join(text_of(mail).split())
    assert _told(box) == [("bob", f"R-{request} The mill: solved, by Ravi")]
    answer_request(office.bob, request, clock, HOURS, text="Thank you")
    clock.goes(10)
    assert _told(box) == [("ravi", f"R-{request} The mill: answered by Bob")]


def test_what_was_taken_back_given_on_or_hidden_meanwhile_is_not_told(
    box: Postbox, clock: Hands, office: Office
) -> None:
    ann = make_login("Ann", "analyst")
    request = ask_for(office.bob, "data_fix", "The mill", "It is won.", clock, HOURS).pk
    moved = answer_request(office.ravi, request, clock, HOURS, state="in_progress")
    undo_request(office.ravi, request, moved.pk, clock, HOURS)
    give_request(office.dora, request, ann, clock, HOURS)
    give_request(office.dora, request, None, clock, HOURS, seen=ann.pk)
    answer_request(office.dora, request, clock, HOURS, text="@Ann a note", is_note=True)
    note = _note(office.ravi, "@Charlie sees it now", clock, "charlie-deal")
    Opportunity.objects.filter(pk="charlie-deal").update(owner="alice")
    User.objects.filter(pk=ann.pk).update(role="salesperson")
    clock.goes(10)
    assert _told(box) == []
    assert Notice.objects.filter(record_id=note, mail__isnull=False).exists()


def test_a_note_of_the_desk_is_for_the_desk_also_where_it_mentions_who_asked_and_left_the_desk(
    clock: Hands, served: Office
) -> None:
    ann = make_login("Ann", "analyst")
    request = ask_for(ann, "data_fix", "The mill", "It is won.", clock, HOURS).pk
    answer_request(served.ravi, request, clock, HOURS, text="@Ann a note", is_note=True)
    assert "Ravi mentioned you" in Reader(ann).page("/tasks").text
    User.objects.filter(pk=ann.pk).update(role="salesperson")
    assert "mentioned you" not in Reader(ann).page("/tasks").text


def test_tasks_are_told_in_the_morning_and_those_with_a_time_when_it_comes(
    box: Postbox, office: Office
) -> None:
    clock = Hands(EIGHT.replace(hour=6, minute=30))
    midnight = EIGHT.replace(hour=0)
    _task("For today", "bob", midnight)
    _task("Call", "bob", midnight.replace(hour=9, minute=30))
    _task("Early", "bob", midnight.replace(hour=6, minute=31))
    _task("Done", "bob", midnight, is_done=True)
    _task("Tomorrow", "bob", midnight + timedelta(days=1))
    _task("Yesterday", "bob", midnight - timedelta(days=1))
    _task("Somebody else's", "nobody", midnight)
    assert office.bob
    clock.goes(1)
    assert _told(box) == [("bob", "At 06:31: Early")]
    clock.goes(30)
    (mail,) = box.taken
    assert "- For today (Today)" in text_of(mail)
    assert "- Call (09:30)" in text_of(mail)
    assert _told(box) == [("bob", "2 tasks are due today")]
    clock.goes(148)
    assert _told(box) == []
    clock.goes(1)
    assert _told(box) == [("bob", "At 09:30: Call")]
    clock.goes(60)
    assert _told(box) == []


def test_a_task_put_into_today_is_told_to_whoever_did_not_put_it_there(
    box: Postbox, clock: Hands, office: Office
) -> None:
    for actor, subject in ((office.bob, "By myself"), (office.alice, "By Alice")):
        values = {"subject": subject, "kind": "task", "owner_id": "bob", "is_done": False}
        create_record(actor, Activity, values | {"occurred_at": EIGHT.replace(hour=0)}, clock)
    clock.goes(1)
    assert _told(box) == [("bob", "Due today: By Alice")]


def test_a_task_that_was_moved_or_done_before_the_mail_went_out_is_not_told(
    box: Postbox, clock: Hands, office: Office
) -> None:
    for key in ("Moved", "Done"):
        _task(key, "bob", EIGHT)
    plan_notices(clock)
    edit_record(office.bob, Activity, "Done", {"is_done": True}, clock)
    later = {"occurred_at": EIGHT + timedelta(minutes=90)}
    edit_record(office.alice, Activity, "Moved", later, clock)
    Worker(KINDS, clock).run_one()
    assert _told(box) == [("bob", "Due today: Moved")]
    clock.goes(90)
    assert _told(box) == [("bob", "At 09:30: Moved")]


def test_what_somebody_wrote_is_one_line_of_a_subject_and_no_header(
    box: Postbox, clock: Hands, office: Office
) -> None:
    _task("t1", "bob", EIGHT, subject="Ünter\r\nBcc: all@example.com " + "a" * 400)
    assert office.bob
    clock.goes(1)
    (mail,) = box.taken
    assert mail["Bcc"] is None
    assert str(mail["Subject"]).startswith("At 08:00: Ünter Bcc: all@example.com aaa")
    assert len(str(mail["Subject"])) == 150


def test_each_kind_is_turned_off_and_on_for_oneself(
    box: Postbox, clock: Hands, served: Office
) -> None:
    reader = Reader(served.bob)

    def choices() -> set[str]:
        page = reader.page("/account")
        assert page.faults == []
        return {c.attrs["value"] for c in page.all("input", name="message") if "checked" in c.attrs}

    assert choices() == {"mention", "request", "task", "weekly"}
    assert "no mail" not in reader.page("/account").text
    reader.post("/account", do="messages", message=["task", "weekly"])
    assert choices() == {"task", "weekly"}
    assert Change.objects.get(verb="choose_messages").reason == "mentions off, requests off"
    _note(served.alice, "@Bob one", clock)
    _task("For today", "bob", EIGHT.replace(hour=0))
    clock.goes(10)
    assert _told(box) == [("bob", "Due today: For today")]
    reader.post("/account", do="messages", message=["mention"])
    _note(served.alice, "@Bob two", clock)
    clock.goes(1)
    assert _told(box) == [("bob", "Alice mentioned you in @Bob two")]
    _note(served.alice, "@Bob three", clock)
    reader.post("/account", do="messages")  # before it was sent
    clock.goes(10)
    assert _told(box) == []


def test_where_there_is_no_mail_nothing_is_noted_and_the_page_of_choices_says_so(
    settings: LazySettings, clock: Hands, served: Office
) -> None:
    settings.SALESOPS_MAIL = None
    _note(served.alice, "@Bob one", clock)
    _task("For today", "bob", EIGHT.replace(hour=0))
    clock.goes(10)
    assert not Notice.objects.exists()
    assert not Job.objects.exists()
    assert "This office sends no mail" in Reader(served.bob).page("/account").text


def test_what_waited_for_a_server_is_told_together_when_it_is_back(
    box: Postbox, clock: Hands, office: Office
) -> None:
    box.at = {"EHLO": HANG_UP}
    for text in ("@Bob one", "@Bob two", "@Bob three"):
        _note(office.alice, text, clock)
        clock.goes(1)
    box.at = {}
    clock.goes(60)
    assert _told(box) == [("bob", "Alice mentioned you in 3 places")]


def test_a_worker_that_dies_tells_nothing_twice(box: Postbox, clock: Hands, office: Office) -> None:
    def dies(work: Work) -> object:
        KINDS[MAIL_NOTICES](work)
        raise Lost

    _note(office.alice, "@Bob one", clock)
    plan_notices(clock)
    clock.now += timedelta(minutes=2)
    Worker({**KINDS, MAIL_NOTICES: dies}, clock).run_one()
    for _ in range(3):
        clock.goes(10)
    assert _told(box) == [("bob", "Alice mentioned you in @Bob one")]


@pytest.mark.django_db(transaction=True)
def test_workers_that_look_at_once_tell_each_thing_once(box: Postbox, office: Office) -> None:
    clock = Hands()
    for n in range(12):
        _note(office.alice, f"@Bob @Ravi {n}", clock)
        _task(f"Task {n}", "charlie", EIGHT.replace(hour=0))
    starts = threading.Barrier(3)
    failed: list[BaseException] = []

    def works() -> None:
        try:
            starts.wait()
            for _ in range(4):
                plan_notices(clock)
            starts.wait()
            hand = Worker(KINDS, Hands(EIGHT + timedelta(minutes=2)))
            while hand.run_one():
                pass
        except BaseException as error:  # told by the test's own thread
            failed.append(error)
            starts.abort()
        finally:
            connection.close()

    hands = [threading.Thread(target=works) for _ in range(3)]
    for each in hands:
        each.start()
    for each in hands:
        each.join()
    assert failed == []
    assert sorted(_told(box)) == [
        ("bob", "Alice mentioned you in 12 places"),
        ("charlie", "12 tasks are due today"),
        ("ravi", "Alice mentioned you in 12 places"),
    ]
