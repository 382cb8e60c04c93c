"""Running the command as a shell would, without the price of a process where that changes nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from salesops.cli.main import run
from salesops.cli.opening import open_sample


class Ran(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def salesops(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`salesops("kpi", "win_rate")` runs that command here; nobody sits at the terminal."""

    def call(*words: object) -> Ran:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["salesops", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            run()
        printed = capsys.readouterr()
        return Ran(int(ended.value.code or 0), printed.out, printed.err)

    return call


@pytest.fixture(scope="session")
def sample_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company with 300 opportunities, opened. Tests only read it."""
    folder = tmp_path_factory.mktemp("cli") / "sample"
    assert open_sample(folder, 300, 1) == 0
    return folder


@pytest.fixture
def deals(tmp_path: Path) -> Path:
    """A small file of deals that leaves nothing open and has nothing wrong."""
    return written(
        tmp_path / "deals.csv",
        """
        Deal ID,Deal Name,Stage,Amount,Created,Close Date,Owner,Account
        d1,Pumps,Won,1000.50,2026-01-05,2026-02-10,Ann Lee,Northwind
        d2,Valves,Lost,2000,2026-01-15,2026-03-20,Bob Ray,Contoso
        d3,Gauges,Proposal,3000,2026-02-25,2026-09-30,Bob Ray,Contoso
        """,
    )


@pytest.fixture
def ambiguous(tmp_path: Path) -> Path:
    """A file whose days of creation can be read in two ways."""
    return written(
        tmp_path / "deals.csv",
        """
        Deal ID,Deal Name,Stage,Amount,Created,Owner
        d1,Pumps,Won,1000,03/04/2025,Ann Lee
        d2,Valves,Lost,2000,05/06/2025,Bob Ray
        """,
    )


def written(file: Path, text: str) -> Path:
    """`file` with the lines of `text`, their indent taken away."""
    lines = [line.strip() for line in text.strip().splitlines()]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file
