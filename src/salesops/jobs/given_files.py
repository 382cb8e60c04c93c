"""Files as somebody gave them, kept in a folder under the names they know them by, which cannot lead out of it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

Given = tuple[str, Iterable[bytes]]  # a name and the bytes, in pieces


def keep_files(folder: Path, given: Sequence[Given]) -> None:
    """Write the files into the folder; of two with one name the later gets a number."""
    for place, (name, pieces) in enumerate(given):
        with _free(folder / _name(name, place)).open("wb") as out:
            for piece in pieces:
                out.write(piece)


def _free(file: Path) -> Path:
    """`file`, or the same with a number where two files have one name."""
    if not file.exists():
        return file
    others = (file.with_name(f"{file.stem} ({n}){file.suffix}") for n in itertools.count(2))
    return next(other for other in others if not other.exists())


def _name(name: str, place: int) -> str:
    """The name as the person knows it, without anything that could leave the folder."""
    plain = re.sub(r"[^\w .()\[\]&+,-]", "_", Path(name.replace("\\", "/")).name).strip(". ")
    return plain[:150] or f"file-{place}"
