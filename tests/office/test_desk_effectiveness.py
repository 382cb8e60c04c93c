"""The desk's own figures are sums over requests, and each leads to the requests it is made of; kinds are data."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from salesops.actions.answer_request import answer_request
from salesops.actions.ask_for import ask_for
from salesops.actions.end_request import close_own_request, reopen_own_request
from salesops.foundations.business_hours import BusinessHours
from salesops.foundations.clock import Clock, fixed_clock
from salesops.records.models import CannedAnswer, Request, RequestKind
from salesops.records.request_kinds import kinds
from salesops.records.request_tally import counted, tallies, together
from tests.office.readers import Office, Reader
from tests.web.markup import read_markup

pytestmark = pytest.mark.django_db

HOURS = BusinessHours()
PAGE = "/requests/effectiveness"


def at(day: int, hour: int = 9, month: int = 3) -> Clock:
    """An hour of March 2026, whose 2nd is a Monday."""
    return fixed_clock(datetime(2026, month, day, hour, tzinfo=UTC))


def _ask(office: Office, kind: str, clock: Clock) -> int:
    return ask_for(office.bob, kind, "Mills", "All", clock, HOURS).pk


def test_shares_are_ratios_of_sums_and_nothing_is_not_0(served: Office) -> None:
    first = _ask(served, "data_fix", at(2))  # four hours to the answer, sixteen to the solution
    answer_request(
        served.ravi, first, at(2, 11), HOURS, text="x", state="solved", minutes=20
    )  # in time
    second = _ask(served, "data_fix", at(3))
    answer_request(served.dora, second, at(3, 15), HOURS, text="Which?", state="waiting")  # late
    answer_request(served.bob, second, at(24), HOURS, text="This.")
    answer_request(
        served.dora, second, at(1, 10, month=4), HOURS, text="x", state="solved", minutes=70
    )  # late
    reopen_own_request(served.bob, second, "No", at(2, 9, month=4), HOURS)
    third = _ask(served, "report", at(4))
    close_own_request(served.bob, third, at(4, 10), HOURS)  # no answer was due
    fourth = _ask(served, "report", at(5))
    found = tallies(
        counted(Request.objects.all()), at(6)(), "UTC", lambda r, month: (month, r.kind_id)
    )  # the fourth is late since the 6th at nine
    fixes, reports = found["2026-03", "data_fix"], found["2026-03", "report"]
    assert (fixes.came, fixes.answers_due, fixes.share_answered_in_time) == (2, 2, 0.5)
    assert (fixes.answer_hours, fixes.solved, fixes.solve_hours) == (4, 1, 2)
    assert (fixes.reopened, fixes.effort_minutes, fixes.open) == (1, 90, 1)
    assert (reports.came, reports.answers_due, reports.answered_in_time) == (2, 1, 0)
    assert (reports.answer_hours, reports.share_solved_in_time, reports.age) == (None, None, 1)
    whole = together(found.values())
    assert (whole.came, whole.share_answered_in_time) == (4, 1 / 3)
    assert set(found) == {("2026-03", "data_fix"), ("2026-03", "report")}
    assert Request.objects.get(pk=fourth).state == "new"


def test_every_figure_leads_to_the_requests_it_is_made_of(served: Office) -> None:
    chance = random.Random(5)
    for _ in range(25):
        day, month = chance.randint(1, 28), chance.randint(1, 2)
        kind = chance.choice(["data_fix", "report", "pay"])
        key = _ask(served, kind, at(day, 10, month))
        who = served.dora if kind == "pay" else chance.choice([served.ravi, served.dora])
        later = at(day, 10, month)()
        for step in ["answer", "solve", "reopen", "solve"][: chance.randint(0, 4)]:
            later += timedelta(hours=chance.randint(1, 90))
            clock = fixed_clock(later)
            if step == "reopen":
                reopen_own_request(served.bob, key, "x", clock, HOURS)
            else:
                state = "solved" if step == "solve" else ""
                answer_request(who, key, clock, HOURS, text="x", state=state, minutes=5)
    checked = 0
    ravi, dora = Reader(served.ravi), Reader(served.dora)
    for reader, query in (
        (ravi, "by=kind"),
        (dora, "by=month"),
        (dora, "by=owner&kind=pay"),
        (dora, "by=kind&month=2026-01"),
    ):
        page = reader.page(f"{PAGE}?{query}")
        assert page.faults == []
        for cell in page.all("td", class_="n"):
            if not cell.all("a"):
                assert cell.text == "n/a"
                continue
            link, small = cell.one("a"), cell.all("small")
            told = small[0].text.split()[-1] if small else link.text
            if "reopened=1" in link.attrs["href"] or "overdue=1" in link.attrs["href"]:
                told = link.text
            head = reader.page(link.attrs["href"]).all("span", class_="mut num")[0]
            assert head.text == told, (query, cell.text, link.attrs["href"])
            checked += 1
    assert checked > 60
    assert "Pay" not in " ".join(th.text for th in ravi.page(f"{PAGE}?by=kind").all("th"))


def test_the_csv_has_a_line_for_each_month_kind_and_owner(served: Office) -> None:
    for day in (2, 3):
        key = _ask(served, "data_fix", at(day))
        answer_request(served.ravi, key, at(day, 10), HOURS, text="Done", state="solved")
    _ask(served, "report", at(4))
    answer = Reader(served.ravi).get(PAGE, export="csv", kind="data_fix")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["month"], row["kind"], row["owner"]) == ("2026-03", "Data fix", "Ravi")
    assert (row["came"], row["share_answered_in_time"], row["solved"]) == ("2", "1.0", "2")
    assert row["median_age_days_of_open"] == ""


@pytest.mark.parametrize("reader", ["alice", "bob", "charlie"])
def test_the_desks_pages_are_for_the_desk(
    served: Office, as_: Callable[[str], Reader], reader: str
) -> None:
    _ask(served, "report", at(2))
    somebody = as_(reader)
    forms = ({"do": "kind", "key": "pay", "name": "x"}, {"do": "answer", "title": "x", "text": "y"})
    answers = [somebody.get(PAGE), somebody.get(PAGE, export="csv")]
    answers += [somebody.get("/requests/settings")]
    answers += [somebody.post("/requests/settings", **form) for form in forms]
    for answer in answers:
        assert answer.status_code == 422
        assert "for sales operations" in answer.content.decode()
    assert not CannedAnswer.objects.exists()
    assert RequestKind.objects.get(pk="pay").name == "Pay question"


def test_an_administrator_edits_kinds_and_the_desk_only_answers(served: Office) -> None:
    form = {
        "do": "kind", "key": "report", "name": "Report or list", "asks": "Which?", "priority": "1",
        "answer": "0.5", "solve": "12", "owner": str(served.ravi.pk), "secret": "on",
        "handlers": [str(served.ravi.pk)], "offered": "on",
    }  # fmt: skip
    ravi, dora = Reader(served.ravi), Reader(served.dora)
    assert ravi.post("/requests/settings", **form).status_code == 422
    assert not RequestKind.objects.exists()
    refused = dora.post("/requests/settings", **form | {"answer": "soon"})
    assert "such as 0.5 or 16" in refused.content.decode()
    assert dora.post("/requests/settings", **form).status_code == 302
    kind = RequestKind.objects.get(pk="report")
    assert (kind.name, kind.answer_minutes, kind.solve_minutes) == ("Report or list", 30, 720)
    assert (kind.owner, list(kind.handlers.all()), len(kinds())) == (served.ravi, [served.ravi], 8)
    assert (
        ravi.post("/requests/settings", do="answer", title="More", text="Tell").status_code == 302
    )
    for reader in (ravi, dora):
        page = read_markup(reader.get("/requests/settings").content.decode())
        assert page.faults == []
        assert "Report or list" in page.text
        assert bool(page.all("input", name="solve")) == (reader is dora)
