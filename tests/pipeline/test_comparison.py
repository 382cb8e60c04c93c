"""Whoever has the easy deals is seen through, noise singles nobody out, and what is pulled together foretells better."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from scripts.simulate_bottlenecks import NEEDED
from scripts.simulate_comparisons import Company, made

from salesops.book.book import Book
from salesops.book.settings import load_settings
from salesops.engines.duckdb import DuckDBEngine
from salesops.foundations.problem import Refusal
from salesops.importers import Answers
from salesops.jobs.opening import open_files
from salesops.pipeline.comparison import MEASURES, comparison
from salesops.sample.company import simulate
from tests.sample.loaded import load_book


@pytest.mark.parametrize("seed", [1])
def test_the_one_with_the_easy_territory_wins_much_and_is_ordinary(
    seed: int, tmp_path: Path
) -> None:
    company = simulate(4000, seed)
    book = load_book(company, tmp_path / "book", only=(*NEEDED, "account"))
    found = comparison(book)
    easy = next(s for s in found.standings if s.key == company.truths.easy_person)
    assert easy.raw > found.usual + 0.05
    assert abs(easy.shrunk - found.usual) < (easy.raw - found.usual) / 2
    for measure in MEASURES:
        assert easy.key not in {s.key for s in comparison(book, measure=measure).out}, measure
    for one in found.out:  # skill 1 is usual
        assert (company.organisation.rep(one.key).skill > 1) == (one.z > 0)
    for then in (book, book.as_of(company.ends_on - timedelta(days=400))):
        rates = then.measure("win_rate", by="person").figures
        standings = comparison(then).standings
        assert {(s.key, s.n, round(s.raw, 6)) for s in standings} == {
            (f.key[0], f.n, round(float(f.value or 0), 6)) for f in rates if f.n >= 10
        }
    pulled, raw = _errors(book, company.starts_on.year + 2)
    assert pulled <= raw


def _errors(book: Book, split: int) -> tuple[float, float]:
    """How far what was pulled together, and what was not, lie from what came after, both at everybody's mix: by squares."""
    before = comparison(book, period=f"{split - 2}-01-01..{split - 1}-12-31")
    later = comparison(book, period=f"{split}-01-01..{split + 1}-12-31")
    after = {s.key: s for s in later.standings}
    both = [(s, after[s.key]) for s in before.standings if s.key in after]
    pulled = sum((s.shrunk - a.adjusted) ** 2 * a.n for s, a in both)
    return pulled, sum((s.adjusted - a.adjusted) ** 2 * a.n for s, a in both)


def test_of_thirty_people_who_differ_by_chance_none_is_singled_out(
    datasets: Path, tmp_path: Path
) -> None:
    names = ("accounts", "products", "sales_pipeline", "sales_teams")
    files = [datasets / "maven_crm" / f"{name}.csv" for name in names]
    open_files(files, tmp_path, lambda: datetime(2026, 6, 30, tzinfo=UTC), answers=Answers())
    found = comparison(Book(DuckDBEngine(tmp_path), load_settings(tmp_path)))
    assert len(found.standings) == 30
    assert found.chance is not None
    assert found.chance > 0.05
    assert found.out == ()
    assert all(abs(s.shrunk - found.usual) < 0.02 for s in found.standings)


@pytest.mark.parametrize("measure", MEASURES)
def test_where_nobody_differs_nobody_is_singled_out(measure: str) -> None:
    book = made(Company(people=12), Random(3))
    for by in ("person", "team"):
        found = comparison(book, measure=measure, by=by)
        assert len(found.standings) + found.n_small == (12 if by == "person" else 3)
        assert len(found.standings) >= 3
        assert found.out == ()


def test_who_wins_twice_as_often_of_the_same_deals_is_found_and_nobody_else() -> None:
    found = comparison(made(Company(people=12, deals=100, better=2.0), Random(1)))
    assert [s.key for s in found.out] == ["p0"]
    assert found.out[0].expected < found.out[0].shrunk < found.out[0].adjusted


def test_one_huge_deal_does_not_make_somebody_sell_large_ones() -> None:
    book = made(Company(people=12), Random(3))
    book.engine.run("UPDATE opportunity SET value_minor = value_minor * 1000 WHERE id = 'd4_1'")
    assert comparison(book, measure="deal_size").out == ()
    book.engine.run("UPDATE opportunity SET value_minor = value_minor * 20 WHERE owner_id = 'p4'")
    assert [s.key for s in comparison(book, measure="deal_size").out] == ["p4"]


def test_who_takes_three_times_as_long_is_found() -> None:
    book = made(Company(people=12), Random(3))
    book.engine.run(
        "UPDATE opportunity SET created_on = created_on - 2 * CAST(closed_on - created_on AS INTEGER) "
        "WHERE owner_id = 'p4'"
    )
    (out,) = comparison(book, measure="sales_cycle").out
    assert (out.key, out.z > 0) == ("p4", True)


def test_productivity_counts_the_months_somebody_was_there_and_says_of_whom_none_are_known() -> (
    None
):
    book = made(Company(people=12), Random(3))
    book.engine.run("UPDATE person SET hired_on = NULL WHERE id = 'p3'")
    book.engine.run(
        "UPDATE person SET hired_on = DATE '2025-01-01', left_on = DATE '2026-01-01' WHERE id = 'p4'"
    )
    found = comparison(book, measure="productivity")
    assert found.n_unknown == 1
    by_key = {s.key: s for s in found.standings}
    assert "p3" not in by_key
    assert by_key["p4"].months == pytest.approx(12, abs=0.01)
    ((won, minor),) = book.engine.run(
        "SELECT count(*), sum(value_minor) FROM opportunity WHERE owner_id = 'p4' AND is_won "
        "AND closed_on >= DATE '2025-01-01' AND closed_on < DATE '2026-01-01'"
    ).rows
    assert (by_key["p4"].n, by_key["p4"].won_minor) == (won, minor)
    assert by_key["p4"].raw == pytest.approx(won / 12, rel=0.01)


def test_the_limits_close_in_the_more_there_is_to_go_by_and_chance_keeps_a_share_within() -> None:
    book = made(Company(people=12), Random(3))
    within = []
    for measure in MEASURES:
        found = comparison(book, measure=measure)
        (low, high), (wide_low, wide_high), (close_low, close_high) = (
            found.limits(20, 0.95), found.limits(20, 0.998), found.limits(80, 0.95)
        )  # fmt: skip
        assert wide_low < low < close_low < found.usual < close_high < high < wide_high
        for s in found.standings:
            low, high = found.limits(s.worth, 0.95)
            within.append(low <= s.adjusted <= high)
    assert sum(within) / len(within) > 0.85


def test_what_cannot_be_compared_is_refused(tmp_path: Path) -> None:
    company = simulate(20, 1)
    book = load_book(company, tmp_path, only=NEEDED)
    assert comparison(book).chance is None
    assert comparison(book, measure="productivity").standings == ()
    with pytest.raises(Refusal, match="each person or each team"):
        comparison(book, by="stage")
    with pytest.raises(Refusal, match="win_rate, sales_cycle"):
        comparison(book, measure="luck")
