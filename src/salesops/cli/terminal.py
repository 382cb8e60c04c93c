"""Printing for people: in colour and wrapped on a terminal, plain and a line a line anywhere else."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

PIPED_WIDTH = 2_000  # nothing is wrapped or cut for a program that reads us
MOST_WIDTH = 110  # lines longer than this are hard to read, however wide the window is


def out() -> Console:
    """Where answers go."""
    return _console(is_error=False)


def err() -> Console:
    """Where questions, progress and reasons go, so that a pipe carries answers only."""
    return _console(is_error=True)


def say(console: Console, text: str, *, indent: int = 0, style: str = "") -> None:
    """Print words as they are: no markup is read in them, and lines that wrap keep their indent.

    A line break at the beginning leaves an empty line before.
    """
    if text.startswith("\n"):
        console.print()
    text = text.lstrip("\n")
    console.print(Padding(Text(text, style=style), (0, 0, 0, indent), expand=False))


def is_interactive() -> bool:
    """Somebody sits there who can answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def command(verb: str, book: Path) -> str:
    """`salesops VERB` for this book, ready to be pasted into a shell."""
    return f"salesops {verb} --book {shlex.quote(str(book))}"


def _console(*, is_error: bool) -> Console:
    stream = sys.stderr if is_error else sys.stdout
    if not stream.isatty():
        return Console(stderr=is_error, width=PIPED_WIDTH, highlight=False)
    console = Console(stderr=is_error, highlight=False)
    console.width = min(console.width, MOST_WIDTH)
    return console
