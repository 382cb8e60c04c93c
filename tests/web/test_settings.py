"""Settings: what was typed is kept where it is wrong, and every number follows where it is right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from salesops.book.settings import Settings, StageMeaning, load_settings
from salesops.web.pages.settings.stages_in_time import dated, told, without
from tests.web.markup import Markup, read_markup
from tests.web.visitor import Visitor

DEALS = """
    id  name   stage        amount  currency  created_on  close_date  owner_id  account_id
    d1  Mill   Won          1000    USD       2026-01-01  2026-02-01  ann       a1
    d2  Quay   Lost         2500    USD       2026-01-11  2026-05-01  bob       a2
    d3  Pier   No decision  100     USD       2026-01-11  2026-05-01  bob       a2
    d4  Wharf  Proposal     400     USD       2026-01-11  2026-09-01  bob       a1
"""
ACCOUNTS = """
    id  name  employees
    a1  Acme  20
    a2  Bolt  1400
"""
RATES = """
    currency  valid_from  rate
    USD       2020-01-01  2
"""


@pytest.fixture
def visitor(drawn: Callable[..., Visitor], at_once: None) -> Visitor:  # noqa: ARG001
    """Somebody at a book they may change."""
    return drawn(opportunity=DEALS, account=ACCOUNTS)


def _form(page: Markup) -> dict[str, Any]:
    """What a browser would send for the form as it stands."""
    form: dict[str, Any] = {}
    for element in page.one("form", method="post").walk():
        name = element.attrs.get("name", "")
        if not name:
            continue
        if element.tag == "select":
            chosen = [o for o in element.all("option") if "selected" in o.attrs]
            form[name] = (chosen or element.all("option"))[0].attrs["value"]
        elif element.attrs.get("type") in ("checkbox", "radio"):
            if "checked" in element.attrs:
                form[name] = element.attrs.get("value", "on")
        elif element.tag == "input":
            form[name] = element.attrs.get("value", "")
    return form


def _saved(visitor: Visitor, **changes: str) -> None:
    form = _form(visitor.page("/settings")) | changes
    answer = visitor.post("/settings", form)
    assert answer.status_code == 302, read_markup(answer.content.decode()).text
    following = visitor.get(answer.headers["Location"])
    assert following.headers["Location"] == "/settings?saved=1"
    assert "Every number follows" in visitor.page("/settings?saved=1").text


def _big(visitor: Visitor, address: str) -> str:
    (found,) = (e for e in visitor.page(address).walk() if e.attrs.get("class") == "big num")
    return found.text


def test_saving_without_a_change_changes_nothing(visitor: Visitor) -> None:
    before = [_big(visitor, f"/numbers/{n}?period=all") for n in ("win_rate", "close_rate")]
    _saved(visitor)
    after = [_big(visitor, f"/numbers/{n}?period=all") for n in ("win_rate", "close_rate")]
    assert before == after


def test_a_fiscal_year_that_begins_in_february_moves_the_quarters(visitor: Visitor) -> None:
    assert _big(visitor, "/numbers/closed_to_date?period=2026Q1&by=") == "$1,000"
    _saved(visitor, first_month="2")
    assert (
        "1 Feb" in visitor.page("/settings").text
        or load_settings(visitor.folder).calendar.first_month == 2
    )
    period = visitor.book.period("2026Q1")
    expected = visitor.book.measure("closed_to_date", period=period).value
    shown = _big(visitor, "/numbers/closed_to_date?period=2026Q1&by=")
    assert shown == ("n/a" if expected is None else "$1,000")
    assert period.start.month == 2


def test_weeks_of_4_4_5_are_kept_and_the_pages_answer(visitor: Visitor) -> None:
    _saved(visitor, pattern="445")
    for address in ("/", "/numbers", "/numbers/win_rate", "/numbers/win_rate?period=2026Q1"):
        visitor.page(address)
    period = visitor.book.period("2026Q1")
    assert (period.end - period.start).days == 13 * 7


def test_a_stage_that_now_means_won_counts_as_won(visitor: Visitor) -> None:
    assert _big(visitor, "/numbers/win_rate?period=all&by=") == "33.3 %"
    form = _form(visitor.page("/settings"))
    (place,) = (
        k.split("-")[1] for k, v in form.items() if k.startswith("stage-") and v == "No decision"
    )
    _saved(visitor, **{f"outcome-{place}": "won"})
    assert _big(visitor, "/numbers/win_rate?period=all&by=") == "66.7 %"


def test_a_segment_splits_the_numbers(visitor: Visitor) -> None:
    _saved(visitor, **{"segment-0": "Large", "criterion-0": "account.employees >= 1000"})
    page = visitor.page("/numbers/win_rate?period=all&by=segment")
    shown = {row[0]: row[1] for row in page.rows("Slices")}
    assert shown == {"Large": "0.0 %", "In no segment": "100.0 %"}


def test_a_reporting_currency_without_a_rate_is_named_as_a_problem(visitor: Visitor) -> None:
    _saved(visitor, currency="eur")
    assert load_settings(visitor.folder).currency == "EUR"
    assert "EUR" in visitor.page("/settings").source
    visitor.page("/data")


def test_a_title_names_the_book_on_every_page(visitor: Visitor) -> None:
    _saved(visitor, title="North & South")
    for address in ("/", "/numbers"):
        assert "North & South" in visitor.page(address).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"currency": "EU"}, "three letters"),
        ({"currency": "€€€"}, "three letters"),
        ({"time_zone": "Berlin"}, "Europe/Berlin"),
        ({"segment-0": "Large"}, "both a name and a condition"),
        ({"criterion-0": "amount > 3"}, "both a name and a condition"),
        ({"segment-0": "Large", "criterion-0": "acount.employees > 3"}, "acount"),
        ({"first_month": "13"}, "month"),
        ({"pattern": "4444"}, "pattern"),
        ({"position-0": "first"}, "order"),
        ({"position-0": "0"}, "order"),
        ({"outcome-0": "perhaps"}, "means"),
    ],
)
def test_what_is_wrong_is_explained_and_what_was_typed_is_kept(
    visitor: Visitor, typed: dict[str, str], said: str
) -> None:
    form = _form(visitor.page("/settings")) | typed | {"title": "Kept"}
    answer = visitor.post("/settings", form)
    assert answer.status_code == 422
    page = read_markup(answer.content.decode())
    assert (
        said in page.one("div", role="alert").text.lower()
        or said in page.one("div", role="alert").text
    )
    assert page.one("input", name="title").attrs["value"] == "Kept"
    for name, value in typed.items():
        for field in page.all("input", name=name):
            assert field.attrs["value"].lower() == value.lower()
    assert load_settings(visitor.folder).title == ""


def test_two_segments_of_one_name_are_refused(visitor: Visitor) -> None:
    form = _form(visitor.page("/settings")) | {
        "segment-0": "Large",
        "criterion-0": "amount > 3",
        "segment-1": "Large",
        "criterion-1": "amount > 5",
    }
    answer = visitor.post("/settings", form)
    assert answer.status_code == 422
    assert "Large" in read_markup(answer.content.decode()).one("div", role="alert").text


def test_days_on_pages_are_those_of_the_organisation(
    drawn: Callable[..., Visitor],
    at_once: None,  # noqa: ARG001
) -> None:
    visitor = drawn(
        opportunity="id  name  stage  amount  created_on  close_date\nd1  Mill  Proposal  10  2026-01-01  2026-09-01",
        activity="id  opportunity_id  kind  occurred_at  subject\nx  d1  call  2026-05-01T22:30  Late call",
    )
    _saved(visitor, time_zone="Asia/Tokyo")
    text = visitor.page("/opportunities/d1").text
    assert "2 May 2026, 07:30" in text
    assert "Asia/Tokyo" in text


def test_before_there_is_a_book_settings_are_kept_at_once(empty: Visitor, at_once: None) -> None:  # noqa: ARG001
    form = _form(empty.page("/settings")) | {"currency": "chf"}
    assert empty.post("/settings", form).headers["Location"] == "/settings?saved=1"
    assert load_settings(empty.folder).currency == "CHF"


ROWS = [
    {"pipeline": "Sales", "stage": "Proposal", "outcome": "open", "is_pitched": True, "is_qualified": True},
    {"pipeline": "Sales", "stage": "Won", "outcome": "won", "is_pitched": False, "is_qualified": False},
]  # fmt: skip


def test_a_stage_means_something_else_from_a_day_on_and_that_is_taken_back() -> None:
    """What the form ticks of a stage that ends deals is not what it meant before."""
    march, ended = date(2026, 3, 1), {"outcome": "lost", "is_pitched": False, "is_qualified": False}
    form = [StageMeaning.model_validate(ROWS[0] | {"outcome": "lost"})]
    before = dated(Settings(), ROWS, form, march)
    assert [m.model_dump(exclude_unset=True) for m in before] == [ROWS[0] | {"until": march}]
    now = [ROWS[0] | ended, ROWS[1]]
    saved = Settings(stages=[StageMeaning.model_validate(now[0]), *before])
    again = [StageMeaning.model_validate(row) for row in now]
    assert dated(saved, now, again, None) == before
    (turn,) = told(saved, now)
    assert turn["what"] == [
        ("outcome", "open", "lost"), ("pitched", "yes", "no"), ("qualified", "yes", "no"),
    ]  # fmt: skip
    back = without(saved, now, "Sales", "Proposal", march)
    assert [m.model_dump(exclude_none=True) for m in back.stages] == [ROWS[0]]


def test_a_day_that_the_book_does_not_know_is_refused_before_anything_is_kept(
    drawn: Callable[..., Visitor],
) -> None:
    visitor = drawn(opportunity=DEALS, account=ACCOUNTS)
    form = _form(visitor.page("/settings"))
    late = visitor.post("/settings", form | {"when": "since", "since": "2027-01-01"})
    assert (late.status_code, "knows nothing after" in late.content.decode()) == (422, True)
    assert load_settings(visitor.folder).stages == []
