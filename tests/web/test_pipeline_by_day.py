"""The pipeline by day shows the number of each day, keeps to what history knows, and opens the deals of a cell."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from salesops.foundations.money import format_money
from salesops.pipeline import as_of, first_day
from tests.web.markup import Markup
from tests.web.visitor import Visitor

DAYS: dict[str, Any] = {"before": "2026-03-31", "as_of": "2026-05-31"}


def _rows(page: Markup, label: str) -> list[list[str]]:
    body = page.one("div", aria_label=label).one("tbody")
    return [[c.text for c in (*row.all("th"), *row.all("td"))] for row in body.all("tr")]


def test_both_days_are_the_number_of_their_days_by_team(sample: Visitor) -> None:
    page = sample.page("/pipeline", **DAYS, by="team")
    shown = {row[0]: row[1:5] for row in _rows(page, "Groups")}
    for place, day in enumerate(DAYS.values()):
        for figure in sample.book.as_of(day).measure("open_pipeline", by="team"):
            money, deals = shown[figure.label[0]][2 * place : 2 * place + 2]
            assert money == format_money(int(figure.numerator or 0), "USD", compact=True)
            assert deals == f"{figure.n + figure.n_excluded:,}"


def test_a_cell_opens_its_deals_as_they_were_on_its_day(sample: Visitor) -> None:
    page = sample.page("/pipeline", **DAYS, by="team", where="amount >= 1000")
    first = page.one("div", aria_label="Groups").one("tbody").all("tr")[0]
    link, *_ = first.all("a")
    assert parse_qs(urlsplit(link.attrs["href"]).query)["as_of"] == ["2026-03-31"]
    opened = sample.page(link.attrs["href"])
    deals = first.all("td")[1].text
    assert opened.one("section", aria_label="Value").text.endswith(f"Rows{deals}")
    assert len(_rows(opened, "Rows behind the number")) == int(deals)
    now = sample.page("/pipeline", **DAYS, by="team", teams="now")
    line = as_of(sample.book, DAYS["as_of"], by="team", organisation="now").groups[0]
    row = next(
        row
        for row in now.one("div", aria_label="Groups").one("tbody").all("tr")
        if row.all("th")[0].text == line.label[0]
    )
    of_now = sample.page(row.all("a")[-1].attrs["href"])
    assert f"{line.standings[0].deals:,}" in of_now.one("section", aria_label="Value").text


def test_a_day_that_history_does_not_reach_is_the_nearest_it_does(sample: Visitor) -> None:
    begins = first_day(sample.book)
    assert begins is not None
    page = sample.page("/pipeline", before="1990-01-01", as_of="2999-01-01")
    fields = {
        f.attrs["name"]: f.attrs["value"]
        for f in page.all("input")
        if f.attrs.get("type") == "date"
    }
    assert fields == {"before": begins.isoformat(), "as_of": sample.book.today.isoformat()}
    assert "is not a day such as" in sample.client.get("/pipeline?as_of=soon").content.decode()


def test_what_changed_speaks_of_the_same_two_days(sample: Visitor) -> None:
    page = sample.page("/what-changed", **DAYS)
    opening, closing = (
        as_of(sample.book, list(DAYS.values())).whole.standings[n].minor for n in (0, 1)
    )
    table = page.one("div", aria_label="The bridge as a table")
    assert table.one("tbody").all("tr")[0].all("td")[0].text == format_money(opening, "USD")
    assert table.one("tfoot").all("td")[1].text == format_money(closing, "USD")
    (tab,) = [a for a in page.one("nav", aria_label="Pipeline").all("a") if a.text == "By day"]
    assert parse_qs(urlsplit(tab.attrs["href"]).query) == {k: [v] for k, v in DAYS.items()}


def test_a_book_without_history_shows_its_one_day(plain: Visitor) -> None:
    page = plain.page("/pipeline")
    assert "holds no history, so only" in page.text
    assert all(f.attrs.get("type") != "range" for f in page.all("input"))


def test_the_file_is_the_table(sample: Visitor) -> None:
    header, *lines = sample.csv("/pipeline", **DAYS, by="stage", export="csv")
    groups = as_of(sample.book, list(DAYS.values()), by="stage").groups
    assert header[1] == "value_usd_2026-03-31"
    assert [(line[0], int(line[4])) for line in lines] == [
        (g.label[0], g.standings[1].deals) for g in groups
    ]
