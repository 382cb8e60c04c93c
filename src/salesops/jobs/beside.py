"""What is kept beside a file of a generation, under its name: of one edition, and gone when the file goes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from salesops.book.question import definitions
from salesops.book.settings import write_whole

T = TypeVar("T")


def beside(file: Path, what: str) -> Path:
    """Where `what`, such as `.findings`, is kept of a file."""
    return file.with_name(file.name + what)


def keep_beside(
    file: Path, what: str, edition: str, told: Any, plain: Callable[[Any], Any] | None = None
) -> None:
    """Keep something as JSON; `plain` turns into JSON what is none. Raises OSError where it cannot be written."""
    write_whole(beside(file, what), json.dumps({"edition": edition, "told": told}, default=plain))


def kept_beside(file: Path, what: str, edition: str, read: Callable[[Any], T]) -> T | None:
    """What is kept, as `read` makes it of JSON; None where nothing is, or of another edition, or not to be read."""
    try:
        kept = json.loads(beside(file, what).read_text("utf-8"))
        return read(kept["told"]) if kept["edition"] == edition else None
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError):
        return None


def code_of(files: Iterable[Path]) -> str:
    """Changes with what these files of the program say and with the definitions below them."""
    digest = hashlib.sha256(definitions().encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()
