"""What was planted in the sample company is found, for any seed, and what was not is not claimed."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesops.book.book import Book
from salesops.insights import INSIGHTS, MOST, findings
from salesops.pipeline import bottlenecks
from salesops.sample.company import Company, simulate
from tests.sample.loaded import load_book

SIZE = 4000
SEEDS = (1, 2, 5)


class Opened:
    """A company with its book."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.company: Company = simulate(SIZE, seed)
        self.truths = self.company.truths
        self.book: Book = load_book(self.company, folder)

    def said(self, name: str) -> str:
        """Title and text of an insight's finding, empty where it is silent."""
        found = INSIGHTS[name].look(self.book)
        return f"{found.title} {found.text}" if found else ""

    def name_of(self, person: str) -> str:
        """Somebody's name."""
        return next(str(p["name"]) for p in self.company.rows("person") if p["id"] == person)


@pytest.fixture(scope="module", params=SEEDS, ids=lambda s: f"seed {s}")
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """The demo's size, several seeds."""
    return Opened(request.param, tmp_path_factory.mktemp("planted"))


def test_the_bad_source_is_named(opened: Opened) -> None:
    assert f"“{opened.truths.bad_source}”" in opened.said("weak_source")


def test_the_slow_stage_and_its_quarter_are_named(opened: Opened) -> None:
    (found,) = bottlenecks(opened.book).found
    truths = opened.truths
    assert (found.place, found.first, found.last) == (truths.slow_stage, *[truths.slow_quarter] * 2)
    assert found.here.mean / found.usual.mean == pytest.approx(truths.slow_factor, rel=0.2)
    assert (found.measure, found.is_over, found.rate < 1e-6) == ("wait", True, True)


def test_the_sandbagging_team_is_named(opened: Opened) -> None:
    assert opened.said("sandbagging").startswith(f"{opened.truths.sandbagging_team} wins")


def test_the_easy_territory_explains_its_person_or_nothing_is_said(opened: Opened) -> None:
    said = opened.said("easy_territory")
    if said:
        assert opened.name_of(opened.truths.easy_person) in said
        assert opened.truths.easy_territory in said


def test_every_copy_of_an_account_is_found_and_no_other(opened: Opened) -> None:
    found = INSIGHTS["duplicate_accounts"].look(opened.book)
    assert found is not None
    assert found.rows == 2 * len(opened.truths.duplicate_accounts)


def test_only_the_one_who_left_is_said_to_own_deals(opened: Opened) -> None:
    found = INSIGHTS["owner_left"].look(opened.book)
    if found:
        assert found.evidence == ("1 former owner",)
        assert opened.name_of(opened.truths.left_and_still_owns) in found.text


@pytest.mark.parametrize("insight", ["outlived", "quiet"])
def test_stale_deals_are_among_the_old_and_the_quiet(opened: Opened, insight: str) -> None:
    found = INSIGHTS[insight].look(opened.book)
    assert found is not None
    assert found.rows >= 0.7 * len(opened.truths.stale_opportunities)


def test_what_has_no_effect_is_not_told_to_have_one(opened: Opened) -> None:
    for name in ("strong_industry", "weak_product", "weak_campaign"):
        assert opened.said(name) == ""


def test_if_one_seller_stands_out_it_is_the_one_with_the_easy_territory(opened: Opened) -> None:
    said = opened.said("one_seller")
    assert said == "" or said.startswith(opened.name_of(opened.truths.easy_person))


def test_five_findings_about_five_things_are_shown(opened: Opened) -> None:
    found = findings(opened.book)
    assert len(found) == MOST
    assert len({f.about for f in found}) == MOST


def test_a_small_company_is_not_talked_into_findings(tmp_path: Path) -> None:
    book = load_book(simulate(20, 3), tmp_path)
    for name in ("weak_source", "sandbagging", "easy_territory", "quarter_end"):
        assert INSIGHTS[name].look(book) is None
    assert bottlenecks(book).found == ()


def test_the_easy_territory_is_explained_for_most_seeds(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whether it can be told from luck depends on how many deals it holds."""
    told = sum(
        Opened(seed, tmp_path_factory.mktemp("easy")).said("easy_territory") != ""
        for seed in (1, 2, 3)
    )
    assert told >= 2
