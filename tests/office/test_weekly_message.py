"""On Monday morning each owner is written to about what of theirs is to be mended and done, once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import LazySettings, settings

from salesops.actions.changing import changing
from salesops.actions.mailing import MAIL_WEEKLY
from salesops.book.settings import load_settings, save_settings
from salesops.data_quality import Held
from salesops.jobs import checking, weekly, worker
from salesops.jobs.following import follow
from salesops.jobs.kinds import KINDS
from salesops.jobs.weekly import PLAN_WEEKLY, book_seen, plan_next, weekly_letter
from salesops.jobs.weekly_pipeline import pipeline_parts
from salesops.jobs.work import Lost, Work
from salesops.jobs.worker import Worker
from salesops.records.change import Change
from salesops.records.job import WAITING, Job
from salesops.records.models import Activity, Opportunity, PipelineStage
from salesops.records.weekly_message import WeeklyMessage
from tests.office.postbox import Postbox, postbox, text_of
from tests.office.readers import Office, Reader
from tests.office.selling import Follow, follows, selling

__all__ = ["follows", "selling"]
pytestmark = pytest.mark.django_db

SUNDAY = datetime(2026, 11, 29, 21, 0, tzinfo=UTC)
SEVEN = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)  # in Berlin


class Hands:
    """A clock that a test sets."""

    def __init__(self, now: datetime = SUNDAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


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
def to_do(selling: Office, follows: Follow) -> Office:
    """Bob has two deals past their date and a task overdue, Charlie one deal; Alice a task of tomorrow."""
    Opportunity.objects.filter(pk__in=("bob-deal", "mill", "charlie-deal")).update(
        close_date=date(2026, 3, 1)
    )
    _task("bob", "Call the mill", SEVEN - timedelta(days=12))
    _task("alice", "Later", SEVEN + timedelta(days=1))
    follows()
    _zone("Europe/Berlin")
    return selling


def _task(owner: str, subject: str, at: datetime) -> None:
    Activity.objects.create(
        id=subject, kind="task", subject=subject, owner_id=owner, is_done=False, occurred_at=at
    )


def _zone(name: str) -> None:
    said = load_settings(settings.SALESOPS_BOOK)
    calendar = said.calendar.model_copy(update={"time_zone": name})
    save_settings(settings.SALESOPS_BOOK, said.model_copy(update={"calendar": calendar}))


def _run(clock: Hands, most: int = 30) -> None:
    hand = Worker(KINDS, clock)
    for _ in range(most):
        if not hand.run_one():
            return
    raise AssertionError("There is always more to do.")


def _monday(clock: Hands) -> None:
    """Plan, and let the Monday come."""
    plan_next(clock)
    clock.now = SEVEN + timedelta(seconds=1)
    _run(clock)


@pytest.mark.usefixtures("to_do")
def test_each_owner_reads_of_their_own_and_who_has_nothing_gets_nothing(
    box: Postbox, as_bob: Reader, as_charlie: Reader
) -> None:
    _monday(Hands())
    mails = {str(mail["To"]): mail for mail in box.taken}
    assert set(mails) == {"bob@example.com", "charlie@example.com"}
    bob, charlie = text_of(mails["bob@example.com"]), text_of(mails["charlie@example.com"])
    assert mails["bob@example.com"]["Subject"].endswith("1 task overdue")
    assert "Close date has passed (2, $3K)" in bob
    assert "Call the mill (12 days overdue)" in bob
    assert "Close date has passed (1, $8K)" in charlie
    for text, mine, others in ((bob, "bob", "charlie"), (charlie, "charlie", "bob")):
        assert f"owner={mine}" in text
        assert others not in text.lower()
    for reader, text in ((as_bob, bob), (as_charlie, charlie)):
        links = re.findall(r"https://\S+", text)
        assert len(links) >= 3
        for link in links:
            page = reader.page(link.removeprefix("https://sales.example.com"))
            if "/clean-data/close_date_past" in link:
                count = re.search(r"Close date has passed \((\d)", text)
                assert count is not None
                assert len(page.rows("Close date has passed")) == int(count[1])


@pytest.mark.usefixtures("to_do")
def test_what_the_whole_book_holds_is_looked_up_once_for_all_who_are_written_to(
    box: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[object] = []

    def held_in(*book: Any) -> Held:
        looked.append(book)
        return checking.held_in(*book)

    monkeypatch.setattr(weekly, "checking", SimpleNamespace(held_in=held_in))
    _monday(Hands())
    assert (len(box.taken), len(looked)) == (2, 1)


@pytest.mark.usefixtures("to_do")
def test_each_turns_it_off_for_themselves(box: Postbox, as_bob: Reader, as_charlie: Reader) -> None:
    def is_on(reader: Reader) -> bool:
        page = reader.page("/account")
        return "checked" in page.one("input", name="message", value="weekly").attrs

    assert is_on(as_bob)
    as_bob.post("/account", do="messages", message=["mention", "request", "task"])
    assert not is_on(as_bob)
    assert is_on(as_charlie)
    assert Change.objects.get(verb="choose_messages").reason == "weekly message off"
    _monday(Hands())
    assert [mail["To"] for mail in box.taken] == ["charlie@example.com"]
    as_bob.post("/account", do="messages", message="weekly")
    assert is_on(as_bob)


@pytest.mark.usefixtures("to_do")
def test_it_is_sent_once_a_week_however_often_the_worker_dies(box: Postbox) -> None:
    clock = Hands()
    plan_next(clock)
    clock.now = SEVEN + timedelta(seconds=1)

    def dies(work: Work) -> object:
        KINDS[work.job.kind](work)
        raise Lost

    for kind in (PLAN_WEEKLY, MAIL_WEEKLY, MAIL_WEEKLY):
        Worker({**KINDS, kind: dies}, clock).run_one()
        clock.now += timedelta(minutes=1)
    _run(clock)
    plan_next(clock)
    Job.objects.filter(kind=PLAN_WEEKLY, state=WAITING).update(run_after=clock.now)
    _run(clock)  # asked for a second time in the same week
    assert sorted(str(mail["To"]) for mail in box.taken) == [
        "bob@example.com",
        "charlie@example.com",
    ]
    assert (
        WeeklyMessage.objects.filter(week=date(2026, 11, 30)).count() == 4
    )  # Ravi has nothing to read


@pytest.mark.usefixtures("to_do")
def test_the_next_one_is_planned_once_for_monday_at_seven_where_the_office_is() -> None:
    for _ in range(2):
        plan_next(Hands())
    (planned,) = Job.objects.filter(kind=PLAN_WEEKLY)
    assert planned.run_after == SEVEN
    _zone("America/New_York")
    plan_next(Hands())
    (planned,) = Job.objects.filter(kind=PLAN_WEEKLY)
    assert planned.run_after == SEVEN + timedelta(hours=6)
    clock = Hands(planned.run_after)
    _run(clock)
    following = Job.objects.get(kind=PLAN_WEEKLY, state=WAITING)
    assert following.run_after == planned.run_after + timedelta(days=7)


def _at(day: int, deals: dict[str, dict[str, Any]]) -> None:
    with changing(None, "edit", lambda: datetime(2026, 11, day, 9, tzinfo=UTC)):
        for key, values in deals.items():
            Opportunity.objects.update_or_create(id=key, defaults=values)


def test_who_leads_a_team_reads_what_changed_in_it_and_sales_operations_of_all_teams_and_nobody_else(
    served: Office, as_alice: Reader, as_: Callable[[str], Reader]
) -> None:
    PipelineStage.objects.create(
        pipeline="Sales", stage="Offer", position=1, outcome="open", is_qualified=True
    )
    PipelineStage.objects.create(pipeline="Sales", stage="Won", position=2, outcome="won")
    deal = {
        "pipeline": "Sales", "stage": "Offer", "currency": "USD", "amount_minor": 10_000_00,
        "close_date": date(2099, 9, 30), "account_id": "bob-account", "owner_id": "bob",
    }  # fmt: skip
    names = {"mill": "Mill", "quay": "Quay", "dock": "Dock"}
    _at(2, {key: {**deal, "name": name} for key, name in names.items()})
    _at(2, {"elsewhere": {**deal, "name": "Elsewhere", "owner_id": "charlie"}})
    _at(24, {"mill": {"stage": "Won"}, "elsewhere": {"stage": "Won"}})
    _at(25, {"quay": {"amount_minor": 15_000_00}})
    _at(26, {"dock": {"deleted_at": SUNDAY}})
    _at(29, {"late": {**deal, "name": "Pier", "amount_minor": 1_000_00}})
    follow(settings.SALESOPS_BOOK, Hands())
    _zone("Europe/Berlin")
    letter = weekly_letter(served.alice, SEVEN)
    assert letter is not None
    assert letter.subject.startswith("Pipeline −$14K")
    text = letter.text()
    assert "at the end of Sunday, 22 November: $30,000." in text
    assert "At the end of Sunday, 29 November: $16,000." in text
    for told in (
        "Created (1 deal, +$1K)",
        "Increased (1 deal, +$5K)",
        "Deleted (1 deal, −$10K)",
        "Won (1 deal, −$10K)",
    ):
        assert f"- {told}" in text
    moved = re.findall(r"^- (Mill|Quay|Dock|Pier|Elsewhere) ", text, re.MULTILINE)
    assert moved == ["Dock", "Mill", "Quay", "Pier"]
    assert "Elsewhere" not in text
    assert len(re.findall(r"https://\S+/what-changed\S+#deals", text)) == 4
    link = re.findall(r"https://sales.example.com(/what-changed\S+)#deals", text)[0]
    assert "What changed" in as_alice.page(link).text
    of_all = weekly_letter(served.ravi, SEVEN)
    assert of_all is not None
    told = of_all.text()
    # East is what Alice leads; of West she reads nothing.
    assert "East ($30K to $16K, −$14K)" in told
    assert "West ($10K to $0, −$10K)" in told
    assert "At the end of Sunday, 29 November: $16,000." in told
    assert "Elsewhere" in told
    of_west = re.findall(r"https://sales.example.com(/what-changed\S+group=West)", told)[0]
    assert "of West" in as_("ravi").page(of_west).text
    for login in (served.bob, served.charlie, served.dora):
        with book_seen(login) as book:
            assert book is not None
            assert pipeline_parts(login, book, SEVEN.date()) == ([], "")


def test_where_there_is_no_mail_nothing_is_planned(settings: LazySettings, office: Office) -> None:
    settings.SALESOPS_MAIL = None
    plan_next(Hands())
    assert office
    assert not Job.objects.exists()
