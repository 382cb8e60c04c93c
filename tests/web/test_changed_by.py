"""A number that is compared says which groups changed it most, and leads to the rows of both periods."""

from __future__ import annotations

from salesops.book.contributions import contributions
from salesops.book.picture import gap_in_words
from tests.web.visitor import Visitor


def test_a_compared_number_says_which_groups_changed_it_and_opens_their_rows(
    sample: Visitor,
) -> None:
    book = sample.book
    later = book.period("last_4_quarters")
    earlier = book.calendar.previous(later)
    found = contributions(book, "win_rate", by="team", earlier=earlier, later=later)
    page = sample.page("/numbers/win_rate", by="team", compare="previous")
    rows = page.one("div", aria_label="What changed it").one("tbody").all("tr")
    assert [r.one("th").text for r in rows] == [g.label for g in found.groups]
    unit, currency = found.kpi.unit, found.later.currency
    assert [r.all("td")[-1].text for r in rows] == [
        gap_in_words(unit, g.together, currency) for g in found.groups
    ]
    for link, period in zip(rows[0].all("a"), (earlier, later), strict=True):
        whole = sample.page(link.attrs["href"])
        figures = book.measure("win_rate", period=period, by="team").figures
        figure = next(f for f in figures if f.key[0] == found.groups[0].key)
        assert [dd.text for dd in whole.one("section", aria_label="Value").all("dd")] == [
            f"{figure.numerator:,}",
            f"{figure.denominator:,}",
        ]


def test_what_cannot_be_taken_apart_shows_no_account_of_its_change(sample: Visitor) -> None:
    for address in ("/numbers/win_rate?by=team", "/numbers/pipeline_velocity?compare=previous"):
        assert "changed it most" not in sample.page(address).text
