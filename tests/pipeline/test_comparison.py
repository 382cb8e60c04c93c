"""Whoever has the easy deals is seen through, noise singles nobody out, and what is pulled together foretells better."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from salesops.book.book import Book
from salesops.book.settings import load_settings
from salesops.engines.duckdb import DuckDBEngine
from salesops.foundations.problem import Refusal
from salesops.importers import Answers
from salesops.jobs.opening import open_files
from salesops.pipeline.comparison import comparison
from salesops.sample.company import simulate
from tests.pipeline.test_bottlenecks import NEEDED
from tests.sample.loaded import load_book


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_the_one_with_the_easy_territory_wins_much_and_is_ordinary(
    seed: int, tmp_path: Path
) -> None:
    company = simulate(4000, seed)
    book = load_book(company, tmp_path / "book", only=(*NEEDED, "account"))
    found = comparison(book)
    easy = next(s for s in found.standings if s.key == company.truths.easy_person)
    assert easy.raw > found.usual + 0.05
    assert abs(easy.shrunk - found.usual) < (easy.raw - found.usual) / 2
    assert not easy.stands_out
    for one in found.out:  # skill 1 is usual
        assert (company.organisation.rep(one.key).skill > 1) == (one.z > 0)
    rates = {f.key[0]: float(f.value or 0) for f in book.measure("win_rate", by="person").figures}
    assert {s.key: s.raw for s in found.standings} == pytest.approx(
        {s.key: rates[s.key] for s in found.standings}, abs=1e-6
    )
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


def test_what_cannot_be_compared_is_refused(tmp_path: Path) -> None:
    company = simulate(20, 1)
    book = load_book(company, tmp_path, only=NEEDED)
    assert comparison(book).chance is None
    with pytest.raises(Refusal, match="by person or team"):
        comparison(book, by="stage")
