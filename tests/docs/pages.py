"""Pages of the documentation that can be run: their commands, their Python, and what they say comes of it.

A ```console block holds commands after `$ `, going on after `> `, and below each what it prints; a ```pycon
block holds lines after `>>> ` and `... `. A `…` stands for anything: within a line for any characters, alone
for any number of lines. The blocks of a page run one after the other, in one folder, with one Python.
"""

from __future__ import annotations

import contextlib
import doctest
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
EVERY_PAGE = sorted(
    p for p in [*ROOT.glob("*.md"), *DOCS.rglob("*.md")] if "look_up" not in p.parts
)
UNHEARD = " > /dev/null 2>&1"
_BLOCK = re.compile(r"^```(console|pycon)\n(.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Step:
    """One thing a reader types, and what the page says it prints. `line` counts from 1 in the page."""

    language: str
    typed: str
    shown: str
    line: int


def steps(text: str) -> list[Step]:
    """Everything a reader of the page types, in order."""
    found: list[Step] = []
    for block in _BLOCK.finditer(text):
        line = text.count("\n", 0, block.start(2)) + 1
        read = _console if block[1] == "console" else _python
        found += read(block[2], line)
    return found


def run(
    steps_of_page: list[Step], folder: Path, kept: Path | None = None
) -> Iterator[tuple[Step, str]]:
    """Each step with what it prints when it is run in `folder`.

    Pages that begin with the same command start from the folder it left behind, which stands below `kept`.
    """
    known: dict[str, Any] = {}
    with contextlib.chdir(folder):
        for place, step in enumerate(steps_of_page):
            if step.language == "pycon":
                yield step, _here(step, known)
            elif place == 0 and kept is not None:
                yield step, _first(step, folder, kept)
            else:
                yield step, _shell(step.typed)


def agrees(shown: str, printed: str) -> bool:
    """Whether what is printed is what the page shows, blanks at the ends of lines aside."""
    pattern = "".join(_pattern(line) for line in _lines(shown))
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _lines(printed))) is not None


def _pattern(line: str) -> str:
    if line.strip() == "…":
        return r"(?:.*\n)*?"
    return "[^\n]*".join(re.escape(part) for part in line.split("…")) + "\n"


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def _console(block: str, first_line: int) -> Iterator[Step]:
    parts = re.split(r"^\$ ", block, flags=re.M)
    line = first_line + parts[0].count("\n")
    for part in parts[1:]:
        typed, shown = _whole_command(part)
        yield Step("console", typed, shown, line)
        line += part.count("\n")


def _whole_command(part: str) -> tuple[str, str]:
    """A command goes on in the lines after `> `, as a shell shows them."""
    first, *rest = part.splitlines(keepends=True)
    end = next((i for i, line in enumerate(rest) if not line.startswith("> ")), len(rest))
    typed = first + "".join(line[2:] for line in rest[:end])
    return typed.rstrip("\n"), "".join(rest[end:])


def _python(block: str, first_line: int) -> Iterator[Step]:
    for example in doctest.DocTestParser().get_examples(block):
        yield Step("pycon", example.source, example.want, first_line + example.lineno)


def _shell(typed: str) -> str:
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-c", typed],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PATH": programs},
    )
    return ran.stdout if ran.returncode == 0 else f"{ran.stdout}(ended with {ran.returncode})\n"


def _first(step: Step, folder: Path, kept: Path) -> str:
    """What a page's first command prints, run once for all pages that begin with it, heard or not."""
    heard = step.typed.removesuffix(UNHEARD)
    home = kept / hashlib.sha256(heard.encode()).hexdigest()
    printed = home.with_suffix(".txt")
    if printed.exists():
        shutil.copytree(home, folder, symlinks=True, dirs_exist_ok=True)
    else:
        text = _shell(heard)
        shutil.copytree(folder, home, symlinks=True)
        printed.write_text(text, "utf-8")
    return "" if heard != step.typed else printed.read_text("utf-8")


def _here(step: Step, known: dict[str, Any]) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # as a reader's Python does
        exec(compile(step.typed, f"line {step.line}", "single"), known)
    return printed.getvalue()
