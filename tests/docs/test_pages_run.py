"""What a page tells its reader to type does what the page says it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import EVERY_PAGE, ROOT, agrees, run, steps

RUNNING = [page for page in EVERY_PAGE if steps(page.read_text("utf-8"))]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where folders are kept that more than one page starts from."""
    return tmp_path_factory.mktemp("kept")


@pytest.mark.parametrize("page", RUNNING, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_page_shows_what_is_printed(page: Path, tmp_path: Path, kept: Path) -> None:
    for step, printed in run(steps(page.read_text("utf-8")), tmp_path, kept):
        assert agrees(step.shown, printed), (
            f"{page}:{step.line}: {step.typed.strip()}\nshown:\n{step.shown}\nprinted:\n{printed}"
        )


def test_the_pages_for_learning_run() -> None:
    learn = {p.name for p in RUNNING if p.parent.name == "learn"}
    assert learn == {p.name for p in (ROOT / "docs" / "learn").glob("*.md")}


def test_a_step_is_a_command_with_what_it_prints() -> None:
    page = "Words\n\n```console\n$ one \\\n> more\nout\n$ two\n```\n"
    assert [(s.typed, s.shown, s.line) for s in steps(page)] == [
        ("one \\\nmore", "out\n", 4),
        ("two", "", 7),
    ]


@pytest.mark.parametrize(
    ("shown", "printed", "is_so"),
    [
        ("a\nb", "a  \nb\n", True),
        ("a\n…\nd", "a\nb\nc\nd\n", True),
        ("a\n…\nd", "a\nd\n", True),
        ("took … s", "took 3.5 s\n", True),
        ("took … s", "took 3\n5 s\n", False),
        ("a", "a\nb\n", False),
        ("", "a\n", False),
    ],
)
def test_an_ellipsis_stands_for_anything_and_nothing_else_does(
    shown: str, printed: str, is_so: bool
) -> None:
    assert agrees(shown, printed) is is_so
