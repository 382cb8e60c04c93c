"""Requests to sales operations: who may do what with them, their clock, and that nothing done is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.db import connection

from salesops.actions.answer_request import answer_request
from salesops.actions.arrange_desk import save_canned_answer, save_kind
from salesops.actions.ask_for import ask_for
from salesops.actions.edit_record import Unfit
from salesops.actions.end_request import close_own_request, reopen_own_request
from salesops.actions.handling_request import Outrun
from salesops.actions.sort_request import sort_request
from salesops.actions.take_request import give_request, take_request
from salesops.actions.undo_request import undo_request
from salesops.foundations.business_hours import BusinessHours
from salesops.foundations.clock import Clock, fixed_clock, system_clock
from salesops.foundations.problem import Refusal
from salesops.records.models import Opportunity, Person, Request, RequestEvent, RequestKind
from salesops.records.request_course import follow
from salesops.records.request_kinds import keep_usual_kinds, kinds
from salesops.records.request_reach import requests_handled_by, requests_visible_to
from salesops.records.user import ROLES, User

pytestmark = pytest.mark.django_db

HOURS = BusinessHours()  # nine to five, Monday to Friday, in UTC
DESK = ("administrator", "vp", "manager", "analyst", "representative")


def at(hour: float, day: int = 4) -> Clock:
    """An hour of May 2026, whose 4th is a Monday."""
    return fixed_clock(datetime(2026, 5, day, int(hour), int(hour % 1 * 60), tzinfo=UTC))


def _login(name: str, role: str, person: Person | None = None) -> User:
    made: User = User.objects.create_user(
        f"{name}@example.com", None, name=name, role=role, person=person
    )
    return made


@pytest.fixture
def bob() -> User:
    return _login("Bob", "salesperson", Person.objects.create(id="bob", name="Bob"))


@pytest.fixture
def rita() -> User:
    return _login("Rita", "representative")


@pytest.fixture
def ravi() -> User:
    return _login("Ravi", "manager")


def _asked(by: User, kind: str = "data_fix", clock: Clock | None = None) -> int:
    return ask_for(by, kind, "Wrong stage", "The mill is won.", clock or at(9), HOURS).pk


def _now(key: int) -> Request:
    found: Request = Request.objects.get(pk=key)
    return found


# Asking


def test_a_request_has_the_service_level_of_its_kind_and_who_has_it_first(bob: User) -> None:
    rita = _login("Rita", "representative")
    keep_usual_kinds()
    RequestKind.objects.filter(pk="data_fix").update(owner=rita)
    made = _now(_asked(bob))
    assert (made.state, made.owner, made.priority) == ("new", rita, 2)
    assert made.due_at == at(13)()  # four hours to the first answer
    RequestKind.objects.filter(pk="data_fix").update(answer_minutes=1)
    assert _now(made.pk).answer_minutes == 240


@pytest.mark.parametrize(
    ("column", "given"),
    [
        ("title", {"title": "  "}),
        ("title", {"title": "x" * 201}),
        ("needed", {"needed": "\0 \n"}),
        ("kind", {"kind": "nothing"}),
        ("wanted_on", {"wanted_on": date(2026, 5, 3)}),
        ("about", {"records": ["opportunity/others"]}),
        ("about", {"records": ["person/bob"]}),
    ],
)
def test_what_cannot_be_asked_is_told_where(bob: User, column: str, given: dict[str, str]) -> None:
    Opportunity.objects.create(id="others", name="Not Bob's", owner_id="alice")
    form = {"kind": "report", "title": "A list", "needed": "All mills"} | given
    with pytest.raises(Unfit) as unfit:
        ask_for(bob, clock=at(9), hours=HOURS, **form)  # type: ignore[arg-type]
    assert unfit.value.column == column
    assert not Request.objects.exists()


def test_a_kind_that_is_offered_no_more_cannot_be_asked(bob: User) -> None:
    keep_usual_kinds()
    RequestKind.objects.filter(pk="report").update(is_offered=False)
    with pytest.raises(Unfit):
        _asked(bob, "report")


def test_a_default_owner_who_left_the_desk_gets_nothing(bob: User, rita: User) -> None:
    keep_usual_kinds()
    RequestKind.objects.update(owner=rita)
    User.objects.filter(pk=rita.pk).update(role="salesperson")
    assert _now(_asked(bob)).owner is None


# Who sees and does what


def test_the_desk_sees_all_but_what_is_secret_and_others_their_own(bob: User) -> None:
    plain, secret = _asked(bob), _asked(bob, "pay")
    for role in dict(ROLES):
        other = _login(role, role)
        seen = set(requests_visible_to(other).values_list("pk", flat=True))
        wanted = {plain, secret} if role == "administrator" else {plain} if role in DESK else set()
        assert seen == wanted, role
        assert set(requests_handled_by(other).values_list("pk", flat=True)) == wanted, role
    assert requests_visible_to(bob).count() == 2
    assert requests_handled_by(bob).count() == 0


def test_a_secret_request_is_also_for_who_is_named_with_its_kind_or_has_it(
    bob: User, rita: User, ravi: User
) -> None:
    secret = _asked(bob, "pay")
    RequestKind.objects.get(pk="pay").handlers.add(rita)
    assert requests_visible_to(rita).filter(pk=secret).count() == 1
    assert not requests_visible_to(ravi).filter(pk=secret).exists()
    with pytest.raises(Refusal, match="does not handle requests of this kind"):
        give_request(rita, secret, ravi, at(10), HOURS)
    for login in (rita, bob):  # who leaves the desk, or the office, sees it no more
        User.objects.filter(pk=login.pk).update(role="salesperson", is_active=login is rita)
        login.refresh_from_db()
        assert not requests_visible_to(login).exists()


def test_who_does_not_handle_a_request_does_nothing_with_it(bob: User, ravi: User) -> None:
    plain, secret = _asked(bob), _asked(bob, "pay")
    tries: list[Callable[[User, int], object]] = [
        lambda who, key: take_request(who, key, at(10), HOURS),
        lambda who, key: give_request(who, key, ravi, at(10), HOURS),
        lambda who, key: answer_request(who, key, at(10), HOURS, text="x", is_note=True),
        lambda who, key: answer_request(who, key, at(10), HOURS, text="x", state="solved"),
        lambda who, key: answer_request(who, key, at(10), HOURS, minutes=5),
        lambda who, key: sort_request(who, key, "report", 1, at(10), HOURS),
    ]
    more = [
        *tries,
        lambda who, key: answer_request(who, key, at(10), HOURS, text="x"),
        lambda who, key: close_own_request(who, key, at(10), HOURS),
        lambda who, key: reopen_own_request(who, key, "x", at(10), HOURS),
        lambda who, key: undo_request(who, key, 1, at(10), HOURS),
    ]
    charlie = _login("Charlie", "salesperson")
    for attempt in tries:
        with pytest.raises(Refusal, match="Only sales operations"):
            attempt(bob, plain)
    for attempt in more:
        for who, key in ((charlie, plain), (ravi, secret)):
            with pytest.raises(Refusal, match="There is no such request"):
                attempt(who, key)
    assert RequestEvent.objects.count() == 2


def test_only_administrators_decide_about_kinds_and_only_the_desk_keeps_answers(
    bob: User, ravi: User
) -> None:
    level = {"name": "Pay", "asks": "", "priority": 2, "answer_minutes": 60, "solve_minutes": 60}
    for who in (bob, ravi):
        with pytest.raises(Refusal, match="Only an administrator"):
            save_kind(who, "pay", at(9), **level)  # type: ignore[arg-type]
    with pytest.raises(Refusal, match="Only sales operations"):
        save_canned_answer(bob, None, "Done", "It is done.", at(9))
    dora = _login("Dora", "administrator")
    with pytest.raises(Refusal, match="does not work for sales operations"):
        save_kind(dora, "pay", at(9), owner=bob, **level)  # type: ignore[arg-type]
    save_kind(dora, "pay", at(9), is_secret=True, handlers=[ravi], **level)  # type: ignore[arg-type]
    made = save_kind(dora, "", at(9), **level | {"name": "Pay!"})  # type: ignore[arg-type]
    assert (made.pk, len(kinds())) == (made.pk, 9)
    assert made.pk != "pay"
    save_canned_answer(ravi, None, "Done", "It is done.", at(9))


# The clock


def test_the_clock_runs_in_business_hours_and_stands_while_the_asker_is_waited_for(
    bob: User, rita: User
) -> None:
    key = _asked(bob, clock=at(16))  # Monday
    answer_request(rita, key, at(9.5, 5), HOURS, text="Which mill?", state="waiting", seen="new")
    waiting = _now(key)
    assert (waiting.answer_seconds, waiting.clock_seconds) == (5400, 5400)
    assert (waiting.due_at, waiting.owner) == (None, rita)
    answer_request(bob, key, at(9, 7), HOURS, text="The one in Ulm.")
    going_on = _now(key)
    assert going_on.state == "in_progress"
    # of sixteen hours one and a half are gone: all of Thursday, and Friday until 15:30
    assert going_on.due_at == at(15.5, 8)()
    answer_request(rita, key, at(11, 7), HOURS, text="Done.", state="solved", minutes=25)
    solved = _now(key)
    assert (solved.clock_seconds, solved.due_at, solved.effort_minutes) == (12_600, None, 25)
    assert solved.solved_at == at(11, 7)()


def test_who_asked_settles_or_reopens_it_within_fourteen_days(bob: User, rita: User) -> None:
    key = _asked(bob)
    answer_request(rita, key, at(10), HOURS, text="Done.", state="solved")
    with pytest.raises(Refusal, match="Only who asked"):
        close_own_request(rita, key, at(11), HOURS)
    reopen_own_request(bob, key, "Not yet", at(9, 18), HOURS)
    assert (_now(key).state, _now(key).reopened, _now(key).solved_at) == ("reopened", 1, None)
    assert _now(key).due_at is not None
    answer_request(rita, key, at(10, 18), HOURS, text="Now it is.", state="solved")
    close_own_request(bob, key, at(11, 18), HOURS)
    closed = _now(key)
    assert (closed.state, closed.solved_at) == ("closed", at(10, 18)())
    with pytest.raises(Refusal, match="Reopen it, or send a new"):
        answer_request(bob, key, at(12, 18), HOURS, text="Thanks")
    late = fixed_clock(datetime(2026, 6, 1, 10, tzinfo=UTC))
    with pytest.raises(Refusal, match="more than 14 days ago"):
        reopen_own_request(bob, key, "Again", late, HOURS)


# Two at once


def test_who_is_late_is_told_who_has_it_and_changes_nothing(
    bob: User, rita: User, ravi: User
) -> None:
    key = _asked(bob)
    take_request(rita, key, at(10), HOURS)
    with pytest.raises(Outrun, match="Rita took R-"):
        take_request(ravi, key, at(10), HOURS)
    with pytest.raises(Outrun, match=r"Rita made R-.* “In progress” meanwhile"):
        answer_request(ravi, key, at(10), HOURS, text="Done.", state="solved", seen="new")
    assert (_now(key).owner, _now(key).events.count()) == (rita, 3)
    give_request(ravi, key, ravi, at(11), HOURS, seen=rita.pk)
    assert _now(key).owner == ravi


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_the_same_request_at_once_one_has_it() -> None:
    rita, ravi = _login("Rita", "representative"), _login("Ravi", "manager")
    key = ask_for(_login("Bob", "salesperson"), "tool", "Slow", "All", system_clock, HOURS).pk
    at_once, late = threading.Barrier(2), []

    def take(who: User) -> None:
        at_once.wait()
        try:
            take_request(who, key, system_clock, HOURS)
        except Outrun:
            late.append(who)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(who,)) for who in (rita, ravi)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(late) == 1
    assert _now(key).owner not in late


# Nothing is lost


def test_what_cannot_be_done_to_a_state_is_refused(bob: User, rita: User) -> None:
    key = _asked(bob)
    for state, text in (("solved", ""), ("waiting", " "), ("closed", "")):
        with pytest.raises(Unfit, match="Write"):
            answer_request(rita, key, at(10), HOURS, state=state, text=text)
    with pytest.raises(Unfit, match="Write"):
        answer_request(rita, key, at(10), HOURS, state="solved", text="x", is_note=True)
    for state in ("reopened", "nonsense"):
        with pytest.raises(Refusal, match="cannot become"):
            answer_request(rita, key, at(10), HOURS, state=state, text="x")
    answer_request(rita, key, at(10), HOURS, text="Twice, see R-1", state="closed")
    with pytest.raises(Refusal, match="Reopen it first"):
        take_request(rita, key, at(10), HOURS)
    assert _now(key).solved_at is None


def test_what_one_did_is_taken_back_unless_it_was_read_or_gone_on_from(
    bob: User, rita: User, ravi: User
) -> None:
    key = _asked(bob)
    before = _now(key)
    taken = take_request(rita, key, at(10), HOURS)
    with pytest.raises(Refusal, match="undone no more"):
        undo_request(ravi, key, taken.pk, at(10), HOURS)
    undo_request(rita, key, taken.pk, at(10), HOURS)
    assert {f.name: getattr(_now(key), f.name) for f in Request._meta.fields} == {
        f.name: getattr(before, f.name) for f in Request._meta.fields
    }
    assert _now(key).events.count() == 5
    replied = answer_request(rita, key, at(11), HOURS, text="I look at it")
    spent = answer_request(rita, key, at(12), HOURS, minutes=30)
    for change in (taken, replied):
        with pytest.raises(Refusal, match="undone no more"):
            undo_request(rita, key, change.pk, at(12), HOURS)
    undo_request(rita, key, spent.pk, at(12), HOURS)
    assert (_now(key).effort_minutes, _now(key).state) == (0, "in_progress")


def test_sorted_as_secret_it_leaves_who_may_not_have_it(bob: User, rita: User) -> None:
    key = _asked(bob)
    take_request(rita, key, at(10), HOURS)
    sort_request(rita, key, "pay", 1, at(11), HOURS)
    now = _now(key)
    assert (now.kind_id, now.priority, now.owner, now.solve_minutes) == ("pay", 1, None, 24 * 60)
    assert not requests_visible_to(rita).exists()


def test_a_request_is_what_its_events_tell(bob: User, rita: User) -> None:
    key = _asked(bob)
    take_request(rita, key, at(10), HOURS)
    answer_request(rita, key, at(11), HOURS, text="Done.", state="solved", minutes=10)
    reopen_own_request(bob, key, "No", at(12), HOURS)
    kept = _now(key)
    told = Request.objects.get(pk=key)
    told.state, told.owner, told.effort_minutes, told.reopened = "new", None, 99, 9
    follow(told, told.events.select_related("change"), HOURS)
    for field in Request._meta.fields:
        assert getattr(told, field.name) == getattr(kept, field.name), field.name
