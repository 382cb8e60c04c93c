"""Malformed files, ten of each way to spoil one: each ends in a book, a question or a sentence and leaves the book whole."""

from __future__ import annotations

import faulthandler
import json
import multiprocessing
import resource
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.importers.malformed import SPOILERS, Spoiler, malformed

FILES = 150
PARTS = 2
SECONDS_A_FILE = 30
MOST_MEMORY = 6 * 1024**3


def _outcome(paths: list[Path], folder: Path) -> str:
    """`book`, `question`, or the sentence of a refusal; anything else is raised."""
    from salesops.book.settings import Settings
    from salesops.foundations.problem import Refusal
    from salesops.importers import Answers
    from salesops.jobs.opening import check_files, examine_files

    try:
        examination = examine_files(paths, folder / "staged", Answers())
        if examination.must_answer:
            return "question"
        check_files(
            examination, folder / "checked", Settings(), lambda: datetime(2026, 6, 30, tzinfo=UTC)
        )
    except Refusal as refusal:
        return str(refusal)
    return "book"


def _open_part(part: int, folder: Path, results: Path) -> None:
    """Open every file of a part, one after the other, and write down how each ended."""
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    with results.open("w") as out:
        for seed in range(part, FILES, PARTS):
            place = folder / str(seed)
            place.mkdir()
            name, data = malformed(seed)
            (place / name).write_bytes(data)
            out.write(json.dumps([seed, name, "died"]) + "\n")  # until it is known better
            out.flush()
            try:
                ended = _bounded(lambda p=place, n=name: _outcome([p / n], p))  # type: ignore[misc]
            except Exception as error:
                ended = f"error: {type(error).__name__}: {error}"
            out.write(json.dumps([seed, name, ended]) + "\n")
            out.flush()


def _bounded(work: Callable[[], str]) -> str:
    def stop(*_: object) -> None:
        raise TimeoutError

    # Seconds of work and not of the clock, so that a busy machine is not taken for a hang.
    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS_A_FILE)
    try:
        return work()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> dict[int, tuple[str, str]]:
    """How each file ended, by its seed; the parts are opened side by side in processes of their own."""
    folder = tmp_path_factory.mktemp("malformed")
    spawn = multiprocessing.get_context("spawn")
    children = [
        spawn.Process(target=_open_part, args=(part, folder, folder / f"{part}.jsonl"))
        for part in range(PARTS)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join(SECONDS_A_FILE * FILES)
    found: dict[int, tuple[str, str]] = {}
    for part in range(PARTS):
        for line in (folder / f"{part}.jsonl").read_text().splitlines():
            seed, name, how = json.loads(line)
            found[seed] = (name, how)
    return found


@pytest.mark.parametrize("spoiler", SPOILERS, ids=lambda s: s.__name__)
def test_a_malformed_file_ends_in_a_book_a_question_or_a_sentence(
    spoiler: Spoiler, ended: dict[int, tuple[str, str]]
) -> None:
    seeds = [s for s in range(FILES) if SPOILERS[s % len(SPOILERS)] is spoiler]
    assert len(seeds) == FILES // len(SPOILERS)
    for seed in seeds:
        name, how = ended[seed]
        assert how != "died", (seed, name)
        assert "error" not in how.lower(), (seed, name, how)
        assert "exception" not in how.lower(), (seed, name, how)
        assert how in ("book", "question") or how.endswith("."), (seed, name, how)


def test_some_malformed_files_still_give_a_book(ended: dict[int, tuple[str, str]]) -> None:
    assert sum(how == "book" for _, how in ended.values()) > FILES // 5


def test_the_same_seed_gives_the_same_file() -> None:
    assert [s for s in range(60) if malformed(s) != malformed(s)] == []
