"""Commands, options, KPIs and files that the documentation names exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from salesops.cli.app import app
from salesops.kpis import KPIS
from tests.docs.pages import EVERY_PAGE, ROOT

_COMMAND = re.compile(r"(?<![\w./-])salesops ([a-z]+(?:-[a-z]+)*)\b([^\n`|;]*)")
_CODE = re.compile(r"^```\w*\n(.*?)^```$|`([^`\n]+)`", re.M | re.S)
# A line that goes on to tell how it ended is there to show a refusal.
_KPI = re.compile(
    r"salesops kpi ([a-z_]+)\b(?![^\n]*; echo)|(?:measure|rows_behind|can_split)\(\"([a-z_]+)\""
)
_FILE = re.compile(r"`((?:src|tests|docs|scripts|benchmarks)/[\w./-]+)`")
COMMANDS = {c.name or "": c for c in app.registered_commands}


def code(text: str) -> str:
    """What stands as code in a page."""
    return "\n".join(block or inline for block, inline in _CODE.findall(text))


def options(command: str) -> set[str]:
    """The options of a command, such as --by."""
    told = CliRunner().invoke(app, [command, "--help"]).output
    return set(re.findall(r"--[a-z-]+", told))


@pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_command_and_option_shown_exists(page: Path) -> None:
    for command, rest in _COMMAND.findall(code(page.read_text("utf-8").replace("\\\n> ", " "))):
        assert command in COMMANDS, f"{page}: there is no `salesops {command}`"
        unknown = set(re.findall(r"(?<!\S)--[a-z-]+", rest)) - options(command)
        assert not unknown, f"{page}: `salesops {command}` has no {unknown}"


@pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_kpi_named_exists(page: Path) -> None:
    named = {a or b for a, b in _KPI.findall(page.read_text("utf-8"))}
    assert named <= set(KPIS)


@pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_file_of_the_program_named_exists(page: Path) -> None:
    for name in _FILE.findall(page.read_text("utf-8")):
        assert (ROOT / name).exists(), f"{page}: there is no {name}"


def test_every_command_is_told_of_somewhere() -> None:
    told = {c for page in EVERY_PAGE for c, _ in _COMMAND.findall(code(page.read_text("utf-8")))}
    assert set(COMMANDS) <= told


def test_the_read_me_names_the_targets_of_make_that_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for page in EVERY_PAGE:
        for target in re.findall(r"\bmake (?:-C \S+ )?([a-z-]+)", code(page.read_text("utf-8"))):
            assert re.search(rf"^{target}:", makefile, re.M), f"{page}: there is no make {target}"
