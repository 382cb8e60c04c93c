"""Write into the pages what their commands print now: `python -m tests.docs.show_again`.

What agrees already, also by a `…`, stays as it is. Read the difference before you keep it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.docs.pages import EVERY_PAGE, agrees, run, steps


def show_again(page: Path) -> int:
    """Put the outputs of one page right; returns how many were not."""
    text = page.read_text("utf-8")
    lines = text.splitlines()
    changed = 0
    with tempfile.TemporaryDirectory() as scratch:
        results = list(run(steps(text), Path(scratch)))
    for step, printed in reversed(results):
        if agrees(step.shown, printed):
            continue
        first = step.line - 1 + len(step.typed.rstrip("\n").splitlines())
        fresh = [line.rstrip() for line in printed.strip("\n").splitlines()]
        lines[first : first + len(step.shown.splitlines())] = fresh
        changed += 1
    page.write_text("\n".join(lines) + "\n", "utf-8")
    return changed


def main() -> None:
    """Every page that has something to run."""
    for page in EVERY_PAGE:
        if steps(page.read_text("utf-8")):
            print(f"{show_again(page)} changed in {page}")  # noqa: T201


if __name__ == "__main__":
    main()
