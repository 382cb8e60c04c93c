"""Room: a full disk or too little memory is told as a sentence, not as an error of a library."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from salesops.foundations.problem import Refusal

_FULL = ("no space left", "disk is full", "not enough disk", "max_temp_directory_size")


@contextmanager
def room(folder: Path) -> Iterator[None]:
    """Turn running out of disk or memory, while working in `folder`, into a Refusal."""
    try:
        yield
    except (OSError, duckdb.Error, MemoryError) as error:
        if is_full(error):
            raise Refusal(
                f"The disk that holds {folder} is full. Nothing was changed. "
                "Make room and open the files again."
            ) from error
        if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
            raise Refusal(
                "This machine has too little free memory for these files. Nothing was changed. "
                "Close other programs, or open fewer files at once."
            ) from error
        raise


def is_full(error: BaseException) -> bool:
    """Whether an error says that the disk is full."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return isinstance(error, duckdb.Error) and any(f in str(error).lower() for f in _FULL)
