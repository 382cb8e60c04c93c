"""People compared shows what the comparison says, by name, each with their deals; and says why where there is none."""

from __future__ import annotations

from typing import Any

import pytest

from salesops.pipeline.comparison import MEASURES, comparison
from salesops.pipeline.comparison_words import value_said, verdict
from tests.web.visitor import Visitor


@pytest.mark.parametrize("measure", MEASURES)
def test_everybody_stands_by_name_with_a_dot_and_their_deals(sample: Visitor, measure: str) -> None:
    found = comparison(sample.book, measure=measure)
    assert len(found.standings) > 3
    page = sample.page("/people-compared", measure=measure, period="all")
    rows = page.one("div", aria_label="By name").one("tbody").all("tr")
    assert [r.one("a").text for r in rows] == sorted(s.name for s in found.standings)
    assert verdict(found) in page.text
    chart = page.one("div", aria_label="Chart")
    assert len(chart.all("circle")) == len(found.standings)
    one, row = found.standings[0], rows[0]
    currency = sample.book.facts.currency
    assert value_said(found, one.adjusted, currency, short=True) in [c.text for c in row.all("td")]
    deals = sample.page(row.one("a").attrs["href"])
    assert f"Rows of {one.name}" in deals.text
    header, *lines = sample.csv("/people-compared", measure=measure, period="all", export="csv")
    assert [line[header.index("name")] for line in lines] == [s.name for s in found.standings]


def test_the_deals_of_somebody_are_those_of_the_day_and_condition_asked_for(
    sample: Visitor,
) -> None:
    asked: dict[str, Any] = {
        "period": "all",
        "as_of": str(sample.book.today),
        "where": "amount > 1",
    }
    page = sample.page("/people-compared", **asked)
    row = page.one("div", aria_label="By name").one("tbody").all("tr")[0]
    answer = sample.page(row.one("a").attrs["href"])
    sums = [dd.text for dd in answer.one("section", aria_label="Value").all("dd")]
    assert sums[1] == row.all("td")[0].text  # closed opportunities


def test_too_few_to_compare_is_said(plain: Visitor) -> None:
    page = plain.page("/people-compared", period="all")
    assert "There are too few to compare" in page.text
    assert page.all("circle") == []
