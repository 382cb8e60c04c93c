"""What the tests of the house read: the program's files, and their syntax trees."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "salesops"
FOLDERS = ("src", "tests", "benchmarks", "scripts")


def modules(*folders: str) -> list[Path]:
    """Every Python file of the folders that a person wrote, from the root: migrations are made."""
    return sorted(
        file.relative_to(ROOT)
        for folder in folders
        for file in (ROOT / folder).rglob("*.py")
        if not (file.parent.name == "migrations" and file.name[0].isdigit())
    )


@cache
def tree(module: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse((ROOT / module).read_text(encoding="utf-8"))


def templates() -> list[Path]:
    """Every template, from the root."""
    return sorted(file.relative_to(ROOT) for file in SOURCE.rglob("*.html"))
