"""Names are found in spite of the letters people get wrong, the best first, and only by who may see them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from salesops.book.facts import Scope
from salesops.engines.duckdb import DuckDBEngine
from salesops.engines.names import NAMES, make_index
from salesops.engines.scoped import ScopedEngine
from tests.drawn import draw_book

ACCOUNTS = """
    id  name                       industry  owner_id
    a1  Müller Maschinenbau GmbH   Machines  ann
    a2  Microsoft Corporation      Software  ann
    a3  Coca-Cola                  Drinks    bob
    a4  O'Neill & Sons             Retail    bob
    a5  Газпром Нефть              Energy    bob
    a6  Strauß Logistics           -         bob
"""
DEALS = """
    id  name                        stage        owner_id  account_id  created_on
    d1  Microsoft renewal 2026      Proposal     ann       a2          2026-01-01
    d2  Lighthouse                  Won          ann       a1          2026-01-01
    d3  Lighthouse keeper expansion  Prospecting  bob       a3          2026-01-01
    d4  Expansion of the lighthouse  Prospecting  bob       a3          2026-01-01
"""
PEOPLE = """
    id   name             team
    ann  Ann Ruiz         East
    bob  José María Sáez  West
"""
CONTACTS = """
    id  name          title  account_id
    c1  Jon Lightley  Buyer  a3
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a book with a few names."""
    made = tmp_path_factory.mktemp("names") / "book"
    draw_book(made, account=ACCOUNTS, opportunity=DEALS, person=PEOPLE, contact=CONTACTS)
    return made


@pytest.fixture(scope="module")
def engine(folder: Path) -> Iterator[DuckDBEngine]:
    """What sees all of it."""
    made = DuckDBEngine(folder)
    yield made
    made.close()


def _ids(engine: DuckDBEngine, text: str, most: int = 6) -> list[str]:
    found = engine.names().find(text, most)
    return [f.id for of_it in found.values() for f in of_it]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("muller", ["a1"]),  # accents
        ("MÜLLER", ["a1"]),
        ("strauss", ["a6"]),
        ("jose saez", ["bob"]),
        ("maría josé", ["bob"]),  # the order of words
        ("mirosoft", ["d1", "a2"]),  # a letter left out
        ("microsfot", ["d1", "a2"]),  # two swapped
        ("micrrosoft", ["d1", "a2"]),  # one too many
        ("nicrosoft", ["d1", "a2"]),  # the first one wrong
        ("mikrosft", ["d1", "a2"]),  # two wrong in a long word
        ("microsfot renwal", ["d1"]),  # in each word
        ("micrsof", ["d1", "a2"]),  # and not written to its end
        ("soft corp", ["a2"]),  # a part of a word
        ("coca cola", ["a3"]),
        ("cocacola", ["a3"]),  # one word that is two
        ("micro soft", ["d1", "a2"]),  # two that are one
        ("oneill", ["a4"]),  # an apostrophe
        ("газпрон", ["a5"]),  # another alphabet
    ],
)
def test_a_name_is_found_as_people_type_it(
    engine: DuckDBEngine, typed: str, found: list[str]
) -> None:
    assert _ids(engine, typed) == found


@pytest.mark.parametrize(
    "typed", ["", "  ", "'; --", "%", "zzzzzz", "2027", "qqqxxqqq", "\0", "ann zzzz"]
)
def test_what_is_no_name_finds_nothing(engine: DuckDBEngine, typed: str) -> None:
    assert _ids(engine, typed) == []


def test_the_same_words_come_before_words_that_begin_so_and_those_before_near_ones(
    folder: Path, engine: DuckDBEngine
) -> None:
    found = engine.names().find("lighthouse", 6)
    # of equal ones what is open, and of these what the name begins with
    assert [(f.id, f.distance) for f in found["opportunity"]] == [("d3", 0), ("d2", 0), ("d4", 0)]
    assert [f.distance for f in engine.names().find("lighth", 6)["opportunity"]] == [1, 1, 1]
    assert "contact" not in engine.names().find("lighthouse", 3)
    assert folder.exists()


def test_a_number_is_never_taken_for_another(engine: DuckDBEngine) -> None:
    assert _ids(engine, "2026") == ["d1"]
    assert _ids(engine, "2025") == []


def test_names_out_of_a_readers_scope_are_never_found(folder: Path) -> None:
    own = ScopedEngine(folder, Scope(("ann",)))
    try:
        assert _ids(own, "lighthouse") == ["d2"]
        assert _ids(own, "coca cola") == []
        # Everybody sees who works here, and the account of a deal of one's own.
        assert _ids(own, "saez") == ["bob"]
        assert _ids(own, "muller") == ["a1"]
    finally:
        own.close()


def test_while_the_names_of_a_generation_are_indexed_those_of_the_one_before_are_found(
    folder: Path, tmp_path: Path
) -> None:
    copytree(folder, tmp_path / "book")
    former = tmp_path / "book" / f"base-0.duckdb{NAMES}"
    base = tmp_path / "book" / "base-1.duckdb"
    own = base.with_name(base.name + NAMES)
    make_index(base)
    own.rename(former)
    engine = DuckDBEngine(tmp_path / "book")
    try:
        assert _ids(engine, "muller") == ["a1"]
        assert (former,) in engine._current().names
        make_index(base, waits=True)  # after the one that began to make it
        assert own.exists()
        assert _ids(engine, "muller") == ["a1"]
        assert (own,) in engine._current().names
    finally:
        engine.close()


def test_a_damaged_index_is_made_again(folder: Path, tmp_path: Path) -> None:
    copytree(folder, tmp_path / "book")
    own = tmp_path / "book" / f"base-1.duckdb{NAMES}"
    own.write_bytes(b"nothing of the kind")
    engine = DuckDBEngine(tmp_path / "book")
    try:
        assert _ids(engine, "muller") == ["a1"]
    finally:
        engine.close()


def test_a_book_that_cannot_be_written_to_is_searched_as_well(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copytree(folder, tmp_path / "book", ignore=lambda _, names: [n for n in names if NAMES in n])
    real = Path.open

    def refuse(file: Path, *args: object, **more: object) -> object:
        if file.name.endswith("-lock"):
            raise PermissionError(file)
        return real(file, *args, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    engine = DuckDBEngine(tmp_path / "book")
    try:
        assert _ids(engine, "muller") == ["a1"]
        assert not list((tmp_path / "book").glob(f"*{NAMES}*"))
    finally:
        engine.close()


def test_names_that_cannot_be_indexed_are_told_and_leave_nothing_half_made(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert make_index(tmp_path / "base-1.duckdb") is None
    assert "could not be indexed" in caplog.text
    assert [p.name for p in tmp_path.iterdir()] == [f"base-1.duckdb{NAMES}-lock"]


def test_two_engines_of_one_process_find_names_in_the_same_base(folder: Path) -> None:
    first, second = DuckDBEngine(folder), DuckDBEngine(folder)
    assert _ids(first, "muller") == _ids(second, "muller") == ["a1"]
    first.close()
    assert _ids(second, "strauss") == ["a6"]
    second.close()
