"""A number's page says what the book measures, its slices lead to their rows, and a bad question is explained."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from salesops.book.picture import value_in_words
from salesops.kpis import KPIS
from tests.web.conftest import PLAIN_DEALS
from tests.web.markup import Element, Markup
from tests.web.visitor import Visitor


def _big(page: Markup) -> str:
    (found,) = (e for e in page.walk() if e.attrs.get("class") == "big num")
    return found.text


def _slices(page: Markup) -> list[tuple[str, str, str]]:
    """Label, link and value of each slice."""
    body = page.one("div", aria_label="Slices").one("tbody")
    found = []
    for row in body.all("tr"):
        cells = [c for c in row.parts if isinstance(c, Element)]
        (link,) = cells[0].all("a")
        found.append((cells[0].text, link.attrs["href"], cells[1].text))
    return found


@pytest.mark.parametrize("name", sorted(KPIS))
@pytest.mark.parametrize("period", ["last_4_quarters", "all"])
def test_the_page_says_what_the_book_measures(sample: Visitor, name: str, period: str) -> None:
    measured = sample.book.measure(name, period=period)
    said = value_in_words(measured.kpi.unit, measured.value, measured.currency)
    assert _big(sample.page(f"/numbers/{name}", period=period)) == said


@pytest.mark.parametrize("name", ["win_rate", "open_pipeline", "sales_cycle", "time_spent_selling"])
def test_the_rows_of_a_slice_add_up_to_the_slice(sample: Visitor, name: str) -> None:
    book = sample.book
    by = book.can_split(name)[0]
    page = sample.page(f"/numbers/{name}", by=by, period="all")
    figures = {f.label[0]: f for f in book.measure(name, period="all", by=[by])}
    assert _slices(page)
    for label, link, _ in _slices(page):
        text = sample.csv(f"{link}&export=csv")
        rows = [dict(zip(text[0], line, strict=True)) for line in text[1:]]
        counted = [r for r in rows if r["numerator"] and r["denominator"]]
        assert len(counted) == figures[label].n


def test_the_slices_of_a_count_add_up_to_the_whole(sample: Visitor) -> None:
    whole = sample.book.measure("closed_to_date", period="all").value
    text = sample.csv("/numbers/closed_to_date", by="team", period="all", export="csv")
    parts = [float(line[text[0].index("value")]) for line in text[1:]]
    assert whole is not None
    assert round(sum(parts) * 100) == whole


def test_a_slice_without_a_value_leads_to_its_rows(drawn: Callable[..., Visitor]) -> None:
    visitor = drawn(
        opportunity="""
        id  name  stage  amount  created_on  close_date  source
        d1  One   Won    10      2026-01-01  2026-02-01  Web
        d2  Two   Lost   10      2026-01-01  2026-02-01  -
        """
    )
    page = visitor.page("/numbers/win_rate", by="source", period="all")
    links = {label: link for label, link, _ in _slices(page)}
    assert [e.text for e in visitor.page(links["Not set"]).all("a", class_="row lk")] == ["Two"]
    assert [e.text for e in visitor.page(links["Web"]).all("a", class_="row lk")] == ["One"]


def test_the_page_of_rows_goes_on_and_back(sample: Visitor) -> None:
    figure = sample.book.measure("win_rate", period="all").figure
    seen: list[str] = []
    address = "/numbers/win_rate/rows?by=&period=all"
    while address:
        page = sample.page(address)
        seen += [e.attrs["href"] for e in page.all("a", class_="row lk")]
        after = [e for e in page.one("nav", aria_label="Pages").all("a") if e.text == "After"]
        address = f"/numbers/win_rate/rows{after[0].attrs['href']}" if after else ""
    assert len(seen) == len(set(seen)) == figure.n + figure.n_excluded


def test_a_comparison_names_its_period_and_the_change(sample: Visitor) -> None:
    book = sample.book
    page = sample.page("/numbers/win_rate", period="2026Q1", compare="year")
    then = book.measure("win_rate", period="2025Q1")
    assert "Q1 2025" in page.text
    assert value_in_words(then.kpi.unit, then.value, then.currency) in page.text
    assert "points" in page.text


def test_all_time_is_compared_with_nothing(sample: Visitor) -> None:
    assert "points" not in sample.page("/numbers/win_rate", period="all", compare="year").text


def test_the_page_as_of_a_day_says_what_was_known_then(sample: Visitor) -> None:
    day = sample.book.today - timedelta(days=200)
    then = sample.book.as_of(day).measure("open_pipeline")
    page = sample.page("/numbers/open_pipeline", period="all", as_of=day.isoformat())
    assert _big(page) == value_in_words(then.kpi.unit, then.value, then.currency)
    assert page.one("input", name="as_of").attrs["value"] == day.isoformat()


def test_a_day_to_come_is_read_as_the_last_one_known(sample: Visitor) -> None:
    now = sample.page("/numbers/open_pipeline", period="all")
    later = sample.page("/numbers/open_pipeline", period="all", as_of="2099-01-01")
    assert _big(now) == _big(later)


def test_a_filter_is_kept_in_every_link_of_the_page(sample: Visitor) -> None:
    where = "account.employees >= 100 and amount > 5000"
    page = sample.page("/numbers/win_rate", where=where, period="all", by="stage")
    measured = sample.book.where(where).measure("win_rate")
    assert _big(page) == value_in_words(measured.kpi.unit, measured.value, measured.currency)
    assert page.one("input", name="where").attrs["value"] == where
    links = [e.attrs["href"] for e in page.all("a") if "/rows" in e.attrs.get("href", "")]
    assert links
    assert all("where=account.employees" in link for link in links)


def test_the_address_alone_shows_the_same_number(sample: Visitor) -> None:
    address = "/numbers/win_rate?period=2026Q1&by=team&compare=previous&as_of=2026-05-01&where=amount+%3E+1"
    first, again = sample.page(address), Visitor(sample.folder).page(address)
    assert first.text == again.text
    chosen = {
        s.attrs["name"]: [o.attrs["value"] for o in s.all("option") if "selected" in o.attrs]
        for s in first.all("select")
    }
    assert chosen == {"period": ["2026Q1"], "by": ["team"], "compare": ["previous"]}


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"period": "2026Q9"}, "quarter 9"),
        ({"period": "yesterdayish"}, "yesterdayish"),
        ({"period": "2026-07-01..2026-01-01"}, "2026-07-01"),
        ({"as_of": "31/12/2025"}, "31/12/2025"),
        ({"as_of": "2026-02-30"}, "2026-02-30"),
        ({"where": "amout > 3"}, "amout"),
        ({"where": "account.industri = 'x'"}, "industri"),
        ({"where": "amount > 'much'"}, "much"),
        ({"where": "drop table opportunity"}, "table"),
        ({"by": "weather"}, "weather"),
    ],
)
@pytest.mark.parametrize("page", ["/numbers/win_rate", "/numbers/win_rate/rows"])
def test_a_question_that_makes_no_sense_is_answered_with_the_word_that_is_wrong(
    sample: Visitor, page: str, query: dict[str, Any], word: str
) -> None:
    if "rows" in page and "by" in query:
        query = {**query, "at": "sun"}
    answer = sample.client.get(
        page, query, headers={"referer": "http://127.0.0.1/numbers/win_rate?period=all"}
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert word in text
    assert 'href="http://127.0.0.1/numbers/win_rate?period=all">Back' in text


def test_the_way_back_never_leads_to_another_site(sample: Visitor) -> None:
    for referrer in ("https://elsewhere.example/x", "javascript:alert(1)", "//elsewhere.example"):
        answer = sample.client.get(
            "/numbers/win_rate", {"period": "x"}, headers={"referer": referrer}
        )
        assert '<a class="btn" href="/">Back</a>' in answer.content.decode()


@pytest.mark.parametrize("name", [n for n, k in KPIS.items() if k.rows is None])
def test_the_rows_of_a_combined_number_are_those_of_its_parts(sample: Visitor, name: str) -> None:
    page = sample.page(f"/numbers/{name}/rows", status=422)
    assert KPIS[name].title in page.text


def test_a_number_the_files_cannot_answer_names_the_file_that_would(plain: Visitor) -> None:
    page = plain.page("/numbers/time_spent_selling")
    assert _big(page) == "n/a"
    assert "A file of" in page.text


def test_a_past_day_of_a_book_without_history_is_explained(plain: Visitor) -> None:
    page = plain.page("/numbers/open_pipeline", as_of="2026-01-01")
    assert _big(page) == "n/a"
    assert "OpportunityHistory" in page.text


def test_the_library_holds_every_number_once(sample: Visitor) -> None:
    titles = [e.text for e in sample.page("/numbers").all("h3")]
    assert sorted(titles) == sorted(k.title for k in KPIS.values())


def test_what_is_typed_in_the_palette_finds_the_number_of_that_name_first(sample: Visitor) -> None:
    for typed, title in (("win rate", "Win rate"), ("quota", "Quota"), ("ltv", "Lifetime value")):
        found = sample.page("/find", q=typed).all("a")
        assert found[0].all("span")[0].text.lower().startswith(title.lower())


def test_a_number_typed_with_letters_wrong_is_found_where_nothing_has_them_right(
    sample: Visitor,
) -> None:
    for typed, title in (("win raet", "Win rate"), ("atainment", "Quota attainment")):
        titles = [a.all("span")[0].text for a in sample.page("/find", q=typed).all("a")]
        assert title in titles, typed


def test_key_numbers_that_were_chosen_are_those_of_home(drawn: Callable[..., Visitor]) -> None:
    somebody = drawn(opportunity=PLAIN_DEALS)
    said: dict[str, Any] = {"role": "seller", "goal": "retention", "stage": "growing"}
    page = somebody.page("/choose-numbers", **said)
    assert "Open pipeline" in page.text
    assert "No data: The files hold no" in page.text
    assert somebody.post("/choose-numbers", said).status_code == 302
    titles = [a.text for a in somebody.page("/").all("a") if "/numbers/" in a.attrs.get("href", "")]
    assert any("Open pipeline" in t for t in titles)
    assert any("Discount rate" in t for t in titles)
    assert not any("Win rate" in t for t in titles)
