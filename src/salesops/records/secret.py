"""The secret an office signs its cookies with: made once, kept in the office's folder, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

# Hidden, so that a backup leaves it out: who restores one has everybody sign in again.
FILE = ".secret"
BYTES = 64


def office_secret(folder: Path) -> str:
    """The office's secret; one that lasts as long as this process where there is no office yet."""
    if not folder.is_dir():
        return secrets.token_urlsafe(BYTES)
    file = folder / FILE
    if not file.exists():
        # Written whole under another name and then linked: of two processes at once both read the first one's.
        draft = folder / f"{FILE}-{os.getpid()}"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as made:
            made.write(secrets.token_urlsafe(BYTES))
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text("utf-8")
